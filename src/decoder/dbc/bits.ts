/**
 * Takes a signal's bits out of a message. The plan (which bytes, in which direction, how far to
 * shift) is made once; what is returned runs for every frame and neither allocates nor decides.
 */
import { type DbcSignal, lastBit } from './dbc.ts'

export type Raw = number | bigint

/** Reads from a message that is long enough. Numbers while they are safe, BigInt beyond. */
export type RawReader = (data: Uint8Array) => Raw

type NumberReader = (data: Uint8Array) => number

/** What a number holds exactly. */
export const MAX_EXACT_BITS = 53
const WORD_BITS = 32
const WORD = 0x1_0000_0000

/** How many bytes a message must have for the signal to be in it. */
export function bytesNeeded({ start, length, bigEndian }: DbcSignal): number {
  return (lastBit(start, length, bigEndian) >> 3) + 1
}

/** The signal's raw value: two's complement where it is signed, the number itself for floats. */
export function rawReader(signal: DbcSignal): RawReader {
  if (signal.type === 'float32' || signal.type === 'float64') return floatReader(signal)
  const signed = signal.type === 'signed'
  if (signal.length <= MAX_EXACT_BITS) return exactReader(signal, 0, signal.length, signed)
  return signal.length <= 2 * WORD_BITS ? longReader(signal, signed) : wideReader(signal, signed)
}

/** The bits as an unsigned number, for multiplexers; up to 53 of them. */
export function unsignedReader(signal: DbcSignal): NumberReader {
  return exactReader(signal, 0, signal.length, false)
}

/**
 * Reads `length` bits of the signal, `skip` above its least significant one; up to 53.
 *
 * Seen from the least significant bit, a Motorola signal goes through the bytes downwards and an
 * Intel one upwards; within a byte both go from bit 0 to bit 7.
 */
function exactReader(
  signal: DbcSignal,
  skip: number,
  length: number,
  signed: boolean,
): NumberReader {
  const plan = planOf(signal, skip, length)
  if (plan.shift + length <= WORD_BITS) return wordReader(plan, signed)
  return manyBytesReader(plan, signed)
}

function planOf(
  { bigEndian, start, length: whole }: DbcSignal,
  skip: number,
  length: number,
): Plan {
  const lowest = bigEndian ? lastBit(start, whole, true) - skip : start + skip
  const step = bigEndian ? -1 : 1
  const byte = lowest >> 3
  const shift = bigEndian ? 7 - (lowest & 7) : lowest & 7
  const count = (shift + length + 7) >> 3
  return { byte, step, shift, count, length }
}

interface Plan {
  /** The byte with the least significant bit. */
  byte: number
  step: 1 | -1
  shift: number
  count: number
  length: number
}

/** Up to 32 bits in up to four bytes: `((bytes joined) << left) >> right`, `>>>` for unsigned ones. */
export interface WordPlan {
  byte: number
  step: 1 | -1
  count: number
  left: number
  right: number
  signed: boolean
}

/** Undefined for what is longer, and for floating-point signals. */
export function wordPlanOf(signal: DbcSignal): WordPlan | undefined {
  const { type, length } = signal
  if (type !== 'signed' && type !== 'unsigned') return undefined
  const { byte, step, shift, count } = planOf(signal, 0, length)
  if (shift + length > WORD_BITS) return undefined
  const left = WORD_BITS - length - shift
  return { byte, step, count, left, right: WORD_BITS - length, signed: type === 'signed' }
}

/** One to four bytes, in 32-bit integer arithmetic. */
function wordReader({ byte, step, shift, count, length }: Plan, signed: boolean): NumberReader {
  // Shifting the sign to bit 31 and back also cuts off what is above the signal.
  const left = WORD_BITS - length - shift
  const right = WORD_BITS - length
  const [b0, b1, b2, b3] = [byte, byte + step, byte + 2 * step, byte + 3 * step]
  // The caller has checked the length: no byte is missing.
  const at = (data: Uint8Array, index: number) => data[index] as number
  if (signed) {
    if (count === 1) return (data) => (at(data, b0) << left) >> right
    if (count === 2) return (data) => ((at(data, b0) | (at(data, b1) << 8)) << left) >> right
    if (count === 3) {
      return (data) =>
        ((at(data, b0) | (at(data, b1) << 8) | (at(data, b2) << 16)) << left) >> right
    }
    return (data) =>
      ((at(data, b0) | (at(data, b1) << 8) | (at(data, b2) << 16) | (at(data, b3) << 24)) <<
        left) >>
      right
  }
  if (count === 1) return (data) => (at(data, b0) << left) >>> right
  if (count === 2) return (data) => ((at(data, b0) | (at(data, b1) << 8)) << left) >>> right
  if (count === 3) {
    return (data) => ((at(data, b0) | (at(data, b1) << 8) | (at(data, b2) << 16)) << left) >>> right
  }
  return (data) =>
    ((at(data, b0) | (at(data, b1) << 8) | (at(data, b2) << 16) | (at(data, b3) << 24)) << left) >>>
    right
}

/** Two to eight bytes, in floating point, which is exact up to 53 bits. */
function manyBytesReader(plan: Plan, signed: boolean): NumberReader {
  const { byte, step, shift, count, length } = plan
  const last = byte + (count - 1) * step
  const firstScale = 2 ** (8 - shift)
  const lastMask = 0xff >> (count * 8 - shift - length)
  const half = signed ? 2 ** (length - 1) : Number.POSITIVE_INFINITY
  const full = 2 ** length
  return (data) => {
    let value = (data[byte] as number) >> shift
    let scale = firstScale
    for (let index = byte + step; index !== last; index += step) {
      value += (data[index] as number) * scale
      scale *= 256
    }
    value += ((data[last] as number) & lastMask) * scale
    return value >= half ? value - full : value
  }
}

/** 54 to 64 bits: two halves, joined as numbers where that is exact. */
function longReader(signal: DbcSignal, signed: boolean): RawReader {
  const low = exactReader(signal, 0, WORD_BITS, false)
  const high = exactReader(signal, WORD_BITS, signal.length - WORD_BITS, signed)
  return (data) => {
    const upper = high(data)
    const value = upper * WORD + low(data)
    if (Number.isSafeInteger(value)) return value
    return (BigInt(upper) << 32n) | BigInt(low(data))
  }
}

/** Beyond 64 bits, which some files use for texts: 32 bits at a time. */
function wideReader(signal: DbcSignal, signed: boolean): RawReader {
  const words: NumberReader[] = []
  for (let skip = 0; skip < signal.length; skip += WORD_BITS) {
    const length = Math.min(WORD_BITS, signal.length - skip)
    words.push(exactReader(signal, skip, length, signed && skip + length === signal.length))
  }
  words.reverse()
  return (data) => {
    let value = 0n
    for (const word of words) value = (value << 32n) | BigInt(word(data))
    return normal(value)
  }
}

/** A number where it is safe. */
export function normal(value: bigint): Raw {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function floatReader(signal: DbcSignal): NumberReader {
  const view = new DataView(new ArrayBuffer(8))
  const low = exactReader(signal, 0, WORD_BITS, false)
  if (signal.type === 'float32') {
    return (data) => {
      view.setUint32(0, low(data))
      return view.getFloat32(0)
    }
  }
  const high = exactReader(signal, WORD_BITS, WORD_BITS, false)
  return (data) => {
    view.setUint32(0, high(data))
    view.setUint32(4, low(data))
    return view.getFloat64(0)
  }
}
