/**
 * Time of a frame from the adapter's time stamp, which starts again and again: SLCAN counts the
 * milliseconds of a minute, GVRET microseconds in 32 bits. Frames reach us in lumps, late by a varying delay; the stamps know the spacing, our clock knows the time.
 * The frame with the smallest delay so far ties one to the other.
 */
import type { Micros } from '../../model/time.ts'

/** Beyond this the two have lost each other: a pause of minutes, a restart, a clock that was set. */
const LOST: Micros = 1_000_000
/** Share by which the tie follows a clock that drifts away, per frame. */
const FOLLOW = 1 / 4096

export class AdapterClock {
  #stamp = -1
  #elapsed: Micros = 0
  #tie: Micros = Number.POSITIVE_INFINITY
  /** Stamps from one start to the next, and what one of them is worth. */
  readonly #wrap: number
  readonly #unit: Micros

  constructor(wrap = 60_000, unit: Micros = 1000) {
    this.#wrap = wrap
    this.#unit = unit
  }

  /** Hot. `stamp` from 0 to the wrap, −1 for none. The result is never later than the arrival. */
  timeOf(stamp: number, arrival: Micros): Micros {
    if (stamp < 0) return arrival
    if (this.#stamp >= 0) {
      this.#elapsed += ((stamp - this.#stamp + this.#wrap) % this.#wrap) * this.#unit
    }
    this.#stamp = stamp
    const lag = arrival - this.#elapsed
    const late = lag - this.#tie
    if (late < 0 || late > LOST) this.#tie = lag
    else this.#tie += late * FOLLOW
    return Math.floor(this.#elapsed + this.#tie)
  }
}
