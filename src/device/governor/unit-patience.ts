/**
 * Control units that said "busy" (NRC 21) or "response pending" (NRC 78) are left alone for a while,
 * longer each time in a row. Times are monotonic milliseconds.
 */
import type { Millis } from '../../model/time.ts'
import { ALL_UNITS } from './addresses.ts'

const FIRST_MS: Millis = 1000
const MAX_MS: Millis = 60_000

interface Patience {
  until: Millis
  delay: Millis
}

export class UnitPatience {
  readonly #units = new Map<string, Patience>()

  /** 0 if it may be asked, else in how many ms. Whoever asks all of them waits for each. */
  wait(unit: string, now: Millis): Millis {
    let until = Math.max(this.#untilOf(unit), this.#untilOf(ALL_UNITS))
    if (unit === ALL_UNITS) {
      for (const patience of this.#units.values()) until = Math.max(until, patience.until)
    }
    return Math.max(until - now, 0)
  }

  /** It was busy, or asked for time and never answered. */
  wasBusy(unit: string, now: Millis): void {
    const last = this.#units.get(unit)?.delay ?? 0
    this.#leave(unit, now, last === 0 ? FIRST_MS : Math.min(last * 2, MAX_MS))
  }

  /** It answered, after it had asked for time or at once. */
  answered(unit: string, now: Millis, wasPending: boolean): void {
    if (wasPending) this.#leave(unit, now, FIRST_MS)
    else this.#units.delete(unit)
  }

  #untilOf(unit: string): Millis {
    return this.#units.get(unit)?.until ?? 0
  }

  #leave(unit: string, now: Millis, delay: Millis): void {
    this.#units.set(unit, { until: now + delay, delay })
  }
}
