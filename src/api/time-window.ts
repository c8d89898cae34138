/**
 * `startDate` and `endDate` (events: `from` and `to`) as instants: `YYYY-MM-DD` (a day of UTC) or RFC 3339 with a zone. An
 * end is inclusive: a day counts whole, a time without a fraction up to the end of its second.
 */
import type { Millis } from '../model/time.ts'
import { badRequest } from './http-error.ts'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 14

const DATE = /^\d{4}-\d\d-\d\d$/
const TIME =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

export interface TimeWindow {
  from: Millis
  /** Exclusive. */
  to: Millis
}

interface Bounds {
  startDate?: string | undefined
  endDate?: string | undefined
  /** What the caller calls them. */
  names?: { readonly start: string; readonly end: string }
}

/** The default is the last 14 days; `fallback` replaces the default bounds. */
export function timeWindow(bounds: Bounds, now: Millis, fallback?: TimeWindow): TimeWindow {
  const names = bounds.names ?? { start: 'startDate', end: 'endDate' }
  const start = bounds.startDate ? parse(names.start, bounds.startDate) : undefined
  const end = bounds.endDate ? parse(names.end, bounds.endDate) : undefined
  const to = end?.to ?? fallback?.to ?? now + 1
  return { from: start?.from ?? fallback?.from ?? to - DEFAULT_DAYS * DAY_MS, to }
}

/** The interval that a text names: a day, a second, or a millisecond. */
function parse(name: string, text: string): TimeWindow {
  const day = DATE.test(text) ? dayStart(text) : undefined
  if (day !== undefined) return { from: day, to: day + DAY_MS }
  const instant = parseTime(text)
  if (instant === undefined) {
    throw badRequest(
      `${name} must be a date (2024-01-25) or a time with a zone ` +
        `(2024-01-25T13:00:00Z, 2024-01-25T15:00:00%2B02:00); got ${JSON.stringify(text.slice(0, 40))}.`,
    )
  }
  return instant
}

/** Undefined for a date that no calendar has, such as 2024-02-30. */
export function dayStart(date: string): Millis | undefined {
  const time = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(time)) return undefined
  return new Date(time).toISOString().startsWith(date) ? time : undefined
}

function parseTime(text: string): TimeWindow | undefined {
  // An unescaped + of a query is a space when it arrives.
  const match = TIME.exec(text.replace(/ (\d\d:\d\d)$/, '+$1'))
  if (match === null) return undefined
  const [, date = '', clock = '', fraction = '', zone = ''] = match
  if (dayStart(date) === undefined) return undefined
  const from = Date.parse(`${date}T${clock}${fraction.slice(0, 4)}${zone.toUpperCase()}`)
  if (Number.isNaN(from)) return undefined
  return { from, to: from + (fraction === '' ? 1000 : 1) }
}
