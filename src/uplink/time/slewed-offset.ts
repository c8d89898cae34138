/**
 * What is added to monotonic time to get wall time. It is moved at once (`step`), or so slowly that
 * wall time only ever grows (`slew`): a hundredth of the time that passes.
 */
import type { Millis } from '../../model/time.ts'

const SLEW_RATE = 0.01

export class SlewedOffset {
  #from: Millis
  #target: Millis
  #since: Millis

  constructor(offset: Millis, monotonic: Millis) {
    this.#from = offset
    this.#target = offset
    this.#since = monotonic
  }

  at(monotonic: Millis): Millis {
    const most = Math.max(monotonic - this.#since, 0) * SLEW_RATE
    const left = this.#target - this.#from
    return this.#from + Math.max(-most, Math.min(most, left))
  }

  step(offset: Millis, monotonic: Millis): void {
    this.#from = offset
    this.#target = offset
    this.#since = monotonic
  }

  slew(offset: Millis, monotonic: Millis): void {
    this.#from = this.at(monotonic)
    this.#target = offset
    this.#since = monotonic
  }
}
