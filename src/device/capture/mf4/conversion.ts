/**
 * Conversions of MDF 4 (block CC): from what stands in a record to the value it means.
 *
 *   data 0 type, 4 number of references (2), 6 number of values (2), 24 values (8 bytes, double)
 *
 *   0  none              1  linear: offset, factor
 *   2  rational: (p1 x² + p2 x + p3) / (p4 x² + p5 x + p6)
 *   3  a formula as text
 *   4, 5  pairs of key and value, with and without interpolation
 *   6  triples of lower end, upper end and value, then the value for all else
 *   7 and above  to texts, or from them: the number itself is what is wanted of them here
 */
import type { Block } from './block-file.ts'

export type Conversion =
  | { kind: 'linear'; offset: number; factor: number }
  | { kind: 'function'; of: (raw: number) => number }

const VALUES = 24
/** No conversion of a field of a frame needs more. */
const MAX_VALUES = 4000

const identity: Conversion = { kind: 'linear', offset: 0, factor: 1 }

/** Undefined for what is not understood (a formula) or damaged. */
export function conversionOf({ data }: Block): Conversion | undefined {
  if (data.byteLength < VALUES) return undefined
  const type = data.getUint8(0)
  const count = data.getUint16(6, true)
  if (type === 0 || type >= 7) return identity
  if (count > MAX_VALUES || VALUES + 8 * count > data.byteLength) return undefined
  const values: number[] = []
  for (let i = 0; i < count; i += 1) values.push(data.getFloat64(VALUES + 8 * i, true))
  return numeric(type, values)
}

function numeric(type: number, values: readonly number[]): Conversion | undefined {
  if (type === 1) {
    const [offset, factor] = values
    if (offset === undefined || factor === undefined) return undefined
    return { kind: 'linear', offset, factor }
  }
  if (type === 2 && values.length >= 6) return { kind: 'function', of: rational(values) }
  if ((type === 4 || type === 5) && values.length >= 2) {
    return { kind: 'function', of: table(values, type === 4) }
  }
  if (type === 6) return { kind: 'function', of: ranges(values) }
  return undefined
}

function rational(values: readonly number[]): (raw: number) => number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values
  return (raw) => ((a * raw + b) * raw + c) / ((d * raw + e) * raw + f)
}

/** Outside the keys, and of two keys as near the lower one: the value of the nearest key. */
function table(values: readonly number[], interpolate: boolean): (raw: number) => number {
  const key = (i: number) => values[2 * i] ?? Number.NaN
  const value = (i: number) => values[2 * i + 1] ?? Number.NaN
  const last = Math.floor(values.length / 2) - 1
  return (raw) => {
    let above = 0
    while (above < last && key(above) < raw) above += 1
    if (above === 0 || key(above) <= raw) return value(above)
    const part = (raw - key(above - 1)) / (key(above) - key(above - 1))
    if (interpolate) return value(above - 1) + part * (value(above) - value(above - 1))
    return value(part > 0.5 ? above : above - 1)
  }
}

/** The upper end belongs to a range of whole numbers; of overlapping ones the first counts. */
function ranges(values: readonly number[]): (raw: number) => number {
  return (raw) => {
    for (let i = 0; i + 2 < values.length; i += 3) {
      if (raw >= (values[i] ?? 0) && raw <= (values[i + 1] ?? 0)) return values[i + 2] ?? Number.NaN
    }
    return values.length % 3 === 1 ? (values.at(-1) ?? Number.NaN) : Number.NaN
  }
}
