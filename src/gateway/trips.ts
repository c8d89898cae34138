/**
 * Tells of trips as they happen: `trip.start` when a vehicle is under way, `trip.end`, with a summary,
 * when it has arrived. Found in the records as they are made, by the finder that finds them in the
 * journal for REST. Where a vehicle went is in no event: they are shown to whoever may see anything.
 *
 * An end is seen only minutes after it. What the finder knows is kept over a restart, so that a trip is
 * told once. While the time is not known nothing is told.
 */
import type { Config } from '../config/schema.ts'
import { messageOf } from '../model/errors.ts'
import type { EventType } from '../model/event.ts'
import type { Clock, Logger, TripReader } from '../model/ports.ts'
import type { NewRecord } from '../model/record.ts'
import { isoTime, type Millis } from '../model/time.ts'
import {
  defaultTripSettings,
  type Trip,
  type TripSettings,
  tripId,
  tripSummary,
} from '../model/trip.ts'
import type { Journal } from '../uplink/store/journal.ts'
import type { FoundTrip } from '../uplink/trips/open-trip.ts'
import { sampleOf } from '../uplink/trips/sample.ts'
import { shiftTimes } from '../uplink/trips/shift-state.ts'
import { type FinderState, newFinderState, TripFinder } from '../uplink/trips/trip-finder.ts'

export interface TripsOptions {
  config: Config
  journal: Journal
  reader: TripReader
  clock: Clock
  logger: Logger
  isTimeKnown: () => boolean
  event: (vehicle: string, type: EventType, data: Record<string, unknown>) => void
}

interface Followed {
  finder: TripFinder
  /** Of the trip that was told last. */
  told: Millis | undefined
  /** Trips that have ended and were not told yet. */
  ended: FoundTrip[]
  keptAt: Millis
}

/** What the journal keeps. */
interface Kept {
  state: FinderState
  told?: Millis
  ended?: FoundTrip[]
}

const PART = 'trips'
const KEEP_MS: Millis = 300_000
/** That many wait for the time to become known. */
const MAX_WAITING = 100

export function tripSettings({ trips }: Config): TripSettings {
  return {
    ...defaultTripSettings,
    standing: trips.standingMinutes * 60_000,
    gap: trips.gapMinutes * 60_000,
    off: trips.offSeconds * 1000,
    stop: trips.stopSeconds * 1000,
    startSpeed: trips.startSpeed,
  }
}

export class Trips {
  readonly #options: TripsOptions
  readonly #settings: TripSettings
  readonly #followed = new Map<string, Followed>()

  constructor(options: TripsOptions) {
    this.#options = options
    this.#settings = tripSettings(options.config)
  }

  /** A record of the present. */
  take(record: NewRecord): void {
    const followed = this.#of(record.vehicle)
    followed.finder.take(sampleOf(record.time, record.data))
    this.#tell(record.vehicle, followed)
  }

  /** Several times a second: a trip also ends where nothing more comes. */
  tick(): void {
    const now = this.#options.clock.now()
    for (const [vehicle, followed] of this.#followed) {
      followed.finder.tick(now)
      this.#tell(vehicle, followed)
    }
  }

  /** Vehicles that were under way when the last run ended, and may be silent now. */
  start(vehicles: readonly string[]): void {
    for (const vehicle of vehicles) {
      if (this.#options.journal.kept(PART, vehicle) !== undefined) this.#of(vehicle)
    }
  }

  /** What was stamped from `since` on was wrong by `delta`. */
  shift(delta: Millis, since: Millis): void {
    for (const followed of this.#followed.values()) {
      shiftTimes(followed.finder.state, delta, since)
      shiftTimes(followed.ended, delta, since)
    }
  }

  keepAll(): void {
    for (const [vehicle, followed] of this.#followed) this.#keep(vehicle, followed)
  }

  #of(vehicle: string): Followed {
    const known = this.#followed.get(vehicle)
    if (known !== undefined) return known
    // What was kept is what an earlier run gave.
    const kept = this.#options.journal.kept(PART, vehicle) as Kept | undefined
    const ended: FoundTrip[] = [...(kept?.ended ?? [])]
    // Of a vehicle that nothing was ever heard of nothing can be under way.
    const state = kept?.state ?? { ...newFinderState(), sureFrom: 0 }
    const finder = new TripFinder(this.#settings, (trip) => ended.push(trip), state)
    const followed = { finder, told: kept?.told, ended, keptAt: this.#options.clock.now() }
    this.#followed.set(vehicle, followed)
    return followed
  }

  #tell(vehicle: string, followed: Followed): void {
    const { finder, ended } = followed
    const { isTimeKnown, clock } = this.#options
    if (ended.length > MAX_WAITING) ended.shift()
    if (isTimeKnown()) {
      for (const trip of ended.splice(0)) {
        this.#tellStart(vehicle, followed, trip.start)
        void this.#tellEnd(vehicle, trip)
        this.#keep(vehicle, followed)
      }
      const { start } = finder
      if (start !== undefined) this.#tellStart(vehicle, followed, start)
    }
    if (finder.start !== undefined && clock.now() - followed.keptAt >= KEEP_MS) {
      this.#keep(vehicle, followed)
    }
  }

  #tellStart(vehicle: string, followed: Followed, start: Millis): void {
    if (followed.told !== undefined && start <= followed.told) return
    followed.told = start
    const data = { tripId: tripId(vehicle, start), start: isoTime(start) }
    this.#options.event(vehicle, 'trip.start', data)
    this.#keep(vehicle, followed)
  }

  async #tellEnd(vehicle: string, found: FoundTrip): Promise<void> {
    const { config, event } = this.#options
    const { tankLitres } = config.vehicles.find(({ id }) => id === vehicle) ?? {}
    const own: Trip = { id: tripId(vehicle, found.start), vehicle, ...found }
    const trip = (await this.#stored(own)) ?? own
    event(vehicle, 'trip.end', { ...tripSummary(trip, tankLitres) })
  }

  /** The same as REST tells it, with what the journal knows beside; undefined if it does not. */
  async #stored({ vehicle, start }: Trip): Promise<Trip | undefined> {
    const { journal, reader, clock, logger } = this.#options
    const window = { from: start, to: start + 1, now: clock.now() }
    try {
      // The record by which the end was seen has to be among those that are read.
      journal.commit()
      const [trip] = await reader.trips({ vehicle, ...window, order: 'asc', limit: 1 })
      return trip?.ongoing === false ? trip : undefined
    } catch (error) {
      const detail = messageOf(error)
      logger.debug({ vehicle, detail }, 'the journal could not be asked about a trip')
      return undefined
    }
  }

  #keep(vehicle: string, followed: Followed): void {
    const { finder, told, ended } = followed
    followed.keptAt = this.#options.clock.now()
    const kept: Kept = { state: finder.state, ...(told !== undefined && { told }), ended }
    this.#options.journal.keep(PART, vehicle, kept)
  }
}
