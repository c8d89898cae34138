/**
 * One NMEA 0183 sentence, checked: `$`, talker (2) and type (3), fields, `*`, two hex digits that are the
 * exclusive or of all between `$` and `*`. One without a checksum, or with a wrong one, says nothing.
 * The fields are those of NMEA 0183 4.11 as receiver makers publish them (u-blox, UBX-18010854).
 *
 * A sentence alone: what it says of the receiver as a whole is found in `nmea-receiver.ts`.
 */
import { type Fix, isNowhere, movement, possible } from './fix.ts'
import { isMeasured, kmhOfKnots, numberOf, placeOf, timeOf, timeOfDate } from './nmea-fields.ts'

/** Sentences that tell where the receiver is. */
export type PlaceType = 'RMC' | 'GNS' | 'GGA' | 'GLL'

export type Sentence =
  /** `clock`: its time of day, as it is written. `utc`: ms since 1970, where it has a date. */
  | { kind: 'fix'; type: PlaceType; clock: string; fix: Fix; utc?: number }
  /** The receiver says that it measures no place. `isGuessed`: it tells one all the same. */
  | { kind: 'no-fix'; type: PlaceType; clock: string; isGuessed: boolean }
  /** Of the place at the time; undefined: not measured. */
  | { kind: 'velocity'; fix: Fix | undefined }
  /** One of several where there are several systems of satellites. */
  | { kind: 'satellites'; dimensions: 1 | 2 | 3; used: number; hdop?: number }
  /** Many receivers tell it from a clock of their own, without any satellite. */
  | { kind: 'date'; clock: string; utc: number }
  /** Good, and without anything that is used here. */
  | { kind: 'nothing' }
  /** Good, but what it says of the movement cannot be. */
  | { kind: 'impossible' }
  | { kind: 'checksum' }
  | { kind: 'malformed' }

const FORM = /^\$([A-Z0-9]+),([\x20-\x29\x2b-\x7e]*)\*([0-9A-F]{2})$/i
const BARE_PROPRIETARY = /^\$P[A-Z0-9]+,[\x20-\x29\x2b-\x7e]*$/i
/** GPS, GLONASS, Galileo, BeiDou (two names), QZSS (two), NavIC, several together. */
const TALKER = /^G[PLABQIN]|^BD|^QZ/i
/** GGA: GNSS, differential, precise, fixed and float RTK; 6 is dead reckoning, 7 and 8 are no measurement. */
const QUALITIES = ['1', '2', '3', '4', '5']

const types: Record<string, (fields: readonly string[]) => Sentence> = {
  RMC: recommended,
  GGA: fixData,
  GNS: fixDataOfAll,
  GLL: position,
  VTG: courseAndSpeed,
  GSA: satellites,
  ZDA: timeAndDate,
}

export function parseSentence(line: string): Sentence {
  const match = FORM.exec(line)
  // What is nobody else's business need not keep to the form either.
  if (match === null) return { kind: BARE_PROPRIETARY.test(line) ? 'nothing' : 'malformed' }
  const [, address = '', fields = '', sum = ''] = match
  if (checksum(`${address},${fields}`) !== Number.parseInt(sum, 16)) return { kind: 'checksum' }
  if (address.length !== 5 || !TALKER.test(address)) return { kind: 'nothing' }
  return types[address.slice(2).toUpperCase()]?.(fields.split(',')) ?? { kind: 'nothing' }
}

function checksum(body: string): number {
  let sum = 0
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i)
  return sum
}

/**
 * time, status, latitude, N, longitude, E, knots, course, date, variation, E, mode, navigational
 * status. The last one is not asked: receivers that are no nautical instrument always write V.
 */
function recommended(fields: readonly string[]): Sentence {
  const [clock = '', status, , , , , knots, course, date, , , mode] = fields
  if (status !== 'A' || !isMeasured(mode)) return noFix('RMC', clock, status === 'A')
  const utc = timeOf(clock, date)
  const moved = movement(kmhOfKnots(knots), numberOf(course))
  const found = fixAt('RMC', clock, fields.slice(2, 6), moved)
  return found.kind === 'fix' && utc !== undefined ? { ...found, utc } : found
}

/** time, latitude, N, longitude, E, quality, satellites, HDOP, altitude, M, … */
function fixData(fields: readonly string[]): Sentence {
  const [clock = '', , , , , quality = '', used, hdop, altitude] = fields
  if (!QUALITIES.includes(quality)) return noFix('GGA', clock, quality > '5')
  return fixAt('GGA', clock, fields.slice(1, 5), qualityOf(used, hdop, altitude))
}

/** time, latitude, N, longitude, E, modes, satellites, HDOP, altitude, … */
function fixDataOfAll(fields: readonly string[]): Sentence {
  const [clock = '', , , , , modes = '', used, hdop, altitude] = fields
  if (modes === '' || !isMeasured(modes)) return noFix('GNS', clock, /[EMS]/.test(modes))
  return fixAt('GNS', clock, fields.slice(1, 5), qualityOf(used, hdop, altitude))
}

/** latitude, N, longitude, E, time, status, mode */
function position(fields: readonly string[]): Sentence {
  const [, , , , clock = '', status, mode] = fields
  if (status !== 'A' || !isMeasured(mode)) return noFix('GLL', clock, status === 'A')
  return fixAt('GLL', clock, fields.slice(0, 4), {})
}

/** course, T, course, M, knots, N, km/h, K, mode */
function courseAndSpeed(fields: readonly string[]): Sentence {
  const [course, , , , knots, , kmh, , mode] = fields
  if (!isMeasured(mode)) return { kind: 'velocity', fix: undefined }
  const fix = possible(movement(numberOf(kmh) ?? kmhOfKnots(knots), numberOf(course)))
  return fix === undefined ? { kind: 'impossible' } : { kind: 'velocity', fix }
}

/** A or M, dimensions, twelve satellites, PDOP, HDOP, VDOP, and since 4.1 the system. */
function satellites(fields: readonly string[]): Sentence {
  const dimensions = numberOf(fields[1])
  if (dimensions !== 1 && dimensions !== 2 && dimensions !== 3) return { kind: 'malformed' }
  const used = fields.slice(2, 14).filter((satellite) => satellite !== '').length
  const { hdop } = possible(qualityOf(undefined, fields[15], undefined)) ?? {}
  return { kind: 'satellites', dimensions, used, ...(hdop === undefined ? {} : { hdop }) }
}

/** time, day, month, year (4), zone */
function timeAndDate(fields: readonly string[]): Sentence {
  const [clock = '', day, month, year] = fields
  const [d, m, y] = [numberOf(day), numberOf(month), numberOf(year)]
  if (d === undefined || m === undefined || y === undefined) return { kind: 'nothing' }
  const utc = timeOfDate(clock, d, m, y)
  return utc === undefined ? { kind: 'malformed' } : { kind: 'date', clock, utc }
}

function fixAt(type: PlaceType, clock: string, at: readonly string[], more: Fix): Sentence {
  const place = placeOf(...at)
  if (place === undefined) return { kind: 'malformed' }
  if (isNowhere(place)) return noFix(type, clock, true)
  const fix = possible({ ...place, ...more })
  return fix === undefined ? { kind: 'impossible' } : { kind: 'fix', type, clock, fix }
}

function noFix(type: PlaceType, clock: string, isGuessed: boolean): Sentence {
  return { kind: 'no-fix', type, clock, isGuessed }
}

function qualityOf(
  used: string | undefined,
  hdop: string | undefined,
  altitude: string | undefined,
): Fix {
  const values = { nsat: numberOf(used), hdop: numberOf(hdop), altitude: numberOf(altitude) }
  const fix: Fix = {}
  for (const name of ['nsat', 'hdop', 'altitude'] as const) {
    const value = values[name]
    if (value !== undefined) fix[name] = value
  }
  return fix
}
