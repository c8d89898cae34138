/**
 * What a source tells of a vehicle at once, with times of its own: one uplink of a tracker. It is
 * one record of its own; the present takes from it what is newer than what it knows.
 */
import type { LoraBlock } from './lora-block.ts'
import type { SignalValue } from './reading.ts'
import type { ClockTrust } from './record.ts'
import type { SignalName } from './signals.ts'
import type { Millis } from './time.ts'

export interface ReportedValue {
  signal: SignalName
  value: SignalValue
  /** When it was measured, where that is another time than the report's. */
  time?: Millis
}

export interface Report {
  /** Id of the source. */
  source: string
  /** When it was measured. */
  time: Millis
  receivedAt: Millis
  /** How far that clock is known; absent: it is the gateway's own. */
  clockTrust?: ClockTrust
  values: readonly ReportedValue[]
  /** How it came. */
  lora?: LoraBlock
  /** It was delivered late: it tells nothing of the present. */
  isPast: boolean
}
