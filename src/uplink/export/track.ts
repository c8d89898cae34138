/**
 * The way of a vehicle, cut into segments: a new one begins where no position was known for longer
 * than `GAP_MS`. Only records with both coordinates are points of it.
 */
import type { StoredRecord } from '../../model/record.ts'
import type { Millis } from '../../model/time.ts'

export const GAP_MS: Millis = 300_000

export interface TrackPoint {
  time: Millis
  latitude: number
  longitude: number
  /** m */
  altitude: number | undefined
}

/** Undefined for a record without a position. */
export function trackPoint(record: StoredRecord): TrackPoint | undefined {
  const { latitude, longitude, altitude } = record.data
  if (!isNumber(latitude) || !isNumber(longitude)) return undefined
  return {
    time: record.time,
    latitude,
    longitude,
    altitude: isNumber(altitude) ? altitude : undefined,
  }
}

/** Whether a point goes on with the segment that the last one ended. */
export function follows(last: TrackPoint | undefined, point: TrackPoint): boolean {
  return last !== undefined && point.time - last.time <= GAP_MS
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
