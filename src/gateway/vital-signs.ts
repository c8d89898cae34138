/**
 * Whether the gateway lives: its loops say so at every turn, and one that has not for too long hangs. A
 * loop that turns and fails, such as a journal on a full card, lives: that is told in the health.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Millis } from '../model/time.ts'

export interface LoopLag {
  p50Ms: number
  p99Ms: number
  maxMs: number
}

const RESOLUTION_MS = 20
/** The figures are of the last one to two of these. */
const WINDOW_MS: Millis = 30_000
/** A loop of which half the turns come later than this serves nobody. */
const LAG_BOUND_MS: Millis = 1000
const NANOS_PER_MS = 1e6

type Histogram = ReturnType<typeof monitorEventLoopDelay>

export class VitalSigns {
  readonly #monotonic: () => Millis
  readonly #loops = new Map<string, { bound: Millis; beat: Millis }>()
  #older: Histogram | undefined
  #newer: Histogram | undefined
  #turn: NodeJS.Timeout | undefined

  constructor(monotonic: () => Millis) {
    this.#monotonic = monotonic
  }

  start(): void {
    this.#next()
    this.#turn = setInterval(() => this.#next(), WINDOW_MS)
    this.#turn.unref()
  }

  stop(): void {
    clearInterval(this.#turn)
    this.#older?.disable()
    this.#newer?.disable()
    this.#older = undefined
    this.#newer = undefined
  }

  /** A loop that has to turn again within `bound`, from now on. */
  expect(loop: string, bound: Millis): void {
    this.#loops.set(loop, { bound, beat: this.#monotonic() })
  }

  beat(loop: string): void {
    const known = this.#loops.get(loop)
    if (known !== undefined) known.beat = this.#monotonic()
  }

  /** What hangs, as a sentence; undefined: the gateway lives. */
  failure(): string | undefined {
    const now = this.#monotonic()
    for (const [loop, { bound, beat }] of this.#loops) {
      if (now - beat > bound)
        return `${loop} has not turned for ${Math.round((now - beat) / 1000)} s`
    }
    const { p50Ms } = this.lag()
    if (p50Ms > LAG_BOUND_MS) return `half of all work waits longer than ${Math.round(p50Ms)} ms`
    return undefined
  }

  /** How late timers came in the last minute, at least since half a minute. */
  lag(): LoopLag {
    const histogram = this.#older ?? this.#newer
    if (histogram === undefined || histogram.max === 0) return { p50Ms: 0, p99Ms: 0, maxMs: 0 }
    // It counts from one turn to the next, the time that was asked for included.
    const late = (nanos: number) =>
      Math.max(0, Math.round((nanos / NANOS_PER_MS - RESOLUTION_MS) * 100) / 100)
    return {
      p50Ms: late(histogram.percentile(50)),
      p99Ms: late(histogram.percentile(99)),
      maxMs: late(histogram.max),
    }
  }

  /** The older one counts for two windows, so that its figures never begin at nothing. */
  #next(): void {
    this.#older?.disable()
    this.#older = this.#newer
    this.#newer = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    this.#newer.enable()
  }
}
