/** What the commands share that print a log out of the journal, newest so many, a line each. */
import { existsSync } from 'node:fs'
import { type Database, openDatabase } from '../database/sqlite.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import type { CommandIo } from './command.ts'
import { LineWriter } from './lines.ts'

/** Nothing where the table is missing: an earlier version has written the journal. Throws `store-failed`. */
export function readLog<Row>(
  path: string,
  table: string,
  read: (database: Database) => Row[],
): Row[] {
  if (!existsSync(path)) throw new OdographError('store-failed', path, 'there is no journal')
  const database = openDatabase(path, { readOnly: true })
  try {
    const made = database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table)
    return made === undefined ? [] : read(database)
  } catch (error) {
    throw new OdographError('store-failed', path, messageOf(error), error)
  } finally {
    database.close()
  }
}

export async function printLog<Row>(
  rows: readonly Row[],
  text: (row: Row) => string,
  io: CommandIo,
): Promise<void> {
  const lines = new LineWriter(io.stdout)
  for (const row of rows) {
    if (io.signal.aborted) break
    lines.line(text(row))
    await lines.pressure()
  }
  await lines.flushed()
}
