/**
 * The journal's part for the run totals of counters: each goes to the quarter of an hour in which it
 * was reached (schema.ts). Only the first and the last of a slot matter, so what comes between two
 * commits costs one row a slot, however many records there were.
 */
import type { Database, Statement } from '../../database/sqlite.ts'
import type { CounterPoint } from '../../model/ports.ts'
import { type CounterName, type CounterStates, counterNames } from '../../model/record.ts'
import { type Millis, millisToMicros } from '../../model/time.ts'
import type { CommitPart } from './commit-part.ts'
import { MINUTE_MS, SLOT_MS } from './schema.ts'

const MERGE = `first = iif(excluded.first_time < first_time, excluded.first, first),
    first_time = min(excluded.first_time, first_time),
    last = iif(excluded.last_time >= last_time, excluded.last, last),
    last_time = max(excluded.last_time, last_time),
    estimated = max(excluded.estimated, estimated)`
const ADD = `INSERT INTO counter_slot VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (vehicle, counter, slot) DO UPDATE SET ${MERGE}`
const WAIT = `INSERT INTO provisional_counter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (vehicle, boot, counter, minute) DO UPDATE SET ${MERGE}`
const NEWEST = `SELECT last_time, last, estimated FROM counter_slot
  WHERE vehicle = ? AND counter = ? ORDER BY slot DESC LIMIT 1`

interface Slot {
  vehicle: string
  /** The run whose time is not known yet. */
  boot: string | undefined
  counter: CounterName
  slot: number
  firstTime: Millis
  first: number
  lastTime: Millis
  last: number
  estimated: boolean
}

export class CounterSlots implements CommitPart {
  readonly #add: Statement
  readonly #wait: Statement
  readonly #newest: Statement
  readonly #pending = new Map<string, Slot>()

  constructor(database: Database) {
    this.#add = database.prepare(ADD)
    this.#wait = database.prepare(WAIT)
    this.#newest = database.prepare(NEWEST)
  }

  /** `boot`: the run, where the time of the point is not known yet. */
  add({ vehicle, counter, time, total, estimated }: CounterPoint, boot?: string): void {
    // What the database would refuse would hold up all that is committed with it.
    if (!Number.isFinite(total) || !Number.isSafeInteger(time)) return
    const slot = Math.floor(time / (boot === undefined ? SLOT_MS : MINUTE_MS))
    const key = `${vehicle}\u0000${boot ?? ''}\u0000${counter}\u0000${slot}`
    const known = this.#pending.get(key)
    if (known === undefined) {
      const span = { firstTime: time, first: total, lastTime: time, last: total }
      this.#pending.set(key, { vehicle, boot, counter, slot, ...span, estimated })
      return
    }
    if (time < known.firstTime) [known.firstTime, known.first] = [time, total]
    if (time >= known.lastTime) [known.lastTime, known.last] = [time, total]
    known.estimated ||= estimated
  }

  /** Where each run total stood last, for want of a state to go on from. */
  newest(vehicle: string): CounterStates {
    const states: CounterStates = {}
    for (const counter of counterNames) {
      const row = this.#newest.get(vehicle, counter)
      if (row === undefined) continue
      const [total, time] = [Number(row.last), millisToMicros(Number(row.last_time))]
      states[counter] = { total, time, segment: 0, estimated: row.estimated === 1, series: {} }
    }
    return states
  }

  isDue(): boolean {
    return this.#pending.size > 0
  }

  write(): void {
    for (const pending of this.#pending.values()) {
      const { vehicle, boot, counter, slot, firstTime, first, lastTime, last } = pending
      const values = [counter, slot, firstTime, first, lastTime, last, Number(pending.estimated)]
      if (boot === undefined) this.#add.run(vehicle, ...values)
      else this.#wait.run(vehicle, boot, ...values)
    }
  }

  written(): void {
    this.#pending.clear()
  }
}
