/** Times of a day, as some logs write them, → times: the date comes from elsewhere in the file. */
import { type Micros, millisToMicros } from '../../../model/time.ts'

const DAY: Micros = 86_400_000_000
/** Times are exact until 2255. */
const MAX_YEAR = 2200

/** `22:20:14:992`, `12:22:43.1281`: hours, minutes, seconds and up to 6 decimals. */
export function parseTimeOfDay(text: string): Micros | undefined {
  const found = /^(\d{1,2}):(\d{2}):(\d{2})[.:,](\d{1,6})$/.exec(text)
  if (found === null) return undefined
  const [, hours, minutes, seconds, fraction = ''] = found
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  return whole * 1_000_000 + Number(fraction.padEnd(6, '0'))
}

/** Midnight (UTC) of a date; undefined if there is no such day or no clock can have meant it. */
export function dayOf(year: number, month: number, day: number): Micros | undefined {
  const date = new Date(Date.UTC(year, month - 1, day))
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  const inRange = year >= 1970 && year <= MAX_YEAR
  return exists && inRange ? millisToMicros(date.getTime()) : undefined
}

/** The time at this time of day that is nearest to `near`, from 1970 on. */
export function nearest(timeOfDay: Micros, near: Micros): Micros {
  const days = Math.round((near - timeOfDay) / DAY)
  return Math.max(days, 0) * DAY + timeOfDay
}
