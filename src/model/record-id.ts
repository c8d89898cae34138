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
import { ksuid } from './ksuid.ts'
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
  const payload = Buffer.alloc(16)
  payload.set(prefix)
  payload.writeUInt32BE(number >>> 0, PREFIX)
  payload.writeUInt16BE(modulo(Math.floor(time - shift), 65_536), PREFIX + 4)
  return ksuid(receivedAt - shift, payload)
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
