/** An uplink with a journal in memory and short waits, and a subscriber to look at its broker. */
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { createMqttUplink } from '../../src/uplink/mqtt/publisher.ts'
import type { MqttUplinkOptions } from '../../src/uplink/mqtt/uplink-options.ts'
import { MemoryLogger, MemoryStore, systemClock, van } from './mqtt-fixtures.ts'

export function uplinkOf(options: Partial<MqttUplinkOptions> = {}) {
  const store = options.store instanceof MemoryStore ? options.store : new MemoryStore()
  const logger = new MemoryLogger()
  const status = { current: { odometer: 1 } as object | undefined }
  const uplink = createMqttUplink({
    gatewayId: 'gw1',
    vehicles: () => [van],
    statusJson: () => status.current,
    healthJson: () => ({ status: 'ok' }),
    clock: systemClock,
    ...options,
    store,
    logger,
    timings: { backoffMs: 20, maxBackoffMs: 100, retryMs: 20, saveMs: 50, ...options.timings },
  })
  return { uplink, store, logger, status }
}

export interface Received {
  topic: string
  payload: string
  bytes: Buffer
  retain: boolean
  contentType: string | undefined
}

/** Subscribes, to everything under `odograph/` unless told otherwise, and keeps what comes. */
export class Listener {
  readonly messages: Received[] = []
  readonly client: MqttClient

  private constructor(client: MqttClient) {
    this.client = client
    client.on('message', (topic, payload, packet) => {
      this.messages.push({
        topic,
        payload: payload.toString(),
        bytes: payload,
        retain: packet.retain,
        contentType: packet.properties?.contentType,
      })
    })
  }

  static async at(
    url: string,
    options: IClientOptions = {},
    topics: string | string[] = 'odograph/#',
  ): Promise<Listener> {
    const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 20, ...options })
    const listener = new Listener(client)
    await client.subscribeAsync(topics, { qos: 1 })
    return listener
  }

  /** Payloads of a topic, oldest first. */
  of(topic: string): string[] {
    return this.messages.filter((message) => message.topic === topic).map(({ payload }) => payload)
  }

  last(topic: string): string | undefined {
    return this.of(topic).at(-1)
  }

  /** The ids of the records in the order in which each was first seen. */
  recordIds(): string[] {
    return [
      ...new Set(this.of('odograph/van/records').map((text) => JSON.parse(text).id as string)),
    ]
  }

  /** As soon as so many different records have come, in the same turn. */
  seen(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.recordIds().length < count) return
        this.client.off('message', look)
        resolve()
      }
      this.client.on('message', look)
      look()
    })
  }

  async end(): Promise<void> {
    await this.client.endAsync(true)
  }
}
