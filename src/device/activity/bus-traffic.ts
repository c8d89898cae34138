/** The traffic of one source over the last seconds, without what our own requests brought. */
import type { Millis } from '../../model/time.ts'

/** What a rate is measured over. */
export const RATE_MS: Millis = 5000
/** Frames that one request may bring: several control units, each with some frames. */
const FRAMES_PER_ANSWER = 8
/** Frames a second of a bus on which control units talk by themselves. */
const LIVELY = 5
/** Share of the difference that the usual rate takes up in a second. */
const LEARN_PER_SECOND = 0.02

export class BusTraffic {
  isLost = false
  /** Whether it ever heard a frame. */
  hasHeard = false
  /** The last frame; or when it was found again, for the silence before it is none. */
  heardAt: Millis
  /** When it had the rate of control units that talk by themselves. */
  livelyAt: Millis = Number.NEGATIVE_INFINITY
  #changedAt: Millis
  #usual = 0
  #calls: { at: Millis; count: number }[] = []
  #learnedAt: Millis | undefined

  constructor(now: Millis) {
    this.heardAt = now
    this.#changedAt = now
  }

  /** When it was lost or found, or first seen. */
  get changedAt(): Millis {
    return this.#changedAt
  }

  /** Frames a second while the vehicle is used. */
  get usual(): number {
    return this.#usual
  }

  frames(count: number, now: Millis): void {
    if (count > 0) {
      this.hasHeard = true
      this.heardAt = now
      this.#calls.push({ at: now, count })
    }
    this.#trim(now)
    if (this.rate(now) >= LIVELY) this.livelyAt = now
  }

  /** An answer came; its frames say nothing of what the bus does by itself. */
  answered(now: Millis): void {
    this.#calls.push({ at: now, count: -FRAMES_PER_ANSWER })
  }

  /** Frames a second that nobody asked for. */
  rate(now: Millis): number {
    this.#trim(now)
    const count = this.#calls.reduce((sum, call) => sum + call.count, 0)
    return Math.max(0, count / (RATE_MS / 1000))
  }

  /** The vehicle is used: this is what it sounds like. */
  learn(now: Millis): void {
    const seconds = (now - (this.#learnedAt ?? now)) / 1000
    this.#learnedAt = now
    const rate = this.rate(now)
    if (rate < LIVELY) return
    if (this.#usual === 0) this.#usual = rate
    this.#usual += Math.min(1, seconds * LEARN_PER_SECOND) * (rate - this.#usual)
  }

  lost(isLost: boolean, now: Millis): void {
    if (isLost === this.isLost) return
    this.isLost = isLost
    this.#changedAt = now
    this.heardAt = now
    this.#calls = []
  }

  #trim(now: Millis): void {
    while ((this.#calls[0]?.at ?? now) < now - RATE_MS) this.#calls.shift()
  }
}
