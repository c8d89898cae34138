/** Kilometres travelled go to the quarter of an hour in which they were reached (schema.ts). */
import type { Database, Statement } from '../../database/sqlite.ts'
import type { OdometerPoint } from '../../model/ports.ts'
import { SLOT_MS } from './schema.ts'

const ADD = `INSERT INTO odometer_slot VALUES (?1, ?2, ?3, ?4, ?3, ?4)
  ON CONFLICT (vehicle, slot) DO UPDATE SET
    first_km = iif(?3 < first_time, ?4, first_km), first_time = min(first_time, ?3),
    last_km = iif(?3 >= last_time, ?4, last_km), last_time = max(last_time, ?3)`

export class OdometerSlots {
  readonly #add: Statement
  readonly #wait: Statement

  constructor(database: Database) {
    this.#add = database.prepare(ADD)
    this.#wait = database.prepare('INSERT OR IGNORE INTO provisional_point VALUES (?, ?, ?, ?)')
  }

  add({ vehicle, time, travelled }: OdometerPoint): void {
    this.#add.run(vehicle, Math.floor(time / SLOT_MS), time, travelled)
  }

  /** Its time is not known yet; only when each distance was first reached is of interest. */
  wait({ vehicle, time, travelled }: OdometerPoint, boot: string): void {
    this.#wait.run(vehicle, boot, time, travelled)
  }
}
