/**
 * `String(number)`, faster for the numbers that scaled readings are: those with at most eight decimals.
 * Their digits come from tables. Up to 15 digits no two decimal numbers share a double, so what divides
 * back to the same double is the shortest text for it, which is what `String` is bound to give
 * (ECMA-262, Number::toString).
 */

/** Four decimals with and without the zeros at their end. */
const WHOLE = Array.from({ length: 10_000 }, (_, digits) => String(digits).padStart(4, '0'))
const STRIPPED = WHOLE.map((digits) => digits.replace(/0+$/, ''))

export function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value)
  const size = Math.abs(value)
  // Smaller ones have exponents; greater ones may need more than 15 digits.
  if (!(size >= 1e-6 && size < 1e7)) return String(value)
  const units = Math.round(size * 1e8)
  if (units / 1e8 !== size) return String(value)
  const whole = Math.floor(units / 1e8)
  const decimals = units - whole * 1e8
  const high = Math.floor(decimals / 1e4)
  const low = decimals - high * 1e4
  const start = value < 0 ? `-${whole}.` : `${whole}.`
  return low === 0 ? start + STRIPPED[high] : start + WHOLE[high] + STRIPPED[low]
}
