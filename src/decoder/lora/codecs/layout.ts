/**
 * Payloads of fixed layout as tables: which field stands where. Device codecs hold such tables;
 * here they are read.
 */
import type { DecodeResult, LoraCodec, LoraPayload } from '../../../model/lora.ts'

/** A codec that answers at once. */
export interface NativeCodec extends LoraCodec {
  decode(payload: LoraPayload): DecodeResult
}

export type RawType = 'u8' | 'i8' | 'u16' | 'i16' | 'i24' | 'u32' | 'i32'

/** value = ((raw AND mask) × times + plus) ÷ per: whole numbers, and one division at the end. */
export interface FieldRow {
  name: string
  /** Of its first byte. */
  at: number
  as: RawType
  /** Taken before anything else; its lowest bit becomes bit 0 unless `isInPlace`. */
  mask?: number
  /** The bits around a masked number are those of something else, the number keeps its size. */
  isInPlace?: true
  times?: number
  plus?: number
  per?: number
  /** The value is whether any bit of the mask is set. */
  isFlag?: true
  /** The value is one of these texts; beyond them there is none. */
  texts?: readonly string[]
  /** The number, before it is scaled, that means: not known. */
  absent?: number
}

export interface PortLayout {
  label: string
  /** Numbers of bytes that it can have. */
  lengths: readonly number[]
  /** More bytes than the greatest of them are later additions, and are not read. */
  orMore?: true
  isBigEndian?: true
  rows: readonly FieldRow[]
}

export type PortLayouts = Readonly<Record<number, PortLayout>>

export type LayoutResult =
  | { fields: Record<string, unknown>; layout: PortLayout; warnings: string[] }
  | { error: string }

const widths: Record<RawType, number> = { u8: 1, i8: 1, u16: 2, i16: 2, i24: 3, u32: 4, i32: 4 }

/** Reads a payload by the layout of its port. Rows beyond its end are not there. */
export function readByPort(
  device: string,
  layouts: PortLayouts,
  { bytes, fPort }: LoraPayload,
): LayoutResult {
  const layout = layouts[fPort]
  if (layout === undefined) {
    const known = Object.keys(layouts).join(', ')
    return { error: `${device}: port ${fPort} carries nothing that is known; known are ${known}` }
  }
  const { lengths, orMore, label } = layout
  const most = Math.max(...lengths)
  if (!lengths.includes(bytes.length) && !(orMore && bytes.length > most)) {
    const accepted = `${lengths.join(' or ')}${orMore ? ' or more' : ''}`
    return {
      error: `${device}: length ${bytes.length} on port ${fPort}: ${label} has ${accepted} bytes`,
    }
  }
  const warnings =
    bytes.length > most ? [`${bytes.length - most} bytes after the ${label} are not read`] : []
  return { fields: readRows(viewOf(bytes), layout), layout, warnings }
}

function readRows(view: DataView, { rows, isBigEndian }: PortLayout): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const row of rows) {
    if (row.at + widths[row.as] > view.byteLength) continue
    const raw = rawAt(view, row.at, { as: row.as, isLittle: isBigEndian !== true })
    const value = scaled(raw, row)
    if (value !== undefined) fields[row.name] = value
  }
  return fields
}

function scaled(raw: number, row: FieldRow): number | string | boolean | undefined {
  const { mask, times = 1, plus = 0, per = 1 } = row
  if (row.isFlag) return (raw & (mask ?? -1)) !== 0
  const number = mask === undefined ? raw : (raw & mask) >> (row.isInPlace ? 0 : lowestBit(mask))
  if (number === row.absent) return undefined
  if (row.texts) return row.texts[number]
  return (number * times + plus) / per
}

function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask)
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function rawAt(
  view: DataView,
  at: number,
  { as, isLittle }: { as: RawType; isLittle: boolean },
): number {
  switch (as) {
    case 'u8':
      return view.getUint8(at)
    case 'i8':
      return view.getInt8(at)
    case 'u16':
      return view.getUint16(at, isLittle)
    case 'i16':
      return view.getInt16(at, isLittle)
    case 'u32':
      return view.getUint32(at, isLittle)
    case 'i32':
      return view.getInt32(at, isLittle)
    case 'i24': {
      const high = view.getInt8(isLittle ? at + 2 : at)
      const low = view.getUint8(isLittle ? at : at + 2)
      return high * 65_536 + view.getUint8(at + 1) * 256 + low
    }
  }
}
