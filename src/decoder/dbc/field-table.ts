/**
 * The signals of a message, or of one branch of it, as columns. Hot: what a usual signal needs — up
 * to 32 bits in up to four bytes, a linear scale in whole numbers — stands in two typed arrays, so
 * that a file of many messages stays in the processor's cache; the others have functions.
 */
import { exactLinearOf } from '../exact-scale.ts'
import {
  bytesNeeded,
  MAX_EXACT_BITS,
  normal,
  type RawReader,
  rawReader,
  type WordPlan,
  wordPlanOf,
} from './bits.ts'
import type { DbcSignal } from './dbc.ts'

/** Numbers while they are safe integers or fractions, BigInt for integers beyond 2^53. */
export type DbcValue = number | bigint

export interface Other {
  read: RawReader
  /** Undefined where the value is the raw value. */
  scale: ((raw: DbcValue) => DbcValue) | undefined
}

/** Bytes needed · first byte, step, count of bytes (0: see `others`) · shifts left and right. */
export const WORDS = 6
/** value = (raw × [0] + [1]) ÷ [2]. */
export const SCALES = 3

export interface FieldTable<Branches> {
  readonly size: number
  readonly signals: readonly DbcSignal[]
  /** Null where the file gives none. */
  readonly units: readonly (string | null)[]
  readonly words: Int32Array
  readonly scales: Float64Array
  readonly others: readonly (Other | undefined)[]
  /** What depends on a multiplexer. */
  readonly branches: readonly (Branches | undefined)[]
}

/** Sets signed signals apart in the last column: their right shift keeps the sign. */
export const SIGNED = 64

export function fieldTable<B>(
  signals: readonly DbcSignal[],
  branchesOf: (signal: DbcSignal) => B | undefined,
): FieldTable<B> {
  const words = new Int32Array(signals.length * WORDS)
  const scales = new Float64Array(signals.length * SCALES)
  const others = signals.map((signal, i) => {
    words[i * WORDS] = bytesNeeded(signal)
    const plan = wordPlanOf(signal)
    const { factor, offset, length } = signal
    const linear = exactLinearOf({ factor, offset, bits: length })
    if (plan === undefined || linear === undefined) return otherOf(signal)
    words.set(columns(plan), i * WORDS + 1)
    scales.set([linear.times, linear.added, linear.common], i * SCALES)
    return undefined
  })
  return {
    size: signals.length,
    signals,
    units: signals.map(({ unit }) => (unit === '' ? null : unit)),
    words,
    scales,
    others,
    branches: signals.map(branchesOf),
  }
}

function columns({ byte, step, count, left, right, signed }: WordPlan): number[] {
  return [byte, step, count, left, signed ? right + SIGNED : right]
}

function otherOf(signal: DbcSignal): Other {
  return { read: rawReader(signal), scale: scaling(signal) }
}

function scaling(signal: DbcSignal): Other['scale'] {
  const { factor, offset, length, type } = signal
  if (factor === 1 && offset === 0) return undefined
  const whole = Number.isSafeInteger(factor) && Number.isSafeInteger(offset)
  const isFloat = type === 'float32' || type === 'float64'
  const largest = 2 ** length * Math.abs(factor) + Math.abs(offset)
  const isExact = !whole || largest <= Number.MAX_SAFE_INTEGER
  if (isFloat || (length <= MAX_EXACT_BITS && isExact)) {
    const linear = isFloat ? undefined : exactLinearOf({ factor, offset, bits: length })
    if (linear === undefined) return (raw) => (raw as number) * factor + offset
    const { times, added, common } = linear
    return (raw) => ((raw as number) * times + added) / common
  }
  if (!whole) return (raw) => Number(raw) * factor + offset
  const [times, plus] = [BigInt(factor), BigInt(offset)]
  return (raw) => {
    const value = Number(raw) * factor + offset
    return Number.isSafeInteger(value) ? value : normal(BigInt(raw) * times + plus)
  }
}
