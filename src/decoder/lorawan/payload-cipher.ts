/**
 * Encryption of FRMPayload and, in 1.1, of FOpts (LoRaWAN 1.0.4, section 4.3.3; 1.1, section
 * 4.3.1.6 with its errata). Both ways are the same: XOR with AES of the blocks
 *
 *   A: 01, 4 bytes 0, direction, DevAddr 4, counter 4, 0, number of the block from 1
 *
 * FOpts have one block, with 01 in the last of the four bytes. Deciphering never fails; only the
 * MIC says whether the text is true, so it comes first.
 */
import { type Cipher, createCipheriv } from 'node:crypto'
import type { DataFrame } from './frame.ts'
import { setCounter } from './mic.ts'

const BLOCK = 16

export class PayloadCipher {
  readonly #cipher: Cipher

  /** The key has 16 bytes. */
  constructor(key: Uint8Array) {
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  }

  /** `text` is that of the frame, in clear or not; the frame gives direction and address. */
  payload(
    frame: Pick<DataFrame, 'direction' | 'message'>,
    fCnt: number,
    text: Uint8Array,
  ): Uint8Array {
    return this.#crypt(frame, fCnt, { text, mark: 0 })
  }

  /** FOpts of a 1.1 uplink, at most 15 bytes. */
  fOpts(frame: Pick<DataFrame, 'direction' | 'message'>, fCnt: number, text: Uint8Array) {
    return this.#crypt(frame, fCnt, { text, mark: 1 })
  }

  #crypt(
    frame: Pick<DataFrame, 'direction' | 'message'>,
    fCnt: number,
    { text, mark }: { text: Uint8Array; mark: number },
  ): Uint8Array {
    const count = Math.ceil(text.length / BLOCK)
    const blocks = new Uint8Array(count * BLOCK)
    for (let number = 1; number <= count; number++) {
      const block = blocks.subarray((number - 1) * BLOCK, number * BLOCK)
      block[0] = 0x01
      block[4] = mark
      block[5] = frame.direction === 'up' ? 0 : 1
      block.set(frame.message.subarray(1, 5), 6)
      setCounter(block, fCnt)
      block[15] = number
    }
    const stream = this.#cipher.update(blocks)
    return Uint8Array.from(text, (byte, index) => byte ^ (stream[index] as number))
  }
}
