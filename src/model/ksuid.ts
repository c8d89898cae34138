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

/** Encodes a time and the first 16 bytes of a payload. Times before the epoch become the epoch. */
export function ksuid(time: Millis, payload: Uint8Array): string {
  const seconds = Math.min(Math.max(Math.floor(time / 1000) - EPOCH_SECONDS, 0), 0xffff_ffff)
  const bytes = Buffer.alloc(20)
  bytes.writeUInt32BE(seconds, 0)
  bytes.set(payload.subarray(0, 16), 4)
  return base62(bytes)
}

/**
 * Long division, 32 bits by three digits at a time, the most that whole numbers bear: years of
 * records are read in one go, and each has an id.
 */
function base62(bytes: Buffer): string {
  const limbs = Array.from({ length: bytes.length / 4 }, (_, index) =>
    bytes.readUInt32BE(4 * index),
  )
  let text = ''
  for (let triple = 0; triple < LENGTH / 3; triple++) {
    let rest = 0
    for (let i = 0; i < limbs.length; i++) {
      const dividend = rest * 2 ** 32 + (limbs[i] as number)
      limbs[i] = Math.floor(dividend / TRIPLE)
      rest = dividend % TRIPLE
    }
    text = digit(rest / 62 ** 2) + digit(rest / 62) + digit(rest) + text
  }
  return text
}

function digit(value: number): string {
  return ALPHABET[Math.floor(value) % 62] as string
}

/** A KSUID whose payload is a hash of the given parts: the same parts, the same id. */
export function ksuidOf(time: Millis, ...parts: (string | number)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part}\u0000`)
  return ksuid(time, hash.digest())
}

export function isKsuid(text: string): boolean {
  return /^[0-9A-Za-z]{27}$/.test(text)
}
