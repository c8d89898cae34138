/**
 * The rows of a damaged table that can be read. SQLite throws at a page that makes no sense; the
 * rows before it are read upwards, those behind it downwards, and what lies between is halved until
 * every readable row is found. Rows that are out of order come from a page that does not belong
 * there, and count as unreadable.
 */
import type { Database, Row, Statement } from '../../database/sqlite.ts'

export interface Reader {
  database: Database
  table: string
  /** Whether the time is up. */
  deadline: () => boolean
}

interface Range {
  from: number
  to: number
}

const MAX_ROWID = Number.MAX_SAFE_INTEGER

/**
 * Rows of a rowid table, each with `place`, its rowid; in no order, and none twice. `top`: the
 * greatest rowid that there may be. Returns how many places could not be read.
 */
export function* rowidRows(reader: Reader, top: number): Generator<Row, number> {
  const { database, table, deadline } = reader
  const select = `SELECT rowid AS place, * FROM ${table} WHERE rowid BETWEEN ? AND ? ORDER BY rowid`
  const up = database.prepare(select)
  const down = database.prepare(`${select} DESC`)
  const ranges: Range[] = [{ from: 1, to: MAX_ROWID }]
  let unread = 0
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    if (deadline()) {
      unread += Math.max(Math.min(range.to, top) - range.from + 1, 0)
      continue
    }
    const after = yield* run(up, range, 1)
    if (after === undefined) continue
    // Nothing can stand above the greatest place that was ever given.
    const rest = { from: after, to: range.to === MAX_ROWID ? Math.max(top, after) : range.to }
    const before = yield* run(down, rest, -1)
    if (before === undefined || before < after) continue
    if (before === after) {
      unread += 1
      continue
    }
    const middle = after + Math.floor((before - after) / 2)
    ranges.push({ from: middle + 1, to: before }, { from: after, to: middle })
  }
  return unread
}

/** Yields what can be read; returns the place at which it ended, undefined if at the range's end. */
function* run(
  select: Statement,
  { from, to }: Range,
  step: 1 | -1,
): Generator<Row, number | undefined> {
  let next = step === 1 ? from : to
  for (const row of untilError(select, from, to)) {
    if (row === undefined) return next
    const { place } = row
    const isInOrder =
      typeof place === 'number' &&
      (step === 1 ? place >= next && place <= to : place <= next && place >= from)
    if (!isInOrder) return next
    yield row
    next = place + step
  }
  return undefined
}

/** Rows, and `undefined` in the place of the first that throws. */
function* untilError(select: Statement, ...values: number[]): Generator<Row | undefined> {
  const rows = attempt(() => select.iterate(...values))
  if (rows === undefined) {
    yield undefined
    return
  }
  for (;;) {
    const next = attempt(() => rows.next())
    if (next?.done === true) return
    yield next?.value
    if (next === undefined) return
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    // What cannot be read is what this is about; the caller counts it.
    return undefined
  }
}

/** Rows of a WITHOUT ROWID table, first from its beginning, then from its end. May come twice. */
export function* keyRows(reader: Reader, key: readonly string[]): Generator<Row, number> {
  const { database, table } = reader
  for (const order of ['ASC', 'DESC']) {
    const by = key.map((name) => `${name} ${order}`).join(', ')
    const select = database.prepare(`SELECT * FROM ${table} ORDER BY ${by}`)
    let isWhole = true
    for (const row of untilError(select)) {
      if (row === undefined) isWhole = false
      else yield row
      if (reader.deadline()) return 1
    }
    if (isWhole) return 0
  }
  return 1
}
