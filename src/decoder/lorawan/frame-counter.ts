/**
 * The frame counter: a frame carries its lower 16 bits, its MIC is made with all 32 (LoRaWAN 1.0.4,
 * section 4.3.1.5). What the counter of an authentic frame means is decided here.
 */

export const LARGEST_FCNT = 0xffff_ffff
const EPOCH = 0x1_0000

export interface CounterPolicy {
  /** 16384 in LoRaWAN 1.0.0 to 1.0.3; absent: none, as since 1.0.4. */
  maxGap?: number
  /** `allow-zero`: a counter may be set back to 0, for devices that forget it. Opens replay. */
  reset: 'reject' | 'allow-zero'
}

export type CounterVerdict = 'new' | 'reset' | 'again' | 'replay' | 'gap'

/**
 * The values that a frame may have been made with, the most likely first, at most three: the
 * smallest one after the last accepted, the largest one up to it (sent before), and the 16 bits as
 * they are (started again). `last` is undefined before the first.
 */
export function counterCandidates(last: number | undefined, fCnt16: number): number[] {
  if (last === undefined) return [fCnt16]
  const epoch = last - (last % EPOCH)
  const next = epoch + fCnt16 > last ? epoch + fCnt16 : epoch + EPOCH + fCnt16
  const candidates = next <= LARGEST_FCNT ? [next] : []
  if (next >= EPOCH) candidates.push(next - EPOCH)
  if (!candidates.includes(fCnt16)) candidates.push(fCnt16)
  return candidates
}

/** What to do with a frame whose MIC is right for `fCnt`. Only `new` and `reset` move the counter. */
export function counterVerdict(
  last: number | undefined,
  fCnt: number,
  policy: CounterPolicy,
): CounterVerdict {
  if (last === undefined) return 'new'
  if (fCnt > last) {
    return policy.maxGap !== undefined && fCnt - last > policy.maxGap ? 'gap' : 'new'
  }
  if (fCnt === last) return 'again'
  return fCnt === 0 && policy.reset === 'allow-zero' ? 'reset' : 'replay'
}
