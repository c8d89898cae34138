/**
 * Fuel used between any two moments, from the run totals in `counter_slot`: within a slot it is taken to
 * have been used evenly.
 */
import type { Millis } from '../../../model/time.ts'
import type { Connection } from '../reading.ts'
import { SLOT_MS } from '../schema.ts'

/** l; undefined where nothing is counted in that time. */
export function fuelBetween(
  connection: Connection,
  vehicle: string,
  from: Millis,
  to: Millis,
): { litres: number; estimated: boolean } | undefined {
  const rows = connection.database
    .prepare(
      `SELECT first_time, first, last_time, last, estimated FROM counter_slot
       WHERE vehicle = ? AND counter = 'fuelUsed' AND slot >= ? AND slot <= ? ORDER BY slot`,
    )
    .all(vehicle, Math.floor(from / SLOT_MS), Math.floor(to / SLOT_MS))
  const points = rows.flatMap((row) => [
    { time: Number(row.first_time), total: Number(row.first) },
    { time: Number(row.last_time), total: Number(row.last) },
  ])
  const begin = totalAt(points, from)
  const end = totalAt(points, to)
  if (begin === undefined || end === undefined || end < begin) return undefined
  const estimated = rows.some((row) => row.estimated === 1)
  return { litres: Math.round((end - begin) * 1e6) / 1e6, estimated }
}

interface Point {
  time: Millis
  total: number
}

function totalAt(points: readonly Point[], time: Millis): number | undefined {
  const after = points.findIndex((point) => point.time >= time)
  if (after < 0) return points.at(-1)?.total
  const next = points[after] as Point
  const before = points[after - 1]
  if (before === undefined || next.time === before.time) return next.total
  const share = (time - before.time) / (next.time - before.time)
  return before.total + (next.total - before.total) * share
}
