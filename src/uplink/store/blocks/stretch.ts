/**
 * A part of a timeline: records in order of time, then of seq, from one block, from rows, or merged
 * from several of them whose times overlap, as those of a recording that is played later do.
 */
import type { Database, Statement } from '../../../database/sqlite.ts'
import type { RecordQuery } from '../../../model/ports.ts'
import type { StoredRecord } from '../../../model/record.ts'
import type { BatchView } from '../../columns/batch-view.ts'
import { recordOf } from '../rows.ts'

export interface Stretch {
  readonly times: Float64Array
  readonly seqs: Float64Array
  record(index: number): StoredRecord
}

/** Rows are read ahead: whoever wants one mostly wants those after it. */
const AHEAD = 128

/** What of a block is in the window. */
export function blockStretch(view: BatchView, { from, to }: RecordQuery): Stretch {
  const times = view.times()
  const first = lowerBound(times, from)
  const end = lowerBound(times, to)
  return {
    times: times.subarray(first, end),
    seqs: view.seqs().subarray(first, end),
    record: (index) => view.record(first + index),
  }
}

/** The rows of `record` in the window. */
export function rowStretch(database: Database, query: RecordQuery): Stretch {
  const { vehicle, from, to } = query
  const rows = database
    .prepare(
      `SELECT time, seq FROM record WHERE vehicle = ? AND time >= ? AND time < ?
       ORDER BY time, seq`,
    )
    .all(vehicle, from, to)
  const times = Float64Array.from(rows, (row) => Number(row.time))
  const seqs = Float64Array.from(rows, (row) => Number(row.seq))
  const reader = new RowReader(database, query, times, seqs)
  return { times, seqs, record: (index) => reader.record(index) }
}

class RowReader {
  readonly #one: Statement
  readonly #several: Statement
  readonly #query: RecordQuery
  readonly #times: Float64Array
  readonly #seqs: Float64Array
  #ahead: StoredRecord[] = []
  #first = 0
  #wanted = -1

  constructor(database: Database, query: RecordQuery, times: Float64Array, seqs: Float64Array) {
    this.#one = database.prepare('SELECT * FROM record WHERE seq = ?')
    this.#several = database.prepare(
      `SELECT * FROM record WHERE vehicle = ? AND (time, seq) >= (?, ?) AND time < ?
       ORDER BY time, seq LIMIT ?`,
    )
    this.#query = query
    this.#times = times
    this.#seqs = seqs
  }

  record(index: number): StoredRecord {
    const isNext = index === this.#wanted
    this.#wanted = index + 1
    const known = this.#ahead[index - this.#first]
    if (known !== undefined) return known
    const seq = this.#seqs[index] as number
    if (!isNext) return recordOf(this.#one.get(seq) ?? {})
    const { vehicle, to } = this.#query
    const rows = this.#several.all(vehicle, this.#times[index] as number, seq, to, AHEAD)
    this.#ahead = rows.map(recordOf)
    this.#first = index
    return this.#ahead[0] as StoredRecord
  }
}

export function mergedStretch(stretches: readonly Stretch[]): Stretch {
  const full = stretches.filter(({ times }) => times.length > 0)
  const [only] = full
  if (only !== undefined && full.length === 1) return only
  const count = full.reduce((sum, { times }) => sum + times.length, 0)
  const times = new Float64Array(count)
  const seqs = new Float64Array(count)
  const sources = new Uint32Array(count)
  const indexes = new Uint32Array(count)
  const order = new Uint32Array(count)
  let at = 0
  for (const [source, stretch] of full.entries()) {
    times.set(stretch.times, at)
    seqs.set(stretch.seqs, at)
    for (let index = 0; index < stretch.times.length; index++, at++) {
      sources[at] = source
      indexes[at] = index
      order[at] = at
    }
  }
  order.sort(
    (a, b) =>
      (times[a] as number) - (times[b] as number) || (seqs[a] as number) - (seqs[b] as number),
  )
  return {
    times: Float64Array.from(order, (place) => times[place] as number),
    seqs: Float64Array.from(order, (place) => seqs[place] as number),
    record(index) {
      const place = order[index] as number
      return (full[sources[place] as number] as Stretch).record(indexes[place] as number)
    },
  }
}

/** The first index whose value is not below `value`, in ascending values. */
export function lowerBound(values: Float64Array, value: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
