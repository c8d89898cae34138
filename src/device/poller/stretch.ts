/**
 * Periods that fit: where more is wanted than can be asked, slow questions are stretched first, then
 * what somebody watches falls back to its own rate, then slow ones are stretched to the limit, and
 * only then the fast ones. With periods that fit, "earliest deadline first" keeps every deadline
 * (Liu and Layland 1973), so no question is ever starved.
 *
 * All of it is one scale of strain, on which every period only grows; the least strain that fits is
 * looked for by halving.
 */
import type { Millis } from '../../model/time.ts'

export interface Wish {
  /** From one question to the next when there is room. */
  readonly period: Millis
  /** Shorter, while somebody watches. */
  readonly watched?: Millis | undefined
}

/** Up to this period a question is a fast one. */
export const FAST_MS: Millis = 2000
/** The most by which a question is stretched, as long as that is enough. */
export const MAX_STRETCH = 10
/** How far slow ones make room for what somebody watches. */
const STRETCH_FOR_WATCHED = 3
/** Strain beyond which everything doubles with each step. */
const ALL_AT_LIMIT = 4
const MAX_STRAIN = 16
const HALVINGS = 24

/** The periods in which so many items a second can be asked for, in the order of the wishes. */
export function fit(wishes: readonly Wish[], itemsPerSecond: number): Millis[] {
  let low = 0
  let high = MAX_STRAIN
  if (load(wishes, low) <= itemsPerSecond) return periods(wishes, low)
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2
    if (load(wishes, middle) <= itemsPerSecond) high = middle
    else low = middle
  }
  return periods(wishes, high)
}

function periods(wishes: readonly Wish[], strain: number): Millis[] {
  return wishes.map((wish) => strained(wish, strain))
}

/** Items a second. */
function load(wishes: readonly Wish[], strain: number): number {
  return wishes.reduce((sum, wish) => sum + 1000 / strained(wish, strain), 0)
}

function strained({ period, watched }: Wish, strain: number): Millis {
  const own = period * stretchOf(period, strain) * 2 ** Math.max(strain - ALL_AT_LIMIT, 0)
  return watched === undefined || watched >= own ? own : between(watched, own, part(strain, 1))
}

function stretchOf(period: Millis, strain: number): number {
  if (period <= FAST_MS) return between(1, MAX_STRETCH, part(strain, 3))
  const first = between(1, STRETCH_FOR_WATCHED, part(strain, 0))
  return between(first, MAX_STRETCH, part(strain, 2))
}

/** How much of a step of the scale is done: 0 to 1. */
function part(strain: number, step: number): number {
  return Math.min(Math.max(strain - step, 0), 1)
}

/** From one to the other by equal ratios. */
function between(from: number, to: number, share: number): number {
  return from * (to / from) ** share
}
