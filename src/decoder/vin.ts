/**
 * The vehicle identification number: 17 characters of A–Z and 0–9 without I, O and Q
 * (ISO 3779). Control units pad it at either end with NUL, 0xFF or blanks; where it was never
 * written they answer padding alone, or one character again and again.
 */
const LENGTH = 17
const VIN = /^[A-HJ-NPR-Z0-9]+$/
const ONE_CHARACTER = /^(.)\1*$/

export type VinResult = { kind: 'vin'; vin: string } | { kind: 'absent' } | { kind: 'invalid' }

/** Reads a VIN from bytes `start` (inclusive) to `end` (exclusive). */
export function vinFrom(data: Uint8Array, start: number, end: number): VinResult {
  let first = start
  let last = end
  while (first < last && isPadding(data[first])) first += 1
  while (last > first && isPadding(data[last - 1])) last -= 1
  if (first >= last) return { kind: 'absent' }
  if (last - first !== LENGTH) return { kind: 'invalid' }
  const text = String.fromCharCode(...data.subarray(first, last))
  if (ONE_CHARACTER.test(text)) return { kind: 'absent' }
  return VIN.test(text) ? { kind: 'vin', vin: text } : { kind: 'invalid' }
}

function isPadding(byte: number | undefined): boolean {
  return byte === 0x00 || byte === 0x20 || byte === 0xff
}
