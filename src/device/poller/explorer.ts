/** Runs a discovery in time: which question comes next and when, and what came of it all. */
import type { Millis } from '../../model/time.ts'
import {
  type Answers,
  type Discovery,
  type DiscoveryOptions,
  type DiscoveryStep,
  discover,
  type Question,
} from './discovery.ts'
import type { VehicleSupport } from './support.ts'

export class Explorer {
  /** What was found; undefined as long as it is being looked for. */
  support: VehicleSupport | undefined
  /** The last thing heard was silence. */
  isUnanswered = false
  readonly #discovery: Discovery
  #step: DiscoveryStep | undefined
  #resumeAt: Millis = Number.NEGATIVE_INFINITY

  constructor(options: DiscoveryOptions) {
    this.#discovery = discover(options)
  }

  /** What is asked next; undefined while it pauses, and at its end. */
  question(now: Millis): Question | undefined {
    if (this.support !== undefined) return undefined
    if (this.#step === undefined) this.#take(this.#discovery.next([]), now)
    while (this.#step !== undefined && 'pauseMs' in this.#step && now >= this.#resumeAt) {
      this.#take(this.#discovery.next([]), now)
    }
    return this.#step !== undefined && 'ask' in this.#step ? this.#step.ask : undefined
  }

  heard(answers: Answers, now: Millis): void {
    this.#take(this.#discovery.next(answers), now)
    const isPausing = this.#step !== undefined && 'pauseMs' in this.#step
    this.isUnanswered = answers.length === 0 && (isPausing || this.isUnanswered)
  }

  /** Gives up, with that. */
  end(support: VehicleSupport | undefined): void {
    this.support = support
  }

  /** When it goes on; infinity at its end. */
  nextAt(): Millis {
    return this.support === undefined ? this.#resumeAt : Number.POSITIVE_INFINITY
  }

  /** In words, for people. */
  describe(): string {
    if (this.support !== undefined) return 'finished'
    if (this.isUnanswered) return 'nobody answers; it is asked again after a pause'
    const step = this.#step
    return step !== undefined && 'ask' in step ? step.ask.cause : 'not begun'
  }

  #take(result: IteratorResult<DiscoveryStep, VehicleSupport>, now: Millis): void {
    this.#step = result.done ? undefined : result.value
    if (result.done) this.support = result.value
    else if ('pauseMs' in result.value) this.#resumeAt = now + result.value.pauseMs
  }
}
