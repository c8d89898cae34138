/**
 * The records of a window as a table that SQL can be asked of, wherever they stand in the journal: a
 * temporary table, which SQLite keeps in memory while it is small and in a file of its own, gone with
 * the connection, when it is not. `record` is then this table, and hides the journal's of that name.
 * A signal that does not occur in the window has no place in the table, but a column of NULL.
 */
import type { SqlValue } from '../../database/sqlite.ts'
import type { RecordQuery } from '../../model/ports.ts'
import type { StoredRecord } from '../../model/record.ts'
import { signalNames } from '../../model/signals.ts'
import { readRange, signalsInRange } from './read-range.ts'
import type { Reading } from './reading.ts'

const HEAD = `seq INTEGER, id TEXT, vehicle TEXT, source TEXT, boot TEXT, number INTEGER, monotonic INTEGER,
  time INTEGER, received INTEGER, clock TEXT, quality TEXT`

export interface FillOptions {
  /** Called so often that others get a turn if it waits. */
  pause?: (records: number) => Promise<void>
}

const TURN = 2000

/** Makes `record` of the records of several queries; how many there are. */
export async function fillRecordTable(
  reading: Reading,
  queries: readonly RecordQuery[],
  options: FillOptions = {},
): Promise<number> {
  const { database } = reading
  const found = new Set(queries.flatMap((query) => signalsInRange(reading, query)))
  const stored = signalNames.filter((name) => found.has(name))
  const columns = [HEAD, ...stored.map((name) => `"${name}"`)]
  database.exec('PRAGMA temp.journal_mode = OFF; PRAGMA temp.cache_size = -32768')
  database.exec(`CREATE TEMP TABLE record_here (${columns.join(', ')})`)
  const head = HEAD.split(',').map((column) => column.trim().split(' ')[0])
  const places = [...head, ...stored].map(() => '?').join(', ')
  const insert = database.prepare(`INSERT INTO temp.record_here VALUES (${places})`)
  let count = 0
  for (const query of queries) {
    database.exec('BEGIN')
    for (const record of readRange(reading, query)) {
      insert.run(...valuesOf(record, stored))
      count += 1
      if (count % TURN === 0) {
        database.exec('COMMIT')
        await options.pause?.(count)
        database.exec('BEGIN')
      }
    }
    database.exec('COMMIT')
  }
  // Not before: from now on `record` is not the journal's.
  const shown = signalNames.map((name) => (found.has(name) ? `"${name}"` : `NULL AS "${name}"`))
  database.exec(
    `CREATE TEMP VIEW record AS SELECT ${[...head, ...shown].join(', ')} FROM temp.record_here`,
  )
  return count
}

function valuesOf(
  record: StoredRecord,
  stored: readonly (keyof StoredRecord['data'])[],
): SqlValue[] {
  const { quality, data } = record
  return [
    record.seq,
    record.id,
    record.vehicle,
    record.source,
    record.boot,
    record.number,
    record.monotonic,
    record.time,
    record.receivedAt,
    record.clockTrust,
    quality === undefined ? null : JSON.stringify(quality),
    ...stored.map((name) => sqlValue(data[name])),
  ]
}

function sqlValue(value: unknown): SqlValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'number' ? value : String(value)
}
