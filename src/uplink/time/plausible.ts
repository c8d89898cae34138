/** Which dates can be true. */
import type { Millis } from '../../model/time.ts'

const DAY_MS: Millis = 86_400_000
/** Nobody runs a build for longer; a later date is a fault of whoever tells it. */
const LIFETIME_MS: Millis = 20 * 365.25 * DAY_MS
/** GPS counts weeks modulo 1024 (IS-GPS-200, 20.3.3.3.1.1); an old receiver tells 1999 for 2019. */
const WEEKS_MS: Millis = 1024 * 7 * DAY_MS

/** Not before this program was built, and not after it can still be in use. */
export function isPlausible(time: Millis, buildDate: Millis): boolean {
  return time >= buildDate && time <= buildDate + LIFETIME_MS
}

/** A date as a receiver tells it, with the roll-overs of its week number put right. */
export function withoutRollOver(utc: Millis, buildDate: Millis): Millis {
  const missing = Math.ceil((buildDate - utc) / WEEKS_MS)
  return utc + Math.max(missing, 0) * WEEKS_MS
}
