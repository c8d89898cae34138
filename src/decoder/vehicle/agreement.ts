/**
 * Whether two senders of one signal agree. A disagreement is reported once, when it begins, and once
 * more after they agreed again; which of them counts is decided elsewhere, and nothing is averaged.
 */
import type { Reading } from '../../model/reading.ts'
import type { SignalState } from '../../model/record.ts'
import type { SignalDefinition } from '../../model/signals.ts'

/** More senders of one signal than any vehicle has. */
const MAX_PAIRS = 256

export class Agreement {
  readonly #apart = new Set<string>()

  /** True where a disagreement begins. Both values are fresh, and of different senders. */
  begins(reading: Reading, known: SignalState, { tolerance }: SignalDefinition): boolean {
    const { value, signal } = reading
    if (tolerance === undefined || typeof value !== 'number') return false
    if (typeof known.value !== 'number') return false
    const isApart = Math.abs(value - known.value) > tolerance
    if (!isApart && this.#apart.size === 0) return false
    const pair = `${signal} ${[nameOf(reading), nameOf(known)].sort().join(' ')}`
    if (!isApart) {
      this.#apart.delete(pair)
      return false
    }
    if (this.#apart.has(pair) || this.#apart.size >= MAX_PAIRS) return false
    this.#apart.add(pair)
    return true
  }
}

export function nameOf({ source, sender, rank }: Pick<SignalState, 'source' | 'sender' | 'rank'>) {
  return `${source}/${sender}${rank === 0 ? '' : `/${rank}`}`
}
