/**
 * The sinks beside MQTT, as they are configured: each with lanes of its own over the journal. Where
 * records are to be gathered before they go out, such as into files, all take the backlog lane, which
 * is looked at as often as the batches want.
 */
import type { Config, SinkConfig } from '../config/schema.ts'
import { messageOf } from '../model/errors.ts'
import type { StoredEvent } from '../model/event.ts'
import type { Clock, Logger } from '../model/ports.ts'
import type { StoredRecord } from '../model/record.ts'
import type { Millis } from '../model/time.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { encodeRecords } from '../uplink/batch-codec.ts'
import { encodeEvent } from '../uplink/codec.ts'
import type { Batch } from '../uplink/lanes/lane-store.ts'
import { Lanes, type Spent } from '../uplink/lanes/lanes.ts'
import { Outbox } from '../uplink/outbox.ts'
import { DeliveryError, systemTimers, type Timers } from '../uplink/outbox-port.ts'
import { createSink } from '../uplink/sinks/create-sink.ts'
import { adviceOf, type Sink, type SinkMessage } from '../uplink/sinks/sink.ts'
import type { Storage } from './storage.ts'

export interface SinksOptions {
  settings: Config['sinks']
  gateway: string
  storage: Pick<Storage, 'journal' | 'reader'>
  vehicles: () => readonly Vehicle[]
  logger: Logger
  clock: Clock
  timers?: Timers
  found: (sentence: string) => void
}

export interface SinkReport {
  name: string
  state: string
  /** A sentence for people, without secrets. */
  detail: string
  /** Records and events that it does not have yet. */
  unsent: number
  /** When the oldest record that it does not have was received. */
  oldestUnsent: Millis | undefined
}

/** Who waits longer than this gets no record alone. */
const GATHER_MS: Millis = 5000
const DEFLATED = ';content-encoding=deflate'

export class Sinks {
  readonly #lines: SinkLine[] = []

  constructor(options: SinksOptions) {
    for (const settings of options.settings) {
      try {
        this.#lines.push(new SinkLine(settings, options))
      } catch (error) {
        options.found(`${messageOf(error)} (sink ${settings.name})`)
      }
    }
  }

  start(): void {
    for (const line of this.#lines) line.start()
  }

  /** The journal has committed. */
  wake(): void {
    for (const line of this.#lines) line.wake()
  }

  /** With a reason, nothing goes out until it is called without one. */
  hold(reason: string | undefined): void {
    for (const line of this.#lines) line.hold(reason)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#lines.map((line) => line.stop()))
  }

  health(): SinkReport[] {
    return this.#lines.map((line) => line.health())
  }
}

class SinkLine {
  readonly #settings: SinkConfig
  readonly #options: SinksOptions
  readonly #timers: Timers
  readonly #sink: Sink
  readonly #lanes: Lanes | undefined
  readonly #events: Outbox<StoredEvent> | undefined
  #unwatch: () => void = () => undefined
  #cancelGather: (() => void) | undefined

  /** Throws `config-invalid`. */
  constructor(settings: SinkConfig, options: SinksOptions) {
    const { gateway, logger, clock, timers = systemTimers } = options
    this.#settings = settings
    this.#options = options
    this.#timers = timers
    this.#sink = createSink(settings, { gateway, clock, logger, timers })
    const { lanes } = settings
    if (lanes.includes('live') || lanes.includes('backlog')) this.#lanes = this.#createLanes()
    if (lanes.includes('events')) this.#events = this.#createEvents()
  }

  start(): void {
    this.#lanes?.start()
    this.#events?.start()
    this.#unwatch = this.#sink.watch((isReachable) => {
      if (isReachable) this.#lanes?.connected()
      else this.#lanes?.disconnected()
      if (isReachable) this.#events?.connected()
      else this.#events?.disconnected()
    })
    this.#sink.start()
  }

  wake(): void {
    this.#events?.wake()
    if (!this.#gathers) this.#lanes?.wake()
    else {
      this.#cancelGather ??= this.#timers.after(this.#settings.batch.seconds * 1000, () => {
        this.#cancelGather = undefined
        this.#lanes?.wake()
      })
    }
  }

  hold(reason: string | undefined): void {
    this.#lanes?.hold(reason)
  }

  async stop(): Promise<void> {
    this.#cancelGather?.()
    this.#unwatch()
    await Promise.all([this.#lanes?.stop(), this.#events?.stop()])
    await this.#sink.stop()
  }

  health(): SinkReport {
    const { state, detail } = this.#sink.health()
    const lanes = this.#lanes?.health()
    const waits = lanes?.waits.filter((sentence) => sentence !== detail) ?? []
    const unsent = (lanes?.live.unsent ?? 0) + (lanes?.backlog.unsent ?? 0)
    const events = this.#events?.health().unsent ?? 0
    const { name } = this.#settings
    return {
      ...{ name, state, detail: [detail, ...waits].join('; ') },
      unsent: unsent + events,
      oldestUnsent: lanes?.oldestUnsent,
    }
  }

  get #gathers(): boolean {
    const { lanes, batch } = this.#settings
    return !lanes.includes('live') || batch.seconds * 1000 > GATHER_MS
  }

  #createLanes(): Lanes {
    const { name, encoding, deflate, batch, bytesPerHour, lanes } = this.#settings
    const { storage, vehicles, logger, clock } = this.#options
    const format = { encoding, deflate }
    return new Lanes({
      sink: name,
      store: storage.journal,
      reader: storage.reader.backlog(format, vehicles),
      deliver: (record, spent) => this.#deliver(record, spent),
      deliverBatch: (found, spent) =>
        lanes.includes('backlog') || this.#gathers
          ? this.#deliverBatch(found, spent)
          : Promise.resolve(),
      leftOut: (vehicle) => logger.warn({ sink: name, vehicle }, 'records were left out'),
      ...{ logger, clock, bytesPerHour, timers: this.#timers },
      batchRecords: batch.records,
      batchBytes: batch.bytes,
      window: 1,
      backlogWindow: 1,
      ...(this.#gathers ? { liveMs: 0 } : {}),
    })
  }

  #createEvents(): Outbox<StoredEvent> {
    const { name, encoding } = this.#settings
    const { storage, logger } = this.#options
    return new Outbox<StoredEvent>({
      sink: `${name}-events`,
      store: storage.journal.events,
      deliver: (event) => {
        const vehicle = this.#vehicleOf(event.vehicle)
        if (vehicle === undefined) return Promise.resolve()
        const { id, seq, time } = event
        const made = encodeEvent(event, vehicle, encoding === 'cbor' ? 'cbor' : 'json')
        const span = { firstSeq: seq, lastSeq: seq, firstTime: time }
        const place = { vehicle: vehicle.id, lane: 'events', count: 1, key: id, span } as const
        return this.#send({ ...place, ...made })
      },
      ...{ logger, timers: this.#timers, window: 1 },
    })
  }

  #deliver(record: StoredRecord, spent: Spent): Promise<void> {
    const vehicle = this.#vehicleOf(record.vehicle)
    if (vehicle === undefined) return Promise.resolve()
    const { encoding, deflate } = this.#settings
    const { id, seq, time } = record
    const made = encodeRecords([record], vehicle, { encoding, deflate })
    const span = { firstSeq: seq, lastSeq: seq, firstTime: time }
    spent(made.payload.byteLength)
    return this.#send({ vehicle: vehicle.id, lane: 'live', count: 1, key: id, span, ...made })
  }

  async #deliverBatch(batch: Batch, spent: Spent): Promise<void> {
    const { span, vehicle } = batch
    const key = `${this.#options.gateway}-${vehicle}-${span.firstSeq}-${span.lastSeq}`
    spent(batch.payload.byteLength)
    try {
      await this.#send({ ...batch, lane: 'backlog', key })
    } catch (error) {
      if (adviceOf(error).split !== true || batch.count === 1) throw error
      this.#lanes?.connected(undefined, Math.floor(batch.payload.byteLength / 2))
      throw new DeliveryError('retry', messageOf(error))
    }
  }

  #send(message: SinkMessage): Promise<void> {
    const { contentType } = message
    if (!contentType.endsWith(DEFLATED)) return this.#sink.deliver(message)
    const plain = contentType.slice(0, -DEFLATED.length)
    return this.#sink.deliver({ ...message, contentType: plain, contentEncoding: 'deflate' })
  }

  #vehicleOf(id: string): Vehicle | undefined {
    return this.#options.vehicles().find((vehicle) => vehicle.id === id)
  }
}
