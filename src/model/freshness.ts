/**
 * For how long a value describes the present. The signal table says for how long at most; a message
 * that came every 100 ms and stays away says sooner that its value is old, so the rhythm of the
 * sender is learned: ten periods, at least two seconds.
 */
import type { SignalState } from './record.ts'
import type { SignalDefinition } from './signals.ts'
import { MICROS_PER_SECOND, type Micros } from './time.ts'

const PERIODS = 10
const LEAST: Micros = 2 * MICROS_PER_SECOND

export function freshFor(
  { period }: Pick<SignalState, 'period'>,
  { freshSeconds }: SignalDefinition,
): Micros {
  const most = freshSeconds * MICROS_PER_SECOND
  if (period === undefined) return most
  return Math.min(most, Math.max(LEAST, PERIODS * period))
}

/**
 * The learned period after another reading. Follows a slower rhythm at once by half, a faster one
 * slowly: what comes late now and then must not look stale. A pause teaches nothing.
 */
export function learnPeriod(
  period: Micros | undefined,
  elapsed: Micros,
  { freshSeconds }: SignalDefinition,
): Micros | undefined {
  if (elapsed <= 0 || elapsed > freshSeconds * MICROS_PER_SECOND) return period
  if (period === undefined) return elapsed
  const share = elapsed > period ? 2 : 16
  return Math.round(period + (elapsed - period) / share)
}
