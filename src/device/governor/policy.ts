/**
 * What may be asked of a vehicle at all, whoever asks: reading services in their exact shapes, to
 * diagnostic addresses, and J1939 requests for parameter groups that only report. It is compiled in;
 * a configuration can narrow it, add parameter groups that are not refused here, and switch on the
 * clearing of trouble codes, which then still needs a requester with the right to it.
 *
 * Services (SAE J1979, ISO 14229-1 as public knowledge): 01, 02, 06 and 09 take what they are asked
 * for, 03, 07 and 0A nothing, 22 data identifiers, 19 a reading sub-function. Everything else
 * (sessions, security, writing, routines, actuators, raw frames) has no rule and so is refused.
 */
import type { BusRequest } from '../../model/bus-request.ts'
import type { CanAddress } from '../../model/profile.ts'
import { GLOBAL } from './addresses.ts'

/** What this build can do beyond reading. Raw frames, writing and actuation are not in it. */
const COMPILED_CLEARING = true

export interface PolicySettings {
  /** Identifiers that profiles of this vehicle ask, beside the standard ones. */
  profileIds: readonly CanAddress[]
  /** Parameter groups that may be requested, beside the usual ones. */
  pgns: readonly number[]
  /** Whether the configuration allows to clear trouble codes. */
  clearing: boolean
}

/** `off`: it would clear, and the configuration does not allow that. */
export type Verdict = 'read' | 'clear' | 'off' | 'never'

/** Service, and whether the bytes after it are a question that it knows. */
const readServices: ReadonlyMap<number, (rest: Uint8Array) => boolean> = new Map([
  [0x01, (rest: Uint8Array) => rest.length >= 1 && rest.length <= 6],
  [0x02, isPairs],
  [0x03, (rest: Uint8Array) => rest.length === 0],
  [0x06, (rest: Uint8Array) => rest.length >= 1 && rest.length <= 6],
  [0x07, (rest: Uint8Array) => rest.length === 0],
  [0x09, (rest: Uint8Array) => rest.length === 1],
  [0x0a, (rest: Uint8Array) => rest.length === 0],
  [0x19, isTroubleCodeReport],
  [0x22, isPairs],
])

/** Sub-functions of 19 with the number of bytes after them. */
const reports: ReadonlyMap<number, number> = new Map([
  ...[0x01, 0x02, 0x0f, 0x11, 0x12, 0x13].map((kind): [number, number] => [kind, 1]),
  ...[0x03, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x14, 0x15].map((kind): [number, number] => [kind, 0]),
  ...[0x04, 0x06, 0x10].map((kind): [number, number] => [kind, 4]),
  ...[0x07, 0x08].map((kind): [number, number] => [kind, 2]),
  [0x05, 1],
  [0x09, 3],
  [0x42, 3],
  [0x55, 1],
])

/** PID and frame number, or the two bytes of a data identifier; up to three of them. */
function isPairs(rest: Uint8Array): boolean {
  return [2, 4, 6].includes(rest.length)
}

function isTroubleCodeReport(rest: Uint8Array): boolean {
  const [kind] = rest
  return kind !== undefined && reports.get(kind) === rest.length - 1
}

/** Clear all trouble codes: OBD 04, and UDS 14 for all groups. */
const clearingMessages = ['04', '14ffffff']

function isClearing(data: Uint8Array): boolean {
  return clearingMessages.includes(Buffer.from(data).toString('hex'))
}

/** A request for one of these clears trouble codes: DM3, DM11. */
export const clearingPgns: ReadonlySet<number> = new Set([65228, 65235])

/**
 * Parameter groups that are there to be asked for and do nothing but report: identification,
 * hours, distances, fuel, trouble codes, readiness, addresses.
 */
export const usualPgns: readonly number[] = [
  60928, 64896, 64912, 64920, 64949, 64950, 64951, 64952, 64965, 65200, 65203, 65209, 65210, 65211,
  65214, 65217, 65227, 65229, 65230, 65231, 65236, 65242, 65244, 65248, 65253, 65255, 65257, 65259,
  65260, 65276,
]

/** Proprietary groups, of which nobody knows what a request does, and what is beyond the pages. */
function isProprietary(pgn: number): boolean {
  const format = (pgn >> 8) & 0xff
  return format === 0xef || format === 0xff || pgn >= 0x20000
}

/** What kind of thing a request is, before anybody asks who wants it and when. */
export function verdictOf(request: BusRequest, settings: PolicySettings): Verdict {
  const { to, data } = request
  if (request.kind === 'pgn') return pgnVerdict(to, data, settings)
  if (request.kind !== 'diagnostic' || !isDiagnosticAddress(to, settings)) return 'never'
  const isQuestion = readServices.get(data[0] as number)
  if (isQuestion?.(data.subarray(1)) === true) return 'read'
  return isClearing(data) ? clearingVerdict(settings) : 'never'
}

function clearingVerdict({ clearing }: PolicySettings): Verdict {
  if (!COMPILED_CLEARING) return 'never'
  return clearing ? 'clear' : 'off'
}

function pgnVerdict(to: CanAddress, data: Uint8Array, settings: PolicySettings): Verdict {
  if (data.length !== 3 || to.id > GLOBAL) return 'never'
  const pgn = pgnOf(data)
  if (clearingPgns.has(pgn)) return clearingVerdict(settings)
  // The low byte of a group with a destination of its own is 0.
  const isWritten = ((pgn >> 8) & 0xff) >= 0xf0 || (pgn & 0xff) === 0
  if (!isWritten || isProprietary(pgn)) return 'never'
  return usualPgns.includes(pgn) || settings.pgns.includes(pgn) ? 'read' : 'never'
}

export function pgnOf(data: Uint8Array): number {
  const [low, middle, high] = data as unknown as [number, number, number]
  return low + middle * 0x100 + high * 0x10000
}

/** Functional, or physical of the standard, or one that a profile of this vehicle names. */
function isDiagnosticAddress({ id, extended }: CanAddress, settings: PolicySettings): boolean {
  if (isStandardRequest(id, extended)) return true
  return (
    isPossibleRequest(id, extended) &&
    settings.profileIds.some((known) => known.id === id && known.extended === extended)
  )
}

export function isStandardRequest(id: number, extended: boolean): boolean {
  if (!extended) return id === 0x7df || (id >= 0x7e0 && id <= 0x7e7)
  return id === 0x18db33f1 || (id !== 0x18daf1f1 && (id & ~0xff00) === 0x18da00f1)
}

/** A profile cannot name any identifier: diagnostics have their place on a bus. */
function isPossibleRequest(id: number, extended: boolean): boolean {
  return !extended && id >= 0x700 && id <= 0x7de
}
