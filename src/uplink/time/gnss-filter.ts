/**
 * From fixes, which come late by an unknown part of a second, to the time. A sentence can only be
 * late, never early, so of several that agree the one that came earliest is the truest. One alone
 * says nothing: a receiver that starts may tell any date, and one that is stuck tells the same.
 */
import type { GnssTime } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'

const KEEP = 16
/** Older ones say nothing of a clock that drifts. */
const KEEP_MS: Millis = 120_000
const NEED = 3
const AGREE_MS: Millis = 2000
/** From the first to the last of those that agree. */
const SPAN_MS: Millis = 1000

export class GnssFilter {
  #fixes: GnssTime[] = []

  /** What to add to monotonic time, if enough fixes agree with this one. */
  take(fix: GnssTime): Millis | undefined {
    if (!Number.isFinite(fix.utc)) return undefined
    // A burst tells the same time in several sentences: the first came earliest.
    if (this.#fixes.at(-1)?.utc === fix.utc) return undefined
    this.#fixes.push(fix)
    if (this.#fixes.length > KEEP) this.#fixes.shift()
    this.#fixes = this.#fixes.filter(({ monotonic }) => fix.monotonic - monotonic <= KEEP_MS)
    const newest = offsetOf(fix)
    const agreed = this.#fixes.filter((other) => Math.abs(offsetOf(other) - newest) <= AGREE_MS)
    const span = fix.utc - Math.min(...agreed.map(({ utc }) => utc))
    if (agreed.length < NEED || span < SPAN_MS) return undefined
    return Math.max(...agreed.map(offsetOf))
  }
}

function offsetOf({ utc, monotonic }: GnssTime): Millis {
  return utc - monotonic
}
