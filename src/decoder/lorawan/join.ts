/**
 * Joining over the air, as far as somebody who only listens has to do with it: whether a join
 * request is authentic, what a join accept says, and which session keys follow from both (LoRaWAN
 * 1.0.4 and 1.1, section 6.2). Nothing here answers a join.
 */
import { createCipheriv } from 'node:crypto'
import { Cmac, isSameCode } from './cmac.ts'
import type { JoinRequest } from './frame.ts'
import { littleEndianHex } from './hex.ts'

export interface JoinAccept {
  joinNonce: number
  /** Upper-case hex, 6 digits. */
  netId: string
  /** Upper-case hex, 8 digits. */
  devAddr: string
  dlSettings: number
  rxDelay: number
  /** 16 bytes, where the network gives channels. */
  cfList?: Uint8Array
  /** Whether it is that of the key. */
  isAuthentic: boolean
}

/** What both sides contribute to the keys of a session. */
export interface JoinNonces {
  joinNonce: number
  devNonce: number
}

/** Whether the device that has the AppKey (1.1: NwkKey) made it. */
export function isAuthenticJoin(request: JoinRequest, key: Cmac): boolean {
  return isSameCode(key.code(request.message).subarray(0, 4), request.mic)
}

/**
 * Opens a join accept of 1.0 with the AppKey. A network "encrypts" it by deciphering, so that
 * devices need only the way there. Undefined where the length is not that of one.
 */
export function openJoinAccept(bytes: Uint8Array, appKey: Uint8Array): JoinAccept | undefined {
  if (bytes.length !== 17 && bytes.length !== 33) return undefined
  const clear = new Uint8Array(bytes.length)
  clear[0] = bytes[0] as number
  clear.set(aes(appKey, bytes.subarray(1)), 1)
  const end = clear.length - 4
  const code = new Cmac(appKey).code(clear.subarray(0, end)).subarray(0, 4)
  return {
    joinNonce: number24(clear, 1),
    netId: littleEndianHex(clear, 4, 3),
    devAddr: littleEndianHex(clear, 7, 4),
    dlSettings: clear[11] as number,
    rxDelay: clear[12] as number,
    ...(end > 13 && { cfList: clear.slice(13, end) }),
    isAuthentic: isSameCode(code, clear.subarray(end)),
  }
}

/** Session keys of 1.0: AES of number, JoinNonce, NetID, DevNonce, filled up with zeros. */
export function sessionKeys10(
  appKey: Uint8Array,
  { joinNonce, devNonce, netId }: JoinNonces & { netId: number },
): { nwkSKey: Uint8Array; appSKey: Uint8Array } {
  const key = (number: number) =>
    aes(appKey, block(number, [joinNonce, 3], [netId, 3], [devNonce, 2]))
  return { nwkSKey: key(1), appSKey: key(2) }
}

/** Session keys of 1.1: AES of number, JoinNonce, JoinEUI, DevNonce. `joinEui` as hex. */
export function sessionKeys11(
  { appKey, nwkKey }: { appKey: Uint8Array; nwkKey: Uint8Array },
  { joinNonce, devNonce, joinEui }: JoinNonces & { joinEui: string },
): Record<'fNwkSIntKey' | 'sNwkSIntKey' | 'nwkSEncKey' | 'appSKey', Uint8Array> {
  const eui = BigInt(`0x${joinEui}`)
  const key = (root: Uint8Array, number: number) =>
    aes(root, block(number, [joinNonce, 3], [eui, 8], [devNonce, 2]))
  return {
    fNwkSIntKey: key(nwkKey, 1),
    appSKey: key(appKey, 2),
    sNwkSIntKey: key(nwkKey, 3),
    nwkSEncKey: key(nwkKey, 4),
  }
}

/** A block of numbers, least significant byte first. */
function block(
  first: number,
  ...fields: readonly [value: number | bigint, bytes: number][]
): Uint8Array {
  const bytes = new Uint8Array(16)
  bytes[0] = first
  let at = 1
  for (const [value, length] of fields) {
    for (let index = 0; index < length; index++) {
      bytes[at++] = Number((BigInt(value) >> BigInt(8 * index)) & 0xffn)
    }
  }
  return bytes
}

function aes(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  return Uint8Array.from(cipher.update(blocks))
}

function number24(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16)
  )
}
