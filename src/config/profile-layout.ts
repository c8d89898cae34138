/**
 * A signal's layout as one line, in the notation of DBC files:
 *
 *   start|length@order sign (factor,offset) [min|max] "unit"      7|32@0+ (0.1,0) [0|429496729] "km"
 *
 * order 0 is Motorola, 1 Intel; sign + or -. What follows the sign may be missing. The factor may be
 * a fraction, (100/255,0), which no decimal number writes exactly. [0|0] says nothing, as in DBC.
 */
import type { Layout } from '../model/profile.ts'

const NUMBER = '[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?'
const LAYOUT = new RegExp(
  [
    '^\\s*(\\d{1,5})\\|(\\d{1,3})@([01])\\s*([+-])',
    `(?:\\s*\\(\\s*(${NUMBER})(?:\\s*/\\s*(${NUMBER}))?\\s*,\\s*(${NUMBER})\\s*\\))?`,
    `(?:\\s*\\[\\s*(${NUMBER})?\\s*\\|\\s*(${NUMBER})?\\s*\\])?`,
    '(?:\\s*"([^"]*)")?\\s*$',
  ].join(''),
)

/** What a layout looks like, for whoever has to write one. */
export const layoutForm = 'start|length@0+ (factor,offset) [min|max] "unit"'

/** Undefined where the text is none. */
export function parseLayout(text: string): Layout | undefined {
  const match = LAYOUT.exec(text)
  if (match === null) return undefined
  const [, start, length, order, sign, factor, divisor, offset, min, max, unit] = match
  const hasRange = min !== max && !(Number(min) === 0 && Number(max) === 0)
  return {
    start: Number(start),
    length: Number(length),
    bigEndian: order === '0',
    signed: sign === '-',
    factor: Number(factor ?? 1),
    divisor: Number(divisor ?? 1),
    offset: Number(offset ?? 0),
    min: hasRange && min !== undefined ? Number(min) : undefined,
    max: hasRange && max !== undefined ? Number(max) : undefined,
    unit: unit ?? '',
  }
}

export function layoutText(layout: Layout): string {
  const { start, length, bigEndian, signed, factor, divisor, offset, min, max, unit } = layout
  const bits = `${start}|${length}@${bigEndian ? 0 : 1}${signed ? '-' : '+'}`
  const scale = `(${factor}${divisor === 1 ? '' : `/${divisor}`},${offset})`
  const range = min === undefined && max === undefined ? '' : ` [${min ?? ''}|${max ?? ''}]`
  return `${bits} ${scale}${range} "${unit.replaceAll('"', '')}"`
}
