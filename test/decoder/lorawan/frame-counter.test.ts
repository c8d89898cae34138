/** Sixteen bits to thirty-two, and what a counter means. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type CounterPolicy,
  type CounterVerdict,
  counterCandidates,
  counterVerdict,
} from '../../../src/decoder/lorawan/frame-counter.ts'
import { Random } from '../../../src/device/simulator/random.ts'

const test = suite('lorawan frame counter')

const candidates: [what: string, last: number | undefined, low: number, tried: number[]][] = [
  ['the first ever', undefined, 5, [5]],
  ['the next', 5, 6, [6]],
  ['the same again', 5, 5, [65541, 5]],
  ['an older one', 5, 4, [65540, 4]],
  ['roll-over', 65535, 0, [65536, 0]],
  ['an older one of the epoch before', 65536, 65000, [130536, 65000]],
  ['a restart, in the second epoch', 70000, 1, [131073, 65537, 1]],
  ['the very last', 0xffff_fffe, 0xffff, [0xffff_ffff, 0xfffe_ffff, 0xffff]],
  ['never past the end', 0xffff_ffff, 0, [0xffff_0000, 0]],
  ['the end again', 0xffff_ffff, 0xffff, [0xffff_ffff, 0xffff]],
]

for (const [what, last, low, tried] of candidates) {
  test(`counters are tried, the most likely first: ${what}`, () => {
    assert.equal(counterCandidates(last, low), tried)
  })
}

test('candidates are at most three, differ, fit, and hold the next of any device', () => {
  const random = new Random(16)
  for (let count = 0; count < 20_000; count++) {
    const last = random.below(2) === 0 ? random.below(200_000) : random.below(2 ** 32)
    const low = random.below(0x10000)
    const tried = counterCandidates(last, low)
    assert.ok(tried.length <= 3 && new Set(tried).size === tried.length)
    for (const value of tried)
      assert.ok(value >= 0 && value <= 0xffff_ffff && value % 0x10000 === low)
    const next = Math.min(last + 1 + random.below(0xffff), 0xffff_ffff)
    if (next > last) assert.is(counterCandidates(last, next % 0x10000)[0], next)
    const before = Math.max(last - random.below(0x10000), 0)
    assert.ok(counterCandidates(last, before % 0x10000).includes(before))
  }
})

const keep: CounterPolicy = { reset: 'reject' }
const limited: CounterPolicy = { reset: 'reject', maxGap: 16_384 }
const forgetful: CounterPolicy = { reset: 'allow-zero' }
const verdicts: [last: number | undefined, fCnt: number, CounterPolicy, CounterVerdict][] = [
  [undefined, 0, keep, 'new'],
  [undefined, 40_000, limited, 'new'],
  [10, 11, keep, 'new'],
  [10, 60_000, keep, 'new'],
  [10, 10 + 16_384, limited, 'new'],
  [10, 10 + 16_385, limited, 'gap'],
  [10, 10, keep, 'again'],
  [0, 0, keep, 'again'],
  [0, 0, forgetful, 'again'],
  [10, 9, keep, 'replay'],
  [10, 0, keep, 'replay'],
  [10, 0, forgetful, 'reset'],
  [70_000, 0, forgetful, 'reset'],
  [70_000, 65_536, forgetful, 'replay'],
  [10, 1, forgetful, 'replay'],
]

for (const [last, fCnt, policy, verdict] of verdicts) {
  test(`${fCnt} after ${last ?? 'none'} with ${JSON.stringify(policy)} is ${verdict}`, () => {
    assert.is(counterVerdict(last, fCnt, policy), verdict)
  })
}

test.run()
