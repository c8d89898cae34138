/**
 * The oracle of the DBC tests: signals one bit at a time, in BigInt, straight from the definition
 * of the start bit. Slow, and shares nothing with the decoder but the parsed file.
 */
import type { DbcMessage, DbcSignal } from '../../src/decoder/dbc/dbc.ts'

/** The bits of a signal, most significant first, or undefined where the message is too short. */
function bitsOf(signal: DbcSignal, data: Uint8Array): bigint | undefined {
  let value = 0n
  if (signal.bigEndian) {
    let byte = Math.floor(signal.start / 8)
    let bit = signal.start % 8
    for (let taken = 0; taken < signal.length; taken++) {
      const octet = data[byte]
      if (octet === undefined) return undefined
      value = value * 2n + BigInt(Math.floor(octet / 2 ** bit) % 2)
      if (bit === 0) {
        byte += 1
        bit = 7
      } else {
        bit -= 1
      }
    }
    return value
  }
  for (let index = signal.length - 1; index >= 0; index--) {
    const position = signal.start + index
    const octet = data[Math.floor(position / 8)]
    if (octet === undefined) return undefined
    value = value * 2n + BigInt(Math.floor(octet / 2 ** (position % 8)) % 2)
  }
  return value
}

function isPresent(message: DbcMessage, signal: DbcSignal, data: Uint8Array): boolean {
  const { branch } = signal
  if (!branch) return true
  const above = message.signals.find(({ symbol }) => symbol === branch.multiplexer)
  if (!above || !isPresent(message, above, data)) return false
  const id = bitsOf(above, data)
  return id !== undefined && branch.ranges.some(({ from, to }) => id >= from && id <= to)
}

export interface Expected {
  symbol: string
  raw: bigint | number
  value: bigint | number
}

export function referenceDecode(message: DbcMessage, data: Uint8Array): Expected[] {
  const result: Expected[] = []
  for (const signal of message.signals) {
    if (!isPresent(message, signal, data)) continue
    const bits = bitsOf(signal, data)
    if (bits === undefined) continue
    const raw = rawOf(signal, bits)
    result.push({ symbol: signal.symbol, raw, value: scaled(signal, raw) })
  }
  return result
}

function rawOf(signal: DbcSignal, bits: bigint): bigint | number {
  if (signal.type === 'unsigned') return bits
  if (signal.type === 'signed') return BigInt.asIntN(signal.length, bits)
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return signal.type === 'float32' ? view.getFloat32(4) : view.getFloat64(0)
}

function scaled({ factor, offset }: DbcSignal, raw: bigint | number): bigint | number {
  if (typeof raw === 'bigint' && Number.isSafeInteger(factor) && Number.isSafeInteger(offset)) {
    return raw * BigInt(factor) + BigInt(offset)
  }
  return Number(raw) * factor + offset
}

/** mulberry32: the same numbers for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Random bytes; now and then all zeros or all ones, where signs and limits are. */
export function randomBytes(random: () => number, length: number): Uint8Array {
  const kind = random()
  const fill = kind < 0.1 ? 0 : kind < 0.2 ? 0xff : undefined
  return Uint8Array.from({ length }, () => fill ?? Math.floor(random() * 256))
}
