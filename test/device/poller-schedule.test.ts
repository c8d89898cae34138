import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ONCE } from '../../src/device/poller/catalogue.ts'
import { codeIntervals, defaultIntervals } from '../../src/device/poller/intervals.ts'
import { Pace } from '../../src/device/poller/pace.ts'
import { plan } from '../../src/device/poller/plan.ts'
import { Schedule } from '../../src/device/poller/schedule.ts'
import { FAST_MS, fit, MAX_STRETCH, type Wish } from '../../src/device/poller/stretch.ts'
import { signalNames, signals } from '../../src/model/signals.ts'
import {
  carCatalogue,
  engine,
  otherItem,
  PolledBench,
  pidItem,
  seeded,
} from '../support/polled-car.ts'

const test = suite('poller: schedule')

test('every interval is well below the freshness of its signals, and parked has none', () => {
  for (const name of signalNames) {
    const every = defaultIntervals([name])
    const { freshSeconds } = signals[name]
    assert.is(every.parked, undefined, name)
    assert.ok(every.driving !== undefined && every.idling !== undefined, name)
    for (const seconds of Object.values(every)) {
      if (freshSeconds >= 86_400) assert.is(seconds, ONCE, name)
      else assert.ok(seconds * 3 <= freshSeconds, `${name}: ${seconds} of ${freshSeconds} s`)
    }
  }
  assert.is(codeIntervals.parked, undefined)
})

test('a question has the shortest interval that one of its signals wants', () => {
  assert.is(defaultIntervals(['coolantTemp', 'speed']).driving, 1)
  assert.is(defaultIntervals(['coolantTemp', 'soc']).charging, 60)
  assert.ok((defaultIntervals([]).driving ?? 0) >= 60)
})

function loadOf(periods: readonly number[]): number {
  return periods.reduce((sum, period) => sum + 1000 / period, 0)
}

test('with room for all of them nothing is stretched', () => {
  const wishes: Wish[] = [{ period: 1000 }, { period: 10_000 }, { period: 15_000, watched: 1000 }]
  assert.equal(fit(wishes, 10), [1000, 10_000, 1000])
})

test('slow questions are stretched before fast ones, and nothing more than is needed', () => {
  const random = seeded(11)
  for (let round = 0; round < 300; round++) {
    const wishes = Array.from({ length: 2 + Math.floor(random() * 60) }, (): Wish => {
      const period = Math.round(500 * 600 ** random())
      return random() < 0.2 ? { period, watched: Math.min(period, 1000) } : { period }
    })
    const room = 0.2 + 20 * random()
    const periods = fit(wishes, room)
    const load = loadOf(periods)
    assert.ok(load <= room * 1.001, `${load} of ${room}`)
    const stretches = periods.map((period, index) => period / (wishes[index]?.period ?? 1))
    const isFast = (index: number) => (wishes[index]?.period ?? 0) <= FAST_MS
    const fast = stretches.filter((_, index) => isFast(index) && !wishes[index]?.watched)
    const slow = stretches.filter((_, index) => !isFast(index) && !wishes[index]?.watched)
    const slowest = Math.max(...fast, 0)
    if (slowest > 1.001) assert.ok(Math.min(...slow, MAX_STRETCH) > MAX_STRETCH * 0.999)
    const isStrained = stretches.some((stretch) => stretch > 1.001)
    if (isStrained) assert.ok(load > room * 0.99, `${load} of ${room} used`)
  }
})

test('what is watched makes slow questions wait up to three times as long, not more', () => {
  const slow = Array.from({ length: 10 }, (): Wish => ({ period: 10_000 }))
  const watched = Array.from({ length: 10 }, (): Wish => ({ period: 10_000, watched: 1000 }))
  const periods = fit([...slow, ...watched], 4)
  assert.ok(Math.abs((periods[0] ?? 0) - 30_000) < 1)
  assert.ok((periods[10] ?? 0) < 3000)
})

test('the pace follows what requests cost: quickly when they get slower', () => {
  const pace = new Pace()
  for (let request = 0; request < 200; request++) pace.measured(50, 1)
  assert.ok(pace.itemsPerSecond > 15 && pace.itemsPerSecond < 20)
  for (let request = 0; request < 30; request++) pace.measured(250, 1)
  assert.ok(pace.itemsPerSecond < 4)
  const before = pace.itemsPerSecond
  pace.measured(60_000, 1)
  assert.ok(pace.itemsPerSecond > before / 2, 'one odd answer does not turn it over')
})

/** What a bus of one request at a time makes of a schedule; times of each question, by id. */
function simulate(schedule: Schedule, costMs: () => number, endMs: number): Map<string, number[]> {
  const times = new Map<string, number[]>()
  const pace = new Pace()
  const units = { isOpen: () => true, answerBytes: () => 0 }
  for (let now = 0; now < endMs; ) {
    const [entry] = schedule.pick(now, pace.itemsPerSecond, units)
    if (entry === undefined) {
      now = Math.max(schedule.nextAt(units), now + 1)
      continue
    }
    const asked = times.get(entry.planned.id) ?? []
    times.set(entry.planned.id, asked)
    asked.push(now)
    const cost = costMs()
    now += cost
    pace.measured(cost, 1)
    schedule.answered(entry, now)
  }
  return times
}

test('whatever is on the catalogue, no question is starved', () => {
  const random = seeded(23)
  for (let round = 0; round < 60; round++) {
    const count = 3 + Math.floor(random() * 60)
    const catalogue = Array.from({ length: count }, (_, index) =>
      otherItem('did', (0x220000 + index).toString(16), {
        to: 0x7e0,
        every: { driving: Math.round(500 * 300 ** random()) / 1000 },
        priority: Math.floor(random() * 5),
      }),
    )
    const latency = 30 + 250 * random()
    const cost = () => latency * (0.7 + 0.6 * random())
    const schedule = new Schedule(random)
    schedule.plan(plan(catalogue, undefined), {}, 0)
    schedule.activity('driving', 0)
    const periods = catalogue.map(({ every }) => (every.driving ?? 0) * 1000)
    const room = 1000 / latency
    const least = loadOf(periods) / MAX_STRETCH
    // Beyond that no schedule could keep the promise, and all are stretched further alike.
    const beyond = Math.max(1, least / (room * 0.8))
    const times = simulate(schedule, cost, 1_200_000)
    for (const [index, item] of catalogue.entries()) {
      const asked = [...times.values()][0] === undefined ? [] : (times.get(idOf(item.key)) ?? [])
      const limit = (periods[index] ?? 0) * MAX_STRETCH * beyond * 1.3 + 10_000
      const gaps = [...asked, 1_200_000].map((time, at) => time - (asked[at - 1] ?? 0))
      assert.ok(Math.max(...gaps) <= limit, `${round}: ${periods[index]} ms: ${Math.max(...gaps)}`)
    }
  }
})

function idOf(key: string): string {
  return `${key} of 7E8`
}

test('at 8 requests a second fast signals keep their deadline and slow ones still appear', async () => {
  const fresh = ['gear', 'engineTorque', 'boostPressure', 'timingAdvance', 'fuelEconomy'] as const
  const extra = Array.from({ length: 25 }, (_, index) =>
    pidItem(0x61 + index, 1, [fresh[index % fresh.length] ?? 'gear']),
  )
  const catalogue = [...carCatalogue(), ...extra]
  const pids = Object.fromEntries(
    catalogue
      .filter(({ kind }) => kind === 'pid')
      .map(({ request, length = 1 }) => [request.data[1] ?? 0, '00'.repeat(length)]),
  )
  const bench = new PolledBench([engine({ pids, several: 'refused' })], { catalogue })
  bench.car.latencyMs = 125
  const wanted = catalogue.reduce((sum, { every }) => sum + 1 / (every.driving ?? ONCE), 0)
  assert.ok(wanted > 10, `${wanted} a second are wanted`)
  await bench.drive(30)
  bench.forget()
  await bench.advance(1800)
  for (const hex of ['010D', '010C']) {
    const times = bench.car.times(hex)
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    const late = gaps.filter((gap) => gap > 1250).length
    assert.ok(gaps.length >= 1780, `${hex} was asked ${gaps.length} times`)
    assert.ok(late / gaps.length <= 0.01, `${hex} was late ${late} times`)
    assert.ok(Math.max(...gaps) <= 2000, hex)
  }
  for (const { request, every } of catalogue) {
    const hex = Buffer.from(request.data).toString('hex').toUpperCase()
    if (every.driving === ONCE) continue
    const least = Math.floor(1800 / ((every.driving ?? 0) * MAX_STRETCH))
    assert.ok(bench.car.times(hex).length >= Math.max(least, 1), hex)
  }
})

test('where the governor gives little, its refusals slow the plan down', async () => {
  const bench = new PolledBench([engine({ several: 'refused' })])
  let free = 0
  bench.car.latencyMs = 20
  bench.car.refusal = () => {
    const now = bench.clock.monotonic()
    if (now < free) return { kind: 'refused', reason: 'budget', detail: '', again: free - now }
    free = now + 250
    return undefined
  }
  await bench.drive(600)
  bench.forget()
  await bench.advance(600)
  const times = bench.car.times('010D')
  assert.ok(times.length >= 590, String(times.length))
  for (const hex of ['0105', '012F', '01A6', '0121']) {
    assert.ok(bench.car.times(hex).length >= 1, hex)
  }
  const refused = bench.outcomes.filter((kind) => kind === 'refused').length
  assert.ok(refused < bench.outcomes.length / 2)
})

test.run()
