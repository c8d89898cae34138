/**
 * What the poller may ask for: one row for each question that is worth asking of this vehicle. The
 * composition root makes the rows from the PID table, the profile and the groups of J1939; whether
 * the vehicle answers a question is found out, never assumed.
 */
import type { Activity } from '../../model/activity.ts'
import type { CanAddress } from '../../model/profile.ts'
import type { SignalName } from '../../model/signals.ts'

/**
 * pid: service 01, one PID · did: data identifiers of a profile · pgn: a J1939 group · info: service
 * 09 · codes: trouble codes, asked of every control unit.
 */
export type PollKind = 'pid' | 'did' | 'pgn' | 'info' | 'codes'

/**
 * Seconds from one question to the next, by what the vehicle does; absent: not asked then. `ONCE`:
 * once after each start and each waking up.
 */
export type Intervals = Readonly<Partial<Record<Activity, number>>>

export const ONCE = Number.POSITIVE_INFINITY

export interface PollItem {
  /** Unique, and the same at the next start. */
  readonly key: string
  readonly kind: PollKind
  readonly request: {
    /** `functional`: whichever control unit has it, which discovery tells; a group: all. */
    readonly to: CanAddress | 'functional'
    /** From the service byte on; of a group its three bytes. */
    readonly data: Uint8Array
  }
  /** The answers' identifier where it does not follow from `request.to` by the standard. */
  readonly response?: CanAddress
  /** What an answer brings. */
  readonly signals: readonly SignalName[]
  /** Bytes of an answer after the PID; where known, it can be asked for together with others. */
  readonly length?: number
  readonly every: Intervals
  /** The smaller the sooner, where two are due at once. */
  readonly priority: number
}
