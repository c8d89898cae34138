/**
 * Checksums of passive messages, by the maker's rule. Toyota: the last byte is the low byte of the
 * sum of the identifier's bytes, the length and all bytes before it.
 */
import type { ChecksumKind } from '../../model/profile.ts'

export type ChecksumCheck = (id: number, data: Uint8Array, length: number) => boolean

export const checksums: Readonly<Record<ChecksumKind, ChecksumCheck>> = { toyota }

function toyota(id: number, data: Uint8Array, length: number): boolean {
  if (length === 0) return false
  let sum = (id >> 8) + (id & 0xff) + length
  for (let i = 0; i < length - 1; i += 1) sum += data[i] as number
  return (sum & 0xff) === data[length - 1]
}
