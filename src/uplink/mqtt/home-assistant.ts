/**
 * Home Assistant discovery: when which message is published, retained, and when it is taken back.
 * Only what a vehicle has ever shown is announced, so that Home Assistant is not filled with entities
 * that nothing will come for; what is shown for the first time follows a few seconds later. What is
 * retained on the broker is remembered over a restart, so that switching it off removes it.
 */
import { messageOf } from '../../model/errors.ts'
import type { Logger } from '../../model/ports.ts'
import { isSignalName } from '../../model/signals.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import type { Timers } from '../outbox-port.ts'
import {
  type DiscoveryMessage,
  type DiscoveryNames,
  gatewayMessage,
  gatewayTopic,
  type Shown,
  vehicleMessage,
  vehicleTopic,
} from './home-assistant-config.ts'
import type { Message } from './in-flight.ts'
import type { IncomingMessage } from './subscriptions.ts'

/** Plain JSON that is still there after a restart. */
export interface KeptState {
  kept(): unknown
  keep(state: unknown): void
}

export interface HomeAssistantSettings
  extends Pick<DiscoveryNames, 'prefix' | 'version' | 'statusSeconds' | 'healthSeconds'> {
  /** Switched off it only takes back what it left on the broker. */
  enabled: boolean
  /** What there are values of now; what there were before is remembered here. */
  shown(vehicle: string): Iterable<Shown>
  kept: KeptState
}

export interface HomeAssistantOptions extends HomeAssistantSettings {
  root: string
  gatewayId: string
  vehicles(): readonly Vehicle[]
  publish(message: Message): Promise<void>
  timers: Timers
  /** In [0, 1): a fleet must not answer Home Assistant's start all at once. */
  random: () => number
  logger: Logger
}

export interface HomeAssistant {
  /** Topics to subscribe to. */
  filters(): string[]
  received(message: IncomingMessage): void
  connected(): void
  /** Also before the end: no timer stays. */
  disconnected(): void
  statusChanged(vehicle: string): void
}

const NEW_SIGNAL_MS = 10_000
const BIRTH_MS = 5_000

interface Remembered {
  /** Topics that hold a message on the broker. */
  topics: Set<string>
  /** By vehicle. */
  shown: Map<string, Set<Shown>>
}

export function createHomeAssistant(options: HomeAssistantOptions): HomeAssistant {
  return new Discovery(options)
}

class Discovery implements HomeAssistant {
  private readonly options: HomeAssistantOptions
  private remembered: Remembered | undefined
  private online = false
  /** Waits that are under way: of vehicles, and of Home Assistant's start under ''. */
  private readonly waits = new Map<string, () => void>()

  constructor(options: HomeAssistantOptions) {
    this.options = options
  }

  filters(): string[] {
    return this.options.enabled ? [this.birthTopic()] : []
  }

  received({ topic, payload }: IncomingMessage): void {
    if (topic !== this.birthTopic() || payload.toString() !== 'online') return
    this.wait('', this.options.random() * BIRTH_MS, () => this.announceAll())
  }

  connected(): void {
    this.online = true
    this.takeBack()
    if (this.options.enabled) this.announceAll()
  }

  disconnected(): void {
    this.online = false
    for (const cancel of this.waits.values()) cancel()
    this.waits.clear()
  }

  statusChanged(vehicle: string): void {
    if (!this.options.enabled) return
    this.wait(vehicle, NEW_SIGNAL_MS, () => {
      const found = this.options.vehicles().find(({ id }) => id === vehicle)
      if (found !== undefined && this.learn(vehicle)) this.announce(found)
    })
  }

  private birthTopic(): string {
    return `${this.options.prefix}/status`
  }

  private wait(key: string, delayMs: number, run: () => void): void {
    if (!this.online || this.waits.has(key)) return
    const cancel = this.options.timers.after(delayMs, () => {
      this.waits.delete(key)
      run()
    })
    this.waits.set(key, cancel)
  }

  private announceAll(): void {
    this.publish(gatewayTopic(this.options), gatewayMessage(this.options))
    for (const vehicle of this.options.vehicles()) {
      this.learn(vehicle.id)
      this.announce(vehicle)
    }
  }

  private announce(vehicle: Vehicle): void {
    const shown = this.memory().shown.get(vehicle.id) ?? new Set<Shown>()
    const message = vehicleMessage(this.options, vehicle, shown)
    if (message !== undefined) this.publish(vehicleTopic(this.options, vehicle.id), message)
  }

  /** Whether there was something new. */
  private learn(vehicle: string): boolean {
    const { shown } = this.memory()
    const known = shown.get(vehicle) ?? new Set<Shown>()
    const before = known.size
    for (const name of this.options.shown(vehicle)) known.add(name)
    if (known.size === before) return false
    shown.set(vehicle, known)
    this.remember()
    return true
  }

  /** Remembered before it is published: what a power cut comes between must not be forgotten. */
  private publish(topic: string, message: DiscoveryMessage): void {
    const { topics } = this.memory()
    if (!topics.has(topic)) {
      topics.add(topic)
      this.remember()
    }
    this.send(topic, JSON.stringify(message)).catch((error) => this.failed(topic, error))
  }

  /** An empty retained message removes the device (MQTT 5.0, 3.3.1.3; discovery of the integration). */
  private takeBack(): void {
    const { topics, shown } = this.memory()
    const wanted = new Set(this.options.enabled ? this.topics() : [])
    for (const topic of topics) {
      if (wanted.has(topic)) continue
      const removed = () => {
        topics.delete(topic)
        if (!this.options.enabled && topics.size === 0) shown.clear()
        this.remember()
      }
      this.send(topic, '').then(removed, (error) => this.failed(topic, error))
    }
  }

  private topics(): string[] {
    const vehicles = this.options.vehicles().map(({ id }) => vehicleTopic(this.options, id))
    return [gatewayTopic(this.options), ...vehicles]
  }

  private send(topic: string, payload: string): Promise<void> {
    return this.options.publish({ topic, payload, qos: 1, retain: true })
  }

  private failed(topic: string, error: unknown): void {
    // all of it is published again on the next connection
    if (!this.online) return
    const fields = { topic, detail: messageOf(error) }
    this.options.logger.warn(fields, 'a discovery message could not be published')
  }

  private memory(): Remembered {
    if (this.remembered !== undefined) return this.remembered
    let kept: unknown
    try {
      kept = this.options.kept.kept()
    } catch (error) {
      this.notKept(error)
    }
    this.remembered = remembered(kept)
    return this.remembered
  }

  private remember(): void {
    const { topics, shown } = this.memory()
    const byVehicle = [...shown].map(([vehicle, names]) => [vehicle, [...names]])
    try {
      this.options.kept.keep({ topics: [...topics], shown: Object.fromEntries(byVehicle) })
    } catch (error) {
      this.notKept(error)
    }
  }

  /** A journal that fails says so itself; discovery goes on and forgets at the next start. */
  private notKept(error: unknown): void {
    const fields = { detail: messageOf(error) }
    this.options.logger.warn(fields, 'what was announced to Home Assistant cannot be remembered')
  }
}

/** What was kept is ours, but of an earlier version perhaps: what cannot be read is left out. */
function remembered(state: unknown): Remembered {
  const { topics, shown } = (state ?? {}) as { topics?: unknown; shown?: unknown }
  const vehicles = typeof shown === 'object' && shown !== null ? Object.entries(shown) : []
  return {
    topics: new Set(texts(topics)),
    shown: new Map(vehicles.map(([id, names]) => [id, new Set(texts(names).filter(isShown))])),
  }
}

function isShown(name: string): name is Shown {
  return name === 'troubleCodes' || isSignalName(name)
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
