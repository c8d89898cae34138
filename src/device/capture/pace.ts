/**
 * When a recorded frame is due, by the frames' own times. A step back by more than a second or
 * forwards by more than an hour is a clock that was set during the recording, not a silence: the
 * pace goes on from there at once.
 */
import type { Micros, Millis } from '../../model/time.ts'

const LARGEST_STEP_BACK: Micros = 1_000_000
const LARGEST_STEP: Micros = 3_600_000_000

export class Pace {
  readonly #speed: number
  /** Time of a frame, and the moment at which it was due. */
  #time: Micros | undefined
  #moment: Millis = 0
  #previous: Micros = 0

  /** 2 is twice as fast as recorded. */
  constructor(speed: number) {
    this.#speed = speed
  }

  /** The monotonic moment at which a frame of this time is to come; the first one comes now. */
  due(time: Micros, now: Millis): Millis {
    const step = time - this.#previous
    if (this.#time === undefined || step < -LARGEST_STEP_BACK || step > LARGEST_STEP) {
      this.#time = time
      this.#moment = now
    }
    this.#previous = time
    return this.#moment + (time - this.#time) / 1000 / this.#speed
  }
}
