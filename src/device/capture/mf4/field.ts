/**
 * Fields of MDF 4 records: from where a channel says that its bits are to a function that reads
 * them. An integer is the bytes from `byteOffset` on, as many as its bits reach into, taken as one
 * number in the byte order of its type and shifted down by `bitOffset`. Hot.
 */
import type { Conversion } from './conversion.ts'

/** Channel types (CN data 0) that matter here. */
export const channelTypes = {
  fixed: 0,
  variable: 1,
  master: 2,
  virtualMaster: 3,
  maximum: 5,
  virtual: 6,
} as const

export const TYPE_BYTES = 10
const FLAG_INVALID = 1
const FLAG_INVALID_BIT = 2

export interface Channel {
  name: string
  type: number
  /** 1 for time. */
  counts: number
  dataType: number
  bitOffset: number
  byteOffset: number
  bitCount: number
  flags: number
  invalidBit: number
  /** Place of its signal data; 0 for none. */
  data: number
  /** Undefined for one that is not understood. */
  conversion: Conversion | undefined
}

/** `index` is the number of the record in its group. NaN where the record has no value. */
export type Field = (view: DataView, base: number, index: number) => number

/** The value times `scale`; undefined if it cannot be read from records of so many bytes. */
export function fieldOf(channel: Channel, dataBytes: number, scale = 1): Field | undefined {
  const { conversion, flags } = channel
  if (conversion === undefined || flags & FLAG_INVALID) return undefined
  const raw = rawOf(channel, dataBytes)
  if (raw === undefined) return undefined
  const value = converted(raw, conversion, scale)
  return flags & FLAG_INVALID_BIT ? unlessInvalid(value, dataBytes, channel.invalidBit) : value
}

function converted(raw: Field, conversion: Conversion, scale: number): Field {
  if (conversion.kind === 'function') {
    const { of } = conversion
    return (view, base, index) => of(raw(view, base, index)) * scale
  }
  const offset = conversion.offset * scale
  const factor = conversion.factor * scale
  if (offset === 0 && factor === 1) return raw
  if (factor === 0) return () => offset
  return (view, base, index) => raw(view, base, index) * factor + offset
}

/** Invalidation bits follow the data of a record. */
function unlessInvalid(field: Field, dataBytes: number, bit: number): Field {
  const at = dataBytes + Math.floor(bit / 8)
  const mask = 1 << (bit % 8)
  return (view, base, index) => {
    const place = base + at
    if (place < view.byteLength && view.getUint8(place) & mask) return Number.NaN
    return field(view, base, index)
  }
}

function rawOf(channel: Channel, dataBytes: number): Field | undefined {
  const { type, dataType, byteOffset, bitOffset, bitCount } = channel
  if (type === channelTypes.virtual || type === channelTypes.virtualMaster) {
    return (_view, _base, index) => index
  }
  const span = Math.ceil((bitOffset + bitCount) / 8)
  if (bitCount === 0 || span > 8 || bitOffset > 7 || byteOffset + span > dataBytes) return undefined
  const little = dataType % 2 === 0
  if (dataType <= 3 && span > 4) return wide(channel, span, little, dataType >= 2)
  if (dataType <= 1) return unsigned(channel, span, little)
  if (dataType <= 3) return signed(unsigned(channel, span, little), bitCount)
  if (dataType > 5 || bitOffset !== 0) return undefined
  if (bitCount === 32) return (view, base) => view.getFloat32(base + byteOffset, little)
  if (bitCount === 64) return (view, base) => view.getFloat64(base + byteOffset, little)
  return undefined
}

function unsigned(channel: Channel, span: number, little: boolean): Field {
  const { byteOffset, bitOffset, bitCount } = channel
  if (span === 1) {
    const mask = 2 ** bitCount - 1
    return (view, base) => (view.getUint8(base + byteOffset) >>> bitOffset) & mask
  }
  const mask = bitCount === 32 ? -1 : 2 ** bitCount - 1
  return (view, base) => ((part(view, base + byteOffset, span, little) >>> bitOffset) & mask) >>> 0
}

/** More than four bytes, in two halves: exact up to 2^53, above and below zero. */
function wide(channel: Channel, span: number, little: boolean, isSigned: boolean): Field {
  const { byteOffset, bitOffset, bitCount } = channel
  const highSpan = span - 4
  const lowAt = byteOffset + (little ? 0 : highSpan)
  const highAt = byteOffset + (little ? 4 : 0)
  const shift = 2 ** bitOffset
  const lift = 2 ** (32 - bitOffset)
  const highBits = bitCount + bitOffset - 32
  const mask = highBits === 32 ? -1 : 2 ** highBits - 1
  const half = isSigned ? 2 ** (highBits - 1) : Number.POSITIVE_INFINITY
  return (view, base) => {
    const low = part(view, base + lowAt, 4, little)
    const high = (part(view, base + highAt, highSpan, little) & mask) >>> 0
    return Math.floor(low / shift) + (high >= half ? high - 2 * half : high) * lift
  }
}

/** One to four bytes as a number of 32 bits. */
function part(view: DataView, at: number, span: number, little: boolean): number {
  if (span === 4) return view.getUint32(at, little)
  if (span === 2) return view.getUint16(at, little)
  let value = 0
  for (let i = 0; i < span; i += 1) {
    value |= view.getUint8(at + i) << (8 * (little ? i : span - 1 - i))
  }
  return value >>> 0
}

function signed(field: Field, bitCount: number): Field {
  const half = 2 ** (bitCount - 1)
  const whole = 2 ** bitCount
  return (view, base, index) => {
    const value = field(view, base, index)
    return value >= half ? value - whole : value
  }
}
