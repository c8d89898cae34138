/**
 * What comes from the broker and what is there for others to read of the gateway's shape: commands
 * and Home Assistant, as the publisher drives them, each only where it is configured.
 */
import type { Clock, Logger } from '../../model/ports.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import type { Timers } from '../outbox-port.ts'
import { type CommandSettings, type Commands, createCommands } from './commands.ts'
import {
  createHomeAssistant,
  type HomeAssistant,
  type HomeAssistantSettings,
} from './home-assistant.ts'
import type { Message } from './in-flight.ts'
import type { MessageHandler } from './subscriptions.ts'
import { topicPart } from './uplink-options.ts'

interface Shared {
  root: string
  gatewayId: string
  vehicles(): readonly Vehicle[]
  publish(message: Message): Promise<void>
  clock: Clock
  timers: Timers
  random: () => number
  logger: Logger
}

export class Inbound {
  private readonly commands: Commands | undefined
  private readonly homeAssistant: HomeAssistant | undefined

  constructor(
    shared: Shared,
    settings: {
      commands?: CommandSettings | undefined
      homeAssistant?: HomeAssistantSettings | undefined
    },
  ) {
    const { commands, homeAssistant } = settings
    if (commands !== undefined) this.commands = createCommands({ ...shared, ...commands })
    if (homeAssistant === undefined) return
    topicPart(homeAssistant.prefix, "Home Assistant's prefix")
    this.homeAssistant = createHomeAssistant({ ...shared, ...homeAssistant })
  }

  /** Once for every client; it subscribes again on each connection. */
  subscribe(client: {
    subscribe(filters: readonly string[], handler: MessageHandler): unknown
  }): void {
    for (const part of [this.commands, this.homeAssistant]) {
      const filters = part?.filters() ?? []
      if (filters.length > 0) client.subscribe(filters, (message) => part?.received(message))
    }
  }

  connected(): void {
    this.homeAssistant?.connected()
  }

  disconnected(): void {
    this.homeAssistant?.disconnected()
  }

  statusChanged(vehicle: string): void {
    this.homeAssistant?.statusChanged(vehicle)
  }

  async stop(): Promise<void> {
    this.homeAssistant?.disconnected()
    await this.commands?.stop()
  }
}
