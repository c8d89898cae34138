/**
 * Messages to signal values, by a DBC file. Everything that the file decides is decided once, here:
 * what remains per frame is a look-up, and per signal a few byte operations and a multiplication.
 *
 * A frame belongs to the message with its identifier. Messages whose VFrameFormat is J1939PG are
 * also found by their PGN, whatever the priority, the source address and, for a destination-
 * specific (PDU1) PGN, the destination; where several have that PGN, the one with the same source
 * address, else the one that names none (0xFE), else the first.
 */
import { unsignedReader } from './bits.ts'
import type { Dbc, DbcMessage, DbcRange, DbcSignal } from './dbc.ts'
import {
  type DbcValue,
  type FieldTable,
  fieldTable,
  type Other,
  SCALES,
  SIGNED,
  WORDS,
} from './field-table.ts'

export type { DbcValue } from './field-table.ts'

type Fields = FieldTable<Branches>

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

interface Program {
  message: DbcMessage
  fields: Fields
}

const NO_SOURCE = 0xfe
const NONE: readonly Fields[] = []
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

/** Hot. */
function run(
  fields: Fields,
  message: DbcMessage,
  data: Uint8Array,
  length: number,
  emit: DbcEmit,
): void {
  const { size, words, scales, signals, units, branches } = fields
  for (let i = 0, at = 0; i < size; i += 1, at += WORDS) {
    if ((words[at] as number) > length) continue
    const count = words[at + 3] as number
    if (count === 0) other(fields, i, message, data, emit)
    else {
      const raw = wordAt(words, at + 1, count, data)
      const scale = i * SCALES
      const value =
        (raw * (scales[scale] as number) + (scales[scale + 1] as number)) /
        (scales[scale + 2] as number)
      emit(message, signals[i] as DbcSignal, raw, value, units[i] as string | null)
    }
    const branch = branches[i]
    if (branch === undefined) continue
    for (const table of branch.at(branch.select(data))) run(table, message, data, length, emit)
  }
}

/** Hot. One to four bytes, in 32-bit integer arithmetic; the caller has checked the length. */
function wordAt(words: Int32Array, at: number, count: number, data: Uint8Array): number {
  const byte = words[at] as number
  const step = words[at + 1] as number
  let bits = data[byte] as number
  if (count > 1) bits |= (data[byte + step] as number) << 8
  if (count > 2) bits |= (data[byte + 2 * step] as number) << 16
  if (count > 3) bits |= (data[byte + 3 * step] as number) << 24
  const left = words[at + 3] as number
  const right = words[at + 4] as number
  return right < SIGNED ? (bits << left) >>> right : (bits << left) >> (right - SIGNED)
}

function other(
  { others, signals, units }: Fields,
  i: number,
  message: DbcMessage,
  data: Uint8Array,
  emit: DbcEmit,
): void {
  const { read, scale } = others[i] as Other
  const raw = read(data)
  emit(message, signals[i] as DbcSignal, raw, scale ? scale(raw) : raw, units[i] as string | null)
}

function fieldsOf({ signals }: DbcMessage): Fields {
  const branched = new Map<string, DbcSignal[]>()
  for (const signal of signals) {
    if (!signal.branch) continue
    const { multiplexer } = signal.branch
    const group = branched.get(multiplexer)
    if (group) group.push(signal)
    else branched.set(multiplexer, [signal])
  }
  const branchesOf = (signal: DbcSignal): Branches | undefined => {
    const dependent = branched.get(signal.symbol)
    return dependent && new Branches(signal, dependent, table)
  }
  const table = (chosen: readonly DbcSignal[]): Fields => fieldTable(chosen, branchesOf)
  return table(signals.filter((signal) => !signal.branch))
}

/** What depends on one multiplexer, by its value. */
class Branches {
  readonly select: (data: Uint8Array) => number
  readonly #byValue = new Map<number, Fields[]>()
  readonly #byRange: { range: DbcRange; fields: Fields }[] = []

  constructor(
    multiplexer: DbcSignal,
    dependent: readonly DbcSignal[],
    table: (signals: readonly DbcSignal[]) => Fields,
  ) {
    this.select = unsignedReader(multiplexer)
    const byValue = new Map<number, DbcSignal[]>()
    for (const signal of dependent) {
      for (const range of signal.branch?.ranges ?? []) {
        if (range.to - range.from >= LOOKED_UP) {
          this.#byRange.push({ range, fields: table([signal]) })
          continue
        }
        for (let value = range.from; value <= range.to; value++) {
          const chosen = byValue.get(value)
          if (chosen) chosen.push(signal)
          else byValue.set(value, [signal])
        }
      }
    }
    for (const [value, chosen] of byValue) this.#byValue.set(value, [table(chosen)])
  }

  at(value: number): readonly Fields[] {
    const found = this.#byValue.get(value) ?? NONE
    if (this.#byRange.length === 0) return found
    const more = this.#byRange.filter(({ range }) => range.from <= value && value <= range.to)
    return more.length === 0 ? found : [...found, ...more.map(({ fields }) => fields)]
  }
}
