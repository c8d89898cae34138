/** A status at one moment, as it is stored, published and served. */
import type { LoraBlock } from './lora-block.ts'
import type { Quality, SignalValue } from './reading.ts'
import type { SignalName } from './signals.ts'
import type { Micros, Millis } from './time.ts'

/** The newest accepted reading of one signal. */
export interface SignalState {
  value: SignalValue
  quality: Quality
  time: Micros
  source: string
  sender: number
  rank: number
  /** How long between two readings of its sender, as learned; absent until there were two. */
  period?: Micros | undefined
}

export type VehicleStatus = Partial<Record<SignalName, SignalState>>

/** The newest of two statuses, signal by signal. */
export function mergeStatus(a: VehicleStatus, b: VehicleStatus): VehicleStatus {
  const merged: VehicleStatus = { ...a }
  for (const [name, state] of Object.entries(b) as [SignalName, SignalState][]) {
    const known = merged[name]
    if (known === undefined || state.time >= known.time) merged[name] = state
  }
  return merged
}

/** How far the wall clock was known when the record was made (design, decision 3). */
export type ClockTrust = 'none' | 'rtc' | 'network' | 'gnss' | 'recorded'

/** Signals and their values; a signal that is not known is not there. */
export type RecordData = Partial<Record<SignalName, SignalValue>> & {
  /** Of a record that came by LoRa: how. */
  lora?: LoraBlock
}

/** What the recorder makes, before the journal gives it a place. */
export interface NewRecord {
  /** KSUID; the same data gives the same id, so that a repeat is seen as one. */
  id: string
  vehicle: string
  source: string
  /** One run of the gateway, or one recording. */
  boot: string
  /** Counts from 0 within a boot and vehicle. */
  number: number
  /** Milliseconds of the boot's monotonic clock; for a recording, since its first frame. */
  monotonic: Millis
  /** When the newest of its readings was measured. */
  time: Millis
  /** When the gateway had it. For a recording: the same as `time`. */
  receivedAt: Millis
  clockTrust: ClockTrust
  /** ms that `time` and `receivedAt` were moved by when the clock became known; absent: not at all. */
  shift?: Millis
  data: RecordData
  /** Only the signals whose quality is not `ok`. */
  quality?: Partial<Record<SignalName, Quality>>
}

/** A record in the journal; `seq` is its place, without holes per store, and never used twice. */
export interface StoredRecord extends NewRecord {
  seq: number
}

/** One instrument's odometer: a sender and its definition. */
export interface OdometerSeries {
  km: number
  time: Micros
  /** A reading that did not follow from the last one, and how many have confirmed it. */
  candidate?: { first: number; since: Micros; km: number; time: Micros; confirmed: number }
}

/** What the check of odometer readings remembers; plain data, stored with the records. */
export interface OdometerState {
  /** When the newest counted reading was measured. */
  time: Micros
  series: Record<string, OdometerSeries>
  /** Absent where neither speed nor position was ever heard. */
  estimates?: EstimateState
}

/** Distances that were worked out from other signals; plain data. */
export interface EstimateState {
  /** km since the first speed, and the last one. */
  speed?: { km: number; time: Micros; kmh: number }
  /** km since the first fix, the place to which they count, and fixes in a row that cannot be true. */
  gnss?: { km: number; time: Micros; latitude: number; longitude: number; bad: number }
}

/** Counters of a vehicle, kept as run totals: h that the engine ran, l of fuel that it used. */
export const counterNames = ['engineHours', 'fuelUsed'] as const

export type CounterName = (typeof counterNames)[number]

/** One sender's counter. */
export interface CounterSeries {
  value: number
  time: Micros
  /** Its value at a run total of 0. */
  offset: number
}

/** What a run total remembers between readings; plain data, stored with the records. */
export interface CounterState {
  /** What the counter has grown by since its first reading, over all segments. */
  total: number
  /** When the newest counted reading was measured; 0: nothing was counted yet. */
  time: Micros
  /** Counts up where the counter was reset or has jumped. */
  segment: number
  /** Whether it comes from a rate: the vehicle has not shown the counter itself yet. */
  estimated: boolean
  series: Record<string, CounterSeries>
  /** The newest reading of the rate, per hour. */
  rate?: { perHour: number; time: Micros }
}

export type CounterStates = Partial<Record<CounterName, CounterState>>

/** Everything a vehicle's pipeline needs to go on after a restart. */
export interface Checkpoint {
  status: VehicleStatus
  /** Absent where it is not the vehicle's own, but a recording's: it stays as it was. */
  odometer?: OdometerState
  /** Absent where none was ever heard. */
  counters?: CounterStates
}
