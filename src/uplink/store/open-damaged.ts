/**
 * Opens a damaged journal to read what it still has. A log that does not fit its database (of another
 * one, left over) makes a whole database look damaged: then the database is read without it.
 */
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type Database, openDatabase } from '../../database/sqlite.ts'
import { faultsOf } from './check.ts'

export interface Damaged {
  database: Database
  close: () => void
}

/** Undefined where not even the list of tables can be read. */
export function openDamaged(path: string): Damaged | undefined {
  const whole = opened(path)
  if (!existsSync(`${path}-wal`)) return whole
  if (whole !== undefined && isSound(whole.database) && !isLogForeign(path, whole.database)) {
    return whole
  }
  const alone = opened(withoutLog(path))
  if (alone === undefined) return whole
  if (whole !== undefined && !isSound(alone.database)) {
    alone.close()
    return whole
  }
  whole?.close()
  return alone
}

/** Whether places go back with the log: it is older than the database, or of another one. */
export function isLogForeign(path: string, database: Database): boolean {
  if (!existsSync(`${path}-wal`)) return false
  const alone = opened(withoutLog(path))
  if (alone === undefined) return false
  try {
    return ['record', 'event'].some(
      (table) => lastPlace(alone.database, table) > lastPlace(database, table),
    )
  } finally {
    alone.close()
  }
}

/** A file that is read as if nobody could change it has no log. */
function withoutLog(path: string): string {
  return `${pathToFileURL(path)}?immutable=1`
}

function lastPlace(database: Database, table: string): number {
  try {
    const sql = 'SELECT seq FROM sqlite_sequence WHERE name = ?'
    return Number(database.prepare(sql).get(table)?.seq ?? 0)
  } catch {
    return 0
  }
}

function opened(path: string): Damaged | undefined {
  let database: Database | undefined
  try {
    database = openDatabase(path, { readOnly: true })
    database.exec('PRAGMA cell_size_check = ON')
    const { n } = database.prepare('SELECT count(*) AS n FROM sqlite_master').get() ?? {}
    if (Number(n) > 0) return { database, close: () => database?.close() }
  } catch {
    // No database any more, or none with a list of tables.
  }
  database?.close()
  return undefined
}

function isSound(database: Database): boolean {
  try {
    return faultsOf(database) === undefined
  } catch {
    return false
  }
}
