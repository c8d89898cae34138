/** What holds for a receiver whatever comes: counters, replays, restarts, limits. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LorawanReceiverOptions } from '../../../src/decoder/lorawan/receiver.ts'
import type { LoraSession } from '../../../src/decoder/lorawan/session.ts'
import { Random } from '../../../src/device/simulator/random.ts'
import { encodeJoinRequest, encodeUplink, heard } from '../../support/lorawan-frames.ts'
import {
  randomBytes,
  randomHex,
  randomKeys10,
  randomKeys11,
  randomUplink,
} from './random-uplinks.ts'
import { address, keys10, receiverBench, session } from './receiver-bench.ts'

const test = suite('lorawan receiver properties')

const T = Date.UTC(2024, 0, 24)

test('whatever is lost, replayed or restarted, each device is heard once a counter, upwards', () => {
  const random = new Random(32)
  const devices = Array.from({ length: 5 }, (_, index) => ({
    devEui: randomHex(random, 8),
    // Two of them share an address.
    devAddr: index < 2 ? address : randomHex(random, 4),
    ...randomKeys10(random),
  }))
  const stored = new Map<string, number>()
  const heardOf = new Map<string, number[]>(devices.map(({ devEui }) => [devEui, []]))
  const start = () =>
    receiverBench({
      windowMs: 50,
      sessions: devices.map(({ devEui, ...device }) => {
        const lastFCnt = stored.get(devEui)
        const counter = lastFCnt === undefined ? {} : { lastFCnt }
        return session({ ...device, version: '1.0', devEui, ...counter } as Partial<LoraSession>)
      }),
      accepted: ({ devEui = '', fCnt = -1 }) => {
        stored.set(devEui, fCnt)
        heardOf.get(devEui)?.push(fCnt)
      },
    })
  let bench = start()
  const sent: Uint8Array[] = []
  const expected = new Map<string, number[]>(devices.map(({ devEui }) => [devEui, []]))
  const counters = new Map<string, number>()
  for (let step = 0; step < 6000; step++) {
    const now = T + step * 100
    const device = devices[random.below(devices.length)] as (typeof devices)[number]
    const replayed = sent[random.below(Math.max(sent.length, 1))]
    if (random.below(100) === 0) bench = start()
    if (random.below(2) === 0 && replayed !== undefined) {
      bench.receiver.frame(heard(replayed, now))
      continue
    }
    const last = counters.get(device.devEui)
    const jump = random.below(20) === 0 ? random.below(0xffff) : random.below(4)
    const fCnt = last === undefined ? random.below(0x10000) : last + 1 + jump
    counters.set(device.devEui, fCnt)
    const { devAddr } = device
    const frame = encodeUplink({ ...randomUplink(random), devAddr, fCnt }, device)
    sent.push(frame)
    expected.get(device.devEui)?.push(fCnt)
    for (let copy = 0; copy <= random.below(3); copy++) {
      bench.receiver.frame(heard(frame, now + copy * 30, { id: `A${copy}` }))
    }
  }
  assert.equal([...heardOf], [...expected])
  assert.ok([...counters.values()].some((fCnt) => fCnt > 0x20000))
})

const flips: [what: string, sessions: LoraSession[], data: Uint8Array][] = []
for (const seed of [1, 2, 3, 4, 5, 6]) {
  const random = new Random(seed)
  const fields = { ...randomUplink(random), devAddr: address, fCnt: 5 + seed }
  flips.push([`1.0, ${seed}`, [session({ lastFCnt: 5 })], encodeUplink(fields, keys10)])
  const keys = randomKeys11(random)
  const channelOf = () => ({ txDr: keys.txDr ?? 0, txCh: keys.txCh ?? 0 })
  // With ACK the upper half of a MIC cannot be checked here.
  const plain = encodeUplink({ ...fields, flags: 0x80 }, keys)
  const sessions = [session({ ...keys, channelOf, lastFCnt: 5 } as Partial<LoraSession>)]
  flips.push([`1.1, ${seed}`, sessions, plain])
}

for (const [what, sessions, data] of flips) {
  test(`no frame with one bit flipped is accepted: ${what}, ${data.length} bytes`, () => {
    const bench = receiverBench({ sessions, perSecond: 1e9 })
    for (let bit = 0; bit < data.length * 8; bit++) {
      const flipped = data.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      const told = bench.feed(heard(flipped, T))
      assert.ok(!['accept', 'merge', 'notice'].includes(told), `bit ${bit}: ${told}`)
    }
    assert.is(bench.receiver.lastFCnt('0004A30B001C0530'), 5)
    assert.is(bench.feed(heard(data, T)), 'accept')
  })
}

test('a transmission lists 64 gateways, and more are heard without effect', () => {
  const bench = receiverBench({})
  const data = encodeUplink({ devAddr: address, fCnt: 1, fPort: 1 }, keys10)
  for (let index = 0; index < 200; index++) {
    bench.receiver.frame(heard(data, T, { id: `G${index}`, snr: index % 20 }))
  }
  bench.receiver.flush()
  assert.is(bench.complete[0]?.gateways.length, 64)
  assert.is(bench.rejected.length, 0)
})

test('of more than 4,096 open windows the oldest are complete early, and none is lost', () => {
  const bench = receiverBench({ perSecond: 1e9 })
  for (let fCnt = 0; fCnt < 4100; fCnt++) {
    bench.receiver.frame(heard(encodeUplink({ devAddr: address, fCnt }, keys10), T))
  }
  assert.equal(
    bench.complete.map(({ fCnt }) => fCnt),
    [0, 1, 2, 3],
  )
  bench.receiver.flush()
  assert.is(bench.complete.length, 4100)
})

test('of join requests the newest 256 are remembered', () => {
  const bench = receiverBench({ perSecond: 1e9 })
  const request = (devNonce: number) =>
    encodeJoinRequest(
      { joinEui: '0000000000000001', devEui: '0000000000000002', devNonce },
      keys10.appSKey,
    )
  for (let devNonce = 0; devNonce < 257; devNonce++) bench.feed(heard(request(devNonce), T))
  assert.is(bench.feed(heard(request(256), T)), 'merge')
  assert.is(bench.feed(heard(request(0), T)), 'notice')
})

test('a device whose frames are only random bytes costs a reject each, and nothing else', () => {
  const random = new Random(77)
  const told: string[] = []
  const options: Partial<LorawanReceiverOptions> = {
    rejected: ({ detail }) => told.push(detail ?? ''),
  }
  const bench = receiverBench({ ...options, sessions: [] })
  for (let count = 0; count < 20_000; count++) {
    // A join request would be a notice.
    const data = randomBytes(random, random.below(300)).map((byte, at) =>
      at === 0 ? byte | 0x20 : byte,
    )
    bench.receiver.frame(heard(data, T + count))
  }
  assert.is(told.length, 20_000)
  assert.ok(told.every((detail) => detail !== ''))
})

test.run()
