/**
 * Time that only passes: from the wall-clock times that the inputs carry to milliseconds since the
 * first one. A clock that was set is no evidence of anything, so a jump counts as next to nothing
 * and every interval that was being measured goes on.
 */
import { type Micros, type Millis, microsToMillis, millisToMicros } from '../../model/time.ts'

/** Sources are never quite in step; a step back beyond it is a clock that was set. */
const BACK_MS: Millis = 5000
/** Nobody calls so rarely: a longer step is a clock that was set, or a process that stood still. */
const FORWARD_MS: Millis = 10_000
/** What a jump forward counts as: short of every limit, yet a rare caller still gets on. */
const JUMP_COUNTS_MS: Millis = 1000

export class ElapsedTime {
  #wall: Micros | undefined
  #now: Millis = 0

  get now(): Millis {
    return this.#now
  }

  advance(time: Micros): Millis {
    const step = (time - (this.#wall ?? time)) / 1000
    if (step < 0 && step >= -BACK_MS) return this.#now
    this.#wall = time
    if (step > 0) this.#now += step > FORWARD_MS ? JUMP_COUNTS_MS : step
    return this.#now
  }

  /** How old something is that carries this time; before the first step it may be of any age. */
  ageOf(time: Micros): Millis {
    return this.#wall === undefined ? Number.POSITIVE_INFINITY : microsToMillis(this.#wall - time)
  }

  wallOf(moment: Millis): Micros {
    return Math.round((this.#wall ?? 0) - millisToMicros(this.#now - moment))
  }
}
