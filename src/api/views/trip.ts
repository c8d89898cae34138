/** A trip as it is shown: places only as far as the token may see them. */
import { isoTime } from '../../model/time.ts'
import { type Place, type Trip, tripSummary } from '../../model/trip.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import type { TripAnswer } from '../schemas/trips.ts'
import { approximatePosition, type Visibility } from './visibility.ts'

export function tripView(trip: Trip, vehicle: Vehicle, seen: Visibility): TripAnswer {
  const { start, end, startPlace, endPlace, ongoing, stops } = trip
  const { tripId, ...summary } = tripSummary(trip, vehicle.tankLitres)
  return {
    ...{ tripId, ongoing, ...summary },
    start: { time: isoTime(start), ...locationOf(startPlace, seen) },
    end: { time: isoTime(end), ...locationOf(endPlace, seen) },
    stops: stops.map(({ from, seconds, place }) => ({
      ...{ time: isoTime(from), seconds, ...locationOf(place, seen) },
    })),
  }
}

function locationOf(place: Place | undefined, { location }: Visibility): { location?: Place } {
  if (place === undefined || location === 'hidden') return {}
  if (location === 'exact') return { location: place }
  return { location: approximatePosition(place.latitude, place.longitude) }
}
