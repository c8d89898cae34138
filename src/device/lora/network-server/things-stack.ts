/**
 * Application messages of The Things Stack v3 (The Things Network), over MQTT
 * (`v3/{application}[@{tenant}]/devices/{device}/{event}`) or webhook. Fields that are 0 or empty are
 * left out by it. An event is what its body holds; the topic says the same.
 *
 * Follows "Integrations" and "Data formats" of the documentation of The Things Stack.
 */
import type { LoraGateway, LoraNotice, LoraRadio, LoraUplink } from '../../../model/lora.ts'
import { withoutUndefined } from '../../../model/without-undefined.ts'
import { bestFirst } from '../best-first.ts'
import { fromUtcText } from '../gps-time.ts'
import { asObject, integerIn } from '../json-value.ts'
import {
  hexIdOf,
  type Identity,
  MAX_FCNT,
  MAX_FPORT,
  RefusedEvent,
  readCount,
  readHexId,
  readList,
  readPayload,
  readReception,
  readText,
  readTime,
  type ServerContext,
  serverReader,
} from './server-message.ts'

type Json = Record<string, unknown>

export const readThingsStack = serverReader(
  (body, { topic }, context) => {
    const who = deviceOf(body, topic)
    const uplink = asObject(body.uplink_message)
    if (uplink !== undefined) return { uplink: uplinkOf(body, uplink, who, context) }
    const kind = Object.keys(notices).find((name) => asObject(body[name]) !== undefined)
    if (kind !== undefined) {
      const { source } = context
      const { receivedAt: time } = readTime([body.received_at], context)
      const { devAddr: _, ...device } = who
      return { notice: { source, time, ...device, ...notices[kind as keyof typeof notices](body) } }
    }
    if (Object.keys(body).some((name) => /^(downlink_|service_data$)/.test(name))) {
      return { ignored: 'Only uplinks, joins and solved locations are of use here.' }
    }
    throw new RefusedEvent('the body holds no uplink_message')
  },
  (body) => {
    const ids = asObject(body.end_device_ids) ?? {}
    const devEui = hexIdOf(ids.dev_eui, 16)
    return withoutUndefined({ devEui, deviceId: readText(ids.device_id) })
  },
)

const TOPIC = /^v3\/[^/]+\/devices\/([^/]+)\//

function deviceOf(body: Json, topic: string | undefined): Identity & { joinEui?: string } {
  const ids = asObject(body.end_device_ids) ?? {}
  const deviceId = readText(ids.device_id)
  const devEui = readHexId(ids.dev_eui, 'end_device_ids.dev_eui', 16)
  if (deviceId === undefined && devEui === undefined) {
    throw new RefusedEvent('end_device_ids has neither device_id nor dev_eui')
  }
  const addressed = topic === undefined ? undefined : TOPIC.exec(topic)?.[1]
  if (addressed !== undefined && addressed !== deviceId) {
    throw new RefusedEvent('the device of the topic and that of the body differ')
  }
  const devAddr = hexIdOf(ids.dev_addr, 8)
  const joinEui = hexIdOf(ids.join_eui, 16)
  return withoutUndefined({ deviceId, devEui, devAddr, joinEui })
}

function uplinkOf(body: Json, uplink: Json, who: Identity, context: ServerContext): LoraUplink {
  const metadata = readList(uplink.rx_metadata)
  const gateways = metadata.map(gatewayOf).sort(bestFirst)
  const heard = metadata.map(({ time }) => fromUtcText(time)).filter((time) => time !== undefined)
  const earliest = heard.length === 0 ? undefined : Math.min(...heard)
  const decoded = decodedOf(uplink)
  return {
    source: context.source,
    network: 'ttn',
    ...who,
    fCnt: readCount(uplink.f_cnt, 'f_cnt', MAX_FCNT),
    fPort: readCount(uplink.f_port, 'f_port', MAX_FPORT),
    payload: readPayload(uplink.frm_payload, 'frm_payload'),
    confirmed: uplink.confirmed === true,
    ...readTime([uplink.received_at, body.received_at, earliest], context),
    gateways,
    radio: radioOf(asObject(uplink.settings)),
    ...withoutUndefined({ decoded }),
    ...(body.simulated === true && { simulated: true }),
    trust: 'network',
  }
}

/** What its normaliser made of it stands beside, under its own name. */
function decodedOf({ decoded_payload, normalized_payload }: Json): Json | undefined {
  const decoded = asObject(decoded_payload)
  const normalized = Array.isArray(normalized_payload) ? normalized_payload : undefined
  if (decoded === undefined && normalized === undefined) return undefined
  return { ...decoded, ...(normalized && { normalized_payload: normalized }) }
}

/** Through Packet Broker it has no EUI. */
function gatewayOf({ gateway_ids, time: text, rssi, snr = 0, location }: Json): LoraGateway {
  const ids = asObject(gateway_ids) ?? {}
  const name = readText(ids.gateway_id)
  const eui = hexIdOf(ids.eui, 16)
  const time = fromUtcText(text)
  return {
    id: eui ?? name ?? 'unknown',
    ...withoutUndefined({ name: eui === undefined ? undefined : name, time }),
    ...readReception(rssi, snr, asObject(location)),
  }
}

const FREQUENCY = /^\d{6,11}$/
const CODING_RATE = /^4\/[5-8]$/

/** The coding rate stands beside the data rate or, in newer versions, in it. */
function radioOf(settings: Json = {}): LoraRadio {
  const { frequency, coding_rate } = settings
  const lora = asObject(asObject(settings.data_rate)?.lora) ?? {}
  const coding = [lora.coding_rate, coding_rate].find(
    (rate) => typeof rate === 'string' && CODING_RATE.test(rate),
  )
  const hertz = typeof frequency === 'string' && FREQUENCY.test(frequency) ? +frequency : frequency
  return withoutUndefined({
    frequencyHz: integerIn(hertz, 1e6, 1e10),
    spreadingFactor: integerIn(lora.spreading_factor, 5, 12),
    bandwidthHz: integerIn(lora.bandwidth, 1000, 2_000_000),
    codingRate: coding as string | undefined,
  })
}

const notices = {
  join_accept(body: Json): Pick<LoraNotice, 'kind' | 'detail'> {
    const address = hexIdOf(asObject(body.end_device_ids)?.dev_addr, 8) ?? 'unknown'
    return { kind: 'join', detail: `joined the network; its address is ${address}` }
  },
  location_solved(body: Json): Pick<LoraNotice, 'kind' | 'detail'> {
    const service = readText(asObject(body.location_solved)?.service) ?? 'unknown'
    const detail = `the network worked out a position (${service}); it is kept apart from GNSS`
    return { kind: 'location', detail }
  },
}
