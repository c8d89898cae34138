/**
 * Trouble codes in two bytes (SAE J2012 / ISO 15031-6): bits 15–14 say the system (P powertrain,
 * C chassis, B body, U network), bits 13–12 the first digit, the rest three hexadecimal digits.
 */
const systems = 'PCBU'

/** `P0104` for 0x01, 0x04; undefined for 0x0000, which pads messages and is no code. */
export function dtcCode(high: number, low: number): string | undefined {
  if (high === 0 && low === 0) return undefined
  const digits = (((high & 0x3f) << 8) | low).toString(16).toUpperCase().padStart(4, '0')
  return `${systems[high >> 6]}${digits}`
}
