/**
 * The vehicle identification number: 17 characters of A–Z and 0–9 without I, O and Q
 * (ISO 3779). Control units pad it with NUL or blanks, and answer 0xFF when it was never written.
 */
const VIN = /^[A-HJ-NPR-Z0-9]{17}$/

export type VinResult = { kind: 'vin'; vin: string } | { kind: 'absent' } | { kind: 'invalid' }

/** Reads a VIN from bytes `start` (inclusive) to `end` (exclusive). */
export function vinFrom(data: Uint8Array, start: number, end: number): VinResult {
  let text = ''
  let programmed = false
  for (let i = start; i < end; i += 1) {
    const byte = data[i] as number
    if (byte === 0x00 || byte === 0xff) continue
    if (byte !== 0x20) programmed = true
    text += String.fromCharCode(byte)
  }
  if (!programmed) return { kind: 'absent' }
  const vin = text.trim()
  return VIN.test(vin) ? { kind: 'vin', vin } : { kind: 'invalid' }
}
