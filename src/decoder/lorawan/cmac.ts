/**
 * AES-CMAC (RFC 4493) for one key, made for many short messages: the cipher and both subkeys are
 * made once.
 *
 * CMAC is CBC from a zero vector, and OpenSSL's cipher goes on from its last block. That block is
 * added to the first of the next message, which takes it out again: one call a message, and no
 * cipher made anew for each.
 */
import { type Cipher, createCipheriv, timingSafeEqual } from 'node:crypto'

const BLOCK = 16
/** The doubling constant of the field, RFC 4493 section 2.3. */
const RB = 0x87

export class Cmac {
  readonly #cipher: Cipher
  /** The cipher's last block. */
  #chain: Uint8Array
  readonly #k1: Uint8Array
  readonly #k2: Uint8Array
  /** Grows to the longest message; a LoRaWAN frame with its block B fits at once. */
  #room = new Uint8Array(18 * BLOCK)

  /** The key has 16 bytes. */
  constructor(key: Uint8Array) {
    this.#cipher = createCipheriv('aes-128-cbc', key, new Uint8Array(BLOCK)).setAutoPadding(false)
    this.#chain = this.#cipher.update(new Uint8Array(BLOCK))
    this.#k1 = doubled(this.#chain)
    this.#k2 = doubled(this.#k1)
  }

  /** All 16 bytes of the code of `message`, or of `block` and `message` put together. */
  code(message: Uint8Array, block?: Uint8Array): Uint8Array {
    const head = block?.length ?? 0
    const length = head + message.length
    const size = Math.max(1, Math.ceil(length / BLOCK)) * BLOCK
    if (this.#room.length < size) this.#room = new Uint8Array(size)
    const room = this.#room
    if (block !== undefined) room.set(block)
    room.set(message, head)
    if (length < size) {
      room.fill(0, length, size)
      room[length] = 0x80
    }
    xorInto(room, size - BLOCK, length === size ? this.#k1 : this.#k2)
    xorInto(room, 0, this.#chain)
    this.#chain = this.#cipher.update(room.subarray(0, size)).subarray(size - BLOCK)
    return Uint8Array.from(this.#chain)
  }
}

/** Whether two byte strings are equal, in a time that does not tell where they differ. */
export function isSameCode(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

function xorInto(target: Uint8Array, start: number, other: Uint8Array): void {
  for (let index = 0; index < BLOCK; index++) {
    target[start + index] = (target[start + index] as number) ^ (other[index] as number)
  }
}

/** Times two in GF(2^128). */
function doubled(block: Uint8Array): Uint8Array {
  const result = new Uint8Array(BLOCK)
  for (let index = 0; index < BLOCK; index++) {
    result[index] = ((block[index] as number) << 1) | ((block[index + 1] ?? 0) >> 7)
  }
  if ((block[0] as number) & 0x80) result[BLOCK - 1] = (result[BLOCK - 1] as number) ^ RB
  return result
}
