/**
 * Raw answers, as far as the poller has to understand them: whether a question was answered, which
 * numbers a bitmap announces, and what PID 01 says of the trouble codes. Values are not read here;
 * answers reach the decoder like every other message.
 */
import type { RequestAnswer } from '../../model/bus-request.ts'
import type { CanAddress } from '../../model/profile.ts'
import { isSameAddress } from './addresses.ts'

/** later: the control unit is busy, or asked for time (NRC 21, 78), which is no refusal. */
export type Verdict = 'positive' | 'negative' | 'later' | 'silent'

export interface Judgement {
  readonly verdict: Verdict
  /** Of a positive one; from the service byte on. */
  readonly data?: Uint8Array
}

const NEGATIVE = 0x7f
const POSITIVE_OFFSET = 0x40
const BUSY = 0x21
const PENDING = 0x78
const BITMAP_BYTES = 4

/** What came of a question of that service, from that control unit (absent: from anybody). */
export function judge(
  service: number,
  answers: readonly RequestAnswer[],
  from?: CanAddress,
): Judgement {
  let verdict: Verdict = 'silent'
  for (const { from: sender, data } of answers) {
    if (from !== undefined && !isSameAddress(sender, from)) continue
    if (data[0] === service + POSITIVE_OFFSET) return { verdict: 'positive', data }
    if (data[0] === NEGATIVE && data[1] === service) {
      verdict = data[2] === BUSY || data[2] === PENDING ? 'later' : 'negative'
    }
  }
  return { verdict }
}

/** The four bytes of a bitmap answer (41 00 …, 49 00 …), if it is one for that number. */
export function bitmapOf(data: Uint8Array | undefined, base: number): Uint8Array | undefined {
  if (data === undefined || data.length < 2 + BITMAP_BYTES || data[1] !== base) return undefined
  return data.subarray(2, 2 + BITMAP_BYTES)
}

/** The numbers a bitmap announces: the most significant bit stands for the one after `base`. */
export function announced(bitmap: Uint8Array, base: number): number[] {
  const numbers: number[] = []
  for (let bit = 0; bit < 8 * BITMAP_BYTES; bit++) {
    const byte = bitmap[bit >> 3] ?? 0
    if ((byte >> (7 - (bit & 7))) & 1) numbers.push(base + bit + 1)
  }
  return numbers
}
