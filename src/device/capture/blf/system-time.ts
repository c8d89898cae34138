/**
 * SYSTEMTIME as BLF headers have it: eight numbers of 2 bytes, little-endian — year, month, day of
 * the week (Sunday 0), day, hour, minute, second, millisecond. No zone: taken as UTC.
 */
import type { Micros } from '../../../model/time.ts'

export const SYSTEM_TIME_BYTES = 16

/** 0 where there is no date. */
export function readSystemTime(view: DataView, at: number): Micros {
  const [year = 0, month = 0, , day = 0, hour = 0, minute = 0, second = 0, milli = 0] = Array.from(
    { length: 8 },
    (_, i) => view.getUint16(at + 2 * i, true),
  )
  const isDate = year >= 1970 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31
  if (!isDate || hour > 23 || minute > 59 || second > 60 || milli > 999) return 0
  return Date.UTC(year, month - 1, day, hour, minute, second, milli) * 1000
}

export function writeSystemTime(view: DataView, at: number, time: Micros): void {
  const date = new Date(Math.floor(time / 1000))
  const parts = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDay(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    date.getUTCMilliseconds(),
  ]
  for (const [i, part] of parts.entries()) view.setUint16(at + 2 * i, part, true)
}
