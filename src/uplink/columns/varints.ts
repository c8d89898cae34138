/**
 * LEB128 varints of whole numbers below 2^53, unsigned and signed (zigzag): see batch-format.ts. Hot.
 * Up to 2^31 by bit operations, beyond by arithmetic, which stays exact.
 */
import { invalid } from './batch-format.ts'

const SMALL = 2 ** 31
const MOST_BYTES = 8

/** Room for as many varints as told; whoever writes more has miscounted. */
export class VarintWriter {
  #bytes: Uint8Array
  #at = 0

  constructor(numbers: number) {
    this.#bytes = new Uint8Array(numbers * MOST_BYTES)
  }

  unsigned(value: number): void {
    let rest = value
    while (rest >= SMALL) {
      this.#bytes[this.#at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.#at++] = rest
  }

  /** Less than 2^52 from 0. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** A copy, no longer than what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }
}

export class VarintReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  unsigned(): number {
    const bytes = this.#bytes
    let byte = bytes[this.#at++]
    if (byte === undefined) throw invalid('a column ends too early')
    if (byte < 128) return byte
    let value = byte & 127
    let factor = 128
    for (let read = 1; read < MOST_BYTES; read++) {
      byte = bytes[this.#at++]
      if (byte === undefined) throw invalid('a column ends within a number')
      value += (byte & 127) * factor
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      factor *= 128
    }
    throw invalid('a number in a column is too long')
  }

  signed(): number {
    const value = this.unsigned()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Throws if anything is left. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw invalid('bytes are left after the end of a column')
  }
}
