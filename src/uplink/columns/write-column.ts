/**
 * What a signal, or any other field of the records, makes of itself as a column. Hot.
 */
import type { Column } from './batch-format.ts'
import { VarintWriter } from './varints.ts'
import { MAX_WHOLE, writeWholes } from './whole-numbers.ts'

/**
 * What decoded values are multiples of: decimals, the powers of two of CAN signals, percents and
 * 255ths of OBD-II, minutes and seconds of an hour. The least that fits a whole column is taken.
 */
const divisors = [
  1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 40, 50, 51, 60, 64, 80, 100, 125, 128, 160, 200, 250, 255, 256,
  320, 400, 500, 510, 512, 640, 800, 1000, 1020, 1024, 1250, 1280, 2000, 2048, 2500, 2550, 2560,
  3600, 4000, 4096, 5000, 5100, 8192, 10_000, 16_384, 20_000, 25_500, 25_600, 32_768, 36_000,
  50_000, 51_200, 65_535, 65_536, 100_000, 200_000, 1_000_000, 10_000_000,
]

/** A field's values, gathered record by record; `present` is 0 where a record has none. */
export interface Gathered {
  /** As many as there are records that have one. */
  values: readonly unknown[]
  present: Uint8Array
}

export function writeGathered({ values, present }: Gathered): Column {
  const column = areNumbers(values) ? writeNumbers(new Float64Array(values)) : writeChosen(values)
  return values.length === present.length ? column : { present: runsOf(present), ...column }
}

function areNumbers(values: readonly unknown[]): values is readonly number[] {
  for (let i = 0; i < values.length; i++) if (typeof values[i] !== 'number') return false
  return true
}

/** Numbers of any kind, bit by bit. */
export function writeNumbers(values: Float64Array): Column {
  const over = divisorOf(values)
  if (over === undefined) return writeDoubles(values)
  if (over === 1) return writeWholes(values)
  const wholes = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) wholes[i] = Math.round((values[i] as number) * over)
  return { over, ...writeWholes(wholes) }
}

function divisorOf(values: Float64Array): number | undefined {
  // Where one divisor fails, the next one is tried first.
  let stumble = 0
  for (const over of divisors) {
    if (!isMultiple(values[stumble] as number, over)) continue
    let i = 0
    while (i < values.length && isMultiple(values[i] as number, over)) i++
    if (i === values.length) return over
    stumble = i
  }
  return undefined
}

/** Whether all are whole, and small enough to be taken from one another. */
export function areWhole(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!isMultiple(values[i] as number, 1)) return false
  return true
}

/** Whether `value` is a whole number over `over`, bit by bit: -0 is none. */
function isMultiple(value: number, over: number): boolean {
  const whole = Math.round(value * over)
  if (whole === 0) return Object.is(value, 0)
  return whole / over === value && whole < MAX_WHOLE && whole > -MAX_WHOLE
}

function writeDoubles(values: Float64Array): Column {
  const count = values.length
  const view = new DataView(new ArrayBuffer(8))
  const data = new Uint8Array(8 * count)
  for (let i = 0; i < count; i++) {
    view.setFloat64(0, values[i] as number, true)
    for (let byte = 0; byte < 8; byte++) data[byte * count + i] = view.getUint8(byte)
  }
  return { kind: 'doubles', data }
}

/** Texts, yes or no, and whatever else JSON has: each different one stands in `values` once. */
export function writeChosen(chosen: readonly unknown[]): Column {
  const places = new Map<string, number>()
  const values: unknown[] = []
  const indexes = new Float64Array(chosen.length)
  for (let i = 0; i < chosen.length; i++) {
    const value = chosen[i]
    const key = typeof value === 'string' ? `"${value}` : keyOf(value)
    let place = places.get(key)
    if (place === undefined) {
      place = values.length
      places.set(key, place)
      values.push(value)
    }
    indexes[i] = place
  }
  return { values, ...writeWholes(indexes) }
}

function keyOf(value: unknown): string {
  return typeof value === 'number' ? `${value}` : (JSON.stringify(value) ?? 'null')
}

/** Lengths of runs: so many present, so many absent, … */
export function runsOf(present: Uint8Array): Uint8Array {
  const writer = new VarintWriter(present.length + 1)
  let isPresent = 1
  let start = 0
  for (let i = 0; i < present.length; i++) {
    if (present[i] === isPresent) continue
    writer.unsigned(i - start)
    isPresent = 1 - isPresent
    start = i
  }
  writer.unsigned(present.length - start)
  return writer.finish()
}
