/**
 * `--from` and `--to` of commands that read the journal, as the REST API takes its dates: a day of UTC
 * or a time of RFC 3339, of UTC where it names no zone; or how long ago, as in `12h` or `30d`. An end
 * is inclusive: a day counts whole.
 */
import { type TimeWindow, timeWindow } from '../api/time-window.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import type { Millis } from '../model/time.ts'
import { durationSeconds } from './command.ts'

/** All that a journal can hold. */
export const ALL_TIME: TimeWindow = { from: -8.64e15, to: 8.64e15 }

const AGO = /^\d+\s*[smhdw]$/
const ZONELESS = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?$/

interface Bounds {
  from?: string | undefined
  to?: string | undefined
}

/** `fallback` stands for a bound that is not given. Throws `usage`. */
export function timeRange(bounds: Bounds, now: Millis, fallback = ALL_TIME): TimeWindow {
  const from = instants('--from', bounds.from, now, fallback).from
  const to = instants('--to', bounds.to, now, fallback).to
  if (from < to) return { from, to }
  throw new OdographError('usage', `--from ${bounds.from}`, 'is not before --to')
}

function instants(
  name: string,
  text: string | undefined,
  now: Millis,
  fallback: TimeWindow,
): TimeWindow {
  if (text === undefined) return fallback
  if (AGO.test(text)) {
    const time = now - durationSeconds(text, name) * 1000
    return { from: time, to: time + 1 }
  }
  const date = ZONELESS.test(text) ? `${text}Z` : text
  try {
    return timeWindow({ startDate: date, endDate: date, names: { start: name, end: name } }, now)
  } catch (error) {
    const detail = 'use a day (2026-03-01), a time (2026-03-01T08:00:00Z) or how long ago (7d)'
    throw new OdographError('usage', `${name} ${text}`, detail, messageOf(error))
  }
}
