/**
 * Whether the journal is whole. Every page is looked at after an unclean end only, for that takes as
 * long as reading the file: `meta.clean` is the last thing that an orderly end writes, and whoever
 * writes afterwards removes it.
 */
import type { Database } from '../../database/sqlite.ts'
import { messageOf } from '../../model/errors.ts'

/** So many faults are enough to know. */
const MAX_FAULTS = 20

export function markClean(database: Database): void {
  database.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('clean', '1')")
}

/** Costs no writing where there is no mark. */
export function unmarkClean(database: Database): void {
  database.exec("DELETE FROM meta WHERE key = 'clean'")
}

/** A sentence about what is wrong with a database of the newest version; undefined if nothing is. */
export function findDamage(database: Database): string | undefined {
  try {
    if (isMarkedClean(database)) return undefined
    return faultsOf(database)
  } catch (error) {
    return messageOf(error)
  }
}

function isMarkedClean(database: Database): boolean {
  return database.prepare("SELECT 1 FROM meta WHERE key = 'clean'").get() !== undefined
}

/** What SQLite finds on the pages; undefined if nothing. Throws where it cannot even look. */
export function faultsOf(database: Database): string | undefined {
  database.exec('PRAGMA cell_size_check = ON')
  const rows = database.prepare(`PRAGMA quick_check(${MAX_FAULTS})`).all()
  // A fault may be told in several lines, the first of which only names the database.
  const lines = rows
    .flatMap((row) => String(Object.values(row)[0]).split('\n'))
    .filter((line) => line !== 'ok' && !line.startsWith('*** in database'))
  const [first, ...others] = lines
  if (first === undefined) return undefined
  return others.length === 0 ? first : `${first}; ${others.length} more such faults`
}
