/** What a codec wrote, as a value of a signal; or why it cannot be one, in words. */
import type { SignalValue } from '../../model/reading.ts'
import type { SignalName } from '../../model/signals.ts'
import { signals } from '../../model/signals.ts'

export interface Scaling {
  scale?: number
  offset?: number
}

export type Converted = { value: SignalValue } | { why: string }

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const MAX_DIGITS = 40
/** Of a product, the digits that are not those of its rounding. */
const SIGNIFICANT = 12
const VIN = /^[A-HJ-NPR-Z0-9]{17}$/
const VIN_END = /^[A-HJ-NPR-Z0-9]{8}$/

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'on', 'yes', '1'].map((text) => [text, true] as const),
  ...['false', 'off', 'no', '0'].map((text) => [text, false] as const),
])

/** A finite number, also where it is written as a text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.length > MAX_DIGITS) return undefined
  const text = value.trim()
  const number = NUMBER.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

export function convert(value: unknown, signal: SignalName, scaling: Scaling): Converted {
  if (value === null) return { why: 'it has no value' }
  switch (signals[signal].type) {
    case 'number':
      return numeric(value, signal, scaling)
    case 'boolean':
      return truth(value)
    case 'text':
      return identity(value, signal)
  }
}

function numeric(
  value: unknown,
  signal: SignalName,
  { scale = 1, offset = 0 }: Scaling,
): Converted {
  const number = numberOf(value)
  if (number === undefined) return { why: 'it is no number' }
  const isPlain = scale === 1 && offset === 0
  const scaled = isPlain ? number : Number((number * scale + offset).toPrecision(SIGNIFICANT))
  const { min = -Infinity, max = Infinity, unit } = signals[signal]
  if (scaled >= min && scaled <= max) return { value: scaled === 0 ? 0 : scaled }
  const range = unit === '' || unit === 'ratio' ? `${min} to ${max}` : `${min} to ${max} ${unit}`
  return { why: `${scaled} is not within ${range}` }
}

function truth(value: unknown): Converted {
  const isSo = ['boolean', 'number', 'string'].includes(typeof value)
    ? truths.get(String(value).trim().toLowerCase())
    : undefined
  return isSo === undefined ? { why: 'it is neither true nor false' } : { value: isSo }
}

function identity(value: unknown, signal: SignalName): Converted {
  const text = typeof value === 'string' ? value.trim().toUpperCase() : ''
  const form = signal === 'vin' ? VIN : VIN_END
  return form.test(text) ? { value: text } : { why: 'it is no VIN' }
}
