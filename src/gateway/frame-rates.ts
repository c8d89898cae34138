/**
 * Frames a second, and what share of the bus they take, from the counters that are there: nothing is done
 * for a frame. A frame counts as one of eight bytes with some stuff bits; where it is shorter the load is
 * less. Sources with several buses have one counter, and no load.
 */
import type { Config } from '../config/schema.ts'
import type { Millis } from '../model/time.ts'

/** SOF to interframe space, with eight bytes: 131 bits extended, 111 standard; and stuff bits. */
const FRAME_BITS = 135
const EVERY_MS: Millis = 1000
const KEPT = 11

export interface FrameRate {
  framesPerSecond?: number
  busLoad?: number
}

interface Counter {
  readonly id: string
  readonly frames: number
}

interface Count {
  at: Millis
  frames: Map<string, number>
}

export class FrameRates {
  readonly #bitrates: ReadonlyMap<string, number>
  #counts: Count[] = []

  constructor(bitrates: ReadonlyMap<string, number>) {
    this.#bitrates = bitrates
  }

  tick(now: Millis, counters: readonly Counter[]): void {
    const last = this.#counts.at(-1)
    if (last !== undefined && now - last.at < EVERY_MS) return
    this.#counts.push({ at: now, frames: new Map(counters.map(({ id, frames }) => [id, frames])) })
    if (this.#counts.length > KEPT) this.#counts.shift()
  }

  /** Of about the last ten seconds; empty before there were any. */
  of(source: string, buses: number): FrameRate {
    const [first, last] = [this.#counts[0], this.#counts.at(-1)]
    const [from, to] = [first?.frames.get(source), last?.frames.get(source)]
    if (from === undefined || to === undefined || first === last) return {}
    const seconds = ((last?.at ?? 0) - (first?.at ?? 0)) / 1000
    const framesPerSecond = Math.round(((to - from) / seconds) * 10) / 10
    const bitrate = this.#bitrates.get(source)
    if (bitrate === undefined || buses > 1) return { framesPerSecond }
    const busLoad = Math.min(
      1,
      Math.round(((framesPerSecond * FRAME_BITS) / bitrate) * 1000) / 1000,
    )
    return { framesPerSecond, busLoad }
  }
}

/** Bits a second of the buses whose sources are told theirs. */
export function bitratesOf({ sources }: Pick<Config, 'sources'>): Map<string, number> {
  return new Map(
    sources.flatMap((source) =>
      'bitrate' in source && source.bitrate !== undefined ? [[source.id, source.bitrate]] : [],
    ),
  )
}
