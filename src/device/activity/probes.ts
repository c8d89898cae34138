/**
 * When a vehicle that rests may be asked one single thing, to see whether it woke up. Each cue
 * allows one request at once and more of them at growing intervals for as long as it lasts.
 */
import type { WakeCue } from '../../model/activity.ts'
import type { Millis } from '../../model/time.ts'

/** `start`: nothing is known yet · `interrupted`: it fell silent while it moved · `schedule`: it is time. */
export type ProbeCue = WakeCue | 'start' | 'interrupted' | 'schedule'

const MINUTE: Millis = 60_000
const growing: readonly Millis[] = [1, 2, 4, 8, 16, 32, 60].map((minutes) => minutes * MINUTE)
/** Waits after each probe of a cue; the last one is repeated. */
const waits: Readonly<Record<ProbeCue, readonly Millis[]>> = {
  start: [5000],
  interrupted: [5000, 10_000, 20_000, ...growing],
  voltage: growing,
  traffic: growing,
  motion: growing,
  ignition: growing,
  schedule: growing,
}
/** A cue that was away for less is the same one. */
const SAME_MS: Millis = 5 * MINUTE
/** So often one is tried that does not go out. */
const MAX_FAILED = 3
const AFTER_FAILED_MS: Millis = 10_000

interface Ladder {
  seenAt: Millis
  due: Millis
  step: number
  failed: number
}

export class Probes {
  readonly #ladders = new Map<ProbeCue, Ladder>()
  #present: readonly ProbeCue[] = []

  /** These cues are there now. */
  offer(cues: readonly ProbeCue[], now: Millis): void {
    this.#present = cues
    for (const [cue, ladder] of this.#ladders) {
      if (now - ladder.seenAt > SAME_MS) this.#ladders.delete(cue)
    }
    for (const cue of cues) {
      const ladder = this.#ladders.get(cue)
      if (ladder !== undefined) ladder.seenAt = now
      else this.#ladders.set(cue, { seenAt: now, due: now, step: 0, failed: 0 })
    }
  }

  /** The cue that allows a probe now. */
  due(now: Millis): ProbeCue | undefined {
    return this.#present.find((cue) => (this.#ladders.get(cue)?.due ?? now) <= now)
  }

  /** One was sent: it was for every cue that is there. */
  used(now: Millis): void {
    for (const cue of this.#present) {
      const ladder = this.#ladders.get(cue)
      if (ladder === undefined) continue
      const steps = waits[cue]
      const wait = steps[Math.min(ladder.step, steps.length - 1)] ?? Number.POSITIVE_INFINITY
      ladder.due = now + wait
      ladder.step += 1
      ladder.failed = 0
    }
    this.#ladders.delete('schedule')
    this.#present = this.#present.filter((cue) => cue !== 'schedule')
  }

  /** One could not be sent; true: it will not be tried again, as if it had been. */
  failed(now: Millis): boolean {
    let isUp = false
    for (const cue of this.#present) {
      const ladder = this.#ladders.get(cue)
      if (ladder === undefined || ladder.due > now) continue
      ladder.failed += 1
      ladder.due = now + AFTER_FAILED_MS
      if (ladder.failed >= MAX_FAILED) isUp = true
    }
    return isUp
  }

  /** The vehicle is in use: what comes after is new. */
  clear(): void {
    this.#present = []
    this.#ladders.clear()
  }
}
