/**
 * The id of a record, a KSUID that can be worked out from what the record says of itself, so that it
 * need not be stored or sent:
 *
 *   4 bytes   seconds of the KSUID: when the gateway had it, as its clock said then
 *   10 bytes  the first of SHA-256 of vehicle, a zero byte, boot, a zero byte (UTF-8)
 *   4 bytes   number within boot and vehicle, big-endian
 *   2 bytes   milliseconds of its time, as the clock said then, modulo 65536, big-endian
 *
 * The same recording, played twice, gives the same ids. `shift` (see `NewRecord`) is taken off the
 * times first: an id does not change when the clock becomes known.
 */
import { createHash } from 'node:crypto'
import { ksuidOfWords } from './ksuid.ts'
import type { NewRecord } from './record.ts'

type IdParts = Pick<NewRecord, 'vehicle' | 'boot' | 'number' | 'time' | 'receivedAt' | 'shift'>

const PREFIX = 10

/** What the ids of one boot and vehicle have in common. */
export function idPrefix(vehicle: string, boot: string): Uint8Array {
  const hash = createHash('sha256').update(`${vehicle}\u0000${boot}\u0000`)
  return hash.digest().subarray(0, PREFIX)
}

/** `prefix`: of its boot and vehicle, if it is at hand. */
export function recordId(parts: IdParts, prefix = idPrefix(parts.vehicle, parts.boot)): string {
  const { number, time, receivedAt, shift = 0 } = parts
  const count = number >>> 0
  return ksuidOfWords(
    receivedAt - shift,
    wordOf(prefix, 0),
    wordOf(prefix, 4),
    ((halfOf(prefix, 8) << 16) | (count >>> 16)) >>> 0,
    (((count & 0xffff) << 16) | modulo(Math.floor(time - shift), 65_536)) >>> 0,
  )
}

function wordOf(bytes: Uint8Array, at: number): number {
  return ((halfOf(bytes, at) << 16) | halfOf(bytes, at + 2)) >>> 0
}

function halfOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
