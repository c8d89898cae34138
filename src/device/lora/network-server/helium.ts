/**
 * Bodies of the Helium Console (its HTTP and MQTT integrations), and of whatever else still writes its
 * shape. Users template them: identity and payload are needed, all else may be missing or a text.
 *
 * Follows "Integrations Data" in the README of helium/router.
 */
import type { LoraGateway, LoraRadio, LoraUplink } from '../../../model/lora.ts'
import type { Millis } from '../../../model/time.ts'
import { withoutUndefined } from '../../../model/without-undefined.ts'
import { bestFirst } from '../best-first.ts'
import { asObject, numberIn } from '../json-value.ts'
import {
  hexIdOf,
  type Identity,
  MAX_FCNT,
  MAX_FPORT,
  RefusedEvent,
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

export const readHelium = serverReader(
  (body, _event, context) => {
    const who = deviceOf(body)
    const { type = 'uplink' } = body
    if (type === 'uplink') return { uplink: uplinkOf(body, who, context) }
    if (type !== 'join') {
      return { ignored: `Messages of the type ${readText(type) ?? '?'} are of no use here.` }
    }
    const { devAddr, ...device } = who
    const { receivedAt: time } = timeOf(body, context)
    const detail = `joined the network; its address is ${devAddr ?? 'unknown'}`
    return { notice: { kind: 'join', source: context.source, time, ...device, detail } }
  },
  (body) => withoutUndefined({ devEui: hexIdOf(body.dev_eui, 16), deviceId: readText(body.name) }),
)

function deviceOf(body: Json): Identity & { joinEui?: string } {
  const devEui = readHexId(body.dev_eui, 'dev_eui', 16)
  const deviceId = readText(body.name) ?? readText(body.id)
  if (devEui === undefined && deviceId === undefined) {
    throw new RefusedEvent('nothing says which device it is: dev_eui is missing')
  }
  const [joinEui, devAddr] = [hexIdOf(body.app_eui, 16), hexIdOf(body.devaddr, 8)]
  return withoutUndefined({ devEui, deviceId, joinEui, devAddr })
}

function uplinkOf(body: Json, who: Identity, context: ServerContext): LoraUplink {
  if (body.payload === undefined) throw new RefusedEvent('payload is missing')
  const hotspots = readList(body.hotspots)
  const fCnt = readNumber(body.fcnt, 'fcnt', MAX_FCNT)
  const fPort = readNumber(body.port, 'port', MAX_FPORT)
  const answer = asObject(body.decoded)
  const decoded = answer?.status === 'success' ? asObject(answer.payload) : undefined
  const dcBalance = numberIn(asObject(body.dc)?.balance, 0, Number.MAX_SAFE_INTEGER)
  return {
    source: context.source,
    network: 'helium',
    ...who,
    ...withoutUndefined({ fCnt, fPort, decoded, dcBalance }),
    payload: readPayload(body.payload, 'payload'),
    confirmed: false,
    ...timeOf(body, context),
    gateways: hotspots.map(gatewayOf).sort(bestFirst),
    radio: radioOf(hotspots[0]),
    ...(body.replay === true && { replay: true }),
    trust: 'network',
  }
}

/** A template makes texts of numbers. */
function readNumber(value: unknown, name: string, most: number): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  if (Number.isInteger(number) && (number as number) >= 0 && (number as number) <= most) {
    return number as number
  }
  throw new RefusedEvent(`${name} is no whole number from 0 to ${most}`)
}

/** Until 2020 they were seconds. */
const SECONDS_BELOW = 1e11

function timeOf({ reported_at }: Json, context: ServerContext): ReturnType<typeof readTime> {
  const number = readAnyNumber(reported_at)
  const time: Millis | undefined =
    number !== undefined && number < SECONDS_BELOW ? number * 1000 : number
  return readTime([time ?? reported_at], context)
}

function readAnyNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d{9,14}$/.test(value) ? Number(value) : undefined
}

/** `lat` and `long` may be the text "unknown". */
function gatewayOf({ id, name: called, rssi, snr, lat, long }: Json): LoraGateway {
  const name = readText(called)
  return {
    id: readText(id) ?? name ?? 'unknown',
    ...withoutUndefined({ name }),
    ...readReception(rssi, snr, { latitude: lat, longitude: long }),
  }
}

const SPREADING = /^SF(\d{1,2})BW(\d{2,4})$/

function radioOf({ frequency, spreading }: Json = {}): LoraRadio {
  const megahertz = numberIn(frequency, 1, 10_000)
  const rate = typeof spreading === 'string' ? SPREADING.exec(spreading) : null
  return withoutUndefined({
    frequencyHz: megahertz === undefined ? undefined : Math.round(megahertz * 1e6),
    spreadingFactor: rate === null ? undefined : Number(rate[1]),
    bandwidthHz: rate === null ? undefined : Number(rate[2]) * 1000,
  })
}
