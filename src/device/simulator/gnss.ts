/**
 * A satellite receiver in a simulated vehicle: NMEA 0183 sentences (RMC, GGA, GSA, VTG), once a
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
  'week-rollover': 'the date is 1024 weeks early',
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
const WEEKS: Micros = 1024 * 7 * 86_400 * 1e6
const SATELLITES = ['03', '06', '11', '14', '17', '19', '22', '28', '31']
const GEOID = 48

/** The sentences of the full second that `time` lies in, each with CR LF. */
export function nmeaSentences(
  physics: { at(time: Micros): Whereabouts },
  time: Micros,
  { faults = new Set(), altitude = 122 }: NmeaOptions = {},
): string[] {
  const second = Math.floor(time / 1e6) * 1e6
  const told = faults.has('week-rollover') ? second - WEEKS : second
  const clock = new Date(told / 1000).toISOString()
  const hours = `${clock.slice(11, 19).replaceAll(':', '')}.00`
  const date = `${clock.slice(8, 10)}${clock.slice(5, 7)}${clock.slice(2, 4)}`
  const bodies = faults.has('no-fix')
    ? withoutFix(hours, date)
    : withFix(physics.at(second), hours, date, altitude)
  return bodies.map((body) => sentence(body, faults.has('checksum')))
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
    `GPVTG,${course},T,,M,${knots},N,${speed.toFixed(2)},K,A`,
  ]
}

function withoutFix(hours: string, date: string): string[] {
  return [
    `GPRMC,${hours},V,,,,,,,${date},,,N`,
    `GPGGA,${hours},,,,,0,00,99.9,,,,,,`,
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
