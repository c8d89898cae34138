/**
 * Raw values to quantities: exact fractions where their numbers stay whole, so that 569922 × 0.1 km
 * is 56992.2 and not 56992.200000000004; ordinary arithmetic where they do not.
 */
import type { Layout } from '../../model/profile.ts'
import type { Conversion } from './units.ts'

/** More decimals are no decimal fraction that anyone wrote down. */
const MAX_DECIMALS = 12

interface Fraction {
  num: number
  den: number
}

const UNCHANGED: Conversion = { num: 1, den: 1, offset: 0 }

/** From a raw value to one in the layout's unit, or converted. */
export function scaleOf(layout: Layout, conversion = UNCHANGED): (raw: number) => number {
  const exact = exactScaleOf(layout, conversion)
  if (exact !== undefined) return exact
  const { factor, divisor, offset } = layout
  const { num, den } = conversion
  const slope = ((factor / divisor) * num) / den
  const start = (offset * num) / den + conversion.offset
  return (raw) => raw * slope + start
}

/** (raw × times + added) ÷ common in whole numbers; undefined where they grow beyond 2^53. */
function exactScaleOf(layout: Layout, { num, den, offset }: Conversion) {
  if (offset !== 0) return undefined
  const [top, bottom] = [fractionOf(layout.factor), fractionOf(layout.divisor)]
  const plus = fractionOf(layout.offset)
  if (!top || !bottom || !plus) return undefined
  const slope = reduced(top.num * bottom.den * num, top.den * bottom.num * den)
  const start = reduced(plus.num * num, plus.den * den)
  if (!slope || !start) return undefined
  const common = slope.den * (start.den / greatestCommonDivisor(slope.den, start.den))
  const times = slope.num * (common / slope.den)
  const added = start.num * (common / start.den)
  const largest = Math.max(Math.abs(times) * 2 ** layout.length + Math.abs(added), common)
  if (largest > Number.MAX_SAFE_INTEGER) return undefined
  if (common === 1 && added === 0 && times === 1) return same
  return (raw: number) => (raw * times + added) / common
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
