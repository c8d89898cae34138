import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Health } from '../../src/device/poller/health.ts'
import { carCatalogue, engine, otherItem, PolledBench, pidItem } from '../support/polled-car.ts'

const test = suite('poller: dead questions')

const MUTE = 0x0e
const catalogue = [...carCatalogue(), pidItem(MUTE, 1, ['timingAdvance'])]

/** Announced by the bitmap, never answered. */
function carWithMute(rest: Parameters<typeof engine>[0] = {}): PolledBench {
  return new PolledBench([engine({ mute: [MUTE], ...rest })], { catalogue })
}

test('pauses double from 10 s to an hour, with jitter', () => {
  const health = new Health()
  const pauses = Array.from({ length: 12 }, () => {
    health.refused()
    return health.delay(0.5)
  })
  assert.equal(pauses.slice(0, 4), [10_000, 20_000, 40_000, 80_000])
  assert.equal(pauses.slice(-3), [3_600_000, 3_600_000, 3_600_000])
  assert.is(health.delay(0), 2_880_000)
  assert.ok(Math.abs(health.delay(1) - 4_320_000) < 1)
})

for (const [how, rest] of [
  ['is never answered', {}],
  ['is refused', { refuses: 0x12, mute: [] }],
] as const) {
  test(`a PID that ${how} costs less than one request in a hundred`, async () => {
    const bench = carWithMute({ several: 'refused', ...rest, mute: [MUTE] })
    if (how === 'is refused')
      bench.car.units = [engine({ others: { '010E': '7F0112' }, mute: [MUTE] })]
    await bench.drive(3600)
    const tries = bench.car.times('010E')
    assert.ok(tries.length >= 8 && tries.length <= 12, String(tries.length))
    assert.ok(tries.length / bench.car.sent.length < 0.01)
    const pauses = tries.slice(1).map((time, index) => time - (tries[index] ?? 0))
    assert.ok((pauses.at(-1) ?? 0) > 1_000_000, pauses.join())
  })
}

test('one that was dead lives again with its first answer', async () => {
  const unit = engine({ mute: [MUTE] })
  const bench = new PolledBench([unit], { catalogue })
  await bench.drive(100)
  assert.is(bench.poller.report().dead, 1)
  unit.pids = { ...unit.pids, [MUTE]: '80' }
  unit.mute = []
  await bench.advance(120)
  assert.is(bench.poller.report().dead, 0)
  bench.forget()
  await bench.advance(60)
  const asked = bench.car.sent.filter(({ hex }) => /^01(..)*0E/.test(hex))
  assert.ok(asked.length >= 18, String(asked.length))
})

test('a dead one is tried once after waking up, and goes on resting', async () => {
  const bench = carWithMute()
  await bench.drive(1200)
  bench.activity('parked')
  await bench.advance(60)
  bench.forget()
  await bench.drive(300)
  assert.is(bench.car.times('010E').length, 1)
})

test('who is busy or wants time is not dead, only later', async () => {
  for (const nrc of ['21', '78']) {
    const bench = carWithMute({ others: { '010E': `7F01${nrc}` } })
    await bench.drive(120)
    assert.is(bench.poller.report().dead, 0)
    assert.ok(bench.car.times('010E').length >= 30)
  }
})

test('a data identifier is judged by its answer', async () => {
  const items = [
    ['220101', '62010100'],
    ['220102', '7F2231'],
    ['220103', '7F2212'],
    ['220104', '7F2211'],
    ['220105', undefined],
  ] as const
  const others = Object.fromEntries(
    items.flatMap(([key, answer]) => (answer ? [[key, answer]] : [])),
  )
  const bench = new PolledBench([engine({ others }), { answers: 0x7ec, others }], {
    catalogue: [
      ...carCatalogue(),
      ...items.map(([hex]) => otherItem('did', hex, { to: 0x7e4, every: { driving: 5 } })),
    ],
  })
  await bench.drive(9)
  const counts = items.map(([hex]) => bench.car.times(hex).length)
  assert.equal(counts, [2, 1, 1, 1, 2])
  assert.is(bench.poller.report().dead, 4)
})

test('forty dead identifiers leave the rest alone', async () => {
  const dead = Array.from({ length: 40 }, (_, index) =>
    otherItem('did', `22${(0x2000 + index).toString(16)}`, { to: 0x7e0 }),
  )
  const bench = new PolledBench([engine()], { catalogue: [...carCatalogue(), ...dead] })
  await bench.drive(60)
  bench.forget()
  await bench.advance(3600)
  const wasted = bench.car.sent.filter(({ hex }) => hex.startsWith('22')).length
  assert.ok(wasted / bench.car.sent.length < 0.1, `${wasted} of ${bench.car.sent.length}`)
  const speeds = bench.car.sent.filter(({ hex }) => /^01.*0D/.test(hex))
  assert.ok(speeds.length >= 3590, String(speeds.length))
})

test('a day of drives, naps and pauses leaves nothing behind', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const bench = carWithMute()
  const used = async () => {
    bench.forget()
    bench.outcomes.length = 0
    await bench.advance(0)
    collect()
    return process.memoryUsage().heapUsed
  }
  const sizes: number[] = []
  for (let hour = 0; hour < 24; hour++) {
    await bench.drive(900)
    bench.poller.watch(['speed', 'coolantTemp'], bench.clock.now() + 60_000)
    bench.activity('idling')
    await bench.advance(300)
    bench.car.isAsleep = true
    await bench.advance(60)
    bench.activity('parked')
    bench.poller.available(hour % 3 > 0)
    await bench.advance(2340)
    assert.is(bench.clock.waiting, 0)
    bench.car.isAsleep = false
    bench.poller.available(true)
    sizes.push(await used())
  }
  const growth = (sizes[23] ?? 0) - (sizes[2] ?? 0)
  assert.ok(growth < 1_000_000, `${growth} bytes in 21 hours`)
  assert.is(bench.silent, 24)
  await bench.drive(10)
  const asked = new Set(bench.car.sent.flatMap(({ hex }) => hex.match(/../g)?.slice(1) ?? []))
  for (const pid of ['0D', '0C', '05', '2F', 'A6', '02']) assert.ok(asked.has(pid), pid)
})

test.run()
