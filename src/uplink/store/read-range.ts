/**
 * The records of a window of time, one after the other, in constant memory: what exports and ad-hoc
 * SQL stand on. Read in pages, each by where the last one ended, so that no read transaction is held
 * open while a slow reader takes them: the gateway may write, and its log stays short.
 */
import type { Database } from '../../database/sqlite.ts'
import type { PageMark, RecordQuery } from '../../model/ports.ts'
import type { StoredRecord } from '../../model/record.ts'
import { isSignalName, type SignalName, signalNames } from '../../model/signals.ts'
import { page } from './queries.ts'
import { inSnapshot, type Reading } from './reading.ts'
import { columnSignals } from './schema.ts'

const PAGE_RECORDS = 2000
const WINDOW = 'vehicle = ?1 AND time >= ?2 AND time < ?3'

/** In order of time, then of sequence number. */
export function* readRange(reading: Reading, query: RecordQuery): Generator<StoredRecord> {
  let after: PageMark | undefined
  for (;;) {
    const options = {
      limit: PAGE_RECORDS,
      order: 'asc',
      total: false,
      ...(after && { after }),
    } as const
    const { records } = inSnapshot(reading, () => page(reading, query, options))
    yield* records
    const last = records.at(-1)
    if (last === undefined || records.length < PAGE_RECORDS) return
    after = { time: last.time, seq: last.seq }
  }
}

/** The signals that occur in a window, in the order of the signal table. */
export function signalsInRange(reading: Reading, query: RecordQuery): SignalName[] {
  const found = new Set<string>([
    ...inSnapshot(reading, () => signalsInRows(reading.database, query)),
    ...inSnapshot(reading, () => signalsInBlocks(reading, query)),
  ])
  return signalNames.filter((name) => found.has(name))
}

function signalsInRows(database: Database, query: RecordQuery): string[] {
  const { vehicle, from, to } = query
  const has = columnSignals.map((name) => `max(${name} IS NOT NULL) AS ${name}`).join(', ')
  const row = database.prepare(`SELECT ${has} FROM record WHERE ${WINDOW}`).get(vehicle, from, to)
  const others = database
    .prepare(`SELECT DISTINCT key FROM record, json_each(rest) WHERE ${WINDOW}`)
    .all(vehicle, from, to)
  return [
    ...columnSignals.filter((name) => row?.[name] === 1),
    ...others.map(({ key }) => String(key)).filter(isSignalName),
  ]
}

/** Of whole blocks: one that the window cuts may have more than the records in it. */
function signalsInBlocks({ database, blocks }: Reading, query: RecordQuery): string[] {
  const { vehicle, from, to } = query
  const found = new Set<string>()
  const rows = database
    .prepare('SELECT num FROM block WHERE vehicle = ? AND first_time < ? AND last_time >= ?')
    .all(vehicle, to, from)
  for (const { num } of rows) {
    for (const name of blocks.open(Number(num))?.signals ?? []) found.add(name)
  }
  return [...found]
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
       SELECT vehicle FROM step WHERE vehicle IS NOT NULL
       UNION SELECT vehicle FROM block ORDER BY vehicle`,
    )
    .all()
  return rows.map((row) => String(row.vehicle))
}
