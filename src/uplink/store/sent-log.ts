/**
 * The journal's part for frames that went out: gathers them in memory, the same frame for the same
 * reason together, and writes a row for each every quarter of a minute, so that polling does not wear
 * out the card. A frame that needed a privilege is written at once.
 */
import type { Database, Statement } from '../../database/sqlite.ts'
import { isRefusal } from '../../database/sqlite.ts'
import type { SentFrame } from '../../model/bus-request.ts'
import { type Millis, microsToMillis } from '../../model/time.ts'
import type { CommitPart } from './commit-part.ts'
import { addVarint, ROW_SPAN_MS } from './sent-times.ts'

const WRITE_EVERY_MS: Millis = 15_000
const DAY_MS: Millis = 86_400_000
const KEEP_MS: Millis = 30 * DAY_MS
/** An hour and a half at 20/s; what comes while that many wait is lost. */
const MAX_WAITING = 100_000
/** Rows removed at once. */
const MAX_REMOVED = 2000

/** A row of `sent_time` in the making. */
interface Run {
  frame: SentFrame
  first: Millis
  last: Millis
  count: number
  later: number[]
  /** The present run, while it does not know the time. */
  boot: string | null
}

const IDENTITY = ['id', 'data', 'extended', 'source', 'vehicle', 'kind', 'cause', 'requester']

export class SentLog implements CommitPart {
  /** Frames that are in no row: nothing could be written for too long, or the row was refused. */
  lost = 0
  #waiting = 0
  readonly #now: () => Millis
  readonly #find: Statement
  readonly #add: Statement
  readonly #touch: Statement
  readonly #times: Statement
  readonly #removeTimes: Statement
  readonly #removeFrames: Statement
  readonly #newest: Statement
  readonly #runs = new Map<string, Run>()
  /** Runs that are as long as they may be. */
  #full: Run[] = []
  #writtenAt: Millis
  #prunedAt: Millis | undefined
  #isUrgent = false
  #refused = 0

  constructor(database: Database, now: () => Millis) {
    const prepare = (sql: string) => database.prepare(sql)
    const same = IDENTITY.map((name, index) => `${name} = ?${index + 1}`).join(' AND ')
    this.#now = now
    this.#writtenAt = now()
    this.#find = prepare(`SELECT num, used FROM sent_frame WHERE ${same}`)
    this.#add = prepare(
      `INSERT INTO sent_frame (${IDENTITY.join(', ')}, used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#touch = prepare('UPDATE sent_frame SET used = ? WHERE num = ?')
    this.#times = prepare(
      'INSERT INTO sent_time (frame, first, count, later, boot) VALUES (?, ?, ?, ?, ?)',
    )
    this.#removeTimes = prepare(
      `DELETE FROM sent_time WHERE rowid IN (
         SELECT rowid FROM sent_time WHERE first < ? ORDER BY first LIMIT ${MAX_REMOVED})`,
    )
    this.#removeFrames = prepare(
      `DELETE FROM sent_frame WHERE num IN (
         SELECT num FROM sent_frame WHERE used < ? LIMIT ${MAX_REMOVED})`,
    )
    this.#newest = prepare('SELECT max(first) AS first FROM sent_time')
  }

  /**
   * Remembers a frame. True if it is to be committed at once. Never throws. `boot`: the present run,
   * while it does not know the time.
   */
  add(frame: SentFrame, boot: string | null = null): boolean {
    const time = microsToMillis(frame.time)
    if (!Number.isSafeInteger(time) || this.#waiting >= MAX_WAITING) {
      this.lost += 1
      return false
    }
    this.#waiting += 1
    this.#remember(frame, time, boot)
    if (frame.kind !== 'privileged') return false
    this.#isUrgent = true
    return true
  }

  #remember(frame: SentFrame, time: Millis, boot: string | null): void {
    const key = keyOf(frame)
    const run = this.#runs.get(key)
    const isSame = run !== undefined && run.boot === boot
    if (isSame && time >= run.last && time - run.first < ROW_SPAN_MS) {
      addVarint(run.later, time - run.last)
      run.last = time
      run.count += 1
      return
    }
    if (run !== undefined) this.#full.push(run)
    const copy = { ...frame, data: Uint8Array.from(frame.data) }
    this.#runs.set(key, { frame: copy, first: time, last: time, count: 1, later: [], boot })
  }

  isDue(all: boolean): boolean {
    if (this.#waiting === 0) return false
    // The wall clock may step, either way.
    return all || this.#isUrgent || Math.abs(this.#now() - this.#writtenAt) >= WRITE_EVERY_MS
  }

  write(): void {
    this.#refused = 0
    for (const run of [...this.#full, ...this.#runs.values()]) {
      try {
        const { first, count, later, boot } = run
        this.#times.run(this.#number(run), first, count, Uint8Array.from(later), boot)
      } catch (error) {
        if (!isRefusal(error)) throw error
        this.#refused += run.count
      }
    }
  }

  written(): void {
    this.#runs.clear()
    this.#full = []
    this.#waiting = 0
    this.lost += this.#refused
    this.#isUrgent = false
    this.#writtenAt = this.#now()
  }

  /** The number of a frame; that it was used is noted once a day, not every minute. */
  #number({ frame, last }: Run): number {
    const { id, data, extended, source, vehicle, kind, cause, requester } = frame
    const identity = [id, data, extended ? 1 : 0, source, vehicle, kind, cause, requester]
    const known = this.#find.get(...identity)
    if (known === undefined) return Number(this.#add.run(...identity, last).lastInsertRowid)
    if (last - Number(known.used) >= DAY_MS) this.#touch.run(last, known.num as number)
    return Number(known.num)
  }

  /**
   * Once a day: removes what is older than 30 days, a bounded number of rows a call. Seen from the
   * newest frame, for a clock that is wrong must not empty the log.
   */
  prune(): void {
    const now = this.#now()
    if (this.#prunedAt !== undefined && Math.abs(now - this.#prunedAt) < DAY_MS) return
    const newest = Number(this.#newest.get()?.first ?? 0)
    const before = Math.min(now, newest) - KEEP_MS
    const removed = Number(this.#removeTimes.run(before).changes)
    if (removed === MAX_REMOVED) return
    // `used` may lag behind by a day.
    this.#removeFrames.run(before - 2 * DAY_MS)
    this.#prunedAt = now
  }
}

function keyOf(frame: SentFrame): string {
  const { source, vehicle, id, extended, data, kind, cause, requester } = frame
  return [source, vehicle, id, extended, data.join(' '), kind, cause, requester].join('\u0000')
}
