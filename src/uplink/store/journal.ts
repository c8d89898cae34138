/**
 * The journal's writer. `append` only remembers; `commit` writes everything remembered in one
 * transaction — records, odometer slots, vehicle states, events, frames sent — and is called by
 * `stop` and by whoever cannot wait. The journal's own timer (`commitEvery`, the window at risk in a
 * power cut) does the same, but lets frames sent wait for their minute.
 *
 * A commit that fails (a full or read-only card) keeps its records in memory, up to a bound, says so
 * in `health`, and is tried again with the next. A record that the database refuses as such (a
 * value of the wrong type) is left out with a log line, so that it does not hold up the others.
 */

import { type Database, isRefusal, openDatabase, type Statement } from '../../database/sqlite.ts'
import type { SentFrame } from '../../model/bus-request.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { StoredEvent, VehicleEvent } from '../../model/event.ts'
import type { Logger, OdometerPoint, RecordWriter } from '../../model/ports.ts'
import {
  type Checkpoint,
  mergeStatus,
  type NewRecord,
  type StoredRecord,
} from '../../model/record.ts'
import type { Micros, Millis } from '../../model/time.ts'
import type { LaneState, LaneStore } from '../lanes/lane-store.ts'
import type { OutboxStore } from '../outbox-port.ts'
import type { CommitPart } from './commit-part.ts'
import { Cursors } from './cursors.ts'
import { EventLog } from './event-log.ts'
import { KeptStates } from './kept-states.ts'
import { LaneStates } from './lane-states.ts'
import { INSERT_RECORD, recordOf, rowValues } from './rows.ts'
import { migrate, SLOT_MS } from './schema.ts'
import { SentLog } from './sent-log.ts'
import { keepVehicle, keptVehicles, type VehicleIds } from './vehicle-ids.ts'

/** A day at one record a second; what more comes while nothing can be written pushes out the oldest. */
const MAX_WAITING = 86_400
/** So many records are committed without waiting for the timer (a recording read at full speed). */
const MAX_GROUP = 2000
/** Events that come together are committed together. */
const EVENT_DELAY_MS: Millis = 100

export interface JournalOptions {
  path: string
  commitEvery: Millis
  logger: Logger
  now: () => Millis
  /** Called after a commit that stored something. */
  committed?: () => void
}

interface Pending {
  record: NewRecord
  odometer: OdometerPoint | undefined
}

export interface JournalHealth {
  records: number
  bytes: number
  uncommitted: number
  /** Why the last commit failed; undefined if it did not. */
  failure: string | undefined
  /** Records and events pushed out of memory because nothing could be written, or refused by the database. */
  lost: number
  /** Frames sent that stand in no row, for the same reasons. */
  lostFrames: number
}

export class Journal implements RecordWriter, LaneStore {
  readonly path: string
  readonly #options: JournalOptions
  readonly #database: Database
  readonly #insert: Statement
  readonly #slot: Statement
  readonly #state: Statement
  readonly #after: Statement
  readonly #newest: Statement
  readonly #lanes: LaneStates
  readonly #sent: SentLog
  readonly #events: EventLog
  readonly #states: KeptStates
  #pending: Pending[] = []
  #checkpoints = new Map<string, Checkpoint>()
  #stored = new Map<string, Micros>()
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Timeout | undefined
  #failure: string | undefined
  #lost = 0
  #closed = false

  /** Opens or makes the database. Throws `store-failed`. */
  constructor(options: JournalOptions) {
    this.path = options.path
    this.#options = options
    this.#database = openDatabase(options.path, { readOnly: false })
    const prepare = (sql: string) => this.#database.prepare(sql)
    try {
      migrate(this.#database, options.path)
      // What another process holds longer is tried again with the next commit.
      this.#database.exec('PRAGMA busy_timeout = 1000')
      this.#insert = prepare(INSERT_RECORD)
      this.#slot = prepare(
        `INSERT INTO odometer_slot VALUES (?1, ?2, ?3, ?4, ?3, ?4)
         ON CONFLICT (vehicle, slot) DO UPDATE SET
           first_km = iif(?3 < first_time, ?4, first_km), first_time = min(first_time, ?3),
           last_km = iif(?3 >= last_time, ?4, last_km), last_time = max(last_time, ?3)`,
      )
      this.#state = prepare('INSERT OR REPLACE INTO vehicle_state VALUES (?, ?, ?, ?)')
      this.#after = prepare('SELECT * FROM record WHERE seq > ? ORDER BY seq LIMIT ?')
      this.#newest = prepare('SELECT max(seq) AS seq FROM record')
      this.#lanes = new LaneStates(this.#database)
      this.#sent = new SentLog(this.#database, options.now)
      this.#events = new EventLog(this.#database, new Cursors(this.#database), options.logger)
      this.#states = new KeptStates(this.#database)
      for (const row of prepare('SELECT vehicle, stored FROM vehicle_state').all()) {
        this.#stored.set(String(row.vehicle), Number(row.stored))
      }
    } catch (error) {
      this.#database.close()
      if (error instanceof OdographError) throw error
      throw new OdographError('store-failed', options.path, messageOf(error), error)
    }
  }

  start(): void {
    if (this.#timer !== undefined) return
    const turn = () => {
      this.#commit(false)
      this.#prune()
    }
    this.#timer = setInterval(turn, this.#options.commitEvery)
    this.#prune()
  }

  /** Events as the lane out reads them. */
  get events(): OutboxStore<StoredEvent> {
    return this.#events
  }

  /** Keeps an event; it is durable a moment later. Never throws. */
  event(event: VehicleEvent): void {
    if (this.#closed) return
    this.#events.add(event)
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined
      this.#commit(false)
    }, EVENT_DELAY_MS)
  }

  /** Keeps a frame that went out to a bus. Never throws. */
  sent(frame: SentFrame): void {
    if (this.#sent.add(frame)) this.#commit(false)
  }

  /** Remembers the newest state of a part of the gateway, such as a vehicle's trouble codes. */
  keep(part: string, owner: string, state: unknown): void {
    this.#states.keep(part, owner, state)
  }

  /** What `keep` was last given; undefined if it never was. */
  kept(part: string, owner: string): unknown {
    return this.#states.kept(part, owner)
  }

  append(record: NewRecord, checkpoint: Checkpoint, odometer?: OdometerPoint): void {
    this.#pending.push({ record, odometer })
    // A vehicle has several pipelines (live, recordings): none may hide what another has heard.
    const { status = {} } = this.#checkpoints.get(record.vehicle) ?? {}
    this.#checkpoints.set(record.vehicle, {
      status: mergeStatus(status, checkpoint.status),
      odometer: checkpoint.odometer,
    })
    if (this.#pending.length % MAX_GROUP === 0) this.commit()
    if (this.#pending.length <= MAX_WAITING) return
    this.#pending.shift()
    this.#lost += 1
  }

  /** Makes everything appended so far durable. False if it could not be written. */
  commit(): boolean {
    return this.#commit(true)
  }

  #commit(all: boolean): boolean {
    if (this.#closed) return true
    const parts = this.#parts().filter((part) => part.isDue(all))
    if (this.#pending.length === 0 && parts.length === 0) return true
    const stored = this.#options.now() * 1000
    let refused = 0
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      for (const part of parts) part.write()
      for (const pending of this.#pending) if (!this.#write(pending)) refused += 1
      for (const [vehicle, { status, odometer }] of this.#checkpoints) {
        const newest = mergeStatus(this.checkpoint(vehicle)?.status ?? {}, status)
        this.#state.run(vehicle, JSON.stringify(newest), JSON.stringify(odometer), stored)
      }
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#failed(error)
      return false
    }
    if (this.#failure !== undefined) {
      this.#options.logger.info({ path: this.path }, 'the journal can be written again')
    }
    this.#failure = undefined
    for (const part of parts) part.written()
    for (const vehicle of this.#checkpoints.keys()) this.#stored.set(vehicle, stored)
    this.#lost += refused
    this.#pending = []
    this.#checkpoints.clear()
    this.#options.committed?.()
    return true
  }

  #parts(): CommitPart[] {
    return [this.#sent, this.#events, this.#states]
  }

  #prune(): void {
    try {
      this.#sent.prune()
    } catch (error) {
      const detail = messageOf(error)
      this.#options.logger.debug({ detail }, 'old frames could not be removed; tried again')
    }
  }

  /** False if the database refused the record as such. */
  #write({ record, odometer }: Pending): boolean {
    try {
      const { changes } = this.#insert.run(...rowValues(record))
      if (Number(changes) === 0 || odometer === undefined) return true
      const { vehicle, time, travelled } = odometer
      this.#slot.run(vehicle, Math.floor(time / SLOT_MS), time, travelled)
      return true
    } catch (error) {
      if (!isRefusal(error)) throw error
      const fields = { id: record.id, vehicle: record.vehicle }
      this.#options.logger.error(fields, `the journal refused a record: ${messageOf(error)}`)
      return false
    }
  }

  #failed(error: unknown): void {
    try {
      this.#database.exec('ROLLBACK')
    } catch {
      // No transaction was open: BEGIN itself failed.
    }
    const reason = messageOf(error)
    if (this.#failure !== reason) {
      const fields = { path: this.path, waiting: this.#pending.length }
      this.#options.logger.error(fields, `the journal cannot be written: ${reason}`)
    }
    this.#failure = reason
  }

  /** Committed records after a place, in order. */
  read(afterSeq: number, limit: number): StoredRecord[] {
    return this.#after.all(afterSeq, limit).map(recordOf)
  }

  /** The last place; 0 if there is none. */
  newest(): number {
    return Number(this.#newest.get()?.seq ?? 0)
  }

  lastReceivedOutside(afterSeq: number, from: Millis, to: Millis): number | undefined {
    return this.#lanes.lastReceivedOutside(afterSeq, from, to)
  }

  lanes(sink: string): LaneState | undefined {
    return this.#lanes.lanes(sink)
  }

  saveLanes(sink: string, state: LaneState): void {
    this.#lanes.saveLanes(sink, state)
  }

  /** State of a vehicle to go on from, if it was ever stored. */
  checkpoint(vehicle: string): Checkpoint | undefined {
    const row = this.#database
      .prepare('SELECT status, odometer FROM vehicle_state WHERE vehicle = ?')
      .get(vehicle)
    if (row === undefined) return undefined
    return { status: JSON.parse(String(row.status)), odometer: JSON.parse(String(row.odometer)) }
  }

  /** When the newest record of a vehicle was stored. */
  storedAt(vehicle: string): Micros | undefined {
    return this.#stored.get(vehicle)
  }

  vehicles(): VehicleIds[] {
    return keptVehicles(this.#database)
  }

  /** Throws as `keepVehicle` does. */
  saveVehicle(vehicle: VehicleIds): void {
    keepVehicle(this.#database, this.path, vehicle)
  }

  health(): JournalHealth {
    const value = (sql: string) => Number(Object.values(this.#database.prepare(sql).get() ?? {})[0])
    return {
      // Rows are never removed one by one, so the highest place counts them without a scan.
      records: value(
        `SELECT ifnull((SELECT max(seq) FROM record), 0)
           - ifnull((SELECT min(seq) FROM record), 1) + 1`,
      ),
      bytes: value('PRAGMA page_count') * value('PRAGMA page_size'),
      uncommitted: this.#pending.length,
      failure: this.#failure,
      lost: this.#lost + this.#events.lost,
      lostFrames: this.#sent.lost,
    }
  }

  /** Commits and closes. Idempotent. */
  stop(): void {
    if (this.#closed) return
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    this.commit()
    this.#closed = true
    this.#database.close()
  }
}
