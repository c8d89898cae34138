/**
 * What becomes of requests. Nobody answering twice is the end of a drive on a clean bus; on one that
 * loses answers it happens all the time, so how many it takes follows from how many are lost.
 */
import type { Millis } from '../../model/time.ts'

export type AskOutcome = 'answered' | 'silent' | 'failed'

const MIN_RUN = 2
const MAX_RUN = 12
/** By chance so many in a row stay unanswered less often than this. */
const CHANCE = 1e-8
/** What a bus loses before anything is known of it, worth so many requests. */
const PRIOR_LOSS = 0.0001
const PRIOR_WEIGHT = 10
/** Beyond so many requests the older ones count for less. */
const MEMORY = 200

export class Answers {
  answeredAt: Millis = Number.NEGATIVE_INFINITY
  askedAt: Millis = Number.NEGATIVE_INFINITY
  #silent = 0
  #failed = 0
  #asked = PRIOR_WEIGHT
  #lost = PRIOR_WEIGHT * PRIOR_LOSS

  outcome(outcome: AskOutcome, now: Millis): void {
    this.askedAt = now
    if (outcome === 'silent') this.#silent += 1
    else if (outcome === 'failed') this.#failed += 1
    else this.#answered(now)
  }

  /** The count begins anew: what went unanswered before is no evidence of what is now. */
  forget(): void {
    this.#silent = 0
    this.#failed = 0
  }

  /**
   * How many went unanswered since the last answer. A request that the bus did not take counts only
   * where the bus is silent: without a single control unit awake nobody acknowledges a frame.
   */
  run(isBusSilent: boolean): number {
    return this.#silent + (isBusSilent ? this.#failed : 0)
  }

  /** How many in a row are no accident. */
  get enough(): number {
    const loss = this.#lost / this.#asked
    const run = Math.ceil(Math.log(CHANCE) / Math.log(loss))
    return Math.min(Math.max(run, MIN_RUN), MAX_RUN)
  }

  #answered(now: Millis): void {
    this.#lost += Math.min(this.#silent, MAX_RUN)
    this.#asked += 1 + Math.min(this.#silent, MAX_RUN)
    if (this.#asked > MEMORY) {
      this.#lost /= 2
      this.#asked /= 2
    }
    this.forget()
    this.answeredAt = now
  }
}
