/**
 * How far the two lanes of a sink are: in memory exactly, in the store with a delay that costs
 * repeats at worst. Only what is handed over to the backlog is written at once, since the live lane
 * goes on behind it.
 */
import { messageOf } from '../../model/errors.ts'
import type { Logger } from '../../model/ports.ts'
import type { Timers } from '../outbox-port.ts'
import type { LaneState, LaneStore, PlaceRange } from './lane-store.ts'

export interface LaneBookOptions {
  sink: string
  store: Pick<LaneStore, 'lanes' | 'saveLanes'>
  logger: Logger
  timers: Timers
  /** Saved after so many moves or so many milliseconds. */
  saveEvery: number
  saveMs: number
  /** Ranges at most; where there were more, the nearest two become one, with what is between them. */
  maxRanges?: number
}

const MAX_RANGES = 256

export class LaneBook {
  readonly #options: LaneBookOptions
  /** undefined until it could be read. */
  #state: LaneState | undefined
  #unsaved = 0
  #cancelSave: (() => void) | undefined

  constructor(options: LaneBookOptions) {
    this.#options = options
  }

  /** Throws what the store throws. */
  get state(): LaneState {
    const { store, sink } = this.#options
    this.#state ??= store.lanes(sink) ?? { live: 0, backlog: [] }
    return this.#state
  }

  /** Places that wait in the backlog. */
  get waiting(): number {
    return this.state.backlog.reduce((sum, { from, to }) => sum + to - from, 0)
  }

  /** What of the backlog comes next behind a place. */
  backlogAfter(place: number): PlaceRange | undefined {
    const range = this.state.backlog.find(({ to }) => to > place)
    return range && { from: Math.max(range.from, place), to: range.to }
  }

  /** The live lane has everything up to the place acknowledged. */
  liveAt(place: number): void {
    this.#moved({ ...this.state, live: place })
  }

  /** The backlog lane has everything up to the place acknowledged. */
  backlogAt(place: number): void {
    const backlog = this.state.backlog
      .filter(({ to }) => to > place)
      .map(({ from, to }) => ({ from: Math.max(from, place), to }))
    this.#moved({ ...this.state, backlog })
  }

  /** Durable when it returns; throws, and changes nothing, where it cannot be. */
  handOver(from: number, to: number): void {
    const backlog = this.#withRange({ from, to })
    const state = { live: to, backlog }
    this.#options.store.saveLanes(this.#options.sink, state)
    this.#saved(state)
  }

  save(): void {
    if (this.#unsaved === 0) return
    const { store, sink, logger } = this.#options
    try {
      const { state } = this
      store.saveLanes(sink, state)
      this.#saved(state)
    } catch (error) {
      // costs a repetition at worst
      logger.warn({ sink, detail: messageOf(error) }, 'the place of the lanes could not be saved')
      this.#saveLater()
    }
  }

  /** Saves, and forgets, so that it is read anew. */
  close(): void {
    this.save()
    this.#cancelSave?.()
    this.#cancelSave = undefined
    this.#unsaved = 0
    this.#state = undefined
  }

  #withRange(range: PlaceRange): PlaceRange[] {
    const ranges = this.state.backlog.map((known) => ({ ...known }))
    const last = ranges.at(-1)
    if (last !== undefined && last.to >= range.from) last.to = range.to
    else ranges.push({ ...range })
    while (ranges.length > (this.#options.maxRanges ?? MAX_RANGES)) joinNearest(ranges)
    return ranges
  }

  #moved(state: LaneState): void {
    this.#state = state
    this.#unsaved += 1
    if (this.#unsaved >= this.#options.saveEvery) this.save()
    else this.#saveLater()
  }

  #saved(state: LaneState): void {
    this.#state = state
    this.#unsaved = 0
    this.#cancelSave?.()
    this.#cancelSave = undefined
  }

  #saveLater(): void {
    this.#cancelSave ??= this.#options.timers.after(this.#options.saveMs, () => {
      this.#cancelSave = undefined
      this.save()
    })
  }
}

/** What is between the two goes out a second time: at least once, and the list stays short. */
function joinNearest(ranges: PlaceRange[]): void {
  let nearest = 1
  const gap = (index: number) => (ranges[index]?.from ?? 0) - (ranges[index - 1]?.to ?? 0)
  for (let index = 2; index < ranges.length; index += 1) {
    if (gap(index) < gap(nearest)) nearest = index
  }
  const [after] = ranges.splice(nearest, 1)
  const before = ranges[nearest - 1]
  if (before !== undefined && after !== undefined) before.to = after.to
}
