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

type DatabaseClass = new (path: string, options: { readOnly: boolean }) => Database

function databaseClass(): DatabaseClass {
  const builtin = process.getBuiltinModule?.('node:sqlite') as
    | { DatabaseSync: DatabaseClass }
    | undefined
  if (builtin !== undefined) return builtin.DatabaseSync
  const require = createRequire(import.meta.url)
  return (require('@photostructure/sqlite') as { DatabaseSync: DatabaseClass }).DatabaseSync
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
    const Class = databaseClass()
    const database = new Class(path, options)
    database.exec('PRAGMA busy_timeout = 5000')
    return database
  } catch (error) {
    throw new OdographError('store-failed', path, `cannot be opened: ${messageOf(error)}`, error)
  }
}
