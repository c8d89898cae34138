/**
 * A column of whole numbers: the kind that takes least, and back. Hot. The kinds are described in
 * batch-format.ts.
 */
import { type Column, invalid } from './batch-format.ts'
import { VarintReader, VarintWriter } from './varints.ts'

/** Beyond, differences of differences would not stay exact. */
export const MAX_WHOLE = 2 ** 50

const MOST_SAMPLES = 33

/** `values` are whole and less than MAX_WHOLE from 0, one at least. */
export function writeWholes(values: Float64Array): Column {
  const first = values[0] as number
  const step = usualStep(values)
  const kind = cheapest(values, step)
  switch (kind) {
    case 'line':
      return { kind, ...startOf(first, step), ...lineData(values, step) }
    case 'diff':
      return { kind, ...startOf(first, step), data: diffData(values, step) }
    case 'diff2':
      return { kind, ...startOf(first, step), data: diff2Data(values, step) }
    default:
      return { kind, ...startOf(first, 0), data: runsData(values) }
  }
}

/** Zeros need not be written. */
function startOf(first: number, step: number): { first?: number; step?: number } {
  return { ...(first === 0 ? {} : { first }), ...(step === 0 ? {} : { step }) }
}

/** The median of differences all over the column. */
function usualStep(values: Float64Array): number {
  const last = values.length - 1
  if (last < 1) return 0
  const samples = new Float64Array(Math.min(last, MOST_SAMPLES))
  for (let i = 0; i < samples.length; i++) {
    const at = 1 + Math.floor((i * last) / samples.length)
    samples[i] = (values[at] as number) - (values[at - 1] as number)
  }
  samples.sort()
  return samples[samples.length >> 1] as number
}

/** By the bits of the numbers to be written, which is also what remains after deflate. */
function cheapest(values: Float64Array, step: number): Exclude<Column['kind'], 'doubles'> {
  const first = values[0] as number
  let line = Math.abs(step) * values.length < MAX_WHOLE ? bitsOf(0) : Number.POSITIVE_INFINITY
  let diff = 0
  let diff2 = 0
  let runs = 0
  let isLine = Number.isFinite(line)
  let before = first
  let pace = step
  let runStart = 0
  for (let i = 1; i < values.length; i++) {
    const value = values[i] as number
    const change = value - before
    const off = value - (first + step * i)
    if (off !== 0) isLine = false
    line += bitsOf(off)
    diff += bitsOf(change - step)
    diff2 += bitsOf(change - pace)
    if (change !== 0) {
      runs += bitsOf(change) + bitsOf(i - runStart)
      runStart = i
    }
    before = value
    pace = change
  }
  if (isLine) return 'line'
  runs += bitsOf(values.length - runStart)
  const least = Math.min(line, diff, diff2, runs)
  return runs === least ? 'runs' : diff === least ? 'diff' : line === least ? 'line' : 'diff2'
}

/** About what a number costs: its bits, its sign, and how many there are. */
function bitsOf(value: number): number {
  const size = Math.abs(value)
  return size < 0x8000_0000 ? 34 - Math.clz32(size) : 66 - Math.clz32(size / 0x8000_0000)
}

function lineData(values: Float64Array, step: number): { data?: Uint8Array } {
  const first = values[0] as number
  const writer = new VarintWriter(values.length)
  let isExact = true
  for (let i = 0; i < values.length; i++) {
    const off = (values[i] as number) - (first + step * i)
    if (off !== 0) isExact = false
    writer.signed(off)
  }
  return isExact ? {} : { data: writer.finish() }
}

function diffData(values: Float64Array, step: number): Uint8Array {
  const writer = new VarintWriter(values.length)
  for (let i = 1; i < values.length; i++) {
    writer.signed((values[i] as number) - (values[i - 1] as number) - step)
  }
  return writer.finish()
}

function diff2Data(values: Float64Array, step: number): Uint8Array {
  const writer = new VarintWriter(values.length)
  let pace = step
  for (let i = 1; i < values.length; i++) {
    const change = (values[i] as number) - (values[i - 1] as number)
    writer.signed(change - pace)
    pace = change
  }
  return writer.finish()
}

function runsData(values: Float64Array): Uint8Array {
  const writer = new VarintWriter(values.length * 2)
  let before = values[0] as number
  let start = 0
  for (let i = 1; i <= values.length; i++) {
    if (i < values.length && values[i] === values[start]) continue
    const value = values[start] as number
    writer.signed(value - before)
    writer.unsigned(i - start - 1)
    before = value
    start = i
  }
  return writer.finish()
}

/** `length`: how many numbers the column has. */
export function readWholes(column: Column, length: number): Float64Array {
  const values = new Float64Array(length)
  const { data } = column
  if (data === undefined && column.kind !== 'line') throw invalid('a column is without data')
  const reader = new VarintReader(data ?? new Uint8Array(0))
  if (data === undefined) fillLine(column, values)
  else readKind(column, values, reader)
  reader.end()
  for (let i = 0; i < length; i++) {
    if (!Number.isSafeInteger(values[i])) throw invalid('a number in a column is out of range')
  }
  return values
}

function fillLine({ first = 0, step = 0 }: Column, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = first + step * i
}

function readKind(column: Column, values: Float64Array, reader: VarintReader): void {
  const { first = 0, step = 0 } = column
  switch (column.kind) {
    case 'line':
      for (let i = 0; i < values.length; i++) values[i] = first + step * i + reader.signed()
      return
    case 'diff':
      readDiff(values, first, step, reader)
      return
    case 'diff2':
      readDiff2(values, first, step, reader)
      return
    default:
      readRuns(values, first, reader)
  }
}

function readDiff(values: Float64Array, first: number, step: number, reader: VarintReader): void {
  let value = first
  if (values.length > 0) values[0] = first
  for (let i = 1; i < values.length; i++) {
    value += step + reader.signed()
    values[i] = value
  }
}

function readDiff2(values: Float64Array, first: number, step: number, reader: VarintReader): void {
  let value = first
  let pace = step
  if (values.length > 0) values[0] = first
  for (let i = 1; i < values.length; i++) {
    pace += reader.signed()
    value += pace
    values[i] = value
  }
}

function readRuns(values: Float64Array, first: number, reader: VarintReader): void {
  let value = first
  for (let at = 0; at < values.length; ) {
    value += reader.signed()
    const end = at + reader.unsigned() + 1
    if (end > values.length) throw invalid('a run is longer than its column')
    values.fill(value, at, end)
    at = end
  }
}
