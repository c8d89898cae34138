/**
 * Filters for adapters that have few of them: what the decoders want becomes as many identifiers with
 * masks as an adapter has, or the two registers of an SJA1000. Nothing wanted is ever left out; what is
 * let through beyond it is kept small.
 *
 * The registers follow the public data sheet of the SJA1000 (NXP, "acceptance filter"); SLCAN sets
 * them with `M` (code) and `m` (mask, where a bit of 1 does not matter).
 */
import type { FrameFilter } from '../model/transmit.ts'

export interface Acceptance {
  /** Registers 0 to 3, the first one highest; 32 bits without a sign, as the mask. */
  code: number
  mask: number
}

/** How an SJA1000 reads its registers: as one filter of 32 bits, or as two of 16. */
export type AcceptanceMode = 'dual' | 'single'

/** Above this, a union that is not the very best is good enough. */
const MAX_COMPARED = 400

/** At most so many filters that let all wanted frames pass; empty, as what is wanted: no filter. */
export function coverOf(wanted: readonly FrameFilter[], slots: number): FrameFilter[] {
  let cover = withoutContained(wanted)
  while (cover.length > slots) {
    const [first, second] = nearest(cover)
    // One filter cannot let frames of both kinds pass.
    if (first === undefined || second === undefined) return []
    const merged = union(first, second)
    cover = [...cover.filter((filter) => !contains(merged, filter)), merged]
  }
  return cover
}

/** Undefined where no frame of the wanted kinds would be left out. */
export function acceptanceOf(
  wanted: readonly FrameFilter[],
  mode: AcceptanceMode = 'dual',
): Acceptance | undefined {
  const halves = wanted.length === 0 ? [] : mode === 'single' ? single(wanted) : dual(wanted)
  const [code, mask] = halves.length === 0 ? [0, ALL] : join(halves)
  return mask === ALL ? undefined : { code: (code & ~mask) >>> 0, mask }
}
