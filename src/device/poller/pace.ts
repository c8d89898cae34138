/**
 * How many questions a second the adapter, the control units and the governor together really
 * manage: a moving average of what one question costs, waiting included. It grows quickly and
 * shrinks slowly, since a plan that is too full makes everything late.
 */
import type { Millis } from '../../model/time.ts'

const GROWING = 1 / 8
const SHRINKING = 1 / 32
/** What one odd answer (a VIN in many frames) may count for, as a multiple of the average. */
const MAX_OUTLIER = 4
/** Until something is measured. */
const FIRST_COST_MS: Millis = 100
const LEAST_COST_MS: Millis = 1
/** What is left free, for waits that add up and for others who ask. */
const SHARE = 0.85

export class Pace {
  #cost = FIRST_COST_MS

  /** A request took so long, from being wanted to its answer, and asked for so many items. */
  measured(elapsed: Millis, items: number): void {
    const cost = Math.min(Math.max(elapsed / items, LEAST_COST_MS), this.#cost * MAX_OUTLIER)
    this.#cost += (cost - this.#cost) * (cost > this.#cost ? GROWING : SHRINKING)
  }

  /** Items a second that can be planned. */
  get itemsPerSecond(): number {
    return (1000 / this.#cost) * SHARE
  }
}
