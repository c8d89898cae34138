/**
 * What comes from the broker, plugged to the parts that it reaches: commands to what REST is served
 * from, and Home Assistant to the vehicles' status.
 */
import type { Config } from '../config/schema.ts'
import type { CommandHandlers, StatusReader, TroubleCodeReader } from '../model/ports.ts'
import type { CommandSettings } from '../uplink/mqtt/commands.ts'
import type { HomeAssistantSettings } from '../uplink/mqtt/home-assistant.ts'
import { shownSignals } from '../uplink/mqtt/status-signals.ts'
import type { Journal } from '../uplink/store/journal.ts'

const PART = 'home-assistant'
const PREFIX = 'homeassistant'
const HEALTH_SECONDS = 60

export interface MqttInboundOptions {
  config: Config
  version: string
  status: StatusReader
  troubleCodes: TroubleCodeReader
  journal: Pick<Journal, 'kept' | 'keep'>
  handlers: CommandHandlers
  /** Whether the wall clock is worth anything. */
  isClockTrusted: () => boolean
}

export function mqttInbound(options: MqttInboundOptions): {
  commands: CommandSettings
  homeAssistant: HomeAssistantSettings
} {
  const { config, version, status, troubleCodes, journal, handlers, isClockTrusted } = options
  const { homeAssistant, commands } = config.mqtt
  return {
    commands: { ...commands, handlers, isClockTrusted },
    homeAssistant: {
      enabled: homeAssistant !== false,
      prefix: typeof homeAssistant === 'object' ? homeAssistant.prefix : PREFIX,
      version,
      statusSeconds: config.records.interval,
      healthSeconds: HEALTH_SECONDS,
      shown: (vehicle) => shownSignals(status.status(vehicle), troubleCodes.troubleCodes(vehicle)),
      kept: {
        kept: () => journal.kept(PART, ''),
        keep: (state) => journal.keep(PART, '', state),
      },
    },
  }
}
