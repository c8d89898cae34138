/**
 * MQTT as the gateway has it: what goes out is read from the journal and the vehicles' status; what
 * comes in, commands and Home Assistant's questions, reaches the parts that REST is served from.
 */
import { statusView } from '../api/views/status.ts'
import { hostAndPort } from '../config/address.ts'
import type { Config } from '../config/schema.ts'
import type {
  Clock,
  CommandHandlers,
  GatewayHealth,
  Logger,
  StatusReader,
  TroubleCodeReader,
  VehicleCommands,
} from '../model/ports.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { withoutUndefined } from '../model/without-undefined.ts'
import type { CommandSettings } from '../uplink/mqtt/commands.ts'
import type { BrokerAddress } from '../uplink/mqtt/connect-options.ts'
import type { HomeAssistantSettings } from '../uplink/mqtt/home-assistant.ts'
import {
  createMqttUplink,
  type MqttUplink,
  type MqttUplinkOptions,
} from '../uplink/mqtt/publisher.ts'
import { shownSignals, statusSignals } from '../uplink/mqtt/status-signals.ts'
import type { Storage } from './storage.ts'

const PART = 'home-assistant'
const PREFIX = 'homeassistant'
const HEALTH_SECONDS = 60

export interface GatewayMqttOptions {
  config: Config
  gatewayId: string
  version: string
  storage: Pick<Storage, 'journal' | 'reader'>
  vehicles: () => readonly Vehicle[]
  status: StatusReader
  troubleCodes: TroubleCodeReader
  commands: VehicleCommands
  health: () => GatewayHealth
  /** Whether the wall clock is worth anything. */
  isClockTrusted: () => boolean
  logger: Logger
  clock: Clock
}

/** Undefined where MQTT is switched off; throws `config-invalid`. */
export function createGatewayMqtt(options: GatewayMqttOptions): MqttUplink | undefined {
  const { config, gatewayId, storage, vehicles, health, logger, clock } = options
  const { mqtt } = config
  if (!mqtt.enabled) return undefined
  const { batches, deflate, bytesPerHour, encoding, window, root } = mqtt
  const batch = { encoding: batches, deflate }
  const statusJson = (vehicle: string) => statusOf(vehicle, options)
  return createMqttUplink({
    ...{ gatewayId, root, encoding, batch, bytesPerHour, window },
    ...brokerOf(mqtt),
    backlog: storage.reader.backlog(batch, vehicles),
    store: storage.journal,
    events: storage.journal.events,
    ...{ vehicles, statusJson, healthJson: health },
    commands: commandSettings(options, statusJson),
    homeAssistant: homeAssistantSettings(options),
    ...{ logger, clock },
  })
}

function brokerOf(mqtt: Config['mqtt']): Pick<MqttUplinkOptions, 'embedded' | keyof BrokerAddress> {
  const { url, listen, serverName: servername, username, password, passwordFile } = mqtt
  if (url === undefined) return { embedded: hostAndPort(listen) }
  const { caFile, certFile, keyFile, keyPassphraseFile, alpn, proxy } = mqtt
  const user = { username, password, passwordFile }
  const tls = { caFile, certFile, keyFile, keyPassphraseFile, servername, alpn }
  return withoutUndefined({ url, ...user, ...tls, proxy })
}

/** As REST answers it, and for Home Assistant with what it shows beside. */
function statusOf(id: string, options: GatewayMqttOptions): object | undefined {
  const { config, vehicles, status, troubleCodes, clock } = options
  const vehicle = vehicles().find((one) => one.id === id)
  if (vehicle === undefined) return undefined
  const view = statusView(vehicle, status, clock)
  if (config.mqtt.homeAssistant === false || view === undefined) return view
  const codes = troubleCodes.troubleCodes(id)
  return { ...view, ...statusSignals(status.status(id), clock.now(), codes) }
}

function commandSettings(
  options: GatewayMqttOptions,
  status: CommandHandlers['status'],
): CommandSettings {
  const { config, storage, health, troubleCodes, commands, isClockTrusted } = options
  const handlers = { status, health, troubleCodes, records: storage.reader, vehicle: commands }
  return { ...config.mqtt.commands, handlers, isClockTrusted }
}

function homeAssistantSettings(options: GatewayMqttOptions): HomeAssistantSettings {
  const { config, version, status, troubleCodes, storage } = options
  const { homeAssistant } = config.mqtt
  return {
    enabled: homeAssistant !== false,
    prefix: typeof homeAssistant === 'object' ? homeAssistant.prefix : PREFIX,
    version,
    statusSeconds: config.records.interval,
    healthSeconds: HEALTH_SECONDS,
    shown: (vehicle) => shownSignals(status.status(vehicle), troubleCodes.troubleCodes(vehicle)),
    kept: {
      kept: () => storage.journal.kept(PART, ''),
      keep: (state) => storage.journal.keep(PART, '', state),
    },
  }
}
