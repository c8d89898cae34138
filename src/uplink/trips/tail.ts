/**
 * The end of an open trip, of which it is not known yet whether it belongs to it: stretches of time in
 * order. When the vehicle goes on they are counted, and a longer standstill among them becomes a
 * stop; when the trip turns out to have ended, only what lies before its end is.
 */
import type { Millis } from '../../model/time.ts'
import type { Place, TripStop } from '../../model/trip.ts'

/** Plain data. */
export interface Stretch {
  from: Millis
  to: Millis
  isStill: boolean
  isIdling: boolean
}

export interface Counted {
  movingMs: number
  idleMs: number
}

/** Adds a stretch, to the last one where it is alike. */
export function extend(tail: Stretch[], next: Stretch): void {
  const last = tail.at(-1)
  if (last?.isStill === next.isStill && last.isIdling === next.isIdling) last.to = next.to
  else tail.push({ ...next })
}

/** What stood unnoticed since then is seen to have stood. */
export function stoodSince(tail: Stretch[], since: Millis): void {
  for (const stretch of tail) if (stretch.from >= since) stretch.isStill = true
}

export function count(tail: readonly Stretch[], until: Millis): Counted {
  const counted = { movingMs: 0, idleMs: 0 }
  for (const { from, to, isStill, isIdling } of tail) {
    const length = Math.min(to, until) - from
    if (length <= 0) continue
    if (!isStill) counted.movingMs += length
    else if (isIdling) counted.idleMs += length
  }
  return counted
}

export function stopOf(
  from: Millis,
  to: Millis,
  place: Place | undefined,
  least: Millis,
): TripStop | undefined {
  if (to - from < least) return undefined
  return { from, seconds: Math.round((to - from) / 1000), ...(place && { place }) }
}
