import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { verdictOf } from '../../src/device/governor/policy.ts'
import { Poller } from '../../src/device/poller/poller.ts'
import type { RefusalReason, RequestOutcome } from '../../src/model/bus-request.ts'
import { type SignalName, signals } from '../../src/model/signals.ts'
import { GovernedBus } from '../support/governed-bus.ts'
import {
  activityOf,
  carCatalogue,
  engine,
  otherItem,
  PolledBench,
  PolledCar,
  pidItem,
} from '../support/polled-car.ts'

const test = suite('poller')

/** Requests for values, with discovery left out. */
function values(bench: PolledBench): string[] {
  return bench.car.sent
    .filter(({ request }) => !request.cause.startsWith('discovery'))
    .map(({ hex }) => hex)
}

/** Times at which a PID was asked, alone or with others. */
function timesOf(bench: PolledBench, pid: string): number[] {
  return bench.car.sent
    .filter(({ hex }) => hex.startsWith('01') && hex.slice(2).match(/../g)?.includes(pid))
    .map(({ at }) => at)
}

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0))
}

function refusal(reason: RefusalReason, again?: number): RequestOutcome {
  return { kind: 'refused', reason, detail: reason, ...(again === undefined ? {} : { again }) }
}

test('at the start everything is read once, the fast and important first', async () => {
  const bench = new PolledBench([engine({ several: 'refused' })])
  await bench.drive(5)
  const order = [...new Set(values(bench))]
  assert.equal(order.slice(0, 2), ['010D', '010C'])
  const wanted = carCatalogue().map(({ request }) =>
    Buffer.from(request.data).toString('hex').toUpperCase(),
  )
  assert.equal([...order].sort(), wanted.sort())
})

test('then each one has the rate of its kind', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(30)
  bench.forget()
  await bench.advance(600)
  for (const [pid, seconds] of [
    ['0D', 1],
    ['0C', 1],
    ['04', 3],
    ['05', 15],
    ['A6', 10],
    ['2F', 20],
  ] as const) {
    const count = timesOf(bench, pid).length
    assert.ok(Math.abs(count - 600 / seconds) <= 600 / seconds / 20 + 1, `${pid}: ${count}`)
  }
  assert.is(bench.car.times('03').length, 2)
  assert.is(bench.car.times('0902').length, 0, 'the VIN is asked for once')
})

test('it wakes up for what is due, and for nothing else', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(60)
  bench.forget()
  bench.timers = 0
  await bench.advance(600)
  assert.ok(bench.timers <= bench.car.sent.length, `${bench.timers} timers`)
})

test('no value grows old while driving', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(900)
  for (const { kind, request, signals: names } of carCatalogue()) {
    if (kind !== 'pid') continue
    const pid = Buffer.from(request.data).toString('hex').slice(2).toUpperCase()
    const fresh = Math.min(...names.map((name) => signals[name].freshSeconds))
    const gaps = gapsOf(timesOf(bench, pid))
    assert.ok(gaps.length > 0 && Math.max(...gaps) < fresh * 500, `${pid}: ${Math.max(...gaps)}`)
  }
})

test('while parked nothing is asked and no timer is left; after waking up everything is', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(60)
  bench.activity('parked')
  await bench.advance(1)
  bench.forget()
  assert.is(bench.clock.waiting, 0)
  bench.poller.watch(['speed'], bench.clock.now() + 60_000)
  await bench.advance(86_400)
  assert.equal(bench.car.sent, [])
  assert.is(bench.clock.waiting, 0)
  await bench.drive(6)
  assert.is(values(bench).length < 45, true)
  for (const pid of ['0D', 'A6', '2F', '46']) assert.ok(timesOf(bench, pid).length > 0, pid)
  for (const hex of ['03', '0902', '0904']) assert.is(bench.car.times(hex).length, 1, hex)
})

test('nothing is asked before an adapter can send and somebody knows what the vehicle does', async () => {
  const bench = new PolledBench([engine()])
  await bench.advance(10)
  assert.equal(bench.car.sent, [])
  bench.poller.available(false)
  await bench.drive(10)
  assert.equal(bench.car.sent, [])
  assert.is(bench.clock.waiting, 0)
  bench.poller.available(true)
  await bench.advance(1)
  assert.ok(bench.car.sent.length > 5)
})

test('while charging only what matters then is asked', async () => {
  const signalsAsked: [pid: number, names: SignalName[]][] = [
    [0x0d, ['speed']],
    [0x42, ['batteryVoltage']],
    [0x5b, ['soc']],
    [0x0c, ['engineSpeed']],
  ]
  const catalogue = signalsAsked.map(([pid, names]) => pidItem(pid, 1, names))
  const pids = Object.fromEntries(signalsAsked.map(([pid]) => [pid, '00']))
  const bench = new PolledBench([engine({ pids, several: 'refused' })], { catalogue })
  bench.activity('charging')
  await bench.advance(30)
  bench.forget()
  await bench.advance(600)
  assert.equal(timesOf(bench, '0C'), [])
  assert.is(timesOf(bench, '5B').length, 10)
  assert.is(timesOf(bench, '42').length, 30)
})

test('every request says who asks and why, and is one that the governor lets out', async () => {
  const catalogue = [...carCatalogue(), otherItem('did', '22DEAD', { to: 0x7e0 })]
  const bench = new PolledBench([engine(), { answers: 0x7ea, pids: { 5: '00' } }], { catalogue })
  await bench.drive(120)
  const settings = { profileIds: [], pgns: [], clearing: false }
  for (const { request, hex } of bench.car.sent) {
    assert.equal(request.requester, { kind: 'gateway', name: 'poller' })
    assert.is(verdictOf(request, settings), 'read', hex)
    assert.ok(request.cause.length > 10 && request.cause.length <= 200, request.cause)
  }
  const causes = bench.car.sent.map(({ request }) => request.cause)
  for (const cause of [
    'discovery of PIDs 21–40 of 7E8',
    'speed every 1 s while driving',
    'vin once after the start',
    '22DEAD at 7e0: was not answered, tried again',
  ]) {
    assert.ok(causes.includes(cause), cause)
  }
})

test('what becomes of each request is told, with its time', async () => {
  const heard: [kind: string, time: number][] = []
  const bench = new PolledBench([engine()], {
    outcome: (kind, time) => heard.push([kind, time]),
  })
  const start = bench.clock.now() * 1000
  await bench.drive(1)
  bench.car.isAsleep = true
  await bench.advance(20)
  assert.equal(heard[0], ['answered', start + 60_000])
  assert.is(heard.at(-1)?.[0], 'silent')
})

for (const reason of ['parked', 'listen-only', 'no-adapter', 'privilege', 'stopped'] as const) {
  test(`refused as ${reason}, it waits to be told of a change, without a timer`, async () => {
    const bench = new PolledBench([engine()])
    bench.car.refusal = () => refusal(reason)
    await bench.drive(600)
    assert.equal(bench.outcomes, ['refused'])
    assert.is(bench.clock.waiting, 0)
    assert.is(bench.poller.report().state, reason)
    bench.car.refusal = () => undefined
    bench.activity('idling')
    await bench.advance(1)
    assert.ok(bench.car.sent.length > 5)
  })
}

test('being told the same again is no change', async () => {
  const bench = new PolledBench([engine()])
  bench.car.refusal = () => refusal('parked')
  const state = { activity: 'unknown', reason: 'nothing tells', since: 5 } as const
  for (let time = 0; time < 10; time++) {
    bench.poller.activity(state)
    await bench.advance(1)
  }
  assert.equal(bench.outcomes, ['refused'])
})

for (const reason of ['budget', 'busy', 'bus-error', 'other-tester'] as const) {
  test(`refused as ${reason}, it asks again when it may`, async () => {
    const bench = new PolledBench([engine()])
    bench.car.refusal = () => refusal(reason, 5000)
    await bench.drive(4.9)
    assert.is(bench.outcomes.length, 1)
    bench.car.refusal = () => undefined
    await bench.advance(1)
    assert.is(bench.car.sent[0]?.at, 5000)
  })
}

test('a control unit that wants patience is left alone, others are not', async () => {
  const catalogue = [
    ...carCatalogue(),
    otherItem('did', '220101', { to: 0x7e4, every: { driving: 1 } }),
  ]
  const battery = { answers: 0x7ec, others: { '220101': '62010100' } }
  const bench = new PolledBench([engine(), battery], { catalogue })
  await bench.drive(10)
  bench.car.refusal = ({ to }) => (to.id === 0x7e0 ? refusal('back-off', 20_000) : undefined)
  bench.forget()
  await bench.advance(15)
  assert.ok(bench.car.sent.length >= 14)
  assert.ok(bench.car.sent.every(({ request }) => request.to.id === 0x7e4))
  bench.car.refusal = () => undefined
  await bench.advance(10)
  assert.ok(timesOf(bench, '0D').length >= 4)
})

test('what the governor never allows is hardly ever asked', async () => {
  const catalogue = [...carCatalogue(), otherItem('did', '220101', { to: 0x7e4 })]
  let refused = 0
  const bench = new PolledBench([engine()], { catalogue })
  bench.car.refusal = ({ to }) => {
    if (to.id !== 0x7e4) return undefined
    refused += 1
    return refusal('not-allowed')
  }
  await bench.drive(3600)
  assert.ok(refused >= 5 && refused <= 12, String(refused))
  assert.ok(timesOf(bench, '0D').length > 3500)
})

test('an adapter that fails is asked again after growing pauses, and no PID suffers', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(20)
  bench.car.refusal = () => ({ kind: 'failed', detail: 'the adapter does not come back' })
  const before = bench.outcomes.length
  await bench.advance(120)
  const attempts = bench.outcomes.length - before
  assert.ok(attempts >= 12 && attempts <= 16, String(attempts))
  bench.car.refusal = () => undefined
  bench.forget()
  await bench.advance(12)
  assert.ok(timesOf(bench, '0D').length >= 2)
  assert.is(bench.poller.report().dead, 0)
})

test('stopping waits for what is under way, and nothing follows', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(0.03)
  assert.is(bench.car.sent.length, 1)
  let isStopped = false
  const stopped = bench.poller.stop().then(() => {
    isStopped = true
  })
  await bench.advance(0.01)
  assert.is(isStopped, false)
  await bench.advance(0.05)
  await stopped
  await bench.poller.stop()
  bench.poller.start()
  bench.activity('idling')
  await bench.advance(60)
  assert.is(bench.car.sent.length, 1)
  assert.is(bench.clock.waiting, 0)
})

test('trouble codes are asked for at once when the lamp or their number changes', async () => {
  const unit = engine()
  const bench = new PolledBench([unit])
  await bench.drive(100)
  bench.forget()
  unit.pids = { ...unit.pids, 1: '81000000' }
  await bench.advance(35)
  const changed = timesOf(bench, '01')[0] ?? Number.NaN
  for (const hex of ['03', '07', '0A']) {
    const times = bench.car.times(hex)
    assert.is(times.length, 1, hex)
    assert.ok((times[0] ?? 0) - changed < 2000, hex)
  }
  await bench.advance(100)
  assert.is(bench.car.times('03').length, 1)
})

test('what somebody watches comes faster, and falls back when nobody does', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(60)
  bench.forget()
  bench.poller.watch(['coolantTemp', 'speed'], bench.clock.now() + 30_000)
  await bench.advance(30)
  const watched = timesOf(bench, '05').length
  assert.ok(watched >= 28 && watched <= 34, String(watched))
  assert.ok(timesOf(bench, '0D').length >= 56)
  bench.forget()
  await bench.advance(60)
  assert.ok(timesOf(bench, '05').length <= 5)
  assert.ok(timesOf(bench, '0D').length <= 62)
})

test('an end that has passed watches nothing', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(60)
  bench.forget()
  bench.poller.watch(['coolantTemp'], bench.clock.now())
  await bench.advance(30)
  assert.ok(timesOf(bench, '05').length <= 3)
})

test('a vehicle that falls asleep is told once, and then asked one question now and then', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(60)
  bench.forget()
  bench.car.isAsleep = true
  await bench.advance(5)
  assert.is(bench.silent, 1)
  assert.ok(bench.car.sent.length <= 6, `${bench.car.sent.length} requests`)
  bench.forget()
  await bench.advance(3600)
  assert.ok(bench.car.sent.length <= 365, `${bench.car.sent.length} requests in an hour`)
  assert.equal([...new Set(values(bench))], ['0100'])
  assert.is(bench.silent, 1)
  assert.is(bench.poller.report().units[0]?.isSilent, true)
  bench.car.isAsleep = false
  bench.forget()
  await bench.advance(14)
  assert.ok(timesOf(bench, '0D').length >= 3, 'readings resume')
  assert.ok(timesOf(bench, '2F').length >= 1, 'what was missed is read')
  assert.is(bench.poller.report().dead, 0)
})

test('one control unit that sleeps does not stop the others', async () => {
  const did = otherItem('did', '220101', { to: 0x7e4, every: { driving: 2 } })
  const battery = { answers: 0x7ec, others: { '220101': '62010100' } }
  const bench = new PolledBench([engine(), battery], { catalogue: [...carCatalogue(), did] })
  await bench.drive(30)
  bench.car.units = [engine()]
  bench.forget()
  await bench.advance(600)
  assert.is(bench.silent, 0)
  assert.ok(bench.car.times('220101').length < 70)
  assert.ok(timesOf(bench, '0D').length > 590)
})

test('a control unit that sleeps while nothing is wanted of it costs nothing', async () => {
  const soc = pidItem(0x5b, 1, ['soc'])
  const battery = { answers: 0x7ea, pids: { 91: '80' } }
  const bench = new PolledBench([engine(), battery], { catalogue: [...carCatalogue(), soc] })
  await bench.drive(40)
  bench.car.units = [battery]
  await bench.advance(10)
  assert.is(bench.poller.report().units[0]?.isSilent, true)
  bench.poller.activity({ activity: 'charging', reason: 'test', since: 1 })
  bench.car.units = []
  await bench.advance(120)
  assert.is(bench.silent, 1)
  bench.forget()
  bench.timers = 0
  await bench.advance(60)
  assert.ok(bench.timers <= 26, `${bench.timers} timers`)
  assert.ok(bench.car.sent.length <= 13, String(bench.car.sent.length))
})

test('it says how it does, in words', async () => {
  const catalogue = [...carCatalogue(), otherItem('did', '22DEAD', { to: 0x7e0 })]
  const bench = new PolledBench([engine()], { catalogue })
  assert.is(bench.poller.report().state, 'it is not known what the vehicle does')
  await bench.drive(120)
  const report = bench.poller.report()
  assert.is(report.state, 'asking as for a vehicle that is driving')
  assert.is(report.discovery, 'finished')
  assert.equal(report.units, [{ unit: '7E8', pids: 18, multi: true, isSilent: false }])
  assert.is(report.live, 23)
  assert.is(report.dead, 1)
  assert.ok(report.requestsPerSecond > 0.8 && report.requestsPerSecond < 4)
  assert.equal(report.slow, [])
  bench.activity('parked')
  assert.is(bench.poller.report().state, 'the vehicle is parked: nothing is asked')
})

test('what is slow is told', async () => {
  const bench = new PolledBench([engine({ several: 'refused' })])
  bench.car.latencyMs = 400
  await bench.drive(300)
  const { slow } = bench.poller.report()
  assert.ok(
    slow.some((line) => /^coolantTemp every \d+ s instead of 15 s$/.test(line)),
    slow.join(),
  )
})

test('through the governor it has its rates, within the budget of the bus', async () => {
  const bus = new GovernedBus()
  const { clock } = bus
  const car = new PolledCar(clock, [engine(), { answers: 0x7ea, pids: { 91: '00' }, codes: '00' }])
  bus.onSend = ({ id, extended, data }) => {
    const [length = 0] = data
    if (length > 7) return { kind: 'sent' }
    const asked = { to: { id, extended }, data: data.subarray(1, 1 + length) }
    for (const { from, data: answer } of car.answersTo({ kind: 'diagnostic', ...asked })) {
      clock.after(30, () => bus.answer(from.id, Buffer.from(answer).toString('hex')))
    }
    return { kind: 'sent' }
  }
  const poller = new Poller({
    asker: bus.governor,
    catalogue: [...carCatalogue(), pidItem(0x5b, 1, ['soc'])],
    clock,
    after: clock.after,
  })
  poller.start()
  poller.available(true)
  poller.activity(activityOf('driving'))
  await clock.advance(120_000)
  assert.equal(Object.keys(bus.governor.report().refused).sort(), ['budget'])
  assert.is(poller.report().discovery, 'finished')
  assert.is(poller.report().dead, 1, 'the other one has no calibration to tell')
  assert.is(poller.report().live, 27)
  const speeds = bus.wire.filter(({ data }) => data[1] === 1 && data.includes(0x0d, 2))
  assert.ok(speeds.length >= 110, String(speeds.length))
  assert.is(bus.governor.report().sent, bus.wire.length)
  await poller.stop()
  assert.is(clock.waiting, 0)
})

test.run()
