/**
 * The newest line of everything that was decoded, as an aligned table: what it is, its newest value,
 * how often it came and how far apart.
 */
import type { Line } from './line.ts'

/** What makes a line the next one of the same thing. */
const KEYS = [
  'ch',
  'bus',
  'source',
  'src',
  'dst',
  'id',
  'pgn',
  'spn',
  'mode',
  'pid',
  'did',
  'signal',
  'name',
]
const UNSHOWN = new Set(['n', 'ts'])
/** More rows than anybody reads. */
const MAX_ROWS = 5000
const MAX_CELL = 40

interface Row {
  line: Line
  count: number
  first: number
  last: number
}

export class LiveTable {
  readonly #rows = new Map<string, Row>()

  take(line: Line): void {
    const key = KEYS.map((name) => line[name] ?? '').join('\t')
    const row = this.#rows.get(key)
    const time = line.ts ?? 0
    if (row !== undefined) {
      row.line = line
      row.count += 1
      row.last = time
    } else if (this.#rows.size < MAX_ROWS) {
      this.#rows.set(key, { line, count: 1, first: time, last: time })
    }
  }

  /** A heading and the rows, in order of their keys, cut to `width` characters. */
  lines(width = Number.POSITIVE_INFINITY): string[] {
    const rows = [...this.#rows.values()]
    if (rows.length === 0) return ['nothing yet']
    const fields = new Set(rows.flatMap(({ line }) => Object.keys(line)))
    const keys = KEYS.filter((name) => fields.has(name))
    const rest = [...fields].filter((name) => !KEYS.includes(name) && !UNSHOWN.has(name))
    const columns = [...keys, ...rest]
    const cells = rows.map((row) => [
      ...columns.map((name) => textOf(row.line[name])),
      String(row.count),
      periodOf(row),
    ])
    cells.sort((a, b) => compare(a, b, keys.length))
    const all = [[...columns, 'count', 'every'], ...cells]
    const widths = (all[0] as string[]).map((_, i) =>
      Math.max(...all.map((row) => row[i]?.length ?? 0)),
    )
    return all.map((row) => aligned(row, widths).slice(0, width))
  }
}

function aligned(row: readonly string[], widths: readonly number[]): string {
  const isNumber = (text: string) => /^-?[\d.]+$/.test(text)
  return row
    .map((text, i) => {
      const width = widths[i] ?? 0
      return isNumber(text) ? text.padStart(width) : text.padEnd(width)
    })
    .join('  ')
    .trimEnd()
}

function compare(a: readonly string[], b: readonly string[], keys: number): number {
  for (let i = 0; i < keys; i += 1) {
    const [x = '', y = ''] = [a[i], b[i]]
    const order = x.localeCompare(y, 'en', { numeric: true })
    if (order !== 0) return order
  }
  return 0
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(Math.round(value * 1e6) / 1e6)
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text
}

function periodOf({ count, first, last }: Row): string {
  if (count < 2 || last <= first) return ''
  const ms = ((last - first) / (count - 1)) * 1000
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1000)} s`
}
