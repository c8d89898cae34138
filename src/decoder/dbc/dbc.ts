/**
 * What a DBC file says, as `parse.ts` hands it on: resolved (long names, multiplexing, attributes)
 * and only as far as decoding and labelling need it.
 */
export interface Dbc {
  version: string
  nodes: string[]
  messages: DbcMessage[]
}

export interface DbcMessage {
  /** 11 or 29 bits, without the flag bit of the file. */
  id: number
  extended: boolean
  /** SystemMessageLongSymbol where the file has one, else `symbol`. */
  name: string
  /** The name in the `BO_` line, which other lines refer to. */
  symbol: string
  /** Bytes, as declared; a frame may be shorter or longer. */
  length: number
  transmitter: string
  signals: DbcSignal[]
  /** VFrameFormat says J1939PG: the message is known by its PGN, whatever priority and addresses. */
  j1939: boolean
  /** GenMsgCycleTime, where it is above 0. */
  cycleTimeMs: number | undefined
  comment: string
}

export type DbcSignalType = 'unsigned' | 'signed' | 'float32' | 'float64'

export interface DbcSignal {
  /** SystemSignalLongSymbol where the file has one, else `symbol`. */
  name: string
  /** The name in the `SG_` line, which other lines refer to. */
  symbol: string
  /** As in the file: the least significant bit for Intel, the most significant one for Motorola. */
  start: number
  /** Bits. */
  length: number
  /** Motorola (`@0`). */
  bigEndian: boolean
  type: DbcSignalType
  /** value = raw × factor + offset, in `unit` (empty where the file gives none). */
  factor: number
  offset: number
  unit: string
  /** Undefined where the file leaves them empty or writes no finite number. */
  minimum: number | undefined
  maximum: number | undefined
  receivers: string[]
  /** Other signals of the message depend on this one's raw value. */
  multiplexer: boolean
  /** Present only when the multiplexer selects it. */
  branch: DbcBranch | undefined
  /** Texts by raw value. */
  choices: ReadonlyMap<number | bigint, string> | undefined
  /** The J1939 number, where the file gives one above 0. */
  spn: number | undefined
  comment: string
}

export interface DbcBranch {
  /** The symbol of a signal of the same message. */
  multiplexer: string
  /** Inclusive, ascending, not touching; compared with the multiplexer's bits read as unsigned. */
  ranges: DbcRange[]
}

export interface DbcRange {
  from: number
  to: number
}

/** What of the file was left out or looks wrong, and where (both counted from 1). */
export interface DbcProblem {
  line: number
  column: number
  text: string
}

/** The longest message there is: a J1939 transport session of 255 packets. */
export const MAX_MESSAGE_BYTES = 1785

/** Position of the last bit on the wire, counted over the bytes from 0. */
export function lastBit(start: number, length: number, bigEndian: boolean): number {
  const first = bigEndian ? start - (start % 8) + 7 - (start % 8) : start
  return first + length - 1
}
