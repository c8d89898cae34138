/**
 * Few filters out of many: an adapter has room for one, two or a dozen identifiers with masks, and what
 * is wanted is a long list. Pairs are merged, always the two that let the fewest others through, until
 * they fit. What was wanted always passes.
 */
import type { FrameFilter } from '../model/transmit.ts'

/** A value and the bits of it that count. */
export interface Pattern {
  code: number
  care: number
}

/** Undefined where so few cannot let all of it through. */
export function coverOf(wanted: readonly FrameFilter[], slots: number): FrameFilter[] | undefined {
  const kinds = [false, true].map((extended) =>
    wanted
      .filter((filter) => filter.extended === extended)
      .map(({ id, mask }) => ({ code: (id & mask) >>> 0, care: mask >>> 0, extended })),
  )
  const merged = mergeTo(kinds.flat(), slots, mergeOfKind, ({ care, extended }) =>
    passing(care, extended ? 29 : 11),
  )
  return merged?.map(({ code, care, extended }) => ({ extended, id: code, mask: care }))
}

/** Of more than these only neighbours are merged: all pairs of a long list take seconds. */
const MAX_COMPARED = 64

/** The narrowest pattern that both pass. */
export function mergeOf(a: Pattern, b: Pattern): Pattern {
  const care = a.care & b.care & ~(a.code ^ b.code)
  return { code: (a.code & care) >>> 0, care: care >>> 0 }
}

/** Whether whatever passes `a` passes `by` too. */
export function isCovered(a: Pattern, by: Pattern): boolean {
  return (by.care & (~a.care | (a.code ^ by.code))) === 0
}

/** How many values of so many bits pass. */
export function passing(care: number, bits: number): number {
  let free = bits
  for (let rest = care >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) free -= 1
  return 2 ** free
}

/**
 * Merges until there are at most so many; undefined where the rest cannot be merged. `cost` is how much
 * one lets through.
 */
export function mergeTo<T extends Pattern>(
  patterns: readonly T[],
  slots: number,
  merge: (a: T, b: T) => T | undefined,
  cost: (pattern: T) => number,
): T[] | undefined {
  const left = withoutCovered(patterns, merge).sort((a, b) => a.code - b.code)
  while (left.length > slots) {
    const reach = left.length > MAX_COMPARED ? 1 : left.length
    // Neighbours may all be of different kinds.
    const best = cheapest(left, reach, merge, cost) ?? cheapest(left, left.length, merge, cost)
    if (best === undefined) return undefined
    left.splice(best.second, 1)
    left[best.first] = best.merged
  }
  return withoutCovered(left, merge)
}

interface Merge<T> {
  first: number
  second: number
  merged: T
  added: number
}

function cheapest<T extends Pattern>(
  patterns: readonly T[],
  reach: number,
  merge: (a: T, b: T) => T | undefined,
  cost: (pattern: T) => number,
): Merge<T> | undefined {
  let best: Merge<T> | undefined
  for (const [second, b] of patterns.entries()) {
    const start = Math.max(second - reach, 0)
    for (const [index, a] of patterns.slice(start, second).entries()) {
      const merged = merge(a, b)
      if (merged === undefined) continue
      const added = cost(merged) - cost(a) - cost(b)
      if (best !== undefined && added >= best.added) continue
      best = { first: start + index, second, merged, added }
    }
  }
  return best
}

/** Leaves out what another one lets through already. */
function withoutCovered<T extends Pattern>(
  patterns: readonly T[],
  merge: (a: T, b: T) => T | undefined,
): T[] {
  let left: T[] = []
  for (const pattern of patterns) {
    const isNeedless = (a: T, by: T) => isCovered(a, by) && merge(a, by) !== undefined
    if (left.some((other) => isNeedless(pattern, other))) continue
    if (left.some((other) => isNeedless(other, pattern))) {
      left = left.filter((other) => !isNeedless(other, pattern))
    }
    left.push(pattern)
  }
  return left
}

interface KindPattern extends Pattern {
  extended: boolean
}

function mergeOfKind(a: KindPattern, b: KindPattern): KindPattern | undefined {
  return a.extended === b.extended ? { ...mergeOf(a, b), extended: a.extended } : undefined
}
