/**
 * Trouble codes (J1939-73 as public knowledge), four bytes each:
 *
 *   bytes 1–3   SPN (19 bits) and FMI (bits 5–1 of byte 3)
 *   byte 4      conversion method in bit 8, occurrence count in bits 7–1
 *
 * Where the conversion method is 0, the SPN stands as version 4 has it. Where it is 1, the sender
 * is of an older version, and nothing on the bus tells which:
 *
 *   version   byte 1        byte 2        byte 3, bits 8–6
 *   1         SPN 18…11     SPN 10…3      SPN 2…0
 *   2         SPN 10…3      SPN 18…11     SPN 2…0
 *   3, 4      SPN 7…0       SPN 15…8      SPN 18…16
 *
 * SPN 0 with FMI 0, and a code of all ones, mean: no code.
 */
import { word16 } from './bytes.ts'

export interface TroubleCode {
  spn: number
  fmi: number
  /** How often it occurred; 127 is not available. */
  oc: number
  /** Conversion method bit: 0 is the current one (version 4). */
  cm: number
}

export type SpnVersion = 1 | 2 | 3 | 4

/** A code whose SPN may have been meant otherwise. */
export interface VersionedCode extends TroubleCode {
  /** Where the conversion method is 1: what the SPN is by each version that it may be of. */
  spnByVersion?: { 1: number; 2: number; 3: number }
}

export const CODE_BYTES = 4
export const ALL_ONES_SPN = 0x7ffff

/** The SPN of the code at `at`, as a sender of this version means it. */
export function spnAt(data: Uint8Array, at: number, version: SpnVersion): number {
  const first = data[at] as number
  const second = data[at + 1] as number
  const bits = (data[at + 2] as number) >> 5
  if (version === 1) return (first << 11) | (second << 3) | bits
  if (version === 2) return (second << 11) | (first << 3) | bits
  return word16(data, at) | (bits << 16)
}

/** Undefined where the bytes mean that there is no code. */
export function codeAt(data: Uint8Array, at: number): TroubleCode | undefined {
  const spn = spnAt(data, at, 4)
  const fmi = (data[at + 2] as number) & 0x1f
  if (spn === 0 && fmi === 0) return undefined
  if (spn === ALL_ONES_SPN && fmi === 0x1f) return undefined
  const fourth = data[at + 3] as number
  return { spn, fmi, oc: fourth & 0x7f, cm: fourth >> 7 }
}

/** As `codeAt`; `version` is what is known of the sender, and counts where the method is 1. */
export function versionedCodeAt(
  data: Uint8Array,
  at: number,
  version: SpnVersion = 4,
): VersionedCode | undefined {
  const code = codeAt(data, at)
  if (code === undefined || code.cm === 0) return code
  const spnByVersion = { 1: spnAt(data, at, 1), 2: spnAt(data, at, 2), 3: spnAt(data, at, 3) }
  return { ...code, spn: spnAt(data, at, version), spnByVersion }
}

/** The codes from `from` on, as many as are whole. */
export function codesFrom<T>(
  data: Uint8Array,
  from: number,
  length: number,
  read: (data: Uint8Array, at: number) => T | undefined,
): T[] {
  const codes: T[] = []
  for (let at = from; at + CODE_BYTES <= length; at += CODE_BYTES) {
    const code = read(data, at)
    if (code !== undefined) codes.push(code)
  }
  return codes
}
