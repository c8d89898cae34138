/**
 * Raw values of a profile's layout to quantities: exact fractions where their numbers stay whole,
 * ordinary arithmetic where they do not.
 */
import type { Layout } from '../../model/profile.ts'
import { exactScaleOf } from '../exact-scale.ts'
import type { Conversion } from './units.ts'

const UNCHANGED: Conversion = { num: 1, den: 1, offset: 0 }

/** From a raw value to one in the layout's unit, or converted. */
export function scaleOf(layout: Layout, conversion = UNCHANGED): (raw: number) => number {
  const { factor, divisor, offset, length } = layout
  const { num, den } = conversion
  const exact =
    conversion.offset === 0
      ? exactScaleOf({ factor, divisor, offset, times: { num, den }, bits: length })
      : undefined
  if (exact !== undefined) return exact
  const slope = ((factor / divisor) * num) / den
  const start = (offset * num) / den + conversion.offset
  return (raw) => raw * slope + start
}
