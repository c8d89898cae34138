/**
 * The trips of a vehicle from some moment on, as far as its records have been read: it goes on where
 * it was, and back to a mark where records came late.
 */
import type { Millis } from '../../../model/time.ts'
import type { TripSettings } from '../../../model/trip.ts'
import type { FoundTrip } from '../../trips/open-trip.ts'
import type { TripSample } from '../../trips/sample.ts'
import { type FinderState, newFinderState, TripFinder } from '../../trips/trip-finder.ts'
import type { Reading } from '../reading.ts'
import { nextRecord, tripSamples } from './trip-samples.ts'

/** So much is read at once, and is the least that is read anew where something came late. */
export const PART_MS: Millis = 3 * 3_600_000

interface Mark {
  /** Everything before it is in the state. */
  time: Millis
  state: FinderState
  /** Trips found until then. */
  count: number
}

export interface TripRunOptions {
  vehicle: string
  settings: TripSettings
  from: Millis
  /** Whether there is nothing before. */
  isFirst: boolean
}

export class TripRun {
  readonly #options: TripRunOptions
  readonly #marks: Mark[] = []
  #trips: FoundTrip[] = []
  #finder: TripFinder
  #next: Millis

  constructor(options: TripRunOptions) {
    this.#options = options
    this.#next = options.from
    const state = newFinderState()
    if (options.isFirst) state.sureFrom = Number.NEGATIVE_INFINITY
    this.#finder = this.#finderOf(state)
  }

  get from(): Millis {
    return this.#options.from
  }

  get isFirst(): boolean {
    return this.#options.isFirst
  }

  /** Whether what it finds from a moment on is right, or may yet turn out to be. */
  isSureAt(time: Millis): boolean {
    const { sureFrom } = this.#finder.state
    return (sureFrom ?? this.#next) <= time
  }

  /** Everything before it was read. */
  get next(): Millis {
    return this.#next
  }

  /** Those that have ended. */
  get trips(): readonly FoundTrip[] {
    return this.#trips
  }

  /** Whether all is known of the trips that started before `to`, without reading on. */
  knows(to: Millis): boolean {
    const { trip } = this.#finder.state
    return this.#next >= to && (trip === undefined || trip.start >= to)
  }

  /** The one that has not ended when it is `now`. */
  openAt(now: Millis): FoundTrip | undefined {
    const ended: FoundTrip[] = []
    const state = structuredClone(this.#finder.state)
    const finder = new TripFinder(this.#options.settings, (trip) => ended.push(trip), state)
    finder.tick(now)
    return ended[0] ?? finder.open
  }

  /** Reads a part more. How many records; undefined where there are no more. */
  advance(reading: Reading): number | undefined {
    const { vehicle } = this.#options
    const first = nextRecord(reading, vehicle, this.#next)
    if (first === undefined) return undefined
    const start = Math.floor(first / PART_MS) * PART_MS
    // Where the last part was not read to its end, its mark is there already.
    if ((this.#marks.at(-1)?.time ?? Number.NEGATIVE_INFINITY) < start) this.#mark(start)
    this.#surelyAfterGap(first)
    const samples = tripSamples(reading, { vehicle, from: this.#next, to: start + PART_MS })
    for (const sample of samples) this.#finder.take(sample)
    const last = samples.at(-1) as TripSample
    // Of the part that is being written more will come.
    this.#next = last.time + 1
    return samples.length
  }

  /** Whatever was under way before has ended by a gap between the beginning and the first record. */
  #surelyAfterGap(first: Millis): void {
    const { from, settings } = this.#options
    const { state } = this.#finder
    if (state.last !== undefined || first - from <= settings.gap) return
    state.sureFrom ??= from + settings.gap
  }

  /** Something has changed from a moment on: what was found of that is forgotten. */
  forgetFrom(changed: Millis): void {
    // What lies before its beginning is nothing to it; but that may not be all that has changed.
    const time = this.isFirst ? changed : Math.max(changed, this.from)
    if (time >= this.#next) return
    while ((this.#marks.at(-1)?.time ?? Number.NEGATIVE_INFINITY) > time) this.#marks.pop()
    const mark = this.#marks.pop()
    this.#trips = this.#trips.slice(0, mark?.count ?? 0)
    if (mark === undefined) {
      const state = newFinderState()
      if (this.#options.isFirst) state.sureFrom = Number.NEGATIVE_INFINITY
      this.#finder = this.#finderOf(state)
      this.#next = Math.min(this.#options.from, time)
      return
    }
    this.#finder = this.#finderOf(mark.state)
    this.#next = Math.min(this.#next, mark.time)
  }

  #mark(time: Millis): void {
    const state = structuredClone(this.#finder.state)
    this.#marks.push({ time, state, count: this.#trips.length })
  }

  #finderOf(state: FinderState): TripFinder {
    return new TripFinder(this.#options.settings, (trip) => this.#trips.push(trip), state)
  }
}
