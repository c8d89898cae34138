/** From what the configuration says of a LoRa source to its feed. */
import { readFileSync } from 'node:fs'
import type { LoraSourceConfig } from '../../config/schema.ts'
import { createBasicsStationFeed } from '../../device/lora/basics-station/basics-station-feed.ts'
import { createGwmpFeed } from '../../device/lora/gwmp/gwmp-feed.ts'
import { createModemFeed } from '../../device/lora/modem/modem-feed.ts'
import { readChirpstack } from '../../device/lora/network-server/chirpstack.ts'
import { readHelium } from '../../device/lora/network-server/helium.ts'
import { createMqttFeed } from '../../device/lora/network-server/mqtt-feed.ts'
import type { ServerReader } from '../../device/lora/network-server/server-message.ts'
import { readThingsStack } from '../../device/lora/network-server/things-stack.ts'
import { createWebhookFeed } from '../../device/lora/network-server/webhook-feed.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { LoraFeed, LoraUplink } from '../../model/lora.ts'
import type { Clock, Logger } from '../../model/ports.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'
import { createSubscriber } from '../../uplink/mqtt/subscriber.ts'

export interface FeedContext {
  clock: Clock
  logger: Logger
  gatewayId: string
  /** Uplinks of network servers that an earlier run has taken. */
  seen: (source: string) => Iterable<LoraUplink>
}

type ServerConfig = Extract<LoraSourceConfig, { type: 'chirpstack' | 'things-stack' | 'helium' }>

interface Server {
  read: ServerReader
  topics: (user: string | undefined) => readonly string[]
}

const servers: Record<ServerConfig['type'], Server> = {
  chirpstack: { read: readChirpstack, topics: () => ['application/+/device/+/event/+'] },
  'things-stack': {
    read: readThingsStack,
    // A user is an application, and may hear nothing but its own.
    topics: (user = '+') =>
      ['up', 'join', 'location/solved'].map((event) => `v3/${user}/devices/+/${event}`),
  },
  helium: { read: readHelium, topics: () => ['helium/+/rx'] },
}

/** Throws `config-invalid` or `file-unreadable`. */
export function createLoraFeed(config: LoraSourceConfig, context: FeedContext): LoraFeed {
  const { id } = config
  const { clock } = context
  switch (config.type) {
    case 'semtech-udp': {
      const { gateways } = config
      return createGwmpFeed(
        { id, ...hostAndPort(config.listen), ...withoutUndefined({ gateways }) },
        { clock },
      )
    }
    case 'basics-station':
      return stationFeed(config, context)
    case 'lora-modem':
      return modemFeed(config, context)
    default:
      return serverFeed(config, context)
  }
}

function stationFeed(
  config: Extract<LoraSourceConfig, { type: 'basics-station' }>,
  { clock, gatewayId }: FeedContext,
): LoraFeed {
  const { id, region, gateways, tokenFile, certFile, keyFile } = config
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new OdographError('config-invalid', id, 'certFile and keyFile are only of use together')
  }
  const token = tokenFile === undefined ? undefined : firstLine(tokenFile)
  const tls =
    certFile === undefined || keyFile === undefined
      ? undefined
      : { cert: read(certFile), key: read(keyFile) }
  const optional = withoutUndefined({ gateways, token, tls })
  const options = { id, region, name: gatewayId, ...hostAndPort(config.listen), ...optional }
  return createBasicsStationFeed(options, { clock })
}

function modemFeed(
  config: Extract<LoraSourceConfig, { type: 'lora-modem' }>,
  { clock }: FeedContext,
): LoraFeed {
  const { id, port, baud, modem, content, ...rest } = config
  const { frequencyHz = 0, spreadingFactor, bandwidthHz, codingRate, syncWord } = rest
  if (frequencyHz === 0 && !modem.startsWith('ebyte')) {
    throw new OdographError('config-invalid', id, 'needs frequencyHz: what it is to listen to')
  }
  const radio = { frequencyHz, spreadingFactor, bandwidthHz, codingRate, syncWord }
  const options = { id, port, modem, content, radio, ...withoutUndefined({ baud }) }
  return createModemFeed(options, { clock })
}

function serverFeed(config: ServerConfig, context: FeedContext): LoraFeed {
  const { id, type, mqtt, webhook, simulated } = config
  const { clock, logger, gatewayId } = context
  if ((mqtt === undefined) === (webhook === undefined)) {
    const detail = 'give it mqtt or webhook, one of them; for both make two sources'
    throw new OdographError('config-invalid', id, detail)
  }
  const { read: reader, topics } = servers[type]
  const shared = { id, read: reader, simulated, seen: context.seen(id) }
  if (webhook !== undefined) {
    const { secretFile, header } = webhook
    const secret = () => firstLine(secretFile)
    return createWebhookFeed({ ...shared, secret, header: header.toLowerCase() }, { clock })
  }
  const { topic, ...broker } = mqtt ?? { url: '' }
  const subscribe = createSubscriber({
    ...(withoutUndefined(broker) as { url: string }),
    ...{ clientId: `odograph-${gatewayId}-${id}`, clock, logger },
  })
  return createMqttFeed(
    { ...shared, subscribe, topics: topic === undefined ? topics(mqtt?.username) : [topic] },
    { clock },
  )
}

function hostAndPort(listen: string): { host: string; port: number } {
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '')
  return { host, port: Number(listen.slice(colon + 1)) }
}

/** Throws `file-unreadable`; for secrets that are empty, too. */
function firstLine(path: string): string {
  const line = /^[^\r\n]*/.exec(read(path))?.[0].trim() ?? ''
  if (line === '') throw new OdographError('file-unreadable', path, 'its first line is empty')
  return line
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new OdographError('file-unreadable', path, messageOf(error), error)
  }
}
