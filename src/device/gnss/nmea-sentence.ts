/**
 * One NMEA 0183 sentence, checked: `$`, talker (2) and type (3), fields, `*`, two hex digits that are the
 * exclusive or of all between `$` and `*`. One without a checksum, or with a wrong one, says nothing.
 */
export interface Fix {
  latitude?: number
  longitude?: number
  /** m. */
  altitude?: number
  /** km/h over ground. */
  speed?: number
  /** Degrees. */
  heading?: number
  hdop?: number
  nsat?: number
}

export type Sentence =
  /** `utc`: ms since 1970, where the sentence has a date. */
  | { kind: 'fix'; fix: Fix; utc?: number }
  /** Good, and without anything that is used here. */
  | { kind: 'nothing' }
  /** The receiver says that it has no fix. */
  | { kind: 'no-fix' }
  | { kind: 'checksum' }
  | { kind: 'malformed' }

const FORM = /^\$([A-Z]{2})([A-Z]{3}),([^*]*)\*([0-9A-F]{2})$/i
const KNOT = 1.852
/** km/h; slower than that a course is noise. */
const COURSE_FROM = 3
/** GGA: GNSS, differential, fixed and float RTK; 6 is dead reckoning, 7 and 8 are no measurement. */
const QUALITIES = ['1', '2', '4', '5']
const CLOCK = /^(\d{2})(\d{2})(\d{2}(?:\.\d+)?)$/
const DATE = /^(\d{2})(\d{2})(\d{2})$/
const LATITUDE = /^(\d{2})(\d{2}(?:\.\d+)?)$/
const LONGITUDE = /^(\d{3})(\d{2}(?:\.\d+)?)$/

export function parseSentence(line: string): Sentence {
  const match = FORM.exec(line)
  if (match === null) return { kind: 'malformed' }
  const body = line.slice(1, line.lastIndexOf('*'))
  if (checksum(body) !== Number.parseInt(match[4] ?? '', 16)) return { kind: 'checksum' }
  const fields = (match[3] ?? '').split(',')
  switch ((match[2] ?? '').toUpperCase()) {
    case 'RMC':
      return recommended(fields)
    case 'GGA':
      return fixData(fields)
    default:
      return { kind: 'nothing' }
  }
}

function checksum(body: string): number {
  let sum = 0
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i)
  return sum
}

/** time, status, latitude, N, longitude, E, knots, course, date, …: place and movement. */
function recommended(fields: readonly string[]): Sentence {
  const [clock, status, latitude, north, longitude, east, knots, course, date] = fields
  if (status !== 'A') return { kind: 'no-fix' }
  const place = placeOf(latitude, north, longitude, east)
  if (place === undefined) return { kind: 'malformed' }
  const speed = numberOf(knots)
  const heading = numberOf(course)
  const utc = timeOf(clock, date)
  const isMoving = speed !== undefined && speed * KNOT >= COURSE_FROM
  return {
    kind: 'fix',
    ...(utc === undefined ? {} : { utc }),
    fix: {
      ...place,
      ...(speed === undefined ? {} : { speed: speed * KNOT }),
      ...(isMoving && heading !== undefined ? { heading } : {}),
    },
  }
}

/** `hhmmss.sss` and `ddmmyy`. A leap second is 23:59:60. Years count from 1980, as GPS does. */
function timeOf(clock = '', date = ''): number | undefined {
  const [, hour, minute, second] = (CLOCK.exec(clock) ?? []).map(Number)
  const [, day, month, year] = (DATE.exec(date) ?? []).map(Number)
  if (hour === undefined || minute === undefined || second === undefined) return undefined
  if (day === undefined || month === undefined || year === undefined) return undefined
  if (hour > 23 || minute > 59 || second >= 61) return undefined
  const midnight = Date.UTC(year < 80 ? 2000 + year : 1900 + year, month - 1, day)
  // Date.UTC makes the 1st of March of a 30th of February.
  if (new Date(midnight).getUTCDate() !== day || month < 1 || month > 12) return undefined
  return midnight + (hour * 60 + minute) * 60_000 + Math.round(second * 1000)
}

/** time, latitude, N, longitude, E, quality, satellites, HDOP, altitude, M, … */
function fixData(fields: readonly string[]): Sentence {
  const [, , , , , quality = '', satellites, hdop, altitude] = fields
  if (!QUALITIES.includes(quality)) return { kind: 'no-fix' }
  const fix: Fix = {}
  const values = { nsat: numberOf(satellites), hdop: numberOf(hdop), altitude: numberOf(altitude) }
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) fix[name as keyof typeof values] = value
  }
  return { kind: 'fix', fix }
}

function placeOf(
  latitude = '',
  north = '',
  longitude = '',
  east = '',
): { latitude: number; longitude: number } | undefined {
  const up = degrees(LATITUDE.exec(latitude), 90)
  const along = degrees(LONGITUDE.exec(longitude), 180)
  if (up === undefined || along === undefined || !/^[NS]$/.test(north) || !/^[EW]$/.test(east)) {
    return undefined
  }
  return { latitude: north === 'S' ? -up : up, longitude: east === 'W' ? -along : along }
}

function degrees(match: RegExpExecArray | null, limit: number): number | undefined {
  const minutes = Number(match?.[2])
  const value = Number(match?.[1]) + minutes / 60
  return minutes < 60 && value <= limit ? value : undefined
}

function numberOf(text = ''): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}
