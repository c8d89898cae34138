/**
 * After an error of the bus nothing is sent for a while, longer each time in a row; after bus-off only
 * once the controller says that it is well again. And where another tester is at work, it has the
 * bus to itself. Times are monotonic milliseconds.
 */
import type { Millis } from '../../model/time.ts'
import type { BusState } from '../../model/transmit.ts'

const FIRST_MS: Millis = 2000
/** A bus that is well again is asked again soon; one that is not suffers a single request. */
const MAX_MS: Millis = 8000
const TESTER_MS: Millis = 60_000

export class BusPatience {
  #state: BusState = 'ok'
  #delay: Millis = 0
  #until: Millis = Number.NEGATIVE_INFINITY
  #testerUntil: Millis = Number.NEGATIVE_INFINITY

  /** 0 if the bus may be used, else in how many ms; at least so many while it is off. */
  wait(now: Millis): Millis {
    if (this.#state === 'off') return Math.max(this.#until - now, FIRST_MS)
    return Math.max(this.#until - now, this.#testerUntil - now, 0)
  }

  reason(now: Millis): 'bus-error' | 'other-tester' {
    return this.#state === 'off' || this.#until > now ? 'bus-error' : 'other-tester'
  }

  /** What the controller says; every error, and every way back, starts the pause anew. */
  state(state: BusState, now: Millis): void {
    const wasOff = this.#state === 'off'
    this.#state = state
    if (state !== 'ok' || wasOff) this.failed(now)
  }

  failed(now: Millis): void {
    this.#delay = this.#delay === 0 ? FIRST_MS : Math.min(this.#delay * 2, MAX_MS)
    this.#until = now + this.#delay
  }

  succeeded(): void {
    this.#delay = 0
  }

  /** The vehicle woke up: that nobody acknowledged while it slept says nothing any more. */
  wokeUp(): void {
    if (this.#state !== 'ok') return
    this.#delay = 0
    this.#until = Number.NEGATIVE_INFINITY
  }

  otherTester(now: Millis): void {
    this.#testerUntil = now + TESTER_MS
  }
}
