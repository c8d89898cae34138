/**
 * How often a bus, and each control unit on it, may be asked: never more than so many requests in any
 * one second, and never closer together than the gap. Times are monotonic milliseconds.
 */
import type { Millis } from '../../model/time.ts'
import { ALL_UNITS } from './addresses.ts'

const SECOND: Millis = 1000
/** Units whose history is kept; a bus has some dozens at most. */
const MAX_UNITS = 64

export interface BudgetSettings {
  /** Requests in any one second on the bus. */
  perSecond: number
  /** The same for one control unit. */
  perSecondAndUnit: number
  minGapMs: Millis
}

export class Budget {
  readonly #settings: BudgetSettings
  readonly #bus: Millis[] = []
  readonly #units = new Map<string, Millis[]>()
  #last = Number.NEGATIVE_INFINITY

  constructor(settings: BudgetSettings) {
    this.#settings = settings
  }

  /** 0 if a request may go out now, else in how many ms. One to all counts for each of them. */
  wait(unit: string, now: Millis): Millis {
    const { perSecond, perSecondAndUnit, minGapMs } = this.#settings
    const units = unit === ALL_UNITS ? [...this.#units.keys(), ALL_UNITS] : [unit]
    return Math.max(
      0,
      this.#last + minGapMs - now,
      freeIn(this.#bus, perSecond, now),
      ...units.map((name) => freeIn(this.#timesOf(name), perSecondAndUnit, now)),
    )
  }

  spend(unit: string, now: Millis): void {
    this.#last = now
    remember(this.#bus, now)
    const times = this.#units.get(unit) ?? []
    // The one asked longest ago goes first: a map keeps the order of insertion.
    this.#units.delete(unit)
    this.#units.set(unit, times)
    remember(times, now)
    if (this.#units.size > MAX_UNITS) this.#units.delete(this.#units.keys().next().value as string)
  }

  /** When a unit was asked, alone or with all of them. */
  #timesOf(unit: string): readonly Millis[] {
    const own = this.#units.get(unit) ?? []
    const all = this.#units.get(ALL_UNITS) ?? []
    return unit === ALL_UNITS ? own : [...own, ...all].sort((a, b) => a - b)
  }
}

function freeIn(times: readonly Millis[], limit: number, now: Millis): Millis {
  const recent = times.filter((time) => now - time < SECOND)
  if (recent.length < limit) return 0
  return (recent[recent.length - limit] as number) + SECOND - now
}

function remember(times: Millis[], now: Millis): void {
  while (times.length > 0 && now - (times[0] as number) >= SECOND) times.shift()
  times.push(now)
}
