/** Fields of NMEA 0183 sentences: numbers, places, times. Undefined is what they do not say. */
import type { Fix } from './fix.ts'

const CLOCK = /^(\d{2})(\d{2})(\d{2}(?:\.\d+)?)$/
const DATE = /^(\d{2})(\d{2})(\d{2})$/
const LATITUDE = /^(\d{2})(\d{2}(?:\.\d+)?)$/
const LONGITUDE = /^(\d{3})(\d{2}(?:\.\d+)?)$/
const NUMBER = /^-?\d+(\.\d*)?$/
/** Autonomous, differential, float and fixed RTK, precise. Not: estimated, manual, simulated, none. */
const MEASURED = /[ADFRP]/
const KNOT = 1.852

export function numberOf(text = ''): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined
}

export function kmhOfKnots(text: string | undefined): number | undefined {
  const knots = numberOf(text)
  return knots === undefined ? undefined : knots * KNOT
}

/** Receivers before NMEA 2.3 have no such field. GNS has a letter for each system of satellites. */
export function isMeasured(mode: string | undefined): boolean {
  return mode === undefined || mode === '' || MEASURED.test(mode)
}

/** `ddmm.mmmm`, N, `dddmm.mmmm`, E. */
export function placeOf(
  latitude = '',
  north = '',
  longitude = '',
  east = '',
): Required<Pick<Fix, 'latitude' | 'longitude'>> | undefined {
  const up = degrees(LATITUDE.exec(latitude), 90)
  const along = degrees(LONGITUDE.exec(longitude), 180)
  if (up === undefined || along === undefined || !/^[NS]$/.test(north) || !/^[EW]$/.test(east)) {
    return undefined
  }
  // 0 - x: south of the equator by nothing is no -0.
  return { latitude: north === 'S' ? 0 - up : up, longitude: east === 'W' ? 0 - along : along }
}

function degrees(match: RegExpExecArray | null, limit: number): number | undefined {
  const minutes = Number(match?.[2])
  const value = Number(match?.[1]) + minutes / 60
  return minutes < 60 && value <= limit ? value : undefined
}

/** `hhmmss.sss` and `ddmmyy`, to ms since 1970. Years count from 1980, as GPS does. */
export function timeOf(clock: string, date = ''): number | undefined {
  const [, day, month, year] = (DATE.exec(date) ?? []).map(Number)
  if (day === undefined || month === undefined || year === undefined) return undefined
  return timeOfDate(clock, day, month, year < 80 ? 2000 + year : 1900 + year)
}

/** A leap second is 23:59:60. */
export function timeOfDate(
  clock: string,
  day: number,
  month: number,
  year: number,
): number | undefined {
  const [, hour, minute, second] = (CLOCK.exec(clock) ?? []).map(Number)
  if (hour === undefined || minute === undefined || second === undefined) return undefined
  if (hour > 23 || minute > 59 || second >= 61) return undefined
  const midnight = Date.UTC(year, month - 1, day)
  // Date.UTC makes the 1st of March of a 30th of February.
  if (new Date(midnight).getUTCDate() !== day || month < 1 || month > 12) return undefined
  return midnight + (hour * 60 + minute) * 60_000 + Math.round(second * 1000)
}
