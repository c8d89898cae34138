/** Run totals: what counters of the vehicle have grown by, whatever became of the counters. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Counters } from '../../src/decoder/vehicle/counters.ts'
import type { Quality, Reading, SignalValue } from '../../src/model/reading.ts'
import type { CounterName } from '../../src/model/record.ts'
import type { SignalName } from '../../src/model/signals.ts'
import { chance } from '../support/journal-records.ts'

const test = suite('run totals')

const START = 1_750_000_000
const HOUR = 3600

interface Sender {
  sender?: number
  quality?: Quality
}

/** Seconds after the start, signal, value. */
type Line = readonly [at: number, signal: SignalName, value: SignalValue | undefined, from?: Sender]

function readingOf([at, signal, value, { sender = 0, quality } = {}]: Line): Reading {
  return {
    signal,
    value,
    quality: quality ?? (value === undefined ? 'absent' : 'ok'),
    time: Math.round((START + at) * 1_000_000),
    source: 'can0',
    sender,
    rank: 0,
  }
}

function heard(counters: Counters, lines: readonly Line[]): Counters {
  for (const line of lines) counters.take(readingOf(line))
  return counters
}

function totalOf(counters: Counters, counter: CounterName): number {
  return counters.states?.[counter]?.total ?? Number.NaN
}

/** One reading every `every` seconds. */
function every(seconds: number, count: number, signal: SignalName, value: SignalValue): Line[] {
  return Array.from({ length: count }, (_, index) => [index * seconds, signal, value])
}

interface Case {
  what: string
  lines: Line[]
  counter?: CounterName
  total: number
  segment?: number
  estimated?: boolean
}

const cases: Case[] = [
  { what: 'the first reading adds nothing', lines: [[0, 'engineHours', 4000]], total: 0 },
  {
    what: 'what comes after it adds the difference',
    lines: [
      [0, 'engineHours', 4000],
      [HOUR, 'engineHours', 4000.5],
      [2 * HOUR, 'engineHours', 4001.5],
    ],
    total: 1.5,
  },
  {
    what: 'a step of the resolution may come at once',
    lines: [
      [0, 'engineHours', 4000],
      [1, 'engineHours', 4000.05],
      [180, 'engineHours', 4000.1],
    ],
    total: 0.1,
  },
  {
    what: 'hours go as fast as the clock and a twentieth',
    lines: [
      [0, 'engineHours', 4000],
      [10 * HOUR, 'engineHours', 4010.55],
    ],
    total: 10.55,
  },
  {
    what: 'faster than that is a new segment, and adds nothing',
    lines: [
      [0, 'engineHours', 4000],
      [10 * HOUR, 'engineHours', 4010.56],
      [11 * HOUR, 'engineHours', 4011.56],
    ],
    total: 1,
    segment: 1,
  },
  {
    what: 'after a reset to 0 it goes on',
    lines: [
      [0, 'engineHours', 4000],
      [HOUR, 'engineHours', 4001],
      [HOUR + 10, 'engineHours', 0],
      [2 * HOUR, 'engineHours', 0.95],
    ],
    total: 1.95,
    segment: 1,
  },
  {
    what: 'an invented value in between costs its step and no more',
    lines: [
      [0, 'engineHours', 4000],
      [HOUR, 'engineHours', 0],
      [HOUR + 1, 'engineHours', 4001],
      [2 * HOUR, 'engineHours', 4001.9],
    ],
    total: 0.9,
    segment: 2,
  },
  {
    what: 'a counter that trembles by its resolution adds nothing',
    lines: Array.from({ length: 1000 }, (_, index) => [
      index,
      'engineHours',
      index % 2 === 0 ? 4000.05 : 4000,
    ]),
    total: 0,
  },
  {
    what: 'years of parking may pass between two readings',
    lines: [
      [0, 'engineHours', 4000],
      [40_000 * HOUR, 'engineHours', 4000],
    ],
    total: 0,
  },
  {
    what: 'an older reading adds nothing',
    lines: [
      [HOUR, 'engineHours', 4000],
      [0, 'engineHours', 3999],
      [2 * HOUR, 'engineHours', 4001],
    ],
    total: 1,
  },
  {
    what: 'what is not ok is no reading',
    lines: [
      [0, 'engineHours', 4000],
      [HOUR, 'engineHours', 4000.5, { quality: 'estimated' }],
      [HOUR, 'engineHours', undefined],
      [2 * HOUR, 'engineHours', 4002],
    ],
    total: 2,
  },
  {
    what: 'two senders that differ are counted once',
    lines: [
      [0, 'engineHours', 4000],
      [1, 'engineHours', 9000, { sender: 3 }],
      [HOUR, 'engineHours', 4001],
      [HOUR + 1, 'engineHours', 9001, { sender: 3 }],
      [2 * HOUR, 'engineHours', 9002, { sender: 3 }],
      [2 * HOUR + 1, 'engineHours', 4002],
    ],
    total: 2,
  },
  {
    what: 'while one sender is silent the other counts, and nothing twice',
    lines: [
      [0, 'engineHours', 4000],
      [1, 'engineHours', 9000, { sender: 3 }],
      [5 * HOUR, 'engineHours', 9004, { sender: 3 }],
      [6 * HOUR, 'engineHours', 4005],
    ],
    total: 5,
  },
  {
    what: 'a jump of a sender that is behind the others is forgotten',
    lines: [
      [0, 'engineHours', 4000],
      [1, 'engineHours', 9000, { sender: 3 }],
      [5 * HOUR, 'engineHours', 4005],
      [HOUR, 'engineHours', 100, { sender: 3 }],
      [2 * HOUR, 'engineHours', 101, { sender: 3 }],
      [6 * HOUR, 'engineHours', 105, { sender: 3 }],
      [7 * HOUR, 'engineHours', 106, { sender: 3 }],
    ],
    total: 6,
  },
  {
    what: 'fuel may go by 150 l/h and a step',
    counter: 'fuelUsed',
    lines: [
      [0, 'fuelUsed', 10_000],
      [HOUR, 'fuelUsed', 10_150.5],
    ],
    total: 150.5,
  },
  {
    what: 'more fuel than that is a new segment',
    counter: 'fuelUsed',
    lines: [
      [0, 'fuelUsed', 10_000],
      [HOUR, 'fuelUsed', 10_151],
      [2 * HOUR, 'fuelUsed', 10_161],
    ],
    total: 10,
    segment: 1,
  },
  {
    what: 'where no counter is shown, engine speed tells how long the engine ran',
    lines: every(10, 361, 'engineSpeed', 800),
    total: 1,
    estimated: true,
  },
  {
    what: 'an engine that stands adds nothing, and that is known',
    lines: every(10, 361, 'engineSpeed', 0),
    total: 0,
    estimated: true,
  },
  {
    what: 'between a standing and a running engine lies half the time',
    lines: [
      [0, 'engineSpeed', 0],
      [36, 'engineSpeed', 800],
      [72, 'engineSpeed', 800],
    ],
    total: 0.015,
    estimated: true,
  },
  {
    what: 'a minute between two readings still counts',
    lines: [
      [0, 'engineSpeed', 800],
      [60, 'engineSpeed', 800],
    ],
    total: 60 / 3600,
    estimated: true,
  },
  {
    what: 'more than a minute does not',
    lines: [
      [0, 'engineSpeed', 800],
      [60.001, 'engineSpeed', 800],
    ],
    total: 0,
    estimated: true,
  },
  {
    what: 'fuel is estimated from its rate',
    counter: 'fuelUsed',
    lines: [
      [0, 'fuelRate', 10],
      [36, 'fuelRate', 20],
      [72, 'fuelRate', 20],
    ],
    total: 0.35,
    estimated: true,
  },
  {
    what: 'no rate is taken for more than an engine can burn',
    counter: 'fuelUsed',
    lines: [
      [0, 'fuelRate', 1000],
      [36, 'fuelRate', 1000],
    ],
    total: 1.5,
    estimated: true,
  },
  {
    what: 'an older reading of a rate adds nothing',
    counter: 'fuelUsed',
    lines: [
      [0, 'fuelRate', 10],
      [36, 'fuelRate', 10],
      [18, 'fuelRate', 100],
      [37, 'fuelRate', 10],
      [72, 'fuelRate', 10],
    ],
    total: 0.2,
    estimated: true,
  },
  {
    what: 'from the first reading of the counter on only the counter counts',
    lines: [
      ...every(10, 37, 'engineSpeed', 800),
      [360, 'engineHours', 4000],
      ...every(10, 73, 'engineSpeed', 800).map(
        ([at, signal, value]): Line => [360 + at, signal, value],
      ),
      [360 + HOUR, 'engineHours', 4000.5],
    ],
    total: 0.6,
  },
  {
    what: 'a counter that is only in an old recording does not end the estimate',
    lines: [
      [1000, 'engineSpeed', 800],
      [1, 'engineHours', 4000],
      [1036, 'engineSpeed', 800],
    ],
    total: 0.01,
    estimated: true,
  },
]

for (const { what, lines, counter = 'engineHours', total, segment, estimated } of cases) {
  test(what, () => {
    const state = heard(new Counters(), lines).states?.[counter]
    assert.ok(Math.abs((state?.total ?? Number.NaN) - total) < 1e-6, `${state?.total}`)
    assert.is(state?.segment, segment ?? 0)
    assert.is(state?.estimated, estimated ?? false)
  })
}

test('other signals leave nothing behind', () => {
  const counters = new Counters()
  for (const signal of ['speed', 'odometer', 'engineLoad'] as const) {
    assert.not.ok(counters.take(readingOf([0, signal, 1])))
  }
  assert.is(counters.states, undefined)
  assert.equal(counters.tell('van'), [])
  assert.is(counters.time, 0)
})

test('what was estimated stays marked when the counter comes, what follows is not', () => {
  const counters = heard(new Counters(), every(10, 37, 'engineSpeed', 800))
  const [first] = counters.tell('van')
  assert.equal(first, {
    vehicle: 'van',
    counter: 'engineHours',
    time: (START + 360) * 1000,
    total: first?.total,
    estimated: true,
  })
  heard(counters, [
    [370, 'engineSpeed', 800],
    [371, 'engineHours', 4000],
  ])
  assert.is(counters.tell('van')[0]?.estimated, true)
  heard(counters, [[380, 'engineHours', 4000]])
  assert.is(counters.tell('van')[0]?.estimated, false)
})

test('a counter that comes when nothing was estimated since is not marked', () => {
  const counters = heard(new Counters(), every(10, 3, 'engineSpeed', 800))
  counters.tell('van')
  heard(counters, [[9 * HOUR, 'engineHours', 4000]])
  assert.is(counters.tell('van')[0]?.estimated, false)
})

/** A life with drives, parking, resets, jumps, silence, and a counter that may come late. */
function life(seed: number): Line[] {
  const random = chance(seed)
  const lines: Line[] = []
  let hours = random() * 1000
  let litres = random() * 1000
  let at = 0
  const shownFrom = random() * 40_000
  for (let step = 0; step < 1500; step += 1) {
    const parked = random() < 0.02 ? random() * 20 * HOUR : 0
    const elapsed = random() * 50
    at += parked + elapsed
    const fuelRate = random() * 40
    hours += elapsed / HOUR
    litres += (fuelRate * elapsed) / HOUR
    if (random() < 0.005) hours = 0
    if (random() < 0.005) litres = random() * 5000
    lines.push([at, 'engineSpeed', 700 + random() * 1000], [at, 'fuelRate', fuelRate])
    if (at < shownFrom || random() > 0.3) continue
    lines.push([at, 'engineHours', Math.floor(hours * 20) / 20])
    lines.push([at, 'fuelUsed', Math.floor(litres * 2) / 2])
  }
  return lines
}

for (const seed of [1, 2, 3]) {
  test(`a restart anywhere gives the same (${seed})`, () => {
    const lines = life(seed)
    const whole = heard(new Counters(), lines)
    assert.ok(totalOf(whole, 'engineHours') > 1)
    assert.ok(totalOf(whole, 'fuelUsed') > 1)
    const random = chance(seed + 100)
    for (let round = 0; round < 20; round += 1) {
      const cut = Math.floor(random() * lines.length)
      const before = heard(new Counters(), lines.slice(0, cut))
      const after = new Counters(JSON.parse(JSON.stringify(before.states ?? {})))
      assert.equal(heard(after, lines.slice(cut)).states, whole.states)
    }
  })

  test(`no total ever falls, or grows faster than it can (${seed})`, () => {
    const counters = new Counters()
    let before = { engineHours: 0, fuelUsed: 0, at: 0 }
    let steps = 0
    for (const line of life(seed)) {
      counters.take(readingOf(line))
      const hours = totalOf(counters, 'engineHours') || 0
      const litres = totalOf(counters, 'fuelUsed') || 0
      assert.ok(hours >= before.engineHours && litres >= before.fuelUsed)
      if (hours > before.engineHours) steps += 1
      before = { engineHours: hours, fuelUsed: litres, at: line[0] }
    }
    assert.ok(steps > 50, `${steps}`)
    assert.ok(before.engineHours <= (before.at / HOUR) * 1.05 + 0.05)
    assert.ok(before.fuelUsed <= (before.at / HOUR) * 150 + 0.5)
  })
}

test('a clock that became known moves what it has stamped, and the total goes on', () => {
  const micros = (at: number) => (START + at) * 1_000_000
  const counters = heard(new Counters(), [
    [100, 'fuelRate', 10],
    [100, 'engineHours', 4000],
  ])
  counters.shift(HOUR * 1_000_000, micros(50))
  // What was stamped before that time stays.
  counters.shift(HOUR * 1_000_000, micros(200 + HOUR))
  const { engineHours, fuelUsed } = counters.states ?? {}
  assert.is(engineHours?.time, micros(100 + HOUR))
  assert.is(engineHours?.series['can0/0/0']?.time, micros(100 + HOUR))
  assert.is(fuelUsed?.rate?.time, micros(100 + HOUR))
  heard(counters, [[136 + HOUR, 'fuelRate', 10]])
  assert.ok(Math.abs(totalOf(counters, 'fuelUsed') - 0.1) < 1e-9)
  assert.is(fuelUsed?.total, 0, 'what was asked for before is a copy')
})

test('a clock that was set back does not silence the counters', () => {
  const counters = heard(new Counters(), [
    [10 * HOUR, 'fuelRate', 10],
    [10 * HOUR, 'engineHours', 4000],
  ])
  counters.notAfter((START + HOUR) * 1_000_000)
  heard(counters, [
    [HOUR + 10, 'fuelRate', 10],
    [HOUR + 46, 'fuelRate', 10],
    [2 * HOUR, 'engineHours', 4001],
  ])
  assert.ok(Math.abs(totalOf(counters, 'fuelUsed') - 0.1) < 1e-9)
  assert.is(totalOf(counters, 'engineHours'), 1)
})

test('many senders are not remembered for ever', () => {
  const counters = new Counters()
  for (let sender = 0; sender < 50; sender += 1) {
    heard(counters, [[sender, 'engineHours', 4000 + sender, { sender }]])
  }
  assert.is(Object.keys(counters.states?.engineHours?.series ?? {}).length, 8)
})

test.run()
