/**
 * The newest status, odometer and run totals of each vehicle, to go on from after a restart. Written
 * together with the records that they are of.
 */
import type { Database, Statement } from '../../database/sqlite.ts'
import { type Checkpoint, mergeStatus, type OdometerState } from '../../model/record.ts'
import type { Micros, Millis } from '../../model/time.ts'
import type { CommitPart } from './commit-part.ts'

/** Run totals that are not known to who writes stay. */
const SAVE = `INSERT OR REPLACE INTO vehicle_state VALUES (?1, ?2, ?3, ?4,
  ifnull(?5, (SELECT counters FROM vehicle_state WHERE vehicle = ?1)))`

/** Where no odometer was ever read. */
const UNCHECKED: OdometerState = { time: 0, series: {} }

export class VehicleStates implements CommitPart {
  readonly #save: Statement
  readonly #read: Statement
  readonly #now: () => Millis
  readonly #waiting = new Map<string, Checkpoint>()
  readonly #stored = new Map<string, Micros>()
  #writtenAt: Micros = 0

  constructor(database: Database, now: () => Millis) {
    this.#save = database.prepare(SAVE)
    this.#read = database.prepare(
      'SELECT status, odometer, counters FROM vehicle_state WHERE vehicle = ?',
    )
    this.#now = now
    for (const row of database.prepare('SELECT vehicle, stored FROM vehicle_state').all()) {
      this.#stored.set(String(row.vehicle), Number(row.stored))
    }
  }

  /** A vehicle has several pipelines (live, recordings): none may hide what another has heard. */
  add(vehicle: string, { status, odometer, counters }: Checkpoint): void {
    const { status: before = {}, odometer: known } = this.#waiting.get(vehicle) ?? {}
    const checked = odometer ?? known
    this.#waiting.set(vehicle, {
      status: mergeStatus(before, status),
      ...(checked === undefined ? {} : { odometer: checked }),
      ...(counters === undefined ? {} : { counters }),
    })
  }

  /** What is stored; undefined if it never was. */
  get(vehicle: string): Checkpoint | undefined {
    const row = this.#read.get(vehicle)
    if (row === undefined) return undefined
    const { counters } = row
    return {
      status: JSON.parse(String(row.status)),
      odometer: JSON.parse(String(row.odometer)),
      ...(typeof counters === 'string' ? { counters: JSON.parse(counters) } : {}),
    }
  }

  /** When the newest record of a vehicle was stored. */
  storedAt(vehicle: string): Micros | undefined {
    return this.#stored.get(vehicle)
  }

  /** When the newest record of any vehicle was stored. */
  newestStored(): Micros | undefined {
    return this.#stored.size === 0 ? undefined : Math.max(...this.#stored.values())
  }

  isDue(): boolean {
    return this.#waiting.size > 0
  }

  write(): void {
    this.#writtenAt = this.#now() * 1000
    for (const [vehicle, { status, odometer, counters }] of this.#waiting) {
      const stored = this.get(vehicle)
      const newest = mergeStatus(stored?.status ?? {}, status)
      const checked = odometer ?? stored?.odometer ?? UNCHECKED
      const states = [newest, checked].map((state) => JSON.stringify(state))
      const totals = counters === undefined ? null : JSON.stringify(counters)
      this.#save.run(vehicle, ...states, this.#writtenAt, totals)
    }
  }

  written(): void {
    for (const vehicle of this.#waiting.keys()) this.#stored.set(vehicle, this.#writtenAt)
    this.#waiting.clear()
  }
}
