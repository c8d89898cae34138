/**
 * A copy of a journal, of one moment, while the gateway writes it or not: whole transactions, what
 * stands in the log (`-wal`) included, in one file that needs no log.
 *
 * The copy is made by SQLite's online backup within one read transaction. The gateway's commits do
 * not wait for it; until it ends the log cannot begin anew, and grows by what is committed
 * meanwhile. It is no journal in use: looking at it leaves no files beside it.
 */
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { copyDatabase, type Database, openDatabase } from '../../database/sqlite.ts'
import { OdographError } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import { faultsOf } from './check.ts'
import { formatOf, requireVersion } from './schema.ts'

export interface JournalContents {
  records: number
  /** Of the oldest and the newest record; undefined where there is none. */
  span: { first: Millis; last: Millis } | undefined
}

/** `target` is no file yet. Throws what SQLite says. */
export async function copyJournal(
  path: string,
  target: string,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const database = openToRead(path)
  try {
    await copyDatabase(database, target, progress)
  } finally {
    database.close()
  }
}

/** A journal at rest on a card that cannot be written has no log, and none can be made. */
function openToRead(path: string): Database {
  const database = openDatabase(path, { readOnly: true })
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get()
    return database
  } catch (error) {
    database.close()
    if (existsSync(`${path}-wal`)) throw error
    return openDatabase(atRest(path), { readOnly: true })
  }
}

/** The same for a copy of any format, without its contents; the format. Throws `store-failed`. */
export function checkCopyOfAny(path: string): number {
  const database = openDatabase(atRest(path), { readOnly: true })
  try {
    const faults = faultsOf(database)
    if (faults !== undefined) throw new OdographError('store-failed', path, faults)
    return formatOf(database)
  } finally {
    database.close()
  }
}

/** Reads every page of a copy. Throws `store-failed` if it is not whole. */
export function checkCopy(path: string): JournalContents {
  const database = openDatabase(atRest(path), { readOnly: true })
  try {
    const faults = faultsOf(database)
    if (faults !== undefined) throw new OdographError('store-failed', path, faults)
    requireVersion(database, path)
    const row = database
      .prepare(
        `SELECT sum(n) AS n, min(first) AS first, max(last) AS last FROM (
           SELECT sum(count) AS n, min(first_time) AS first, max(last_time) AS last FROM block
           UNION ALL SELECT count(*), min(time), max(time) FROM record)`,
      )
      .get()
    const { n, first, last } = row ?? {}
    const isEmpty = typeof first !== 'number' || typeof last !== 'number'
    return { records: Number(n), span: isEmpty ? undefined : { first, last } }
  } finally {
    database.close()
  }
}

/** A file that is read as if nobody could change it gets no log. */
function atRest(path: string): string {
  return `${pathToFileURL(path)}?immutable=1`
}
