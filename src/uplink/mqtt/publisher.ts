/**
 * The MQTT uplink: what of the gateway goes to which topic (the MQTT contract), over one
 * connection. Records and events come from the journal, each through an outbox of its own;
 * everything else is the newest value of its topic and is published again on every new connection.
 */
import { messageOf, OdographError } from '../../model/errors.ts'
import type { StoredEvent } from '../../model/event.ts'
import type { StoredRecord } from '../../model/record.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { type EncodedRecord, encodeEvent, encodeRecord, type RecordEncoding } from '../codec.ts'
import { Outbox } from '../outbox.ts'
import { systemTimers, type Timers } from '../outbox-port.ts'
import { createBroker } from './broker.ts'
import { type ConnectionState, MqttClient } from './client.ts'
import { EmbeddedStarter } from './embedded.ts'
import type { Message } from './in-flight.ts'
import { Inbound } from './inbound.ts'
import { StatusLane } from './status-lane.ts'
import {
  type EmbeddedAddress,
  type MqttUplink,
  type MqttUplinkOptions,
  outboxTimings,
  topicPart,
  type UplinkState,
} from './uplink-options.ts'

export type { MqttUplink, MqttUplinkOptions, UplinkState } from './uplink-options.ts'

const SINK = 'mqtt'
const EVENT_SINK = 'mqtt-events'
const JSON_TYPE = 'application/json'

/** Throws `config-invalid` for a URL, an address or an id that cannot be used. */
export function createMqttUplink(options: MqttUplinkOptions): MqttUplink {
  return new Uplink(options)
}

class Uplink implements MqttUplink {
  private readonly options: MqttUplinkOptions
  private readonly timers: Timers
  private readonly root: string
  private readonly embedded: EmbeddedStarter | undefined
  private readonly outbox: Outbox
  private readonly eventOutbox: Outbox<StoredEvent> | undefined
  private readonly statuses: StatusLane
  private readonly inbound: Inbound
  private client: MqttClient | undefined
  private running = false
  private ending: Promise<void> | undefined
  private cancelHealth: (() => void) | undefined
  private healthBusy = false
  /** Records of vehicles that are no longer configured, by vehicle. */
  private readonly orphans = new Map<string, number>()

  constructor(options: MqttUplinkOptions) {
    this.options = options
    this.timers = options.timers ?? systemTimers
    this.root = topicPart(options.root ?? 'odograph', 'MQTT root')
    topicPart(options.gatewayId, 'gateway id')
    const { embedded, url, logger, clock, timings = {}, window, store, events } = options
    this.inbound = this.createInbound()
    if (embedded !== undefined) this.embedded = this.createEmbedded(embedded)
    else if (url !== undefined) this.client = this.createClient(url)
    else
      throw new OdographError(
        'config-invalid',
        'MQTT',
        'neither a broker URL nor an embedded broker',
      )
    const lane = {
      ...outboxTimings(timings),
      logger,
      timers: this.timers,
      ...(window === undefined ? {} : { window }),
    }
    this.outbox = new Outbox({
      ...lane,
      sink: SINK,
      store,
      deliver: (record) => this.deliver('records', record, encodeRecord),
    })
    this.eventOutbox =
      events &&
      new Outbox<StoredEvent>({
        ...lane,
        sink: EVENT_SINK,
        store: events,
        deliver: (event) => this.deliver('events', event, encodeEvent),
      })
    this.statuses = new StatusLane({
      status: (vehicle) => this.statusText(vehicle),
      publish: (vehicle, payload) =>
        this.retain(this.topic(vehicle, 'status'), payload, { qos: 1, contentType: JSON_TYPE }),
      intervalMs: timings.statusMs ?? 1_000,
      clock,
      timers: this.timers,
      logger,
    })
  }

  start(): void {
    if (this.ending !== undefined) {
      void this.ending.then(() => this.start())
      return
    }
    if (this.running) return
    this.running = true
    this.outbox.start()
    this.eventOutbox?.start()
    if (this.embedded === undefined) this.client?.start()
    else this.embedded.start()
  }

  stop(): Promise<void> {
    if (this.ending !== undefined) return this.ending
    if (!this.running) return Promise.resolve()
    this.running = false
    this.ending = this.shutDown().finally(() => {
      this.ending = undefined
    })
    return this.ending
  }

  wake(): void {
    this.outbox.wake()
    this.eventOutbox?.wake()
  }

  statusChanged(vehicleId: string): void {
    this.statuses.changed(vehicleId)
    this.inbound.statusChanged(vehicleId)
  }

  hold(_reason: string | undefined): void {
    // Records are not held back yet.
  }

  health(): { state: UplinkState; detail: string; unsent: number } {
    const records = this.outbox.health()
    const events = this.eventOutbox?.health()
    const connection = this.connectionHealth()
    const isConnected = connection.state === 'connected'
    const details = [connection.detail]
    for (const [name, lane] of Object.entries({ records, events })) {
      if (isConnected && lane?.detail) details.push(`${name} wait: ${lane.detail}`)
    }
    const isParked = records.state === 'parked' || events?.state === 'parked'
    for (const [vehicle, count] of this.orphans) {
      details.push(`${count} records of '${vehicle}', which is not configured, were left out`)
    }
    return {
      state: isConnected && isParked ? 'parked' : connection.state,
      detail: details.join('; '),
      unsent: records.unsent + (events?.unsent ?? 0),
    }
  }

  private connectionHealth(): { state: ConnectionState; detail: string } {
    if (this.client !== undefined) return this.client.health()
    if (!this.running) return { state: 'stopped', detail: 'stopped' }
    return { state: 'waiting', detail: this.embedded?.detail() ?? '' }
  }

  private createEmbedded(options: EmbeddedAddress): EmbeddedStarter {
    const { logger, timings } = this.options
    return new EmbeddedStarter({
      broker: createBroker({ ...options, logger }),
      retryMs: timings?.listenMs ?? 10_000,
      timers: this.timers,
      logger,
      onListening: (port) => {
        const host = options.host ?? '127.0.0.1'
        this.client = this.createClient(`mqtt://${host.includes(':') ? `[${host}]` : host}:${port}`)
        this.client.start()
      },
    })
  }

  private createClient(url: string): MqttClient {
    const { gatewayId, embedded } = this.options
    const client = new MqttClient({
      ...this.options,
      url,
      ...(embedded === undefined ? {} : { protocolVersion: 4 as const }),
      clientId: `${this.root.replaceAll('/', '-')}-${gatewayId}`,
      availabilityTopic: this.topic(gatewayId, 'availability'),
      onConnected: (window) => this.connected(window),
      onDisconnected: () => this.disconnected(),
    })
    this.inbound.subscribe(client)
    return client
  }

  private createInbound(): Inbound {
    const { options, timers, root } = this
    const publish = (message: Message) => this.send(message)
    const random = options.random ?? Math.random
    return new Inbound({ ...options, root, timers, random, publish }, options)
  }

  private connected(window: number): void {
    this.outbox.connected(window)
    this.eventOutbox?.connected(window)
    this.statuses.connected(this.options.vehicles().map((vehicle) => vehicle.id))
    this.inbound.connected()
    this.publishHealth()
  }

  private disconnected(): void {
    this.outbox.disconnected()
    this.eventOutbox?.disconnected()
    this.statuses.disconnected()
    this.inbound.disconnected()
    this.cancelHealth?.()
    this.cancelHealth = undefined
  }

  private deliver<T extends StoredRecord | StoredEvent>(
    name: 'records' | 'events',
    stored: T,
    encode: (stored: T, vehicle: Vehicle, encoding: RecordEncoding) => EncodedRecord,
  ): Promise<void> {
    const vehicle = this.options.vehicles().find(({ id }) => id === stored.vehicle)
    if (vehicle === undefined) {
      this.leaveOut(stored.vehicle)
      return Promise.resolve()
    }
    const { contentType, payload } = encode(stored, vehicle, this.options.encoding ?? 'json')
    const topic = this.topic(vehicle.id, name)
    return this.send({ topic, payload, qos: 1, retain: false, contentType })
  }

  /** A vehicle that was removed must not hold up the others; its records stay in the journal. */
  private leaveOut(vehicle: string): void {
    const count = (this.orphans.get(vehicle) ?? 0) + 1
    this.orphans.set(vehicle, count)
    if (count > 1) return
    this.options.logger.error(
      { vehicle },
      'records of a vehicle that is not configured are left out',
    )
  }

  private statusText(vehicle: string): string | undefined {
    const status = this.options.statusJson(vehicle)
    return status === undefined ? undefined : JSON.stringify(status)
  }

  private publishHealth(): void {
    this.cancelHealth?.()
    this.cancelHealth = this.timers.after(this.options.timings?.healthMs ?? 60_000, () =>
      this.publishHealth(),
    )
    // on a link that is stuck they would pile up
    if (this.healthBusy) return
    this.healthBusy = true
    this.sendHealth()
      .catch((error) =>
        this.options.logger.debug({ detail: messageOf(error) }, 'health not published'),
      )
      .finally(() => {
        this.healthBusy = false
      })
  }

  private async sendHealth(): Promise<void> {
    const payload = JSON.stringify(this.options.healthJson())
    const topic = this.topic(this.options.gatewayId, 'health')
    await this.retain(topic, payload, { qos: 0, contentType: JSON_TYPE })
  }

  private retain(
    topic: string,
    payload: string,
    how: { qos: 0 | 1; contentType: string },
  ): Promise<void> {
    return this.send({ topic, payload, retain: true, ...how })
  }

  private send(message: Message): Promise<void> {
    // the outbox and the lanes are told of a connection by the client, so there is one
    return this.client?.publish(message) ?? Promise.reject(new Error('no connection yet'))
  }

  private topic(id: string, name: string): string {
    return `${this.root}/${id}/${name}`
  }

  private async shutDown(): Promise<void> {
    this.statuses.disconnected()
    await Promise.all([this.outbox.stop(), this.eventOutbox?.stop(), this.inbound.stop()])
    await this.embedded?.stop()
    await this.client?.stop()
    if (this.embedded === undefined) return
    await this.embedded.close()
    this.client = undefined
  }
}
