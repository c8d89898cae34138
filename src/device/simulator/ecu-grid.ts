/** The moments at which simulated control units send by themselves: every ten milliseconds. */
import type { Micros } from '../../model/time.ts'

const STEP: Micros = 10_000
/** After a pause, such as a suspended process, only this much is made up for. */
const BACKLOG: Micros = 1_000_000

export class Grid {
  #done: Micros | undefined

  /** Whether the clock has jumped back since the last call of `until`. */
  isBefore(time: Micros): boolean {
    return this.#done !== undefined && time < this.#done
  }

  /** The moments after the last call, up to and with `time`. */
  until(time: Micros): Micros[] {
    const oldest = time - BACKLOG
    const from = this.isBefore(time) ? time : Math.max(this.#done ?? oldest, oldest)
    this.#done = time
    const moments: Micros[] = []
    for (let now = (Math.floor(from / STEP) + 1) * STEP; now <= time; now += STEP) {
      moments.push(now)
    }
    return moments
  }
}
