/**
 * The bytes that a sink may send in an hour, as a token bucket: it fills evenly over the hour and
 * holds a minute's worth (or a few kilobytes), so that in no sixty minutes that end with a batch more
 * than the budget goes out, unless the live lane alone does that: what it sends is counted and never
 * held back. The bucket may go into debt for it, up to an hour's worth. It starts empty: a restart
 * is no reason for a new hour.
 */
import type { Millis } from '../../model/time.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const MINUTES = 60
/** Below it, a message's own overhead would be most of what goes out. */
const LEAST_BURST = 4096

export class ByteBudget {
  readonly #bytesPerHour: number | undefined
  readonly #now: () => Millis
  #level = 0
  #filledAt: Millis
  /** Bytes by minute, for the last hour. */
  readonly #minutes = new Map<number, number>()

  /** `now` is monotonic. Without a limit it only counts. */
  constructor(bytesPerHour: number | undefined, now: () => Millis) {
    this.#bytesPerHour = bytesPerHour
    this.#now = now
    this.#filledAt = now()
  }

  /** The most that goes out at once, and the size that a batch should not pass. */
  get burst(): number {
    if (this.#bytesPerHour === undefined) return Infinity
    return Math.min(Math.max(this.#bytesPerHour / MINUTES, LEAST_BURST), this.#bytesPerHour / 4)
  }

  spend(bytes: number): void {
    this.#fill()
    const minute = Math.floor(this.#now() / MINUTE_MS)
    this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + bytes)
    for (const old of this.#minutes.keys()) {
      if (old > minute - MINUTES) break
      this.#minutes.delete(old)
    }
    if (this.#bytesPerHour !== undefined) {
      this.#level = Math.max(this.#level - bytes, -this.#bytesPerHour)
    }
  }

  /** How long until so many bytes may go out; 0: now. */
  waitFor(bytes: number): Millis {
    if (this.#bytesPerHour === undefined) return 0
    this.#fill()
    // what is greater than the bucket would never go out
    const missing = Math.min(bytes, this.burst) - this.#level
    return missing <= 0 ? 0 : Math.ceil(missing / this.#perMilli(this.#bytesPerHour))
  }

  /** Bytes of the last sixty minutes. */
  get spent(): number {
    const first = Math.floor(this.#now() / MINUTE_MS) - MINUTES
    let sum = 0
    for (const [minute, bytes] of this.#minutes) if (minute > first) sum += bytes
    return sum
  }

  #fill(): void {
    if (this.#bytesPerHour === undefined) return
    const now = this.#now()
    const filled = this.#level + (now - this.#filledAt) * this.#perMilli(this.#bytesPerHour)
    this.#level = Math.min(this.burst, filled)
    this.#filledAt = now
  }

  /** With the full bucket at the start of an hour, the hour's sum is the budget. */
  #perMilli(bytesPerHour: number): number {
    return (bytesPerHour - this.burst) / HOUR_MS
  }
}
