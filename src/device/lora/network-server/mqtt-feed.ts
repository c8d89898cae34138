/** A network server whose events come over MQTT: ChirpStack, The Things Stack, a Helium Console. */
import type { LoraFeed, LoraFeedEvents, LoraUplink } from '../../../model/lora.ts'
import type { Clock, SourceHealth } from '../../../model/ports.ts'
import type { Subscribe, Subscription } from '../../../model/subscribe.ts'
import type { Millis } from '../../../model/time.ts'
import { ServerDesk } from './server-desk.ts'
import type { ServerReader } from './server-message.ts'

export interface MqttFeedOptions {
  id: string
  read: ServerReader
  topics: readonly string[]
  subscribe: Subscribe
  simulated: boolean
  seen?: Iterable<LoraUplink>
}

export function createMqttFeed(options: MqttFeedOptions, context: { clock: Clock }): LoraFeed {
  return new MqttFeed(options, context.clock)
}

const states = {
  stopped: 'stopped',
  connecting: 'starting',
  connected: 'running',
  waiting: 'waiting',
  refused: 'waiting',
} as const satisfies Record<ReturnType<Subscription['health']>['state'], SourceHealth['state']>

class MqttFeed implements LoraFeed {
  readonly id: string
  readonly #options: MqttFeedOptions
  readonly #clock: Clock
  readonly #desk: ServerDesk
  #subscription: Subscription | undefined
  #since: Millis = 0
  #connections = 0

  constructor(options: MqttFeedOptions, clock: Clock) {
    this.id = options.id
    this.#options = options
    this.#clock = clock
    this.#desk = new ServerDesk(options)
  }

  start(events: LoraFeedEvents): void {
    if (this.#subscription !== undefined) return
    const { topics, subscribe } = this.#options
    this.#desk.open(events)
    this.#since = this.#clock.now()
    this.#subscription = subscribe({
      topics,
      message: (topic, payload) => this.#message(topic, payload),
      changed: () => {
        this.#since = this.#clock.now()
        if (this.#subscription?.health().state === 'connected') this.#connections += 1
        events.health(this.health())
      },
    })
  }

  async stop(): Promise<void> {
    const subscription = this.#subscription
    this.#subscription = undefined
    await subscription?.stop()
    this.#desk.close()
  }

  shift(delta: Millis, since: Millis): void {
    this.#desk.shift(delta, since)
  }

  health(): SourceHealth {
    const { state, detail } = this.#subscription?.health() ?? {
      state: 'stopped',
      detail: 'stopped',
    }
    const reopened = Math.max(this.#connections - 1, 0)
    const counts = { frames: this.#desk.uplinks, reopened }
    return { state: states[state], detail, since: this.#since, ...counts }
  }

  /** What throws comes again: the broker is not told that it was taken. */
  #message(topic: string, body: Uint8Array): void {
    const context = { source: this.id, receivedAt: this.#clock.now() }
    const event = topic.slice(topic.lastIndexOf('/') + 1)
    this.#desk.take(this.#options.read({ topic, event, body }, context))
  }
}
