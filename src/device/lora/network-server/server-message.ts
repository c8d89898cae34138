/**
 * An event of a network server, whatever its shape, to what it says. Strangers write these bodies, and
 * users template them: every field is looked at before it is believed. Pure.
 */
import type {
  LoraGateway,
  LoraNotice,
  LoraReject,
  LoraRejectReason,
  LoraUplink,
} from '../../../model/lora.ts'
import type { Millis } from '../../../model/time.ts'
import { fromBase64 } from '../base64.ts'
import { fromUtcText, plausibleTime } from '../gps-time.ts'
import { asObject, integerIn, numberIn } from '../json-value.ts'

/** `ignored`: a sentence on why the event is of no use here. */
export type ServerMessage =
  | { uplink: LoraUplink }
  | { reject: LoraReject }
  | { notice: LoraNotice }
  | { ignored: string }

export interface ServerEvent {
  /** What it is of, where the topic or the path says so. */
  event?: string
  topic?: string
  body: Uint8Array
}

export interface ServerContext {
  /** Id of the source. */
  source: string
  /** Ours. */
  receivedAt: Millis
}

/** Never throws for what is in an event. */
export type ServerReader = (event: ServerEvent, context: ServerContext) => ServerMessage[]

/** Why an event says nothing; it becomes a reject. */
export class RefusedEvent extends Error {
  readonly reason: LoraRejectReason

  constructor(detail: string, reason: LoraRejectReason = 'malformed') {
    super(detail)
    this.reason = reason
  }
}

/** Who an event is about. */
export type Identity = Pick<LoraUplink, 'devEui' | 'deviceId' | 'devAddr'>

type Json = Record<string, unknown>

/** `read` is given the body, and throws RefusedEvent; `who` is asked whom that was about. */
export function serverReader(
  read: (body: Json, event: ServerEvent, context: ServerContext) => ServerMessage,
  who: (body: Json) => Identity,
): ServerReader {
  return (event, context) => {
    let body: Json = {}
    try {
      body = parseBody(event.body)
      return [read(body, event, context)]
    } catch (error) {
      if (!(error instanceof RefusedEvent)) throw error
      const { source, receivedAt: time } = context
      const { reason, message: detail } = error
      return [{ reject: { reason, source, time, detail, ...who(body) } }]
    }
  }
}

const PRINTABLE = /^\s*\{/

function parseBody(body: Uint8Array): Json {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  try {
    const value = asObject(JSON.parse(text))
    if (value !== undefined) return value
  } catch {
    // Said below.
  }
  const detail = PRINTABLE.test(text)
    ? 'the body begins as JSON and is none'
    : 'the body is no JSON object; a server that sends protobuf can be told to send JSON'
  throw new RefusedEvent(detail)
}

const EUI = /^[0-9a-f]{16}$/i
const ADDRESS = /^[0-9a-f]{8}$/i

/** Upper-case hex; undefined where it is absent or empty, refused where it is something else. */
export function readHexId(value: unknown, name: string, digits: 8 | 16): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const pattern = digits === 16 ? EUI : ADDRESS
  if (typeof value === 'string' && pattern.test(value)) return value.toUpperCase()
  throw new RefusedEvent(`${name} is not ${digits} hexadecimal digits`)
}

/** The same where what else it may be does no harm. */
export function hexIdOf(value: unknown, digits: 8 | 16): string | undefined {
  try {
    return readHexId(value, '', digits)
  } catch {
    return undefined
  }
}

/** No LoRa payload is longer. */
const MAX_PAYLOAD = 255

/** Absent is empty. */
export function readPayload(value: unknown, name: string): Uint8Array {
  if (value === undefined || value === null) return new Uint8Array()
  const bytes = fromBase64(value)
  if (bytes === undefined) throw new RefusedEvent(`${name} is no base64`)
  if (bytes.length <= MAX_PAYLOAD) return bytes
  throw new RefusedEvent(`${name} has ${bytes.length} bytes; a frame has ${MAX_PAYLOAD} at most`)
}

/** Absent is 0: the servers leave out what is (proto3 JSON). */
export function readCount(value: unknown, name: string, most: number): number {
  if (value === undefined || value === null) return 0
  const count = integerIn(value, 0, most)
  if (count === undefined) throw new RefusedEvent(`${name} is no whole number from 0 to ${most}`)
  return count
}

export const MAX_FCNT = 0xffff_ffff
export const MAX_FPORT = 255

/** The first of them that is a time, else ours. */
export function readTime(
  texts: readonly unknown[],
  { receivedAt }: ServerContext,
): Pick<LoraUplink, 'receivedAt' | 'timeSource'> {
  for (const text of texts) {
    const time = typeof text === 'number' ? plausibleTime(text) : fromUtcText(text)
    if (time !== undefined) return { receivedAt: time, timeSource: 'network' }
  }
  return { receivedAt, timeSource: 'clock' }
}

const MAX_TEXT = 256
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be taken out
const CONTROL = /[\u0000-\u001f\u007f]+/g

/** A text for people to read, of bounded length; undefined where it is none. */
export function readText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.replace(CONTROL, ' ').trim().slice(0, MAX_TEXT)
  return text === '' ? undefined : text
}

const MAX_GATEWAYS = 64

/** Those of a list that are objects. */
export function readList(value: unknown): Json[] {
  const list = Array.isArray(value) ? value.slice(0, MAX_GATEWAYS) : []
  return list.map(asObject).filter((each) => each !== undefined)
}

/** What a gateway measured, and where it stands. */
export function readReception(
  rssi: unknown,
  snr: unknown,
  { latitude, longitude }: Json = {},
): Omit<LoraGateway, 'id'> {
  const reception: Omit<LoraGateway, 'id'> = {}
  const decibelMilliwatts = numberIn(rssi, -250, 100)
  const decibels = numberIn(snr, -100, 100)
  if (decibelMilliwatts !== undefined) reception.rssi = decibelMilliwatts
  if (decibels !== undefined) reception.snr = decibels
  const [north, east] = [numberIn(latitude, -90, 90), numberIn(longitude, -180, 180)]
  if (north !== undefined && east !== undefined) {
    reception.latitude = north
    reception.longitude = east
  }
  return reception
}
