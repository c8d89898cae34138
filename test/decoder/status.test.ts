/** Which readings become the status of a vehicle, and which are refused. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { StatusKeeper } from '../../src/decoder/vehicle/status.ts'
import { freshFor, learnPeriod } from '../../src/model/freshness.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { Quality, Reading, SignalValue } from '../../src/model/reading.ts'
import type { VehicleStatus } from '../../src/model/record.ts'
import { type SignalDefinition, type SignalName, signals } from '../../src/model/signals.ts'

const test = suite('status')

const START = 1_750_000_000

interface From {
  /** Seconds after the start. */
  at?: number
  source?: string
  sender?: number
  rank?: number
  quality?: Quality
}

function reading(signal: SignalName, value: SignalValue | undefined, from: From = {}): Reading {
  const { at = 0, source = 'can0', sender = 0, rank = 0 } = from
  const quality = from.quality ?? (value === undefined ? 'absent' : 'ok')
  return { signal, value, quality, time: (START + at) * 1_000_000, source, sender, rank }
}

class Keeper {
  readonly issues: Issue[] = []
  readonly asked: Reading[] = []
  readonly keeper: StatusKeeper

  constructor(options: { accepts?: (reading: Reading) => boolean; initial?: VehicleStatus } = {}) {
    const { accepts, ...rest } = options
    this.keeper = new StatusKeeper({
      issue: (issue) => this.issues.push(issue),
      accepts: (one) => {
        this.asked.push(one)
        return accepts?.(one) ?? true
      },
      ...rest,
    })
  }

  take(...readings: Reading[]): boolean[] {
    return readings.map((one) => this.keeper.take(one))
  }

  get values(): Partial<Record<SignalName, SignalValue>> {
    const entries = Object.entries(this.keeper.status).map(([name, state]) => [name, state.value])
    return Object.fromEntries(entries)
  }
}

test('the status has the newest reading of every signal, and where it came from', () => {
  const { keeper, take } = bound(new Keeper())
  take(
    reading('speed', 50, { at: 0 }),
    reading('speed', 60, { at: 1, quality: 'estimated' }),
    reading('vin', '1XKYDP9X7FJ469058', { at: 2, source: 'can1', sender: 9, rank: 1 }),
  )
  assert.equal(keeper.status, {
    speed: {
      value: 60,
      quality: 'estimated',
      time: (START + 1) * 1_000_000,
      source: 'can0',
      sender: 0,
      rank: 0,
      period: 1_000_000,
    },
    vin: {
      value: '1XKYDP9X7FJ469058',
      quality: 'ok',
      time: (START + 2) * 1_000_000,
      source: 'can1',
      sender: 9,
      rank: 1,
    },
  })
})

function bound(keeper: Keeper) {
  return { keeper: keeper.keeper, take: keeper.take.bind(keeper) }
}

test('a reading says whether it changed a value', () => {
  const keeper = new Keeper()
  const answers = keeper.take(
    reading('speed', 50, { at: 0 }),
    reading('speed', 50, { at: 1 }),
    reading('speed', 51, { at: 2 }),
    reading('speed', 51, { at: 3, quality: 'estimated' }),
    reading('speed', 51, { at: 4, quality: 'estimated' }),
  )
  assert.equal(answers, [true, false, true, true, false])
})

test('a reading without a value leaves the last one, which ages', () => {
  const keeper = new Keeper()
  const answers = keeper.take(
    reading('speed', 50, { at: 0 }),
    reading('speed', undefined, { at: 1 }),
    reading('speed', undefined, { at: 2, quality: 'error' }),
    reading('engineSpeed', undefined, { at: 2 }),
  )
  assert.equal(answers, [true, false, false, false])
  assert.equal(keeper.values, { speed: 50 })
  assert.is(keeper.keeper.status.speed?.time, START * 1_000_000)
  assert.equal(keeper.issues, [])
})

for (const [name, { min, max }] of Object.entries(signals) as [SignalName, SignalDefinition][]) {
  if (min === undefined || max === undefined) continue
  // A position is taken as a pair and has tests of its own.
  if (name === 'latitude' || name === 'longitude') continue
  test(`${name} is taken from ${min} to ${max}, and refused outside`, () => {
    for (const value of [min, (min + max) / 2, max]) {
      const keeper = new Keeper()
      keeper.take(reading(name, value))
      assert.is(keeper.keeper.status[name]?.value, value)
      assert.equal(keeper.issues, [])
    }
    const step = (max - min) * 1e-9
    for (const value of [
      min - step,
      max + step,
      -1e12,
      1e12,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]) {
      const keeper = new Keeper()
      assert.equal(keeper.take(reading(name, value)), [false])
      assert.equal(keeper.values, {}, `${value}`)
      assert.equal(
        keeper.issues.map(({ code, at, detail }) => [code, at, detail]),
        [['implausible', 'can0', `${name} ${value}`]],
      )
    }
  })
}

test('what cannot be true does not replace what was, nor make it younger', () => {
  const keeper = new Keeper()
  keeper.take(reading('coolantTemp', 90, { at: 0 }), reading('coolantTemp', 215, { at: 1 }))
  assert.equal(keeper.values, { coolantTemp: 90 })
  assert.is(keeper.keeper.status.coolantTemp?.time, START * 1_000_000)
})

test('a reading that comes late does not replace a newer one', () => {
  const keeper = new Keeper()
  const answers = keeper.take(
    reading('speed', 50, { at: 10 }),
    reading('speed', 40, { at: 9.999 }),
    reading('speed', 41, { at: 9, source: 'can1' }),
    reading('speed', 42, { at: 9, rank: -1 }),
    reading('speed', 55, { at: 10 }),
  )
  assert.equal(answers, [true, false, false, false, true])
  assert.equal(keeper.values, { speed: 55 })
})

/** After an odometer of rank 1 of sender 23 on can0: who may follow, while that one is fresh and after. */
const successors: { what: string; from: From; fresh: boolean; stale: boolean }[] = [
  { what: 'the same control unit and definition', from: {}, fresh: true, stale: true },
  { what: 'a definition of more trust', from: { rank: 0 }, fresh: true, stale: true },
  {
    what: 'a definition of more trust of another control unit',
    from: { rank: 0, sender: 1 },
    fresh: true,
    stale: true,
  },
  { what: 'a definition of less trust', from: { rank: 2 }, fresh: false, stale: true },
  { what: 'another control unit', from: { sender: 1 }, fresh: false, stale: true },
  {
    what: 'another control unit with a definition of less trust',
    from: { sender: 1, rank: 2 },
    fresh: false,
    stale: true,
  },
  { what: 'another source', from: { source: 'can1', sender: 1 }, fresh: true, stale: true },
  {
    what: 'a definition of more trust of another source',
    from: { source: 'can1', rank: 0 },
    fresh: true,
    stale: true,
  },
  {
    what: 'a definition of less trust of another source',
    from: { source: 'can1', rank: 2 },
    fresh: false,
    stale: true,
  },
]

for (const { what, from, fresh, stale } of successors) {
  test(`${what} ${fresh ? 'follows' : 'does not follow'} while the reading before is fresh`, () => {
    const { freshSeconds } = signals.odometer
    for (const [at, expected] of [
      [0, fresh],
      [1, fresh],
      [freshSeconds, fresh],
      [freshSeconds + 0.001, stale],
    ] as const) {
      const keeper = new Keeper()
      const first = { sender: 23, rank: 1 }
      keeper.take(
        reading('odometer', 1000, first),
        reading('odometer', 1001, { ...first, ...from, at }),
      )
      assert.equal(keeper.values, { odometer: expected ? 1001 : 1000 }, `after ${at} s`)
    }
  })
}

test('two control units that send one signal in turn do not alternate in the status', () => {
  const keeper = new Keeper()
  const seen = new Set<unknown>()
  for (let at = 0; at < 120; at += 1) {
    keeper.take(reading('coolantTemp', at % 2 === 0 ? 90 : 20, { at, sender: at % 2 }))
    seen.add(keeper.values.coolantTemp)
  }
  assert.equal([...seen], [90])
})

test('a control unit that only says "not available" is followed by another when its value is old', () => {
  const keeper = new Keeper()
  keeper.take(reading('coolantTemp', 90, { at: 0, sender: 0 }))
  for (let at = 1; at <= 61; at += 1) {
    keeper.take(
      reading('coolantTemp', undefined, { at, sender: 0 }),
      reading('coolantTemp', 20, { at, sender: 1 }),
    )
  }
  assert.equal(keeper.values, { coolantTemp: 20 })
})

function position(latitude: number | undefined, longitude: number | undefined, from: From = {}) {
  return [reading('latitude', latitude, from), reading('longitude', longitude, from)]
}

/** Readings of positions, and the position that the status has after them. */
const positions: { what: string; readings: Reading[]; values: object; implausible: number }[] = [
  {
    what: 'a whole position is taken',
    readings: position(48.2, 11.5),
    values: { latitude: 48.2, longitude: 11.5 },
    implausible: 0,
  },
  {
    what: 'the corners of the world are taken',
    readings: position(-90, 180),
    values: { latitude: -90, longitude: 180 },
    implausible: 0,
  },
  {
    what: 'a point on the equator is taken',
    readings: position(0, 11.5),
    values: { latitude: 0, longitude: 11.5 },
    implausible: 0,
  },
  {
    what: 'a point on the prime meridian is taken',
    readings: position(51.5, 0),
    values: { latitude: 51.5, longitude: 0 },
    implausible: 0,
  },
  { what: 'exactly 0°, 0° is refused', readings: position(0, 0), values: {}, implausible: 1 },
  {
    what: '0°, 0° does not replace a position',
    readings: [...position(48.2, 11.5), ...position(0, 0, { at: 1 })],
    values: { latitude: 48.2, longitude: 11.5 },
    implausible: 1,
  },
  {
    what: 'a latitude beyond the pole takes the longitude with it',
    readings: position(90.1, 11.5),
    values: {},
    implausible: 1,
  },
  {
    what: 'a longitude beyond 180° takes the latitude with it',
    readings: position(48.2, 180.1),
    values: {},
    implausible: 1,
  },
  {
    what: 'a latitude alone is not taken',
    readings: position(48.2, undefined),
    values: {},
    implausible: 0,
  },
  {
    what: 'a longitude alone is not taken',
    readings: position(undefined, 11.5),
    values: {},
    implausible: 0,
  },
  {
    what: 'halves of two times are no position',
    readings: [reading('latitude', 48.2, { at: 0 }), reading('longitude', 11.5, { at: 1 })],
    values: {},
    implausible: 0,
  },
  {
    what: 'halves of two control units are no position',
    readings: [reading('latitude', 48.2, { sender: 1 }), reading('longitude', 11.5, { sender: 2 })],
    values: {},
    implausible: 0,
  },
  {
    what: 'halves of two sources are no position',
    readings: [reading('latitude', 48.2), reading('longitude', 11.5, { source: 'can1' })],
    values: {},
    implausible: 0,
  },
  {
    what: 'halves of two messages with one time stamp are no position, if the second says "absent"',
    readings: [...position(48.2, undefined), ...position(undefined, 11.5)],
    values: {},
    implausible: 0,
  },
  {
    what: 'nor if what the second says cannot be true',
    readings: [...position(48.2, undefined), ...position(91, 11.5)],
    values: {},
    implausible: 1,
  },
  {
    what: 'one latitude does not serve for two longitudes',
    readings: [...position(48.2, 11.5), reading('longitude', 12.5, { at: 0 })],
    values: { latitude: 48.2, longitude: 11.5 },
    implausible: 0,
  },
  {
    what: 'a late position is not taken, nor half of it',
    readings: [...position(48.2, 11.5, { at: 5 }), ...position(50, 10, { at: 4 })],
    values: { latitude: 48.2, longitude: 11.5 },
    implausible: 0,
  },
  {
    what: 'two control units that send positions in turn do not mix',
    readings: [
      ...position(48.2, 11.5, { at: 0, sender: 1 }),
      ...position(40, -3, { at: 1, sender: 2 }),
      ...position(48.201, 11.501, { at: 2, sender: 1 }),
    ],
    values: { latitude: 48.201, longitude: 11.501 },
    implausible: 0,
  },
]

for (const { what, readings, values, implausible } of positions) {
  test(what, () => {
    const keeper = new Keeper()
    keeper.take(...readings)
    assert.equal(keeper.values, values)
    assert.equal(
      keeper.issues.map(({ code }) => code).filter((code) => code !== 'readings-disagree'),
      new Array(implausible).fill('implausible'),
    )
  })
}

test('a position that moves in one coordinate is a change', () => {
  const keeper = new Keeper()
  const answers = keeper.take(
    ...position(48.2, 11.5, { at: 0 }),
    ...position(48.2, 11.5, { at: 1 }),
    ...position(48.201, 11.5, { at: 2 }),
    ...position(48.201, 11.501, { at: 3 }),
  )
  assert.equal(answers, [false, true, false, false, false, true, false, true])
})

test('the last word is asked only for what would be accepted, and is obeyed', () => {
  const keeper = new Keeper({ accepts: ({ value }) => value !== 13 })
  const answers = keeper.take(
    reading('odometer', 12, { at: 1 }),
    reading('odometer', 13, { at: 2 }),
    reading('odometer', -1, { at: 3 }),
    reading('odometer', 14, { at: 0 }),
    reading('odometer', 15, { at: 3, sender: 5 }),
    reading('odometer', undefined, { at: 3 }),
    reading('odometer', 16, { at: 4 }),
  )
  assert.equal(answers, [true, false, false, false, false, false, true])
  assert.equal(
    keeper.asked.map(({ value }) => value),
    [12, 13, 16],
  )
})

test('a status from before a restart goes on: older readings are late, newer ones follow', () => {
  const before = new Keeper()
  before.take(reading('speed', 50, { at: 100 }), reading('odometer', 1000, { at: 100 }))
  const after = new Keeper({ initial: structuredClone(before.keeper.status) })
  const answers = after.take(
    reading('speed', 40, { at: 99 }),
    reading('speed', 50, { at: 101 }),
    reading('odometer', 1001, { at: 101 }),
  )
  assert.equal(answers, [false, false, true])
  assert.equal(after.values, { speed: 50, odometer: 1001 })
})

const jumps: { what: string; readings: Reading[]; value: number; held: number }[] = [
  {
    what: 'a speed that no vehicle can reach in a second is held back',
    readings: [reading('speed', 50, { at: 0 }), reading('speed', 180, { at: 1 })],
    value: 50,
    held: 1,
  },
  {
    what: 'a single spike leaves no trace',
    readings: [
      reading('coolantTemp', 90, { at: 0 }),
      reading('coolantTemp', -40, { at: 1 }),
      reading('coolantTemp', 91, { at: 2 }),
    ],
    value: 91,
    held: 1,
  },
  {
    what: 'a jump that a second reading confirms is believed',
    readings: [
      reading('speed', 0, { at: 0 }),
      reading('speed', 90, { at: 1 }),
      reading('speed', 95, { at: 2 }),
    ],
    value: 95,
    held: 1,
  },
  {
    what: 'another jump does not confirm a jump',
    readings: [
      reading('speed', 0, { at: 0 }),
      reading('speed', 90, { at: 1 }),
      reading('speed', 200, { at: 2 }),
    ],
    value: 0,
    held: 2,
  },
  {
    what: 'the same frame twice confirms nothing',
    readings: [
      reading('speed', 0, { at: 0 }),
      reading('speed', 90, { at: 1 }),
      reading('speed', 90, { at: 1 }),
    ],
    value: 0,
    held: 2,
  },
  {
    what: 'after a pause longer than the value stays fresh, any value may follow',
    readings: [reading('speed', 0, { at: 0 }), reading('speed', 120, { at: 60 })],
    value: 120,
    held: 0,
  },
  {
    what: 'what builds up in time is no jump',
    readings: [
      reading('speed', 0, { at: 0 }),
      reading('speed', 25, { at: 1 }),
      reading('speed', 75, { at: 3 }),
    ],
    value: 75,
    held: 0,
  },
]

for (const { what, readings, value, held } of jumps) {
  test(what, () => {
    const keeper = new Keeper()
    keeper.take(...readings)
    assert.equal(Object.values(keeper.values), [value])
    assert.equal(
      keeper.issues.map(({ code }) => code),
      new Array(held).fill('implausible-change'),
    )
  })
}

test('a position that jumps is held until the next one confirms it', () => {
  const keeper = new Keeper()
  keeper.take(...position(48.2, 11.5, { at: 0 }), ...position(49.2, 11.5, { at: 1 }))
  assert.equal(keeper.values, { latitude: 48.2, longitude: 11.5 })
  keeper.take(...position(49.2, 11.5, { at: 2 }))
  assert.equal(keeper.values, { latitude: 49.2, longitude: 11.5 })
})

test('a value kept from before a restart is no measure for the first one after it', () => {
  const before = new Keeper()
  before.take(reading('speed', 120, { at: 0 }))
  const after = new Keeper({ initial: structuredClone(before.keeper.status) })
  after.take(reading('speed', 0, { at: 1 }))
  assert.equal([after.values, after.issues], [{ speed: 0 }, []])
})

test('senders of one signal that disagree are reported once, and the one heard first counts', () => {
  const keeper = new Keeper()
  for (let at = 0; at < 10; at += 1) {
    keeper.take(reading('speed', 80, { at, sender: 0 }), reading('speed', 50, { at, sender: 11 }))
  }
  assert.equal(keeper.values, { speed: 80 })
  assert.equal(
    keeper.issues.map(({ code, detail }) => [code, detail]),
    [['readings-disagree', 'speed: can0/11 says 50, can0/0 80']],
  )
})

test('senders that agree again may disagree again, and that is reported', () => {
  const keeper = new Keeper()
  for (const [at, other] of [50, 79, 50].entries()) {
    keeper.take(reading('speed', 80, { at }), reading('speed', other, { at, sender: 11 }))
  }
  assert.is(keeper.issues.length, 2)
})

test('senders that differ as much as two instruments do agree', () => {
  const keeper = new Keeper()
  keeper.take(reading('speed', 80), reading('speed', 84, { sender: 11 }))
  assert.equal(keeper.issues, [])
})

test('a definition of less trust that disagrees is reported and does not count', () => {
  const keeper = new Keeper()
  keeper.take(
    reading('odometer', 1000, { at: 0 }),
    reading('odometer', 1200, { at: 1, sender: 5, rank: 1 }),
  )
  assert.equal(keeper.values, { odometer: 1000 })
  assert.equal(
    keeper.issues.map(({ code }) => code),
    ['readings-disagree'],
  )
})

test('a value is old as soon as the rhythm of its sender says so', () => {
  const keeper = new Keeper()
  for (let at = 0; at < 5; at += 0.1) keeper.take(reading('coolantTemp', 90, { at }))
  const { coolantTemp } = keeper.keeper.status
  assert.is(freshFor({ period: coolantTemp?.period }, signals.coolantTemp), 2_000_000)
  keeper.take(reading('coolantTemp', 80, { at: 6, sender: 3 }))
  assert.equal(keeper.values, { coolantTemp: 90 })
  keeper.take(reading('coolantTemp', 80, { at: 7.5, sender: 3 }))
  assert.equal(keeper.values, { coolantTemp: 80 })
})

test('a slow sender is given the time it takes, but never more than the signal table says', () => {
  for (const [period, seconds] of [
    [undefined, 60],
    [1_000_000, 10],
    [5_000_000, 50],
    [30_000_000, 60],
  ] as const) {
    assert.is(freshFor({ period }, signals.coolantTemp), seconds * 1_000_000)
  }
})

test('a period follows a slower rhythm at once and a faster one slowly; a pause teaches nothing', () => {
  const learn = (period: number | undefined, seconds: number) =>
    learnPeriod(period, seconds * 1_000_000, signals.coolantTemp)
  assert.is(learn(undefined, 1), 1_000_000)
  assert.is(learn(1_000_000, 3), 2_000_000)
  assert.is(learn(1_600_000, 0), 1_600_000)
  assert.is(learn(1_600_000, 0.8), 1_550_000)
  assert.is(learn(1_600_000, 61), 1_600_000)
})

test.run()
