/**
 * The journal's part for events, and the lane out's view of them: places and cursors of their own,
 * as records have.
 */
import { type Database, isRefusal, type Row, type Statement } from '../../database/sqlite.ts'
import { messageOf } from '../../model/errors.ts'
import type { EventType, StoredEvent, VehicleEvent } from '../../model/event.ts'
import type { Logger } from '../../model/ports.ts'
import type { OutboxStore } from '../outbox-port.ts'
import type { CommitPart } from './commit-part.ts'
import type { Cursors } from './cursors.ts'

/** Events are few; so many wait only where nothing can be written for long. */
const MAX_WAITING = 10_000

export class EventLog implements CommitPart, OutboxStore<StoredEvent> {
  /** Events that could not be kept. */
  lost = 0
  readonly #logger: Logger
  readonly #cursors: Cursors
  readonly #insert: Statement
  readonly #after: Statement
  readonly #newest: Statement
  #pending: { event: VehicleEvent; boot: string | null }[] = []
  #refused = 0

  constructor(database: Database, cursors: Cursors, logger: Logger) {
    this.#logger = logger
    this.#cursors = cursors
    this.#insert = database.prepare(
      `INSERT INTO event (id, vehicle, time, type, data, boot)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6
       WHERE NOT EXISTS (SELECT 1 FROM event WHERE id = ?1)`,
    )
    this.#after = database.prepare('SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?')
    this.#newest = database.prepare('SELECT max(seq) AS seq FROM event')
  }

  /** `boot`: the present run, while it does not know the time. */
  add(event: VehicleEvent, boot?: string): void {
    this.#pending.push({ event, boot: boot ?? null })
    if (this.#pending.length <= MAX_WAITING) return
    this.#pending.shift()
    this.lost += 1
  }

  isDue(): boolean {
    return this.#pending.length > 0
  }

  write(): void {
    this.#refused = 0
    for (const { event, boot } of this.#pending) {
      const { id, vehicle, time, type, data } = event
      try {
        this.#insert.run(id, vehicle, time, type, JSON.stringify(data), boot)
      } catch (error) {
        if (!isRefusal(error)) throw error
        this.#refused += 1
        this.#logger.error({ id, type }, `the journal refused an event: ${messageOf(error)}`)
      }
    }
  }

  written(): void {
    this.#pending = []
    this.lost += this.#refused
  }

  read(afterSeq: number, limit: number): StoredEvent[] {
    return this.#after.all(afterSeq, limit).map(eventOf)
  }

  cursor(sink: string): number {
    return this.#cursors.cursor(sink)
  }

  saveCursor(sink: string, seq: number): void {
    this.#cursors.saveCursor(sink, seq)
  }

  unsent(sink: string): number {
    return Math.max(Number(this.#newest.get()?.seq ?? 0) - this.cursor(sink), 0)
  }
}

/** A row of `SELECT * FROM event`. */
export function eventOf(row: Row): StoredEvent {
  return {
    seq: Number(row.seq),
    id: String(row.id),
    vehicle: String(row.vehicle),
    time: Number(row.time),
    type: row.type as EventType,
    data: JSON.parse(String(row.data)),
  }
}
