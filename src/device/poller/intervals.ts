/**
 * How often a question is worth it, from the signals that its answer brings. Between two answers a
 * value must not grow old, so an interval is at most a third of the time for which the signal table
 * calls a value fresh. Trouble codes and what never changes have intervals of their own.
 */
import type { Activity } from '../../model/activity.ts'
import { type SignalName, signals as table } from '../../model/signals.ts'
import { type Intervals, ONCE } from './catalogue.ts'

/** Trouble codes: service 03, 07, 0A. */
export const codeIntervals: Intervals = { driving: 300, idling: 300 }

/** What stays the same: VIN, calibration. */
export const onceIntervals: Intervals = { driving: ONCE, idling: ONCE, charging: ONCE }

/** A question of which nobody knows what it brings. */
const unknownIntervals: Intervals = { driving: 60, idling: 120 }

/** From this freshness on a value does not change while the vehicle is used. */
const LASTING_SECONDS = 86_400
const SHARE_OF_FRESHNESS = 3

/** By freshness in seconds, where a signal has no row of its own. */
const usual: readonly (readonly [fresh: number, intervals: Intervals])[] = [
  [10, { driving: 3, idling: 3 }],
  [60, { driving: 15, idling: 20 }],
  [300, { driving: 30, idling: 60 }],
  [600, { driving: 60, idling: 120 }],
  [Number.POSITIVE_INFINITY, { driving: 300, idling: 600 }],
]

const special: Readonly<Partial<Record<SignalName, Intervals>>> = {
  speed: { driving: 1, idling: 2, charging: 3 },
  engineSpeed: { driving: 1, idling: 1 },
  motorSpeed: { driving: 1, idling: 3 },
  odometer: { driving: 10, idling: 60, charging: 100 },
  batteryVoltage: { driving: 10, idling: 10, charging: 20 },
  fuelPercentRemaining: { driving: 20, idling: 30 },
  ambientTemp: { driving: 30, idling: 60 },
  malfunctionLamp: { driving: 30, idling: 30 },
  dtcCount: { driving: 30, idling: 30 },
  tractionCurrent: { driving: 2, idling: 3, charging: 3 },
  tractionPower: { driving: 2, idling: 3, charging: 3 },
  tractionVoltage: { driving: 10, idling: 20, charging: 20 },
  tractionTemp: { driving: 30, idling: 60, charging: 60 },
  soc: { driving: 30, idling: 60, charging: 60 },
  charging: { driving: 60, idling: 10, charging: 10 },
  chargeLimit: { driving: 600, idling: 600, charging: 300 },
  range: { driving: 60, idling: 120, charging: 120 },
}

/** The shortest of what its signals want, in each state. Parked: never. */
export function defaultIntervals(signals: readonly SignalName[]): Intervals {
  if (signals.length === 0) return unknownIntervals
  const every: Partial<Record<Activity, number>> = {}
  for (const signal of signals) {
    for (const [state, seconds] of Object.entries(intervalsOf(signal))) {
      const activity = state as Activity
      every[activity] = Math.min(every[activity] ?? ONCE, seconds)
    }
  }
  return every
}

function intervalsOf(signal: SignalName): Intervals {
  const { freshSeconds } = table[signal]
  if (freshSeconds >= LASTING_SECONDS) return onceIntervals
  const chosen = special[signal] ?? usual.find(([fresh]) => freshSeconds <= fresh)?.[1] ?? {}
  return Object.fromEntries(
    Object.entries(chosen).map(([state, seconds]) => [
      state,
      Math.min(seconds, freshSeconds / SHARE_OF_FRESHNESS),
    ]),
  )
}
