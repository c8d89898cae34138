/**
 * The journal's part for who read location or identity (model/data-read.ts): what one token asks of
 * one route within a minute is one row, so that a page that asks each second does not wear out the
 * card, and rows go out with the commits that others need anyway, or once a minute.
 */
import { type Database, isRefusal, type Row, type Statement } from '../../database/sqlite.ts'
import type { DataRead, ReadQuery, StoredRead } from '../../model/data-read.ts'
import type { Millis } from '../../model/time.ts'
import type { CommitPart } from './commit-part.ts'
import type { Connection } from './reading.ts'

const MINUTE_MS: Millis = 60_000
const DAY_MS: Millis = 86_400_000
const KEEP_MS: Millis = 90 * DAY_MS
/** Rows that wait; what comes while so many do is lost. */
const MAX_WAITING = 10_000
/** Rows removed at once. */
const MAX_REMOVED = 2000

interface Waiting {
  read: DataRead
  boot: string | null
  count: number
}

export class ReadLog implements CommitPart {
  /** Reads that are in no row. */
  lost = 0
  readonly #now: () => Millis
  readonly #insert: Statement
  readonly #remove: Statement
  readonly #newest: Statement
  readonly #waiting = new Map<string, Waiting>()
  #writing: string[] = []
  #refused = 0
  #prunedAt: Millis | undefined

  constructor(database: Database, now: () => Millis) {
    this.#now = now
    this.#insert = database.prepare(
      `INSERT INTO data_read (time, count, token, subject, address, route, vehicle, what, boot)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#remove = database.prepare(
      `DELETE FROM data_read WHERE seq IN (
         SELECT seq FROM data_read WHERE time < ? ORDER BY time LIMIT ${MAX_REMOVED})`,
    )
    this.#newest = database.prepare('SELECT max(time) AS time FROM data_read')
  }

  /** `boot`: the present run, while it does not know the time. */
  add(read: DataRead, boot: string | null = null): void {
    const { time, token, subject, address, route, vehicle, what } = read
    const minute = Math.floor(time / MINUTE_MS)
    const key = [minute, token, subject, address, route, vehicle, what, boot].join('\u0000')
    const same = this.#waiting.get(key)
    if (same !== undefined) same.count += 1
    else if (this.#waiting.size >= MAX_WAITING || !Number.isSafeInteger(time)) this.lost += 1
    else this.#waiting.set(key, { read, boot, count: 1 })
  }

  isDue(all: boolean): boolean {
    return all ? this.#waiting.size > 0 : this.#due(false).length > 0
  }

  write(all = false): void {
    this.#refused = 0
    this.#writing = this.#due(all)
    for (const key of this.#writing) this.#writeRow(this.#waiting.get(key))
  }

  written(): void {
    for (const key of this.#writing) this.#waiting.delete(key)
    this.#writing = []
    this.lost += this.#refused
  }

  /** Those of minutes that are over; the wall clock may step, either way. */
  #due(all: boolean): string[] {
    const minute = Math.floor(this.#now() / MINUTE_MS)
    return [...this.#waiting].flatMap(([key, { read }]) =>
      all || Math.floor(read.time / MINUTE_MS) !== minute ? [key] : [],
    )
  }

  #writeRow(waiting: Waiting | undefined): void {
    if (waiting === undefined) return
    const { read, count, boot } = waiting
    const { time, token, subject, address, route, vehicle, what } = read
    try {
      this.#insert.run(time, count, token, subject, address, route, vehicle, what, boot)
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#refused += count
    }
  }

  /**
   * Once a day: removes what is older than 90 days, a bounded number of rows a call. Seen from the
   * newest row, for a clock that is wrong must not empty the log.
   */
  prune(): void {
    const now = this.#now()
    if (this.#prunedAt !== undefined && Math.abs(now - this.#prunedAt) < DAY_MS) return
    const newest = Number(this.#newest.get()?.time ?? 0)
    const removed = Number(this.#remove.run(Math.min(now, newest) - KEEP_MS).changes)
    if (removed < MAX_REMOVED) this.#prunedAt = now
  }
}

/** In order of time. */
export function reads({ database }: Connection, query: ReadQuery): StoredRead[] {
  const { from, to, limit, after } = query
  const beyond = after === undefined ? '' : 'AND (time, seq) > (?, ?)'
  return database
    .prepare(
      `SELECT * FROM data_read WHERE time >= ? AND time < ? ${beyond} ORDER BY time, seq LIMIT ?`,
    )
    .all(from, to, ...(after === undefined ? [] : [after.time, after.seq]), limit)
    .map(readOf)
}

/** The newest of a window, in order of time. */
export function newestReads(
  { database }: Connection,
  { from, to, limit }: ReadQuery,
): StoredRead[] {
  return database
    .prepare(
      'SELECT * FROM data_read WHERE time >= ? AND time < ? ORDER BY time DESC, seq DESC LIMIT ?',
    )
    .all(from, to, limit)
    .map(readOf)
    .reverse()
}

function readOf(row: Row): StoredRead {
  const { seq, time, count, token, subject, address, route, vehicle, what } = row
  return {
    ...{ seq: Number(seq), time: Number(time), count: Number(count) },
    ...{ token: String(token), subject: String(subject), address: String(address) },
    ...{ route: String(route), vehicle: String(vehicle), what: String(what) },
  }
}
