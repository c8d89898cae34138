/**
 * The journal's part for LoRa: uplinks from the moment that their counter is used, so that a power cut
 * loses neither; what became of them goes to the same row. The row of an uplink, the counter of its
 * device and the record that comes of it are commits of the journal like any other.
 */
import { type Database, isRefusal, type Row, type Statement } from '../../database/sqlite.ts'
import type { LoraUplink } from '../../model/lora.ts'
import type { LoraOutcome, LoraQuery, LoraState, StoredUplink } from '../../model/lora-log.ts'
import type { Millis } from '../../model/time.ts'
import type { CommitPart } from './commit-part.ts'
import type { Connection } from './reading.ts'

const DAY_MS: Millis = 86_400_000
const KEEP_MS: Millis = 90 * DAY_MS
const KEEP_ROWS = 100_000
/** Of what the journal may have, and about what a row of them takes. */
const SHARE = 0.1
const ROW_BYTES = 500
/** Uplinks that wait while nothing can be written; what comes then pushes out the oldest. */
const MAX_WAITING = 10_000
/** Rows removed at once. */
const MAX_REMOVED = 2000

interface NewRow {
  device: string
  uplink: LoraUplink
  boot: string | null
}

interface Finished {
  state: LoraState
  uplink: LoraUplink
  outcome: LoraOutcome
}

export class LoraLog implements CommitPart {
  /** Uplinks that stand in no row. */
  lost = 0
  readonly #now: () => Millis
  readonly #keep: number
  readonly #insert: Statement
  readonly #update: Statement
  readonly #undone: Statement
  readonly #remove: Statement
  readonly #newest: Statement
  readonly #latest: Statement
  readonly #rows = new Map<number, NewRow>()
  readonly #finished = new Map<number, Finished>()
  #last: number
  #refused = 0
  #prunedAt: Millis | undefined

  /** `maxBytes`: of the whole journal. */
  constructor(database: Database, now: () => Millis, maxBytes = Number.POSITIVE_INFINITY) {
    const prepare = (sql: string) => database.prepare(sql)
    this.#now = now
    this.#keep = Math.min(KEEP_ROWS, Math.floor((maxBytes * SHARE) / ROW_BYTES))
    this.#insert = prepare(
      `INSERT INTO lora_uplink (seq, device, received, state, f_cnt, payload, uplink, boot)
       VALUES (?, ?, ?, 'open', ?, ?, ?, ?)`,
    )
    this.#update = prepare(
      'UPDATE lora_uplink SET state = ?, uplink = ?, outcome = ? WHERE seq = ?',
    )
    this.#undone = prepare(
      `SELECT * FROM lora_uplink WHERE state = ? AND state <> 'done' AND seq > ?
       ORDER BY seq LIMIT ?`,
    )
    this.#latest = prepare('SELECT * FROM lora_uplink ORDER BY seq DESC LIMIT ?')
    this.#remove = prepare(
      `DELETE FROM lora_uplink WHERE seq IN (SELECT seq FROM lora_uplink
         WHERE seq <= ?1 OR received < ?2 ORDER BY seq LIMIT ${MAX_REMOVED})`,
    )
    this.#newest = prepare('SELECT max(seq) AS seq, max(received) AS received FROM lora_uplink')
    this.#last = Number(this.#newest.get()?.seq ?? 0)
  }

  /** Its number. `boot`: the present run, while it does not know the time. */
  add(device: string, uplink: LoraUplink, boot: string | null = null): number {
    this.#last += 1
    this.#rows.set(this.#last, { device, uplink, boot })
    const [oldest] = this.#rows.keys()
    if (this.#rows.size > MAX_WAITING && oldest !== undefined) {
      this.#rows.delete(oldest)
      this.#finished.delete(oldest)
      this.lost += 1
    }
    return this.#last
  }

  /** What became of it; `uplink` as it was then known, with all that heard it. */
  finish(seq: number, state: LoraState, uplink: LoraUplink, outcome: LoraOutcome): void {
    this.#finished.set(seq, { state, uplink, outcome })
  }

  /** Rows in a state after a place, the oldest first, as they were committed. */
  undone(state: 'open' | 'failed', after: number, limit: number): StoredUplink[] {
    return this.#undone.all(state, after, limit).map(uplinkOf)
  }

  /** Those that came last, whenever they were received, the oldest first. */
  latest(limit: number): StoredUplink[] {
    return this.#latest.all(limit).map(uplinkOf).toReversed()
  }

  isDue(): boolean {
    return this.#rows.size + this.#finished.size > 0
  }

  write(): void {
    this.#refused = 0
    for (const [seq, { device, uplink, boot }] of this.#rows) {
      const { receivedAt, fCnt, payload } = uplink
      this.#try(() =>
        this.#insert.run(seq, device, receivedAt, fCnt ?? null, payload, restOf(uplink), boot),
      )
    }
    for (const [seq, { state, uplink, outcome }] of this.#finished) {
      this.#try(() => this.#update.run(state, restOf(uplink), JSON.stringify(outcome), seq))
    }
  }

  written(): void {
    this.#rows.clear()
    this.#finished.clear()
    this.lost += this.#refused
  }

  /** Once a day, a bounded number of rows a call. */
  prune(): void {
    const now = this.#now()
    if (this.#prunedAt !== undefined && Math.abs(now - this.#prunedAt) < DAY_MS) return
    const { seq, received } = this.#newest.get() ?? {}
    // Seen from the newest row, for a clock that is wrong must not empty the log.
    const before = Math.min(now, Number(received ?? 0)) - KEEP_MS
    const { changes } = this.#remove.run(Number(seq ?? 0) - this.#keep, before)
    if (Number(changes) < MAX_REMOVED) this.#prunedAt = now
  }

  #try(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#refused += 1
    }
  }
}

/** The newest uplinks of a device, the newest first. */
export function loraUplinks({ database }: Connection, query: LoraQuery): StoredUplink[] {
  const { device, limit, before = Number.MAX_SAFE_INTEGER } = query
  return database
    .prepare('SELECT * FROM lora_uplink WHERE device = ? AND seq < ? ORDER BY seq DESC LIMIT ?')
    .all(device, before, limit)
    .map(uplinkOf)
}

/** All that has no column of its own. */
function restOf(uplink: LoraUplink): string {
  const { payload: _payload, receivedAt: _receivedAt, fCnt: _fCnt, ...rest } = uplink
  return JSON.stringify(rest)
}

function uplinkOf(row: Row): StoredUplink {
  const { seq, device, received, state, f_cnt: fCnt, payload, uplink, outcome } = row
  return {
    seq: Number(seq),
    device: String(device),
    state: state as LoraState,
    uplink: {
      ...(JSON.parse(String(uplink)) as LoraUplink),
      payload: Uint8Array.from(payload as Uint8Array),
      receivedAt: Number(received),
      ...(fCnt === null ? {} : { fCnt: Number(fCnt) }),
    },
    ...(typeof outcome === 'string' ? { outcome: JSON.parse(outcome) as LoraOutcome } : {}),
  }
}
