/**
 * LoRaWAN frames, as gateways hear them, to uplinks: between the feeds that hear the air and what
 * decodes payloads. A frame whose MIC fits a session that is known here, and whose counter is new,
 * becomes one uplink, with all gateways that heard it while its window was open. Everything else
 * is rejected, by a reason and in words, and changes nothing.
 *
 *   frame ─▶ parse ─▶ copy of an open one? ─▶ session by address ─▶ rate ─▶ MIC with at most three
 *   counters ─▶ counter ─▶ `accepted` at once ─▶ … window … ─▶ `complete`
 *
 * Sources: LoRaWAN 1.0.4 and 1.1, section 4. Joins are seen and told, never answered.
 */
import type {
  LoraFrame,
  LoraNetwork,
  LoraNotice,
  LoraRadio,
  LoraReject,
  LoraRejectReason,
  LoraUplink,
} from '../../model/lora.ts'
import type { Millis } from '../../model/time.ts'
import type { DataFrame, FrameRefusal, JoinRequest, PhyPayload } from './frame.ts'
import { parsePhyPayload, refusalOf } from './frame.ts'
import { counterCandidates, counterVerdict } from './frame-counter.ts'
import { JoinWatch } from './join-watch.ts'
import { RateLimit } from './rate-limit.ts'
import { Reception, type SentUplink } from './reception.ts'
import { missOf, refusedCounter } from './reject-words.ts'
import type { LoraSession, Session } from './session.ts'
import { SessionBook } from './session-book.ts'
import { Windows } from './windows.ts'

export interface LorawanReceiverOptions {
  sessions: readonly LoraSession[]
  /** AppKey (1.1: NwkKey) by DevEUI in hex, to check join requests with. */
  joinKeys?: ReadonlyMap<string, Uint8Array>
  /** How long copies of other gateways are waited for: 0 to 2000, 200 unless told. */
  windowMs?: number
  /** Frames of one address that may cost cryptography in a second: 50 unless told. */
  perSecond?: number
  /** What the uplinks are labelled with: `lorawan` unless told. */
  network?: LoraNetwork
  /**
   * The counter moves: called once per transmission, from within `frame`, with the gateway that
   * was first. Counter and uplink are to be made durable here, together, before anything else is
   * done with them. If it throws, the counter stays where it was and `frame` throws the same.
   */
  accepted(uplink: LoraUplink): void
  /**
   * The window has closed: the same uplink with all gateways, the best first. Without FPort, or
   * with FPort 0 (MAC commands), it has an empty payload: the device lives, and says no more.
   */
  complete(uplink: LoraUplink): void
  /** Once for each frame that had no effect. */
  rejected(reject: LoraReject): void
  notice(notice: LoraNotice): void
}

const DEFAULT_WINDOW_MS = 200
const DEFAULT_PER_SECOND = 50

export class LorawanReceiver {
  readonly #options: LorawanReceiverOptions
  readonly #perSecond: number
  readonly #windows: Windows
  readonly #book: SessionBook
  readonly #rate: RateLimit
  readonly #joins: JoinWatch

  /** Throws a RangeError where a key has not 16 bytes. */
  constructor(options: LorawanReceiverOptions) {
    this.#options = options
    this.#perSecond = options.perSecond ?? DEFAULT_PER_SECOND
    this.#windows = new Windows(options.windowMs ?? DEFAULT_WINDOW_MS, (uplink) =>
      options.complete(uplink),
    )
    this.#book = new SessionBook(options.sessions)
    this.#rate = new RateLimit(this.#perSecond)
    this.#joins = new JoinWatch(options.joinKeys ?? new Map())
  }

  /** What one gateway heard. Never throws for what is in it. */
  frame(frame: LoraFrame): void {
    this.tick(frame.receivedAt)
    const key = keyOf(frame.data)
    if (this.#windows.add(key, frame)) return
    const parsed = parsePhyPayload(frame.data)
    if (parsed.kind === 'data' && parsed.direction === 'up') this.#data(frame, parsed, key)
    else if (parsed.kind === 'join-request') this.#join(frame, parsed, key)
    else this.#refuse(frame, parsed)
  }

  /** Closes the windows whose time is over. */
  tick(now: Millis): void {
    this.#windows.tick(now)
  }

  /** Closes all windows: nothing more is coming. */
  flush(): void {
    this.#windows.flush()
  }

  /** When the next window closes, and `tick` has something to do; undefined where none is open. */
  get due(): Millis | undefined {
    return this.#windows.due
  }

  /** What was stamped from `since` on was wrong by `delta`. */
  shift(delta: Millis, since: Millis): void {
    this.#windows.shift(delta, since)
    this.#rate.shift(delta, since)
    this.#joins.shift(delta, since)
  }

  /** The last counter that was accepted of a device; undefined before the first. */
  lastFCnt(devEui: string): number | undefined {
    return this.#book.lastFCnt(devEui)
  }

  /**
   * Other devices from now on. A session that goes on (same EUI, address and keys) keeps its
   * counter; any other starts with the one that it brings. Throws as the constructor does, and
   * then changes nothing.
   */
  sessions(list: readonly LoraSession[]): void {
    this.#book.replace(list)
  }

  #data(frame: LoraFrame, data: DataFrame, key: string): void {
    const { devAddr } = data
    const sessions = this.#book.byAddress(devAddr)
    if (sessions.length === 0) {
      this.#reject(frame, 'unknown_devaddr', { devAddr, detail: `no device has ${devAddr}` })
      return
    }
    if (this.#rate.isSpent(devAddr, frame.receivedAt)) {
      const detail = `more than ${this.#perSecond} frames of ${devAddr} in a second had no effect`
      this.#reject(frame, 'rate', { devAddr, detail })
      return
    }
    const sender = senderOf(data, sessions, frame.radio)
    if (sender === undefined) {
      this.#rate.take(devAddr, frame.receivedAt)
      this.#reject(frame, 'mic', { devAddr, ...missOf(data, sessions) })
      return
    }
    const { session, fCnt } = sender
    const verdict = counterVerdict(session.last, fCnt, session.policy)
    if (verdict === 'new' || verdict === 'reset') {
      const uplink = this.#uplink(frame, data, { ...sender, isReset: verdict === 'reset' })
      const reception = new Reception(frame, uplink)
      this.#accept(session, fCnt, reception)
      this.#windows.open(key, reception)
    } else {
      this.#rate.take(devAddr, frame.receivedAt)
      const { reason, detail } = refusedCounter(verdict, { ...session, fCnt })
      this.#reject(frame, reason, { devAddr, devEui: session.devEui, detail })
    }
  }

  #uplink(frame: LoraFrame, data: DataFrame, sender: Sender & { isReset: boolean }): SentUplink {
    const { session, fCnt, isReset } = sender
    const { fPort } = data
    const hasData = fPort !== undefined && fPort !== 0
    return {
      source: frame.source,
      network: this.#options.network ?? 'lorawan',
      devEui: session.devEui,
      ...session.names,
      devAddr: data.devAddr,
      fCnt,
      ...(fPort !== undefined && { fPort }),
      payload: hasData ? session.payloadOf(data, fCnt) : new Uint8Array(0),
      confirmed: data.confirmed,
      trust: 'mic',
      ...(isReset && { reset: true }),
    }
  }

  #accept(session: Session, fCnt: number, reception: Reception): void {
    const before = session.last
    session.last = fCnt
    try {
      this.#options.accepted(reception.uplink())
    } catch (error) {
      // What could not be stored was not accepted: another gateway's copy may still be.
      session.last = before
      throw error
    }
  }

  #join(frame: LoraFrame, request: JoinRequest, key: string): void {
    const { devEui, joinEui } = request
    const { receivedAt: time, gateway } = frame
    if (this.#joins.isCopy(key, time, this.#windows.lengthMs)) return
    if (!this.#rate.take('join', time)) {
      const detail = `more than ${this.#perSecond} join requests in a second`
      this.#reject(frame, 'rate', { devEui, detail })
      return
    }
    const { isCredible, isProblem, detail } = this.#joins.judge(request, this.#book.has(devEui))
    if (!isCredible) {
      this.#reject(frame, 'mic', { devEui, detail })
      return
    }
    this.#options.notice({
      kind: 'join',
      source: frame.source,
      time,
      detail,
      devEui,
      joinEui,
      gateway: gateway.id,
      ...(isProblem && { isProblem }),
    })
  }

  #refuse(frame: LoraFrame, parsed: PhyPayload | FrameRefusal): void {
    const { reason, detail } = parsed.kind === 'refused' ? parsed : refusalOf(parsed)
    const devAddr = parsed.kind === 'data' ? { devAddr: parsed.devAddr } : {}
    this.#reject(frame, reason, { detail, ...devAddr })
  }

  #reject(
    frame: LoraFrame,
    reason: LoraRejectReason,
    what: Pick<LoraReject, 'devAddr' | 'devEui' | 'detail'>,
  ): void {
    const { source, receivedAt: time, gateway } = frame
    this.#options.rejected({ reason, source, time, ...what, gateway: gateway.id })
  }
}

interface Sender {
  session: Session
  fCnt: number
}

/** The device and the counter whose MIC it is. */
function senderOf(
  data: DataFrame,
  sessions: readonly Session[],
  radio: LoraRadio,
): Sender | undefined {
  for (const session of sessions) {
    for (const fCnt of counterCandidates(session.last, data.fCnt16)) {
      if (session.isAuthentic(data, fCnt, radio)) return { session, fCnt }
    }
  }
  return undefined
}

function keyOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1')
}
