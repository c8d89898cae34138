/**
 * Linear quantities as exact fractions. `value = (raw × num + offset × den) / den`: one division,
 * correctly rounded, so that 204 × 0.4 % prints as 81.6 and not as 81.60000000000001.
 */
export interface Scale {
  readonly num: number
  readonly den: number
  readonly offset: number
  readonly unit: string
}

/** Factors between units that appear in the tables: value in `to` = value in `from` × num / den. */
const conversions: Record<string, { num: number; den: number }> = {
  'm→km': { num: 1, den: 1000 },
  '%→ratio': { num: 1, den: 100 },
  'km/L→km/l': { num: 1, den: 1 },
  'L/h→l/h': { num: 1, den: 1 },
  's→h': { num: 1, den: 3600 },
  'gear value→': { num: 1, den: 1 },
}

/** The same quantity in another unit. Throws for a pair that the tables do not need. */
export function inUnit(scale: Scale, unit: string): Scale {
  if (scale.unit === unit) return scale
  const factor = conversions[`${scale.unit}→${unit}`]
  if (factor === undefined) throw new RangeError(`no conversion from ${scale.unit} to ${unit}`)
  return {
    num: scale.num * factor.num,
    den: scale.den * factor.den,
    offset: (scale.offset * factor.num) / factor.den,
    unit,
  }
}

/** Compiles a scale to a function. */
export function scaler(scale: Scale): (raw: number) => number {
  const { num, den } = scale
  const offset = scale.offset * den
  if (num === 1 && den === 1) return offset === 0 ? (raw) => raw : (raw) => raw + offset
  if (offset === 0) return (raw) => (raw * num) / den
  return (raw) => (raw * num + offset) / den
}
