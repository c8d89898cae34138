/**
 * CBOR (RFC 8949) as far as batches have it: definite lengths, text keys, no tags. The library of
 * cbor.ts sets aside room for as many items as a head claims, 100 million from five damaged bytes, and
 * follows tags; here every length is held against the bytes that are there first.
 *
 * A map becomes a `Map`; byte strings are views of the input.
 */
import { invalid } from './batch-format.ts'

const DEPTH = 16
const texts = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function readCbor(bytes: Uint8Array): unknown {
  const reader = new StrictCbor(bytes)
  const value = reader.item(0)
  reader.end()
  return value
}

/** Maps as plain objects, all the way down. */
export function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainOf)
  if (!(value instanceof Map)) return value
  return Object.fromEntries([...value].map(([key, each]) => [key, plainOf(each)]))
}

class StrictCbor {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  item(depth: number): unknown {
    if (depth > DEPTH) throw invalid('it is nested too deeply')
    const head = this.#bytes[this.#take(1)] as number
    const info = head & 31
    switch (head >> 5) {
      case 0:
        return this.#argument(info)
      case 1:
        return -1 - this.#argument(info)
      case 2:
        return this.#string(info)
      case 3:
        return this.#text(info)
      case 4:
        return this.#array(info, depth)
      case 5:
        return this.#map(info, depth)
      case 7:
        return this.#simple(info)
      default:
        throw invalid('it has a tag')
    }
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw invalid('bytes are left after its end')
  }

  /** Where the next bytes start, if they are there. */
  #take(bytes: number): number {
    const at = this.#at
    if (bytes > this.#bytes.length - at) throw invalid('it is cut off')
    this.#at += bytes
    return at
  }

  #argument(info: number): number {
    if (info < 24) return info
    if (info === 24) return this.#view.getUint8(this.#take(1))
    if (info === 25) return this.#view.getUint16(this.#take(2))
    if (info === 26) return this.#view.getUint32(this.#take(4))
    if (info !== 27) throw invalid('it has a length that is not definite')
    const at = this.#take(8)
    const value = this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4)
    if (value > Number.MAX_SAFE_INTEGER) throw invalid('it has a number that is too large')
    return value
  }

  #string(info: number): Uint8Array {
    const length = this.#argument(info)
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  #text(info: number): string {
    try {
      return texts.decode(this.#string(info))
    } catch (error) {
      throw error instanceof TypeError ? invalid('it has a text that is no UTF-8') : error
    }
  }

  #array(info: number, depth: number): unknown[] {
    const length = this.#lengthOf(info, 1)
    const items: unknown[] = []
    for (let i = 0; i < length; i++) items.push(this.item(depth + 1))
    return items
  }

  #map(info: number, depth: number): Map<string, unknown> {
    const length = this.#lengthOf(info, 2)
    const map = new Map<string, unknown>()
    for (let i = 0; i < length; i++) {
      const key = this.item(depth + 1)
      if (typeof key !== 'string' || map.has(key)) throw invalid('it has a key that is none')
      map.set(key, this.item(depth + 1))
    }
    return map
  }

  /** Of an array or map; each entry takes so many bytes at least. */
  #lengthOf(info: number, bytesEach: number): number {
    const length = this.#argument(info)
    if (length * bytesEach > this.#bytes.length - this.#at) throw invalid('it is cut off')
    return length
  }

  #simple(info: number): unknown {
    switch (info) {
      case 20:
        return false
      case 21:
        return true
      case 22:
        return null
      case 23:
        return undefined
      case 25:
        return halfOf(this.#view.getUint16(this.#take(2)))
      case 26:
        return this.#view.getFloat32(this.#take(4))
      case 27:
        return this.#view.getFloat64(this.#take(8))
      default:
        throw invalid(`it has the simple value ${info}`)
    }
  }
}

/** IEEE 754 half precision, which other writers use (RFC 8949, appendix D). */
function halfOf(bits: number): number {
  const exponent = (bits >> 10) & 31
  const mantissa = bits & 1023
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent < 31) return sign * (mantissa + 1024) * 2 ** (exponent - 25)
  return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
}
