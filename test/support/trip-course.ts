/**
 * Courses for the tests of trips: a vehicle that does one thing after the other, and the samples that
 * its records would hold.
 */
import type { TripSample } from '../../src/uplink/trips/sample.ts'
import { sampleOf } from '../../src/uplink/trips/sample.ts'

export const DEPARTURE = Date.UTC(2026, 2, 2, 8)

type Values = Partial<Omit<TripSample, 'time'>>

export interface Leg {
  seconds: number
  /** km/h on the road, known or not. */
  speed?: number
  /** What the records have; position, speed and odometer follow from the way. */
  values?: Values
  /** Of these the records know nothing. */
  without?: readonly (keyof Values)[]
  /** No records at all. */
  silent?: true
  /** Seconds between records. */
  every?: number
  /** m by which positions are wrong, by the count of the second. */
  drift?: (second: number) => number
}

const METRES_PER_DEGREE = 111_194.9

/** Goes north from 50° N, 8° E. */
export class Course {
  readonly samples: TripSample[] = []
  time: number
  km = 1000
  #metres = 0
  readonly #values: Values

  constructor(start = DEPARTURE, values: Values = {}) {
    this.time = start
    this.#values = values
  }

  leg(leg: Leg): this {
    const { seconds, speed = 0, values = {}, without = [], silent, every = 1, drift } = leg
    for (let second = 0; second < seconds; second++) {
      if (silent !== true && second % every === 0) {
        const wrong = drift?.(second) ?? 0
        const all: Record<string, unknown> = {
          speed,
          odometer: Math.floor(this.km * 10) / 10,
          latitude: 50 + (this.#metres + wrong) / METRES_PER_DEGREE,
          longitude: 8,
          ...this.#values,
          ...values,
        }
        for (const name of without) delete all[name]
        for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name]
        this.samples.push(sampleOf(this.time, all as never))
      }
      this.#metres += speed / 3.6
      this.km += speed / 3600
      this.time += 1000
    }
    return this
  }
}
