/** When a record is due, and what stands in it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Recorder, type RecordStamp } from '../../src/decoder/vehicle/recorder.ts'
import { isKsuid } from '../../src/model/ksuid.ts'
import type { Quality, SignalValue } from '../../src/model/reading.ts'
import type { NewRecord, SignalState, VehicleStatus } from '../../src/model/record.ts'
import { type SignalDefinition, type SignalName, signals } from '../../src/model/signals.ts'

const test = suite('recorder')

const START = 1_750_000_000
const settings = { onChange: 10_000, interval: 60_000 }
const stamp: RecordStamp = {
  boot: 'boot',
  monotonic: 5,
  receivedAt: START * 1000,
  clockTrust: 'network',
}

/** Microseconds, `at` seconds after the start. */
function micros(at: number): number {
  return Math.round((START + at) * 1_000_000)
}

function state(at: number, value: SignalValue, quality: Quality = 'ok', source = 'can0') {
  return { value, quality, time: micros(at), source, sender: 0, rank: 0 } satisfies SignalState
}

function recordOf(status: VehicleStatus, asOf: number, recorder = new Recorder('van', settings)) {
  recorder.heard(micros(asOf), true)
  return recorder.make(micros(asOf), micros(asOf), status, stamp)
}

/** Readings (seconds, whether one changed a value), and when a record is due after them. */
const schedules: { what: string; heard: [at: number, changed: boolean][]; due?: number }[] = [
  { what: 'where nothing was heard none is due', heard: [] },
  { what: 'the first waits as long as any other', heard: [[0, true]], due: 10 },
  {
    what: 'a change is recorded after the shorter time',
    heard: [
      [0, false],
      [9, true],
    ],
    due: 10,
  },
  {
    what: 'many changes are one record',
    heard: [
      [0, true],
      [3, true],
      [6, true],
    ],
    due: 10,
  },
  {
    what: 'without a change it takes the longer time',
    heard: [
      [0, false],
      [1, false],
    ],
    due: 60,
  },
]

for (const { what, heard, due } of schedules) {
  test(what, () => {
    const recorder = new Recorder('van', settings)
    for (const [at, changed] of heard) recorder.heard(micros(at), changed)
    const first = [...Array(200).keys()].find((at) => recorder.isDue(micros(at)))
    assert.is(first, due)
    if (due !== undefined) assert.is(recorder.isDue(micros(due) - 1), false)
  })
}

test('silence after a record makes none, and the next counts from when the last was made', () => {
  const recorder = new Recorder('van', settings)
  recordOf({ speed: state(0, 50) }, 0, recorder)
  assert.is(recorder.isDue(micros(100_000)), false)
  recorder.heard(micros(1), false)
  assert.is(recorder.isDue(micros(59.999)), false)
  assert.is(recorder.isDue(micros(60)), true)
  recorder.heard(micros(2), true)
  assert.is(recorder.isDue(micros(9.999)), false)
  assert.is(recorder.isDue(micros(10)), true)
})

test('it is open while it has heard something that no record holds', () => {
  const recorder = new Recorder('van', settings)
  assert.is(recorder.isOpen, false)
  recorder.heard(micros(0), false)
  assert.is(recorder.isOpen, true)
  recordOf({ speed: state(0, 50) }, 0, recorder)
  assert.is(recorder.isOpen, false)
  recorder.heard(micros(1), false)
  assert.is(recorder.isOpen, false)
  recorder.heard(micros(2), true)
  assert.is(recorder.isOpen, true)
})

test('a record is the status at its moment, with where and when its newest reading was measured', () => {
  const status: VehicleStatus = {
    odometer: state(1, 125_000, 'ok', 'can1'),
    speed: state(9.8765, 50, 'ok', 'can0'),
    engineSpeed: state(3, 1200, 'estimated', 'can1'),
    vin: state(2, '1XKYDP9X7FJ469058'),
  }
  const made = recordOf(status, 10)
  const { id, ...rest } = made as NewRecord
  assert.ok(isKsuid(id))
  assert.equal(rest, {
    vehicle: 'van',
    source: 'can0',
    boot: 'boot',
    number: 0,
    monotonic: 5,
    time: START * 1000 + 9876,
    receivedAt: START * 1000,
    clockTrust: 'network',
    data: { odometer: 125_000, speed: 50, engineSpeed: 1200, vin: '1XKYDP9X7FJ469058' },
    quality: { engineSpeed: 'estimated' },
  })
})

test('a record without doubtful values has no list of qualities', () => {
  assert.is('quality' in (recordOf({ speed: state(0, 50) }, 0) ?? {}), false)
})

for (const [name, { freshSeconds }] of Object.entries(signals) as [
  SignalName,
  SignalDefinition,
][]) {
  test(`${name} stands in records for ${freshSeconds} s, and no longer`, () => {
    const status: VehicleStatus = { [name]: state(0, 1) }
    assert.equal(recordOf(status, freshSeconds)?.data, { [name]: 1 })
    assert.is(recordOf(status, freshSeconds + 0.001), undefined)
    const beside = { ...status, vin: state(freshSeconds + 1, 'X') }
    if (name !== 'vin') assert.equal(recordOf(beside, freshSeconds + 1)?.data, { vin: 'X' })
  })
}

test('a source whose clock is up to a minute ahead is present, one further ahead is not', () => {
  assert.equal(recordOf({ speed: state(60, 50) }, 0)?.data, { speed: 50 })
  assert.is(recordOf({ speed: state(60.001, 50) }, 0), undefined)
})

test('where nothing is fresh there is no record, and no number is used up', () => {
  const recorder = new Recorder('van', settings)
  assert.is(recordOf({}, 0, recorder), undefined)
  assert.is(recordOf({ speed: state(0, 50) }, 100, recorder), undefined)
  assert.is(recordOf({ speed: state(200, 50) }, 200, recorder)?.number, 0)
  assert.is(recordOf({ speed: state(210, 50) }, 210, recorder)?.number, 1)
})

test('the same record has the same id; another vehicle, boot, number or time another', () => {
  const status: VehicleStatus = { speed: state(0, 50) }
  const idOf = (vehicle: string, stamped: RecordStamp, number: number, at = 0) => {
    const recorder = new Recorder(vehicle, settings)
    let id = ''
    for (let i = 0; i <= number; i += 1) {
      id = recorder.make(micros(at), micros(at), { speed: state(at, 50) }, stamped)?.id ?? ''
    }
    return id
  }
  const ids = [
    idOf('van', stamp, 0),
    idOf('truck', stamp, 0),
    idOf('van', { ...stamp, boot: 'other' }, 0),
    idOf('van', { ...stamp, receivedAt: stamp.receivedAt + 1000 }, 0),
    idOf('van', stamp, 1),
    idOf('van', stamp, 0, 0.001),
  ]
  assert.is(new Set(ids).size, ids.length)
  assert.is(idOf('van', stamp, 0), ids[0])
  assert.is(recordOf(status, 0)?.id, ids[0])
})

test('the id does not depend on the values: a repeat with other values is seen as a repeat', () => {
  const one = recordOf({ speed: state(0, 50) }, 0)
  const other = recordOf({ speed: state(0, 51) }, 0)
  assert.is(one?.id, other?.id)
})

test('ids of later records sort behind those of earlier ones', () => {
  const recorder = new Recorder('van', settings)
  const ids = Array.from({ length: 50 }, (_, i) => {
    const made = { ...stamp, receivedAt: stamp.receivedAt + i * 1000 }
    return recorder.make(micros(i), micros(i), { speed: state(i, 50) }, made)?.id ?? ''
  })
  assert.equal([...ids].sort(), ids)
})

test.run()
