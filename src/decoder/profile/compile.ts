/**
 * A profile's messages as plans: which bytes to read, how to scale them, what they feed. Made once;
 * what remains per frame is a look-up and a few operations per signal. A signal that cannot be run
 * (see check.ts) is left out.
 */
import {
  DEFAULT_PROFILE_RANK,
  type Layout,
  type PassiveMessage,
  type PolledMessage,
  type ProfileSignal,
  type RawRange,
} from '../../model/profile.ts'
import { type SignalName, signals } from '../../model/signals.ts'
import { bytesNeeded, MAX_EXACT_BITS, rawReader, unsignedReader } from '../dbc/bits.ts'
import type { DbcSignal } from '../dbc/dbc.ts'
import { type ChecksumCheck, checksums } from './checksum.ts'
import { scaleOf } from './scale.ts'
import { type Conversion, conversionBetween } from './units.ts'

type Reader = (data: Uint8Array) => number

export interface FieldPlan {
  name: string
  unit: string
  /** Bytes that the message must have. */
  bytes: number
  raw: Reader
  value: (raw: number) => number
  /** What is read as a number is in here, or it is refused. */
  min: number
  max: number
  absent: readonly RawRange[]
  states: Readonly<Record<number, string>> | undefined
  conditions: readonly Condition[]
  feeds: Feed | undefined
}

/** Another field that must have one of these raw values. */
interface Condition {
  bytes: number
  raw: Reader
  values: readonly RawRange[]
}

/** The signal of our table; a truth value is 0 or 1, anything else is refused. */
export interface Feed {
  signal: SignalName
  rank: number
  isBoolean: boolean
  inverted: boolean
  value: (raw: number) => number
}

export interface PassivePlan {
  name: string
  length: number
  checksum: ChecksumCheck | undefined
  fields: readonly FieldPlan[]
}

export interface PolledPlan {
  name: string
  /** DID or PID, as a number. */
  did: number
  length: number | undefined
  fields: readonly FieldPlan[]
}

export function compilePassive({ name, length, checksum, signals }: PassiveMessage): PassivePlan {
  return {
    name,
    length: length ?? 0,
    checksum: checksum === undefined ? undefined : checksums[checksum],
    fields: fieldsOf(signals),
  }
}

export function compilePolled({ name, length, request, signals }: PolledMessage): PolledPlan {
  return {
    name,
    did: Number.parseInt(request.data.slice(2), 16),
    length,
    fields: fieldsOf(signals),
  }
}

function fieldsOf(list: readonly ProfileSignal[]): readonly FieldPlan[] {
  return list.flatMap((signal) => {
    const conditions = conditionsOf(signal, list)
    const feeds = feedOf(signal)
    const isRunnable = fault(signal) === undefined && conditions !== undefined
    return isRunnable ? [fieldOf(signal, conditions, feeds)] : []
  })
}

function fieldOf(
  signal: ProfileSignal,
  conditions: readonly Condition[],
  feeds: Feed | undefined,
): FieldPlan {
  const { name, layout, states, absent } = signal
  // A value as near as half a step is inside: limits are often written with fewer digits.
  const tolerance = Math.abs(layout.factor / layout.divisor) / 2
  return {
    name,
    unit: layout.unit,
    bytes: bytesNeeded(bitsOf(layout, signal.float)),
    raw: readerOf(signal),
    value: scaleOf(layout),
    min: layout.min === undefined ? Number.NEGATIVE_INFINITY : layout.min - tolerance,
    max: layout.max === undefined ? Number.POSITIVE_INFINITY : layout.max + tolerance,
    absent: absent ?? [],
    states,
    conditions,
    feeds,
  }
}

/** Why a signal cannot be run, in words. */
export function fault({ layout, float, maps, invert }: ProfileSignal): string | undefined {
  const { start, length } = layout
  if (!Number.isInteger(start) || start < 0) return 'its first bit is none'
  if (float && length !== 32 && length !== 64) return 'a float has 32 or 64 bits'
  if (!float && (!Number.isInteger(length) || length < 1 || length > MAX_EXACT_BITS)) {
    return `a signal has 1 to ${MAX_EXACT_BITS} bits`
  }
  if (layout.divisor === 0) return 'its divisor is 0'
  if (layout.factor === 0) return 'its factor is 0: it would always be the same'
  if (maps === undefined) return undefined
  const { type, unit } = signals[maps]
  if (type === 'text') return `${maps} is a text`
  if (type === 'boolean') return invert && length !== 1 ? 'only one bit can be inverted' : undefined
  if (conversionBetween(layout.unit, unit)) return undefined
  return `"${layout.unit}" does not convert to "${unit}", the unit of ${maps}`
}

function feedOf({ layout, maps, rank, invert }: ProfileSignal): Feed | undefined {
  if (maps === undefined) return undefined
  const { type, unit } = signals[maps]
  const isBoolean = type === 'boolean'
  const conversion = isBoolean ? undefined : conversionBetween(layout.unit, unit)
  const value = scaleOf(layout, conversion && signed(conversion, invert === true))
  return {
    signal: maps,
    rank: rank ?? DEFAULT_PROFILE_RANK,
    isBoolean,
    inverted: invert === true,
    value,
  }
}

function signed({ num, den, offset }: Conversion, inverted: boolean): Conversion {
  return inverted ? { num: -num, den, offset: -offset } : { num, den, offset }
}

/** Those of the multiplexer come first; undefined where it is not there or cannot be run. */
function conditionsOf(
  signal: ProfileSignal,
  list: readonly ProfileSignal[],
  depth = 0,
): Condition[] | undefined {
  if (signal.mux === undefined) return []
  const { mux } = signal
  const selector = list.find(({ name }) => name === mux.signal)
  // Deeper than the message has signals is a circle.
  if (selector === undefined || depth > list.length) return undefined
  if (selector.float || fault(selector) !== undefined) return undefined
  const above = conditionsOf(selector, list, depth + 1)
  const bits = bitsOf(selector.layout, false)
  const own = { bytes: bytesNeeded(bits), raw: unsignedReader(bits), values: mux.values }
  return above && [...above, own]
}

function readerOf({ layout, float }: ProfileSignal): Reader {
  // No more than 53 bits, or a float: never a BigInt.
  return rawReader(bitsOf(layout, float)) as Reader
}

/** A layout in the words of the DBC reader, which takes the bits. */
export function bitsOf(layout: Layout, float = false): DbcSignal {
  const { start, length, bigEndian, signed, factor, offset, min, max, unit } = layout
  const integer = signed ? 'signed' : 'unsigned'
  return {
    name: '',
    symbol: '',
    start,
    length,
    bigEndian,
    type: float ? (length === 64 ? 'float64' : 'float32') : integer,
    factor,
    offset,
    unit,
    minimum: min,
    maximum: max,
    receivers: [],
    multiplexer: false,
    branch: undefined,
    choices: undefined,
    spn: undefined,
    comment: '',
  }
}
