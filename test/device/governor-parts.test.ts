/** The parts that the governor counts and waits with, each for itself. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Budget } from '../../src/device/governor/budget.ts'
import { BusPatience } from '../../src/device/governor/bus-patience.ts'
import { Carrier } from '../../src/device/governor/carrier.ts'
import { Exchange } from '../../src/device/governor/exchange.ts'
import { isTesterFrame, OwnFrames } from '../../src/device/governor/own-frames.ts'
import { mint, redeem } from '../../src/device/governor/permit.ts'
import { UnitPatience } from '../../src/device/governor/unit-patience.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { Permit, SendResult } from '../../src/model/transmit.ts'
import { diagnostic, GovernedBus, group, poller } from '../support/governed-bus.ts'
import { HandClock, settled } from '../support/hand-clock.ts'

const test = suite('governor: parts')

// ── budget ──────────────────────────────────────────────────────────────────────────────────

test('a bus that was asked as often as it may is free a second after the first of them', () => {
  const budget = new Budget({ perSecond: 3, perSecondAndUnit: 9, minGapMs: 10 })
  for (const at of [0, 100, 300]) {
    assert.is(budget.wait('a', at), 0)
    budget.spend('a', at)
  }
  assert.is(budget.wait('b', 400), 600)
  assert.is(budget.wait('b', 999), 1)
  assert.is(budget.wait('b', 1000), 0)
  budget.spend('b', 1000)
  assert.is(budget.wait('b', 1005), 95)
  assert.is(budget.wait('b', 1100), 0)
})

test('a control unit has a budget of its own; asking all counts for each', () => {
  const budget = new Budget({ perSecond: 50, perSecondAndUnit: 3, minGapMs: 0 })
  budget.spend('a', 0)
  budget.spend('all', 100)
  budget.spend('b', 150)
  budget.spend('a', 200)
  assert.is(budget.wait('a', 300), 700)
  assert.is(budget.wait('b', 300), 0)
  assert.is(budget.wait('c', 300), 0)
  assert.is(budget.wait('all', 300), 700)
  budget.spend('b', 310)
  assert.is(budget.wait('b', 400), 700)
  assert.is(budget.wait('all', 1050), 50, 'one of them is still full')
  assert.is(budget.wait('a', 1000), 0)
})

test('the gap holds between any two requests', () => {
  const budget = new Budget({ perSecond: 50, perSecondAndUnit: 50, minGapMs: 30 })
  budget.spend('a', 1000)
  assert.is(budget.wait('b', 1000), 30)
  assert.is(budget.wait('b', 1029.5), 0.5)
  assert.is(budget.wait('b', 1030), 0)
})

// ── patience ────────────────────────────────────────────────────────────────────────────────

test('a control unit that is busy again and again is left alone for up to a minute', () => {
  const units = new UnitPatience()
  const pauses: number[] = []
  for (let i = 0; i < 9; i++) {
    units.wasBusy('a', 0)
    pauses.push(units.wait('a', 0))
  }
  assert.equal(pauses, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
  assert.is(units.wait('b', 0), 0)
  assert.is(units.wait('all', 0), 60_000)
  assert.is(units.wait('a', 59_999), 1)
  assert.is(units.wait('a', 70_000), 0)
  units.answered('a', 70_000, false)
  units.wasBusy('a', 70_000)
  assert.is(units.wait('a', 70_000), 1000)
})

test('one that answers after it had asked for time gets a second, always the same', () => {
  const units = new UnitPatience()
  for (let i = 0; i < 5; i++) {
    units.answered('a', 0, true)
    assert.is(units.wait('a', 0), 1000)
  }
  units.answered('a', 0, false)
  assert.is(units.wait('a', 0), 0)
})

test('when all were asked and one was busy, each is left alone', () => {
  const units = new UnitPatience()
  units.wasBusy('all', 0)
  assert.is(units.wait('a', 0), 1000)
  assert.is(units.wait('all', 0), 1000)
})

test('a bus with errors is left alone for up to eight seconds', () => {
  const bus = new BusPatience()
  assert.is(bus.wait(0), 0)
  const pauses: number[] = []
  for (let i = 0; i < 9; i++) {
    bus.failed(0)
    pauses.push(bus.wait(0))
  }
  assert.equal(pauses, [2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000])
  assert.is(bus.reason(7999), 'bus-error')
  assert.is(bus.wait(8000), 0)
  assert.is(bus.reason(8000), 'other-tester')
  bus.succeeded()
  bus.failed(8000)
  assert.is(bus.wait(8000), 2000)
})

test('off the bus means to wait for as long as it lasts, and then once more', () => {
  const bus = new BusPatience()
  bus.state('ok', 0)
  assert.is(bus.wait(0), 0)
  bus.state('off', 0)
  bus.failed(0)
  bus.failed(0)
  assert.is(bus.wait(0), 8000)
  assert.is(bus.wait(1_000_000), 2000)
  assert.is(bus.reason(1_000_000), 'bus-error')
  bus.state('ok', 1_000_000)
  assert.is(bus.wait(1_000_000), 8000)
  bus.state('ok', 1_008_000)
  assert.is(bus.wait(1_008_000), 0)
})

test('a vehicle that wakes up need not wait for errors of its sleep, but for those of its controller', () => {
  const bus = new BusPatience()
  bus.failed(0)
  bus.failed(0)
  bus.wokeUp()
  assert.is(bus.wait(0), 0)
  bus.failed(0)
  assert.is(bus.wait(0), 2000)
  for (const state of ['errors', 'off'] as const) {
    const broken = new BusPatience()
    broken.state(state, 0)
    broken.wokeUp()
    assert.is(broken.wait(0), 2000, state)
  }
})

test('another tester has a minute from its last frame', () => {
  const bus = new BusPatience()
  bus.otherTester(0)
  bus.otherTester(1000)
  assert.is(bus.wait(1000), 60_000)
  assert.is(bus.reason(1000), 'other-tester')
  bus.failed(1000)
  assert.is(bus.reason(1000), 'bus-error')
  assert.is(bus.wait(61_000), 0)
})

// ── own frames ──────────────────────────────────────────────────────────────────────────────

const own = { id: 0x7e0, extended: false, data: Uint8Array.of(2, 1, 12, 0, 0, 0, 0, 0) }

test('a frame of ours comes back within a second, whole or cut, once', () => {
  const frames = new OwnFrames()
  frames.wentOut(own, 0)
  assert.ok(frames.isEcho(frameOf(0x7e0, own.data), 1000))
  assert.not(frames.isEcho(frameOf(0x7e0, own.data), 1000))
  frames.wentOut(own, 0)
  assert.not(frames.isEcho(frameOf(0x7e0, own.data), 1001))
  assert.ok(frames.isEcho(frameOf(0x7e0, own.data.subarray(0, 3)), 10))
  const padded = { ...own, data: Uint8Array.of(2, 1, 12, 0xaa) }
  frames.wentOut(padded, 0)
  assert.ok(frames.isEcho(frameOf(0x7e0, [2, 1, 12]), 10))
  for (const other of [
    frameOf(0x7e1, own.data),
    frameOf(0x7e0, own.data, { extended: true }),
    frameOf(0x7e0, [2, 1, 13, 0, 0, 0, 0, 0]),
    frameOf(0x7e0, [3, 1, 12, 0, 0, 0, 0, 0]),
    frameOf(0x7e0, [2, 1, 12, 0, 0, 0, 0, 1]),
  ]) {
    frames.wentOut(own, 0)
    assert.not(frames.isEcho(other, 10))
  }
})

test('two that are on their way come back one by one, and the oldest are forgotten', () => {
  const frames = new OwnFrames()
  const nth = (n: number) => ({ ...own, data: Uint8Array.of(n) })
  for (let n = 0; n < 33; n++) frames.wentOut(nth(n), 0)
  assert.not(frames.isEcho(frameOf(0x7e0, [0]), 1))
  for (let n = 1; n < 33; n++) assert.ok(frames.isEcho(frameOf(0x7e0, [n]), 1), String(n))
})

test('a tester’s frame is one with its identifier, and none that we sent or that is no data', () => {
  assert.ok(isTesterFrame(frameOf(0x7df, [1])))
  assert.ok(isTesterFrame(frameOf(0x18eafff9, [1])))
  assert.not(isTesterFrame(frameOf(0x18eaff00, [1])))
  assert.not(isTesterFrame(frameOf(0x0f9, [1])))
  for (const flag of ['sent', 'remote', 'error'] as const) {
    assert.not(isTesterFrame(frameOf(0x7df, [1], { [flag]: true })), flag)
  }
})

// ── exchange ────────────────────────────────────────────────────────────────────────────────

test('an exchange with all takes up to sixteen answers', () => {
  const exchange = new Exchange(diagnostic('0100', 0x18db33f1))
  for (let unit = 0; unit < 16; unit++) {
    assert.not(exchange.isComplete)
    exchange.message(0x18daf100 + unit, true, Uint8Array.of(0x41, 0), 0, 0)
  }
  assert.ok(exchange.isComplete)
  assert.is(exchange.answers.length, 16)
})

test('flow control is owed to sixteen senders, each once, and only for first frames', () => {
  const exchange = new Exchange(diagnostic('0902', 0x18db33f1))
  const frame = (unit: number, ...data: number[]) =>
    exchange.frame(frameOf(0x18daf100 + unit, data, { extended: true }), 0)
  assert.not(frame(0, 0x10))
  assert.not(frame(0, 0x0f, 0x14))
  assert.not(frame(0, 0x21, 0x14))
  assert.not(frame(0, 0x30, 0x14))
  for (let unit = 0; unit < 16; unit++) {
    assert.ok(frame(unit, 0x10, 0x14))
    assert.not(frame(unit, 0x10, 0x14))
  }
  assert.not(frame(16, 0x10, 0x14))
})

test('segments prolong an exchange by a second each, single frames and strangers do not', () => {
  const exchange = new Exchange(diagnostic('0902'))
  exchange.sent(0, 200)
  assert.is(exchange.deadline, 200)
  exchange.frame(frameOf(0x7e8, [0x03, 0x41, 0x0c, 0]), 100)
  exchange.frame(frameOf(0x7e9, [0x21, 0x41, 0x0c, 0]), 100)
  exchange.frame(frameOf(0x7e8, [0x30, 0, 0]), 100)
  assert.is(exchange.deadline, 200)
  exchange.frame(frameOf(0x7e8, [0x10, 0x14]), 100)
  assert.is(exchange.deadline, 1100)
  exchange.frame(frameOf(0x7e8, [0x21, 0x14]), 150)
  assert.is(exchange.deadline, 1150)
  exchange.sent(0, 3000)
  assert.is(exchange.deadline, 3000)
  exchange.frame(frameOf(0x7e8, [0x22, 0x14]), 160)
  assert.is(exchange.deadline, 3000)
})

test('"response pending" gives five seconds each, six times in a row', () => {
  const exchange = new Exchange(diagnostic('22F190'))
  exchange.sent(0, 200)
  for (let n = 1; n <= 6; n++) {
    exchange.message(0x7e8, false, Uint8Array.of(0x7f, 0x22, 0x78), 0, n * 1000)
    assert.is(exchange.deadline, n * 1000 + 5100)
  }
  exchange.message(0x7e8, false, Uint8Array.of(0x7f, 0x22, 0x78), 7, 7000)
  assert.is(exchange.deadline, 6000 + 5100)
  assert.equal(exchange.answers, [])
  assert.not(exchange.wasBusy)
  assert.is(exchange.pending?.time, 7)
})

test('busy is what a refusal says, not what a value happens to be', () => {
  const exchange = new Exchange(diagnostic('010C'))
  exchange.message(0x7e8, false, Uint8Array.of(0x41, 0x0c, 0x21, 0x78), 0, 0)
  assert.not(exchange.wasBusy)
  assert.is(exchange.pending, undefined)
  exchange.message(0x7e8, false, Uint8Array.of(0x7f, 0x01, 0x21), 0, 0)
  assert.ok(exchange.wasBusy)
  assert.is(exchange.answers.length, 2)
})

const questions: [question: string, yes: string[], no: string[]][] = [
  ['010C', ['410C00'], ['41', '410D00', '4101', '4100', '420C00']],
  ['0100', ['4100BE'], ['41', '410100']],
  ['01010C', ['4101', '410C'], ['4100', '410D']],
  ['020C00', ['420C00'], ['420000', '42', '420D']],
  ['020C000D00', ['420C', '420D'], ['4200']],
  ['03', ['4300', '43'], ['47', '03']],
  ['0601', ['4601'], ['4600', '4602', '46']],
  ['0902', ['490201'], ['4904', '49', '4909']],
  ['1902FF', ['5902FF'], ['5901FF', '59', '59FF']],
  ['22F190', ['62F190'], ['62F18C', '62F290', '6290F1', '62F1', '62']],
  ['22F190F18C', ['62F190', '62F18C'], ['6290F1', '62F1F1']],
]

test('an answer names what was asked', () => {
  for (const [question, yes, no] of questions) {
    for (const [hex, expected] of [
      ...yes.map((text): [string, number] => [text, 1]),
      ...no.map((text): [string, number] => [text, 0]),
    ]) {
      const exchange = new Exchange(diagnostic(question))
      exchange.message(0x7e8, false, Buffer.from(hex, 'hex'), 0, 0)
      assert.is(exchange.answers.length, expected, `${hex} to ${question}`)
    }
  }
})

test('diagnostic messages are no answer to a group, and groups none to a diagnostic request', () => {
  const grouped = new Exchange(group(65253))
  grouped.message(0x7e8, false, Uint8Array.of(0x41, 0x0c), 0, 0)
  assert.equal(grouped.answers, [])
  const asked = new Exchange(diagnostic('010C'))
  asked.frame(frameOf(0x18fee500, [1, 2, 3, 4, 5, 6, 7, 8]), 0)
  assert.equal(asked.answers, [])
})

const groups: [pgn: number, to: number, id: number, hex: string, data: string | undefined][] = [
  [65253, 255, 0x18fee500, '0102030405060708', '0102030405060708'],
  [65253, 255, 0x18fee521, '0102030405060708', '0102030405060708'],
  [65253, 33, 0x18fee521, '0102030405060708', '0102030405060708'],
  [65253, 33, 0x18fee500, '0102030405060708', undefined],
  [65253, 255, 0x19fee500, '0102030405060708', undefined],
  [65253, 255, 0x18fee600, '0102030405060708', undefined],
  [65253, 255, 0x18fde500, '0102030405060708', undefined],
  [60928, 255, 0x18eeff00, '0102030405060708', '0102030405060708'],
  [60928, 255, 0x18eef900, '0102030405060708', '0102030405060708'],
  [61444, 255, 0x0cf00400, '0102030405060708', '0102030405060708'],
  [0x1fee5, 255, 0x19fee500, '01', '01'],
  [0x1fee5, 255, 0x18fee500, '01', undefined],
  [65260, 255, 0x18ecff00, '20140003ffecfe00', ''],
  [65260, 255, 0x18ecf900, '10140003ffecfe00', ''],
  [65260, 255, 0x18ecf900, '11140003ffecfe00', undefined],
  [65260, 255, 0x18ecff00, '20140003ffecfe', undefined],
  [65260, 255, 0x18ebff00, '20140003ffecfe00', undefined],
  [65260, 255, 0x18e8ff00, '01ffffffffecfe00', ''],
  [65260, 255, 0x18e8ff00, '01ffffffffebfe00', undefined],
  [65260, 255, 0x18e8ff00, '00ffffffffecfe00', ''],
]

test('a group comes in a frame, is announced by a transport session or refused', () => {
  for (const [pgn, to, id, hex, expected] of groups) {
    const exchange = new Exchange(group(pgn, poller, to))
    assert.not(exchange.frame(frameOf(id, Buffer.from(hex, 'hex'), { time: 5 }), 0))
    const what = `${id.toString(16)}#${hex} for ${pgn} of ${to}`
    assert.is(exchange.answers.length, expected === undefined ? 0 : 1, what)
    const [answer] = exchange.answers
    if (answer === undefined) continue
    assert.equal(answer.from, { id, extended: true })
    assert.is(answer.time, 5)
    assert.is(Buffer.from(answer.data).toString('hex'), expected)
    assert.is(answer.isRefusal, hex.startsWith('01ff') ? true : undefined)
  }
})

// ── carrier ─────────────────────────────────────────────────────────────────────────────────

test('a permit says how long to wait, for how many, and for whom', async () => {
  const cases: [request: Parameters<GovernedBus['governor']['request']>[0], permit: Permit][] = [
    [diagnostic('010C'), { waitMs: 200, responders: 1, answerId: 0x7e8 }],
    [diagnostic('0100', 0x7df), { waitMs: 250, responders: 0 }],
    [
      diagnostic('0100', 0x7df, poller, { responders: 3, waitMs: 77 }),
      { waitMs: 77, responders: 3 },
    ],
    [group(65260), { waitMs: 1300, responders: 0 }],
    [group(65260, poller, 0), { waitMs: 1300, responders: 0 }],
  ]
  for (const [request, permit] of cases) {
    const bus = new GovernedBus()
    void bus.governor.request(request)
    await settled()
    assert.equal(bus.permits, [permit])
    assert.ok(Object.isFrozen(bus.permits[0]))
  }
  const bus = new GovernedBus()
  void bus.governor.request(diagnostic('0902'))
  await settled()
  bus.frame(0x7e8, '1014490201314D38')
  await settled()
  assert.equal(bus.permits[1], { waitMs: 0, responders: 0 })
})

function carried(send: (permit: Permit) => Promise<SendResult>) {
  const clock = new HandClock()
  const out: string[] = []
  const exchange = new Exchange(diagnostic('0902'))
  const carrier = new Carrier({
    ...{ exchange, clock, after: clock.after, waitMs: 200, kind: 'request' },
    transmitter: { flowControl: 'gateway', send },
    mayGoOut: () => true,
    wentOut: (_, kind) => out.push(kind),
  })
  return { clock, out, exchange, carrier }
}

test('flow control that an adapter keeps too long, or past the end, does not go out', async () => {
  const held: Permit[] = []
  const { clock, out, carrier } = carried((permit) => {
    held.push(permit)
    if (held.length > 1) return new Promise(() => undefined)
    redeem(permit)
    return Promise.resolve({ kind: 'sent' })
  })
  const running = carrier.run()
  await settled()
  carrier.exchange.frame(frameOf(0x7e8, [0x10, 0x14]), 0)
  carrier.exchange.sent(0, 5000)
  carrier.owe(0x7e8)
  await clock.advance(2000)
  assert.ok(redeem(held[1] as Permit))
  carrier.owe(0x7e8)
  await clock.advance(2001)
  assert.is(redeem(held[2] as Permit), undefined)
  carrier.owe(0x7e8)
  await clock.advance(2000)
  await running
  assert.is(redeem(held[3] as Permit), undefined)
  carrier.owe(0x7e8)
  assert.is(held.length, 4)
  assert.equal(out, ['request', 'flow-control'])
})

test('after an adapter has waited by itself no flow control goes out', async () => {
  let handed = 0
  const { carrier } = carried(async (permit) => {
    handed += 1
    redeem(permit)
    return { kind: 'waited' }
  })
  await carrier.run()
  carrier.owe(0x7e8)
  assert.is(handed, 1)
})

test('a request that its adapter gave up for dead cannot go out afterwards', async () => {
  let held: Permit | undefined
  const { clock, out, carrier } = carried((permit) => {
    held = permit
    return new Promise(() => undefined)
  })
  const running = carrier.run()
  carrier.wake()
  await clock.advance(8200)
  const result = await running
  assert.is(result.kind, 'failed')
  assert.is(redeem(held as Permit), undefined)
  assert.equal(out, [])
})

test('one that was cancelled before it went out never does, and is not waited for', async () => {
  let held: Permit | undefined
  const { clock, out, carrier } = carried((permit) => {
    held = permit
    return new Promise(() => undefined)
  })
  const running = carrier.run()
  carrier.cancel()
  assert.is((await running).kind, 'failed')
  assert.is(redeem(held as Permit), undefined)
  assert.is(clock.waiting, 0)
  assert.equal(out, [])
  carrier.wake()
})

test('cancelled after it went out, it ends at once', async () => {
  const { clock, carrier } = carried(async (permit) => {
    redeem(permit)
    return { kind: 'sent' }
  })
  const running = carrier.run()
  await clock.advance(10)
  assert.is(clock.waiting, 1)
  carrier.cancel()
  await running
  assert.is(clock.waiting, 0)
  carrier.wake()
  assert.is(clock.waiting, 0)
})

test('cancelled while the adapter says that it went out, nothing is waited for', async () => {
  let settle: (result: SendResult) => void = () => undefined
  const { clock, carrier } = carried(
    () =>
      new Promise((resolve) => {
        settle = resolve
      }),
  )
  const running = carrier.run()
  settle({ kind: 'sent' })
  carrier.cancel()
  await running
  assert.is(clock.waiting, 0)
})

// ── permit ──────────────────────────────────────────────────────────────────────────────────

test('answers are waited for until the very end', async () => {
  const { clock, carrier } = carried(async (permit) => {
    redeem(permit)
    return { kind: 'sent' }
  })
  const running = carrier.run()
  await clock.advance(199.5)
  carrier.wake()
  assert.is(clock.waiting, 1)
  await clock.advance(0.5)
  await running
  assert.is(clock.waiting, 0)
})

test('a permit without an answer’s identifier has none', () => {
  const options = {
    frame: own,
    waitMs: 5,
    responders: 2,
    isGood: () => true,
    used: () => undefined,
  }
  assert.equal(Object.keys(mint(options)), ['waitMs', 'responders'])
  assert.equal(mint({ ...options, answerId: 0 }), { waitMs: 5, responders: 2, answerId: 0 })
})

test.run()
