/** Records to rows of the `record` table and back. */

import type { Row, SqlValue } from '../../database/sqlite.ts'
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

/** A repeat of an id inserts nothing. (OR IGNORE would, but use up a place in the journal.) */
export const INSERT_RECORD = `INSERT INTO record (${names.join(', ')})
  SELECT ${names.map((_, index) => `?${index + 1}`).join(', ')}
  WHERE NOT EXISTS (SELECT 1 FROM record WHERE id = ?1)`

/** The values of `INSERT_RECORD`, in its order. */
export function rowValues(record: NewRecord): SqlValue[] {
  const rest = Object.entries(record.data).filter(([name]) => !columns.has(name))
  return [
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
    ...columnSignals.map((name) => (record.data[name] as number | undefined) ?? null),
    rest.length === 0 ? null : JSON.stringify(Object.fromEntries(rest)),
    record.quality === undefined ? null : JSON.stringify(record.quality),
  ]
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
