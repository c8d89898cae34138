/**
 * Distance of the odometer of record between any two moments: from its slots, and within a slot from
 * the odometer in the records. A function of time that never falls, so that parts never add up to
 * more than the whole.
 */
import type { Millis } from '../../../model/time.ts'
import type { Connection, Reading } from '../reading.ts'
import { SLOT_MS } from '../schema.ts'
import { tripSamples } from './trip-samples.ts'

/** km; undefined where the odometer of record is not known at or before one of the moments. */
export function distanceBetween(
  reading: Reading,
  vehicle: string,
  from: Millis,
  to: Millis,
): number | undefined {
  const begin = travelledAt(reading, vehicle, from) ?? firstAfter(reading, vehicle, from, to)
  const end = travelledAt(reading, vehicle, to)
  if (begin === undefined || end === undefined) return undefined
  return Math.round(Math.max(0, end - begin) * 1e6) / 1e6
}

function firstAfter(
  { database }: Connection,
  vehicle: string,
  from: Millis,
  to: Millis,
): number | undefined {
  const row = database
    .prepare(
      `SELECT first_km AS km FROM odometer_slot WHERE vehicle = ? AND slot >= ? AND first_time <= ?
       ORDER BY slot LIMIT 1`,
    )
    .get(vehicle, Math.floor(from / SLOT_MS), to)
  return row === undefined ? undefined : Number(row.km)
}

function travelledAt(reading: Reading, vehicle: string, time: Millis): number | undefined {
  const row = reading.database
    .prepare(
      `SELECT first_time, first_km, last_time, last_km FROM odometer_slot
       WHERE vehicle = ? AND slot <= ? AND first_time <= ? ORDER BY slot DESC LIMIT 1`,
    )
    .get(vehicle, Math.floor(time / SLOT_MS), time)
  if (row === undefined) return undefined
  const first = { time: Number(row.first_time), km: Number(row.first_km) }
  const last = { time: Number(row.last_time), km: Number(row.last_km) }
  if (time >= last.time || last.km <= first.km) return last.km
  const driven = drivenWithin(reading, { vehicle, from: first.time, to: time + 1 })
  const share = (time - first.time) / (last.time - first.time)
  const km = first.km + (driven ?? (last.km - first.km) * share)
  return Math.min(Math.max(km, first.km), last.km)
}

/** By how much the highest reading lies above the first; it does not fall with time. */
function drivenWithin(
  reading: Reading,
  query: { vehicle: string; from: Millis; to: Millis },
): number | undefined {
  const readings = tripSamples(reading, query).flatMap(({ odometer }) => odometer ?? [])
  const [first] = readings
  if (first === undefined) return undefined
  return readings.reduce((highest, km) => Math.max(highest, km), first) - first
}
