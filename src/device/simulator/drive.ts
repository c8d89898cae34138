/**
 * Where a simulated vehicle is at a moment, and how fast: a pure function of wall time, so that the
 * distance goes on over restarts and never falls.
 *
 * It drives the same half hour again and again, on a loop whose position follows from the distance.
 * The loop is roughly the outer ring of Milan's boulevards, about 18 km.
 */
import type { Micros } from '../../model/time.ts'

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

/** The half hour: seconds, and the speed in km/h at their end. Straight lines between. */
const profile: readonly (readonly [seconds: number, speed: number])[] = [
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

const loop: readonly (readonly [latitude: number, longitude: number])[] = [
  [45.479, 9.1441],
  [45.4738, 9.1407],
  [45.4685, 9.144],
  [45.456, 9.1485],
  [45.4527, 9.151],
  [45.4435, 9.168],
  [45.441, 9.186],
  [45.443, 9.2165],
  [45.448, 9.227],
  [45.458, 9.2285],
  [45.468, 9.2265],
  [45.4775, 9.2245],
  [45.4858, 9.2165],
  [45.4868, 9.205],
  [45.496, 9.193],
  [45.4977, 9.1853],
  [45.4945, 9.176],
  [45.4935, 9.166],
  [45.493, 9.155],
  [45.4865, 9.1475],
]

const BUILT: Micros = Date.UTC(2026, 8, 1) * 1000
const BASE_KM = 114_300
/** A clock that was never set lies before `BUILT`: then distances repeat after so many cycles. */
const CYCLE_LIMIT = 500_000
/** It is refuelled after so many cycles, while it stands. */
const TANK_CYCLES = 36
const KM_PER_DEGREE = 111.195

interface Leg {
  /** Seconds from the start of the cycle, and km. */
  start: number
  distance: number
  seconds: number
  from: number
  to: number
}

interface Stretch {
  distance: number
  length: number
  from: readonly [number, number]
  to: readonly [number, number]
}

export class Drive {
  readonly cycleSeconds: number
  readonly cycleKm: number
  readonly loopKm: number
  readonly #legs: Leg[] = []
  readonly #stretches: Stretch[] = []

  constructor() {
    let start = 0
    let distance = 0
    let from = 0
    for (const [seconds, to] of profile) {
      this.#legs.push({ start, distance, seconds, from, to })
      start += seconds
      distance = inMillimetres(distance + ((from + to) / 2) * (seconds / 3600))
      from = to
    }
    this.cycleSeconds = start
    this.cycleKm = distance
    let along = 0
    for (const [index, point] of loop.entries()) {
      const to = loop[(index + 1) % loop.length] ?? point
      const length = kmBetween(point, to)
      this.#stretches.push({ distance: along, length, from: point, to })
      along += length
    }
    this.loopKm = along
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
    const [latitude, longitude] = this.#position(odometer % this.loopKm)
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

  #position(along: number): [number, number] {
    const { distance, length, from, to } = last(this.#stretches, (s) => s.distance <= along)
    const share = (along - distance) / length
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
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

function kmBetween(a: readonly [number, number], b: readonly [number, number]): number {
  const north = b[0] - a[0]
  const east = (b[1] - a[1]) * Math.cos((((a[0] + b[0]) / 2) * Math.PI) / 180)
  return Math.hypot(north, east) * KM_PER_DEGREE
}
