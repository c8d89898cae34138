/**
 * What makes the gateway keep raw frames by itself, and how often at most: something that goes on is
 * kept after 10 minutes again, then after 20, 40 … up to a day, so that a bad sensor does not wear out
 * the card.
 */
import type { Millis } from '../../model/time.ts'

const FIRST_GAP: Millis = 600_000
const LAST_GAP: Millis = 86_400_000

export class TriggerPace {
  readonly #kinds = new Map<string, { at: Millis; gap: Millis }>()

  /** Whether it may be kept now; if so, it counts. */
  take(kind: string, now: Millis): boolean {
    const last = this.#kinds.get(kind)
    if (last === undefined || now < last.at || now - last.at > 2 * LAST_GAP) {
      this.#kinds.set(kind, { at: now, gap: FIRST_GAP })
      return true
    }
    if (now - last.at < last.gap) return false
    this.#kinds.set(kind, { at: now, gap: Math.min(last.gap * 2, LAST_GAP) })
    return true
  }
}

interface Speed {
  /** km/h. */
  value: number
  time: Millis
}

/** Two readings of a speed that are further apart tell nothing of how hard it was. */
const LONGEST: Millis = 2500
const SHORTEST: Millis = 200
/** km/h: below it a wheel that locks on snow looks like a crash. */
const FROM_SPEED = 15

/** Deceleration from readings of the speed, m/s². */
export class BrakingWatch {
  readonly #limit: number
  #last: Speed | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  /** A sentence where it was harsh. */
  take(now: Speed): string | undefined {
    const before = this.#last
    if (before === undefined || now.time < before.time) {
      this.#last = now
      return undefined
    }
    const span = now.time - before.time
    if (span < SHORTEST) return undefined
    this.#last = now
    if (span > LONGEST || before.value < FROM_SPEED) return undefined
    const deceleration = (before.value - now.value) / 3.6 / (span / 1000)
    if (deceleration < this.#limit) return undefined
    return `from ${round(before.value)} to ${round(now.value)} km/h in ${round(span / 1000)} s: ${round(deceleration)} m/s²`
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
