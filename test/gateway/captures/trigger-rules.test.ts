import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BrakingWatch, TriggerPace } from '../../../src/gateway/captures/trigger-rules.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE

/** Whether the last of these readings, each [ms, km/h], is harsh braking at 4 m/s². */
const brakingCases: [name: string, readings: [number, number][], isHarsh: boolean][] = [
  [
    'hard',
    [
      [0, 60],
      [1000, 44],
    ],
    true,
  ],
  [
    'gently',
    [
      [0, 60],
      [1000, 50],
    ],
    false,
  ],
  [
    'just at the limit',
    [
      [0, 60],
      [1000, 45.5],
    ],
    true,
  ],
  [
    'over two seconds',
    [
      [0, 80],
      [2000, 50],
    ],
    true,
  ],
  [
    'too far apart to tell',
    [
      [0, 80],
      [4000, 0],
    ],
    false,
  ],
  [
    'at walking pace, as a wheel that locks',
    [
      [0, 12],
      [500, 0],
    ],
    false,
  ],
  [
    'accelerating',
    [
      [0, 20],
      [1000, 60],
    ],
    false,
  ],
  [
    'readings in quick succession count together',
    [
      [0, 60],
      [100, 58],
      [1000, 44],
    ],
    true,
  ],
  [
    'the clock goes back',
    [
      [5000, 60],
      [1000, 10],
    ],
    false,
  ],
]

for (const [name, readings, isHarsh] of brakingCases) {
  test(`braking: ${name}`, () => {
    const watch = new BrakingWatch(4)
    const said = readings.map(([time, value]) => watch.take({ time, value })).at(-1)
    assert.is(said !== undefined, isHarsh, said)
  })
}

test('what goes on is kept after ten minutes, then after twice as long, up to a day', () => {
  const pace = new TriggerPace()
  const kept: number[] = []
  for (let time = 0; time < 4 * DAY; time += MINUTE) {
    if (pace.take('truck anomaly implausible', time)) kept.push(time / MINUTE)
  }
  assert.equal(kept.slice(0, 5), [0, 10, 30, 70, 150])
  const gaps = kept.slice(1).map((time, i) => time - (kept[i] as number))
  assert.is(Math.max(...gaps), 1440)
  assert.ok(kept.length < 16, String(kept.length))
})

test('each kind has a pace of its own, and after days of rest it begins anew', () => {
  const pace = new TriggerPace()
  assert.ok(pace.take('a', 0))
  assert.ok(pace.take('b', 1))
  assert.not(pace.take('a', 2))
  assert.ok(pace.take('a', 3 * DAY))
  assert.ok(pace.take('a', 3 * DAY + 10 * MINUTE))
})

test.run()
