/**
 * Days as people in a time zone count them: from midnight to midnight, 23 to 25 hours and odd
 * lengths included; a date that the zone never had (Apia, 2011-12-30) is no day.
 */
import { Temporal } from 'temporal-polyfill'
import type { Millis } from '../model/time.ts'
import { badRequest } from './http-error.ts'
import { dayStart } from './time-window.ts'

const DEFAULT_DAYS = 14
const MAX_DAYS = 3660

export interface LocalDays {
  /** `YYYY-MM-DD`, ascending. */
  dates: string[]
  /** One more than dates: day `i` lasts from `starts[i]` to `starts[i + 1]`. */
  starts: Millis[]
}

export interface LocalDayQuery {
  timeZone: string
  /** Local dates, both inclusive; a time of RFC 3339 stands for its local date. */
  startDate?: string | undefined
  endDate?: string | undefined
}

/** The days asked for; by default the last 14 including today. */
export function localDays(query: LocalDayQuery, now: Millis): LocalDays {
  const { timeZone } = query
  assertZone(timeZone)
  const last = query.endDate
    ? localDate('endDate', query.endDate, timeZone)
    : Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate()
  const first = query.startDate
    ? localDate('startDate', query.startDate, timeZone)
    : nthBefore(last, DEFAULT_DAYS - 1, timeZone)
  const span = first.until(last, { largestUnit: 'days' }).days
  if (span >= MAX_DAYS) {
    throw badRequest(`startDate to endDate may span at most ${MAX_DAYS} days; these are ${span}.`)
  }
  return daysBetween(first, last, timeZone)
}

function daysBetween(
  first: Temporal.PlainDate,
  last: Temporal.PlainDate,
  timeZone: string,
): LocalDays {
  const days: LocalDays = { dates: [], starts: [] }
  for (
    let date = first;
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) {
    const start = startOf(date, timeZone)
    if (!start.toPlainDate().equals(date)) continue
    days.dates.push(date.toString())
    days.starts.push(start.epochMilliseconds)
  }
  if (days.dates.length > 0) {
    days.starts.push(startOf(last.add({ days: 1 }), timeZone).epochMilliseconds)
  }
  return days
}

function nthBefore(date: Temporal.PlainDate, days: number, timeZone: string): Temporal.PlainDate {
  let found = date
  for (let left = days; left > 0; ) {
    found = found.subtract({ days: 1 })
    if (startOf(found, timeZone).toPlainDate().equals(found)) left -= 1
  }
  return found
}

function startOf(date: Temporal.PlainDate, timeZone: string): Temporal.ZonedDateTime {
  return date.toZonedDateTime(timeZone)
}

/** Offsets such as +05:30 are no zones: they know no daylight saving. */
function assertZone(timeZone: string): void {
  try {
    if (!/^[+-]/.test(timeZone)) {
      Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone)
      return
    }
  } catch {
    // Answered below, as an offset is.
  }
  throw badRequest(
    `time_zone must be an IANA time zone such as Europe/Berlin or America/New_York; ` +
      `got ${JSON.stringify(timeZone.slice(0, 40))}.`,
  )
}

function localDate(name: string, text: string, timeZone: string): Temporal.PlainDate {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text) && dayStart(text) !== undefined) {
      return Temporal.PlainDate.from(text)
    }
    return Temporal.Instant.from(text).toZonedDateTimeISO(timeZone).toPlainDate()
  } catch {
    throw badRequest(
      `${name} must be a local date (2024-01-25) or a time with a zone (2024-01-25T13:00:00Z); ` +
        `got ${JSON.stringify(text.slice(0, 40))}.`,
    )
  }
}
