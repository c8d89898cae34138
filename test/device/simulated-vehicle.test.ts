import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import { Drive } from '../../src/device/simulator/drive.ts'
import { createSimulatedVehicle } from '../../src/device/simulator/source.ts'
import { checkDigit, SimulatedVehicle } from '../../src/device/simulator/vehicle.ts'
import type { CanFrame } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import type { Reading } from '../../src/model/reading.ts'
import { HandClock } from '../support/hand-clock.ts'

const test = suite('simulated vehicle')

const START = Date.UTC(2026, 4, 4, 12) * 1000
const SECOND = 1_000_000

function shown({ id, length, data, time }: CanFrame): string {
  return `${time} ${id.toString(16)} ${Buffer.from(data.subarray(0, length)).toString('hex')}`
}

/** All frames of a stretch of time, asked for in steps. */
function frames(vehicle: SimulatedVehicle, from: number, seconds: number, step = SECOND / 20) {
  const all: string[] = []
  vehicle.framesUntil(from, () => undefined)
  for (let time = from + step; time <= from + seconds * SECOND; time += step) {
    vehicle.framesUntil(time, (frame) => all.push(shown(frame)))
  }
  return all
}

test('the same time gives the same frames, however often it is asked', () => {
  const whole = frames(new SimulatedVehicle(), START, 20)
  assert.equal(frames(new SimulatedVehicle(), START, 20, SECOND / 100), whole)
  assert.not.equal(frames(new SimulatedVehicle({ seed: 2 }), START, 20), whole)
})

test('frames are 29-bit, full and in order of time', () => {
  const vehicle = new SimulatedVehicle()
  let last = 0
  let count = 0
  for (let time = START; time < START + 60 * SECOND; time += 50_000) {
    vehicle.framesUntil(time, (frame) => {
      assert.ok(frame.extended && frame.id > 0x7ff && frame.id <= 0x1fffffff)
      assert.is(frame.length, 8)
      assert.not(frame.error || frame.remote || frame.fd)
      assert.ok(frame.time >= last && frame.time <= time)
      last = frame.time
      count += 1
    })
  }
  assert.ok(count > 60 * 35 && count < 60 * 45, String(count))
})

test('a clock that jumps ahead or back brings no flood of frames', () => {
  const vehicle = new SimulatedVehicle()
  let count = 0
  const counter = () => {
    count += 1
  }
  vehicle.framesUntil(START, counter)
  vehicle.framesUntil(START + 86_400 * SECOND, counter)
  vehicle.framesUntil(START, counter)
  vehicle.framesUntil(START + SECOND, counter)
  assert.ok(count < 150, String(count))
})

test('the decoder makes of its frames every signal, within range and without an issue', () => {
  const readings = new Map<string, Reading>()
  const issues: Issue[] = []
  const decoder = new BusDecoder({
    bus: 'sim0',
    protocols: ['j1939'],
    reading: (reading) => {
      const known = readings.get(reading.signal)
      if (known === undefined || reading.rank <= known.rank) {
        readings.set(reading.signal, { ...reading })
      }
    },
    issue: (issue) => issues.push(issue),
  })
  const vehicle = new SimulatedVehicle()
  const end = START + 25 * SECOND
  for (let time = START; time <= end; time += 50_000) {
    vehicle.framesUntil(time, (frame) => decoder.frame(frame))
  }
  assert.equal(issues, [])
  const value = (signal: string) => Number(readings.get(signal)?.value)
  const motion = vehicle.motion(end)
  assert.ok(Math.abs(value('odometer') - motion.odometer) < 0.02)
  assert.ok(Math.abs(value('tripDistance') - motion.trip) < 0.02)
  assert.ok(Math.abs(value('speed') - motion.speed) < 0.5)
  assert.ok(Math.abs(value('latitude') - motion.latitude) < 0.001)
  assert.ok(Math.abs(value('longitude') - motion.longitude) < 0.001)
  assert.ok(Math.abs(value('engineHours') - motion.engineSeconds / 3600) < 0.06)
  const within: [string, number, number][] = [
    ['engineSpeed', 600, 1900],
    ['engineLoad', 0, 1],
    ['fuelPercentRemaining', 0.1, 0.93],
    ['batteryVoltage', 13.6, 14],
    ['coolantTemp', 88, 92],
    ['ambientTemp', 5, 22],
    ['barometricPressure', 100.5, 100.5],
  ]
  for (const [signal, low, high] of within) {
    const found = readings.get(signal)
    assert.is(found?.quality, 'ok', signal)
    assert.ok(value(signal) >= low && value(signal) <= high, `${signal} ${found?.value}`)
  }
  assert.is(readings.get('vin')?.value, vehicle.vin)
})

test('the VIN has a valid check digit', () => {
  // The worked example of 49 CFR 565 and a well-known one.
  assert.is(checkDigit('1M8GDM9AXKP042788'), 'X')
  assert.is(checkDigit('11111111111111111'), '1')
  for (let seed = 1; seed < 50; seed++) {
    const { vin } = new SimulatedVehicle({ seed })
    assert.match(vin, /^[A-HJ-NPR-Z0-9]{17}$/)
    assert.is(vin.charAt(8), checkDigit(vin))
  }
})

test('the odometer never goes back and is the integral of the speed', () => {
  const drive = new Drive()
  let odometer = drive.at(START).odometer
  let integral = odometer
  let moving = 0
  const steps = 2 * 3600 * 10
  for (let step = 1; step <= steps; step++) {
    const before = drive.at(START + (step - 1) * 100_000)
    const motion = drive.at(START + step * 100_000)
    assert.ok(motion.odometer >= odometer, `${step}`)
    integral += ((before.speed + motion.speed) / 2) * (0.1 / 3600)
    odometer = motion.odometer
    assert.ok(motion.speed >= 0 && motion.speed < 60)
    if (motion.speed > 0) moving += 1
  }
  assert.ok(Math.abs(integral - odometer) < 0.01, `${integral} ${odometer}`)
  assert.ok(moving / steps > 0.85)
  const average = (drive.cycleKm / drive.cycleSeconds) * 3600
  assert.ok(average > 33 && average < 38, String(average))
  assert.is(drive.cycleSeconds, 1800)
})

test('over years the odometer grows, and its raw value keeps below the indicators', () => {
  const drive = new Drive()
  let last = -1
  for (let day = 0; day < 10 * 365; day += 1) {
    const { odometer } = drive.at(Date.UTC(2026, 8, 1 + day) * 1000)
    assert.ok(odometer > last && odometer * 200 < 0xfb000000)
    last = odometer
  }
  assert.ok(drive.at(0).odometer > 0, 'a clock that was never set')
})

test('the position follows the distance on a closed loop', () => {
  const drive = new Drive()
  for (let step = 0; step < 3600; step++) {
    const a = drive.at(START + step * SECOND)
    const b = drive.at(START + (step + 1) * SECOND)
    const north = (b.latitude - a.latitude) * 111.195
    const east = (b.longitude - a.longitude) * 111.195 * Math.cos((a.latitude * Math.PI) / 180)
    const driven = b.odometer - a.odometer
    assert.ok(Math.hypot(north, east) <= driven * 1.01 + 1e-6, `${step}`)
  }
})

test('fuel falls with the distance and rises only when refuelled at a standstill', () => {
  const drive = new Drive()
  let before = drive.at(START)
  let refuelled = 0
  for (let second = 1; second < 3 * 86_400; second += 1) {
    const motion = drive.at(START + second * SECOND)
    if (motion.tankUsed < before.tankUsed) {
      refuelled += 1
      assert.ok(before.speed === 0)
    }
    before = motion
  }
  assert.ok(refuelled >= 3)
})

test('as a source it runs on its bus until it is stopped', async () => {
  const clock = new HandClock(START / 1000)
  const told: SourceHealth[] = []
  let count = 0
  const source = createSimulatedVehicle({ id: 'demo' }, { clock, after: clock.after })
  assert.equal(source.buses, ['sim0'])
  source.start({
    frame: () => {
      count += 1
    },
    issue: () => assert.unreachable(),
    health: (health) => told.push(health),
    end: () => assert.unreachable(),
  })
  await clock.advance(2000)
  assert.ok(count > 70)
  await source.stop()
  await source.stop()
  const stopped = count
  await clock.advance(2000)
  assert.is(count, stopped)
  assert.is(clock.waiting, 0)
  assert.equal(
    told.map(({ state }) => state),
    ['running', 'stopped'],
  )
})

test.run()
