/**
 * Where a simulated vehicle is at a moment, and how fast: a pure function of wall time, so that the
 * distance goes on over restarts and never falls.
 *
 * It drives the same half hour again and again, on a route whose position follows from the distance.
 */
import type { Micros } from '../../model/time.ts'
import { Route } from './route.ts'

export interface Motion {
  /** km since the vehicle was built. */
  odometer: number
  /** km since it was refuelled. */
  trip: number
  /** 0 when it was just refuelled, 1 when it is about to be. */
  tankUsed: number
  /** km/h. */
  speed: number
  /** km/h per second. */
  acceleration: number
  /** Degrees. */
  latitude: number
  longitude: number
  /** Seconds the engine has run; it never stops. */
  engineSeconds: number
}

/** Seconds, and the speed in km/h at their end. Straight lines between. */
export type SpeedPoint = readonly [seconds: number, speed: number]

/** The half hour, from and to a standstill. */
export const cityProfile: readonly SpeedPoint[] = [
  [12, 30],
  [25, 42],
  [60, 48],
  [14, 0],
  [18, 0],
  [20, 38],
  [70, 46],
  [30, 33],
  [80, 50],
  [15, 0],
  [22, 0],
  [22, 40],
  [45, 44],
  [12, 18],
  [10, 20],
  [20, 45],
  [110, 52],
  [16, 0],
  [12, 0],
  [26, 46],
  [95, 50],
  [20, 28],
  [25, 30],
  [20, 47],
  [60, 44],
  [14, 0],
  [20, 0],
  [18, 35],
  [65, 41],
  [10, 22],
  [35, 44],
  [90, 49],
  [14, 0],
  [15, 0],
  [24, 45],
  [100, 51],
  [30, 36],
  [75, 43],
  [12, 0],
  [16, 0],
  [20, 36],
  [55, 42],
  [25, 25],
  [30, 40],
  [80, 46],
  [50, 30],
  [40, 34],
  [60, 28],
  [18, 0],
  [25, 0],
]

export const BUILT: Micros = Date.UTC(2026, 8, 1) * 1000
const BASE_KM = 114_300
/** A clock that was never set lies before `BUILT`: then distances repeat after so many cycles. */
const CYCLE_LIMIT = 500_000
/** It is refuelled after so many cycles, while it stands. */
const TANK_CYCLES = 36

interface Leg {
  /** Seconds from the start of the cycle, and km. */
  start: number
  distance: number
  seconds: number
  from: number
  to: number
}

export class Drive {
  readonly cycleSeconds: number
  readonly cycleKm: number
  readonly #route = new Route()
  readonly #legs: Leg[] = []

  constructor() {
    let start = 0
    let distance = 0
    let from = 0
    for (const [seconds, to] of cityProfile) {
      this.#legs.push({ start, distance, seconds, from, to })
      start += seconds
      distance = inMillimetres(distance + ((from + to) / 2) * (seconds / 3600))
      from = to
    }
    this.cycleSeconds = start
    this.cycleKm = distance
  }

  at(time: Micros): Motion {
    const seconds = (time - BUILT) / 1e6
    const cycles = Math.floor(seconds / this.cycleSeconds)
    const within = seconds - cycles * this.cycleSeconds
    const count = ((cycles % CYCLE_LIMIT) + CYCLE_LIMIT) % CYCLE_LIMIT
    const leg = last(this.#legs, (candidate) => candidate.start <= within)
    const elapsed = within - leg.start
    const acceleration = (leg.to - leg.from) / leg.seconds
    const speed = Math.max(leg.from + acceleration * elapsed, 0)
    const driven = inMillimetres(leg.distance + ((leg.from + speed) / 2) * (elapsed / 3600))
    const odometer = inMillimetres(BASE_KM + count * this.cycleKm + driven)
    const trip = (count % TANK_CYCLES) * this.cycleKm + driven
    const tankUsed = trip / (TANK_CYCLES * this.cycleKm)
    const { latitude, longitude } = this.#route.at(odometer)
    const engineSeconds = count * this.cycleSeconds + within + BASE_KM * 100
    return {
      odometer,
      trip,
      tankUsed,
      speed,
      acceleration,
      latitude,
      longitude,
      engineSeconds,
    }
  }
}

/** km, rounded to millimetres, so that the seam of two cycles shows no step back. */
function inMillimetres(distance: number): number {
  return Math.round(distance * 1e6) / 1e6
}

/** The last that fits; the first one always does. */
function last<T>(items: readonly T[], fits: (item: T) => boolean): T {
  return items.findLast(fits) ?? (items[0] as T)
}
