/** Frames that were damaged or made up: nothing throws, no counter moves, each is told once. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/device/simulator/random.ts'
import { encodeJoinRequest, encodeUplink, heard } from '../../support/lorawan-frames.ts'
import { randomBytes, randomUplink } from './random-uplinks.ts'
import { address, keys10, receiverBench, session } from './receiver-bench.ts'

const test = suite('lorawan fuzz')

const T = Date.UTC(2024, 0, 24)
const EUI = '0004A30B001C0530'
const FRAMES = 100_000

/** One or more of: bits flipped, bytes set, cut off, put in, taken out, the end of another. */
function mutated(data: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const bytes = [...data]
  const rounds = 1 + random.below(4)
  for (let round = 0; round < rounds; round++) {
    const at = random.below(bytes.length + 1)
    switch (random.below(6)) {
      case 0:
        if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
        break
      case 1:
        if (at < bytes.length) bytes[at] = random.below(256)
        break
      case 2:
        bytes.length = at
        break
      case 3:
        bytes.splice(at, 0, ...randomBytes(random, random.below(8)))
        break
      case 4:
        bytes.splice(at, random.below(8))
        break
      default:
        bytes.splice(at, bytes.length, ...other.subarray(Math.min(at, other.length)))
    }
  }
  return Uint8Array.from(bytes)
}

test('100,000 mutated frames throw nothing, move no counter and are told once each', () => {
  const random = new Random(2024)
  const sessions = [session({ lastFCnt: 70_000, policy: { reset: 'allow-zero' } })]
  const joinKeys = new Map([[EUI, keys10.appSKey]])
  const bench = receiverBench({ sessions, joinKeys, windowMs: 0, perSecond: 1e9 })
  const join = { joinEui: EUI, devEui: EUI, devNonce: 7 }
  const seeds = Array.from({ length: 200 }, (_, index) =>
    index % 20 === 0
      ? encodeJoinRequest({ ...join, devNonce: index }, keys10.appSKey)
      : encodeUplink({ ...randomUplink(random), devAddr: address, fCnt: 70_001 + index }, keys10),
  )
  const pick = () => seeds[random.below(seeds.length)] as Uint8Array
  const originals = new Set(seeds.map((seed) => Buffer.from(seed).toString('hex')))
  let fed = 0
  while (fed < FRAMES) {
    const data = mutated(pick(), pick(), random)
    if (originals.has(Buffer.from(data).toString('hex'))) continue
    fed += 1
    const told = bench.rejected.length + bench.notices.length
    bench.receiver.frame(heard(data, T + fed))
    assert.is(bench.rejected.length + bench.notices.length, told + 1)
    if (bench.rejected.length < 1000) continue
    assert.ok(bench.rejected.every(({ detail }) => (detail ?? '').length > 0))
    bench.rejected.length = 0
    bench.notices.length = 0
  }
  assert.is(bench.receiver.lastFCnt(EUI), 70_000)
  assert.equal([bench.accepted.length, bench.complete.length], [0, 0])
  assert.is(bench.feed(heard(seeds[1] as Uint8Array, T + fed + 1)), 'accept')
})

test('among damaged ones, the good frames of a device all come through, each once', () => {
  const random = new Random(99)
  const bench = receiverBench({ perSecond: 1e9 })
  for (let fCnt = 0; fCnt < 2000; fCnt++) {
    const fields = { ...randomUplink(random), devAddr: address, fCnt }
    const good = encodeUplink(fields, keys10)
    const now = T + fCnt * 1000
    bench.receiver.frame(heard(mutated(good, randomBytes(random, 40), random), now))
    bench.receiver.frame(heard(good, now + 1, { id: 'A' }))
    bench.receiver.frame(heard(good, now + 2, { id: 'B' }))
  }
  bench.receiver.flush()
  assert.equal(
    bench.complete.map(({ fCnt }) => fCnt),
    Array.from({ length: 2000 }, (_, index) => index),
  )
})

test.run()
