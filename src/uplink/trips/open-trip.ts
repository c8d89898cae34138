/** A trip that has not ended, as far as the finder knows it. */
import type { Millis } from '../../model/time.ts'
import type { Place, Trip, TripStop } from '../../model/trip.ts'
import { DENSE_MS } from './motion.ts'
import { metresBetween, placeOf, type TripSample } from './sample.ts'
import { count, type Stretch, stopOf } from './tail.ts'

/** A trip as the finder sees it: what needs other tables is added by who knows them. */
export type FoundTrip = Omit<Trip, 'id' | 'vehicle' | 'distance'>

/** Plain data. */
export interface OpenTrip {
  start: Millis
  startPlace?: Place
  isConfirmed: boolean
  /** How many records have seen it move. */
  moved: number
  hasEngine: boolean
  stops: TripStop[]
  movingMs: number
  idleMs: number
  maxSpeed?: number
  tail: Stretch[]
  tailMaxSpeed?: number
  stillSince?: Millis
  stillPlace?: Place
  offSince?: Millis
  /** The last moment of the present standstill at which the engine ran. */
  idledUntil?: Millis
  fuel?: { first: number; last: number; isBroken: boolean }
  levels?: { first: number; last: number }
}

/** A receiver that has just been switched on needs a while. */
const FIRST_FIX_MS: Millis = 60_000

export function newOpenTrip(start: Millis, startPlace: Place | undefined): OpenTrip {
  return {
    ...{ start, isConfirmed: false, moved: 0, hasEngine: false },
    ...(startPlace && { startPlace }),
    ...{ stops: [], movingMs: 0, idleMs: 0, tail: [] },
  }
}

/** It moves: what was open is part of the trip. `leastStop`: standing for less is no stop. */
export function goOn(trip: OpenTrip, at: Millis, leastStop: Millis): void {
  const { movingMs, idleMs } = count(trip.tail, Number.POSITIVE_INFINITY)
  trip.movingMs += movingMs
  trip.idleMs += idleMs
  trip.tail = []
  if (trip.tailMaxSpeed !== undefined) {
    trip.maxSpeed = Math.max(trip.maxSpeed ?? 0, trip.tailMaxSpeed)
  }
  const { stillSince, stillPlace } = trip
  if (stillSince !== undefined) {
    const stop = stopOf(stillSince, at, stillPlace, leastStop)
    if (stop !== undefined) trip.stops.push(stop)
  }
  delete trip.tailMaxSpeed
  delete trip.stillSince
  delete trip.stillPlace
  delete trip.idledUntil
}

/** When it has ended. `until`: up to when anything is known of it. */
export function endOf({ stillSince, idledUntil, offSince }: OpenTrip, until: Millis): Millis {
  if (stillSince === undefined) return Math.min(offSince ?? until, until)
  return Math.max(stillSince, idledUntil ?? stillSince)
}

/** m from its start, where both ends are known. */
export function cameFrom({ startPlace }: OpenTrip, sample: TripSample): number | undefined {
  const place = placeOf(sample)
  return startPlace && place && metresBetween(startPlace, place)
}

/** Whether the engine has not been switched off since it stands. */
export function isRunningOn({ idledUntil }: OpenTrip, time: Millis): boolean {
  return idledUntil !== undefined && time - idledUntil <= DENSE_MS
}

/** What else a record tells of the trip. */
export function watch(trip: OpenTrip, sample: TripSample): void {
  const { time, speed, fuelUsed, fuelPercentRemaining: level } = sample
  const place = placeOf(sample)
  if (trip.startPlace === undefined && place && time - trip.start <= FIRST_FIX_MS) {
    trip.startPlace = place
  }
  if (trip.offSince !== undefined) return
  if (speed !== undefined) trip.tailMaxSpeed = Math.max(trip.tailMaxSpeed ?? 0, speed)
  if (level !== undefined) trip.levels = { first: trip.levels?.first ?? level, last: level }
  if (fuelUsed === undefined) return
  const { first, last, isBroken } = trip.fuel ?? {
    first: fuelUsed,
    last: fuelUsed,
    isBroken: false,
  }
  trip.fuel = { first, last: fuelUsed, isBroken: isBroken || fuelUsed < last }
}

export function foundTrip(
  trip: OpenTrip,
  end: Millis,
  endPlace: Place | undefined,
  ongoing: boolean,
): FoundTrip {
  const { start, startPlace, stops, maxSpeed, fuel, levels } = trip
  const counted = count(trip.tail, end)
  return {
    ...{ start, end, ongoing },
    ...(startPlace && { startPlace }),
    ...(endPlace && { endPlace }),
    movingSeconds: Math.round((trip.movingMs + counted.movingMs) / 1000),
    idleSeconds: Math.round((trip.idleMs + counted.idleMs) / 1000),
    stops: [...stops],
    ...(maxSpeed === undefined ? {} : { maxSpeed }),
    ...(fuel === undefined || fuel.isBroken ? {} : { fuelUsed: fuel.last - fuel.first }),
    ...(levels && { fuelLevels: { ...levels } }),
  }
}
