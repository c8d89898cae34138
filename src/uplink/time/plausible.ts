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

/** The first moment that GPS counts from. */
const GPS_START: Millis = Date.UTC(1980, 0, 6)
const WEEK_MS: Millis = 7 * DAY_MS
/** A date that had to be put right is a weaker one: it has to be near. */
const CORRECTED_MS: Millis = 10 * 365.25 * DAY_MS

/**
 * The date that a receiver means: with the roll-overs of its week number put right. Undefined where
 * it can mean none: one that is before the build and in the first week of a count is that of a
 * receiver that has not heard the week yet; another one that lands far off was no roll-over.
 */
export function withoutRollOver(utc: Millis, buildDate: Millis): Millis | undefined {
  const missing = Math.ceil((buildDate - utc) / WEEKS_MS)
  if (missing <= 0) return utc
  const sinceCount = (((utc - GPS_START) % WEEKS_MS) + WEEKS_MS) % WEEKS_MS
  const corrected = utc + missing * WEEKS_MS
  const isMeant = sinceCount >= WEEK_MS && corrected <= buildDate + CORRECTED_MS
  return isMeant ? corrected : undefined
}
