/**
 * The odometer points of a vehicle's quarter of an hour, as the journal keeps them: by series, and of
 * each minute the first and the last, for what lies between them adds nothing. The same whatever
 * order they come in.
 *
 *   { <series>: { rank, error?, points: [[offset, km, mark?], …], rejected?: [[offset, km, reason], …] } }
 *
 * `offset` is ms since the slot began; `mark` is 1 for a new segment, 2 for a reading that was not
 * checked.
 */
import type { OdometerPoint, OdometerRejection } from '../../../model/odometer.ts'
import type { Millis } from '../../../model/time.ts'
import { MINUTE_MS, SLOT_MS } from '../schema.ts'
import type { FoldPoint } from './distance-fold.ts'

type Kept = [offset: Millis, km: number, mark?: 1 | 2]
type Rejected = [offset: Millis, km: number, reason: OdometerRejection]

export interface SeriesPoints {
  rank: number
  error?: number
  points: Kept[]
  rejected?: Rejected[]
}

export type SlotPoints = Record<string, SeriesPoints>

/** Enough to see what was wrong. */
const MAX_REJECTED = 10

/** Adds points that were measured in one slot. */
export function addPoints(slot: SlotPoints, points: readonly OdometerPoint[]): void {
  const touched = new Set<SeriesPoints>()
  for (const point of points) {
    const { series: key, rank, error, time, km, rejected } = point
    slot[key] ??= { rank, points: [], ...(error === undefined ? {} : { error }) }
    const series = slot[key]
    const offset = time - Math.floor(time / SLOT_MS) * SLOT_MS
    if (rejected === undefined) series.points.push([offset, km, ...markOf(point)])
    else reject(series, [offset, km, rejected])
    touched.add(series)
  }
  for (const series of touched) series.points = thinned(series.points)
}

function markOf({ segment, unchecked }: OdometerPoint): [] | [1 | 2] {
  if (segment) return [1]
  return unchecked ? [2] : []
}

function reject(series: SeriesPoints, reading: Rejected): void {
  series.rejected ??= []
  const { rejected } = series
  const isKnown = rejected.some(([offset]) => offset === reading[0])
  if (isKnown || rejected.length >= MAX_REJECTED) return
  rejected.push(reading)
  rejected.sort(([a], [b]) => a - b)
}

function thinned(points: Kept[]): Kept[] {
  const ordered = points
    .toSorted(
      ([time, km, mark = 0], [otherTime, otherKm, otherMark = 0]) =>
        time - otherTime || otherMark - mark || km - otherKm,
    )
    .filter(([time, km], index, all) => {
      const [before, value] = all[index - 1] ?? []
      return before !== time || value !== km
    })
  return ordered.filter((point, index) => {
    const [before, after] = [ordered[index - 1], ordered[index + 1]]
    if (before === undefined || after === undefined) return true
    if (point[2] === 1 || after[2] === 1) return true
    return minuteOf(before) !== minuteOf(point) || minuteOf(after) !== minuteOf(point)
  })
}

function minuteOf([offset]: Kept): number {
  return Math.floor(offset / MINUTE_MS)
}

/** In the order in which they are to be counted. */
export function pointsInOrder(slot: number, kept: SlotPoints): FoldPoint[] {
  const points: FoldPoint[] = []
  for (const [series, { rank, error, points: own }] of Object.entries(kept)) {
    for (const [offset, km, mark] of own) {
      const point: FoldPoint = { series, rank, km, time: slot * SLOT_MS + offset }
      if (error !== undefined) point.error = error
      if (mark === 1) point.segment = true
      if (mark === 2) point.unchecked = true
      points.push(point)
    }
  }
  return points.sort((a, b) => a.time - b.time || a.rank - b.rank || (a.series < b.series ? -1 : 1))
}
