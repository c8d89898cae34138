/**
 * Tells when vehicles enter, leave and stay in geofences, from the positions of their records. What is
 * known is kept over a restart. While the time is not known nothing is told.
 */
import type { Config } from '../config/schema.ts'
import { crossesItself } from '../decoder/vehicle/fence-shape.ts'
import { Geofences, type GeofencesState } from '../decoder/vehicle/geofences.ts'
import type { EventType } from '../model/event.ts'
import type { Geofence, GeofenceState } from '../model/geofence.ts'
import type { GeofenceReader } from '../model/ports.ts'
import type { NewRecord } from '../model/record.ts'
import { isoTime, type Millis } from '../model/time.ts'
import type { Journal } from '../uplink/store/journal.ts'

export interface GeofenceWatchOptions {
  config: Config
  journal: Pick<Journal, 'keep' | 'kept'>
  isTimeKnown: () => boolean
  event: (vehicle: string, type: EventType, data: Record<string, unknown>) => void
  /** A fence that is none. */
  found: (sentence: string) => void
}

const PART = 'geofences'

export class GeofenceWatch implements GeofenceReader {
  readonly #options: GeofenceWatchOptions
  readonly #fences: readonly Geofence[]
  readonly #vehicles = new Map<string, Geofences>()

  constructor(options: GeofenceWatchOptions) {
    this.#options = options
    this.#fences = options.config.geofences.flatMap((entry) => fenceOf(entry, options.found))
  }

  /** A record of the present. */
  take({ vehicle, data, time }: NewRecord): void {
    const { latitude, longitude, hdop } = data
    if (typeof latitude !== 'number' || typeof longitude !== 'number') return
    if (this.#fences.length === 0 || !this.#options.isTimeKnown()) return
    const precision = typeof hdop === 'number' ? { hdop } : {}
    const watched = this.#of(vehicle)
    const changes = watched.take({ latitude, longitude, time, ...precision })
    for (const { type, fence, seconds, time: when } of changes) {
      this.#options.event(vehicle, type, {
        geofence: fence.id,
        ...(fence.name === undefined ? {} : { name: fence.name }),
        at: isoTime(when),
        ...(seconds === undefined ? {} : { seconds }),
      })
    }
    if (changes.length > 0) this.#options.journal.keep(PART, vehicle, watched.state)
  }

  /** What was stamped from `since` on was wrong by `delta`. */
  shift(delta: Millis, since: Millis): void {
    for (const watched of this.#vehicles.values()) watched.shift(delta, since)
  }

  keepAll(): void {
    for (const [vehicle, watched] of this.#vehicles) {
      this.#options.journal.keep(PART, vehicle, watched.state)
    }
  }

  geofences(vehicle: string): GeofenceState[] {
    return this.#of(vehicle).states()
  }

  #of(vehicle: string): Geofences {
    const known = this.#vehicles.get(vehicle)
    if (known !== undefined) return known
    const own = this.#fences.filter(({ vehicles }) => vehicles?.includes(vehicle) ?? true)
    const kept = this.#options.journal.kept(PART, vehicle) as GeofencesState | undefined
    const watched = new Geofences(own, kept)
    this.#vehicles.set(vehicle, watched)
    return watched
  }
}

function fenceOf(
  entry: Config['geofences'][number],
  found: (sentence: string) => void,
): Geofence[] {
  const { id, name, vehicles, circle, polygon, dwellMinutes } = entry
  const common = {
    id,
    ...(name === undefined ? {} : { name }),
    ...(vehicles === undefined ? {} : { vehicles }),
    ...(dwellMinutes === undefined ? {} : { dwellMinutes }),
  }
  if (circle !== undefined) {
    const { latitude, longitude, radius } = circle
    return [{ ...common, shape: { kind: 'circle', center: { latitude, longitude }, radius } }]
  }
  const corners = (polygon ?? []).map(([latitude, longitude]) => ({ latitude, longitude }))
  if (crossesItself(corners)) {
    found(`geofences: the border of "${id}" crosses itself; give its corners in order`)
    return []
  }
  return [{ ...common, shape: { kind: 'polygon', corners } }]
}
