/**
 * Time as it is passed through the gateway. Frames, messages and readings carry microseconds,
 * because recordings do; records and everything outwards carry milliseconds. Both are whole
 * numbers since 1970-01-01T00:00:00Z and exact in a double until the year 2255.
 */
export type Micros = number
export type Millis = number

export const MICROS_PER_SECOND = 1_000_000

export function microsToMillis(time: Micros): Millis {
  return Math.floor(time / 1000)
}

export function millisToMicros(time: Millis): Micros {
  return time * 1000
}

/** RFC 3339 in UTC with milliseconds. */
export function isoTime(time: Millis): string {
  return new Date(time).toISOString()
}
