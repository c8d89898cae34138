/** The newest value of one signal, when it came, and how often it usually comes. */
import type { Millis } from '../../model/time.ts'

const WEIGHT = 0.2
const MIN_FRESH_MS: Millis = 3000
const MAX_FRESH_MS: Millis = 15_000
/** So many usual intervals without a value, and it is gone. */
const MISSED = 3

export class Track {
  value: number | undefined
  at: Millis = Number.NEGATIVE_INFINITY
  #interval: Millis = 1000

  note(value: number, now: Millis): void {
    if (this.value !== undefined) {
      this.#interval += WEIGHT * (Math.min(now - this.at, MAX_FRESH_MS) - this.#interval)
    }
    this.value = value
    this.at = now
  }

  age(now: Millis): Millis {
    return now - this.at
  }

  isFresh(now: Millis): boolean {
    const limit = Math.min(Math.max(MISSED * this.#interval, MIN_FRESH_MS), MAX_FRESH_MS)
    return this.age(now) <= limit
  }
}
