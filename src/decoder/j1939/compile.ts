/**
 * Compiles the SPN table, once at start, into one plan per parameter group: for each row a function
 * that takes its bits from the message, the first raw value that is an indicator, and the two
 * scalings (as the standard states it, and in the unit of the signal).
 */
import { type SignalName, signals } from '../../model/signals.ts'
import { inUnit, scaler } from '../quantity.ts'
import type { PgnRow, SpnRow, TextRow } from './rows.ts'
import { indicatorStart } from './slots.ts'

export interface SpnPlan {
  readonly spn: number
  readonly bits: number
  readonly unit: string
  /** Shortest message that holds the parameter, in bytes. */
  readonly minLength: number
  /** Raw values from here on are indicators. */
  readonly indicatorFrom: number
  readonly raw: (data: Uint8Array) => number
  readonly value: (raw: number) => number
  readonly signal: SignalName | undefined
  readonly signalValue: (raw: number) => number
  readonly rank: number
}

export interface PgnPlan {
  readonly pgn: number
  readonly label: string
  readonly spns: readonly SpnPlan[]
  readonly text: TextRow | undefined
}

/** Bit offset from bit 0 of the first byte, little-endian as J1939 counts. */
export function bitOffset(at: SpnRow['at']): number {
  return typeof at === 'number' ? (at - 1) * 8 : (at[0] - 1) * 8 + at[1] - 1
}

/** Takes `bits` (1 to 32) from `offset`; specialised for whole bytes. */
function extractor(offset: number, bits: number): (data: Uint8Array) => number {
  const byte = offset >> 3
  const shift = offset & 7
  if (shift === 0 && bits === 8) return (data) => data[byte] as number
  if (shift === 0 && bits === 16) {
    return (data) => (data[byte] as number) | ((data[byte + 1] as number) << 8)
  }
  if (shift === 0 && bits === 32) {
    return (data) =>
      ((data[byte] as number) |
        ((data[byte + 1] as number) << 8) |
        ((data[byte + 2] as number) << 16) |
        ((data[byte + 3] as number) << 24)) >>>
      0
  }
  const bytes = Math.ceil((shift + bits) / 8)
  const modulus = 2 ** bits
  const divisor = 2 ** shift
  return (data) => {
    let sum = 0
    for (let i = bytes - 1; i >= 0; i -= 1) sum = sum * 256 + (data[byte + i] as number)
    return Math.floor(sum / divisor) % modulus
  }
}

function compileRow(row: SpnRow): SpnPlan {
  const { bits } = row.slot
  const offset = bitOffset(row.at)
  const value = scaler(row.slot)
  return {
    spn: row.spn,
    bits,
    unit: row.slot.unit,
    minLength: Math.ceil((offset + bits) / 8),
    indicatorFrom: bits === 1 ? 2 : indicatorStart(bits),
    raw: extractor(offset, bits),
    value,
    signal: row.signal,
    signalValue:
      row.signal === undefined ? value : scaler(inUnit(row.slot, signals[row.signal].unit)),
    rank: row.rank ?? 0,
  }
}

/** Plans by PGN, as an array so that the hot path finds one by index. */
export function compilePgns(table: readonly PgnRow[]): readonly (PgnPlan | undefined)[] {
  const plans = new Array<PgnPlan | undefined>(0x20000).fill(undefined)
  for (const { pgn, label, spns } of table) {
    plans[pgn] = {
      pgn,
      label,
      spns: spns.filter((row) => 'slot' in row).map(compileRow),
      text: spns.find((row) => 'text' in row),
    }
  }
  return plans
}
