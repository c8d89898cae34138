/**
 * What is read from the journal. Plain functions over a connection, so that the reader's worker and
 * a command can both use them; each wants a read transaction around it (`inSnapshot`), for records
 * become parts of blocks at any time.
 */
import type { StoredEvent } from '../../model/event.ts'
import type {
  EventQuery,
  PageOptions,
  RecordPage,
  RecordQuery,
  SamplePart,
  Usage,
} from '../../model/ports.ts'
import { counterNames, type StoredRecord } from '../../model/record.ts'
import type { Millis } from '../../model/time.ts'
import { Timeline } from './blocks/timeline.ts'
import { eventOf } from './event-log.ts'
import type { Connection, Reading } from './reading.ts'
import { SLOT_MS } from './schema.ts'

const WINDOW = 'vehicle = ? AND time >= ? AND time < ?'

/** So many blocks hold a page, mostly; a page need not know of all the others. */
const PAGE_BLOCKS = 8

/** At most `limit` records, evenly by count, first and last included; or a part of them. */
export function sample(
  reading: Reading,
  query: RecordQuery,
  limit: number,
  part: SamplePart = { from: 0, to: limit },
): RecordPage {
  const timeline = timelineOf(reading, query)
  const total = timeline.count
  const end = Math.min(part.to, limit, total)
  if (total <= limit) return { total, records: [...timeline.records(part.from, end)] }
  const steps = Math.max(limit - 1, 1)
  const records: StoredRecord[] = []
  for (let step = part.from; step < end; step += 1) {
    records.push(timeline.at(Math.ceil((step * (total - 1)) / steps)))
  }
  return { total, records }
}

/** The last record of each of `parts` equal parts of the window. */
export function buckets(reading: Reading, query: RecordQuery, parts: number): RecordPage {
  const timeline = timelineOf(reading, query)
  const width = Math.max((query.to - query.from) / parts, 1)
  const records: StoredRecord[] = []
  let before = 0
  for (let part = 1; part <= parts && before < timeline.count; part++) {
    const end = part === parts ? timeline.count : timeline.before(query.from + part * width)
    if (end > before) records.push(timeline.at(end - 1))
    before = end
  }
  return { total: timeline.count, records }
}

export function page(reading: Reading, query: RecordQuery, options: PageOptions): RecordPage {
  const { limit, total } = options
  if (total !== false) return pageOf(timelineOf(reading, query), options)
  const near = nearby(reading, query, options)
  const records = near && pageOf(timelineOf(reading, near), options).records
  if (records?.length === limit) return { total: 0, records }
  return { total: 0, records: pageOf(timelineOf(reading, query), options).records }
}

function pageOf(timeline: Timeline, { limit, order, after }: PageOptions): RecordPage {
  const total = timeline.count
  if (order === 'asc') {
    const start = after === undefined ? 0 : timeline.beforeMark({ ...after, seq: after.seq + 1 })
    return { total, records: [...timeline.records(start, Math.min(start + limit, total))] }
  }
  const end = after === undefined ? total : timeline.beforeMark(after)
  return { total, records: [...timeline.records(Math.max(end - limit, 0), end, 'desc')] }
}

/**
 * The window from where the page begins, cut short behind a few blocks, or rows enough; undefined
 * if it is as short as that.
 */
function nearby(
  { database }: Reading,
  query: RecordQuery,
  { order, after, limit }: PageOptions,
): RecordQuery | undefined {
  const isUp = order === 'asc'
  const from = isUp ? Math.max(query.from, after?.time ?? query.from) : query.from
  const to = isUp || after === undefined ? query.to : Math.min(query.to, after.time + 1)
  const cuts = [
    { table: 'block', time: 'first_time', offset: PAGE_BLOCKS },
    { table: 'record', time: 'time', offset: 2 * limit },
  ].flatMap(({ table, time, offset }) => {
    const sql = `SELECT ${time} AS time FROM ${table} WHERE vehicle = ? AND ${time} >= ? AND ${time} < ?
      ORDER BY ${time} ${order} LIMIT 1 OFFSET ?`
    const row = database.prepare(sql).get(query.vehicle, from, to, offset)
    return row === undefined ? [] : [Number(row.time)]
  })
  if (cuts.length === 0) return undefined
  return isUp
    ? { ...query, from, to: Math.min(...cuts) }
    : { ...query, from: Math.max(...cuts), to }
}

function timelineOf({ database, blocks }: Reading, query: RecordQuery): Timeline {
  return new Timeline(database, blocks, query)
}

export function events({ database }: Connection, query: EventQuery): StoredEvent[] {
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
  { database }: Connection,
  vehicle: string,
): { first: Millis; last: Millis } | undefined {
  const row = database
    .prepare(
      `SELECT min(first) AS first, max(last) AS last FROM (
         SELECT min(first_time) AS first, max(last_time) AS last FROM block WHERE vehicle = ?1
         UNION ALL SELECT min(time), max(time) FROM record WHERE vehicle = ?1)`,
    )
    .get(vehicle)
  if (row?.first === null || row?.first === undefined) return undefined
  return { first: Number(row.first), last: Number(row.last) }
}

/**
 * Engine hours and fuel used between two moments: differences of run totals, so that the spans of any
 * time zone's days add up. What has fallen (the journal was repaired) is not known.
 */
export function usage({ database }: Connection, vehicle: string, from: Millis, to: Millis): Usage {
  const [begin, end] = [Math.floor(from / SLOT_MS), Math.floor(to / SLOT_MS)]
  const last = database.prepare(
    `SELECT last FROM counter_slot WHERE vehicle = ? AND counter = ? AND slot < ?
     ORDER BY slot DESC LIMIT 1`,
  )
  const within = `FROM counter_slot WHERE vehicle = ? AND counter = ? AND slot >= ? AND slot < ?`
  const first = database.prepare(`SELECT first ${within} ORDER BY slot LIMIT 1`)
  const guessed = database.prepare(`SELECT 1 ${within} AND estimated = 1 LIMIT 1`)
  const used: Usage = {}
  for (const counter of counterNames) {
    const begun = first.get(vehicle, counter, begin, end)
    if (begun === undefined) continue
    const before = Number(last.get(vehicle, counter, begin)?.last ?? begun.first)
    const value = rounded(Number(last.get(vehicle, counter, end)?.last) - before)
    if (value < 0) continue
    used[counter] = { value, estimated: guessed.get(vehicle, counter, begin, end) !== undefined }
  }
  return used
}

/** Without the residue of binary fractions: to a millionth: of a km a millimetre. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
