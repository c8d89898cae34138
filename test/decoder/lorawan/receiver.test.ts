/** Frames of gateways to uplinks of devices, and what is said of the rest. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/device/simulator/random.ts'
import type { LoraGateway } from '../../../src/model/lora.ts'
import {
  encodeJoinRequest,
  encodeUplink,
  heard,
  hexBytes,
  type UplinkFields,
} from '../../support/lorawan-frames.ts'
import { randomKeys11 } from './random-uplinks.ts'
import { address, keys10, receiverBench, session } from './receiver-bench.ts'

const test = suite('lorawan receiver')

const T = Date.UTC(2024, 0, 24, 20, 54, 44)
const EUI = '0004A30B001C0530'

function uplink(fCnt: number, fields: Partial<UplinkFields> = {}): Uint8Array {
  const payload = Uint8Array.of(0xca, 0xfe)
  return encodeUplink({ devAddr: address, fCnt, fPort: 2, payload, ...fields }, keys10)
}

test('a frame becomes an uplink at once, and is complete when its window has closed', () => {
  const bench = receiverBench({ sessions: [session({ joinEui: '44494d4f5a4f4e45' })] })
  assert.is(bench.feed(heard(uplink(7, { confirmed: true }), T, { rssi: -61, snr: 9 })), 'accept')
  const expected = {
    source: 'radio',
    network: 'lorawan',
    devEui: EUI,
    joinEui: '44494D4F5A4F4E45',
    devAddr: address,
    fCnt: 7,
    fPort: 2,
    payload: Uint8Array.of(0xca, 0xfe),
    confirmed: true,
    trust: 'mic',
    receivedAt: T,
    timeSource: 'clock',
    gateways: [{ id: 'A0', rssi: -61, snr: 9 }],
    radio: { frequencyHz: 868_100_000, spreadingFactor: 7, bandwidthHz: 125_000 },
  }
  assert.equal(bench.accepted, [expected])
  assert.is(bench.receiver.lastFCnt(EUI.toLowerCase()), 7)
  assert.is(bench.receiver.due, T + 200)
  bench.receiver.tick(T + 199)
  assert.equal(bench.complete, [])
  bench.receiver.tick(T + 200)
  assert.equal(bench.complete, [expected])
  assert.is(bench.receiver.due, undefined)
  assert.equal([bench.rejected, bench.notices], [[], []])
})

test('copies of other gateways come with it, the best first, and its radio is that of the best', () => {
  const bench = receiverBench({})
  const data = uplink(1)
  const copies: [id: string, ms: number, Partial<LoraGateway>][] = [
    ['mute', 0, {}],
    ['far', 20, { snr: -8, rssi: -110 }],
    ['near', 60, { snr: 9.2, rssi: -61 }],
    ['loud', 70, { snr: -8, rssi: -90 }],
    ['by-rssi', 120, { rssi: -20 }],
  ]
  const told = copies.map(([id, ms, quality], index) => {
    const frame = heard(Uint8Array.from(data), T + ms, { id, ...quality })
    return bench.feed({ ...frame, radio: { frequencyHz: 868_100_000 + index } })
  })
  assert.equal(told, ['accept', 'merge', 'merge', 'merge', 'merge'])
  bench.receiver.tick(T + 200)
  const [complete] = bench.complete
  assert.equal(
    complete?.gateways.map(({ id }) => id),
    ['near', 'loud', 'far', 'by-rssi', 'mute'],
  )
  assert.equal([complete?.radio.frequencyHz, complete?.receivedAt], [868_100_002, T])
  assert.is(bench.accepted[0]?.gateways.length, 1)
})

test('a gateway that repeats itself, also on another channel, is listed once, as it heard best', () => {
  const bench = receiverBench({})
  for (const snr of [3, 8, -5]) bench.feed(heard(uplink(1), T, { id: 'A0', snr }))
  bench.receiver.flush()
  assert.equal(
    bench.complete.map(({ gateways }) => gateways),
    [[{ id: 'A0', snr: 8 }]],
  )
})

test('a copy after the window, and what a device repeats, is a replay that says so', () => {
  const bench = receiverBench({})
  bench.feed(heard(uplink(1), T))
  assert.is(bench.feed(heard(uplink(1), T + 199, { id: 'B' })), 'merge')
  assert.is(bench.feed(heard(uplink(1), T + 200, { id: 'C' })), 'fcnt_replay')
  assert.is(bench.complete.length, 1)
  assert.equal(bench.rejected, [
    {
      reason: 'fcnt_replay',
      source: 'radio',
      time: T + 200,
      devAddr: address,
      devEui: EUI,
      gateway: 'C',
      detail: 'counter 1 again: sent once more, heard late, or replayed',
    },
  ])
})

test('a window of 0 completes at once, and one of more than 2 s lasts 2 s', () => {
  const none = receiverBench({ windowMs: 0 })
  none.feed(heard(uplink(1), T))
  assert.is(none.complete.length, 1)
  assert.is(none.feed(heard(uplink(1), T, { id: 'B' })), 'fcnt_replay')
  const long = receiverBench({ windowMs: 60_000 })
  long.feed(heard(uplink(1), T))
  long.receiver.tick(T + 1999)
  assert.is(long.complete.length, 0)
  long.receiver.tick(T + 2000)
  assert.is(long.complete.length, 1)
})

test('uplinks complete in the order in which they came', () => {
  const bench = receiverBench({})
  for (const fCnt of [1, 2, 3]) bench.feed(heard(uplink(fCnt), T + fCnt))
  assert.is(bench.complete.length, 0)
  bench.feed(heard(uplink(4), T + 202))
  assert.equal(
    bench.complete.map(({ fCnt }) => fCnt),
    [1, 2],
  )
  bench.receiver.flush()
  assert.equal(
    bench.complete.map(({ fCnt }) => fCnt),
    [1, 2, 3, 4],
  )
})

const DAY = 24 * 3_600_000
const times: [what: string, gateways: (number | undefined)[], time: number, source: string][] = [
  ['no gateway knows it', [undefined, undefined], T, 'clock'],
  ['the best one knows it', [T - 40, T - 41], T - 40, 'gateway'],
  ['only another one knows it', [undefined, T - 41], T - 41, 'gateway'],
  ['our clock is behind by hours', [T + 5 * 3_600_000, undefined], T + 5 * 3_600_000, 'gateway'],
  ['a receiver counts from 1980', [Date.UTC(1980, 0, 6), undefined], T, 'clock'],
  ['a receiver is off by a little more than a day', [T + DAY + 1, T - DAY - 1], T, 'clock'],
  ['the best one is off, another is not', [0, T + 3], T + 3, 'gateway'],
]

for (const [what, [best, other], time, source] of times) {
  test(`the time of an uplink is the best that is plausible: ${what}`, () => {
    const bench = receiverBench({})
    const timed = (value: number | undefined) => (value === undefined ? {} : { time: value })
    bench.feed(heard(uplink(1), T, { id: 'A', snr: 1, ...timed(other) }))
    bench.feed(heard(uplink(1), T + 10, { id: 'B', snr: 9, ...timed(best) }))
    bench.receiver.flush()
    assert.equal([bench.complete[0]?.receivedAt, bench.complete[0]?.timeSource], [time, source])
  })
}

test('a corrected clock moves what was received by it, its windows and its rates', () => {
  const bench = receiverBench({ perSecond: 2 })
  bench.feed(heard(uplink(1), T))
  bench.receiver.shift(DAY, T - 1)
  bench.receiver.shift(-7, T + 2 * DAY)
  assert.is(bench.receiver.due, T + DAY + 200)
  const forged = uplink(9).fill(0, 12)
  assert.is(bench.feed(heard(forged, T + DAY + 8)), 'mic')
  assert.is(bench.feed(heard(forged, T + DAY + 9)), 'mic')
  assert.is(bench.feed(heard(uplink(2), T + DAY + 20)), 'rate')
  bench.receiver.tick(T + DAY + 205)
  assert.equal(
    bench.complete.map(({ receivedAt }) => receivedAt),
    [T + DAY],
  )
})

test('a clock that is set back without a word leaves no window open', () => {
  const bench = receiverBench({})
  bench.feed(heard(uplink(1), T))
  bench.receiver.tick(T - 100)
  assert.is(bench.complete.length, 0)
  bench.receiver.tick(T - DAY)
  assert.is(bench.complete.length, 1)
})

test('a frame with MAC commands or without FPort moves the counter and has no data', () => {
  const bench = receiverBench({ windowMs: 0 })
  const { devAddr } = { devAddr: address }
  bench.feed(heard(encodeUplink({ devAddr, fCnt: 1 }, keys10), T))
  const commands = { devAddr, fCnt: 2, fPort: 0, payload: Uint8Array.of(2, 3) }
  bench.feed(heard(encodeUplink(commands, keys10), T))
  assert.equal(
    bench.complete.map(({ fCnt, fPort, payload }) => [fCnt, fPort, payload.length]),
    [
      [1, undefined, 0],
      [2, 0, 0],
    ],
  )
  assert.not.ok('fPort' in (bench.complete[0] ?? {}))
  assert.is(bench.receiver.lastFCnt(EUI), 2)
  assert.is(bench.feed(heard(uplink(1), T)), 'fcnt_replay')
})

test('all of the counter is known over a roll-over, also with frames lost in between', () => {
  const bench = receiverBench({ windowMs: 0, sessions: [session({ lastFCnt: 65_533 })] })
  for (const fCnt of [65_534, 65_600, 131_135, 131_136, 140_000]) {
    assert.is(bench.feed(heard(uplink(fCnt), T + fCnt)), 'accept')
    assert.is(bench.receiver.lastFCnt(EUI), fCnt)
  }
  assert.is(bench.feed(heard(uplink(131_136), T)), 'fcnt_replay')
  // Two epochs back: three counters are tried, and this is none of them.
  assert.is(bench.feed(heard(uplink(65_600), T)), 'mic')
})

test('the largest counter is accepted, and nothing after it', () => {
  const bench = receiverBench({ windowMs: 0, sessions: [session({ lastFCnt: 2 ** 32 - 2 })] })
  assert.is(bench.feed(heard(uplink(2 ** 32 - 1), T)), 'accept')
  assert.is(bench.feed(heard(uplink(0), T + 1)), 'fcnt_replay')
  assert.is(bench.feed(heard(uplink(2 ** 32 - 1), T + 2)), 'fcnt_replay')
  assert.is(bench.receiver.lastFCnt(EUI), 2 ** 32 - 1)
})

test('a gap beyond the limit is rejected, and a smaller one after it is not', () => {
  const policy = { reset: 'reject', maxGap: 16_384 } as const
  const bench = receiverBench({ windowMs: 0, sessions: [session({ policy, lastFCnt: 10 })] })
  assert.is(bench.feed(heard(uplink(10 + 16_385), T)), 'fcnt_gap')
  assert.is(bench.rejected[0]?.detail, 'counter 16395 is more than 16384 after the last one, 10')
  assert.is(bench.feed(heard(uplink(10 + 16_384), T)), 'accept')
})

test('a device that forgot its counter may start at 0 where its policy lets it, and only there', () => {
  for (const reset of ['reject', 'allow-zero'] as const) {
    const bench = receiverBench({ windowMs: 0, sessions: [session({ policy: { reset } })] })
    bench.feed(heard(uplink(500), T))
    assert.is(bench.feed(heard(uplink(3), T)), 'fcnt_replay')
    const isLet = reset === 'allow-zero'
    assert.is(bench.feed(heard(uplink(0), T)), isLet ? 'accept' : 'fcnt_replay')
    assert.is(bench.receiver.lastFCnt(EUI), isLet ? 0 : 500)
    assert.is(bench.complete.at(-1)?.reset, isLet ? true : undefined)
    assert.is(bench.feed(heard(uplink(1), T)), isLet ? 'accept' : 'fcnt_replay')
    assert.not.ok('reset' in (bench.complete[0] ?? {}))
  }
})

test('every frame with one bit flipped is rejected, once, and moves no counter', () => {
  const data = uplink(70_000, { fOpts: Uint8Array.of(2, 3), flags: 0x80 })
  const sessions = [session({ lastFCnt: 69_990, policy: { reset: 'allow-zero' } })]
  const bench = receiverBench({ sessions, perSecond: 1e9 })
  const reasons = new Set<string>()
  for (let bit = 0; bit < data.length * 8; bit++) {
    const flipped = data.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
    reasons.add(bench.feed(heard(flipped, T)))
  }
  assert.is(bench.rejected.length, data.length * 8)
  assert.equal([...reasons].sort(), ['malformed', 'mic', 'not_for_us', 'unknown_devaddr'])
  assert.equal([bench.accepted, bench.complete, bench.notices], [[], [], []])
  assert.is(bench.receiver.lastFCnt(EUI), 69_990)
  assert.is(bench.feed(heard(data, T)), 'accept')
})

test('devices with one address are told apart by their keys', () => {
  const other = { nwkSKey: keys10.appSKey, appSKey: keys10.nwkSKey }
  const sessions = [session(), session({ devEui: '00000000000000BB', ...other })]
  const bench = receiverBench({ windowMs: 0, sessions })
  bench.feed(heard(uplink(9), T))
  const fields = { devAddr: address, fCnt: 4, fPort: 3, payload: Uint8Array.of(1) }
  bench.feed(heard(encodeUplink(fields, other), T))
  assert.equal(
    bench.complete.map(({ devEui, fCnt }) => [devEui, fCnt]),
    [
      [EUI, 9],
      ['00000000000000BB', 4],
    ],
  )
  assert.is(bench.feed(heard(uplink(9), T)), 'fcnt_replay')
  const strange = { nwkSKey: other.nwkSKey.toReversed(), appSKey: other.appSKey }
  assert.is(bench.feed(heard(encodeUplink(fields, strange), T)), 'mic')
  assert.is(bench.rejected.at(-1)?.detail, `no key of the 2 devices with ${address} fits`)
  assert.not.ok('devEui' in (bench.rejected.at(-1) ?? {}))
})

test('1.1 uplinks are received with encrypted FOpts', () => {
  const keys = randomKeys11(new Random(2))
  const devAddr = '01ABCDEF'
  const base = { devEui: EUI, devAddr, policy: { reset: 'reject' as const } }
  const bench = receiverBench({ windowMs: 0, sessions: [{ ...keys, ...base, version: '1.1' }] })
  const payload = Uint8Array.of(1, 2, 3)
  const fields = { devAddr, fCnt: 5, fPort: 8, payload, fOpts: Uint8Array.of(0x0b, 1), flags: 0x20 }
  assert.is(bench.feed(heard(encodeUplink(fields, keys), T)), 'accept')
  assert.equal(bench.complete[0]?.payload, payload)
})

test('what no device of ours sent is rejected with its reason and its sender', () => {
  const bench = receiverBench({})
  const foreign = encodeUplink({ devAddr: '0000ABCD', fCnt: 1, fPort: 1 }, keys10)
  assert.is(bench.feed(heard(foreign, T)), 'unknown_devaddr')
  const down = uplink(1)
  down[0] = 0x60
  assert.is(bench.feed(heard(down, T)), 'not_for_us')
  assert.is(bench.feed(heard(hexBytes('E0'), T)), 'not_for_us')
  assert.is(bench.feed(heard(new Uint8Array(0), T)), 'malformed')
  assert.equal(
    bench.rejected.map(({ devAddr, detail }) => [devAddr, detail]),
    [
      ['0000ABCD', 'no device has 0000ABCD'],
      [address, 'it is a downlink, to a device'],
      [undefined, 'it is a proprietary frame (MType 7)'],
      [undefined, 'it is empty'],
    ],
  )
})

test('more frames of an address in a second than may cost cryptography are rejected unread', () => {
  const sessions = [session(), session({ devEui: '00000000000000BB', devAddr: '01020304' })]
  const bench = receiverBench({ windowMs: 0, sessions, perSecond: 50 })
  const forged = uplink(1)
  for (let count = 0; count < 200; count++) {
    forged[forged.length - 1] = count
    bench.feed(heard(forged, T + count))
  }
  const told = bench.rejected.map(({ reason }) => reason)
  assert.is(told.filter((reason) => reason === 'mic').length, 50)
  assert.is(told.filter((reason) => reason === 'rate').length, 150)
  assert.is(bench.feed(heard(uplink(1), T + 999)), 'rate')
  const neighbour = encodeUplink({ devAddr: '01020304', fCnt: 1 }, keys10)
  assert.is(bench.feed(heard(neighbour, T + 999)), 'accept')
  assert.is(bench.feed(heard(uplink(1), T + 1000)), 'accept')
})

test('what is accepted is not counted: all may come at once that waited for the network', () => {
  const bench = receiverBench({ windowMs: 0, perSecond: 50 })
  for (let fCnt = 1; fCnt <= 1000; fCnt += 1) {
    assert.is(bench.feed(heard(uplink(fCnt), T)), 'accept')
  }
})

test('an uplink that could not be stored was not accepted, and another copy may be', () => {
  let isFull = true
  const bench = receiverBench({
    sessions: [session({ lastFCnt: 3 })],
    accepted: () => {
      if (isFull) throw new Error('no space left')
    },
  })
  assert.throws(() => bench.receiver.frame(heard(uplink(4), T)), 'no space left')
  assert.is(bench.receiver.lastFCnt(EUI), 3)
  isFull = false
  bench.receiver.frame(heard(uplink(4), T + 10, { id: 'B' }))
  bench.receiver.flush()
  assert.equal(
    bench.complete.map(({ fCnt, gateways }) => [fCnt, gateways.map(({ id }) => id)]),
    [[4, ['B']]],
  )
})

test('the counter has moved when `accepted` is called', () => {
  let seen: number | undefined
  const bench = receiverBench({ accepted: () => (seen = bench.receiver.lastFCnt(EUI)) })
  bench.receiver.frame(heard(uplink(12), T))
  assert.is(seen, 12)
})

test('a receiver that starts with the stored counter takes no frame from before', () => {
  const first = receiverBench({ windowMs: 0 })
  first.feed(heard(uplink(40), T))
  const stored = first.receiver.lastFCnt(EUI) ?? assert.unreachable()
  const second = receiverBench({ sessions: [session({ lastFCnt: Number(stored) })] })
  assert.is(second.feed(heard(uplink(40), T + 50)), 'fcnt_replay')
  assert.is(second.feed(heard(uplink(39), T + 60)), 'fcnt_replay')
  assert.is(second.feed(heard(uplink(41), T + 70)), 'accept')
})

test('devices change at run time: the same session goes on, another one starts anew', () => {
  const bench = receiverBench({ windowMs: 0 })
  const { receiver } = bench
  bench.feed(heard(uplink(40), T))
  receiver.sessions([session({ lastFCnt: 12, policy: { reset: 'allow-zero' } })])
  assert.is(receiver.lastFCnt(EUI), 40)
  assert.is(bench.feed(heard(uplink(0), T)), 'accept')
  const fresh = { nwkSKey: keys10.appSKey, appSKey: keys10.nwkSKey }
  receiver.sessions([session({ ...fresh, lastFCnt: 7 })])
  assert.is(receiver.lastFCnt(EUI), 7)
  assert.is(bench.feed(heard(uplink(41), T)), 'mic')
  assert.throws(() => receiver.sessions([session({ appSKey: Uint8Array.of(1) })]), /has 1 bytes/)
  assert.is(receiver.lastFCnt(EUI), 7)
  receiver.sessions([])
  assert.is(receiver.lastFCnt(EUI), undefined)
  assert.is(bench.feed(heard(uplink(41), T)), 'unknown_devaddr')
})

const joinKey = hexBytes('98929B92C49EDBA9676D646D3B612456')
const join = { joinEui: '70B3D57ED0000001', devEui: EUI, devNonce: 35_076 }

test('a join request is told once, whoever heard it, and is a problem of a device of ours', () => {
  const bench = receiverBench({ joinKeys: new Map([[EUI.toLowerCase(), joinKey]]) })
  const data = encodeJoinRequest(join, joinKey)
  assert.is(bench.feed(heard(data, T)), 'notice')
  assert.is(bench.feed(heard(data, T + 50, { id: 'B' })), 'merge')
  assert.is(bench.feed(heard(data, T + 8000)), 'notice')
  const [{ detail, ...notice } = { detail: '' }] = bench.notices
  assert.equal(notice, {
    kind: 'join',
    source: 'radio',
    time: T,
    devEui: EUI,
    joinEui: join.joinEui,
    gateway: 'A0',
    isProblem: true,
  })
  assert.match(detail, /its MIC is right.*DevNonce 35076.*not answered.*ABP/)
})

test('a join request of another device is told without alarm, and a wrong one is rejected', () => {
  const bench = receiverBench({ joinKeys: new Map([[EUI, joinKey]]) })
  const foreign = { ...join, devEui: '00000000000000CC' }
  assert.is(bench.feed(heard(encodeJoinRequest(foreign, keys10.appSKey), T)), 'notice')
  assert.is(bench.notices[0]?.isProblem, undefined)
  assert.match(bench.notices[0]?.detail ?? '', /not checked/)
  assert.is(bench.feed(heard(encodeJoinRequest(join, keys10.appSKey), T)), 'mic')
  assert.is(bench.rejected[0]?.devEui, EUI)
})

test('join requests are limited in a second', () => {
  const bench = receiverBench({ perSecond: 3 })
  const told = [1, 2, 3, 4, 5].map((devNonce) =>
    bench.feed(heard(encodeJoinRequest({ ...join, devNonce }, joinKey), T)),
  )
  assert.equal(told, ['notice', 'notice', 'notice', 'rate', 'rate'])
})

test('a join key of another length is refused, without its value', () => {
  assert.throws(
    () => receiverBench({ joinKeys: new Map([[EUI, Uint8Array.of(0xab)]]) }),
    `the join key of ${EUI} has 1 bytes instead of 16`,
  )
})

test('no key is in anything that is told, nor in what a receiver shows of itself', () => {
  const bench = receiverBench({ joinKeys: new Map([[EUI, joinKey]]), sessions: [session()] })
  for (const fCnt of [5, 4, 5]) bench.feed(heard(uplink(fCnt), T + 300 * fCnt))
  bench.feed(heard(encodeJoinRequest(join, joinKey), T))
  const forged = uplink(9)
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
  bench.feed(heard(forged, T))
  bench.receiver.flush()
  const { receiver, accepted, complete, rejected, notices } = bench
  const told = JSON.stringify({ receiver, accepted, complete, rejected, notices }).toUpperCase()
  for (const key of [keys10.nwkSKey, keys10.appSKey, joinKey]) {
    assert.not.ok(told.includes(Buffer.from(key).toString('hex').toUpperCase()))
    assert.not.ok(told.includes(Buffer.from(key).toString('base64').toUpperCase()))
    assert.not.ok(told.includes([...key].join(',')))
  }
})

test.run()
