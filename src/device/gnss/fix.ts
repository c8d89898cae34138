/** What a satellite receiver measures, whatever it speaks, and what of it can be true. */
import { type SignalName, signals } from '../../model/signals.ts'

export interface Fix {
  latitude?: number
  longitude?: number
  /** m above the sea. */
  altitude?: number
  /** km/h over ground. */
  speed?: number
  /** Degrees. */
  heading?: number
  hdop?: number
  nsat?: number
}

/** Latitude before longitude: they are one place. */
export const fixSignals = [
  'latitude',
  'longitude',
  'altitude',
  'heading',
  'hdop',
  'nsat',
  'speed',
] as const satisfies readonly (keyof Fix & SignalName)[]

/** km/h; slower than that a course is noise. */
const COURSE_FROM = 3

/** Speed and, of what moves, the course. */
export function movement(
  speed: number | undefined,
  course: number | undefined,
): Pick<Fix, 'speed' | 'heading'> {
  if (speed === undefined) return {}
  const isCourse = course !== undefined && course >= 0 && course <= 360
  return { speed, ...(isCourse && speed >= COURSE_FROM ? { heading: course } : {}) }
}

/** Latitude and longitude of exactly 0 are what receivers say that know nothing. */
export function isNowhere({ latitude, longitude }: Fix): boolean {
  return latitude === 0 && longitude === 0
}

/**
 * Without what no such signal can be; undefined where that makes the rest doubtful too: a receiver
 * that sees a vehicle fly has not found its place either.
 */
export function possible(fix: Fix): Fix | undefined {
  if (!isWithin('speed', fix.speed ?? 0)) return undefined
  if (!isWithin('latitude', fix.latitude ?? 0)) return undefined
  if (!isWithin('longitude', fix.longitude ?? 0)) return undefined
  const kept: Fix = {}
  for (const name of fixSignals) {
    const value = fix[name]
    if (value !== undefined && isWithin(name, value)) kept[name] = value
  }
  return kept
}

function isWithin(name: (typeof fixSignals)[number], value: number): boolean {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = signals[name]
  return value >= min && value <= max
}
