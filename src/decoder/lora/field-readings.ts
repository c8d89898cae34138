/** What becomes of fields: readings of signals, or the reason why there is none. */
import type { SignalValue } from '../../model/reading.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'

export interface FieldReading {
  signal: SignalName
  value: SignalValue
  time: Millis
}

export interface DroppedField {
  path: string
  value?: string | number | boolean
  /** A sentence without its subject. */
  why: string
}

/** A usable value, before it is decided which of several counts. */
export interface Candidate extends FieldReading {
  path: string
  within: string
  rank: number
  isMapped: boolean
}

export function droppedOf(
  { path, value }: { path: string; value: unknown },
  why: string,
): DroppedField {
  const isPlain = typeof value === 'number' || typeof value === 'boolean'
  if (isPlain) return { path, value, why }
  return typeof value === 'string' ? { path, value: value.slice(0, 40), why } : { path, why }
}
