/** So many a second, and so many at once after a pause (a token bucket). */
import type { Millis } from '../../model/time.ts'

export class RateLimit {
  private readonly perSecond: number
  private readonly burst: number
  private tokens: number
  private at: Millis | undefined

  constructor(perSecond: number, burst: number) {
    this.perSecond = perSecond
    this.burst = burst
    this.tokens = burst
  }

  take(now: Millis): boolean {
    const elapsed = now - (this.at ?? now)
    this.at = now
    this.tokens = Math.min(this.burst, this.tokens + (elapsed / 1000) * this.perSecond)
    if (this.tokens < 1) return false
    this.tokens -= 1
    return true
  }
}
