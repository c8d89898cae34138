/** The rows of `/signals`: the signal table with the newest value of each signal. */
import { freshFor } from '../../model/freshness.ts'
import type { Quality, SignalValue } from '../../model/reading.ts'
import type { VehicleStatus } from '../../model/record.ts'
import {
  type SignalDefinition,
  type SignalName,
  signalNames,
  signals,
} from '../../model/signals.ts'
import { isoTime, MICROS_PER_SECOND, type Millis, microsToMillis } from '../../model/time.ts'
import { ageSeconds } from './time-text.ts'
import { isVisible, type Visibility } from './visibility.ts'

export interface SignalRow {
  name: SignalName
  label: string
  unit: string
  vss: string
  value?: SignalValue
  time?: string
  /** Seconds since it was measured. */
  age?: number
  /** Absent for a signal that was never seen. */
  quality?: Quality
  source?: string
}

/** One row per signal that the token may see, known or not, in the order of the table. */
export function signalRows(status: VehicleStatus, seen: Visibility, now: Millis): SignalRow[] {
  return signalNames.filter((name) => isVisible(name, seen)).map((name) => row(name, status, now))
}

function row(name: SignalName, status: VehicleStatus, now: Millis): SignalRow {
  const definition: SignalDefinition = signals[name]
  const { label, unit, vss } = definition
  const state = status[name]
  if (state === undefined) return { name, label, unit, vss }
  const age = ageSeconds(state.time, now)
  return {
    name,
    label,
    unit,
    vss,
    value: state.value,
    time: isoTime(microsToMillis(state.time)),
    age,
    quality: age * MICROS_PER_SECOND > freshFor(state, definition) ? 'stale' : state.quality,
    source: state.source,
  }
}
