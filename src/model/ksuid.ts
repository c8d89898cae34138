/**
 * KSUID: 20 bytes — seconds since 2014-05-13T16:53:20Z (big-endian, 4 bytes), then a 16-byte
 * payload — written as 27 characters of base 62 (0-9A-Za-z), so that ids sort by time.
 * Format: the public description of segmentio/ksuid.
 */
import { createHash } from 'node:crypto'
import type { Millis } from './time.ts'

const EPOCH_SECONDS = 1_400_000_000
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 27
const TRIPLE = 62 ** 3
const PAIRS = [...ALPHABET].flatMap((high) => [...ALPHABET].map((low) => high + low))

/** Encodes a time and the first 16 bytes of a payload. Times before the epoch become the epoch. */
export function ksuid(time: Millis, payload: Uint8Array): string {
  const view = new DataView(new ArrayBuffer(16))
  for (let i = 0; i < Math.min(payload.length, 16); i++) view.setUint8(i, payload[i] as number)
  return ksuidOfWords(
    time,
    view.getUint32(0),
    view.getUint32(4),
    view.getUint32(8),
    view.getUint32(12),
  )
}

/**
 * The same of a payload of four unsigned 32-bit words. Hot: years of records are read in one go, and
 * each has an id. Long division, 32 bits by three digits at a time, the most that whole numbers bear.
 */
export function ksuidOfWords(time: Millis, b: number, c: number, d: number, e: number): string {
  const seconds = Math.min(Math.max(Math.floor(time / 1000) - EPOCH_SECONDS, 0), 0xffff_ffff)
  const words = [seconds >>> 0, b, c, d, e]
  let text = ''
  for (let triple = 0, first = 0; triple < LENGTH / 3; triple++) {
    let rest = 0
    for (let i = first; i < words.length; i++) {
      const dividend = rest * 2 ** 32 + (words[i] as number)
      const quotient = Math.floor(dividend / TRIPLE)
      words[i] = quotient
      rest = dividend - quotient * TRIPLE
    }
    while (words[first] === 0) first++
    const high = Math.floor(rest / 62)
    text = (PAIRS[high] as string) + ALPHABET[rest - high * 62] + text
  }
  return text
}

/** A KSUID whose payload is a hash of the given parts: the same parts, the same id. */
export function ksuidOf(time: Millis, ...parts: (string | number)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part}\u0000`)
  return ksuid(time, hash.digest())
}

/** The second that it was made of; the epoch where the time was before it. */
export function ksuidTime(id: string): Millis {
  let value = 0n
  for (const letter of id) value = value * 62n + BigInt(ALPHABET.indexOf(letter))
  return (Number(value >> 128n) + EPOCH_SECONDS) * 1000
}

export function isKsuid(text: string): boolean {
  return /^[0-9A-Za-z]{27}$/.test(text)
}
