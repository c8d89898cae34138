/**
 * DM1 (J1939-73 as public knowledge): lamps in bytes 1 and 2 (lamps.ts), then the active trouble
 * codes (trouble-codes.ts), at least one, even if it means that there is none. The other messages
 * of that layout, and the remaining diagnostic messages, are in dm.ts.
 */
import { type Lamps, lampsOf } from './lamps.ts'
import { CODE_BYTES, codeAt, codesFrom, type TroubleCode } from './trouble-codes.ts'

export type { Lamp } from './lamps.ts'
export type { TroubleCode } from './trouble-codes.ts'

export interface ActiveCodes<C extends TroubleCode = TroubleCode> {
  lamps: Lamps
  dtcs: C[]
}

export const PGN_DM1 = 65226
const LAMP_BYTES = 2

/** One frame, padded, or lamps and whole codes. */
export function isCodesLength(length: number): boolean {
  if (length === 8) return true
  return length >= LAMP_BYTES + CODE_BYTES && (length - LAMP_BYTES) % CODE_BYTES === 0
}

/** Undefined for a length that is neither one frame nor lamps and whole codes. */
export function decodeDm1(data: Uint8Array, length: number): ActiveCodes | undefined {
  return isCodesLength(length) ? lampsAndCodes(data, length, codeAt) : undefined
}

export function lampsAndCodes<C extends TroubleCode>(
  data: Uint8Array,
  length: number,
  read: (data: Uint8Array, at: number) => C | undefined,
): ActiveCodes<C> {
  return {
    lamps: lampsOf(data[0] as number, data[1] as number),
    dtcs: codesFrom(data, LAMP_BYTES, length, read),
  }
}
