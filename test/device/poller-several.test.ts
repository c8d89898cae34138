import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { firstByteOf, isExactAnswer } from '../../src/device/poller/pid-batch.ts'
import { engine, PolledBench, type Several } from '../support/polled-car.ts'

const test = suite('poller: several PIDs at once')

const speed = { pid: 0x0d, length: 1 }
const engineSpeed = { pid: 0x0c, length: 2 }

/** Requests for more than one PID, discovery's probe left out. */
function several(bench: PolledBench): string[] {
  return bench.car.sent
    .filter(({ hex, request }) => hex.length > 4 && !request.cause.startsWith('discovery'))
    .filter(({ hex }) => hex.startsWith('01'))
    .map(({ hex }) => hex)
}

/** How often speed was asked for, however. */
function speeds(bench: PolledBench): number {
  return bench.car.sent.filter(({ hex }) => /^01.*0D/.test(hex)).length
}

const answers: [hex: string, isExact: boolean][] = [
  ['410C1AF80D32', true],
  ['410D320C1AF8', false],
  ['410C1AF8', false],
  ['410C1AF80D', false],
  ['410C1AF80D3200', false],
  ['410C1AF80E32', false],
  ['7F0112', false],
  ['', false],
]

for (const [hex, isExact] of answers) {
  test(`${hex || 'nothing'} is ${isExact ? 'an' : 'no'} exact answer to 0C and 0D`, () => {
    const data = Uint8Array.from(Buffer.from(hex, 'hex'))
    assert.is(isExactAnswer(data, [engineSpeed, speed]), isExact)
  })
}

test('the first byte of a PID is found behind those before it', () => {
  const data = Uint8Array.from(Buffer.from('410C1AF80D32', 'hex'))
  assert.is(firstByteOf(data, [engineSpeed, speed], 0x0d), 0x32)
  assert.is(firstByteOf(data, [engineSpeed, speed], 0x0c), 0x1a)
  assert.is(firstByteOf(data, [engineSpeed, speed], 0x05), undefined)
})

test('a control unit that takes several PIDs is asked for up to six, once each was read', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(120)
  const requests = several(bench)
  assert.ok(requests.length > 90, String(requests.length))
  for (const hex of requests) {
    const pids = hex.slice(2).match(/../g) ?? []
    assert.ok(pids.length >= 2 && pids.length <= 6, hex)
    assert.equal(pids, [...pids].sort(), 'in ascending order')
    assert.is(new Set(pids).size, pids.length)
  }
  assert.is(bench.poller.report().units[0]?.multi, true)
})

const unsafe: Several[] = ['first only', 'reversed', 'padded', 'refused', 'silent']

for (const habit of unsafe) {
  test(`a control unit whose habit is "${habit}" is asked for one at a time`, async () => {
    const bench = new PolledBench([engine({ several: habit })])
    await bench.drive(120)
    assert.equal(several(bench), [])
    assert.is(bench.poller.report().units[0]?.multi, false)
    assert.ok(speeds(bench) >= 115)
  })

  test(`one that takes up the habit "${habit}" later is no longer asked for several`, async () => {
    const unit = engine()
    const bench = new PolledBench([unit])
    await bench.drive(30)
    unit.several = habit
    await bench.advance(60)
    assert.is(bench.poller.report().units[0]?.multi, false)
    bench.forget()
    await bench.advance(60)
    assert.equal(several(bench), [])
    assert.ok(speeds(bench) >= 59, String(speeds(bench)))
    assert.is(bench.poller.report().dead, 0)
    assert.is(bench.silent, 0)
  })
}

test('an answer lost now and then does not end it', async () => {
  const unit = engine()
  const bench = new PolledBench([unit])
  await bench.drive(30)
  unit.several = 'silent'
  await bench.advance(0.6)
  unit.several = 'answers'
  await bench.advance(60)
  assert.is(bench.poller.report().units[0]?.multi, true)
  assert.ok(several(bench).length > 70)
})

test('a PID with another length than it should have is asked for alone', async () => {
  const unit = engine()
  unit.pids = { ...unit.pids, 17: '0000' }
  const bench = new PolledBench([unit])
  await bench.drive(120)
  const together = several(bench).filter((hex) => hex.slice(2).match(/../g)?.includes('11'))
  assert.equal(together, [])
  assert.ok(bench.car.times('0111').length >= 35)
  assert.ok(several(bench).length > 60)
})

test('long answers are asked for where they are quicker for each PID, else short ones', async () => {
  for (const [frameMs, isLong] of [
    [1, true],
    [200, false],
  ] as const) {
    const bench = new PolledBench([engine()])
    bench.car.extraMs = (bytes) => (bytes > 7 ? frameMs : 0)
    await bench.drive(300)
    bench.forget()
    await bench.advance(600)
    const long = several(bench).filter((hex) => hex.length > 8)
    const share = long.length / several(bench).length
    assert.ok(isLong ? share > 0.3 : share < 0.12, `${frameMs} ms: ${share}`)
  }
})

test('an adapter need not wait for more than the one answer, until one was missing', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(20)
  const hints = () => new Set(bench.car.sent.slice(-5).map(({ request }) => request.responders))
  assert.equal([...hints()], [1])
  bench.car.isAsleep = true
  await bench.advance(0.9)
  bench.car.isAsleep = false
  await bench.advance(20)
  assert.equal([...hints()], [undefined])
})

test('where all have to be asked, an adapter waits for as many as answered before', async () => {
  const bench = new PolledBench([
    engine({ onlyFunctional: true }),
    { answers: 0x7ea, pids: { 13: '00' } },
  ])
  await bench.drive(25)
  const hints = bench.car.sent
    .filter(({ hex }) => hex === '010D')
    .map((sent) => sent.request.responders)
  assert.equal(hints.slice(0, 3), [undefined, 2, 2])
})

test.run()
