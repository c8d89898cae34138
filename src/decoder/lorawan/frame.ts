/**
 * The PHYPayload of LoRaWAN, taken apart (LoRaWAN 1.0.4 and 1.1, sections 4 and 6). Numbers are
 * sent with their least significant byte first.
 *
 *   data            MHDR 1 | DevAddr 4, FCtrl 1, FCnt 2, FOpts 0..15 | FPort 0..1, FRMPayload | MIC 4
 *   join request    MHDR 1 | JoinEUI 8, DevEUI 8, DevNonce 2 | MIC 4                  23 bytes
 *   join accept     MHDR 1 | encrypted 12 or 28, MIC 4 with it                        17 or 33
 *   rejoin request  MHDR 1 | type 1, NetID 3 or JoinEUI 8, DevEUI 8, counter 2 | MIC 4   19 or 24
 *
 * MHDR: bits 7..5 what it is, bits 1..0 the major version, which is 0. FCtrl: 0x80 ADR, 0x40
 * ADRACKReq (up), 0x20 ACK, 0x10 class B (up) or more to come (down), 0x0F length of FOpts.
 * Nothing of it is true before its MIC is.
 */
import { littleEndianHex } from './hex.ts'

export interface DataFrame {
  kind: 'data'
  direction: 'up' | 'down'
  confirmed: boolean
  /** Upper-case hex, 8 digits. */
  devAddr: string
  adr: boolean
  adrAckReq: boolean
  ack: boolean
  /** Upwards: the device is in class B. Downwards: more is waiting for it. */
  classBOrPending: boolean
  /** The lower half of the frame counter. */
  fCnt16: number
  /** As on the air: encrypted in 1.1. */
  fOpts: Uint8Array
  /** Absent: there is no FPort and no payload. */
  fPort?: number
  /** Encrypted. */
  payload: Uint8Array
  /** Everything before the MIC. */
  message: Uint8Array
  mic: Uint8Array
}

export interface JoinRequest {
  kind: 'join-request'
  /** Upper-case hex, 16 digits. */
  joinEui: string
  devEui: string
  devNonce: number
  message: Uint8Array
  mic: Uint8Array
}

export interface OtherFrame {
  kind: 'join-accept' | 'rejoin-request' | 'proprietary'
}

export type PhyPayload = DataFrame | JoinRequest | OtherFrame

export interface FrameRefusal {
  kind: 'refused'
  reason: 'malformed' | 'not_for_us'
  /** In words. */
  detail: string
}

export const MIC_BYTES = 4
const SHORTEST_DATA = 12
const LONGEST = 255
const FHDR_END = 8

/** Never throws. All arrays of the result are parts of `bytes`. */
export function parsePhyPayload(bytes: Uint8Array): PhyPayload | FrameRefusal {
  if (bytes.length === 0) return malformed('it is empty')
  if (bytes.length > LONGEST) {
    return malformed(`it has ${bytes.length} bytes, and a frame has at most ${LONGEST}`)
  }
  const header = bytes[0] as number
  const type = header >> 5
  if (type === 7) return { kind: 'proprietary' }
  if ((header & 0x03) !== 0) {
    return malformed(`its major version is ${header & 0x03}, and only 0 is known`)
  }
  switch (type) {
    case 0:
      return joinRequest(bytes)
    case 1:
      return sized(bytes, 'join-accept', [17, 33])
    case 6:
      return sized(bytes, 'rejoin-request', [19, 24])
    default:
      return dataFrame(bytes, type)
  }
}

/** Why a frame that is in order has no uplink in it. */
export function refusalOf({ kind }: PhyPayload): FrameRefusal {
  return { kind: 'refused', reason: 'not_for_us', detail: noUplinks[kind] }
}

/** Data frames that have none are those that go down. */
const noUplinks: Record<PhyPayload['kind'], string> = {
  data: 'it is a downlink, to a device',
  'join-request': 'it is a join request, which has no data',
  'join-accept': 'it is a join accept, which goes to a device',
  'rejoin-request': 'it is a rejoin request, and only a network server can answer it',
  proprietary: 'it is a proprietary frame (MType 7)',
}

function dataFrame(bytes: Uint8Array, type: number): DataFrame | FrameRefusal {
  if (bytes.length < SHORTEST_DATA) {
    return malformed(`it has ${bytes.length} bytes, and a data frame at least ${SHORTEST_DATA}`)
  }
  const control = bytes[5] as number
  const optionsEnd = FHDR_END + (control & 0x0f)
  const micStart = bytes.length - MIC_BYTES
  if (optionsEnd > micStart) {
    return malformed(
      `it says that it has ${control & 0x0f} bytes of FOpts, and only ${micStart - FHDR_END} are there`,
    )
  }
  const fPort = optionsEnd < micStart ? (bytes[optionsEnd] as number) : undefined
  if (fPort === 0 && optionsEnd > FHDR_END) {
    return malformed('it has MAC commands in FOpts and FPort 0 as well')
  }
  return {
    kind: 'data',
    direction: type % 2 === 0 ? 'up' : 'down',
    confirmed: type >= 4,
    devAddr: littleEndianHex(bytes, 1, 4),
    adr: (control & 0x80) !== 0,
    adrAckReq: (control & 0x40) !== 0 && type % 2 === 0,
    ack: (control & 0x20) !== 0,
    classBOrPending: (control & 0x10) !== 0,
    fCnt16: (bytes[6] as number) | ((bytes[7] as number) << 8),
    fOpts: bytes.subarray(FHDR_END, optionsEnd),
    ...(fPort !== undefined && { fPort }),
    payload: bytes.subarray(Math.min(optionsEnd + 1, micStart), micStart),
    message: bytes.subarray(0, micStart),
    mic: bytes.subarray(micStart),
  }
}

function joinRequest(bytes: Uint8Array): JoinRequest | FrameRefusal {
  if (bytes.length !== 23) {
    return malformed(`it has ${bytes.length} bytes, and a join request has 23`)
  }
  return {
    kind: 'join-request',
    joinEui: littleEndianHex(bytes, 1, 8),
    devEui: littleEndianHex(bytes, 9, 8),
    devNonce: (bytes[17] as number) | ((bytes[18] as number) << 8),
    message: bytes.subarray(0, 19),
    mic: bytes.subarray(19),
  }
}

function sized(
  bytes: Uint8Array,
  kind: 'join-accept' | 'rejoin-request',
  sizes: readonly number[],
): OtherFrame | FrameRefusal {
  if (sizes.includes(bytes.length)) return { kind }
  const name = kind.replace('-', ' ')
  return malformed(`it has ${bytes.length} bytes, and a ${name} has ${sizes.join(' or ')}`)
}

function malformed(detail: string): FrameRefusal {
  return { kind: 'refused', reason: 'malformed', detail }
}
