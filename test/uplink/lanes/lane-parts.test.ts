import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ByteBudget } from '../../../src/uplink/lanes/byte-budget.ts'
import { LaneBook } from '../../../src/uplink/lanes/lane-book.ts'
import type { LaneState } from '../../../src/uplink/lanes/lane-store.ts'
import { PlaceAges } from '../../../src/uplink/lanes/place-ages.ts'
import { chance } from '../../support/journal-records.ts'
import { CrankedTimers, MemoryLogger } from '../../support/mqtt-fixtures.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

function budgetOf(bytesPerHour: number | undefined) {
  const clock = { now: 0 }
  return { clock, budget: new ByteBudget(bytesPerHour, () => clock.now) }
}

test('without a limit nothing waits, and what is spent is counted for an hour', () => {
  const { clock, budget } = budgetOf(undefined)
  assert.is(budget.burst, Infinity)
  budget.spend(1_000_000)
  clock.now = 30 * MINUTE_MS
  budget.spend(500)
  assert.is(budget.waitFor(1e9), 0)
  assert.is(budget.spent, 1_000_500)
  clock.now = 61 * MINUTE_MS
  assert.is(budget.spent, 500)
  clock.now = 91 * MINUTE_MS
  assert.is(budget.spent, 0)
})

test('a bucket starts empty, fills evenly, and holds a minute of the hour', () => {
  const { clock, budget } = budgetOf(600_000)
  assert.is(budget.burst, 10_000)
  const wait = budget.waitFor(5_000)
  assert.is(wait, Math.ceil((5_000 * HOUR_MS) / 590_000))
  clock.now = wait - 1
  assert.is(budget.waitFor(5_000), 1)
  clock.now = wait
  assert.is(budget.waitFor(5_000), 0)
  clock.now = HOUR_MS
  budget.spend(10_000)
  assert.ok(budget.waitFor(100) > 0, 'an idle hour leaves no more than a minute')
})

test('what is greater than the bucket goes when it is full, and is paid for afterwards', () => {
  const { clock, budget } = budgetOf(600_000)
  clock.now = HOUR_MS
  assert.is(budget.waitFor(50_000), 0)
  budget.spend(50_000)
  const wait = budget.waitFor(1)
  assert.is(wait, Math.ceil((40_001 * HOUR_MS) / 590_000))
})

test('a debt is never more than an hour', () => {
  const { budget } = budgetOf(600_000)
  budget.spend(100_000_000)
  assert.ok(budget.waitFor(1) <= 1.02 * HOUR_MS)
})

for (const bytesPerHour of [10_000, 60_000, 3_000_000]) {
  test(`in no hour that ends with a batch go out more than ${bytesPerHour} bytes`, () => {
    const { clock, budget } = budgetOf(bytesPerHour)
    const dice = chance(bytesPerHour)
    const sent: { at: number; bytes: number; live: boolean }[] = []
    while (clock.now < 5 * HOUR_MS) {
      clock.now += dice() * 20_000
      const live = dice() < 0.3
      const share = live ? bytesPerHour / 3_000 : budget.burst
      const bytes = Math.ceil(dice() * share)
      if (!live && budget.waitFor(bytes) > 0) continue
      budget.spend(bytes)
      sent.push({ at: clock.now, bytes, live })
      if (live) continue
      const sum = sent.reduce((all, one) => all + (one.at > clock.now - HOUR_MS ? one.bytes : 0), 0)
      assert.ok(sum <= bytesPerHour, `${sum}`)
    }
    const total = sent.reduce((sum, { bytes }) => sum + bytes, 0)
    assert.ok(total > 0.8 * 4 * bytesPerHour)
  })
}

test('places are as old as the commit they came with', () => {
  const ages = new PlaceAges(60_000)
  assert.is(ages.olderThan(60_000, 1e9), 0)
  ages.note(10, 0)
  ages.note(10, 5_000)
  ages.note(20, 50_000)
  ages.note(25, 50_400)
  ages.note(30, 60_000)
  assert.equal(
    [60_000, 60_001, 110_000, 110_001, 120_001].map((now) => ages.olderThan(60_000, now)),
    [0, 10, 10, 25, 30],
  )
  ages.note(40, HOUR_MS)
  assert.equal([ages.olderThan(60_000, HOUR_MS), ages.olderThan(0, HOUR_MS)], [30, 30])
})

function bookOf(maxRanges?: number) {
  const timers = new CrankedTimers()
  const saved: LaneState[] = []
  const store = {
    lanes: () => saved.at(-1),
    saveLanes: (_sink: string, state: LaneState) => void saved.push(structuredClone(state)),
  }
  const book = new LaneBook({
    sink: 'test',
    store,
    logger: new MemoryLogger(),
    timers,
    saveEvery: 3,
    saveMs: 5_000,
    ...(maxRanges === undefined ? {} : { maxRanges }),
  })
  return { book, saved, timers }
}

test('what is handed over is saved at once, moves after a while or so many', async () => {
  const { book, saved, timers } = bookOf()
  book.liveAt(5)
  book.liveAt(6)
  assert.equal(saved, [])
  book.handOver(6, 20)
  assert.equal(saved, [{ live: 20, backlog: [{ from: 6, to: 20 }] }])
  book.liveAt(25)
  book.handOver(25, 30)
  book.handOver(30, 40)
  const backlog = [
    { from: 6, to: 20 },
    { from: 25, to: 40 },
  ]
  assert.equal(saved.at(-1), { live: 40, backlog }, 'what touches is one range')
  assert.is(book.waiting, 29)
  assert.equal(book.backlogAfter(22), { from: 25, to: 40 })
  book.backlogAt(10)
  await timers.advance(5_000)
  assert.equal(saved.at(-1)?.backlog[0], { from: 10, to: 20 })
  book.backlogAt(30)
  book.backlogAt(35)
  assert.is(saved.length, 4)
  book.backlogAt(40)
  assert.equal(saved.at(-1), { live: 40, backlog: [] })
  assert.is(timers.armed, 0)
})

test('the list of ranges stays short: the nearest become one', () => {
  const { book } = bookOf(3)
  book.handOver(0, 10)
  book.handOver(100, 110)
  book.handOver(115, 120)
  book.handOver(200, 210)
  assert.equal(book.state.backlog, [
    { from: 0, to: 10 },
    { from: 100, to: 120 },
    { from: 200, to: 210 },
  ])
})

test.run()
