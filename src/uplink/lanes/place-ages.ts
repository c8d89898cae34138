/**
 * How old places of the journal are, by the monotonic clock: whenever the journal has committed, its
 * newest place is noted. A step of the wall clock does not make a record old.
 */
import type { Millis } from '../../model/time.ts'

interface Mark {
  seq: number
  /** Monotonic: the places up to `seq` were there by then. */
  at: Millis
}

/** Commits that follow each other faster share a mark. */
const MARKS = 64

export class PlaceAges {
  readonly #spanMs: Millis
  /** Ascending; the first may be older than the span, the others are not. */
  #marks: Mark[] = []

  /** Ages up to `spanMs` can be told apart. */
  constructor(spanMs: Millis) {
    this.#spanMs = spanMs
  }

  note(seq: number, now: Millis): void {
    const last = this.#marks.at(-1)
    if (last !== undefined && seq <= last.seq) return
    if (last !== undefined && now - last.at < this.#spanMs / MARKS) last.seq = seq
    else this.#marks.push({ seq, at: now })
    const old = this.#marks.findLastIndex(({ at }) => now - at > this.#spanMs)
    if (old > 0) this.#marks.splice(0, old)
  }

  /** The last place that is older; 0 where none is known to be. */
  olderThan(ageMs: Millis, now: Millis): number {
    return this.#marks.findLast(({ at }) => now - at > ageMs)?.seq ?? 0
  }

  forget(): void {
    this.#marks = []
  }
}
