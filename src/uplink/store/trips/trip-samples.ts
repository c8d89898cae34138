/**
 * What trips are found from, out of the journal: of a vehicle and window in order of time, from rows
 * and from blocks, of which only the columns are read that are needed.
 */
import type { RecordQuery } from '../../../model/ports.ts'
import type { Millis } from '../../../model/time.ts'
import type { BatchView } from '../../columns/batch-view.ts'
import { sampledNumbers, sampleOf, type TripSample } from '../../trips/sample.ts'
import type { Connection, Reading } from '../reading.ts'
import { recordOf } from '../rows.ts'

interface Placed {
  seq: number
  sample: TripSample
}

export function tripSamples(reading: Reading, query: RecordQuery): TripSample[] {
  const { database, blocks } = reading
  const { vehicle, from, to } = query
  const nums = database
    .prepare(
      `SELECT num FROM block WHERE vehicle = ? AND first_time < ? AND last_time >= ?
       ORDER BY first_time, first_seq`,
    )
    .all(vehicle, to, from)
  const placed: Placed[] = []
  for (const { num } of nums) {
    const view = blocks.open(Number(num))
    if (view !== undefined) addOfBlock(placed, view, query)
  }
  const rows = database
    .prepare(`SELECT * FROM record WHERE vehicle = ? AND time >= ? AND time < ? ORDER BY time, seq`)
    .all(vehicle, from, to)
  for (const row of rows) {
    const { seq, time, data } = recordOf(row)
    placed.push({ seq, sample: sampleOf(time, data) })
  }
  placed.sort((a, b) => a.sample.time - b.sample.time || a.seq - b.seq)
  return placed.map(({ sample }) => sample)
}

function addOfBlock(placed: Placed[], view: BatchView, { from, to }: RecordQuery): void {
  const times = view.times()
  const seqs = view.seqs()
  const numbers = sampledNumbers.map((name) => [name, view.numbers(name)] as const)
  const known = new Set(view.signals)
  const ignition = known.has('ignition') ? view.values('ignition') : []
  const activity = known.has('activity') ? view.values('activity') : []
  for (let index = 0; index < times.length; index++) {
    const time = times[index] as Millis
    if (time < from || time >= to) continue
    const sample = sampleOf(time, {})
    for (const [name, values] of numbers) {
      const value = values?.[index]
      if (value !== undefined && Number.isFinite(value)) sample[name] = value
    }
    const on = ignition[index]
    const doing = activity[index]
    if (typeof on === 'boolean') sample.ignition = on
    if (typeof doing === 'string') sample.activity = doing
    placed.push({ seq: seqs[index] as number, sample })
  }
}

/** When the next record at or after a moment was measured; undefined if none was. */
export function nextRecord(
  { database }: Connection,
  vehicle: string,
  from: Millis,
): Millis | undefined {
  const row = database
    .prepare(
      `SELECT min(time) AS time FROM (
         SELECT min(max(first_time, ?2)) AS time FROM block WHERE vehicle = ?1 AND last_time >= ?2
         UNION ALL SELECT min(time) FROM record WHERE vehicle = ?1 AND time >= ?2)`,
    )
    .get(vehicle, from)
  return typeof row?.time === 'number' ? row.time : undefined
}
