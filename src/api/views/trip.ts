/** A trip as it is shown: places only as far as the token may see them. */
import { isoTime } from '../../model/time.ts'
import type { Place, Trip } from '../../model/trip.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import type { TripAnswer } from '../schemas/trips.ts'
import { approximatePosition, type Visibility } from './visibility.ts'

const HOUR_MS = 3_600_000

export function tripView(trip: Trip, vehicle: Vehicle, seen: Visibility): TripAnswer {
  const { id, start, end, startPlace, endPlace, distance, maxSpeed } = trip
  const duration = end - start
  const hasAverage = distance !== undefined && duration > 0
  return {
    tripId: id,
    ongoing: trip.ongoing,
    start: { time: isoTime(start), ...locationOf(startPlace, seen) },
    end: { time: isoTime(end), ...locationOf(endPlace, seen) },
    ...(distance === undefined ? {} : { distance: rounded(distance) }),
    durationSeconds: Math.round(duration / 1000),
    movingSeconds: trip.movingSeconds,
    idleSeconds: trip.idleSeconds,
    stops: trip.stops.map(({ from, seconds, place }) => ({
      ...{ time: isoTime(from), seconds, ...locationOf(place, seen) },
    })),
    ...(maxSpeed === undefined ? {} : { maxSpeed }),
    ...(hasAverage ? { averageSpeed: rounded((distance * HOUR_MS) / duration) } : {}),
    ...fuelOf(trip, vehicle),
  }
}

function locationOf(place: Place | undefined, { location }: Visibility): { location?: Place } {
  if (place === undefined || location === 'hidden') return {}
  if (location === 'exact') return { location: place }
  return { location: approximatePosition(place.latitude, place.longitude) }
}

function fuelOf(
  { fuelUsed, isFuelEstimated, fuelLevels }: Trip,
  { tankLitres }: Vehicle,
): Pick<TripAnswer, 'fuelUsed' | 'fuelUsedEstimated'> {
  if (fuelUsed !== undefined) {
    return {
      fuelUsed: rounded(fuelUsed),
      ...(isFuelEstimated === true ? { fuelUsedEstimated: true } : {}),
    }
  }
  if (fuelLevels === undefined || tankLitres === undefined) return {}
  const litres = (fuelLevels.start - fuelLevels.end) * tankLitres
  // A level that has risen tells of a filling, not of what was used.
  return litres > 0 ? { fuelUsed: rounded(litres), fuelUsedEstimated: true } : {}
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
