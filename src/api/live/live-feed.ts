/**
 * The live streams of all clients: what changes in the status of a vehicle, four times a second, and
 * what happens to it. A client that is slow to read gets the newest value of each signal when it reads
 * on, never a queue of old ones. One look at a status serves all who may see the same of it.
 *
 * Messages have an id that grows: the moment (ms since 1970) of the look. A client that comes back with
 * the last id it had gets what was measured and what has happened since, even after a restart.
 */
import { isLocating, type VehicleEvent, vehicleCloudEvent } from '../../model/event.ts'
import type { EventReader, LiveEvents, StatusReader } from '../../model/ports.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { type SignalRow, signalRows } from '../views/signal-rows.ts'
import { type Visibility, visibleStatus } from '../views/visibility.ts'
import type { StreamSink } from './event-stream.ts'

/** How often it is looked what has changed. */
export const TICK_MS: Millis = 250
const HEARTBEAT_MS: Millis = 15_000
/** A client that takes nothing for so long is gone. */
const STUCK_MS: Millis = 60_000
/** How often it is looked whether a token is still good. */
const CHECK_MS: Millis = 5000
/** What has happened that a client can have missed. */
const MAX_EVENTS = 1000
const RESUME_MS: Millis = 24 * 3_600_000

export type LiveMessage =
  /** All that is known; or what is newer than the id that a client came back with. */
  | { type: 'snapshot'; id: number; data: { resumed: boolean; signals: LiveSignal[] } }
  | { type: 'signals'; id: number; data: { signals: LiveSignal[] } }
  | { type: 'event'; id: number; data: object }
  | { type: 'end'; id: number; data: { reason: string } }

export type LiveSignal = Pick<SignalRow, 'name' | 'value' | 'unit' | 'time' | 'quality' | 'source'>

export interface LiveQuery {
  vehicle: Vehicle
  seen: Visibility
  /** All where absent. */
  signals?: ReadonlySet<string>
  /** Between two messages with signals. */
  intervalMs: Millis
  withEvents: boolean
  lastId?: number
  /** Whether the token is as good as when the stream began. */
  isGood: () => boolean
}

export interface LiveFeedOptions {
  status: StatusReader
  events: EventReader | undefined
  happened: LiveEvents | undefined
  /** Somebody looks at these signals. */
  watch: (vehicle: string, signals: readonly SignalName[], until: Millis) => void
  now: () => Millis
  /** Calls again and again; returns how to end it. */
  every: (ms: Millis, run: () => void) => () => void
}

interface Client extends LiveQuery {
  sink: StreamSink
  /** Newest rows that it has not got yet. */
  pending: Map<string, LiveSignal>
  waiting: LiveMessage[]
  isReady: boolean
  sentAt: Millis
  signalsAt: Millis
  stuckSince: Millis
}

export class LiveFeed {
  readonly #options: LiveFeedOptions
  readonly #clients = new Set<Client>()
  /** By vehicle and what is seen of it: the newest rows. */
  readonly #views = new Map<string, Map<string, LiveSignal>>()
  #stopTicking: (() => void) | undefined
  #stopEvents: (() => void) | undefined
  #checked: Millis = 0
  #lastId = 0

  constructor(options: LiveFeedOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#clients.size
  }

  /**
   * Begins with a snapshot. The sink is given what to call when it takes more again; returns what to call
   * when the client has gone.
   */
  async open(query: LiveQuery, sinkOf: (ready: () => void) => StreamSink): Promise<() => void> {
    const missed = await this.#missed(query, this.#options.now())
    const now = this.#options.now()
    const resumed = missed !== undefined
    const signals = [...this.#view(query, now).values()].filter(
      ({ name, time }) => isWanted(query, name) && (!resumed || isAfter(time, query.lastId)),
    )
    const client: Client = {
      ...query,
      sink: sinkOf(() => this.#ready(client)),
      pending: new Map(),
      waiting: [],
      isReady: true,
      sentAt: now,
      signalsAt: now,
      stuckSince: now,
    }
    this.#clients.add(client)
    this.#send(client, { type: 'snapshot', id: this.#id(now), data: { resumed, signals } })
    for (const event of missed ?? []) this.#event(client, event, now)
    this.#start()
    return () => this.#remove(client)
  }

  /** Ends all streams. */
  stop(reason: string): void {
    for (const client of [...this.#clients]) this.#end(client, reason)
  }

  /** What a client has missed; undefined: it begins anew. */
  async #missed(query: LiveQuery, now: Millis): Promise<VehicleEvent[] | undefined> {
    const { lastId, vehicle, withEvents } = query
    if (lastId === undefined || lastId > now || now - lastId > RESUME_MS) return undefined
    if (!withEvents) return []
    const { events } = this.#options
    const window = { vehicle: vehicle.id, from: lastId + 1, to: now + 1, limit: MAX_EVENTS }
    return (await events?.events(window)) ?? []
  }

  #start(): void {
    if (this.#stopTicking !== undefined) return
    const { every, happened } = this.#options
    this.#stopTicking = every(TICK_MS, () => this.tick())
    this.#stopEvents = happened?.subscribe((event) => {
      const now = this.#options.now()
      for (const client of this.#clients) {
        if (client.vehicle.id === event.vehicle) this.#event(client, event, now)
      }
    })
  }

  #remove(client: Client): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    this.#stopTicking?.()
    this.#stopEvents?.()
    this.#stopTicking = undefined
    this.#stopEvents = undefined
    this.#views.clear()
  }

  /** One look at what has changed. */
  tick(): void {
    const now = this.#options.now()
    const changes = this.#changes(now)
    const isDue = Math.abs(now - this.#checked) >= CHECK_MS
    if (isDue) this.#checked = now
    for (const client of [...this.#clients]) {
      if (isDue && !this.#check(client, now)) continue
      for (const row of changes.get(keyOf(client)) ?? []) {
        if (isWanted(client, row.name)) client.pending.set(row.name, row)
      }
      this.#flush(client, now)
    }
  }

  /** False: it is ended. */
  #check(client: Client, now: Millis): boolean {
    if (!client.isGood()) {
      this.#end(client, 'the token is no longer valid')
      return false
    }
    if (!client.isReady && now - client.stuckSince >= STUCK_MS) {
      this.#remove(client)
      client.sink.close(true)
      return false
    }
    const names = client.signals
    if (names !== undefined) {
      this.#options.watch(client.vehicle.id, [...names] as SignalName[], now + 2 * CHECK_MS)
    }
    return true
  }

  #end(client: Client, reason: string): void {
    this.#remove(client)
    const message: LiveMessage = {
      type: 'end',
      id: this.#id(this.#options.now()),
      data: { reason },
    }
    if (client.isReady) client.sink.send(message)
    client.sink.close(!client.isReady)
  }

  #flush(client: Client, now: Millis): void {
    if (!client.isReady) return
    if (client.pending.size > 0 && now - client.signalsAt >= client.intervalMs) {
      const data = { signals: [...client.pending.values()] }
      client.pending.clear()
      client.signalsAt = now
      this.#send(client, { type: 'signals', id: this.#id(now), data })
    } else if (now - client.sentAt >= HEARTBEAT_MS) {
      client.sentAt = now
      client.sink.heartbeat()
    }
  }

  #event(client: Client, event: VehicleEvent, now: Millis): void {
    const { withEvents, seen } = client
    if (!withEvents || !seen.nonLocation) return
    if (isLocating(event.type) && seen.location !== 'exact') return
    const data = vehicleCloudEvent(event, client.vehicle)
    this.#send(client, { type: 'event', id: this.#id(now), data })
  }

  /** What cannot be sent now is kept: events are few, and each counts. */
  #send(client: Client, message: LiveMessage): void {
    if (!client.isReady) {
      if (client.waiting.length < MAX_EVENTS) client.waiting.push(message)
      return
    }
    const now = this.#options.now()
    client.sentAt = now
    client.isReady = client.sink.send(message)
    if (!client.isReady) client.stuckSince = now
  }

  #ready(client: Client): void {
    if (!this.#clients.has(client)) return
    client.isReady = true
    const { waiting } = client
    client.waiting = []
    for (const message of waiting) this.#send(client, message)
    this.#flush(client, this.#options.now())
  }

  /** Rows that are not what they were at the last look, by what is seen of which vehicle. */
  #changes(now: Millis): Map<string, LiveSignal[]> {
    const changes = new Map<string, LiveSignal[]>()
    for (const client of this.#clients) {
      const key = keyOf(client)
      if (changes.has(key)) continue
      const before = this.#views.get(key)
      this.#views.delete(key)
      const rows = [...this.#view(client, now).values()]
      changes.set(
        key,
        rows.filter((row) => !isSame(row, before?.get(row.name))),
      )
    }
    return changes
  }

  #view(query: LiveQuery, now: Millis): Map<string, LiveSignal> {
    const key = keyOf(query)
    const known = this.#views.get(key)
    if (known !== undefined) return known
    const { vehicle, seen } = query
    const visible = visibleStatus(this.#options.status.status(vehicle.id), seen)
    const view = new Map<string, LiveSignal>()
    for (const row of signalRows(visible, seen, now)) {
      if (row.value !== undefined) view.set(row.name, liveSignal(row))
    }
    this.#views.set(key, view)
    return view
  }

  #id(now: Millis): number {
    this.#lastId = Math.max(this.#lastId + 1, now)
    return this.#lastId
  }
}

function keyOf({ vehicle, seen }: LiveQuery): string {
  return `${vehicle.id}\u0000${seen.location}${seen.identity}${seen.nonLocation}`
}

function isWanted({ signals }: LiveQuery, name: string): boolean {
  return signals === undefined || signals.has(name)
}

function isAfter(time: string | undefined, id: number | undefined): boolean {
  return time !== undefined && id !== undefined && Date.parse(time) > id
}

function isSame(row: LiveSignal, before: LiveSignal | undefined): boolean {
  return (
    before !== undefined &&
    row.time === before.time &&
    row.value === before.value &&
    row.quality === before.quality
  )
}

function liveSignal({ name, value, unit, time, quality, source }: SignalRow): LiveSignal {
  return {
    name,
    unit,
    ...(value === undefined ? {} : { value }),
    ...(time === undefined ? {} : { time }),
    ...(quality === undefined ? {} : { quality }),
    ...(source === undefined ? {} : { source }),
  }
}
