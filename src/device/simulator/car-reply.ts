/** What a control unit makes of a request: an answer, a refusal, or nothing. */

export type Reply = { data: number[] } | { refusal: number } | undefined

export const POSITIVE = 0x40
export const NEGATIVE = 0x7f

export const refusals = {
  serviceNotSupported: 0x11,
  subFunctionNotSupported: 0x12,
  wrongLength: 0x13,
  busy: 0x21,
  conditionsNotCorrect: 0x22,
  outOfRange: 0x31,
  pending: 0x78,
} as const

export function refuse(reason: keyof typeof refusals): Reply {
  return { refusal: refusals[reason] }
}

/** Letter and number of a trouble code in two bytes (ISO 15031-6). */
export function codeBytes(code: string): [number, number] {
  const letter = Math.max('PCBU'.indexOf(code.charAt(0)), 0)
  const value = (letter << 14) | Number.parseInt(code.slice(1, 5), 16)
  return [value >> 8, value & 0xff]
}

/** A number as control units write it, the highest byte first; what does not fit is cut to fit. */
export function bigEndian(value: number, bytes: number): number[] {
  const whole = Math.min(Math.max(Math.round(value), 0), 256 ** bytes - 1)
  return Array.from({ length: bytes }, (_, i) => Math.floor(whole / 256 ** (bytes - 1 - i)) % 256)
}

/** A text of fixed length, filled with zeros. */
export function textBytes(text: string, length = text.length): number[] {
  return Array.from({ length }, (_, i) => (i < text.length ? text.charCodeAt(i) : 0))
}
