/** Reasons as a mechanic would say them. */
import type { Millis } from '../../model/time.ts'
import type { Evidence } from './evidence.ts'

/** What is older is not said of the present. */
const SEEN_MS: Millis = 2000

/** `engine off, 12.4 V and falling`, as far as it is known, before what decided. */
export function reasonOf(evidence: Evidence, now: Millis, ...decided: readonly string[]): string {
  const known = [engineText(evidence, now), evidence.voltage.text(now), ...decided]
  return known.filter((part) => part !== undefined).join(', ')
}

export function duration(ms: Millis): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min`
}

function engineText({ signs }: Evidence, now: Millis): string | undefined {
  const engine = signs.engine(now)
  if (engine === 'never') return undefined
  if (engine === 'no') return 'engine off'
  return now - signs.ranAt <= SEEN_MS ? 'engine runs' : 'engine no longer seen'
}
