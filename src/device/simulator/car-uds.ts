/**
 * UDS services of a simulated control unit (ISO 14229-1 as public knowledge), reading ones only:
 * 10 default and extended session · 14 clear · 19 01 and 02 codes · 22 data identifiers · 3E.
 */

import type { PidContext } from './car-pids.ts'
import { codeBytes, POSITIVE, type Reply, refuse, textBytes } from './car-reply.ts'
import type { DidEncode, UnitFacts } from './car-unit-facts.ts'

/** Answers nothing although all is well. */
const QUIET = 0x80
const SESSIONS = [0x01, 0x03]
/** P2 50 ms, P2* 5 s. */
const TIMING = [0x00, 0x32, 0x01, 0xf4]
const ALL_GROUPS = 0xffffff
/** Bits of status that are kept: failed, pending, confirmed, lamp. */
const AVAILABLE = 0x8d
const FAILED_AND_PENDING = 0x05
const CONFIRMED = 0x08
const LAMP = 0x80
const FORMAT_ISO = 0x01
const NO_FAILURE_TYPE = 0x00

export function udsReply(unit: UnitFacts, request: Uint8Array, context: PidContext): Reply {
  const [service = 0, ...rest] = request
  switch (service) {
    case 0x10:
      return session(rest)
    case 0x14:
      return clear(rest, context)
    case 0x19:
      return readCodes(rest, context)
    case 0x22:
      return identifiers(unit, rest, context)
    case 0x3e:
      return testerPresent(rest)
    default:
      return refuse('serviceNotSupported')
  }
}

/** Service 14 for all groups, or OBD's service 04. */
export function isClearing(request: Uint8Array): boolean {
  return request[0] === 0x04 || request[0] === 0x14
}

function session(rest: readonly number[]): Reply {
  const [asked] = rest
  if (asked === undefined || rest.length !== 1) return refuse('wrongLength')
  const kind = asked & ~QUIET
  if (!SESSIONS.includes(kind)) return refuse('subFunctionNotSupported')
  return asked & QUIET ? undefined : { data: [0x10 + POSITIVE, kind, ...TIMING] }
}

function testerPresent(rest: readonly number[]): Reply {
  const [asked] = rest
  if (asked === undefined || rest.length !== 1) return refuse('wrongLength')
  if ((asked & ~QUIET) !== 0) return refuse('subFunctionNotSupported')
  return asked & QUIET ? undefined : { data: [0x3e + POSITIVE, 0] }
}

function clear(rest: readonly number[], { state }: PidContext): Reply {
  if (rest.length !== 3) return refuse('wrongLength')
  const [a = 0, b = 0, c = 0] = rest
  if (((a << 16) | (b << 8) | c) !== ALL_GROUPS) return refuse('outOfRange')
  const isRunning = state.engine === 'running' || state.speed > 0
  return isRunning ? refuse('conditionsNotCorrect') : { data: [0x14 + POSITIVE] }
}

function readCodes(rest: readonly number[], { codes }: PidContext): Reply {
  const [report, mask] = rest
  if (report !== 0x01 && report !== 0x02) return refuse('subFunctionNotSupported')
  if (mask === undefined || rest.length !== 2) return refuse('wrongLength')
  const all = [...new Set([...codes.stored, ...codes.pending])]
    .map((code) => {
      const pending = codes.pending.includes(code) ? FAILED_AND_PENDING : 0
      const stored = codes.stored.includes(code) ? CONFIRMED | (codes.isLampOn ? LAMP : 0) : 0
      return { code, status: pending | stored }
    })
    .filter(({ status }) => (status & mask) !== 0)
  const head = [0x19 + POSITIVE, report, AVAILABLE]
  if (report === 0x01) return { data: [...head, FORMAT_ISO, all.length >> 8, all.length & 0xff] }
  const entries = all.flatMap(({ code, status }) => [...codeBytes(code), NO_FAILURE_TYPE, status])
  return { data: [...head, ...entries] }
}

function identifiers(unit: UnitFacts, rest: readonly number[], { state }: PidContext): Reply {
  if (rest.length === 0 || rest.length % 2 !== 0) return refuse('wrongLength')
  const known = knownIdentifiers(unit)
  const data: number[] = []
  for (let at = 0; at < rest.length; at += 2) {
    const [high = 0, low = 0] = rest.slice(at, at + 2)
    const encode = known[(high << 8) | low]
    if (encode !== undefined) data.push(high, low, ...encode(state))
  }
  return data.length === 0 ? refuse('outOfRange') : { data: [0x22 + POSITIVE, ...data] }
}

function knownIdentifiers({ vin, identity, dids }: UnitFacts): Readonly<Record<number, DidEncode>> {
  const text = (value: string): DidEncode => {
    return () => textBytes(value)
  }
  return {
    61831: text(identity.part),
    61833: text(identity.version),
    61836: text(identity.serial),
    61840: text(vin),
    61845: text(identity.version),
    ...dids,
  }
}
