/**
 * What a value can be, from what its signal can be: its range, and how fast it can change. A jump
 * is not thrown away for good: a second reading that agrees with it confirms it, so that a sensor
 * that was wrong at first, or a reading after a pause, is believed one reading later.
 */
import { freshFor } from '../../model/freshness.ts'
import type { Reading } from '../../model/reading.ts'
import type { SignalState } from '../../model/record.ts'
import type { SignalDefinition, SignalName } from '../../model/signals.ts'
import { MICROS_PER_SECOND, type Micros } from '../../model/time.ts'

/** Readings closer together are given a second's change: values come in steps. */
const LEAST: Micros = MICROS_PER_SECOND

interface Candidate {
  value: number
  time: Micros
  source: string
  sender: number
}

export function isInRange({ value }: Reading, { min, max }: SignalDefinition): boolean {
  if (typeof value !== 'number') return true
  return (min === undefined || value >= min) && (max === undefined || value <= max)
}

export class ChangeCheck {
  readonly #candidates = new Map<SignalName, Candidate>()
  /** What was known before (a restart, a clock set back) has no age to be compared with. */
  readonly #heard = new Set<SignalName>()

  /** Hot. Whether the reading can follow on what is known, or confirms the one before it. */
  accepts(reading: Reading, known: SignalState | undefined, definition: SignalDefinition): boolean {
    const { maxRate } = definition
    const { value, time, signal } = reading
    if (maxRate === undefined || typeof value !== 'number') return true
    if (!this.#heard.has(signal)) {
      this.#heard.add(signal)
      return true
    }
    if (known === undefined || typeof known.value !== 'number') return true
    const elapsed = time - known.time
    if (elapsed > freshFor(known, definition) || follows(value, elapsed, known.value, maxRate)) {
      if (this.#candidates.size > 0) this.#candidates.delete(signal)
      return true
    }
    const candidate = this.#candidates.get(signal)
    const { source, sender } = reading
    const isConfirmed =
      candidate !== undefined &&
      candidate.source === source &&
      candidate.sender === sender &&
      time > candidate.time &&
      follows(value, time - candidate.time, candidate.value, maxRate)
    if (isConfirmed) this.#candidates.delete(signal)
    else this.#candidates.set(signal, { value, time, source, sender })
    return isConfirmed
  }

  shift(delta: Micros, since: Micros): void {
    for (const candidate of this.#candidates.values()) {
      if (candidate.time >= since) candidate.time += delta
    }
  }

  forget(): void {
    this.#heard.clear()
    this.#candidates.clear()
  }
}

function follows(value: number, elapsed: Micros, before: number, maxRate: number): boolean {
  const most = (maxRate * Math.max(elapsed, LEAST)) / MICROS_PER_SECOND
  return Math.abs(value - before) <= most
}
