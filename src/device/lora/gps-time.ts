/**
 * GPS time, as gateways tell it, to UTC and back. GPS time counts from 1980-01-06T00:00:00Z without
 * leap seconds; since 2017-01-01 it is 18 s ahead of UTC, and no further leap second is announced
 * (IERS Bulletin C). Times before then, which only recordings have, come out up to 18 s early.
 */
import type { Millis } from '../../model/time.ts'

const GPS_EPOCH: Millis = Date.UTC(1980, 0, 6)
const LEAP_MS: Millis = 18_000
/** A receiver without a fix counts from 1970 or 1980; neither is a time. */
const EARLIEST: Millis = Date.UTC(2000, 0, 1)
const LATEST: Millis = Date.UTC(2100, 0, 1)

/** The time itself where it can be one, else undefined. */
export function plausibleTime(time: unknown): Millis | undefined {
  if (typeof time !== 'number' || !(time >= EARLIEST && time < LATEST)) return undefined
  return Math.floor(time)
}

/** Milliseconds of GPS time (`tmms`) to UTC. */
export function fromGpsMillis(gps: unknown): Millis | undefined {
  return typeof gps === 'number' ? plausibleTime(gps + GPS_EPOCH - LEAP_MS) : undefined
}

export function toGpsMillis(utc: Millis): number {
  return utc - GPS_EPOCH + LEAP_MS
}

const UTC_TEXT =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?(?: ?(?:Z|GMT|UTC)|([+-]\d\d:\d\d))$/

/** `2020-10-01T09:30:52.592567Z`, `2014-01-12 08:59:28 GMT`; whole milliseconds, rounded down. */
export function fromUtcText(text: unknown): Millis | undefined {
  const match = typeof text === 'string' && text.length <= 40 ? UTC_TEXT.exec(text) : null
  if (match === null) return undefined
  const [, date, time, fraction = '', offset = 'Z'] = match
  return plausibleTime(Date.parse(`${date}T${time}${fraction.slice(0, 4)}${offset}`))
}
