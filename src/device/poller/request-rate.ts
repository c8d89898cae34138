/** Requests a second over the last minute. */
import type { Millis } from '../../model/time.ts'

const SLOT_MS: Millis = 10_000
const SLOTS = 6

export class RequestRate {
  readonly #counts = new Array<number>(SLOTS).fill(0)
  #slot = 0

  count(now: Millis): void {
    this.#turn(now)
    const place = this.#slot % SLOTS
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
  }

  perSecond(now: Millis): number {
    this.#turn(now)
    const total = this.#counts.reduce((sum, count) => sum + count, 0)
    const window = Math.min((SLOTS - 1) * SLOT_MS + (now % SLOT_MS), Math.max(now, 1))
    return (total * 1000) / window
  }

  /** Empties the slots that have passed. */
  #turn(now: Millis): void {
    const slot = Math.floor(now / SLOT_MS)
    for (let passed = Math.max(this.#slot, slot - SLOTS) + 1; passed <= slot; passed++) {
      this.#counts[passed % SLOTS] = 0
    }
    this.#slot = slot
  }
}
