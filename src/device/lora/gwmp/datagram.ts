/**
 * Datagrams of the Semtech UDP packet forwarder ("GWMP"), from the socket to their parts and back:
 *
 *     offset 0      version, 1 or 2
 *            1..2   token, echoed as it is
 *            3      type
 *            4..11  EUI of the gateway, big-endian (PUSH_DATA, PULL_DATA and TX_ACK)
 *            12..   JSON (PUSH_DATA, TX_ACK), may be missing
 *
 * Answers are the first three bytes and the type of the answer. Nothing in it proves who sent it.
 * Pure. Follows PROTOCOL.md (versions 1 and 2) of Lora-net/sx1302_hal and Lora-net/packet_forwarder.
 */

import { withoutUndefined } from '../../../model/without-undefined.ts'
import type { GatewayStat } from '../gateway-book.ts'
import { fromUtcText } from '../gps-time.ts'
import { asObject, numberIn } from '../json-value.ts'

const types = { 0: 'PUSH_DATA', 2: 'PULL_DATA', 5: 'TX_ACK' } as const
const PUSH_ACK = 0x01
const PULL_ACK = 0x04
const HEADER_BYTES = 12

export type DatagramType = (typeof types)[keyof typeof types]

export interface Datagram {
  type: DatagramType
  version: number
  /** Two bytes. */
  token: Uint8Array
  /** Upper-case hex, 16 digits. */
  gateway: string
  /** What follows the header. */
  body: Uint8Array
}

/** Undefined: it is nothing that a gateway sends to a server, and gets no answer. */
export function parseDatagram(bytes: Uint8Array): Datagram | undefined {
  const [version, , , code] = bytes
  if (bytes.length < HEADER_BYTES || (version !== 1 && version !== 2)) return undefined
  const type = types[code as keyof typeof types]
  if (type === undefined) return undefined
  return {
    type,
    version,
    token: bytes.subarray(1, 3),
    gateway: Buffer.from(bytes.subarray(4, HEADER_BYTES)).toString('hex').toUpperCase(),
    body: bytes.subarray(HEADER_BYTES),
  }
}

/** PUSH_ACK or PULL_ACK; a TX_ACK has no answer. */
export function answerTo({ type, version, token }: Datagram): Uint8Array | undefined {
  if (type === 'TX_ACK') return undefined
  return Uint8Array.of(version, ...token, type === 'PUSH_DATA' ? PUSH_ACK : PULL_ACK)
}

export interface PushBody {
  /** As they came: each is read on its own. */
  rxpk: readonly unknown[]
  stat?: GatewayStat
  /** In words; what could be read is there all the same. */
  error?: string
}

export function parsePushBody(body: Uint8Array): PushBody {
  const text = textOf(body)
  if (text === '') return { rxpk: [] }
  const json = jsonObject(text)
  if (json === undefined) {
    return { rxpk: [], error: 'what follows the header is no JSON object' }
  }
  const stat = readStat(json.stat)
  const rest = stat === undefined ? {} : { stat }
  const rxpk = json.rxpk ?? []
  if (Array.isArray(rxpk)) return { rxpk, ...rest }
  return { rxpk: [], ...rest, error: 'rxpk is no list' }
}

/** What a gateway says went wrong with a downlink, such as `TOO_LATE`. */
export function txAckError(body: Uint8Array): string | undefined {
  const error = asObject(jsonObject(textOf(body))?.txpk_ack)?.error
  if (typeof error !== 'string' || error === '' || error === 'NONE') return undefined
  return error.slice(0, 40)
}

/** Some gateways end the text with NUL, or send nothing but one. */
function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    .toString('utf8')
    .replace(/[\0\s]+$/, '')
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined // What is wrong with it the caller says.
  }
}

function readStat(value: unknown): GatewayStat | undefined {
  const stat = asObject(value)
  if (stat === undefined) return undefined
  return withoutUndefined({
    time: fromUtcText(stat.time),
    ...position(stat.lati, stat.long),
    altitude: numberIn(stat.alti, -1000, 100_000),
    received: count(stat.rxnb),
    ok: count(stat.rxok),
    forwarded: count(stat.rxfw),
    acknowledgedPercent: numberIn(stat.ackr, 0, 100),
    downlinks: count(stat.dwnb),
    sent: count(stat.txnb),
    temperature: numberIn(stat.temp, -100, 200),
  })
}

/** Both or none; 0/0 is what a receiver without a fix says. */
function position(lati: unknown, long: unknown): { latitude?: number; longitude?: number } {
  const latitude = numberIn(lati, -90, 90)
  const longitude = numberIn(long, -180, 180)
  if (latitude === undefined || longitude === undefined) return {}
  return latitude === 0 && longitude === 0 ? {} : { latitude, longitude }
}

function count(value: unknown): number | undefined {
  return Number.isInteger(value) ? numberIn(value, 0, Number.MAX_SAFE_INTEGER) : undefined
}
