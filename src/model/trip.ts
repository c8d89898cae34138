/**
 * Trips: what a vehicle drove from one standstill of some length to the next, as they are found in
 * its records, listed by REST and told as events.
 */
import { isKsuid, ksuidOf, ksuidTime } from './ksuid.ts'
import { isoTime, type Millis } from './time.ts'

/** Where something was, as far as that is known. */
export interface Place {
  latitude: number
  longitude: number
}

/** It stood inside a trip. */
export interface TripStop {
  from: Millis
  seconds: number
  place?: Place
}

export interface Trip {
  id: string
  vehicle: string
  start: Millis
  /** Of one that goes on: its newest record. */
  end: Millis
  ongoing: boolean
  startPlace?: Place
  endPlace?: Place
  /** km of the odometer of record between its ends; absent where that is not known. */
  distance?: number
  movingSeconds: number
  /** Standing with the engine running. */
  idleSeconds: number
  stops: TripStop[]
  /** km/h */
  maxSpeed?: number
  /** l, as the vehicle counts it. */
  fuelUsed?: number
  /** Whether some of `fuelUsed` comes from a rate. */
  isFuelEstimated?: boolean
  /** 0 to 1, for an estimate where nothing is counted. */
  fuelLevels?: { first: number; last: number }
}

/** What there is to say of a trip without telling where it was. */
export interface TripSummary {
  tripId: string
  start: string
  end: string
  /** km */
  distance?: number
  durationSeconds: number
  movingSeconds: number
  idleSeconds: number
  stops: number
  /** km/h */
  maxSpeed?: number
  /** km/h, over the whole duration. */
  averageSpeed?: number
  /** l */
  fuelUsed?: number
  fuelUsedEstimated?: true
}

export interface TripSettings {
  /** Standing for so long ends a trip. */
  standing: Millis
  /** So does a gap without data that is longer, or without any sign of movement or rest. */
  gap: Millis
  /** An ignition that is off for less (a stalled engine) does not. */
  off: Millis
  /** Movement has to go on for so long to start one. */
  moving: Millis
  /** km/h: a speed above it is movement, where nothing moved before. */
  startSpeed: number
  /** Standing for less is no stop. */
  stop: Millis
}

export const defaultTripSettings: TripSettings = {
  standing: 5 * 60_000,
  gap: 15 * 60_000,
  off: 60_000,
  moving: 5000,
  startSpeed: 5,
  stop: 60_000,
}

/** What a trip goes by: the same vehicle and start give the same id. */
export function tripId(vehicle: string, start: Millis): string {
  return ksuidOf(start, 'trip', vehicle, start)
}

/** In which time the trip with this id started; undefined if no trip has such an id. */
export function tripIdWindow(id: string): { from: Millis; to: Millis } | undefined {
  if (!isKsuid(id)) return undefined
  const from = ksuidTime(id)
  // What started before the first time that an id can have has that one.
  const isEpoch = from <= ksuidTime('0'.repeat(27))
  return { from: isEpoch ? 0 : from, to: from + 1000 }
}

const HOUR_MS: Millis = 3_600_000

export function tripSummary(trip: Trip, tankLitres: number | undefined): TripSummary {
  const { id, start, end, distance, movingSeconds, idleSeconds, stops, maxSpeed } = trip
  const duration = end - start
  const hasAverage = distance !== undefined && duration > 0
  return {
    tripId: id,
    start: isoTime(start),
    end: isoTime(end),
    ...(distance === undefined ? {} : { distance: rounded(distance) }),
    durationSeconds: Math.round(duration / 1000),
    ...{ movingSeconds, idleSeconds, stops: stops.length },
    ...(maxSpeed === undefined ? {} : { maxSpeed }),
    ...(hasAverage ? { averageSpeed: rounded((distance * HOUR_MS) / duration) } : {}),
    ...fuelOf(trip, tankLitres),
  }
}

function fuelOf(
  { fuelUsed, isFuelEstimated, fuelLevels }: Trip,
  tankLitres: number | undefined,
): Pick<TripSummary, 'fuelUsed' | 'fuelUsedEstimated'> {
  if (fuelUsed !== undefined) {
    const estimated = isFuelEstimated === true ? { fuelUsedEstimated: true as const } : {}
    return { fuelUsed: rounded(fuelUsed), ...estimated }
  }
  if (fuelLevels === undefined || tankLitres === undefined) return {}
  const litres = (fuelLevels.first - fuelLevels.last) * tankLitres
  // A level that has risen tells of a filling, not of what was used.
  return litres > 0 ? { fuelUsed: rounded(litres), fuelUsedEstimated: true } : {}
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
