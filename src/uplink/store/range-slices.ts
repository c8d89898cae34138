/**
 * A window of time cut into windows of about so many records each, in order of time: so that several
 * threads can read a long one. Cuts are made where blocks begin, for a block that two threads want is
 * opened twice.
 */
import type { Database } from '../../database/sqlite.ts'
import type { RecordQuery } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'

/** So many records follow from here on, up to the next mark. */
interface Mark {
  time: Millis
  count: number
}

/** Rows are not counted finer than that. */
const ROWS = 1000

/** One slice, the window itself, where there is no more than that in it. */
export function rangeSlices(
  database: Database,
  query: RecordQuery,
  records: number,
): RecordQuery[] {
  const slices: RecordQuery[] = []
  let { from } = query
  let count = 0
  for (const mark of marksOf(database, query)) {
    if (count >= records && mark.time > from) {
      slices.push({ ...query, from, to: mark.time })
      from = mark.time
      count = 0
    }
    count += mark.count
  }
  return [...slices, { ...query, from }]
}

function marksOf(database: Database, { vehicle, from, to }: RecordQuery): Mark[] {
  const rows = database
    .prepare(
      `SELECT max(first_time, ?2) AS time, count FROM block
         WHERE vehicle = ?1 AND first_time < ?3 AND last_time >= ?2
       UNION ALL SELECT time, ?4 FROM (
         SELECT time, row_number() OVER (ORDER BY time, seq) AS place FROM record
         WHERE vehicle = ?1 AND time >= ?2 AND time < ?3) WHERE place % ?4 = 1
       ORDER BY 1`,
    )
    .all(vehicle, from, to, ROWS)
  return rows.map((row) => ({ time: Number(row.time), count: Number(row.count) }))
}
