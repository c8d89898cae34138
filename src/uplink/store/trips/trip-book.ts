/**
 * Answers what trips a vehicle made, on the reader's thread. What was found is kept in memory, so that
 * the next question reads only what came since: new records at the end, or, where records came late or
 * were given their times, from the part of the day that they fall in. A long way is read in steps, so
 * that other questions are answered in between.
 */
import type { TripQuery } from '../../../model/ports.ts'
import type { Millis } from '../../../model/time.ts'
import { type Trip, type TripSettings, tripId } from '../../../model/trip.ts'
import type { FoundTrip } from '../../trips/open-trip.ts'
import { distanceBetween } from '../distance/distance-queries.ts'
import { span } from '../queries.ts'
import type { Connection, Reading } from '../reading.ts'
import { fuelBetween } from './fuel-between.ts'
import { TripRun } from './trip-run.ts'

export type TripAnswer =
  | { trips: Trip[] }
  /** There is more to read: ask again. */
  | { isPart: true }

const DAY: Millis = 86_400_000
/** A vehicle mostly stands for a while within that time. */
const LOOK_BACK = 2 * DAY
/** What lies between is read for nothing. */
const FAR = 4 * DAY
/** Records that are read in one step, a fraction of a second. */
const STEP_RECORDS = 20_000
const MAX_VEHICLES = 100
/** Windows far apart are read each for itself. */
const MAX_RUNS = 4

interface Known {
  runs: TripRun[]
  /** The one that looks further back than it was asked for. */
  back?: TripRun
  /** Newest place in the journal that is taken into account, where it has a time for good. */
  seq: number
  /** Newest block. */
  block: number
  /** The first time that may yet move. */
  unsure: Millis | undefined
}

export class TripBook {
  readonly #reading: Reading
  readonly #settings: TripSettings
  readonly #known = new Map<string, Known>()

  constructor(reading: Reading, settings: TripSettings) {
    this.#reading = reading
    this.#settings = settings
  }

  answer(query: TripQuery): TripAnswer {
    const { vehicle } = query
    const stored = span(this.#reading, vehicle)
    if (stored === undefined || query.from >= query.to) return { trips: [] }
    const known = this.#knownOf(vehicle)
    this.#catchUp(known, vehicle)
    const run = this.#runFor(known, query, stored.first)
    for (let count = 0; run.isSureAt(query.from) && !run.knows(query.to); ) {
      const read = run.advance(this.#reading)
      if (read === undefined) break
      count += read
      if (count >= STEP_RECORDS) return { isPart: true }
    }
    if (!run.isSureAt(query.from)) {
      // It began in the middle of something: further back, then.
      const before = 2 * (query.from - run.from)
      known.back = this.#replace(known, run, this.#runFrom(query, stored.first, before))
      return { isPart: true }
    }
    return { trips: this.#page(run, query, stored.first).map((trip) => this.#whole(vehicle, trip)) }
  }

  #page(run: TripRun, query: TripQuery, first: Millis): FoundTrip[] {
    const { from, to, order, limit, after, now } = query
    const open = run.openAt(now)
    const trips = [...run.trips, ...(open === undefined ? [] : [open])].filter(
      // Of what was removed from the journal nothing is told either.
      ({ start }) => start >= Math.max(from, first) && start < to,
    )
    if (order === 'asc') {
      return trips.filter(({ start }) => after === undefined || start > after).slice(0, limit)
    }
    trips.reverse()
    return trips.filter(({ start }) => after === undefined || start < after).slice(0, limit)
  }

  #whole(vehicle: string, found: FoundTrip): Trip {
    const { start, end } = found
    const distance = distanceBetween(this.#reading, vehicle, start, end)
    const trip: Trip = { id: tripId(vehicle, start), vehicle, ...found }
    if (distance !== undefined) trip.distance = distance
    if (trip.fuelUsed !== undefined) return trip
    const fuel = fuelBetween(this.#reading, vehicle, start, end)
    return fuel === undefined
      ? trip
      : { ...trip, fuelUsed: fuel.litres, isFuelEstimated: fuel.estimated }
  }

  /** Vehicles asked for longest ago are forgotten first. */
  #knownOf(vehicle: string): Known {
    const known = this.#known.get(vehicle) ?? { runs: [], seq: 0, block: 0, unsure: undefined }
    this.#known.delete(vehicle)
    this.#known.set(vehicle, known)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MAX_VEHICLES && oldest !== undefined) this.#known.delete(oldest)
    return known
  }

  #catchUp(known: Known, vehicle: string): void {
    const changes = changesSince(this.#reading, vehicle, known)
    const from = Math.min(
      changes.from ?? Number.POSITIVE_INFINITY,
      known.unsure ?? Number.POSITIVE_INFINITY,
    )
    for (const run of known.runs) run.forgetFrom(from)
    known.seq = changes.seq
    known.block = changes.block
    known.unsure = changes.unsure
  }

  #runFor(known: Known, query: TripQuery, first: Millis): TripRun {
    const { from } = query
    const fits = (run: TripRun) =>
      (run.isFirst || run.from <= from) &&
      run.isSureAt(from) &&
      (run === known.back || from - run.next <= FAR)
    const run = known.runs.find(fits)
    return this.#replace(known, run, run ?? this.#runFrom(query, first, LOOK_BACK))
  }

  #runFrom({ vehicle, from }: TripQuery, first: Millis, before: Millis): TripRun {
    const begin = Math.floor((from - before) / DAY) * DAY
    const isFirst = begin <= first
    const settings = this.#settings
    return new TripRun({ vehicle, settings, from: isFirst ? first : begin, isFirst })
  }

  /** The run in use stands last. */
  #replace(known: Known, old: TripRun | undefined, run: TripRun): TripRun {
    known.runs = [...known.runs.filter((each) => each !== old && each !== run), run].slice(
      -MAX_RUNS,
    )
    return run
  }
}

/** What was stored, or was given its time, since then. */
function changesSince(
  { database }: Connection,
  vehicle: string,
  { seq, block }: Pick<Known, 'seq' | 'block'>,
): { from: Millis | undefined; seq: number; block: number; unsure: Millis | undefined } {
  const row = database
    .prepare(
      `SELECT
         (SELECT min(time) FROM record WHERE seq > ?2 AND vehicle = ?1) AS rows,
         (SELECT min(first_time) FROM block WHERE num > ?3 AND vehicle = ?1 AND last_seq > ?2) AS blocks,
         (SELECT seq FROM sqlite_sequence WHERE name = 'record') AS seq,
         (SELECT max(num) FROM block) AS block`,
    )
    .get(vehicle, seq, block)
  const moving = database
    .prepare(
      `SELECT min(seq) AS seq, min(time) AS time FROM record
       WHERE clock = 'none' AND vehicle = ? AND seq > ifnull(
         (SELECT CAST(json_extract(state, '$') AS INTEGER) FROM kept WHERE part = 'time' AND owner = 'placed'), 0)`,
    )
    .get(vehicle)
  const times = [row?.rows, row?.blocks].filter((time) => typeof time === 'number')
  const newest = Number(row?.seq ?? 0)
  return {
    from: times.length === 0 ? undefined : Math.min(...times),
    seq: typeof moving?.seq === 'number' ? Math.min(newest, moving.seq - 1) : newest,
    block: Number(row?.block ?? 0),
    unsure: typeof moving?.time === 'number' ? moving.time : undefined,
  }
}
