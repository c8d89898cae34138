/**
 * The records of a window of time, one after the other, in constant memory: what exports and ad-hoc
 * SQL stand on. Read in pages, each by where the last one ended, so that no read transaction is held
 * open while a slow reader takes them: the gateway may write, and its log stays short.
 */
import type { Database } from '../../database/sqlite.ts'
import type { RecordQuery } from '../../model/ports.ts'
import type { StoredRecord } from '../../model/record.ts'
import { isSignalName, type SignalName, signalNames } from '../../model/signals.ts'
import { recordOf } from './rows.ts'
import { columnSignals } from './schema.ts'

const PAGE_RECORDS = 2000
const WINDOW = 'vehicle = ?1 AND time >= ?2 AND time < ?3'

/** In order of time, then of sequence number. */
export function* readRange(database: Database, query: RecordQuery): Generator<StoredRecord> {
  const { vehicle, from, to } = query
  const statement = database.prepare(
    `SELECT * FROM record WHERE ${WINDOW} AND (time, seq) > (?4, ?5)
     ORDER BY time, seq LIMIT ${PAGE_RECORDS}`,
  )
  for (let after = { time: from, seq: -1 }; ; ) {
    const rows = statement.all(vehicle, from, to, after.time, after.seq)
    for (const row of rows) yield recordOf(row)
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE_RECORDS) return
    after = { time: Number(last.time), seq: Number(last.seq) }
  }
}

/** The signals that occur in a window, in the order of the signal table. */
export function signalsInRange(database: Database, query: RecordQuery): SignalName[] {
  const { vehicle, from, to } = query
  const found = new Set<string>()
  const has = columnSignals.map((name) => `max(${name} IS NOT NULL) AS ${name}`).join(', ')
  const row = database.prepare(`SELECT ${has} FROM record WHERE ${WINDOW}`).get(vehicle, from, to)
  for (const name of columnSignals) if (row?.[name] === 1) found.add(name)
  const others = database
    .prepare(`SELECT DISTINCT key FROM record, json_each(rest) WHERE ${WINDOW}`)
    .all(vehicle, from, to)
  for (const { key } of others) if (isSignalName(String(key))) found.add(String(key))
  return signalNames.filter((name) => found.has(name))
}

/** The vehicles that have records, by name. Steps from one to the next in the index. */
export function vehiclesWithRecords(database: Database): string[] {
  const rows = database
    .prepare(
      `WITH RECURSIVE step (vehicle) AS (
         SELECT min(vehicle) FROM record
         UNION ALL
         SELECT (SELECT min(vehicle) FROM record WHERE vehicle > step.vehicle)
         FROM step WHERE step.vehicle IS NOT NULL)
       SELECT vehicle FROM step WHERE vehicle IS NOT NULL`,
    )
    .all()
  return rows.map((row) => String(row.vehicle))
}
