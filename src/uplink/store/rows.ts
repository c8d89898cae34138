/** Records to rows of the `record` table and back. */

import type { Row, SqlValue } from '../../database/sqlite.ts'
import type { SignalValue } from '../../model/reading.ts'
import type { NewRecord, RecordData, StoredRecord } from '../../model/record.ts'
import type { SignalName } from '../../model/signals.ts'
import { columnSignals } from './schema.ts'

const columns = new Set<string>(columnSignals)
const head = [
  'id',
  'vehicle',
  'source',
  'boot',
  'number',
  'monotonic',
  'time',
  'received',
  'clock',
  'shift',
]
const names = [...head, ...columnSignals, 'rest', 'quality']

/** A repeat of an id inserts nothing, and its place is there for the next one. */
export const INSERT_RECORD = `INSERT INTO record (seq, ${names.join(', ')})
  VALUES (?, ${names.map(() => '?').join(', ')}) ON CONFLICT (id) DO NOTHING`

/** The values of `INSERT_RECORD`, in its order. */
export function rowValues(seq: number, record: NewRecord): SqlValue[] {
  const { data, quality } = record
  let rest: Record<string, SignalValue> | undefined
  for (const name in data) {
    if (columns.has(name)) continue
    rest ??= {}
    rest[name] = data[name as SignalName] as SignalValue
  }
  const values: SqlValue[] = [
    seq,
    record.id,
    record.vehicle,
    record.source,
    record.boot,
    record.number,
    record.monotonic,
    record.time,
    record.receivedAt,
    record.clockTrust,
    record.shift ?? 0,
  ]
  for (const name of columnSignals) values.push((data[name] as number | undefined) ?? null)
  values.push(rest === undefined ? null : JSON.stringify(rest))
  values.push(quality === undefined ? null : JSON.stringify(quality))
  return values
}

/** A row of `SELECT * FROM record`. */
export function recordOf(row: Row): StoredRecord {
  const data: RecordData = {}
  for (const name of columnSignals) {
    const value = row[name]
    if (value !== null && value !== undefined) data[name] = value as number
  }
  if (typeof row.rest === 'string') {
    Object.assign(data, JSON.parse(row.rest) as Partial<Record<SignalName, never>>)
  }
  return {
    seq: Number(row.seq),
    id: String(row.id),
    vehicle: String(row.vehicle),
    source: String(row.source),
    boot: String(row.boot),
    number: Number(row.number),
    monotonic: Number(row.monotonic),
    time: Number(row.time),
    receivedAt: Number(row.received),
    clockTrust: row.clock as StoredRecord['clockTrust'],
    ...(Number(row.shift ?? 0) === 0 ? {} : { shift: Number(row.shift) }),
    data,
    ...(typeof row.quality === 'string' ? { quality: JSON.parse(row.quality) } : {}),
  }
}
