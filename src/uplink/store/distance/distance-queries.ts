/** Distances as they are read: sums of slots, and where a part of a slot is asked for, its points. */
import type { Database } from '../../../database/sqlite.ts'
import type {
  DistanceDay,
  DistanceExplanation,
  DistanceSegment,
  RejectedReading,
} from '../../../model/ports.ts'
import type { Millis } from '../../../model/time.ts'
import type { Connection } from '../reading.ts'
import { SLOT_MS } from '../schema.ts'
import { foldFrom } from './distance-slots.ts'
import { pointsInOrder, type SlotPoints } from './slot-points.ts'

const SUM = `SELECT count(*) AS n, total(km) AS km FROM distance_slot
  WHERE vehicle = ? AND slot >= ? AND slot < ?`

/** The newest of them; more would only say the same. */
const MAX_REJECTED = 1000

/** Distances of consecutive days; `starts` has one more entry than there are days. */
export function days(
  { database }: Connection,
  vehicle: string,
  starts: readonly Millis[],
): DistanceDay[] {
  const sum = database.prepare(SUM)
  return starts.slice(0, -1).map((start, index) => {
    const end = starts[index + 1] as Millis
    const row = sum.get(vehicle, slotOf(start), slotOf(end))
    const isKnown = Number(row?.n) > 0
    return {
      start,
      distance: isKnown ? rounded(Number(row?.km)) : undefined,
      hasData: isKnown || hasRecord(database, vehicle, start, end),
    }
  })
}

/** A block may span a day without holding anything of it; then one of its neighbours in time does. */
function hasRecord(database: Database, vehicle: string, from: Millis, to: Millis): boolean {
  const found = database
    .prepare(
      `SELECT 1 FROM record WHERE vehicle = ?1 AND time >= ?2 AND time < ?3
       UNION ALL SELECT 1 FROM block WHERE vehicle = ?1 AND first_time < ?3 AND last_time >= ?2
       LIMIT 1`,
    )
    .get(vehicle, from, to)
  return found !== undefined
}

export function totalDistance({ database }: Connection, vehicle: string): number {
  const row = database
    .prepare('SELECT total(km) AS km FROM distance_slot WHERE vehicle = ?')
    .get(vehicle)
  return rounded(Number(row?.km ?? 0))
}

/** km that were reached after `from`, up to `to`; undefined where nothing was read by `to`. */
export function distanceBetween(
  connection: Connection,
  vehicle: string,
  from: Millis,
  to: Millis,
): number | undefined {
  const { database } = connection
  const [first, last] = [slotOf(from), slotOf(to)]
  if (to < from || !isReadBy(database, vehicle, to)) return undefined
  const whole = Number(database.prepare(SUM).get(vehicle, first, last)?.km)
  const [before, after] = [
    withinSlot(database, vehicle, first, from),
    withinSlot(database, vehicle, last, to),
  ]
  return rounded(whole - before + after)
}

function isReadBy(database: Database, vehicle: string, time: Millis): boolean {
  const found = database.prepare(
    'SELECT 1 FROM distance_slot WHERE vehicle = ? AND slot <= ? AND first_time <= ? LIMIT 1',
  )
  return found.get(vehicle, slotOf(time), time) !== undefined
}

/** km that were reached from the beginning of a slot up to a moment in it. */
function withinSlot(database: Database, vehicle: string, slot: number, time: Millis): number {
  let km = 0
  for (const { point, added } of replay(database, vehicle, slot, slot + 1)) {
    if (point.time > time) break
    km += added.km
  }
  return km
}

/** What stands behind the distance between two moments, in whole slots. */
export function explainDistance(
  { database }: Connection,
  vehicle: string,
  from: Millis,
  to: Millis,
): DistanceExplanation {
  const [begin, end] = [slotOf(from), slotOf(to)]
  const segments: DistanceSegment[] = []
  const rejected: RejectedReading[] = []
  let [distance, estimated, error] = [0, 0, 0]
  for (const { point, added } of replay(database, vehicle, begin, end)) {
    const { series, time, km } = point
    if (added.kind === 'doubted') rejected.push({ series, time, km, reason: 'inconsistent' })
    if (added.kind === 'doubted' || added.kind === 'blocked') continue
    distance += added.km
    if (point.error !== undefined) {
      estimated += added.km
      error += added.km * point.error
    }
    const last = segments.at(-1)
    if (last?.series === series && added.kind === 'counted') {
      last.to = { time, km }
      last.distance += added.km
      continue
    }
    segments.push({
      series,
      from: { time, km },
      to: { time, km },
      distance: added.km,
      ...(added.kind === 'segment' ? { begins: 'instrument' } : {}),
      ...(point.error === undefined ? {} : { error: point.error }),
    })
  }
  for (const segment of segments) segment.distance = rounded(segment.distance)
  rejected.push(...rejectedIn(database, vehicle, begin, end))
  rejected.sort((a, b) => a.time - b.time)
  rejected.splice(0, rejected.length - MAX_REJECTED)
  const sums = { distance, estimated, error }
  for (const key of ['distance', 'estimated', 'error'] as const) sums[key] = rounded(sums[key])
  return { ...sums, segments, rejected }
}

function* replay(database: Database, vehicle: string, begin: number, end: number) {
  const before = database
    .prepare(
      'SELECT state FROM odometer_points WHERE vehicle = ? AND slot < ? ORDER BY slot DESC LIMIT 1',
    )
    .get(vehicle, begin)?.state
  const fold = foldFrom(typeof before === 'string' ? before : undefined)
  for (const { slot, kept } of slotsOf(database, vehicle, begin, end)) {
    for (const point of pointsInOrder(slot, kept)) yield { point, added: fold.take(point) }
  }
}

function rejectedIn(
  database: Database,
  vehicle: string,
  begin: number,
  end: number,
): RejectedReading[] {
  return [...slotsOf(database, vehicle, begin, end)].flatMap(({ slot, kept }) =>
    Object.entries(kept).flatMap(([series, { rejected = [] }]) =>
      rejected.map(([offset, km, reason]) => ({
        series,
        time: slot * SLOT_MS + offset,
        km,
        reason,
      })),
    ),
  )
}

function* slotsOf(database: Database, vehicle: string, begin: number, end: number) {
  const rows = database
    .prepare(
      `SELECT slot, points FROM odometer_points
       WHERE vehicle = ? AND slot >= ? AND slot < ? ORDER BY slot`,
    )
    .iterate(vehicle, begin, end)
  for (const row of rows) {
    yield { slot: Number(row.slot), kept: JSON.parse(String(row.points)) as SlotPoints }
  }
}

/** To a millimetre: without the residue of binary fractions. */
function rounded(km: number): number {
  return Math.round(km * 1e6) / 1e6
}

function slotOf(time: Millis): number {
  return Math.floor(time / SLOT_MS)
}
