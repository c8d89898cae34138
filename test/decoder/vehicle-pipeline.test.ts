/** From readings to records: status, odometer of record and recorder together. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import { Odometer } from '../../src/decoder/vehicle/odometer.ts'
import { VehiclePipeline } from '../../src/decoder/vehicle/vehicle-pipeline.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { OdometerPoint } from '../../src/model/odometer.ts'
import type { Reading, SignalValue } from '../../src/model/reading.ts'
import type { Checkpoint, NewRecord, VehicleStatus } from '../../src/model/record.ts'
import type { Report } from '../../src/model/report.ts'
import type { SignalName } from '../../src/model/signals.ts'
import { truckDrive } from '../support/recordings.ts'

const test = suite('vehicle pipeline')

const START = 1_750_000_000

function micros(at: number): number {
  return Math.round((START + at) * 1_000_000)
}

/** A reading: seconds after the start, signal, value. */
type Line = readonly [at: number, signal: SignalName, value: SignalValue | undefined]

interface Options {
  startOdometer?: number
  onChange?: number
  interval?: number
  odometer?: Odometer
  status?: VehicleStatus
  isRecording?: boolean
}

class Pipeline {
  readonly records: NewRecord[] = []
  readonly checkpoints: Checkpoint[] = []
  readonly points: (readonly OdometerPoint[] | undefined)[] = []
  readonly issues: Issue[] = []
  readonly pipeline: VehiclePipeline

  constructor(options: Options = {}) {
    const { isRecording = false, startOdometer } = options
    const { onChange = 10_000, interval = 60_000, odometer = new Odometer(), status } = options
    this.pipeline = new VehiclePipeline({
      vehicle: 'van',
      settings: { onChange, interval },
      odometer,
      ...(status === undefined ? {} : { status }),
      isRecording,
      ...(startOdometer === undefined ? {} : { startOdometer }),
      stamp: (time) => ({
        boot: 'boot',
        monotonic: time / 1000 - START * 1000,
        receivedAt: time / 1000,
        clockTrust: 'recorded',
      }),
      record: (record, checkpoint, point) => {
        this.records.push(record)
        this.checkpoints.push(checkpoint)
        this.points.push(point)
      },
      issue: (issue) => this.issues.push(issue),
    })
  }

  hear(...lines: Line[]): this {
    for (const line of lines) this.pipeline.reading(readingOf(line))
    return this
  }

  /** Records as seconds after the start, and their data. */
  get made(): [number, object][] {
    return this.records.map(({ time, data }) => [time / 1000 - START, data])
  }
}

function readingOf([at, signal, value]: Line): Reading {
  const quality = value === undefined ? 'absent' : 'ok'
  return { signal, value, quality, time: micros(at), source: 'can0', sender: 0, rank: 0 }
}

/** One reading of a signal every `every` seconds, each with another value. */
function series(signal: SignalName, from: number, to: number, every: number): Line[] {
  const count = Math.floor((to - from) / every) + 1
  return Array.from({ length: count }, (_, i) => [from + i * every, signal, 50 + (i % 40)])
}

interface Case {
  what: string
  options?: Options
  lines: Line[]
  flush?: false
  made: [number, object][]
}

const cases: Case[] = [
  { what: 'without readings there is no record', lines: [], made: [] },
  {
    what: 'the last record holds what none held before',
    lines: [
      [0, 'speed', 50],
      [1, 'coolantTemp', 90],
    ],
    made: [[1, { speed: 50, coolantTemp: 90 }]],
  },
  {
    what: 'without a flush there is none before it is due',
    lines: [
      [0, 'speed', 50],
      [9.9, 'speed', 51],
    ],
    flush: false,
    made: [],
  },
  {
    what: 'a record that became due holds what came before, not the reading that shows it',
    lines: [
      [0, 'speed', 50],
      [5, 'speed', 55],
      [10, 'speed', 60],
      [12, 'speed', 62],
    ],
    made: [
      [5, { speed: 55 }],
      [12, { speed: 62 }],
    ],
  },
  {
    what: 'values that do not change are recorded at the longer interval',
    lines: Array.from({ length: 131 }, (_, at): Line => [at, 'coolantTemp', 90]),
    made: [
      [9, { coolantTemp: 90 }],
      [69, { coolantTemp: 90 }],
      [129, { coolantTemp: 90 }],
    ],
  },
  {
    what: 'readings without a value make no record',
    lines: Array.from({ length: 100 }, (_, at): Line => [at, 'speed', undefined]),
    made: [],
  },
  {
    what: 'readings that cannot be true make no record',
    lines: Array.from({ length: 100 }, (_, at): Line => [at, 'coolantTemp', 215]),
    made: [],
  },
  {
    what: 'what was true before a gap is recorded as of then, whatever comes hours later',
    lines: [
      [0, 'speed', 50],
      [3, 'odometer', 1000],
      [4, 'speed', 0],
      [36_000, 'speed', 30],
      [36_001, 'odometer', 1000],
    ],
    made: [
      [4, { speed: 0, odometer: 1000 }],
      [36_001, { speed: 30, odometer: 1000 }],
    ],
  },
  {
    what: 'readings further apart than they are fresh are all recorded',
    lines: [
      [0, 'speed', 50],
      [30, 'speed', 51],
      [60, 'speed', 52],
      [90, 'speed', 53],
    ],
    made: [
      [0, { speed: 50 }],
      [30, { speed: 51 }],
      [60, { speed: 52 }],
      [90, { speed: 53 }],
    ],
  },
  {
    what: 'a signal that has gone stale is not in the record, the others are',
    lines: [
      [0, 'speed', 50],
      [1, 'odometer', 1000],
      [11.5, 'coolantTemp', 90],
      [12, 'coolantTemp', 91],
      [22, 'coolantTemp', 92],
    ],
    made: [
      [1, { speed: 50, odometer: 1000 }],
      [12, { odometer: 1000, coolantTemp: 91 }],
      [22, { odometer: 1000, coolantTemp: 92 }],
    ],
  },
  {
    what: 'a stale value is not brought back by a reading that says "not available"',
    lines: [
      [0, 'speed', 50],
      [11, 'coolantTemp', 90],
      [21.5, 'speed', undefined],
      [22, 'coolantTemp', 91],
    ],
    made: [
      [0, { speed: 50 }],
      [11, { coolantTemp: 90 }],
      [22, { coolantTemp: 91 }],
    ],
  },
  {
    what: 'an odometer spike is in no record',
    lines: [
      [0, 'odometer', 1000],
      [5, 'odometer', 900_000],
      [8, 'odometer', 1000.1],
      [12, 'odometer', 12],
    ],
    made: [[8, { odometer: 1000.1 }]],
  },
  {
    what: 'an odometer of 0 is in no record',
    lines: [
      [0, 'odometer', 0],
      [1, 'speed', 30],
    ],
    made: [[1, { speed: 30 }]],
  },
]

for (const { what, options, lines, flush, made } of cases) {
  test(what, () => {
    const line = new Pipeline(options).hear(...lines)
    if (flush !== false) line.pipeline.flush()
    assert.equal(line.made, made)
    assert.is(line.pipeline.records, made.length)
    assert.is(line.pipeline.readings, lines.length)
  })
}

test('while values change there is at most one record per time', () => {
  const { records } = new Pipeline().hear(...series('speed', 0, 600, 0.25))
  assert.is(records.length, 60)
  for (const [i, { time }] of records.entries()) {
    const before = records[i - 1]?.time
    if (before !== undefined) assert.ok(time - before >= 10_000, `${time - before} ms`)
  }
  assert.equal(
    records.map(({ number }) => number),
    [...Array(60).keys()],
  )
})

test('a record becomes due without a reading, and holds what was true last', () => {
  const line = new Pipeline().hear([0, 'speed', 50], [1, 'coolantTemp', 90])
  line.pipeline.tick(micros(9))
  assert.equal(line.made, [])
  line.pipeline.tick(micros(10.9))
  line.pipeline.tick(micros(11))
  line.pipeline.tick(micros(10_000))
  assert.equal(line.made, [[1, { speed: 50, coolantTemp: 90 }]])
})

test('a signal that comes once is recorded even if it is stale when the record becomes due', () => {
  const line = new Pipeline({ onChange: 30_000 }).hear([0, 'speed', 50])
  line.pipeline.tick(micros(30))
  assert.equal(line.made, [[0, { speed: 50 }]])
})

test('a second flush adds nothing', () => {
  const line = new Pipeline().hear([0, 'speed', 50])
  line.pipeline.flush()
  line.pipeline.flush()
  assert.is(line.records.length, 1)
})

test('a record of a recording is received when it was measured', () => {
  const line = new Pipeline().hear(...series('speed', 0, 100, 3.5))
  line.pipeline.flush()
  assert.ok(line.records.length > 5)
  for (const { time, receivedAt } of line.records) assert.is(receivedAt, time)
})

test('a rejected odometer reading is an issue with its value, and leaves the status as it was', () => {
  const line = new Pipeline().hear(
    [0, 'odometer', 1000],
    [1, 'odometer', 900_000],
    [2, 'odometer', 0],
  )
  assert.equal(
    line.issues.map(({ code, at, detail, time }) => [code, at, detail, time]),
    [
      ['odometer-rejected', 'can0', '900000 km: no vehicle drives so far in the time', micros(1)],
      [
        'odometer-rejected',
        'can0',
        '0 km: instruments show it where they know no better',
        micros(2),
      ],
    ],
  )
  assert.is(line.pipeline.status.odometer?.value, 1000)
  assert.is(line.pipeline.status.odometer?.time, micros(0))
})

/** Of the odometers proper. */
function readOf(points: readonly OdometerPoint[] | undefined): [number, number][] {
  return (points ?? [])
    .filter(({ error, rejected }) => error === undefined && rejected === undefined)
    .map(({ time, km }) => [time / 1000 - START, km])
}

test('with a record come the odometer readings since the last one', () => {
  const line = new Pipeline().hear(
    [0, 'speed', 50],
    [10, 'odometer', 1000],
    [15, 'odometer', 1000.25],
    [21, 'speed', 51],
    [22, 'odometer', 1000.5],
    [32, 'speed', 52],
  )
  assert.equal(line.points.map(readOf), [
    [],
    [
      [10, 1000],
      [15, 1000.25],
    ],
    [[22, 1000.5]],
  ])
})

test('a vehicle without an odometer gets one from its speed, marked as an estimate', () => {
  const line = new Pipeline({ startOdometer: 50_000 })
  for (let s = 0; s <= 600; s += 1) line.hear([s, 'speed', 90])
  line.pipeline.flush()
  const { odometer } = line.pipeline.status
  assert.is(odometer?.quality, 'estimated')
  assert.ok(Math.abs(Number(odometer?.value) - 50_015) < 1e-6, `${odometer?.value}`)
  const points = line.points.flatMap((told) => told ?? [])
  assert.ok(points.every(({ series, error }) => series === 'speed' && error === 0.03))
  assert.ok(Math.abs(Number(points.at(-1)?.km) - 15) < 1e-6)
})

test('a vehicle that has an odometer shows no estimate of it', () => {
  const line = new Pipeline({ startOdometer: 50_000 }).hear([0, 'odometer', 1234])
  for (let s = 1; s <= 900; s += 1) line.hear([s, 'speed', 90])
  assert.is(line.pipeline.status.odometer?.value, 1234)
})

test('an odometer reading that comes late is told, and the status stays', () => {
  const line = new Pipeline().hear([0, 'odometer', 1000], [60, 'odometer', 1001])
  line.hear([30, 'odometer', 1000.5])
  line.pipeline.flush()
  assert.is(line.pipeline.status.odometer?.value, 1001)
  assert.equal(line.points.flatMap(readOf), [
    [0, 1000],
    [60, 1001],
    [30, 1000.5],
  ])
})

test('the checkpoint is the state after the record, and does not change afterwards', () => {
  const line = new Pipeline().hear([0, 'odometer', 1000], [1, 'speed', 50], [10, 'speed', 60])
  const [checkpoint] = line.checkpoints
  assert.is(checkpoint?.status.speed?.value, 50)
  line.hear([11, 'speed', 70], [12, 'odometer', 1001])
  assert.is(checkpoint?.status.speed?.value, 50)
  assert.equal(
    Object.values(checkpoint?.odometer?.series ?? {}).map(({ km }) => km),
    [1000],
  )
})

test('after a restart from a checkpoint the status and the distance go on', () => {
  const before = new Pipeline().hear(
    [0, 'odometer', 1000],
    [60, 'odometer', 1001],
    [61, 'speed', 50],
  )
  before.pipeline.flush()
  const { status, odometer } = before.checkpoints.at(-1) as Checkpoint
  const after = new Pipeline({ status, odometer: new Odometer(odometer) })
  assert.is(after.pipeline.status.odometer?.value, 1001)
  after.hear([120, 'odometer', 1003], [121, 'odometer', 5])
  after.pipeline.flush()
  assert.equal(after.made, [[120, { odometer: 1003 }]])
  assert.equal(after.points.flatMap(readOf), [[120, 1003]])
})

test('a restart by itself makes no record', () => {
  const before = new Pipeline().hear([0, 'speed', 50])
  before.pipeline.flush()
  const { status } = before.checkpoints[0] as Checkpoint
  const after = new Pipeline({ status })
  after.pipeline.tick(micros(1000))
  after.pipeline.flush()
  assert.equal(after.made, [])
})

/** A drive through decoder and pipeline, as a recording plays it. */
function drive(seconds: number): Pipeline {
  const line = new Pipeline({ onChange: 1000 })
  const decoder = new BusDecoder({
    bus: 'can0',
    reading: (reading) => line.pipeline.reading(reading),
    issue: (issue) => line.issues.push(issue),
  })
  for (const { at, id, data } of truckDrive(seconds)) {
    decoder.frame(frameOf(id, Buffer.from(data, 'hex'), { extended: true, time: micros(at) }))
  }
  line.pipeline.flush()
  return line
}

test('the same frames give the same records, ids included', () => {
  const first = drive(300)
  const second = drive(300)
  assert.ok(first.records.length > 250, `${first.records.length} records`)
  assert.equal(second.records, first.records)
  assert.equal(second.checkpoints, first.checkpoints)
  assert.equal(second.points, first.points)
  assert.is(new Set(first.records.map(({ id }) => id)).size, first.records.length)
  assert.equal(first.issues, [])
})

test('the records of a longer recording begin with those of a shorter one', () => {
  const shorter = drive(60).records.slice(0, -1)
  assert.equal(drive(90).records.slice(0, shorter.length), shorter)
})

test('the records of a drive hold every signal, and run forwards', () => {
  const { records, points } = drive(120)
  for (const { data } of records.slice(1)) {
    assert.equal(Object.keys(data).sort(), [
      'batteryVoltage',
      'fuelPercentRemaining',
      'latitude',
      'longitude',
      'odometer',
      'speed',
    ])
  }
  for (const [i, { time, monotonic }] of records.entries()) {
    const before = records[i - 1]
    if (before === undefined) continue
    assert.ok(time > before.time && monotonic > before.monotonic, `record ${i}`)
  }
  const kms = points.flatMap(readOf).map(([, km]) => km)
  const travelled = Number(kms.at(-1)) - Number(kms[0])
  assert.ok(Math.abs(travelled - (119 * 72) / 3600) < 0.01, `${travelled} km`)
})

test('a clock that was ahead and is set back does not freeze status, records or distance', () => {
  const drive = new Pipeline({ onChange: 1000 })
  const hour = 3600
  const feed = (at: number, km: number, speed: number) => {
    drive.pipeline.reading(readingOf([at, 'odometer', km]))
    drive.pipeline.reading(readingOf([at, 'speed', speed]))
    drive.pipeline.tick(micros(at))
  }
  for (let s = 0; s < 5; s += 1) feed(hour + s, 1000 + s / 100, 50)
  const before = drive.records.length
  drive.pipeline.tick(micros(10))
  for (let s = 11; s < 30; s += 1) feed(s, 1000.05 + s / 100, 60 + s / 10)
  assert.ok(drive.records.length - before >= 15, `${drive.records.length - before} records`)
  assert.is(drive.pipeline.status.speed?.value, 62.9)
  assert.is(drive.pipeline.status.speed?.time, micros(29))
  const last = drive.points.flatMap(readOf).at(-1)
  assert.equal(
    last?.map((value) => Math.round(value * 100) / 100),
    [28, 1000.33],
  )
})

test('a status from the future in the store does not outlive the next tick', () => {
  const status: VehicleStatus = {
    speed: { value: 99, quality: 'ok', time: micros(1e9), source: 'can0', sender: 0, rank: 0 },
  }
  const { pipeline } = new Pipeline({ status })
  pipeline.tick(micros(0))
  pipeline.reading(readingOf([1, 'speed', 10]))
  assert.is(pipeline.status.speed?.value, 10)
})

test('a recording in which the clock was set back goes on making records', () => {
  const drive = new Pipeline({ onChange: 1000, isRecording: true })
  for (let s = 0; s < 5; s += 1) drive.pipeline.reading(readingOf([3600 + s, 'speed', 50 + s]))
  for (let s = 0; s < 20; s += 1) drive.pipeline.reading(readingOf([s, 'speed', 60 + s]))
  drive.pipeline.flush()
  assert.ok(drive.records.length >= 20, `${drive.records.length} records`)
  assert.is(drive.records.at(-1)?.data.speed, 79)
})

function report(at: number, values: Report['values'], more: Partial<Report> = {}): Report {
  const time = micros(at) / 1000
  return { source: 'lora', time, receivedAt: time + 800, isPast: false, values, ...more }
}

test('a report is one record of its own, with its own times and how it came', () => {
  const van = new Pipeline().hear([0, 'speed', 10], [1, 'engineSpeed', 900])
  const lora = { payload_size: '2', deveui: '0011223344556677', fcnt: '7' }
  van.pipeline.report(report(2, [{ signal: 'batteryVoltage', value: 12.6 }], { lora }))
  const [record] = van.records
  assert.equal(van.made, [[2, { batteryVoltage: 12.6, lora }]])
  assert.equal([record?.source, record?.receivedAt], ['lora', micros(2) / 1000 + 800])
  van.hear([10.5, 'speed', 11], [20, 'speed', 12])
  assert.equal(van.made[1], [2, { speed: 10, engineSpeed: 900, batteryVoltage: 12.6 }])
  assert.equal(new Set(van.records.map(({ id }) => id)).size, van.records.length)
  assert.is(van.pipeline.status.batteryVoltage?.value, 12.6)
})

test('a report that was measured before what is known goes to history only', () => {
  const van = new Pipeline().hear([100, 'batteryVoltage', 12.1])
  van.pipeline.report(report(50, [{ signal: 'batteryVoltage', value: 12.9 }]))
  assert.equal(van.made, [[50, { batteryVoltage: 12.9 }]])
  assert.is(van.pipeline.status.batteryVoltage?.value, 12.1)
})

test('a report that the network delivers late tells nothing of the present, but its odometer counts', () => {
  const van = new Pipeline()
  const values = [
    { signal: 'odometer', value: 1000 },
    { signal: 'ambientTemp', value: 7 },
  ] as const
  van.pipeline.report(report(50, values, { isPast: true }))
  assert.equal(van.made, [[50, { odometer: 1000, ambientTemp: 7 }]])
  assert.equal(van.pipeline.status, {})
  assert.equal(
    van.points[0]?.map(({ km, time, series }) => [km, time, series]),
    [[1000, micros(50) / 1000, 'lora/0/30']],
  )
})

test('what a report says and cannot be is left out; of nothing else there is no record', () => {
  const van = new Pipeline()
  const time = micros(0) / 1000
  const values = [
    { signal: 'batteryVoltage', value: 4000 },
    { signal: 'odometer', value: 65_538 },
  ] as const
  assert.is(van.pipeline.report(report(0, values)), undefined)
  assert.equal(van.records, [])
  assert.equal(
    van.issues.map(({ code, at }) => [code, at]),
    [
      ['implausible', 'lora'],
      ['odometer-rejected', 'lora'],
    ],
  )
  const some = [...values, { signal: 'speed', value: 30, time: time - 5000 }] as const
  assert.equal(van.pipeline.report(report(0, some))?.data, { speed: 30 })
  assert.is(van.pipeline.status.speed?.time, micros(-5))
})

test('a clock that is ahead makes no present of its own', () => {
  const van = new Pipeline()
  const received = micros(0) / 1000
  const values = [{ signal: 'speed', value: 30 }] as const
  van.pipeline.report(report(240, values, { receivedAt: received }))
  assert.is(van.records[0]?.time, micros(240) / 1000)
  assert.is(van.pipeline.status.speed?.time, micros(0))
})

test('what somebody outside told becomes a part of the next record, after what control units say', () => {
  const { pipeline, records } = new Pipeline({ onChange: 1000 })
  const tell = (at: number, signal: SignalName, value: SignalValue) =>
    pipeline.told('api/flow', { signal, value, time: micros(at) / 1000 })
  assert.is(tell(0, 'ambientTemp', 21), true)
  assert.is(tell(0, 'latitude', 45.1), true)
  assert.is(tell(0, 'longitude', 9.1), true)
  assert.is(tell(0, 'speed', 900), false)
  pipeline.tick(micros(1))
  assert.equal(records.at(-1)?.data, { ambientTemp: 21, latitude: 45.1, longitude: 9.1 })
  assert.is(records.at(-1)?.source, 'api/flow')
  const speed = { signal: 'speed', quality: 'ok', source: 'can0', sender: 0, rank: 0 } as const
  pipeline.reading({ ...speed, value: 80, time: micros(2) })
  tell(2.5, 'speed', 10)
  assert.is(pipeline.status.speed?.value, 80)
})

test('two values told in a row say nothing about when the next comes', () => {
  const { pipeline } = new Pipeline()
  for (const at of [0, 0.1, 0.2]) {
    pipeline.told('api/flow', { signal: 'ambientTemp', value: at, time: micros(at) / 1000 })
  }
  assert.is(pipeline.status.ambientTemp?.period, undefined)
})

test.run()
