/** Which odometer readings count, and what distance they add up to. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  newOdometerState,
  Odometer,
  type OdometerVerdict,
} from '../../src/decoder/vehicle/odometer.ts'
import type { Reading, SignalValue } from '../../src/model/reading.ts'

const test = suite('odometer')

const START = 1_750_000_000
const HOUR = 3600

/** An odometer reading: seconds after the start, km, and the instrument. */
type Line = readonly [at: number, km: number, instrument?: string]

function readingOf([at, km, instrument = 'can0/23/1']: Line): Reading {
  const [source = '', sender, rank] = instrument.split('/')
  return {
    signal: 'odometer',
    value: km,
    quality: 'ok',
    time: (START + at) * 1_000_000,
    source,
    sender: Number(sender),
    rank: Number(rank),
  }
}

function takeAll(odometer: Odometer, lines: readonly Line[]): OdometerVerdict[] {
  return lines.map((line) => odometer.take(readingOf(line)))
}

/** `count` readings of one value, `every` seconds apart. */
function steady(at: number, km: number, count: number, every = 2, instrument?: string): Line[] {
  return Array.from({ length: count }, (_, i) =>
    instrument === undefined ? [at + i * every, km] : [at + i * every, km, instrument],
  )
}

interface Case {
  what: string
  lines: Line[]
  verdicts: OdometerVerdict[]
  travelled: number
  segment: number
}

const counted = (count: number) => new Array<OdometerVerdict>(count).fill('counted')
const rejected = (count: number) => new Array<OdometerVerdict>(count).fill('rejected')

const cases: Case[] = [
  {
    what: 'the first reading counts and adds nothing',
    lines: [[0, 100_000]],
    verdicts: ['counted'],
    travelled: 0,
    segment: 0,
  },
  {
    what: 'what lies between readings adds up',
    lines: [
      [0, 100_000],
      [60, 100_001],
      [120, 100_002.5],
      [180, 100_002.5],
    ],
    verdicts: counted(4),
    travelled: 2.5,
    segment: 0,
  },
  {
    what: 'a spike upwards is rejected and adds nothing',
    lines: [
      [0, 100_000],
      [1, 214_748],
      [2, 100_000.5],
      [3, 100_001],
    ],
    verdicts: ['counted', 'rejected', 'counted', 'counted'],
    travelled: 1,
    segment: 0,
  },
  {
    what: 'a backward step is rejected and takes nothing away',
    lines: [
      [0, 100_000],
      [60, 100_001],
      [61, 99_990],
      [62, 100_001],
      [63, 100_001.5],
    ],
    verdicts: ['counted', 'counted', 'rejected', 'counted', 'counted'],
    travelled: 1.5,
    segment: 0,
  },
  {
    what: 'the smallest backward step is one',
    lines: [
      [0, 100_000],
      [1, 99_999.875],
    ],
    verdicts: ['counted', 'rejected'],
    travelled: 0,
    segment: 0,
  },
  {
    what: '250 km/h and 2 km are believed',
    lines: [
      [0, 100_000],
      [HOUR, 100_252],
    ],
    verdicts: counted(2),
    travelled: 252,
    segment: 0,
  },
  {
    what: 'more than that is not',
    lines: [
      [0, 100_000],
      [HOUR, 100_252.1],
    ],
    verdicts: ['counted', 'rejected'],
    travelled: 0,
    segment: 0,
  },
  {
    what: 'what was driven while the gateway was off counts',
    lines: [
      [0, 100_000],
      [10 * HOUR, 100_480],
    ],
    verdicts: counted(2),
    travelled: 480,
    segment: 0,
  },
  {
    what: 'a long way driven while the gateway was off counts once others confirm it',
    lines: [[0, 100_000], ...steady(100 * HOUR, 104_000, 6), [100 * HOUR + 60, 104_001]],
    verdicts: [...counted(1), ...rejected(5), ...counted(2)],
    travelled: 4001,
    segment: 0,
  },
  {
    what: 'a spike after a month of silence is rejected, however far a vehicle can have driven',
    lines: [
      [0, 100_000],
      [720 * HOUR, 250_000],
      [720 * HOUR + 2, 100_000],
      [720 * HOUR + 4, 100_001],
    ],
    verdicts: ['counted', 'rejected', 'counted', 'counted'],
    travelled: 1,
    segment: 0,
  },
  {
    what: 'a new cluster starts a segment after ten seconds, and adds nothing',
    lines: [[0, 100_000], [60, 100_001], ...steady(70, 12, 6), [90, 13]],
    verdicts: [...counted(2), ...rejected(5), 'segment', 'counted'],
    travelled: 2,
    segment: 1,
  },
  {
    what: 'a cluster from another vehicle with more km starts a segment as well',
    lines: [[0, 100_000], ...steady(10, 345_678, 6), [30, 345_679]],
    verdicts: ['counted', ...rejected(5), 'segment', 'counted'],
    travelled: 1,
    segment: 1,
  },
  {
    what: 'five readings do not make a segment',
    lines: [[0, 100_000], ...steady(10, 12, 5, 60)],
    verdicts: ['counted', ...rejected(5)],
    travelled: 0,
    segment: 0,
  },
  {
    what: 'nor do many within ten seconds',
    lines: [[0, 100_000], ...steady(10, 12, 20, 0.5)],
    verdicts: ['counted', ...rejected(20)],
    travelled: 0,
    segment: 0,
  },
  {
    what: 'nor do readings of a new value between those of the old one',
    lines: Array.from({ length: 40 }, (_, i): Line => [i * 2, i % 2 === 0 ? 100_000 : 12]),
    verdicts: Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'counted' : 'rejected')),
    travelled: 0,
    segment: 0,
  },
  {
    what: 'nor do values that do not follow from each other',
    lines: [[0, 100_000], ...Array.from({ length: 20 }, (_, i): Line => [i + 1, 9000 - i * 10])],
    verdicts: ['counted', ...rejected(20)],
    travelled: 0,
    segment: 0,
  },
  {
    what: 'a spike as the first reading ends in a segment that adds nothing',
    lines: [[0, 400_000], ...steady(1, 100_000, 6), [20, 100_001]],
    verdicts: ['counted', ...rejected(5), 'segment', 'counted'],
    travelled: 1,
    segment: 1,
  },
  {
    what: 'a roll-over at a million starts a segment',
    lines: [[0, 999_999], ...steady(10, 0.5, 6), [30, 1.5]],
    verdicts: ['counted', ...rejected(5), 'segment', 'counted'],
    travelled: 1,
    segment: 1,
  },
  {
    what: 'two clusters in turn, each for minutes, add nothing but what was driven',
    lines: [
      ...steady(0, 100_000, 10),
      ...steady(100, 500, 10),
      [130, 501],
      ...steady(200, 100_000, 10),
      [230, 100_001],
    ],
    verdicts: [
      ...counted(10),
      ...rejected(5),
      'segment',
      ...counted(5),
      ...rejected(5),
      'segment',
      ...counted(5),
    ],
    travelled: 2,
    segment: 2,
  },
  {
    what: 'zero is never a reading',
    lines: [[0, 0], [1, 100_000], ...steady(2, 0, 30)],
    verdicts: ['rejected', 'counted', ...rejected(30)],
    travelled: 0,
    segment: 0,
  },
  {
    what: 'a zero between readings does not disturb them',
    lines: [
      [0, 100_000],
      [1, 0],
      [60, 100_001],
    ],
    verdicts: ['counted', 'rejected', 'counted'],
    travelled: 1,
    segment: 0,
  },
  {
    what: 'the values that instruments invent are never readings',
    lines: [...steady(0, 65_538, 10), ...steady(30, 65_539, 10), ...steady(60, 983_040, 10)],
    verdicts: rejected(30),
    travelled: 0,
    segment: 0,
  },
  {
    what: 'a reading that comes late adds nothing',
    lines: [
      [0, 100_000],
      [60, 100_001],
      [30, 100_000.5],
      [90, 100_002],
    ],
    verdicts: ['counted', 'counted', 'late', 'counted'],
    travelled: 2,
    segment: 0,
  },
  {
    what: 'another instrument that differs a little adds nothing by itself',
    lines: [
      [0, 100_000],
      [60, 100_001],
      [61, 100_003, 'can0/0/2'],
      [62, 100_001],
      [63, 99_990, 'can1/23/1'],
      [64, 100_001, 'can0/24/1'],
    ],
    verdicts: counted(6),
    travelled: 1,
    segment: 0,
  },
  {
    what: 'going over to another instrument and back counts every kilometre once',
    lines: [
      [0, 100_000, 'can0/238/0'],
      [1, 100_003, 'can0/23/1'],
      [60, 100_001, 'can0/238/0'],
      [HOUR, 100_053, 'can0/23/1'],
      [2 * HOUR, 100_103, 'can0/23/1'],
      [2 * HOUR + 60, 100_101, 'can0/238/0'],
    ],
    verdicts: counted(6),
    travelled: 101,
    segment: 0,
  },
  {
    what: 'a drive that was followed live adds nothing when its recording is replayed',
    lines: [
      [0, 100_000, 'slcan/can0/23/1'],
      [HOUR, 100_100, 'slcan/can0/23/1'],
      [0, 100_000, 'can0/23/1'],
      [HOUR / 2, 100_050, 'can0/23/1'],
      [HOUR, 100_100, 'can0/23/1'],
      [HOUR + 60, 100_101, 'slcan/can0/23/1'],
    ],
    verdicts: ['counted', 'counted', 'late', 'late', 'counted', 'counted'],
    travelled: 101,
    segment: 0,
  },
  {
    what: 'a recording of long ago does not add what was driven since, when its bus is heard again',
    lines: [
      [5000 * HOUR, 100_000, 'slcan/can0/23/1'],
      [5001 * HOUR, 100_100, 'slcan/can0/23/1'],
      [0, 50_000, 'can0/23/1'],
      [60, 50_001, 'can0/23/1'],
      [5002 * HOUR, 100_200, 'can0/23/1'],
      [5002 * HOUR + 60, 100_201, 'can0/23/1'],
    ],
    verdicts: ['counted', 'counted', 'late', 'late', 'counted', 'counted'],
    travelled: 101,
    segment: 0,
  },
  {
    what: 'a spike in a recording of long ago is rejected all the same',
    lines: [
      [5000 * HOUR, 100_000, 'slcan/can0/23/1'],
      [0, 50_000, 'can0/23/1'],
      [1, 900_000, 'can0/23/1'],
      [60, 50_001, 'can0/23/1'],
    ],
    verdicts: ['counted', 'late', 'rejected', 'late'],
    travelled: 0,
    segment: 0,
  },
]

for (const { what, lines, verdicts, travelled, segment } of cases) {
  test(what, () => {
    const odometer = new Odometer()
    assert.equal(takeAll(odometer, lines), verdicts)
    assert.is(Math.round(odometer.state.travelled * 1000) / 1000, travelled)
    assert.is(odometer.state.segment, segment)
  })
}

test('the distance travelled never shrinks, whatever comes', () => {
  const odometer = new Odometer()
  let before = 0
  let at = 0
  for (let i = 0; i < 20_000; i += 1) {
    at += (i * 7919) % 30
    const km = (i * 104_729) % 1_000_003
    const value = i % 3 === 0 ? km : 100_000 + i * 0.01
    odometer.take(readingOf([at - (i % 5 === 0 ? 10 : 0), value, `can0/${i % 4}/${i % 2}`]))
    const { travelled } = odometer.state
    assert.ok(travelled >= before, `reading ${i}`)
    before = travelled
  }
})

test('what is no number is no reading', () => {
  const odometer = new Odometer()
  for (const value of [undefined, '100000', true] as (SignalValue | undefined)[]) {
    assert.is(odometer.take({ ...readingOf([0, 1]), value: value as number }), 'rejected')
  }
  assert.equal(odometer.state, newOdometerState())
})

test('after a restart it goes on with its state, also in the middle of a doubt', () => {
  const lines: Line[] = [[0, 100_000], [60, 100_001], ...steady(70, 12, 6), [90, 13], [91, 99_000]]
  const whole = new Odometer()
  const verdicts = takeAll(whole, lines)
  for (let cut = 0; cut <= lines.length; cut += 1) {
    const first = new Odometer()
    const before = takeAll(first, lines.slice(0, cut))
    const second = new Odometer(JSON.parse(JSON.stringify(first.state)))
    assert.equal([...before, ...takeAll(second, lines.slice(cut))], verdicts, `cut at ${cut}`)
    assert.equal(second.state, whole.state)
  }
})

test('the state that it was given is left alone', () => {
  const state = newOdometerState()
  takeAll(new Odometer(state), [
    [0, 100_000],
    [60, 100_001],
  ])
  assert.equal(state, newOdometerState())
})

test('it remembers sixteen instruments, and forgets the one that is silent longest', () => {
  const odometer = new Odometer()
  for (let i = 0; i < 40; i += 1) odometer.take(readingOf([i, 1000 + i, `can0/${i}/0`]))
  const keys = Object.keys(odometer.state.series)
  assert.equal(keys.sort(), Array.from({ length: 16 }, (_, i) => `can0/${i + 24}/0`).sort())
  assert.is(odometer.state.travelled, 0)
})

test.run()
