/**
 * How many frames a second may cost cryptography for nothing, by key: a flood with one address shall
 * not take the time of the others. What is accepted is not counted, for after a time without network
 * it comes all at once. Counts in whole seconds from the first of each.
 */
import type { Millis } from '../../model/time.ts'

const SECOND = 1000
const MAX_KEYS = 4096

export class RateLimit {
  readonly #perSecond: number
  readonly #spent = new Map<string, { start: Millis; count: number }>()

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Whether one more may pass now. */
  take(key: string, now: Millis): boolean {
    const spent = this.#spent.get(key)
    if (spent === undefined || now - spent.start >= SECOND || now < spent.start) {
      this.#begin(key, now)
      return this.#perSecond > 0
    }
    if (spent.count >= this.#perSecond) return false
    spent.count += 1
    return true
  }

  /** Whether none may pass now. */
  isSpent(key: string, now: Millis): boolean {
    const spent = this.#spent.get(key)
    if (spent === undefined || now - spent.start >= SECOND || now < spent.start) {
      return this.#perSecond === 0
    }
    return spent.count >= this.#perSecond
  }

  shift(delta: Millis, since: Millis): void {
    for (const spent of this.#spent.values()) if (spent.start >= since) spent.start += delta
  }

  #begin(key: string, now: Millis): void {
    this.#spent.delete(key)
    for (const [oldest] of this.#spent) {
      if (this.#spent.size < MAX_KEYS) break
      this.#spent.delete(oldest)
    }
    this.#spent.set(key, { start: now, count: 1 })
  }
}
