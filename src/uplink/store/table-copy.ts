/** Rows of a damaged journal on their way into a table of a new one, a thousand a transaction. */
import {
  type Database,
  isRefusal,
  type Row,
  type SqlValue,
  type Statement,
} from '../../database/sqlite.ts'
import type { RowCheck } from './salvaged-rows.ts'

export interface Table {
  name: string
  /** Of a WITHOUT ROWID table. */
  key?: readonly string[]
  /** The column that is its rowid, where rows are looked for without their table's inner pages. */
  stray?: string
  /** An index that has a row for each row, and what to count in it. */
  counted?: readonly [index: string, what: string]
}

const ROWS_AT_ONCE = 1000
/** Its rows have no other number. */
const ROWID_ONLY = 'sent_time'

export class TableCopy {
  saved = 0
  /** Rows that make no sense, or that the new table does not take. */
  refused = 0
  unread = 0
  /** How many of `saved` no way leads to. */
  found = 0
  readonly #target: Database
  readonly #table: Table
  readonly #check: RowCheck | undefined
  readonly #columns: string[]
  #statement: { columns: string[]; insert: Statement } | undefined
  #waiting: Row[] = []

  constructor(target: Database, table: Table, check: RowCheck | undefined) {
    this.#target = target
    this.#table = table
    this.#check = check
    this.#columns = columnsOf(target, table.name)
  }

  add(row: Row): void {
    this.#waiting.push(row)
    if (this.#waiting.length >= ROWS_AT_ONCE) this.end()
  }

  end(): void {
    const rows = this.#waiting
    this.#waiting = []
    if (rows.length > 0)
      inTransaction(this.#target, () => {
        for (const row of rows) this.#write(row)
      })
  }

  #write(row: Row): void {
    const { name, key } = this.#table
    const weight = name === 'block' ? Number(row.count) : 1
    const checked = this.#check === undefined ? row : this.#check(row)
    const changes = checked === undefined ? 0 : this.#insert(checked)
    if (changes > 0) this.saved += weight
    // Rows found by their keys may come twice.
    else if (key === undefined || changes < 0) this.refused += weight
  }

  /** -1 where the table does not take it. */
  #insert(row: Row): number {
    this.#statement ??= this.#statementFor(row)
    const { columns, insert } = this.#statement
    try {
      const values = columns.map((column) => row[column] as SqlValue)
      return Number(insert.run(...values).changes)
    } catch (error) {
      if (!isRefusal(error)) throw error
      return -1
    }
  }

  /** An earlier version has fewer columns; all rows of a table have the same. */
  #statementFor(row: Row): { columns: string[]; insert: Statement } {
    const { name } = this.#table
    const columns = this.#columns.filter((column) => row[column] !== undefined)
    const from = name === ROWID_ONLY ? [...columns, 'place'] : columns
    const into = name === ROWID_ONLY ? [...columns, 'rowid'] : columns
    const marks = into.map(() => '?').join(', ')
    const sql = `INSERT OR IGNORE INTO ${name} (${into.join(', ')}) VALUES (${marks})`
    return { columns: from, insert: this.#target.prepare(sql) }
  }
}

export function columnsOf(database: Database, name: string): string[] {
  const rows = database.prepare(`PRAGMA table_info(${name})`).all()
  return rows.map((row) => String(row.name))
}

export function inTransaction(database: Database, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
