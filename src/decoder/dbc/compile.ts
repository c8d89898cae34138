/**
 * Messages to signal values, by a DBC file. Everything that the file decides is decided once, here:
 * what remains per frame is a look-up, and per signal a few byte operations and a multiplication.
 *
 * A frame belongs to the message with its identifier. Messages whose VFrameFormat is J1939PG are
 * also found by their PGN, whatever the priority, the source address and, for a destination-
 * specific (PDU1) PGN, the destination; where several have that PGN, the one with the same source
 * address, else the one that names none (0xFE), else the first.
 */
import { exactScaleOf } from '../exact-scale.ts'
import {
  bytesNeeded,
  MAX_EXACT_BITS,
  normal,
  type RawReader,
  rawReader,
  unsignedReader,
} from './bits.ts'
import type { Dbc, DbcMessage, DbcRange, DbcSignal } from './dbc.ts'

/** What is decoded: a CAN frame, or a message of a transport protocol under its first identifier. */
export interface DbcFrame {
  id: number
  extended: boolean
  /** Of `data`, this many bytes. */
  length: number
  data: Uint8Array
  /** Remote and error frames carry no signals. */
  remote?: boolean
  error?: boolean
}

/** Numbers while they are safe integers or fractions, BigInt for integers beyond 2^53. */
export type DbcValue = number | bigint

/** Floating-point signals may be NaN or infinite. `unit` is null where the file gives none. */
export type DbcEmit = (
  message: DbcMessage,
  signal: DbcSignal,
  raw: DbcValue,
  value: DbcValue,
  unit: string | null,
) => void

export interface DbcDecoder {
  /**
   * Emits the signals that are in the frame: those of inactive branches and those that reach beyond
   * its length are not. Returns whether the frame is a data frame of a known message.
   */
  decode(frame: DbcFrame, emit: DbcEmit): boolean
}

interface Field {
  signal: DbcSignal
  unit: string | null
  bytes: number
  read: RawReader
  /** Undefined where the value is the raw value. */
  scale: ((raw: DbcValue) => DbcValue) | undefined
  branches: Branches | undefined
}

interface Program {
  message: DbcMessage
  fields: readonly Field[]
}

const NO_SOURCE = 0xfe
const NONE: readonly Field[] = []
/** Longer ranges of a multiplexer are compared, shorter ones looked up. */
const LOOKED_UP = 16

export function compileDbc(dbc: Dbc): DbcDecoder {
  const standard = new Map<number, Program>()
  const extended = new Map<number, Program>()
  const sources = new Map<number, Program>()
  const groups = new Map<number, Program>()
  for (const message of dbc.messages) {
    const program = { message, fields: fieldsOf(message) }
    const ids = message.extended ? extended : standard
    ids.set(message.id, program)
    if (!message.j1939) continue
    const pgn = pgnOf(message.id)
    const source = pgn * 256 + (message.id & 0xff)
    if (!sources.has(source)) sources.set(source, program)
    const known = groups.get(pgn)
    const better = (message.id & 0xff) === NO_SOURCE && known && !namesNoSource(known)
    if (!known || better) groups.set(pgn, program)
  }
  const find = (id: number): Program | undefined => {
    const exact = extended.get(id)
    if (exact || groups.size === 0) return exact
    const pgn = pgnOf(id)
    return sources.get(pgn * 256 + (id & 0xff)) ?? groups.get(pgn)
  }
  return {
    decode(frame, emit) {
      if (frame.remote || frame.error) return false
      const program = frame.extended ? find(frame.id) : standard.get(frame.id)
      if (!program) return false
      const length = Math.min(frame.length, frame.data.length)
      run(program.fields, program.message, frame.data, length, emit)
      return true
    },
  }
}

function namesNoSource({ message }: Program): boolean {
  return (message.id & 0xff) === NO_SOURCE
}

/** Data page bits, PDU format and, from format 240 on, the group extension. */
function pgnOf(id: number): number {
  const pgn = (id >> 8) & 0x3ffff
  return (pgn & 0xff00) < 0xf000 ? pgn & 0x3ff00 : pgn
}

function run(
  fields: readonly Field[],
  message: DbcMessage,
  data: Uint8Array,
  length: number,
  emit: DbcEmit,
): void {
  for (const { bytes, read, scale, branches, signal, unit } of fields) {
    if (bytes > length) continue
    const raw = read(data)
    emit(message, signal, raw, scale ? scale(raw) : raw, unit)
    if (branches) run(branches.at(branches.select(data)), message, data, length, emit)
  }
}

function fieldsOf({ signals }: DbcMessage): readonly Field[] {
  const branched = new Map<string, DbcSignal[]>()
  for (const signal of signals) {
    if (!signal.branch) continue
    const { multiplexer } = signal.branch
    const group = branched.get(multiplexer)
    if (group) group.push(signal)
    else branched.set(multiplexer, [signal])
  }
  const field = (signal: DbcSignal): Field => {
    const dependent = branched.get(signal.symbol)
    return {
      signal,
      unit: signal.unit === '' ? null : signal.unit,
      bytes: bytesNeeded(signal),
      read: rawReader(signal),
      scale: scaling(signal),
      branches: dependent ? new Branches(signal, dependent, field) : undefined,
    }
  }
  return signals.filter((signal) => !signal.branch).map(field)
}

/** What depends on one multiplexer, by its value. */
class Branches {
  readonly select: (data: Uint8Array) => number
  private readonly byValue = new Map<number, Field[]>()
  private readonly byRange: { range: DbcRange; field: Field }[] = []

  constructor(
    multiplexer: DbcSignal,
    dependent: readonly DbcSignal[],
    field: (signal: DbcSignal) => Field,
  ) {
    this.select = unsignedReader(multiplexer)
    for (const signal of dependent) this.add(field(signal), signal.branch?.ranges ?? [])
  }

  at(value: number): readonly Field[] {
    const found = this.byValue.get(value) ?? NONE
    if (this.byRange.length === 0) return found
    const more = this.byRange.filter(({ range }) => range.from <= value && value <= range.to)
    return more.length === 0 ? found : [...found, ...more.map(({ field }) => field)]
  }

  private add(field: Field, ranges: readonly DbcRange[]): void {
    for (const range of ranges) {
      if (range.to - range.from >= LOOKED_UP) {
        this.byRange.push({ range, field })
        continue
      }
      for (let value = range.from; value <= range.to; value++) {
        const fields = this.byValue.get(value)
        if (fields) fields.push(field)
        else this.byValue.set(value, [field])
      }
    }
  }
}

function scaling(signal: DbcSignal): Field['scale'] {
  const { factor, offset, length, type } = signal
  if (factor === 1 && offset === 0) return undefined
  const whole = Number.isSafeInteger(factor) && Number.isSafeInteger(offset)
  const isFloat = type === 'float32' || type === 'float64'
  const largest = 2 ** length * Math.abs(factor) + Math.abs(offset)
  const isExact = !whole || largest <= Number.MAX_SAFE_INTEGER
  if (isFloat || (length <= MAX_EXACT_BITS && isExact)) {
    const exact = isFloat ? undefined : exactScaleOf({ factor, offset, bits: length })
    if (exact !== undefined) return (raw) => exact(raw as number)
    return (raw) => (raw as number) * factor + offset
  }
  if (!whole) return (raw) => Number(raw) * factor + offset
  const [times, plus] = [BigInt(factor), BigInt(offset)]
  return (raw) => {
    const value = Number(raw) * factor + offset
    return Number.isSafeInteger(value) ? value : normal(BigInt(raw) * times + plus)
  }
}
