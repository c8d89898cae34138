/**
 * A LoRaWAN device for tests: frames as one sends them, 1.0 and 1.1. Written from the standard
 * (1.0.4 and 1.1, section 4; 6.2 for joins) with a cipher a block, and shares nothing with the
 * decoder, so that each checks the other.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { LoraFrame, LoraGateway } from '../../src/model/lora.ts'

export interface UplinkKeys10 {
  version?: '1.0'
  nwkSKey: Uint8Array
  appSKey: Uint8Array
}

export interface UplinkKeys11 {
  version: '1.1'
  fNwkSIntKey: Uint8Array
  sNwkSIntKey: Uint8Array
  nwkSEncKey: Uint8Array
  appSKey: Uint8Array
  txDr?: number
  txCh?: number
  confFCnt?: number
}

export interface UplinkFields {
  /** Hex, 8 digits. */
  devAddr: string
  /** All 32 bits. */
  fCnt: number
  /** Absent: no FPort and no payload. */
  fPort?: number
  /** In clear. */
  payload?: Uint8Array
  fOpts?: Uint8Array
  confirmed?: boolean
  /** Bits of FCtrl: 0x80 ADR, 0x40 ADRACKReq, 0x20 ACK, 0x10 class B. */
  flags?: number
}

/** The PHYPayload of an uplink. */
export function encodeUplink(fields: UplinkFields, keys: UplinkKeys10 | UplinkKeys11): Uint8Array {
  const { fCnt, fPort, payload = new Uint8Array(0), fOpts = new Uint8Array(0) } = fields
  const address = hexBytes(fields.devAddr).reverse()
  const is11 = keys.version === '1.1'
  const networkKey = is11 ? keys.nwkSEncKey : keys.nwkSKey
  const crypt = (key: Uint8Array, text: Uint8Array, mark: number) =>
    encrypted(text, { key, address, fCnt, mark })
  const message = Buffer.concat([
    Buffer.from([fields.confirmed ? 0x80 : 0x40]),
    address,
    Buffer.from([(fields.flags ?? 0) | fOpts.length, fCnt & 0xff, (fCnt >>> 8) & 0xff]),
    is11 ? crypt(networkKey, fOpts, 1) : fOpts,
    fPort === undefined ? Buffer.alloc(0) : Buffer.from([fPort]),
    fPort === undefined
      ? Buffer.alloc(0)
      : crypt(fPort === 0 ? networkKey : keys.appSKey, payload, 0),
  ])
  const sign = (key: Uint8Array, head: readonly number[]) =>
    cmac(key, Buffer.concat([signedBlock(head, { address, fCnt, message }), message]))
  if (keys.version !== '1.1') {
    return Uint8Array.from([...message, ...sign(keys.nwkSKey, [0, 0, 0, 0]).subarray(0, 4)])
  }
  const acknowledged = (fields.flags ?? 0) & 0x20 ? (keys.confFCnt ?? 0) : 0
  const serving = sign(keys.sNwkSIntKey, [
    acknowledged & 0xff,
    acknowledged >> 8,
    keys.txDr ?? 0,
    keys.txCh ?? 0,
  ])
  const forwarding = sign(keys.fNwkSIntKey, [0, 0, 0, 0])
  return Uint8Array.from([...message, ...serving.subarray(0, 2), ...forwarding.subarray(0, 2)])
}

/** The PHYPayload of a join request; EUIs as hex. */
export function encodeJoinRequest(
  { joinEui, devEui, devNonce }: { joinEui: string; devEui: string; devNonce: number },
  appKey: Uint8Array,
): Uint8Array {
  const message = Buffer.concat([
    Buffer.from([0x00]),
    hexBytes(joinEui).reverse(),
    hexBytes(devEui).reverse(),
    Buffer.from([devNonce & 0xff, devNonce >> 8]),
  ])
  return Uint8Array.from([...message, ...cmac(appKey, message).subarray(0, 4)])
}

/** The PHYPayload of a join accept of 1.0, from its fields as they are sent, without MIC. */
export function encodeJoinAccept(fields: Uint8Array, appKey: Uint8Array): Uint8Array {
  const message = Buffer.concat([Buffer.from([0x20]), fields])
  const clear = Buffer.concat([fields, cmac(appKey, message).subarray(0, 4)])
  const cipher = createDecipheriv('aes-128-ecb', appKey, null).setAutoPadding(false)
  return Uint8Array.from([0x20, ...cipher.update(clear)])
}

/** A frame as a gateway heard it. */
export function heard(
  data: Uint8Array,
  receivedAt: number,
  gateway: Partial<LoraGateway> = {},
): LoraFrame {
  const radio = { frequencyHz: 868_100_000, spreadingFactor: 7, bandwidthHz: 125_000 }
  return { source: 'radio', data, gateway: { id: 'A0', ...gateway }, radio, receivedAt }
}

export function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

interface Place {
  address: Uint8Array
  fCnt: number
}

function signedBlock(
  head: readonly number[],
  { address, fCnt, message }: Place & { message: Uint8Array },
): Buffer {
  return Buffer.from([0x49, ...head, 0, ...address, ...counter(fCnt), 0, message.length])
}

function encrypted(
  text: Uint8Array,
  { key, address, fCnt, mark }: Place & { key: Uint8Array; mark: number },
): Uint8Array {
  return text.map((byte, index) => {
    const number = Math.floor(index / 16) + 1
    const block = [1, 0, 0, 0, mark, 0, ...address, ...counter(fCnt), 0, number]
    return byte ^ (aes(key, Uint8Array.from(block))[index % 16] as number)
  })
}

function counter(fCnt: number): number[] {
  return [0, 8, 16, 24].map((shift) => (fCnt >>> shift) & 0xff)
}

function aes(key: Uint8Array, block: Uint8Array): Uint8Array {
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block)
}

/** RFC 4493, in numbers of 128 bits. */
export function cmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const ones = (1n << 128n) - 1n
  const twice = (value: bigint) => ((value << 1n) & ones) ^ (value >> 127n === 1n ? 0x87n : 0n)
  const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  const bytesOf = (value: bigint) => hexBytes(value.toString(16).padStart(32, '0'))
  const k1 = twice(numberOf(aes(key, new Uint8Array(16))))
  const isWhole = message.length > 0 && message.length % 16 === 0
  const padded = isWhole
    ? Buffer.from(message)
    : Buffer.concat([message, Buffer.from([0x80]), Buffer.alloc(15)])
  const blocks = Math.floor(padded.length / 16)
  let state = 0n
  for (let index = 0; index < blocks; index++) {
    state ^= numberOf(padded.subarray(index * 16, index * 16 + 16))
    if (index === blocks - 1) state ^= isWhole ? k1 : twice(k1)
    state = numberOf(aes(key, bytesOf(state)))
  }
  return bytesOf(state)
}
