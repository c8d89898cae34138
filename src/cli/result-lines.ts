/** The rows of a query as lines: a table for people, CSV (RFC 4180), or a JSON object a line. */
import type { Row, SqlValue } from '../database/sqlite.ts'
import { csvField } from '../uplink/export/csv.ts'

export const resultFormats = ['table', 'csv', 'jsonl'] as const

export type ResultFormat = (typeof resultFormats)[number]

/** The widths of a table follow from so many rows; a longer value later on pushes its line out. */
const MEASURED_ROWS = 1000
const MAX_WIDTH = 80

/** Without line ends; a line of CSV ends in a carriage return. */
export function resultLines(
  format: ResultFormat,
  names: readonly string[],
  rows: Iterable<Row>,
): Generator<string, void> {
  if (format === 'table') return tableLines(names, rows)
  return format === 'csv' ? csvLines(names, rows) : jsonLines(names, rows)
}

function* csvLines(names: readonly string[], rows: Iterable<Row>): Generator<string, void> {
  yield `${names.map(csvField).join(',')}\r`
  for (const row of rows) yield `${names.map((name) => csvField(plain(row[name]))).join(',')}\r`
}

function* jsonLines(names: readonly string[], rows: Iterable<Row>): Generator<string, void> {
  for (const row of rows) {
    yield JSON.stringify(Object.fromEntries(names.map((name) => [name, plain(row[name])])))
  }
}

function* tableLines(names: readonly string[], rows: Iterable<Row>): Generator<string, void> {
  const measured: SqlValue[][] = []
  let table: Table | undefined
  for (const row of rows) {
    const values = names.map((name) => row[name] ?? null)
    if (table !== undefined) yield table.line(values)
    else if (measured.push(values) === MEASURED_ROWS) {
      table = new Table(names, measured)
      yield* table.start(measured)
    }
  }
  if (table === undefined) yield* new Table(names, measured).start(measured)
}

/** The columns of a table. */
class Table {
  readonly #names: readonly string[]
  readonly #columns: { width: number; isNumeric: boolean }[]

  constructor(names: readonly string[], rows: readonly SqlValue[][]) {
    this.#names = names
    this.#columns = names.map((name, index) => {
      const values = rows.map((row) => row[index] ?? null)
      const longest = values.reduce<number>((most, value) => Math.max(most, cell(value).length), 0)
      return {
        width: Math.min(Math.max(longest, name.length), MAX_WIDTH),
        isNumeric: values.every((value) => value === null || typeof value === 'number'),
      }
    })
  }

  *start(rows: readonly SqlValue[][]): Generator<string, void> {
    yield this.line(this.#names)
    yield this.#columns.map(({ width }) => '─'.repeat(width)).join('  ')
    for (const row of rows) yield this.line(row)
  }

  /** Numbers stand at the right of their column. */
  line(values: readonly SqlValue[]): string {
    const texts = this.#columns.map(({ width, isNumeric }, index) => {
      const text = cell(values[index] ?? null)
      return isNumeric ? text.padStart(width) : text.padEnd(width)
    })
    return texts.join('  ').trimEnd()
  }
}

function cell(value: SqlValue): string {
  if (value === null) return 'NULL'
  // A text from outside must not look like further lines, or steer the terminal.
  return String(plain(value)).replace(/\p{Cc}+/gu, ' ')
}

/** Bytes as hexadecimal digits. */
function plain(value: SqlValue | undefined): string | number | null {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return typeof value === 'bigint' ? String(value) : (value ?? null)
}
