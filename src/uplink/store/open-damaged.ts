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
  if (whole !== undefined && isSound(whole.database)) return whole
  const alone = opened(`${pathToFileURL(path)}?immutable=1`)
  if (alone === undefined) return whole
  if (whole !== undefined && !isSound(alone.database)) {
    alone.close()
    return whole
  }
  whole?.close()
  return alone
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
