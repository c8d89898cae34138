/** Which odometer readings count, and what distance they add up to. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  newOdometerState,
  Odometer,
  type OdometerVerdict,
  seriesOf,
} from '../../src/decoder/vehicle/odometer.ts'
import { type OdometerRejection, odometerRejections } from '../../src/model/odometer.ts'
import type { Reading, SignalValue } from '../../src/model/reading.ts'
import { DistanceFold, type FoldPoint } from '../../src/uplink/store/distance/distance-fold.ts'

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

function isRejected(verdict: OdometerVerdict): verdict is OdometerRejection {
  return (odometerRejections as readonly string[]).includes(verdict)
}

/** What the readings add up to, and the segments that were begun. */
function countedOf(lines: readonly Line[], verdicts: readonly OdometerVerdict[]): [number, number] {
  const points = lines.flatMap((line, index): FoldPoint[] => {
    const { time, rank, value } = readingOf(line)
    const verdict = verdicts[index] ?? 'bogus'
    if (isRejected(verdict)) return []
    const series = seriesOf(readingOf(line))
    const point = { series, rank, km: Number(value), time: time / 1000 }
    if (verdict === 'segment') return [{ ...point, segment: true }]
    return [verdict === 'counted' ? point : { ...point, unchecked: true }]
  })
  const fold = new DistanceFold()
  const steps = points.sort((a, b) => a.time - b.time).map((point) => fold.take(point))
  const km = steps.reduce((sum, step) => sum + step.km, 0)
  return [Math.round(km * 1000) / 1000, steps.filter(({ kind }) => kind === 'segment').length]
}

/** `count` readings of one value, `every` seconds apart. */
function steady(at: number, km: number, count: number, every = 2, instrument?: string): Line[] {
  return Array.from({ length: count }, (_, i) =>
    instrument === undefined ? [at + i * every, km] : [at + i * every, km, instrument],
  )
}

type Said = 'counted' | 'segment' | 'late' | 'rejected'

interface Case {
  what: string
  lines: Line[]
  verdicts: Said[]
  travelled: number
  segment: number
}

const counted = (count: number) => new Array<'counted'>(count).fill('counted')
const rejected = (count: number) => new Array<'rejected'>(count).fill('rejected')

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
      [0, 100_000, 'slcan/23/1'],
      [HOUR, 100_100, 'slcan/23/1'],
      [0, 100_000, 'can0/23/1'],
      [HOUR / 2, 100_050, 'can0/23/1'],
      [HOUR, 100_100, 'can0/23/1'],
      [HOUR + 60, 100_101, 'slcan/23/1'],
    ],
    verdicts: counted(6),
    travelled: 101,
    segment: 0,
  },
  {
    what: 'a recording of long ago adds what was driven in it, and nothing that was driven since',
    lines: [
      [5000 * HOUR, 100_000, 'slcan/23/1'],
      [5001 * HOUR, 100_100, 'slcan/23/1'],
      [0, 50_000, 'can0/23/1'],
      [60, 50_001, 'can0/23/1'],
      [5002 * HOUR, 100_200, 'slcan/23/1'],
      [5002 * HOUR + 60, 100_201, 'slcan/23/1'],
    ],
    verdicts: counted(6),
    travelled: 202,
    segment: 0,
  },
  {
    what: 'a spike in a recording of long ago is rejected all the same',
    lines: [
      [5000 * HOUR, 100_000, 'slcan/23/1'],
      [0, 50_000, 'can0/23/1'],
      [1, 900_000, 'can0/23/1'],
      [60, 50_001, 'can0/23/1'],
    ],
    verdicts: ['counted', 'counted', 'rejected', 'counted'],
    travelled: 1,
    segment: 0,
  },
  {
    what: 'miles and metres for kilometres are no readings, nor is a way back from them a segment',
    lines: [
      [0, 100_000],
      ...steady(10, 62_137.1, 30),
      ...steady(100, 100_000_100, 30),
      ...steady(200, 160_934.5, 30),
      [300, 100_001],
    ],
    verdicts: ['counted', ...rejected(90), 'counted'],
    travelled: 1,
    segment: 0,
  },
  {
    what: 'a less trusted instrument does not add what a more trusted one measures, until that is silent',
    lines: [
      [0, 100_000, 'can0/23/0'],
      [1, 50_000, 'obd/8/2'],
      [HOUR / 12, 100_005, 'can0/23/0'],
      [HOUR / 12 + 1, 50_006, 'obd/8/2'],
      [HOUR / 6, 50_011, 'obd/8/2'],
      [HOUR / 2, 50_030, 'obd/8/2'],
      [HOUR, 100_050, 'can0/23/0'],
    ],
    verdicts: counted(7),
    travelled: 50,
    segment: 0,
  },
]

for (const { what, lines, verdicts, travelled, segment } of cases) {
  test(what, () => {
    const odometer = new Odometer()
    const said = takeAll(odometer, lines)
    assert.equal(
      said.map((verdict) => {
        if (verdict === 'first') return 'counted'
        return isRejected(verdict) ? 'rejected' : verdict
      }),
      verdicts,
    )
    assert.equal(countedOf(lines, said), [travelled, segment])
  })
}

test('what is no number is no reading', () => {
  const odometer = new Odometer()
  for (const value of [undefined, '100000', true] as (SignalValue | undefined)[]) {
    assert.is(odometer.take({ ...readingOf([0, 1]), value: value as number }), 'bogus')
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
})

test.run()
