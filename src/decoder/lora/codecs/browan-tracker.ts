/**
 * Browan Industrial Tracker and Object Locator, port 136, 11 bytes, little endian. After Browan's
 * reference manual (payload of "Object Locator"); the decoder that is commonly copied masks the
 * highest byte of the latitude wrongly.
 *
 *   0  bit 0 moving, bit 3 no fix, bit 4 GNSS error · 1  low nibble: (25 + n) ÷ 10 V
 *   2  °C + 32 · 3–6  28 bits latitude · 7–10  29 bits longitude, above them the accuracy 2^(n+2) m
 *
 * Without a fix the position is an old one. `batV` is the tracker's own.
 */
import type { DecodedPayload, DecodeResult, LoraPayload } from '../../../model/lora.ts'
import type { NativeCodec, PortLayouts } from './layout.ts'
import { readByPort, viewOf } from './layout.ts'

const layouts: PortLayouts = {
  136: {
    label: 'a position',
    lengths: [11],
    rows: [
      { name: 'moving', at: 0, as: 'u8', mask: 0x01, isFlag: true },
      { name: 'noFix', at: 0, as: 'u8', mask: 0x08, isFlag: true },
      { name: 'gnssError', at: 0, as: 'u8', mask: 0x10, isFlag: true },
      { name: 'batV', at: 1, as: 'u8', mask: 0x0f, plus: 25, per: 10 },
      { name: 'tempC', at: 2, as: 'u8', plus: -32 },
      { name: 'accuracy', at: 10, as: 'u8', mask: 0xe0 },
    ],
  },
}

export const browanTracker: NativeCodec = { name: 'browan-tracker', decode }

function decode(payload: LoraPayload): DecodeResult {
  const read = readByPort('browan-tracker', layouts, payload)
  if ('error' in read) return read
  const { accuracy, ...fields } = read.fields
  const view = viewOf(payload.bytes)
  fields.latitude = signed(view.getUint32(3, true), 28) / 1_000_000
  fields.longitude = signed(view.getUint32(7, true), 29) / 1_000_000
  fields.accuracyM = 2 ** (Number(accuracy) + 2)
  const decoded: DecodedPayload = { fields, warnings: read.warnings }
  if (fields.noFix === true || fields.gnssError === true) decoded.isPositionStale = true
  return { decoded }
}

/** The lowest bits of a number as two's complement. */
function signed(raw: number, bits: number): number {
  return (raw << (32 - bits)) >> (32 - bits)
}
