/**
 * The journal's part for the odometer of record: each point goes to the quarter of an hour in which it
 * was measured, and what the slots add up to is worked out anew from the first slot that was touched
 * until nothing changes any more: late data costs a few slots, however long the history is.
 */
import type { Database, Row, Statement } from '../../../database/sqlite.ts'
import type { OdometerPoint } from '../../../model/odometer.ts'
import type { CommitPart } from '../commit-part.ts'
import { SLOT_MS } from '../schema.ts'
import { DistanceFold, type FoldState, rounded } from './distance-fold.ts'
import { addPoints, pointsInOrder, type SlotPoints } from './slot-points.ts'

const SAVE_POINTS = `INSERT INTO odometer_points VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (vehicle, slot) DO UPDATE SET points = ?3, state = ?4`
const SAVE_SLOT = `INSERT INTO distance_slot VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
  ON CONFLICT (vehicle, slot) DO UPDATE SET
    first_time = ?3, last_time = ?4, km = ?5, estimated_km = ?6, error_km = ?7`
const WAIT = 'INSERT INTO provisional_odometer VALUES (NULL, ?, ?, ?)'

/** The points that wait to be written, by slot. */
type Pending = Map<number, OdometerPoint[]>

export class DistanceSlots implements CommitPart {
  readonly #find: Statement
  readonly #before: Statement
  readonly #after: Statement
  readonly #savePoints: Statement
  readonly #saveSlot: Statement
  readonly #wait: Statement
  readonly #pending = new Map<string, Pending>()
  #provisional: { boot: string; point: OdometerPoint }[] = []

  constructor(database: Database) {
    const prepare = (sql: string) => database.prepare(sql)
    this.#find = prepare('SELECT points, state FROM odometer_points WHERE vehicle = ? AND slot = ?')
    this.#before = prepare(
      'SELECT state FROM odometer_points WHERE vehicle = ? AND slot < ? ORDER BY slot DESC LIMIT 1',
    )
    this.#after = prepare(
      'SELECT slot FROM odometer_points WHERE vehicle = ? AND slot > ? ORDER BY slot LIMIT 1',
    )
    this.#savePoints = prepare(SAVE_POINTS)
    this.#saveSlot = prepare(SAVE_SLOT)
    this.#wait = prepare(WAIT)
  }

  /** `boot`: the run, where the time of the point is not known yet. */
  add(point: OdometerPoint, boot?: string): void {
    // What the database would refuse would hold up all that is committed with it.
    if (!Number.isFinite(point.km) || !Number.isSafeInteger(point.time)) return
    if (boot !== undefined) {
      this.#provisional.push({ boot, point })
      return
    }
    const slots = this.#pending.get(point.vehicle) ?? new Map<number, OdometerPoint[]>()
    this.#pending.set(point.vehicle, slots)
    const slot = Math.floor(point.time / SLOT_MS)
    const points = slots.get(slot)
    if (points === undefined) slots.set(slot, [point])
    else points.push(point)
  }

  isDue(): boolean {
    return this.#pending.size > 0 || this.#provisional.length > 0
  }

  write(): void {
    for (const [vehicle, slots] of this.#pending) this.#writeVehicle(vehicle, slots)
    for (const { boot, point } of this.#provisional) {
      this.#wait.run(boot, point.time, JSON.stringify(point))
    }
  }

  written(): void {
    this.#pending.clear()
    this.#provisional = []
  }

  #writeVehicle(vehicle: string, pending: Pending): void {
    for (const touched of [...pending.keys()].sort((a, b) => a - b)) {
      let state = this.#stateBefore(vehicle, touched)
      let slot: number | undefined = touched
      while (slot !== undefined) {
        const before = this.#find.get(vehicle, slot)
        state = this.#writeSlot({ vehicle, slot, before, state, points: pending.get(slot) })
        // From here on everything is as it was.
        if (state === before?.state) break
        const next: unknown = this.#after.get(vehicle, slot)?.slot
        slot = next === undefined || pending.has(Number(next)) ? undefined : Number(next)
      }
    }
  }

  /** The state behind the slot, as text. */
  #writeSlot(work: {
    vehicle: string
    slot: number
    before: Row | undefined
    state: string | undefined
    points: readonly OdometerPoint[] | undefined
  }): string {
    const { vehicle, slot, before, points = [] } = work
    const kept = (before === undefined ? {} : JSON.parse(String(before.points))) as SlotPoints
    addPoints(kept, points)
    const fold = foldFrom(work.state)
    let [km, estimated, error] = [0, 0, 0]
    const counted = pointsInOrder(slot, kept)
    for (const point of counted) {
      const { km: added } = fold.take(point)
      km += added
      if (point.error === undefined) continue
      estimated += added
      error += added * point.error
    }
    const state = JSON.stringify(fold.state)
    this.#savePoints.run(vehicle, slot, JSON.stringify(kept), state)
    const [first, last] = [counted[0], counted.at(-1)]
    if (first === undefined || last === undefined) return state
    const sums = [km, estimated, error].map(rounded)
    this.#saveSlot.run(vehicle, slot, first.time, last.time, ...sums)
    return state
  }

  #stateBefore(vehicle: string, slot: number): string | undefined {
    const state = this.#before.get(vehicle, slot)?.state
    return typeof state === 'string' ? state : undefined
  }
}

export function foldFrom(state: string | undefined): DistanceFold {
  return new DistanceFold(state === undefined ? undefined : (JSON.parse(state) as FoldState))
}
