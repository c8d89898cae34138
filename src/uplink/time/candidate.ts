/** A time that is not believed at once: how often, and for how long, it has been told alike. */
import type { Millis } from '../../model/time.ts'

/** Told times that differ by less are the same one. */
const ALIKE_MS: Millis = 2000

export class Candidate {
  #offset: Millis | undefined
  #since: Millis = 0
  #count = 0

  /** Whether it has now been told so often, for so long. `offset`: told time less monotonic time. */
  confirms(offset: Millis, monotonic: Millis, need: { times: number; forMs: Millis }): boolean {
    if (this.#offset === undefined || Math.abs(offset - this.#offset) > ALIKE_MS) {
      this.#since = monotonic
      this.#count = 0
    }
    this.#offset = offset
    this.#count += 1
    return this.#count >= need.times && monotonic - this.#since >= need.forMs
  }

  forget(): void {
    this.#offset = undefined
  }
}
