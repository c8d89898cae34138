/**
 * The journal's writer. `append` only remembers; `commit` writes everything remembered in one
 * transaction — records, odometer and counter slots, vehicle states, events, frames sent, reads — and is called by
 * `stop` and by whoever cannot wait. The journal's own timer (`commitEvery`, the window at risk in a
 * power cut) does the same, but lets frames sent wait for their minute.
 *
 * A commit that finds its card full makes room and is tried again at once (card-room.ts). One that
 * fails keeps its records in memory, up to a bound, says so in `health`, and is tried again with the
 * next. A record that the database refuses as such (a
 * value of the wrong type) is left out with a log line, so that it does not hold up the others.
 */

import { type Database, openDatabase } from '../../database/sqlite.ts'
import type { SentFrame } from '../../model/bus-request.ts'
import type { DataRead } from '../../model/data-read.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { StoredEvent, VehicleEvent } from '../../model/event.ts'
import type { OdometerPoint } from '../../model/odometer.ts'
import type { CounterPoint, Logger, RecordWriter } from '../../model/ports.ts'
import type { Checkpoint, CounterStates, NewRecord, StoredRecord } from '../../model/record.ts'
import type { Micros, Millis } from '../../model/time.ts'
import type { LaneState, LaneStore } from '../lanes/lane-store.ts'
import type { OutboxStore } from '../outbox-port.ts'
import type { SealedBlock } from './blocks/sealed-block.ts'
import { CardRoom } from './card-room.ts'
import { isDamage, isFull, markClean, unmarkClean } from './check.ts'
import type { CommitPart } from './commit-part.ts'
import { CommitTimes } from './commit-times.ts'
import { CounterSlots } from './counter-slots.ts'
import { Cursors } from './cursors.ts'
import { DistanceSlots } from './distance/distance-slots.ts'
import { EventLog } from './event-log.ts'
import { KeptStates } from './kept-states.ts'
import { LaneStates } from './lane-states.ts'
import { LoraLog } from './lora-log.ts'
import { ReadLog } from './read-log.ts'
import { RecordTable } from './record-table.ts'
import { awaitsTime, type Restamp, restamp } from './restamp.ts'
import { type Removed, Retention } from './retention.ts'
import { migrate } from './schema.ts'
import { SentLog } from './sent-log.ts'
import { keepVehicle, keptVehicles, type VehicleIds } from './vehicle-ids.ts'
import { VehicleStates } from './vehicle-states.ts'

/** A day at one record a second; what more comes while nothing can be written pushes out the oldest. */
const MAX_WAITING = 86_400
/** So many records are committed without waiting for the timer (a recording read at full speed). */
const MAX_GROUP = 2000
/** What a record is taken to need, with its index, where room is made for it. */
const RECORD_BYTES = 600
/** More room is made with each. */
const ATTEMPTS = 6
const CARD_IS_FULL = 'the card is full; records wait in memory, for a day at most'
/** Events that come together are committed together. */
const EVENT_DELAY_MS: Millis = 100

export interface JournalOptions {
  path: string
  commitEvery: Millis
  /** Limits of the store; none where absent. */
  maxAge?: Millis | undefined
  maxBytes?: number
  logger: Logger
  now: () => Millis
  /** Called after a commit that stored something. */
  committed?: () => void
  /** Called at every turn of the timer, whether or not anything could be written. */
  turned?: () => void
  /** Called with each event, before it is stored. */
  happened?: (event: VehicleEvent) => void
  /** While the time is not known: this run, and a time before all that it has stamped. */
  provisional?: () => Provisional | undefined
}

export interface Provisional {
  boot: string
  since: Millis
}

export interface JournalHealth {
  records: number
  bytes: number
  uncommitted: number
  /** What the last commits took; undefined before the first. */
  commit: { lastMs: Millis; p99Ms: Millis } | undefined
  /** Whether a commit has found the card full, and it has not much room since. */
  cardFull: boolean
  /** Why the last commit failed; undefined if it did not. */
  failure: string | undefined
  /** Records and events pushed out of memory because nothing could be written, or refused by the database. */
  lost: number
  /** Frames sent that stand in no row, for the same reasons. */
  lostFrames: number
  /** Records that a limit removed before every sink had them. */
  unsentRemoved: number
}

export class Journal implements RecordWriter, LaneStore {
  readonly path: string
  /** What came by LoRa; committed with all else. */
  readonly lora: LoraLog
  readonly #options: JournalOptions
  readonly #database: Database
  readonly #vehicles: VehicleStates
  readonly #records: RecordTable
  readonly #retention: Retention
  readonly #room: CardRoom
  readonly #lanes: LaneStates
  readonly #sent: SentLog
  readonly #reads: ReadLog
  readonly #events: EventLog
  readonly #states: KeptStates
  readonly #counters: CounterSlots
  readonly #distances: DistanceSlots
  readonly #times = new CommitTimes()
  #pending: NewRecord[] = []
  #restamps: Restamp[] = []
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Timeout | undefined
  #failure: string | undefined
  /** Records of the transaction that the database did not take. */
  #refused = 0
  #lost = 0
  #closed = false

  /** Opens or makes the database. Throws `store-failed`. */
  constructor(options: JournalOptions) {
    this.path = options.path
    this.#options = options
    this.#database = openDatabase(options.path, { readOnly: false })
    try {
      migrate(this.#database, options.path)
      // What another process holds longer is tried again with the next commit.
      this.#database.exec('PRAGMA busy_timeout = 1000')
      this.#records = new RecordTable(this.#database, options.logger)
      this.#unmark()
      const { maxAge, maxBytes = Number.POSITIVE_INFINITY } = options
      this.#retention = new Retention(this.#database, this.#records, { maxAge, maxBytes })
      this.#room = this.#cardRoom()
      this.#vehicles = new VehicleStates(this.#database, options.now)
      this.#lanes = new LaneStates(this.#database)
      this.#sent = new SentLog(this.#database, options.now)
      this.#reads = new ReadLog(this.#database, options.now)
      this.lora = new LoraLog(this.#database, options.now, options.maxBytes)
      this.#events = new EventLog(this.#database, new Cursors(this.#database), options.logger)
      this.#states = new KeptStates(this.#database)
      this.#counters = new CounterSlots(this.#database)
      this.#distances = new DistanceSlots(this.#database)
    } catch (error) {
      this.#database.close()
      if (error instanceof OdographError) throw error
      throw new OdographError('store-failed', options.path, messageOf(error), error)
    }
  }

  /** Where another process writes just now, the first commit does it. */
  #unmark(): void {
    try {
      unmarkClean(this.#database)
    } catch (error) {
      if (isDamage(error)) throw error
    }
  }

  #cardRoom(): CardRoom {
    const retention = this.#retention
    return new CardRoom({
      path: this.path,
      database: this.#database,
      now: this.#options.now,
      giveWay: (bytes) => this.#remove((sentUpTo) => retention.giveWay(bytes, sentUpTo)),
      bytes: () => retention.bytes,
      freeBytes: () => retention.freeBytes,
      giveBack: (pages) => retention.giveBack(pages),
      shrinks: () => retention.shrinks,
    })
  }

  start(): void {
    if (this.#timer !== undefined) return
    const turn = () => {
      this.#commit(false)
      this.#prune()
      this.#room.prepare()
      this.#options.turned?.()
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
    this.#options.happened?.(event)
    this.#events.add(event, this.#options.provisional?.()?.boot)
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined
      this.#commit(false)
    }, EVENT_DELAY_MS)
  }

  /** Keeps a frame that went out to a bus. Never throws. */
  sent(frame: SentFrame): void {
    const { boot = null } = this.#options.provisional?.() ?? {}
    if (this.#sent.add(frame, boot)) this.#commit(false)
  }

  /** Notes who was shown location or identity. Never throws. */
  dataRead(read: DataRead): void {
    const { boot = null } = this.#options.provisional?.() ?? {}
    if (!this.#closed) this.#reads.add(read, boot)
  }

  /** Remembers the newest state of a part of the gateway, such as a vehicle's trouble codes. */
  keep(part: string, owner: string, state: unknown): void {
    this.#states.keep(part, owner, state)
  }

  /** What `keep` was last given; undefined if it never was. */
  kept(part: string, owner: string): unknown {
    return this.#states.kept(part, owner)
  }

  append(
    record: NewRecord,
    checkpoint: Checkpoint,
    odometer: readonly OdometerPoint[] = [],
    counters: readonly CounterPoint[] = [],
  ): void {
    this.#pending.push(record)
    for (const point of odometer) {
      this.#distances.add(point, this.#waits(record, point) ? record.boot : undefined)
    }
    for (const point of counters) {
      this.#counters.add(point, this.#waits(record, point) ? record.boot : undefined)
    }
    this.#vehicles.add(record.vehicle, checkpoint)
    if (this.#pending.length % MAX_GROUP === 0) this.commit()
    if (this.#pending.length <= MAX_WAITING) return
    this.#pending.shift()
    this.#lost += 1
  }

  /** A point that an earlier run has brought has its time. */
  #waits({ clockTrust }: NewRecord, point: { time: Millis }): boolean {
    if (clockTrust !== 'none') return false
    const { since } = this.#options.provisional?.() ?? {}
    return since === undefined || point.time >= since
  }

  /**
   * The time has become known: moves what was stored without, in the same transaction as all that
   * still waits. Where nothing can be written it is tried again with the next commit.
   */
  restamp(change: Restamp): void {
    if (change.delta === 0 && !awaitsTime(this.#database)) return
    this.#restamps.push(change)
    this.commit()
  }

  /** Makes everything appended so far durable. False if it could not be written. */
  commit(): boolean {
    return this.#commit(true)
  }

  /** The same where there is no later: on a full card nothing is waited for. */
  secure(): boolean {
    this.#room.hurry()
    return this.#commit(true)
  }

  #commit(all: boolean): boolean {
    if (this.#closed) return true
    for (;;) {
      const { length: waiting } = [...this.#pending, ...this.#due(all), ...this.#restamps]
      if (waiting === 0) return true
      const isLate = this.#failure !== undefined
      // What has gathered while nothing could be written may be more than there is room for at once.
      const group = this.#pending.slice(0, isLate ? MAX_GROUP : this.#pending.length)
      if (!this.#commitGroup(group, all)) return false
      this.#options.committed?.()
      if (!isLate) return true
    }
  }

  #commitGroup(group: NewRecord[], all: boolean): boolean {
    if (this.#room.isFull) this.#room.before(this.#bytesOf(group))
    for (let attempt = 0; ; attempt += 1) {
      const parts = this.#due(all)
      try {
        this.#times.measure(() => this.#write(group, parts, all))
        this.#written(group.length, parts)
        return true
      } catch (error) {
        rollBack(this.#database)
        this.#records.ended(false)
        const mayTry = isFull(error) && attempt < ATTEMPTS
        if (mayTry && this.#room.make(this.#bytesOf(group), attempt)) continue
        this.#failed(error)
        return false
      }
    }
  }

  /** What they will need, as far as those tell that are there. */
  #bytesOf(group: NewRecord[]): number {
    const mean = this.#retention.bytes / Math.max(this.#records.count, 1)
    return group.length * Math.max(mean, RECORD_BYTES)
  }

  #write(group: NewRecord[], parts: CommitPart[], all: boolean): void {
    this.#refused = 0
    this.#database.exec('BEGIN IMMEDIATE')
    // Another process that wrote may have ended meanwhile.
    unmarkClean(this.#database)
    for (const part of parts) part.write(all)
    this.#records.begun()
    for (const record of group) if (!this.#records.write(record)) this.#refused += 1
    // They change what stands in rows: all that is older has to.
    if (group.length === this.#pending.length) {
      for (const change of this.#restamps) this.#restamp(change)
    }
    this.#database.exec('COMMIT')
  }

  #written(count: number, parts: CommitPart[]): void {
    const isLast = count === this.#pending.length
    if (this.#failure !== undefined && isLast) {
      this.#options.logger.info({ path: this.path }, 'the journal can be written again')
      this.#failure = undefined
    }
    this.#records.ended(true)
    for (const part of parts) part.written()
    this.#lost += this.#refused
    this.#pending = this.#pending.slice(count)
    if (isLast) this.#restamps = []
  }

  /** One step towards the limits of the store. Whether there may be more to do. */
  retain(): boolean {
    if (this.#closed) return false
    if (this.#room.tend()) return true
    const now = this.#options.now()
    if (!this.#retention.isDue(now)) return this.#retention.shrink()
    return this.#remove((sentUpTo) => this.#retention.step(now, sentUpTo)) > 0
  }

  /** How many records went. */
  #remove(step: (sentUpTo: number) => Removed): number {
    const removed = { sent: 0, unsent: 0 }
    this.#inTransaction(() => Object.assign(removed, step(this.#lanes.sentUpTo())))
    const { sent, unsent } = removed
    if (unsent > 0) this.keep('retention', 'unsent', this.#unsentRemoved() + unsent)
    return sent + unsent
  }

  #unsentRemoved(): number {
    const kept = this.kept('retention', 'unsent')
    return typeof kept === 'number' ? kept : 0
  }

  #inTransaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      unmarkClean(this.#database)
      work()
      this.#database.exec('COMMIT')
    } catch (error) {
      rollBack(this.#database)
      this.#records.undone()
      throw error
    }
  }

  #restamp(change: Restamp): void {
    const { records, placed } = restamp(this.#database, change)
    if (records + placed === 0) return
    const { trust, delta } = change
    const fields = { trust, delta, records, placed }
    this.#options.logger.info(fields, 'records were given their times')
  }

  #due(all: boolean): CommitPart[] {
    const parts = [
      this.#sent,
      this.#reads,
      this.lora,
      this.#events,
      this.#states,
      this.#distances,
      this.#counters,
      this.#vehicles,
    ]
    return parts.filter((part) => part.isDue(all))
  }

  #prune(): void {
    try {
      this.#sent.prune()
      this.#reads.prune()
      this.lora.prune()
    } catch (error) {
      const detail = messageOf(error)
      this.#options.logger.debug({ detail }, 'old frames could not be removed; tried again')
    }
  }

  #failed(error: unknown): void {
    const reason = isFull(error) ? CARD_IS_FULL : messageOf(error)
    if (this.#failure !== reason) {
      const fields = { path: this.path, waiting: this.#pending.length }
      this.#options.logger.error(fields, `the journal cannot be written: ${reason}`)
    }
    this.#failure = reason
  }

  /** Committed records after a place, in order, as far as they still are rows. */
  read(afterSeq: number, limit: number): StoredRecord[] {
    return this.#records.read(afterSeq, limit)
  }

  /** The last place that was given. */
  newest(): number {
    return this.#records.newest()
  }

  /** See `LaneStore`. */
  sealedUpTo(): number {
    return this.#records.sealedUpTo
  }

  /** See `LaneStore`. */
  lastReceivedOutside(afterSeq: number, from: Millis, to: Millis): number | undefined {
    return this.#records.lastReceivedOutside(afterSeq, from, to)
  }

  /** How far a sink has come with the records; undefined for one that never was. */
  lanes(sink: string): LaneState | undefined {
    return this.#lanes.lanes(sink)
  }

  saveLanes(sink: string, state: LaneState): void {
    this.#lanes.saveLanes(sink, state)
  }

  /** Puts a block in the place of its rows. Throws where that cannot be done now. */
  seal(block: SealedBlock): void {
    this.#inTransaction(() => this.#records.seal(block))
  }

  /** State of a vehicle to go on from, if it was ever stored. */
  checkpoint(vehicle: string): Checkpoint | undefined {
    return this.#vehicles.get(vehicle)
  }

  /** Run totals of a vehicle to go on from; where their state is lost, as far as slots tell. */
  counters(vehicle: string): CounterStates {
    return this.checkpoint(vehicle)?.counters ?? this.#counters.newest(vehicle)
  }

  /** When the newest record of a vehicle was stored. */
  storedAt(vehicle: string): Micros | undefined {
    return this.#vehicles.storedAt(vehicle)
  }

  /** When the newest record of any vehicle was stored. */
  newestStored(): Micros | undefined {
    return this.#vehicles.newestStored()
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
      records: this.#records.count,
      bytes: value('PRAGMA page_count') * value('PRAGMA page_size'),
      uncommitted: this.#pending.length,
      commit: this.#times.summary(),
      cardFull: this.#room.isFull,
      failure: this.#failure,
      lost: this.#lost + this.#events.lost + this.lora.lost,
      lostFrames: this.#sent.lost,
      unsentRemoved: this.#unsentRemoved(),
    }
  }

  /** Closing alone would leave everything in the log while statements live. */
  #mark(): void {
    try {
      markClean(this.#database)
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      const detail = messageOf(error)
      this.#options.logger.debug({ detail }, 'not marked as clean; it is checked at the next start')
    }
  }

  /** Commits and closes. Idempotent. */
  stop(): void {
    if (this.#closed) return
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    const isWritten = this.secure()
    this.#closed = true
    if (isWritten) this.#mark()
    this.#database.close()
  }
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // No transaction was open: BEGIN itself failed, or a full card has rolled it back already.
  }
}
