/** Times that codecs write into fields, in the forms in which they occur. */
import type { Millis } from '../../model/time.ts'

/** Normalised names (`fieldKey`) of fields that say when it was measured, the clearest first. */
export const timeKeys = [
  'timestamp',
  'time',
  'measuredat',
  'recordedat',
  'devicetime',
  'gpstime',
  'gnsstime',
  'fixtime',
  'datetime',
] as const

/** A measurement is believed to be this old at most, and to come from a clock this far ahead. */
const LONGEST_PAST = 30 * 86_400_000
const LONGEST_AHEAD = 5 * 60_000

/** s between 1973 and 2286; ms of the same years. */
const FIRST_SECOND = 100_000_000
const LAST_SECOND = 10_000_000_000

const ISO =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2}|UTC|GMT)?$/i
const DIGITS = /^\d{9,13}(\.\d+)?$/

/** RFC 3339 (without a zone: UTC), s or ms since 1970. Undefined where it is no time. */
export function fieldTime(value: unknown): Millis | undefined {
  if (typeof value === 'number') return epochTime(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime()
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (DIGITS.test(text)) return epochTime(Number(text))
  const [, date, clock, zone = 'Z'] = ISO.exec(text) ?? []
  if (date === undefined || clock === undefined) return undefined
  const time = Date.parse(`${date}T${clock}${/^[+-]/.test(zone) ? zone : 'Z'}`)
  return Number.isNaN(time) ? undefined : time
}

function epochTime(value: number): Millis | undefined {
  if (value >= FIRST_SECOND && value < LAST_SECOND) return Math.round(value * 1000)
  if (value >= FIRST_SECOND * 1000 && value < LAST_SECOND * 1000) return Math.round(value)
  return undefined
}

/** Whether something received then can have been measured at that time. */
export function isBelievable(time: Millis, receivedAt: Millis): boolean {
  return time >= receivedAt - LONGEST_PAST && time <= receivedAt + LONGEST_AHEAD
}
