/** What a record tells of a vehicle's way: the part of it that trips are found from. */
import type { RecordData } from '../../model/record.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import type { Place } from '../../model/trip.ts'

/** A value that is not known is undefined. */
export interface TripSample {
  time: Millis
  speed: number | undefined
  engineSpeed: number | undefined
  motorSpeed: number | undefined
  latitude: number | undefined
  longitude: number | undefined
  hdop: number | undefined
  odometer: number | undefined
  fuelUsed: number | undefined
  fuelPercentRemaining: number | undefined
  ignition: boolean | undefined
  activity: string | undefined
}

export const sampledNumbers = [
  'speed',
  'engineSpeed',
  'motorSpeed',
  'latitude',
  'longitude',
  'hdop',
  'odometer',
  'fuelUsed',
  'fuelPercentRemaining',
] as const satisfies readonly SignalName[]

export function sampleOf(time: Millis, data: RecordData): TripSample {
  const number = (name: SignalName) => {
    const value = data[name]
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  }
  const { ignition, activity } = data
  return {
    time,
    speed: number('speed'),
    engineSpeed: number('engineSpeed'),
    motorSpeed: number('motorSpeed'),
    latitude: number('latitude'),
    longitude: number('longitude'),
    hdop: number('hdop'),
    odometer: number('odometer'),
    fuelUsed: number('fuelUsed'),
    fuelPercentRemaining: number('fuelPercentRemaining'),
    ignition: typeof ignition === 'boolean' ? ignition : undefined,
    activity: typeof activity === 'string' ? activity : undefined,
  }
}

/** A fix that is worse than this says nothing of where it is. */
const WORST_HDOP = 8

export function placeOf(sample: TripSample): Place | undefined {
  const { latitude, longitude, hdop } = sample
  if (latitude === undefined || longitude === undefined) return undefined
  if (hdop !== undefined && hdop > WORST_HDOP) return undefined
  return { latitude, longitude }
}

const EARTH_M = 6_371_000
const RADIANS = Math.PI / 180

/** m between two places, as the crow flies; good enough up to some hundred kilometres. */
export function metresBetween(a: Place, b: Place): number {
  const middle = ((a.latitude + b.latitude) / 2) * RADIANS
  const east = wrapped(b.longitude - a.longitude) * RADIANS * Math.cos(middle)
  const north = (b.latitude - a.latitude) * RADIANS
  return Math.hypot(east, north) * EARTH_M
}

/** Degrees across the antimeridian are few. */
function wrapped(degrees: number): number {
  if (degrees > 180) return degrees - 360
  return degrees < -180 ? degrees + 360 : degrees
}
