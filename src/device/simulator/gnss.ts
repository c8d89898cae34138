/**
 * A satellite receiver in a simulated vehicle: NMEA 0183 sentences (RMC, GGA, GSA, GSV, VTG), once a
 * second, as a function of time. The place is that of the physics; the receiver is exact, and knows
 * no course while it stands.
 *
 * A sentence: `$`, talker and type, fields separated by commas, `*`, two hex digits (the exclusive or
 * of all between), CR LF. Angles are ddmm.mmmm, speeds knots and km/h.
 */
import type { Micros } from '../../model/time.ts'
import type { Physics } from './physics.ts'

export const gnssFaults = {
  checksum: 'every checksum is wrong',
  'no-fix': 'it sees too few satellites',
  stale: 'it has lost the satellites and repeats its last place, as not valid',
  'null-island': 'it claims a fix at 0, 0',
  'week-rollover': 'the date is 1024 weeks early',
  midnight: 'it is always around midnight, and the date changes a second late',
  silence: 'it says nothing for 20 s of every minute',
  garbage: 'bytes of another protocol stand between its sentences',
} as const

export type GnssFault = keyof typeof gnssFaults

/** What it has to know of a vehicle. */
export type Whereabouts = Pick<
  ReturnType<Physics['at']>,
  'latitude' | 'longitude' | 'heading' | 'speed'
>

export interface NmeaOptions {
  faults?: ReadonlySet<GnssFault>
  /** m above the sea. */
  altitude?: number
}

const KNOT = 1.852
/** km/h; slower than that it has no course. */
const COURSE_FROM = 1
const SECOND: Micros = 1e6
const DAY: Micros = 86_400 * SECOND
const WEEKS: Micros = 1024 * 7 * DAY
/** It begins a minute as such a receiver, so that a gateway hears of it first. */
const SILENT_FROM_S = 40
const SATELLITES = ['03', '06', '11', '14', '17', '19', '22', '28', '31']
const GEOID = 48
/** UBX-NAV-CLOCK with a `$`, an end of line and a sentence's beginning in its payload. */
const BINARY = [
  ...[0xb5, 0x62, 0x01, 0x22, 0x14, 0x00, 0x24, 0x47, 0x50, 0x0d, 0x0a, 0x24, 0x47, 0x4e, 0x52],
  ...[0x4d, 0x43, 0x2c, 0x0a, 0xff, 0xd3, 0x00, 0x2a, 0x30, 0x30, 0x07],
]

/** The sentences of the full second that `time` lies in, each with CR LF; bytes above 7F as latin1. */
export function nmeaSentences(
  physics: { at(time: Micros): Whereabouts },
  time: Micros,
  { faults = new Set(), altitude = 122 }: NmeaOptions = {},
): string[] {
  const second = Math.floor(time / SECOND) * SECOND
  if (faults.has('silence') && (second / SECOND) % 60 >= SILENT_FROM_S) return []
  const { hours, date } = clockOf(second, faults)
  const place = faults.has('null-island')
    ? { latitude: 0, longitude: 0, heading: 0, speed: 0 }
    : physics.at(second)
  const bodies = faults.has('no-fix')
    ? withoutFix(hours, date, ',,,')
    : faults.has('stale')
      ? withoutFix(hours, date, positionOf(place))
      : withFix(place, hours, date, altitude)
  const sentences = bodies.map((body) => sentence(body, faults.has('checksum')))
  return faults.has('garbage') ? sentences.flatMap((one) => [garbage(), one]) : sentences
}

function clockOf(second: Micros, faults: ReadonlySet<GnssFault>): { hours: string; date: string } {
  let told = faults.has('week-rollover') ? second - WEEKS : second
  let dated = told
  if (faults.has('midnight')) {
    const noon = Math.floor(told / DAY) * DAY
    told = noon + DAY - 5 * SECOND + (told % (10 * SECOND))
    dated = told - SECOND
  }
  const clock = new Date(told / 1000).toISOString()
  const day = new Date(dated / 1000).toISOString()
  return {
    hours: `${clock.slice(11, 19).replaceAll(':', '')}.00`,
    date: `${day.slice(8, 10)}${day.slice(5, 7)}${day.slice(2, 4)}`,
  }
}

function withFix(place: Whereabouts, hours: string, date: string, altitude: number): string[] {
  const { speed, heading } = place
  const position = positionOf(place)
  const knots = (speed / KNOT).toFixed(2)
  const course = speed < COURSE_FROM ? '' : heading.toFixed(1)
  const used = SATELLITES.join(',')
  const seen = String(SATELLITES.length).padStart(2, '0')
  const blank = ','.repeat(12 - SATELLITES.length)
  return [
    `GPRMC,${hours},A,${position},${knots},${course},${date},,,A`,
    `GPGGA,${hours},${position},1,${seen},0.9,${altitude.toFixed(1)},M,${GEOID}.0,M,,`,
    `GPGSA,A,3,${used}${blank},1.6,0.9,1.3`,
    ...inView(seen),
    `GPVTG,${course},T,,M,${knots},N,${speed.toFixed(2)},K,A`,
  ]
}

/** Four satellites a sentence: number, elevation, azimuth, signal. */
function inView(seen: string): string[] {
  const parts = Math.ceil(SATELLITES.length / 4)
  return Array.from({ length: parts }, (_, part) => {
    const told = SATELLITES.slice(4 * part, 4 * part + 4)
    const each = told.map((number) => `${number},45,${number}0,${30 + (Number(number) % 10)}`)
    return `GPGSV,${parts},${part + 1},${seen},${each.join(',')}`
  })
}

function withoutFix(hours: string, date: string, position: string): string[] {
  return [
    `GPRMC,${hours},V,${position},,,${date},,,N`,
    `GPGGA,${hours},${position},0,00,99.9,,,,,,`,
    `GPGSA,A,1${','.repeat(12)},99.9,99.9,99.9`,
    'GPVTG,,T,,M,,N,,K,N',
  ]
}

function positionOf({ latitude, longitude }: Whereabouts): string {
  const north = `${angle(latitude, 2)},${latitude < 0 ? 'S' : 'N'}`
  return `${north},${angle(longitude, 3)},${longitude < 0 ? 'W' : 'E'}`
}

/** Degrees with so many digits, then minutes. Rounded as a whole, so that no minutes are 60. */
function angle(value: number, digits: number): string {
  const steps = Math.round(Math.abs(value) * 60 * 1e4)
  const degrees = Math.floor(steps / 6e5)
  const minutes = ((steps % 6e5) / 1e4).toFixed(4).padStart(7, '0')
  return String(degrees).padStart(digits, '0') + minutes
}

function sentence(body: string, isWrong: boolean): string {
  let sum = isWrong ? 0x5a : 0
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}

function garbage(): string {
  let [a, b] = [0, 0]
  for (const byte of BINARY.slice(2)) {
    a = (a + byte) & 0xff
    b = (b + a) & 0xff
  }
  return String.fromCharCode(...BINARY, a, b)
}
