import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ActivityMonitor } from '../../src/device/activity/activity-monitor.ts'
import { Random } from '../../src/device/simulator/random.ts'
import type { SignalName } from '../../src/model/signals.ts'
import { type Disturbance, faults, type Run, run, stateAt } from '../support/activity-harness.ts'
import { randomDay, type Scenario, scenarios } from '../support/activity-scenarios.ts'

const test = suite('activity under noise')

const DAYS = 12
/** A cue may go by unseen between two samples, and the answer to a probe be lost twice. */
const WAKE_LATE_S = 200

function disturbed(seed: number): Disturbance {
  return { seed, noise: 0.3, drop: 0.2, maxInterval: 5 }
}

function missedParks({ expect }: Scenario, result: Run): string[] {
  return expect
    .filter(({ at, is }) => is[0] === 'parked' && stateAt(result, at) !== 'parked')
    .map(({ at }) => `not parked at ${at} s`)
}

for (const isMute of [false, true]) {
  const kind = isMute ? 'a vehicle that says nothing unasked' : 'a vehicle that talks'
  test(`noise, lost answers and rare samples: ${kind} is never asked while parked, nor parked while in use`, () => {
    let asks = 0
    for (let seed = 1; seed <= DAYS; seed++) {
      const day = randomDay(seed, isMute)
      const result = run(day, disturbed(seed))
      asks += result.asks.length
      const wrong = [...faults(day, result, WAKE_LATE_S), ...missedParks(day, result)]
      assert.equal(wrong, [], `seed ${seed}`)
    }
    assert.ok(asks > DAYS * 1000, `${asks} requests`)
  })
}

test('every scenario holds under noise, lost answers and rare samples', () => {
  for (const [seed, scenario] of scenarios.entries()) {
    // One lost answer at the start is all it takes for a vehicle that says nothing unasked.
    const startProbes = scenario.spans[0]?.truth === 'parked' ? 1 : 3
    const result = run(scenario, disturbed(seed + 1), { startProbes })
    const wrong = [...faults(scenario, result, WAKE_LATE_S), ...missedParks(scenario, result)]
    assert.equal(wrong, [], scenario.name)
  }
})

test('without noise nothing is asked later than five seconds after the end of a day of trips', () => {
  for (let seed = 100; seed < 106; seed++) {
    const day = randomDay(seed, seed % 2 === 0)
    const result = run(day)
    assert.equal([...faults(day, result, 60), ...missedParks(day, result)], [], `seed ${seed}`)
  }
})

const someSignals: readonly SignalName[] = [
  'engineSpeed',
  'speed',
  'batteryVoltage',
  'soc',
  'tractionCurrent',
  'latitude',
  'longitude',
]

function anyInput(monitor: ActivityMonitor, random: Random, time: number): void {
  const inputs: readonly (() => void)[] = [
    () => monitor.frames(random.below(500), time, `can${random.below(2)}`),
    () => monitor.frames(0, time, `can${random.below(2)}`),
    () => monitor.tick(time),
    () =>
      monitor.asked((['answered', 'silent', 'failed'] as const)[random.below(3)] ?? 'silent', time),
    () => monitor.ignition([true, false, undefined][random.below(3)], time),
    () => monitor.motion(random.next() * 100, time),
    () => monitor.lost(`can${random.below(2)}`, time),
    () => monitor.found(`can${random.below(2)}`, time),
    () => monitor.reading('charging', random.below(2) === 0, time),
    () => {
      const signal = someSignals[random.below(someSignals.length)] ?? 'speed'
      monitor.reading(signal, random.next() * (random.below(2) === 0 ? 20 : 3000), time)
    },
  ]
  inputs[random.below(inputs.length)]?.()
}

test('whatever comes in, with whatever times: only a vehicle in use may be asked more than a probe', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new Random(seed)
    const monitor = new ActivityMonitor({ probeMinutes: seed % 2 })
    let time = 1e15
    for (let i = 0; i < 2000; i++) {
      const isJump = random.below(100) === 0
      time += Math.round((isJump ? random.next() - 0.5 : random.next() * 1e-9) * 1e15)
      anyInput(monitor, random, time)
      const permission = monitor.mayAsk(time)
      const { activity } = monitor.state
      const isInUse = activity !== 'parked' && activity !== 'unknown'
      if (permission.ok) assert.is(isInUse, permission.probe !== true, `seed ${seed}, input ${i}`)
      assert.is(monitor.lowVoltage(time).isLow && permission.ok, false)
    }
  }
})

test('the judge sees a false park, and a request too many', () => {
  const stopStart = scenarios.find(({ name }) => name === 'stop-start at lights')
  const home = scenarios.find(({ name }) => name === 'a commute and home')
  if (stopStart === undefined || home === undefined) throw new Error('the scenarios were renamed')
  const hasty = faults(stopStart, run(stopStart, undefined, { standingMinutes: 1 }))
  assert.ok(hasty.some((fault) => fault.startsWith('parked at')))
  const nosy = faults(home, run(home, undefined, { probeMinutes: 1 }))
  assert.ok(nosy.some((fault) => fault.includes('probes')))
})

test.run()
