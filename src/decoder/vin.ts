/**
 * The vehicle identification number: 17 characters of A–Z and 0–9 without I, O and Q
 * (ISO 3779). Control units pad it at either end with NUL, 0xFF or blanks, some put its length
 * (17) before it; where it was never written they answer padding alone, or one character again and
 * again.
 */
const LENGTH = 17
const VIN = /^[A-HJ-NPR-Z0-9]+$/
const ONE_CHARACTER = /^(.)\1*$/
/** North America, where the ninth character is a check digit (49 CFR 565). */
const CHECKED_REGION = /^[1-5]/
const CHECK_DIGIT = 8

/** Values of the characters A … Z; 0 for those that no VIN has. */
const LETTER_VALUES = [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9]
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]

export type VinResult = { kind: 'vin'; vin: string } | { kind: 'absent' } | { kind: 'invalid' }

export type VinCheck = 'valid' | 'invalid' | 'not-used'

/** Reads a VIN from bytes `start` (inclusive) to `end` (exclusive). */
export function vinFrom(data: Uint8Array, start: number, end: number): VinResult {
  let first = start
  let last = end
  if (data[first] === LENGTH) first += 1
  while (first < last && isPadding(data[first])) first += 1
  while (last > first && isPadding(data[last - 1])) last -= 1
  if (first >= last) return { kind: 'absent' }
  if (last - first !== LENGTH) return { kind: 'invalid' }
  const text = String.fromCharCode(...data.subarray(first, last))
  if (ONE_CHARACTER.test(text)) return { kind: 'absent' }
  return VIN.test(text) ? { kind: 'vin', vin: text } : { kind: 'invalid' }
}

/** Whether the check digit of a well-formed VIN is right; elsewhere than in North America none is used. */
export function vinCheck(vin: string): VinCheck {
  if (!CHECKED_REGION.test(vin)) return 'not-used'
  let sum = 0
  for (let i = 0; i < LENGTH; i += 1) sum += characterValue(vin.charCodeAt(i)) * (WEIGHTS[i] ?? 0)
  const expected = sum % 11
  return vin[CHECK_DIGIT] === (expected === 10 ? 'X' : String(expected)) ? 'valid' : 'invalid'
}

function characterValue(code: number): number {
  return code < 0x41 ? code - 0x30 : (LETTER_VALUES[code - 0x41] ?? 0)
}

function isPadding(byte: number | undefined): boolean {
  return byte === 0x00 || byte === 0x20 || byte === 0xff
}
