/** Frames that went out, read back from the journal: every one with its own time. */
import type { Database, Row } from '../../database/sqlite.ts'
import type { SentFrame, SentKind } from '../../model/bus-request.ts'
import type { SentQuery } from '../../model/ports.ts'
import { type Millis, microsToMillis, millisToMicros } from '../../model/time.ts'
import type { Connection } from './reading.ts'
import { ROW_SPAN_MS, timesOf } from './sent-times.ts'

/** Rows read at once, newest first. */
const BATCH = 500

/** The newest `limit` frames of the window, in order of time. */
export function sentFrames({ database }: Connection, query: SentQuery): SentFrame[] {
  const { from, to, limit } = query
  const found: SentFrame[] = []
  // Rows come by their first time, so what is found is in order but for a row's span, twice.
  for (const row of newestRows(database, query)) {
    const first = Number(row.first)
    const oldest = found[limit - 1]
    if (oldest !== undefined && first + 2 * ROW_SPAN_MS < microsToMillis(oldest.time)) break
    for (const time of timesOf(first, row.later as Uint8Array)) {
      if (time >= from && time < to) found.push(frameOf(row, time))
    }
    if (found.length > 2 * limit + BATCH) keepNewest(found, limit)
  }
  keepNewest(found, limit)
  return found.reverse()
}

function keepNewest(frames: SentFrame[], limit: number): void {
  frames.sort((a, b) => b.time - a.time)
  frames.length = Math.min(frames.length, limit)
}

function* newestRows(database: Database, query: SentQuery): Generator<Row> {
  const { vehicle, source, requester, from, to } = query
  const wanted: [sql: string, value: string | undefined][] = [
    ['vehicle = ?', vehicle],
    ['source = ?', source],
    ['instr(lower(requester), lower(?)) > 0', requester],
  ]
  const given = wanted.filter(([, value]) => value !== undefined)
  const statement = database.prepare(
    `SELECT sent_time.rowid AS place, * FROM sent_time JOIN sent_frame ON num = frame
     WHERE first > ? AND (first, sent_time.rowid) < (?, ?)
       ${given.map(([sql]) => `AND ${sql}`).join(' ')}
     ORDER BY first DESC, sent_time.rowid DESC LIMIT ${BATCH}`,
  )
  const values = given.map(([, value]) => value as string)
  let before: [first: Millis, place: number] = [to, 0]
  for (;;) {
    const rows = statement.all(from - ROW_SPAN_MS, ...before, ...values)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < BATCH) return
    before = [Number(last.first), Number(last.place)]
  }
}

function frameOf(row: Row, time: Millis): SentFrame {
  return {
    time: millisToMicros(time),
    source: String(row.source),
    vehicle: String(row.vehicle),
    id: Number(row.id),
    extended: Number(row.extended) === 1,
    data: Uint8Array.from(row.data as Uint8Array),
    kind: row.kind as SentKind,
    cause: String(row.cause),
    requester: String(row.requester),
  }
}
