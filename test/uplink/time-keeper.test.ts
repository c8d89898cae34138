import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type SystemTrust,
  TimeKeeper,
  type TimeKeeperOptions,
  type TimeReport,
} from '../../src/uplink/time/time-keeper.ts'
import { chance } from '../support/journal-records.ts'

const BUILD = Date.UTC(2026, 0, 1)
const TRUE = Date.UTC(2026, 2, 1)
const DAY = 86_400_000
const MINUTE = 60_000

/** A machine whose monotonic clock a test cranks; the true time is `TRUE` at its start. */
class Bench {
  monotonic = 0
  /** System clock at monotonic 0. */
  system: number
  readonly reports: TimeReport[] = []
  readonly keeper: TimeKeeper
  #last = Number.NEGATIVE_INFINITY

  constructor(
    system: number,
    trust: SystemTrust = 'none',
    options: Partial<TimeKeeperOptions> = {},
  ) {
    this.system = system
    this.keeper = new TimeKeeper({
      buildDate: BUILD,
      first: { wall: system, monotonic: 0, trust },
      changed: (report) => {
        this.reports.push(report)
        this.#last = Number.NEGATIVE_INFINITY
      },
      ...options,
    })
  }

  /** The clock, which must not have run back since it was last asked or told of a step. */
  get now(): number {
    const now = this.keeper.now(this.monotonic)
    assert.ok(now >= this.#last, `${now} came after ${this.#last}`)
    this.#last = now
    return now
  }

  /** How far it is from the true time. */
  get off(): number {
    return this.now - (TRUE + this.monotonic)
  }

  /** Lets time pass; the system clock is read every quarter of a second. */
  pass(ms: number, trust?: SystemTrust): this {
    for (const end = this.monotonic + ms; this.monotonic < end; ) {
      this.monotonic += 250
      if (trust !== undefined) this.read(trust)
      void this.now
    }
    return this
  }

  read(trust: SystemTrust): void {
    const { monotonic } = this
    this.keeper.system({ wall: this.system + monotonic, monotonic, trust })
  }

  /** One fix a second, that is late by up to so much and of a receiver that is wrong by `wrong`. */
  fixes(count: number, late = 0, wrong = 0): this {
    const random = chance(count)
    for (let i = 0; i < count; i += 1) {
      this.monotonic += 1000
      const delay = 0.2 * late + 0.8 * late * random()
      const utc = TRUE + this.monotonic + wrong
      this.keeper.gnss({ utc, monotonic: this.monotonic + delay })
      void this.now
    }
    return this
  }
}

test('a clock that nothing confirms goes on from 1970 with monotonic time', () => {
  const bench = new Bench(0).pass(7 * MINUTE, 'none')
  assert.is(bench.keeper.trust, 'none')
  assert.is(bench.now, 7 * MINUTE)
  assert.equal(bench.reports, [])
})

test('a boot that does not know the time stamps after all that the last one stamped', () => {
  const seen = TRUE - 3600_000
  const bench = new Bench(0, 'none', { newestTrusted: seen - DAY, newestSeen: seen })
  assert.ok(bench.now > seen)
  assert.ok(bench.now < seen + 2 * MINUTE)
  assert.is(bench.keeper.newestTrusted(0), seen - DAY)
})

test('the network makes it jump once, and the jump is told once', () => {
  const bench = new Bench(0).pass(MINUTE, 'none')
  bench.system = TRUE
  bench.pass(10 * MINUTE, 'network')
  assert.equal(bench.reports, [{ trust: 'network', previous: 'none', delta: TRUE }])
  assert.is(bench.off, 0)
  assert.is(bench.keeper.newestTrusted(bench.monotonic), TRUE + bench.monotonic)
})

test('it runs back where it jumps, and there alone', () => {
  const ahead = 90 * MINUTE
  const bench = new Bench(0, 'none', { newestSeen: TRUE + ahead }).pass(MINUTE, 'none')
  bench.system = TRUE
  bench.pass(MINUTE, 'network')
  assert.is(bench.reports.length, 1)
  assert.is(bench.reports[0]?.delta, -ahead - MINUTE)
  assert.is(bench.off, 0)
})

test('a clock that is right from the start is nothing to tell of', () => {
  for (const trust of ['rtc', 'network'] as const) {
    const bench = new Bench(TRUE, trust).pass(MINUTE, trust)
    assert.is(bench.keeper.trust, trust)
    assert.equal(bench.reports, [])
    assert.is(bench.off, 0)
  }
})

const implausible: [name: string, wall: number, trust: SystemTrust, options?: object][] = [
  ['a real-time clock before the build', BUILD - DAY, 'rtc'],
  ['a real-time clock before the last trusted time', TRUE - DAY, 'rtc', { newestTrusted: TRUE }],
  ['a real-time clock of 2099', Date.UTC(2099, 0, 1), 'rtc'],
  ['a network before the build', BUILD - DAY, 'network'],
  ['a network of 2099', Date.UTC(2099, 0, 1), 'network'],
]
for (const [name, wall, trust, options] of implausible) {
  test(`${name} is not believed`, () => {
    const bench = new Bench(wall, trust, options).pass(MINUTE, trust)
    assert.is(bench.keeper.trust, 'none')
    assert.equal(bench.reports, [])
  })
}

test('a network that stays with a time before the last trusted one is believed in the end', () => {
  const bench = new Bench(TRUE, 'network', { newestTrusted: TRUE + DAY })
  bench.pass(4 * MINUTE, 'network')
  assert.is(bench.keeper.trust, 'none')
  bench.pass(2 * MINUTE, 'network')
  assert.is(bench.keeper.trust, 'network')
  assert.is(bench.off, 0)
  assert.is(bench.keeper.newestTrusted(bench.monotonic), TRUE + bench.monotonic)
})

test('a real-time clock that was a minute slow is put right by a step', () => {
  const bench = new Bench(TRUE - MINUTE, 'rtc').pass(MINUTE, 'rtc')
  bench.system = TRUE
  bench.pass(MINUTE, 'network')
  assert.equal(bench.reports, [{ trust: 'network', previous: 'rtc', delta: MINUTE }])
  assert.is(bench.off, 0)
})

test('a real-time clock that was a little fast is put right without running back', () => {
  const bench = new Bench(TRUE + 5000, 'rtc').pass(MINUTE, 'rtc')
  bench.system = TRUE
  bench.pass(4 * MINUTE, 'network')
  assert.ok(bench.off > 1000)
  bench.pass(6 * MINUTE, 'network')
  assert.is(bench.off, 0)
  assert.equal(bench.reports, [{ trust: 'network', previous: 'rtc', delta: 0 }])
})

test('a clock set by hand to a plausible time is followed, and told, but not trusted', () => {
  const bench = new Bench(0).pass(MINUTE, 'none')
  bench.system = TRUE - DAY
  bench.pass(MINUTE, 'none')
  assert.equal(bench.reports, [{ trust: 'none', previous: 'none', delta: TRUE - DAY }])
  bench.system = TRUE
  bench.pass(MINUTE, 'network')
  assert.equal(bench.reports[1], { trust: 'network', previous: 'none', delta: DAY })
  assert.is(bench.off, 0)
})

test('a clock set back by hand is not followed, trusted or not', () => {
  for (const trust of ['none', 'rtc', 'network'] as const) {
    const bench = new Bench(TRUE, trust).pass(MINUTE, trust)
    bench.system -= 30 * DAY
    bench.pass(10 * MINUTE, trust === 'network' ? 'none' : trust)
    assert.is(bench.off, 0, trust)
    assert.equal(bench.reports, [], trust)
  }
})

test('once the time is known a clock set forward by hand is not followed', () => {
  const bench = new Bench(TRUE, 'network').pass(MINUTE, 'network')
  bench.system += 400 * DAY
  bench.pass(10 * MINUTE, 'none')
  bench.pass(10 * MINUTE, 'rtc')
  assert.is(bench.keeper.trust, 'network')
  assert.is(bench.off, 0)
})

test('a small difference is drifted away, a hundredth at most', () => {
  for (const error of [-400, 400]) {
    const bench = new Bench(TRUE, 'network').pass(MINUTE, 'network')
    bench.system += error
    bench.pass(20_000, 'network')
    assert.ok(Math.abs(bench.off - error / 2) <= 3, `${bench.off}`)
    bench.pass(MINUTE, 'network')
    assert.is(bench.off, error)
    assert.equal(bench.reports, [])
  }
})

test('a step forward that the network stays with is taken without a word', () => {
  const bench = new Bench(TRUE, 'network').pass(MINUTE, 'network')
  bench.system += DAY
  bench.pass(20_000, 'network')
  assert.is(bench.off, 0)
  bench.pass(20_000, 'network')
  assert.is(bench.off, DAY)
  assert.equal(bench.reports, [])
})

test('a long step back that the network stays with is taken, and told', () => {
  const bench = new Bench(TRUE, 'network').pass(MINUTE, 'network')
  bench.system -= DAY
  bench.pass(4 * MINUTE, 'network')
  assert.is(bench.off, 0)
  bench.pass(2 * MINUTE, 'network')
  assert.is(bench.off, -DAY)
  assert.equal(bench.reports, [{ trust: 'network', previous: 'network', delta: -DAY }])
})

test('a network that changes its mind steps nothing', () => {
  const bench = new Bench(TRUE, 'network').pass(MINUTE, 'network')
  for (let i = 0; i < 40; i += 1) {
    bench.system = TRUE + (i % 2 === 0 ? 1 : -1) * DAY
    bench.pass(20_000, 'network')
  }
  assert.is(bench.off, 0)
})

test('a leap second, stepped or smeared, disturbs no order', () => {
  const stepped = new Bench(TRUE, 'network').pass(MINUTE, 'network')
  stepped.system -= 1000
  stepped.pass(10 * MINUTE, 'network')
  assert.is(stepped.off, -1000)
  const smeared = new Bench(TRUE, 'network').pass(MINUTE, 'network')
  for (let i = 0; i < 1000; i += 1) {
    smeared.system -= 1
    smeared.pass(1000, 'network')
  }
  assert.ok(Math.abs(smeared.off + 1000) <= 2)
  assert.equal([...stepped.reports, ...smeared.reports], [])
})

test('fixes tell the time as the one that came earliest does', () => {
  const bench = new Bench(0).pass(7 * MINUTE, 'none').fixes(20, 600)
  assert.is(bench.keeper.trust, 'gnss')
  assert.is(bench.reports.length, 1)
  assert.ok(bench.off <= -100 && bench.off >= -300, `${bench.off}`)
})

test('two fixes are not enough, and one that is wrong among good ones changes nothing', () => {
  const bench = new Bench(0).fixes(2, 100)
  assert.is(bench.keeper.trust, 'none')
  bench.fixes(1, 100, 33 * DAY)
  assert.is(bench.keeper.trust, 'none')
  bench.fixes(5, 100)
  assert.is(bench.keeper.trust, 'gnss')
  assert.ok(Math.abs(bench.off) < 200)
  bench.fixes(1, 100, 33 * DAY).fixes(5, 100)
  assert.ok(Math.abs(bench.off) < 200)
  assert.is(bench.reports.length, 1)
})

test('a receiver that tells one time again and again is not believed', () => {
  const bench = new Bench(0)
  for (let i = 0; i < 100; i += 1) {
    bench.keeper.gnss({ utc: TRUE + (i % 2), monotonic: i * 10 })
  }
  assert.is(bench.keeper.trust, 'none')
})

test('a date that is too early by roll-overs of the GPS week is put right', () => {
  for (const times of [1, 2]) {
    const bench = new Bench(0).fixes(5, 100, -times * 1024 * 7 * DAY)
    assert.is(bench.keeper.trust, 'gnss')
    assert.ok(Math.abs(bench.off) < 200)
  }
})

test('a date before the build that no roll-over explains is refused', () => {
  const wrong: [name: string, date: number][] = [
    ['the beginning of GPS', Date.UTC(1980, 0, 6, 0, 3)],
    ['the beginning of the second count', Date.UTC(1999, 7, 23)],
    ['the beginning of the third count', Date.UTC(2019, 3, 8)],
    ['a clock that was never set', Date.UTC(2019, 0, 1)],
    ['another one', Date.UTC(2000, 0, 1)],
  ]
  for (const [name, date] of wrong) {
    const bench = new Bench(0).fixes(30, 100, date - TRUE)
    assert.is(bench.keeper.trust, 'none', name)
    assert.equal(bench.reports, [])
    // What it tells once it has heard the week counts.
    bench.fixes(5, 100)
    assert.is(bench.keeper.trust, 'gnss', name)
    assert.ok(Math.abs(bench.off) < 200)
  }
})

test('a date that follows midnight a second late is never believed', () => {
  const bench = new Bench(0).fixes(5, 100)
  for (let second = 0; second < 600; second += 1) {
    bench.fixes(9, 100).fixes(1, 100, -DAY)
    assert.ok(Math.abs(bench.off) < 500)
  }
  assert.is(bench.reports.length, 1)
})

test('a date more than 20 years after the build is refused', () => {
  const bench = new Bench(0).fixes(20, 100, 21 * 366 * DAY)
  assert.is(bench.keeper.trust, 'none')
  bench.keeper.gnss({ utc: Number.NaN, monotonic: bench.monotonic })
  assert.equal(bench.reports, [])
})

test('the network is finer than fixes, and fixes take over where it is silent', () => {
  const bench = new Bench(0).fixes(10, 600)
  bench.system = TRUE
  bench.pass(2 * MINUTE, 'network')
  assert.is(bench.keeper.trust, 'network')
  assert.is(bench.off, 0)
  bench.fixes(30, 600)
  assert.is(bench.off, 0)
  bench.pass(11 * MINUTE, 'none').fixes(30, 600)
  assert.is(bench.keeper.trust, 'gnss')
  assert.is(bench.reports.length, 1)
})

test('a network that contradicts the satellites is not followed while they speak', () => {
  const bench = new Bench(0).fixes(10, 100)
  bench.system = TRUE + DAY
  for (let i = 0; i < 20; i += 1) bench.pass(MINUTE, 'network').fixes(5, 100)
  assert.is(bench.keeper.trust, 'gnss')
  assert.ok(Math.abs(bench.off) < 200)
})

test('whatever the system clock does, the clock never runs back untold', () => {
  const kinds = ['none', 'rtc', 'network'] as const
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = chance(seed)
    const bench = new Bench(random() < 0.5 ? 0 : TRUE, kinds[Math.floor(random() * 3)])
    for (let i = 0; i < 60; i += 1) {
      bench.system += (random() - 0.5) * 10 ** (random() * 11)
      const trust = kinds[Math.floor(random() * 3)] ?? 'none'
      bench.pass(250 + Math.floor(random() * 40) * 250, trust)
      if (random() < 0.2) bench.fixes(4, 500, random() < 0.2 ? -DAY * random() : 0)
    }
  }
})

test.run()
