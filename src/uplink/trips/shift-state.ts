/** The clock became known: what a finder of trips remembers was stamped wrong. */
import type { Millis } from '../../model/time.ts'

/** The members of the state, and of what is in it, that are times. */
const TIMES: ReadonlySet<string> = new Set([
  'time',
  'since',
  'seen',
  'from',
  'to',
  'start',
  'end',
  'sureFrom',
  'stillSince',
  'offSince',
  'idledUntil',
  'evidenceAt',
  'speedAt',
  'toldAt',
])

/** Moves, in place, every time from `since` on by `delta`. */
export function shiftTimes(state: object, delta: Millis, since: Millis): void {
  const members = state as Record<string, unknown>
  for (const [name, value] of Object.entries(members)) {
    if (typeof value === 'object' && value !== null) shiftTimes(value, delta, since)
    else if (typeof value === 'number' && TIMES.has(name) && value >= since) {
      members[name] = value + delta
    }
  }
}
