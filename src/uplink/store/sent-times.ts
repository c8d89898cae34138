/** The times in a row of `sent_time` (schema.ts): each as the distance from the one before. */
import type { Millis } from '../../model/time.ts'

/** First and last time of a row are less apart than this. */
export const ROW_SPAN_MS: Millis = 120_000

/** Adds a number from 0 on as unsigned LEB128. */
export function addVarint(bytes: number[], number: number): void {
  let rest = number
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
}

/** All times of a row, the first one included. Bytes that end within a number end the times. */
export function timesOf(first: Millis, later: Uint8Array): Millis[] {
  const times = [first]
  let time = first
  let number = 0
  let shift = 0
  for (const byte of later) {
    number |= (byte & 0x7f) << shift
    shift += 7
    if (byte & 0x80) continue
    time += number
    times.push(time)
    number = 0
    shift = 0
  }
  return times
}
