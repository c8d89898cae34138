/**
 * Asking a bus: what somebody wants to know, who and why, and what came of it. A request is words,
 * never a frame: the frames are made by the governor (`device/governor/`).
 */
import type { CanAddress } from './profile.ts'
import type { Micros, Millis } from './time.ts'

export interface BusRequest {
  /** OBD-II or UDS in one ISO-TP single frame, or a J1939 request for a parameter group. */
  kind: 'diagnostic' | 'pgn'
  /**
   * Whom to ask. Diagnostic: 7DF or 18DB33F1 for all, 7E0–7E7, 18DAxxF1, or the identifier of a
   * profile. PGN: the destination address in `id` (255 for all).
   */
  to: CanAddress
  /** From the service byte on, 1 to 7 bytes; for a PGN its three bytes, lowest first. */
  data: Uint8Array
  /** The answers' identifier where it does not follow from `to` by the standard. */
  from?: CanAddress
  requester: Requester
  /** Why, in a few words; stored with every frame sent. */
  cause: string
  /** How many control units are known to answer; 0 or absent: not known. */
  responders?: number
  /** How long answers may take; the governor's own limit where absent. */
  waitMs?: Millis
}

/** Who asks. `name` is a part of the gateway, a user or a flow. */
export interface Requester {
  kind: 'gateway' | 'api' | 'mqtt' | 'flow' | 'command'
  name: string
  /** What a token holds; the gateway's own parts have none and need none to read. */
  privileges?: readonly number[]
}

/** One answer after reassembly; a negative one too. */
export interface RequestAnswer {
  from: CanAddress
  /** From the service byte on. Of a parameter group in several frames: empty, the decoder has it. */
  data: Uint8Array
  time: Micros
  /** A parameter group that its sender refuses (J1939 acknowledgement, not positive). */
  isRefusal?: true
}

export type RequestOutcome =
  /** At least one control unit answered, be it negatively. */
  | { kind: 'answered'; answers: readonly RequestAnswer[] }
  /** It was sent and nobody answered in time. */
  | { kind: 'silent' }
  /** It was not sent. `again` says in how many ms it may be asked again, where time heals it. */
  | { kind: 'refused'; reason: RefusalReason; detail: string; again?: Millis }
  /** The adapter or the bus failed. */
  | { kind: 'failed'; detail: string }

export const refusalTexts = {
  'not-allowed': 'no rule allows this request',
  'listen-only': 'the source is listen-only',
  'no-adapter': 'no adapter is open that can send',
  parked: 'the vehicle is parked',
  voltage: 'the supply voltage is low',
  moving: 'the vehicle moves, or nobody knows that it stands still',
  privilege: 'the requester has no right to it',
  busy: 'a request to this control unit is under way',
  budget: 'the budget of requests is used up',
  'back-off': 'the control unit asked for patience',
  'bus-error': 'the bus had errors a moment ago',
  'other-tester': 'another tester is at work on this bus',
  stopped: 'the gateway is stopping',
} as const

export type RefusalReason = keyof typeof refusalTexts

/** Whoever can ask: the governor, or a stand-in in tests. Never rejects. */
export interface Asker {
  request(request: BusRequest): Promise<RequestOutcome>
}

/** One frame that went out, and why; what the journal keeps of it. */
export interface SentFrame {
  time: Micros
  source: string
  vehicle: string
  id: number
  extended: boolean
  data: Uint8Array
  /** `request`, `flow-control` or `privileged`. */
  kind: SentKind
  cause: string
  /** `gateway poller`, `api owner`, … */
  requester: string
}

export type SentKind = 'request' | 'flow-control' | 'privileged'
