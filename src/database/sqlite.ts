/**
 * The one place that knows which SQLite it is: `node:sqlite` where Node.js has it, else
 * `@photostructure/sqlite`, which has the same API and carries its binary in the package.
 */
import { createRequire } from 'node:module'
import { messageOf, OdographError } from '../model/errors.ts'

export type SqlValue = number | bigint | string | null | Uint8Array
export type Row = Record<string, SqlValue>

export interface Statement {
  run(...values: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  get(...values: SqlValue[]): Row | undefined
  all(...values: SqlValue[]): Row[]
  /** Reads a row at a time; leaving the loop early ends it. */
  iterate(...values: SqlValue[]): IterableIterator<Row>
  /** Of the result; none where there is no result. */
  columns(): { name: string }[]
}

export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

interface CopyOptions {
  /** Pages a step. */
  rate: number
  progress: (step: { totalPages: number; remainingPages: number }) => void
}

interface Library {
  DatabaseSync: new (path: string, options: { readOnly: boolean }) => Database
  /** Missing in the first versions of `node:sqlite`. */
  backup?: (database: Database, path: string, options: CopyOptions) => Promise<number>
}

function library(): Library {
  const builtin = process.getBuiltinModule?.('node:sqlite') as Library | undefined
  if (builtin !== undefined) return builtin
  const require = createRequire(import.meta.url)
  return require('@photostructure/sqlite') as Library
}

/** Values that the table cannot hold: too big, against a constraint, of the wrong type. */
const REFUSED: ReadonlySet<number> = new Set([18, 19, 20])

/** Whether a statement failed for what it was given; no disk will ever take that. */
export function isRefusal(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') return REFUSED.has(errcode & 0xff)
  return error instanceof TypeError || String(code).startsWith('ERR_INVALID_ARG')
}

/** Opens a database file. Throws `store-failed` naming the file. */
export function openDatabase(path: string, options: { readOnly: boolean }): Database {
  try {
    const { DatabaseSync } = library()
    const database = new DatabaseSync(path, options)
    database.exec('PRAGMA busy_timeout = 5000')
    return database
  } catch (error) {
    throw new OdographError('store-failed', path, `cannot be opened: ${messageOf(error)}`, error)
  }
}

const PAGES_AT_ONCE = 500

/**
 * Copies all that a database holds at this moment into a file that is not there yet. The read
 * transaction holds the moment: without, the copy would begin anew whenever another process writes.
 * In a log (WAL) a reader holds up no writer; only the log grows meanwhile by what is written. What
 * `progress` throws ends it.
 */
export async function copyDatabase(
  database: Database,
  path: string,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const { backup } = library()
  if (backup === undefined) {
    database.prepare('VACUUM INTO ?').run(path)
    return
  }
  database.exec('BEGIN')
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get()
    await backup(database, path, {
      rate: PAGES_AT_ONCE,
      progress: ({ totalPages, remainingPages }) =>
        progress(totalPages - remainingPages, totalPages),
    })
  } finally {
    database.exec('ROLLBACK')
  }
}
