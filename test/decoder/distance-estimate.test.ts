/** Distance for a vehicle that tells none: from its speed, and from positions. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DistanceEstimate } from '../../src/decoder/vehicle/distance-estimate.ts'
import { chance } from '../support/journal-records.ts'

const test = suite('distance estimate')

const SECOND = 1_000_000
const KM_PER_DEGREE = 111.195

function near(value: number | undefined, expected: number, tolerance: number): void {
  assert.ok(Math.abs((value ?? Number.NaN) - expected) <= tolerance, `${value}, not ${expected}`)
}

test('speed over time is distance, also while it changes', () => {
  const estimate = new DistanceEstimate()
  for (let s = 0; s <= 3600; s += 1) estimate.speed(s / 36, s * SECOND)
  near(estimate.state.speed?.km, 50, 1e-6)
})

test('what was driven while no speed was read is not known', () => {
  const estimate = new DistanceEstimate()
  estimate.speed(100, 0)
  estimate.speed(100, 11 * SECOND)
  assert.is(estimate.state.speed?.km, 0)
  estimate.speed(100, 20 * SECOND)
  near(estimate.state.speed?.km, 0.25, 1e-9)
})

test('a speed that comes late changes nothing', () => {
  const estimate = new DistanceEstimate()
  estimate.speed(50, 10 * SECOND)
  assert.not(estimate.speed(250, 5 * SECOND))
  assert.equal(estimate.state.speed, { km: 0, time: 10 * SECOND, kmh: 50 })
})

test('a drive along a meridian is as long as it is, to one in a hundred', () => {
  const estimate = new DistanceEstimate()
  const random = chance(5)
  const noise = () => (random() - 0.5) * 0.00004
  for (let s = 0; s <= 1800; s += 1) {
    estimate.position(45 + (s * 20) / 111_195 + noise(), 9 + noise(), s * SECOND, 0.9)
  }
  near(estimate.state.gnss?.km, 36, 0.36)
})

test('a receiver that stands for a night and drifts goes nowhere', () => {
  for (const seed of [1, 2, 3]) {
    const estimate = new DistanceEstimate()
    const random = chance(seed)
    let [north, east] = [0, 0]
    for (let s = 0; s < 10 * 3600; s += 1) {
      // Fixes wander slowly and stay within some 40 m.
      north = Math.max(-40, Math.min(40, north + (random() - 0.5) * 1.2))
      east = Math.max(-40, Math.min(40, east + (random() - 0.5) * 1.2))
      estimate.position(45 + north / 111_195, 9 + east / 78_600, s * SECOND, 1)
    }
    near(estimate.state.gnss?.km, 0, 0.3)
  }
})

test('while the vehicle is known to stand, no fix moves it', () => {
  const estimate = new DistanceEstimate()
  for (let s = 0; s < 600; s += 1) {
    estimate.speed(0, s * SECOND)
    estimate.position(45 + (s % 2) * 0.002, 9, s * SECOND)
  }
  assert.is(estimate.state.gnss?.km, 0)
})

test('a tunnel counts with the straight line through it', () => {
  const estimate = new DistanceEstimate()
  estimate.position(45, 9, 0)
  estimate.position(45 + 10 / KM_PER_DEGREE, 9, 400 * SECOND)
  near(estimate.state.gnss?.km, 10, 0.01)
})

test('a fix that no vehicle can reach adds nothing, and five of them are a new place', () => {
  const estimate = new DistanceEstimate()
  estimate.position(45, 9, 0)
  estimate.position(46, 9, SECOND)
  estimate.position(45.0001, 9, 2 * SECOND)
  assert.is(estimate.state.gnss?.km, 0)
  for (let s = 3; s < 20; s += 1) estimate.position(50, 9, s * SECOND)
  near(estimate.state.gnss?.km, 0, 0)
  for (let s = 20; s < 80; s += 1) estimate.position(50 + (s - 19) / 4000, 9, s * SECOND)
  near(estimate.state.gnss?.km, 60 * (KM_PER_DEGREE / 4000), 0.06)
})

test('fixes of poor precision are left out', () => {
  const estimate = new DistanceEstimate()
  estimate.position(45, 9, 0, 1)
  estimate.position(45.01, 9, 60 * SECOND, 25)
  assert.is(estimate.state.gnss?.km, 0)
})

test('it goes on from its state', () => {
  const whole = new DistanceEstimate()
  let parts = new DistanceEstimate()
  for (let s = 0; s < 100; s += 1) {
    for (const estimate of [whole, parts]) {
      estimate.speed(50, s * SECOND)
      estimate.position(45 + s / 5000, 9, s * SECOND)
    }
    if (s % 10 === 0) parts = new DistanceEstimate(JSON.parse(JSON.stringify(parts.state)))
  }
  assert.equal(parts.state, whole.state)
})

test.run()
