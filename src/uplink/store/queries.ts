/**
 * What is read from the journal. Plain functions over a connection, so that the reader's worker and
 * a command can both use them; all of them answer from indexes.
 */

import type { Database } from '../../database/sqlite.ts'
import type { StoredEvent } from '../../model/event.ts'
import type {
  DistanceDay,
  EventQuery,
  PageOptions,
  RecordPage,
  RecordQuery,
} from '../../model/ports.ts'
import type { StoredRecord } from '../../model/record.ts'
import type { Millis } from '../../model/time.ts'
import { eventOf } from './event-log.ts'
import { recordOf } from './rows.ts'
import { SLOT_MS } from './schema.ts'

const WINDOW = 'vehicle = ? AND time >= ? AND time < ?'

function count(database: Database, query: RecordQuery): number {
  const row = database
    .prepare(`SELECT count(*) AS total FROM record WHERE ${WINDOW}`)
    .get(query.vehicle, query.from, query.to)
  return Number(row?.total ?? 0)
}

function bySeqs(database: Database, seqs: readonly number[]): StoredRecord[] {
  const statement = database.prepare('SELECT * FROM record WHERE seq = ?')
  return seqs
    .map((seq) => statement.get(seq))
    .filter((row) => row !== undefined)
    .map(recordOf)
}

/** At most `limit` records, evenly by count, first and last included. */
export function sample(database: Database, query: RecordQuery, limit: number): RecordPage {
  const total = count(database, query)
  const { vehicle, from, to } = query
  if (total <= limit) {
    const rows = database
      .prepare(`SELECT * FROM record WHERE ${WINDOW} ORDER BY time, seq`)
      .all(vehicle, from, to)
    return { total, records: rows.map(recordOf) }
  }
  const rows = database
    .prepare(
      `SELECT seq FROM (
         SELECT seq, time, row_number() OVER (ORDER BY time, seq) - 1 AS place
         FROM record WHERE ${WINDOW})
       WHERE place = 0 OR ${step('place')} > ${step('(place - 1)')}
       ORDER BY time, seq`,
    )
    .all(vehicle, from, to, Math.max(limit - 1, 1), total - 1)
  return { total, records: bySeqs(database, rows.map((row) => Number(row.seq)).slice(0, limit)) }
}

/** The whole number of steps at a place. `node:sqlite` binds every number as REAL. */
function step(place: string): string {
  return `(${place} * CAST(?4 AS INTEGER)) / CAST(?5 AS INTEGER)`
}

/** The last record of each of `buckets` equal parts of the window. */
export function buckets(database: Database, query: RecordQuery, parts: number): RecordPage {
  const width = Math.max((query.to - query.from) / parts, 1)
  const rows = database
    .prepare(
      `SELECT seq FROM (
         SELECT seq, time, bucket, lead(bucket) OVER (ORDER BY time, seq) AS next FROM (
           SELECT seq, time, CAST((time - ?2) / ?4 AS INTEGER) AS bucket
           FROM record WHERE vehicle = ?1 AND time >= ?2 AND time < ?3))
       WHERE next IS NULL OR next > bucket
       ORDER BY time, seq`,
    )
    .all(query.vehicle, query.from, query.to, width)
  return {
    total: count(database, query),
    records: bySeqs(
      database,
      rows.map((row) => Number(row.seq)),
    ),
  }
}

export function page(database: Database, query: RecordQuery, options: PageOptions): RecordPage {
  const { limit, after, order } = options
  const beyond = after === undefined ? '' : `AND (time, seq) ${order === 'asc' ? '>' : '<'} (?, ?)`
  const rows = database
    .prepare(
      `SELECT * FROM record WHERE ${WINDOW} ${beyond}
       ORDER BY time ${order}, seq ${order} LIMIT ?`,
    )
    .all(
      query.vehicle,
      query.from,
      query.to,
      ...(after === undefined ? [] : [after.time, after.seq]),
      limit,
    )
  const total = options.total === false ? 0 : count(database, query)
  return { total, records: rows.map(recordOf) }
}

export function events(database: Database, query: EventQuery): StoredEvent[] {
  const { vehicle, from, to, types, limit, after } = query
  const beyond = after === undefined ? '' : 'AND (time, seq) > (?, ?)'
  const among = types === undefined ? '' : `AND type IN (${types.map(() => '?').join(', ')})`
  return database
    .prepare(`SELECT * FROM event WHERE ${WINDOW} ${beyond} ${among} ORDER BY time, seq LIMIT ?`)
    .all(
      vehicle,
      from,
      to,
      ...(after === undefined ? [] : [after.time, after.seq]),
      ...(types ?? []),
      limit,
    )
    .map(eventOf)
}

export function span(
  database: Database,
  vehicle: string,
): { first: Millis; last: Millis } | undefined {
  const end = (order: 'ASC' | 'DESC') =>
    database
      .prepare(
        `SELECT time FROM record WHERE vehicle = ? ORDER BY time ${order}, seq ${order} LIMIT 1`,
      )
      .get(vehicle)?.time
  const first = end('ASC')
  const last = end('DESC')
  if (first === undefined || last === undefined) return undefined
  return { first: Number(first), last: Number(last) }
}

/** Distances of consecutive days; `starts` has one more entry than there are days. */
export function days(
  database: Database,
  vehicle: string,
  starts: readonly Millis[],
): DistanceDay[] {
  const before = database.prepare(
    'SELECT last_km AS km FROM odometer_slot WHERE vehicle = ? AND slot < ? ORDER BY slot DESC LIMIT 1',
  )
  const within = database.prepare(
    'SELECT first_km AS km FROM odometer_slot WHERE vehicle = ? AND slot >= ? AND slot < ? ORDER BY slot LIMIT 1',
  )
  const records = database.prepare(`SELECT 1 FROM record WHERE ${WINDOW} LIMIT 1`)
  const slotOf = (time: Millis) => Math.floor(time / SLOT_MS)
  return starts.slice(0, -1).map((start, index) => {
    const end = starts[index + 1] as Millis
    const hasData = records.get(vehicle, start, end) !== undefined
    const first = within.get(vehicle, slotOf(start), slotOf(end))
    if (first === undefined) return { start, distance: undefined, hasData }
    const from = before.get(vehicle, slotOf(start))?.km ?? first.km
    const to = before.get(vehicle, slotOf(end))?.km
    return { start, distance: kilometres(Number(to) - Number(from)), hasData: true }
  })
}

export function totalDistance(database: Database, vehicle: string): number {
  const row = database
    .prepare(
      `SELECT
         (SELECT max(last_km) FROM odometer_slot WHERE vehicle = ?1) -
         (SELECT min(first_km) FROM odometer_slot WHERE vehicle = ?1) AS km`,
    )
    .get(vehicle)
  return kilometres(Number(row?.km ?? 0))
}

/** Without the residue of binary fractions: to the millimetre. */
function kilometres(km: number): number {
  return Math.round(km * 1e6) / 1e6
}
