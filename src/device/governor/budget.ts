/**
 * How often a bus, and each control unit on it, may be asked: never more than so many requests in any
 * one second, and never closer together than the gap. Times are monotonic milliseconds.
 */
import type { Millis } from '../../model/time.ts'
import { ALL_UNITS } from './addresses.ts'

const SECOND: Millis = 1000

export interface BudgetSettings {
  /** Requests in any one second on the bus; a whole number, from 1. */
  perSecond: number
  /** The same for one control unit. */
  perSecondAndUnit: number
  minGapMs: Millis
}

export class Budget {
  readonly #settings: BudgetSettings
  /** Of the last second, oldest first. */
  #bus: readonly Millis[] = []
  readonly #units = new Map<string, readonly Millis[]>()
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
    this.#bus = [...recent(this.#bus, now), now]
    this.#units.set(unit, [...(this.#units.get(unit) ?? []), now])
    for (const [name, times] of this.#units) {
      const kept = recent(times, now)
      if (kept.length === 0) this.#units.delete(name)
      else this.#units.set(name, kept)
    }
  }

  /** When a unit was asked, alone or with all of them. */
  #timesOf(unit: string): readonly Millis[] {
    const own = this.#units.get(unit) ?? []
    const all = this.#units.get(ALL_UNITS) ?? []
    return unit === ALL_UNITS ? own : [...own, ...all].sort((a, b) => a - b)
  }
}

function freeIn(times: readonly Millis[], limit: number, now: Millis): Millis {
  const last = recent(times, now)
  if (last.length < limit) return 0
  return (last[last.length - limit] as number) + SECOND - now
}

function recent(times: readonly Millis[], now: Millis): readonly Millis[] {
  return times.filter((time) => now - time < SECOND)
}
