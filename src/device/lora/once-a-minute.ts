/** Whether something may be told again: once a minute for each key, for a bounded number of keys. */
const MINUTE_MS = 60_000
const LIMIT = 64

export class OnceAMinute {
  /** When each was last told, ms, monotonic; in the order of telling. */
  readonly #told = new Map<string, number>()

  /** False as well where more was told in the last minute than there is room for. */
  mayTell(key: string, now: number): boolean {
    for (const [other, at] of this.#told) {
      if (now - at < MINUTE_MS) break
      this.#told.delete(other)
    }
    if (this.#told.has(key) || this.#told.size >= LIMIT) return false
    this.#told.set(key, now)
    return true
  }
}
