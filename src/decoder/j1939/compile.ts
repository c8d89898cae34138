/**
 * Compiles the SPN table, once at start, into one plan per parameter group. A plan is numbers only:
 * where the bits stand, which raw values are indicators, and the two scalings (as the standard
 * states it, and in the unit of the signal). `rawOf` and `quantityOf` work on them. Hot: no closures,
 * because what a closure returns has to be allocated.
 */
import { type SignalDefinition, type SignalName, signals } from '../../model/signals.ts'
import { inUnit, type Scale } from '../quantity.ts'
import type { PgnRow, SpnRow, TextRow } from './rows.ts'
import { indicatorStart } from './slots.ts'
import type { States } from './states.ts'

/** value = (raw × num + add) / den, rounded once. */
export interface Linear {
  readonly num: number
  readonly add: number
  readonly den: number
}

export interface SpnPlan {
  readonly spn: number
  readonly label: string
  readonly bits: number
  readonly unit: string
  /** First byte, and how many bits of it stand below the parameter. */
  readonly byte: number
  readonly shift: number
  /** Shortest message that holds the parameter, in bytes. */
  readonly minLength: number
  /** Raw values from here on are indicators. */
  readonly indicatorFrom: number
  readonly scale: Linear
  readonly states: States | undefined
  readonly signal: SignalName | undefined
  readonly signalAt: Readonly<Record<number, SignalName>> | undefined
  /** The signal is a truth value: 0 is false, 1 true, and other states are neither. */
  readonly isBoolean: boolean
  readonly signalScale: Linear
  readonly rank: number
}

export interface PgnPlan {
  readonly pgn: number
  readonly label: string
  readonly spns: readonly SpnPlan[]
  /** Those of them that feed a signal. */
  readonly signals: readonly SpnPlan[]
  readonly texts: readonly TextRow[]
  /** The parameter that tells which of several the message is about. */
  readonly instance: SpnPlan | undefined
}

/** Bit offset from bit 0 of the first byte, little-endian as J1939 counts. */
export function bitOffset(at: SpnRow['at']): number {
  return typeof at === 'number' ? (at - 1) * 8 : (at[0] - 1) * 8 + at[1] - 1
}

/** Hot. The bits of a parameter, 1 to 32, from a message that is long enough. */
export function rawOf({ byte, shift, bits }: SpnPlan, data: Uint8Array): number {
  if (shift === 0) {
    if (bits === 8) return data[byte] as number
    if (bits === 16) return (data[byte] as number) | ((data[byte + 1] as number) << 8)
  }
  if (shift + bits <= 8) return ((data[byte] as number) >> shift) & ((1 << bits) - 1)
  let sum = 0
  for (let i = (shift + bits - 1) >> 3; i >= 0; i -= 1) {
    sum = sum * 256 + (data[byte + i] as number)
  }
  return Math.floor(sum / 2 ** shift) % 2 ** bits
}

/** Hot. */
export function quantityOf({ num, add, den }: Linear, raw: number): number {
  return (raw * num + add) / den
}

function linear({ num, den, offset }: Scale): Linear {
  return { num, add: offset * den, den }
}

/** The signal's scaling. Signals of one row have one unit. */
function signalScale(row: SpnRow, definition: SignalDefinition | undefined): Linear {
  const isNumber = definition !== undefined && definition.type === 'number'
  return linear(isNumber ? inUnit(row.slot, definition.unit) : row.slot)
}

function compileRow(row: SpnRow): SpnPlan {
  const { bits } = row.slot
  const offset = bitOffset(row.at)
  const fed = row.signal ?? Object.values(row.signalAt ?? {})[0]
  const definition = fed === undefined ? undefined : signals[fed]
  return {
    spn: row.spn,
    label: row.label,
    bits,
    unit: row.slot.unit,
    byte: offset >> 3,
    shift: offset & 7,
    minLength: Math.ceil((offset + bits) / 8),
    indicatorFrom: bits === 1 ? 2 : indicatorStart(bits),
    scale: linear(row.slot),
    states: row.states,
    signal: row.signal,
    signalAt: row.signalAt,
    isBoolean: definition?.type === 'boolean',
    signalScale: signalScale(row, definition),
    rank: row.rank ?? 0,
  }
}

function compileGroup({ pgn, label, spns, instance }: PgnRow): PgnPlan {
  const plans = spns.filter((row): row is SpnRow => 'slot' in row).map(compileRow)
  return {
    pgn,
    label,
    spns: plans,
    signals: plans.filter((row) => row.signal !== undefined || row.signalAt !== undefined),
    texts: spns.filter((row): row is TextRow => 'text' in row),
    instance: plans.find(({ spn }) => spn === instance),
  }
}

/** Plans by PGN, as an array so that the hot path finds one by index. */
export function compilePgns(table: readonly PgnRow[]): readonly (PgnPlan | undefined)[] {
  const plans = new Array<PgnPlan | undefined>(0x20000).fill(undefined)
  for (const row of table) plans[row.pgn] = compileGroup(row)
  return plans
}
