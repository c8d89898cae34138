/**
 * Events of ChirpStack v4, over MQTT (`application/{id}/device/{devEui}/event/{event}`) or HTTP
 * (`?event=`), in JSON. Both of its styles come: with every field, and without those that are 0.
 *
 * Follows "Integrations › Events" of the documentation of ChirpStack.
 */
import type { LoraGateway, LoraNotice, LoraRadio, LoraUplink } from '../../../model/lora.ts'
import { withoutUndefined } from '../../../model/without-undefined.ts'
import { bestFirst } from '../best-first.ts'
import { fromUtcText } from '../gps-time.ts'
import { asObject, integerIn, numberIn } from '../json-value.ts'
import {
  hexIdOf,
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

export const readChirpstack = serverReader(
  (body, { event, topic }, context) => {
    const devEui = deviceOf(body, topic)
    switch (event) {
      case 'up':
        return { uplink: uplinkOf(body, devEui, context) }
      case 'join':
      case 'log':
      case 'status':
      case 'location':
        return { notice: noticeOf(event, body, devEui, context) }
      case undefined:
        throw new RefusedEvent('the event is not said: ChirpStack adds ?event= to the address')
      default:
        return { ignored: `Events of the kind ${readText(event) ?? '?'} are of no use here.` }
    }
  },
  (body) => withoutUndefined({ devEui: hexIdOf(asObject(body.deviceInfo)?.devEui, 16) }),
)

const TOPIC = /(?:^|\/)device\/([^/]+)\/event\/[^/]+$/

function deviceOf(body: Json, topic: string | undefined): string {
  const devEui = readHexId(asObject(body.deviceInfo)?.devEui, 'deviceInfo.devEui', 16)
  if (devEui === undefined) throw new RefusedEvent('deviceInfo.devEui is missing')
  const addressed = topic === undefined ? undefined : TOPIC.exec(topic)?.[1]
  if (addressed === undefined || addressed.toUpperCase() === devEui) return devEui
  throw new RefusedEvent('the devEui of the topic and that of the body differ')
}

function uplinkOf(body: Json, devEui: string, context: ServerContext): LoraUplink {
  if (body.joinServerContext !== undefined && body.joinServerContext !== null) {
    const detail = 'the server has no AppSKey: its join server keeps that for somebody else'
    throw new RefusedEvent(detail, 'encrypted')
  }
  const devAddr = readHexId(body.devAddr, 'devAddr', 8)
  const decoded = asObject(body.object)
  return {
    source: context.source,
    network: 'chirpstack',
    devEui,
    ...withoutUndefined({ devAddr, decoded }),
    fCnt: readCount(body.fCnt, 'fCnt', MAX_FCNT),
    fPort: readCount(body.fPort, 'fPort', MAX_FPORT),
    payload: readPayload(body.data, 'data'),
    confirmed: body.confirmed === true,
    ...readTime([body.time], context),
    gateways: readList(body.rxInfo).map(gatewayOf).sort(bestFirst),
    radio: radioOf(asObject(body.txInfo)),
    trust: 'network',
  }
}

function gatewayOf({ gatewayId, gwTime, rssi, snr = 0, location }: Json): LoraGateway {
  const time = fromUtcText(gwTime)
  return {
    id: hexIdOf(gatewayId, 16) ?? readText(gatewayId) ?? 'unknown',
    ...readReception(rssi, snr, asObject(location)),
    ...withoutUndefined({ time }),
  }
}

const CODE_RATE = /^CR_(4)_([5-8])$/

function radioOf(txInfo: Json = {}): LoraRadio {
  const lora = asObject(asObject(txInfo.modulation)?.lora) ?? {}
  const coding = typeof lora.codeRate === 'string' ? CODE_RATE.exec(lora.codeRate) : null
  return withoutUndefined({
    frequencyHz: integerIn(txInfo.frequency, 1e6, 1e10),
    spreadingFactor: integerIn(lora.spreadingFactor, 5, 12),
    bandwidthHz: integerIn(lora.bandwidth, 1000, 2_000_000),
    codingRate: coding === null ? undefined : `${coding[1]}/${coding[2]}`,
  })
}

type NoticeKind = 'join' | 'log' | 'status' | 'location'

function noticeOf(
  kind: NoticeKind,
  body: Json,
  devEui: string,
  context: ServerContext,
): LoraNotice {
  const { source } = context
  const { receivedAt: time } = readTime([body.time], context)
  return { kind, source, time, devEui, ...tellers[kind](body) }
}

const tellers: Record<
  NoticeKind,
  (body: Json) => Pick<LoraNotice, 'detail' | 'isProblem' | 'battery'>
> = {
  join(body) {
    const address = hexIdOf(body.devAddr, 8) ?? 'unknown'
    return { detail: `joined the network; its address is ${address}` }
  },
  log({ level, code, description }) {
    const what = [readText(code), readText(description)].filter((each) => each !== undefined)
    return { detail: `ChirpStack: ${what.join(': ')}`, isProblem: level === 'ERROR' }
  },
  status({ margin, externalPowerSource, batteryLevelUnavailable, batteryLevel }) {
    const percent = numberIn(batteryLevel, 0, 100)
    const has = externalPowerSource !== true && batteryLevelUnavailable !== true
    const told = [
      ...(numberIn(margin, -100, 100) === undefined ? [] : [`margin ${margin} dB`]),
      ...(externalPowerSource === true ? ['has external power'] : []),
      ...(has && percent !== undefined ? [`own battery ${percent} %`] : []),
    ]
    const detail = told.join(', ') || 'told its status'
    return has && percent !== undefined ? { detail, battery: percent / 100 } : { detail }
  },
  location: ({ location }) => ({
    detail: `the network worked out a position (${readText(asObject(location)?.source) ?? 'unknown'}); it is kept apart from GNSS`,
  }),
}
