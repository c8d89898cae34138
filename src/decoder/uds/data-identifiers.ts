/**
 * Service 22 answers: 62, then identifier and data, once or several times. The answer does not say
 * how long the data of an identifier is: F4xx has the length of its PID, a VIN 17 characters, others
 * what `didLength` knows. Of an unknown length, the data is the rest of the answer.
 */
import { hex } from '../obd/hex.ts'
import { isPadding } from '../obd/padding.ts'
import { type PidPlan, pidPlan, pidReadings, pidValue } from '../obd/pid-decode.ts'
import type { DataIdentifier, ResponseSinks } from '../obd/sinks.ts'
import { decodeInfo, infoItemSize, readVin, textOf } from '../obd/vehicle-info.ts'
import { vinFrom } from '../vin.ts'
import { DID_INFO, DID_PIDS, DID_VIN, identifierNames, textIdentifiers } from './identifiers.ts'

const SERVICE = 0x22
const VIN_LENGTH = 17

export function decodeIdentifiers(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  if (length < 4) sinks.issue('message-short', `data identifiers in ${length} bytes`)
  let at = 1
  while (at + 2 < length) {
    const did = ((data[at] as number) << 8) | (data[at + 1] as number)
    const start = at + 2
    const known = lengthOf(did, data.subarray(start, length), sinks)
    if (known !== undefined && start + known > length) {
      sinks.issue('message-short', `${hex(did, 4)} with ${length - start} of ${known} bytes`)
      return
    }
    const end =
      known === undefined || isFiller(data, start + known, length) ? length : start + known
    decodeIdentifier(did, data.subarray(start, end), sinks)
    at = end
  }
}

function lengthOf(did: number, rest: Uint8Array, { didLength }: ResponseSinks): number | undefined {
  if (did >> 8 === DID_PIDS) {
    const plan = pidPlan(did & 0xff)
    return plan?.shortest === rest.length ? plan.shortest : plan?.bytes
  }
  // Some pad it, some put its length before it: only where it stands alone is its end known.
  if (did === DID_VIN) {
    return vinFrom(rest, 0, VIN_LENGTH).kind === 'vin' ? VIN_LENGTH : undefined
  }
  return didLength?.(did)
}

/** What follows is no further identifier: fillers, or less than the shortest one. */
function isFiller(data: Uint8Array, start: number, length: number): boolean {
  return length - start < 3 || isPadding(data, start, length)
}

function decodeIdentifier(did: number, data: Uint8Array, sinks: ResponseSinks): void {
  const shown: DataIdentifier = { did, label: identifierNames[did], data }
  const plan = did >> 8 === DID_PIDS ? pidPlan(did & 0xff) : undefined
  if (plan !== undefined) {
    shown.label = plan.label
    standardPid(did, plan, data, sinks)
  } else if (did >> 8 === DID_INFO) {
    standardInfo(did, data, sinks)
  } else if (did === DID_VIN) {
    const vin = vinOf(data, sinks)
    if (vin !== undefined) shown.text = vin
  } else if (textIdentifiers.has(did) && isText(data)) {
    const text = textOf(data)
    if (text !== undefined) shown.text = text
  }
  sinks.did?.(shown)
}

function standardPid(did: number, plan: PidPlan, data: Uint8Array, sinks: ResponseSinks): void {
  const span = { data, start: 0, size: Math.min(data.length, plan.bytes) }
  sinks.pid?.(pidValue(SERVICE, did, plan, span))
  pidReadings(plan, span, sinks.reading)
}

/** Service 09 counts its items; here the count may be left out. */
function standardInfo(did: number, data: Uint8Array, sinks: ResponseSinks): void {
  const infoType = did & 0xff
  const size = infoItemSize(infoType)
  const uncounted = size !== undefined && data.length > 0 && data.length % size === 0
  const counted = uncounted ? Uint8Array.of(data.length / size, ...data) : data
  decodeInfo({ service: SERVICE, pid: did, infoType }, counted, sinks)
}

function vinOf(data: Uint8Array, sinks: ResponseSinks): string | undefined {
  if (data.length < VIN_LENGTH) {
    sinks.issue('message-short', `VIN of ${data.length} bytes`)
    return undefined
  }
  return readVin(data, hex(DID_VIN, 4), sinks)
}

/** Printable throughout, but for fillers at the ends. */
function isText(data: Uint8Array): boolean {
  return data.every((byte) => byte === 0 || byte === 0xff || (byte >= 0x20 && byte < 0x7f))
}
