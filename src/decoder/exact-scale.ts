/**
 * Raw values to quantities as exact fractions, as long as their numbers stay whole: 569922 × 0.1 km
 * is 56992.2 and not 56992.200000000004. A factor written as a decimal is that decimal, not the
 * binary number next to it; what is computed is (raw × times + added) ÷ common, rounded once.
 */

/** More decimals are no decimal fraction that anyone wrote down. */
const MAX_DECIMALS = 12

export interface Fraction {
  num: number
  den: number
}

/** value = (raw × factor ÷ divisor + offset) × times; raw values have at most `bits` bits. */
export interface DecimalScale {
  factor: number
  divisor?: number
  offset: number
  times?: Fraction
  bits: number
}

/** value = (raw × times + added) ÷ common, all whole. */
export interface ExactLinear {
  times: number
  added: number
  common: number
}

/** Undefined where the whole numbers would grow beyond 2^53. */
export function exactLinearOf(scale: DecimalScale): ExactLinear | undefined {
  const { divisor = 1, times: { num, den } = { num: 1, den: 1 }, bits } = scale
  const [top, bottom, plus] = [scale.factor, divisor, scale.offset].map(fractionOf)
  if (!top || !bottom || !plus) return undefined
  const slope = reduced(top.num * bottom.den * num, top.den * bottom.num * den)
  const start = reduced(plus.num * num, plus.den * den)
  if (!slope || !start) return undefined
  const common = slope.den * (start.den / greatestCommonDivisor(slope.den, start.den))
  const times = slope.num * (common / slope.den)
  const added = start.num * (common / start.den)
  const largest = Math.max(Math.abs(times) * 2 ** bits + Math.abs(added), common)
  return largest > Number.MAX_SAFE_INTEGER ? undefined : { times, added, common }
}

/** The same as a function. */
export function exactScaleOf(scale: DecimalScale): ((raw: number) => number) | undefined {
  const linear = exactLinearOf(scale)
  if (linear === undefined) return undefined
  const { times, added, common } = linear
  if (common === 1 && added === 0 && times === 1) return same
  return (raw) => (raw * times + added) / common
}

function same(raw: number): number {
  return raw
}

/** A decimal number as it is written; undefined where it has too many digits to be one. */
function fractionOf(value: number): Fraction | undefined {
  for (let decimals = 0, den = 1; decimals <= MAX_DECIMALS; decimals += 1, den *= 10) {
    const num = Math.round(value * den)
    if (num / den === value) return Number.isSafeInteger(num) ? { num, den } : undefined
  }
  return undefined
}

function reduced(num: number, den: number): Fraction | undefined {
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den)) return undefined
  const divisor = greatestCommonDivisor(Math.abs(num), Math.abs(den)) * Math.sign(den)
  return { num: num / divisor, den: den / divisor }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
