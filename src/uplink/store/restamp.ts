/**
 * Puts the times right of what was stored before the time was known, in the journal's own transaction.
 *
 * - This boot: all that it stamped without knowing the time is moved by one delta, so that order and
 *   distances stay as they were: records (`shift` tells by how much, for their ids), events, frames
 *   sent, reads, LoRa uplinks, vehicle states, points of odometer and counters, which go to their slots now. Done once a
 *   boot.
 * - Earlier boots that ended without ever knowing: how long they are ago nobody knows. They are
 *   placed in order, as late as possible: the last ends where this boot begins. Nothing of them goes
 *   before the newest record before them whose time was known. Their records keep clock `none`.
 *
 * What was moved for good is remembered in `kept` as part `time`: `restamped`, the boot, and `placed`,
 * the last place in the journal whose records will not move again.
 */
import type { Database } from '../../database/sqlite.ts'
import type { OdometerPoint } from '../../model/odometer.ts'
import type { CounterPoint } from '../../model/ports.ts'
import type {
  ClockTrust,
  CounterName,
  CounterStates,
  OdometerState,
  VehicleStatus,
} from '../../model/record.ts'
import { type Micros, type Millis, millisToMicros } from '../../model/time.ts'
import { CounterSlots } from './counter-slots.ts'
import { DistanceSlots } from './distance/distance-slots.ts'

export interface Restamp {
  boot: string
  /** What to add to the times of this boot. */
  delta: Millis
  /** `none`: the time is still not known, only better guessed; nothing is final. */
  trust: ClockTrust
  /** When this boot began, as its clock said then. */
  begun: Millis
  /** Nothing of this boot was stamped before it: a little before `begun`, for frames come late. */
  since: Millis
  /** Last time of this boot, as it stamped it before the clock jumped. */
  until: Millis
}

export interface Restamped {
  /** Records of this boot. */
  records: number
  /** Records of earlier boots that were given a place. */
  placed: number
}

/** A span of time that moves, the limits included. */
interface Move {
  boot: string
  from: Millis
  to: Millis
  by: Millis
  /** Nothing goes before it. */
  floor: Millis
}

const PART = 'time'
/** Records looked at for the newest time before an earlier boot. */
const LOOK_BACK = 1000

/** Whether there are records whose times may yet move. */
export function awaitsTime(database: Database): boolean {
  const find = database.prepare("SELECT 1 FROM record WHERE clock = 'none' AND seq > ? LIMIT 1")
  return find.get(Number(keptText(database, 'placed') ?? 0)) !== undefined
}

export function restamp(database: Database, change: Restamp): Restamped {
  const { boot, delta, trust, begun, since, until } = change
  if (keptText(database, 'restamped') === boot) return { records: 0, placed: 0 }
  const final = trust === 'none' ? undefined : trust
  const move = { boot, from: since, to: until, by: delta, floor: Number.MIN_SAFE_INTEGER }
  const records = moveRecords(database, move, final)
  moveRest(database, move, final !== undefined)
  if (final === undefined) return { records, placed: 0 }
  const placed = placeEarlier(database, boot, begun + delta)
  keepText(database, 'restamped', boot)
  keepText(database, 'placed', lastSeq(database))
  return { records, placed }
}

function moveRecords(database: Database, move: Move, trust: ClockTrust = 'none'): number {
  // One shift for both times of a record: the id follows from them without it.
  const by = 'max(?2, ?3 - time)'
  const { changes } = database
    .prepare(
      `UPDATE record SET time = time + ${by}, received = received + ${by}, shift = shift + ${by},
         clock = ?4 WHERE clock = 'none' AND boot = ?1`,
    )
    .run(move.boot, move.by, move.floor, trust)
  return Number(changes)
}

/** All but the records. `isFinal`: the times are known from now on. */
function moveRest(database: Database, move: Move, isFinal: boolean): void {
  const { boot, by, floor } = move
  const state = isFinal ? null : boot
  const event = 'UPDATE event SET time = max(time + ?2, ?3), boot = ?4 WHERE boot = ?1'
  database.prepare(event).run(boot, by, floor, state)
  const sent = 'UPDATE sent_time SET first = max(first + ?2, ?3), boot = ?4 WHERE boot = ?1'
  database.prepare(sent).run(boot, by, floor, state)
  const read = 'UPDATE data_read SET time = max(time + ?2, ?3), boot = ?4 WHERE boot = ?1'
  database.prepare(read).run(boot, by, floor, state)
  const uplink =
    'UPDATE lora_uplink SET received = max(received + ?2, ?3), boot = ?4 WHERE boot = ?1'
  database.prepare(uplink).run(boot, by, floor, state)
  database
    .prepare('UPDATE provisional_odometer SET time = max(time + ?2, ?3) WHERE boot = ?1')
    .run(boot, by, floor)
  database
    .prepare(
      `UPDATE provisional_counter SET first_time = max(first_time + ?2, ?3),
         last_time = max(last_time + ?2, ?3) WHERE boot = ?1`,
    )
    .run(boot, by, floor)
  if (isFinal) {
    foldPoints(database, boot)
    foldCounters(database, boot)
  }
  moveStates(database, move)
}

function foldPoints(database: Database, boot: string): void {
  const slots = new DistanceSlots(database)
  const points = database.prepare(
    'SELECT time, point FROM provisional_odometer WHERE boot = ? ORDER BY time, num',
  )
  for (const { time, point } of points.all(boot)) {
    slots.add({ ...(JSON.parse(String(point)) as OdometerPoint), time: Number(time) })
  }
  slots.write()
  database.prepare('DELETE FROM provisional_odometer WHERE boot = ?').run(boot)
}

function foldCounters(database: Database, boot: string): void {
  const slots = new CounterSlots(database)
  const rows = database.prepare(
    'SELECT * FROM provisional_counter WHERE boot = ? ORDER BY first_time, first',
  )
  for (const row of rows.all(boot)) {
    const { vehicle, counter, estimated } = row
    const add = (time: unknown, total: unknown) => {
      const point: CounterPoint = {
        vehicle: String(vehicle),
        counter: String(counter) as CounterName,
        time: Number(time),
        total: Number(total),
        estimated: estimated === 1,
      }
      slots.add(point)
    }
    add(row.first_time, row.first)
    add(row.last_time, row.last)
  }
  slots.write()
  database.prepare('DELETE FROM provisional_counter WHERE boot = ?').run(boot)
}

function moveStates(database: Database, move: Move): void {
  const moved = (time: Micros) => movedTime(time, move)
  const save = database.prepare(
    'UPDATE vehicle_state SET status = ?, odometer = ?, stored = ?, counters = ? WHERE vehicle = ?',
  )
  for (const row of database.prepare('SELECT * FROM vehicle_state').all()) {
    const status = JSON.parse(String(row.status)) as VehicleStatus
    for (const state of Object.values(status)) state.time = moved(state.time)
    const odometer = JSON.parse(String(row.odometer)) as OdometerState
    // 0: nothing was counted yet.
    if (odometer.time > 0) odometer.time = moved(odometer.time)
    for (const series of Object.values(odometer.series)) {
      series.time = moved(series.time)
      if (series.candidate === undefined) continue
      series.candidate.time = moved(series.candidate.time)
      series.candidate.since = moved(series.candidate.since)
    }
    const stored = moved(Number(row.stored))
    const states = [status, odometer].map((state) => JSON.stringify(state))
    save.run(...states, stored, movedCounters(row.counters, moved), row.vehicle as string)
  }
}

function movedCounters(text: unknown, moved: (time: Micros) => Micros): string | null {
  if (typeof text !== 'string') return null
  const states = JSON.parse(text) as CounterStates
  for (const state of Object.values(states)) {
    state.time = moved(state.time)
    for (const series of Object.values(state.series)) series.time = moved(series.time)
    if (state.rate !== undefined) state.rate.time = moved(state.rate.time)
  }
  return JSON.stringify(states)
}

function movedTime(time: Micros, { from, to, by, floor }: Move): Micros {
  if (time < millisToMicros(from) || time >= millisToMicros(to + 1)) return time
  return Math.max(time + millisToMicros(by), millisToMicros(floor))
}

/** Earlier boots that never knew the time, the newest first; `end` is where this one begins. */
function placeEarlier(database: Database, boot: string, end: Millis): number {
  const boots = database
    .prepare(
      `SELECT boot, min(seq) AS seq, min(time) AS first, max(max(time, received)) AS last
       FROM record WHERE clock = 'none' AND boot <> ?1 AND seq > ?2
       GROUP BY boot ORDER BY seq DESC`,
    )
    .all(boot, Number(keptText(database, 'placed') ?? 0))
  let placed = 0
  let before = end
  for (const row of boots) {
    const [from, to, earlier] = [Number(row.first), Number(row.last), String(row.boot)]
    const floor = newestKnown(database, Number(row.seq))
    const move = { boot: earlier, from, to, by: before - to, floor }
    placed += moveRecords(database, move)
    moveRest(database, move, true)
    before = Math.max(from + move.by, floor)
  }
  return placed
}

/** Newest time that was known among the records before a place. */
function newestKnown(database: Database, seq: number): Millis {
  const row = database
    .prepare(
      `SELECT max(time) AS time FROM (
         SELECT time, clock FROM record WHERE seq < ? ORDER BY seq DESC LIMIT ${LOOK_BACK})
       WHERE clock NOT IN ('none', 'recorded')`,
    )
    .get(seq)
  return Number(row?.time ?? Number.MIN_SAFE_INTEGER)
}

function lastSeq(database: Database): string {
  return String(database.prepare('SELECT max(seq) AS seq FROM record').get()?.seq ?? 0)
}

function keptText(database: Database, owner: string): string | undefined {
  const find = database.prepare('SELECT state FROM kept WHERE part = ? AND owner = ?')
  const state = find.get(PART, owner)?.state
  return state === undefined ? undefined : String(JSON.parse(String(state)))
}

function keepText(database: Database, owner: string, text: string): void {
  database
    .prepare('INSERT OR REPLACE INTO kept VALUES (?, ?, ?)')
    .run(PART, owner, JSON.stringify(text))
}
