/**
 * The counters of a vehicle that are kept as run totals beside the odometer of record: engine hours
 * and fuel used. Shared by all pipelines of the vehicle.
 *
 * Hours cannot go faster than the clock, which may be 5 % off; 0.05 h is a step of SPN 247. 150 l/h
 * is more than the largest road engine burns at full load; 0.5 l is a step of SPN 250.
 */
import type { CounterPoint } from '../../model/ports.ts'
import type { Reading } from '../../model/reading.ts'
import { type CounterName, type CounterStates, counterNames } from '../../model/record.ts'
import { type Micros, microsToMillis } from '../../model/time.ts'
import { type CounterRules, copyOf, RunTotal } from './run-total.ts'

export const counterRules: Readonly<Record<CounterName, CounterRules>> = {
  engineHours: { perHour: 1.05, slack: 0.05, rate: (engineSpeed) => (engineSpeed > 0 ? 1 : 0) },
  fuelUsed: { perHour: 150, slack: 0.5, rate: (fuelRate) => fuelRate },
}

export class Counters {
  readonly #totals: Partial<Record<CounterName, RunTotal>> = {}

  constructor(states: CounterStates = {}) {
    for (const name of counterNames) {
      const state = states[name]
      if (state !== undefined) this.#totals[name] = new RunTotal(counterRules[name], state)
    }
  }

  /** Hot. Takes an accepted reading of any signal; whether a counter was heard. */
  take(reading: Reading): boolean {
    switch (reading.signal) {
      case 'engineSpeed':
        return isHeard(this.#total('engineHours').takeRate(reading))
      case 'fuelRate':
        return isHeard(this.#total('fuelUsed').takeRate(reading))
      case 'engineHours':
      case 'fuelUsed':
        return isHeard(this.#total(reading.signal).take(reading))
      default:
        return false
    }
  }

  /** A copy; undefined where no counter was ever heard. */
  get states(): CounterStates | undefined {
    const states: CounterStates = {}
    let isKnown = false
    for (const name of counterNames) {
      const state = this.#totals[name]?.state
      // 0: nothing was counted yet.
      if (state === undefined || state.time === 0) continue
      states[name] = copyOf(state)
      isKnown = true
    }
    return isKnown ? states : undefined
  }

  /** How far each counter has come. */
  tell(vehicle: string): CounterPoint[] {
    const points: CounterPoint[] = []
    for (const counter of counterNames) {
      const told = this.#totals[counter]?.tell()
      if (told === undefined || told.time === 0) continue
      points.push({ vehicle, counter, ...told, time: microsToMillis(told.time) })
    }
    return points
  }

  /** When the newest counted reading was measured; 0: nothing was counted yet. */
  get time(): Micros {
    const times = Object.values(this.#totals).map(({ state }) => state.time)
    return Math.max(0, ...times)
  }

  /** The clock was set back: what was stamped later than `time` was heard by then. */
  notAfter(time: Micros): void {
    for (const total of Object.values(this.#totals)) total.notAfter(time)
  }

  /** The clock became known: what it has stamped from `since` on was wrong by `delta`. */
  shift(delta: Micros, since: Micros): void {
    for (const total of Object.values(this.#totals)) total.shift(delta, since)
  }

  #total(name: CounterName): RunTotal {
    const known = this.#totals[name]
    if (known !== undefined) return known
    const begun = new RunTotal(counterRules[name])
    this.#totals[name] = begun
    return begun
  }
}

function isHeard(verdict: string): boolean {
  return verdict !== 'ignored' && verdict !== 'late'
}
