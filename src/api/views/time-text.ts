/** Times and ages as the answers write them. */
import { isoTime, type Micros, type Millis, microsToMillis } from '../../model/time.ts'

export function ageSeconds(time: Micros, now: Millis): number {
  return Math.max(0, now - microsToMillis(time)) / 1000
}

/** RFC 3339 in whole seconds. */
export function isoSeconds(time: Micros): string {
  return `${isoTime(microsToMillis(time)).slice(0, 19)}Z`
}

/** RFC 3339 with microseconds. */
export function isoMicros(time: Micros): string {
  const fraction = String(time % 1_000_000).padStart(6, '0')
  return `${isoTime(microsToMillis(time)).slice(0, 19)}.${fraction}Z`
}
