import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import type { MonitorTest, TroubleCodes, VehicleInfo } from '../../src/decoder/obd/sinks.ts'
import { vinCheck } from '../../src/decoder/vin.ts'
import { SimulatedCar, type SimulatedCarOptions } from '../../src/device/simulator/car.ts'
import { makersDids } from '../../src/device/simulator/car-units.ts'
import { Physics, type VehicleState } from '../../src/device/simulator/physics.ts'
import {
  type Phase,
  type Scenario,
  scenarios,
} from '../../src/device/simulator/physics-scenario.ts'
import { dieselTruck, electricCar } from '../../src/device/simulator/physics-vehicles.ts'
import { Random } from '../../src/device/simulator/random.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { Reading } from '../../src/model/reading.ts'
import type { SignalName } from '../../src/model/signals.ts'

const test = suite('simulated car')

const START = Date.UTC(2026, 4, 4, 12) * 1000
const SECOND = 1_000_000
const MS = 1000

/** A tester on a car: asks, sends flow control, and gathers whole answers. */
class Tester {
  readonly car: SimulatedCar
  readonly extended: boolean
  time: number
  flow = [0x30, 0, 0]
  frames: CanFrame[] = []
  readonly #all: number

  constructor(car: SimulatedCar, time: number) {
    this.car = car
    this.time = time
    this.extended = car.extendedDiagnostics
    this.#all = this.extended ? 0x18db33f1 : 0x7df
    car.framesUntil(time, () => undefined)
  }

  wait(ms: number): void {
    this.time += ms * MS
    this.car.framesUntil(this.time, (frame) => {
      const data = frame.data.subarray(0, frame.length)
      const { extended, time } = frame
      this.frames.push(frameOf(frame.id, data, { extended, time }))
    })
  }

  send(id: number, data: readonly number[]): void {
    const filled = [...data, ...new Array<number>(8 - data.length).fill(0)]
    this.car.send(frameOf(id, filled, { extended: this.extended, time: this.time }))
  }

  /** Answers from the service byte on, as hex, by who sent them. */
  ask(hex: string, to = this.#all, ms = 1000): Map<number, string> {
    const request = [...Buffer.from(hex, 'hex')]
    this.frames = []
    this.send(to, [request.length, ...request])
    const answers = new Map<number, number[]>()
    const lengths = new Map<number, number>()
    for (let i = 0; i < ms; i++) {
      const before = this.frames.length
      this.wait(1)
      for (const frame of this.frames.slice(before)) {
        const [pci = 0, ...rest] = frame.data.subarray(0, frame.length)
        if (!isAnswer(frame)) continue
        if (pci >> 4 === 0) answers.set(frame.id, rest.slice(0, pci))
        if (pci >> 4 === 1) {
          lengths.set(frame.id, ((pci & 15) << 8) | (rest[0] ?? 0))
          answers.set(frame.id, rest.slice(1))
          this.send(this.peer(frame.id), this.flow)
        }
        if (pci >> 4 === 2) answers.get(frame.id)?.push(...rest)
      }
    }
    return new Map(
      [...answers].map(([id, data]) => {
        const whole = data.slice(0, lengths.get(id) ?? data.length)
        return [id, Buffer.from(whole).toString('hex')]
      }),
    )
  }

  peer(id: number): number {
    return this.extended ? 0x18da00f1 | ((id & 0xff) << 8) : id - 8
  }

  answers(): CanFrame[] {
    return this.frames.filter(isAnswer)
  }
}

function isAnswer({ id, extended }: CanFrame): boolean {
  return extended || id >= 0x700
}

/** Ten minutes of city, then an hour of being parked. */
const drive: Scenario = {
  phases: [
    { kind: 'ignition-on', seconds: 3 },
    { kind: 'cranking', seconds: 1.4 },
    { kind: 'drive', seconds: 600 },
    { kind: 'parked', seconds: 3600 },
  ],
}

function driving(options: SimulatedCarOptions = {}, scenario: Partial<Scenario> = {}): Tester {
  const physics = new Physics({ scenario: { ...drive, ...scenario }, start: START })
  return new Tester(new SimulatedCar({ physics, ...options }), START + 100 * SECOND)
}

/** Everything the real decoder makes of the frames. */
function decoded(frames: readonly CanFrame[]) {
  const readings: Reading[] = []
  const issues: Issue[] = []
  const codes: TroubleCodes[] = []
  const infos: VehicleInfo[] = []
  const tests: MonitorTest[] = []
  const decoder = new BusDecoder({
    bus: 'car',
    reading: (reading) => readings.push({ ...reading }),
    issue: (issue) => issues.push(issue),
    taps: {
      dtcs: (_message, found) => codes.push(found),
      info: (_message, info) => infos.push(info),
      test: (_message, found) => tests.push(found),
    },
  })
  for (const frame of frames) decoder.frame(frame)
  decoder.end()
  const value = (signal: SignalName) => readings.findLast((one) => one.signal === signal)?.value
  return { readings, issues, codes, infos, tests, value }
}

/** Numbers that a bitmap announces. */
function announced(base: number, hex: string): number[] {
  const bits = BigInt(`0x${hex}`)
  return Array.from({ length: 32 }, (_, i) => base + i + 1).filter(
    (_, i) => (bits >> BigInt(31 - i)) & 1n,
  )
}

/** All PIDs that the chain of bitmaps announces, bitmaps among them. */
function supported(tester: Tester, to: number, service = '01'): number[] {
  const from = tester.extended ? 0x18da0000 | 0xf100 | ((to >> 8) & 0xff) : to + 8
  const found: number[] = [0]
  for (let base = 0; found.includes(base); base += 0x20) {
    const answer = tester.ask(service + byte(base), to, 100).get(from)
    assert.ok(answer, `bitmap ${base}`)
    found.push(...announced(base, answer.slice(4)))
  }
  return found
}

const byte = (value: number) => value.toString(16).padStart(2, '0')

test('every PID of the bitmaps is answered, and no other', () => {
  for (const extendedDiagnostics of [false, true]) {
    const tester = driving({ extendedDiagnostics })
    const [to, from] = extendedDiagnostics ? [0x18da10f1, 0x18daf110] : [0x7e0, 0x7e8]
    const pids = supported(tester, to)
    assert.ok(pids.length > 45, `${pids.length} PIDs`)
    for (const base of [0x20, 0x40, 0x60, 0x80, 0xa0, 0xc0]) assert.ok(pids.includes(base))
    for (let pid = 0; pid < 256; pid++) {
      const physical = tester.ask(`01${byte(pid)}`, to, 60).get(from)
      const all = tester.ask(`01${byte(pid)}`, undefined, 60)
      if (pids.includes(pid)) {
        assert.ok(physical?.startsWith(`41${byte(pid)}`), `PID ${byte(pid)}: ${physical}`)
        assert.ok(all.has(from), `PID ${byte(pid)} asked of all`)
      } else {
        assert.is(physical, '7f0112', `PID ${byte(pid)}`)
        assert.not(all.has(from), `PID ${byte(pid)} asked of all`)
      }
    }
  }
})

test('what it answers is what the physics says, to within a step of the PID', () => {
  const tester = driving({ extendedDiagnostics: true })
  const close: [SignalName, (state: VehicleState) => number, number][] = [
    ['speed', (s) => s.speed, 0.51],
    ['engineSpeed', (s) => s.engineSpeed, 0.13],
    ['engineLoad', (s) => s.engineLoad, 0.002],
    ['throttlePosition', (s) => s.throttle, 0.002],
    ['odometer', (s) => s.odometer, 0.1],
    ['coolantTemp', (s) => s.coolantTemp, 0.51],
    ['oilTemp', (s) => s.oilTemp, 0.51],
    ['intakeTemp', (s) => s.intakeTemp, 0.51],
    ['ambientTemp', (s) => s.ambientTemp, 0.51],
    ['intakePressure', (s) => s.intakePressure, 0.51],
    ['barometricPressure', (s) => s.barometricPressure, 0.51],
    ['massAirFlow', (s) => s.massAirFlow, 0.006],
    ['fuelRate', (s) => s.fuelRate, 0.026],
    ['fuelPercentRemaining', (s) => s.fuelLevel, 0.002],
    ['batteryVoltage', (s) => s.voltage, 0.0006],
    ['runTime', (s) => s.runSeconds, 1],
  ]
  const pids = supported(tester, 0x18da10f1)
  const { car } = tester
  const all: CanFrame[] = []
  for (let round = 0; round < 12; round++) {
    tester.time += 9 * SECOND
    for (const pid of pids) {
      tester.ask(`01${byte(pid)}`, 0x18da10f1, 40)
      all.push(...tester.answers())
    }
  }
  const { readings, issues } = decoded(all)
  assert.equal(issues, [])
  for (const [signal, of, within] of close) {
    const found = readings.filter((reading) => reading.signal === signal)
    assert.is(found.length, 12, signal)
    for (const { value, time, quality } of found) {
      const true_ = of(car.physics.at(time))
      assert.is(quality, 'ok')
      assert.ok(Math.abs(Number(value) - true_) <= within, `${signal} ${value} is ${true_}`)
    }
  }
})

test('its VIN comes in several frames and has a valid check digit', () => {
  const tester = driving()
  const { car } = tester
  tester.ask('0902')
  const { value, issues, infos } = decoded(tester.answers())
  assert.is(value('vin'), car.vin)
  assert.is(vinCheck(car.vin), 'valid')
  assert.equal(issues, [])
  assert.is(infos[0]?.values[0]?.value, car.vin)
})

test('service 09 names both control units, their calibrations and check sums', () => {
  const tester = driving()
  for (const kind of ['04', '06', '0a']) {
    const answers = tester.ask(`09${kind}`)
    assert.equal([...answers.keys()].sort(), [0x7e8, 0x7e9])
    const { infos, issues } = decoded(tester.answers())
    assert.is(infos.length, 2)
    assert.equal(issues, [])
    for (const { values } of infos) assert.is(values.length, 1)
  }
  assert.equal(announced(0, tester.ask('0900', 0x7e0).get(0x7e8)?.slice(4) ?? '').map(byte), [
    '02',
    '04',
    '06',
    '0a',
  ])
  assert.is(tester.ask('0903', 0x7e0).get(0x7e8), '7f0912')
  assert.is(tester.ask('0903').size, 0)
})

const faulty: Partial<Scenario> = {
  faults: [
    { code: 'P0420', unit: 'engine', at: 20 },
    { code: 'P0171', unit: 'engine', at: 30, confirmedAfter: 40, isMinor: true },
    { code: 'P0442', unit: 'engine', at: 50, confirmedAfter: 5000 },
    { code: 'P0741', unit: 'transmission', at: 60, returnsAfter: 30 },
  ],
}

test('stored, pending and permanent codes come from whom they concern', () => {
  const tester = driving({}, faulty)
  const asked = (service: string) => {
    tester.ask(service)
    const { codes, issues } = decoded(tester.answers())
    assert.equal(issues, [])
    return codes.map((told) => [told.kind, ...told.codes.map(({ code }) => code)])
  }
  assert.equal(asked('03').sort(), [
    ['stored', 'P0420', 'P0171'],
    ['stored', 'P0741'],
  ])
  assert.equal(asked('07').sort(), [
    ['pending', 'P0420', 'P0171', 'P0442'],
    ['pending', 'P0741'],
  ])
  assert.equal(asked('0a').sort(), [
    ['permanent', 'P0420'],
    ['permanent', 'P0741'],
  ])
  assert.is(tester.ask('0101', 0x7e0).get(0x7e8)?.slice(4, 6), '82', 'lamp on, two codes')
  assert.is(tester.ask('1902ff', 0x7e0).get(0x7e8), '59028d0420008d0171008d04420005')
  assert.is(tester.ask('190208', 0x7e1).get(0x7e9), '59028d0741008d')
  assert.is(tester.ask('1901ff', 0x7e0).get(0x7e8), '59018d010003')
})

test('a freeze frame holds what was when its code was stored', () => {
  const tester = driving({}, faulty)
  const then = tester.car.physics.at(START + 20 * SECOND)
  assert.is(tester.ask('020200', 0x7e0).get(0x7e8), '4202000420')
  const speed = tester.ask('020d00', 0x7e0).get(0x7e8)
  assert.is(speed, `420d00${byte(Math.round(then.speed))}`)
  const supportedThere = announced(0, tester.ask('020000', 0x7e0).get(0x7e8)?.slice(6) ?? '')
  assert.ok(supportedThere.includes(0x0c))
  for (const pid of supportedThere.filter((number) => number < 0x20)) {
    assert.ok(
      tester
        .ask(`02${byte(pid)}00`, 0x7e0, 60)
        .get(0x7e8)
        ?.startsWith(`42${byte(pid)}00`),
    )
  }
  assert.is(tester.ask('020c01', 0x7e0).get(0x7e8), '7f0212', 'there is one frame')
  const healthy = driving()
  assert.is(healthy.ask('020200', 0x7e0).get(0x7e8), '4202000000')
  assert.is(healthy.ask('020c00').size, 0)
})

test('codes are not cleared while the engine runs, and are afterwards', () => {
  const scenario: Partial<Scenario> = {
    ...faulty,
    phases: [...drive.phases.slice(0, 3), { kind: 'ignition-on', seconds: 600 }],
  }
  const tester = driving({}, scenario)
  assert.equal([...tester.ask('04').values()], ['7f0422', '7f0422'])
  assert.is(tester.ask('14ffffff', 0x7e0).get(0x7e8), '7f1422')
  assert.is(tester.ask('03', 0x7e0).get(0x7e8), '430204200171')
  tester.wait(520_000)
  assert.equal([...tester.ask('04').values()], ['44', '44'])
  assert.is(tester.ask('03', 0x7e0).get(0x7e8), '4300')
  assert.is(tester.ask('07', 0x7e0).get(0x7e8), '4700')
  assert.is(tester.ask('0a', 0x7e0).get(0x7e8), '4a010420', 'permanent ones stay')
  assert.is(tester.ask('020200', 0x7e0).get(0x7e8), '4202000000')
  assert.is(tester.ask('0131', 0x7e0).get(0x7e8), '41310000')
  assert.is(tester.ask('0101', 0x7e0).get(0x7e8)?.slice(4, 6), '00')
  tester.wait(40_000)
  assert.is(tester.ask('03', 0x7e1).get(0x7e9), '43010741', 'seen again')
})

test('monitor tests decode, and the bitmap announces those there are', () => {
  const tester = driving()
  const monitors = supported(tester, 0x7e0, '06').filter((number) => (number & 0x1f) !== 0)
  assert.equal(monitors, [0x01, 0x21, 0x3a, 0xa2])
  for (const monitor of monitors) {
    tester.ask(`06${byte(monitor)}`, 0x7e0)
    const { tests, issues } = decoded(tester.answers())
    assert.ok(tests.length > 0)
    assert.equal(issues, [])
    for (const { passed } of tests) assert.is(passed, true)
  }
  assert.is(tester.ask('0602', 0x7e0).get(0x7e8), '7f0612')
})

test('up to six PIDs fit into one request, or fewer by habit', () => {
  const hex = '01040c0d2f4246'
  assert.match(driving().ask(hex).get(0x7e8) ?? '', /^4104..0c....0d..2f..42....46..$/)
  assert.match(driving({ multiPid: 'first' }).ask(hex).get(0x7e8) ?? '', /^4104..$/)
  assert.is(driving({ multiPid: 'none' }).ask(hex).size, 0)
  assert.match(
    driving().ask('010c020d').get(0x7e8) ?? '',
    /^410c....0d..$/,
    'unknown ones are left',
  )
  assert.is(driving().ask('01', 0x7e0).get(0x7e8), '7f0113')
})

test('identifiers of the makers and of the standard are read', () => {
  const tester = driving({ units: ['engine', 'transmission', 'brakes', 'cluster'] })
  const { car } = tester
  const vin = Buffer.from(car.vin).toString('hex')
  assert.is(tester.ask('22f190', 0x7e0).get(0x7e8), `62f190${vin}`)
  assert.is(tester.ask('22f190', 0x720).get(0x728), `62f190${vin}`)
  const odometer = tester.ask(`22${makersDids.odometer.toString(16)}`, 0x720).get(0x728)
  const kilometres = Number.parseInt(odometer?.slice(6) ?? '', 16) / 10
  assert.ok(Math.abs(kilometres - car.physics.at(tester.time).odometer) < 0.2)
  assert.is(tester.ask('224001', 0x760).get(0x768)?.length, 6 + 4 * 4)
  assert.is(tester.ask('221234', 0x720).get(0x728), '7f2231')
  assert.is(tester.ask('22f1', 0x720).get(0x728), '7f2213')
  assert.is(tester.ask('010c', 0x720).get(0x728), '7f0111', 'no OBD-II in the cluster')
  assert.equal([...tester.ask('010c').keys()], [0x7e8])
})

test('sessions, tester present and services that it has not', () => {
  const tester = driving()
  assert.is(tester.ask('1003', 0x7e0).get(0x7e8), '5003003201f4')
  assert.is(tester.ask('1002', 0x7e0).get(0x7e8), '7f1012')
  assert.is(tester.ask('3e00', 0x7e0).get(0x7e8), '7e00')
  assert.is(tester.ask('3e80', 0x7e0).size, 0)
  for (const hex of ['2701', '2e1234aa', '31010203', '3601', '0800', '05', '8501']) {
    assert.is(tester.ask(hex, 0x7e0).get(0x7e8), `7f${hex.slice(0, 2)}11`, hex)
    assert.is(tester.ask(hex).size, 0, `${hex} asked of all`)
  }
})

test('a long answer waits for flow control, and keeps to block size and separation time', () => {
  const tester = driving()
  tester.flow = [0x30, 2, 20]
  tester.send(0x7e0, [2, 0x09, 0x02])
  tester.wait(200)
  assert.is(tester.answers().length, 1, 'the first frame alone')
  tester.send(0x7e0, tester.flow)
  tester.wait(200)
  const [first, second, third, ...rest] = tester.answers()
  assert.ok(first && second && third)
  assert.is(rest.length, 0, 'a block of two')
  assert.ok(third.time - second.time >= 20 * MS)
  assert.is(third.data[0], 0x22)

  const waiting = driving()
  waiting.send(0x7e0, [2, 0x09, 0x02])
  waiting.wait(100)
  for (let i = 0; i < 5; i++) {
    waiting.send(0x7e0, [0x31, 0, 0])
    waiting.wait(900)
  }
  waiting.send(0x7e0, [0x30, 0, 0])
  waiting.wait(100)
  assert.is(waiting.answers().length, 3, 'after a second of waiting again and again')
})

test('a long answer is given up without flow control for a second, or when it is refused', () => {
  const late = driving()
  late.send(0x7e0, [2, 0x09, 0x02])
  late.wait(1100)
  late.send(0x7e0, [0x30, 0, 0])
  late.wait(200)
  assert.is(late.answers().length, 1)
  assert.ok(late.ask('010c', 0x7e0).has(0x7e8), 'it takes requests again')

  const refused = driving()
  refused.send(0x7e0, [2, 0x09, 0x02])
  refused.wait(100)
  refused.send(0x7e0, [0x32, 0, 0])
  refused.send(0x7e0, [0x30, 0, 0])
  refused.wait(200)
  assert.is(refused.answers().length, 1)

  const other = driving()
  other.send(0x7df, [2, 0x09, 0x04])
  other.wait(100)
  other.send(0x7e1, [0x30, 0, 0])
  other.wait(100)
  const by = (id: number) => other.answers().filter((frame) => frame.id === id).length
  assert.equal([by(0x7e8), by(0x7e9)], [1, 3], 'only who was told goes on')
})

test('a request of several frames gets flow control and an answer', () => {
  const tester = driving({ units: ['cluster'] })
  tester.send(0x720, [0x10, 9, 0x22, 0xf1, 0x90, 0x20, 0x01, 0x20])
  tester.wait(20)
  assert.equal([...(tester.answers()[0]?.data.subarray(0, 3) ?? [])], [0x30, 0, 0])
  tester.send(0x720, [0x21, 0x02, 0xf1, 0x87])
  tester.wait(100)
  assert.is(tester.answers()[1]?.data[0], 0x10)
  assert.is(tester.answers()[1]?.data[2], 0x62)
})

test('habits: busy now and then, answers that take longer, dead PIDs, silence', () => {
  const busy = driving({ busyEvery: 3 })
  const said = Array.from({ length: 6 }, () => busy.ask('010d', 0x7e0).get(0x7e8)?.slice(0, 6))
  assert.equal(
    said.map((hex) => hex === '7f0121'),
    [false, false, true, false, false, true],
  )

  const slow = driving({ pendingMs: 6000 })
  slow.ask('010d', 0x7e0, 8000)
  const frames = slow.answers().map(({ data }) => Buffer.from(data.subarray(0, 4)).toString('hex'))
  assert.equal(frames.slice(0, 2), ['037f0178', '037f0178'])
  assert.match(frames[2] ?? '', /^03410d/)
  const [first, , last] = slow.answers()
  assert.is((last?.time ?? 0) - (first?.time ?? 0), 6 * SECOND)

  const dead = driving({ deadPids: [0x0c, 0xe1] })
  assert.ok(supported(dead, 0x7e0).includes(0xe1))
  assert.is(dead.ask('010c', 0x7e0).size, 0)
  assert.is(dead.ask('01e1', 0x7e0).size, 0)
  assert.ok(dead.ask('010d', 0x7e0).has(0x7e8))

  const mute = driving({ unitHabits: { transmission: { silent: true } } })
  assert.equal([...mute.ask('0100').keys()], [0x7e8])
  assert.is(driving({ neverRefuses: true }).ask('01e1', 0x7e0).size, 0)
})

test('answers keep to the time that a control unit takes', () => {
  for (const [options, low, high] of [
    [{ delayMs: [5, 12] }, 5, 12],
    [{ faults: ['slow'] }, 300, 900],
  ] as const) {
    const tester = driving(options)
    for (let i = 0; i < 30; i++) {
      const before = tester.time
      tester.ask('010d', 0x7e0)
      const took = ((tester.answers()[0]?.time ?? 0) - before) / MS
      assert.ok(took >= low && took <= high, String(took))
    }
  }
})

test('while it is parked it sleeps: nothing answers, nothing talks, nothing acknowledges', () => {
  const tester = driving({ afterRunSeconds: 20 })
  const { car } = tester
  const off = START + 604.4 * SECOND
  tester.time = off + 5 * SECOND
  assert.ok(tester.ask('0100').has(0x7e8), 'for a while after')
  tester.time = off + 21 * SECOND
  assert.is(tester.ask('0100').size, 0)
  assert.ok(car.isAwake(tester.time), 'the body electronics are still up')
  tester.time = off + 60 * SECOND
  tester.wait(100)
  assert.is(tester.ask('0100').size, 0)
  assert.is(tester.frames.length, 0)
  assert.not(car.isAwake(tester.time))
  assert.is(car.asked.length, 3, 'what was asked is known all the same')
  assert.is(Buffer.from(car.asked.at(-1)?.data ?? []).toString('hex'), '0100')
})

test('control units that are asked all the time may stay awake by habit', () => {
  const tester = driving({ wakefulSeconds: 30 })
  tester.time = START + 610 * SECOND
  for (let i = 0; i < 10; i++) {
    assert.ok(tester.ask('0100').has(0x7e8))
    tester.time += 25 * SECOND
  }
  tester.time += 31 * SECOND
  assert.is(tester.ask('0100').size, 0)
})

test('a key nearby makes the body electronics talk, and nobody answers', () => {
  const physics = new Physics({ scenario: scenarios.keyless, start: START })
  const tester = new Tester(new SimulatedCar({ physics }), START + 902 * SECOND)
  tester.wait(1000)
  assert.ok(tester.frames.length > 20 && tester.frames.length < 100, `${tester.frames.length}`)
  assert.ok(tester.car.isAwake(tester.time))
  assert.is(tester.ask('0100').size, 0)
})

test('traffic is some 200 frames a second that decode to nothing, or none behind a gateway', () => {
  const tester = driving()
  tester.frames = []
  for (let i = 0; i < 200; i++) tester.wait(50)
  assert.ok(Math.abs(tester.frames.length / 10 - 200) < 15, `${tester.frames.length}`)
  let last = 0
  for (const { time } of tester.frames) {
    assert.ok(time >= last)
    last = time
  }
  const { readings, issues } = decoded(tester.frames)
  assert.is(readings.length + issues.length, 0)
  const behind = driving({ gatewayed: true })
  behind.wait(1000)
  assert.is(behind.frames.length, 0)
  assert.ok(behind.ask('0100').has(0x7e8))
})

test('the frames are the same in whatever steps they are fetched', () => {
  const shown = (step: number) => {
    const tester = driving()
    tester.frames = []
    tester.send(0x7df, [2, 0x01, 0x0c])
    for (let ms = 0; ms < 1000; ms += step) tester.wait(step)
    return tester.frames.map(({ id, time, data }) => `${time} ${id} ${data.subarray(0, 8)}`)
  }
  assert.equal(shown(1), shown(50))
})

test('nor do steps of any length between requests change them', () => {
  const requests = ['0902', '010c0d05', '03', '22f190', '0a', '0904']
  const shown = (step: () => number) => {
    const tester = driving()
    tester.frames = []
    for (let i = 0; i < 60; i++) {
      const request = Buffer.from(requests[i % requests.length] ?? '', 'hex')
      if (i % 2 === 0) tester.send(0x7e0, [request.length, ...request])
      else tester.send(0x7e0, [0x30, 2, 5])
      for (let left = 70; left > 0; ) {
        const ms = Math.min(step(), left)
        tester.wait(ms)
        left -= ms
      }
    }
    return tester.frames.map(({ id, time, data }) => `${time} ${id} ${data.subarray(0, 8)}`)
  }
  const random = new Random(7)
  const whole = shown(() => 70)
  assert.ok(
    whole.some((line) => line.includes(' 2024 33,')),
    'long answers among them',
  )
  assert.equal(
    shown(() => 1 + random.below(40)),
    whole,
  )
})

test('faults: no answers, or nobody on the bus', () => {
  const tester = driving()
  const { car } = tester
  car.faults.add('silence')
  assert.is(tester.ask('0100').size, 0)
  assert.ok(tester.frames.length > 100 && car.isAwake(tester.time))
  car.faults.clear()
  car.faults.add('bus-off')
  assert.is(tester.ask('0100').size, 0)
  assert.is(tester.frames.length, 0)
  assert.not(car.isAwake(tester.time))
  car.faults.clear()
  assert.ok(tester.ask('0100').has(0x7e8))
})

test('requests of the other length of identifier reach nobody', () => {
  const tester = driving({ extendedDiagnostics: true })
  const { car, time } = tester
  car.send(frameOf(0x7df, [2, 1, 0, 0, 0, 0, 0, 0], { extended: false, time }))
  tester.wait(200)
  assert.is(tester.answers().length, 0)
})

test('diesel and electric cars have other PIDs', () => {
  const truck = new Physics({ scenario: drive, start: START, vehicle: dieselTruck })
  const diesel = new Tester(new SimulatedCar({ physics: truck }), START + 100 * SECOND)
  assert.not(supported(diesel, 0x7e0).includes(0x44))
  assert.is(diesel.ask('0151', 0x7e0).get(0x7e8), '415104')
  const physics = new Physics({
    scenario: scenarios.electricCharging,
    vehicle: electricCar,
    start: START,
  })
  const car = new SimulatedCar({ physics, afterRunSeconds: 5 })
  const tester = new Tester(car, START + 300 * SECOND)
  assert.not(supported(tester, 0x7e0).includes(0x0c))
  assert.is(tester.ask('010c', 0x7e0).get(0x7e8), '7f0112')
  tester.time = START + 3000 * SECOND
  tester.ask('015b', 0x7e0)
  const { soc, charging, ignition } = physics.at(tester.time)
  assert.ok(charging && !ignition, 'charging while it is locked')
  const { value } = decoded(tester.answers())
  assert.ok(Math.abs(Number(value('soc')) - (soc ?? 0)) < 0.003)
  tester.ask('019a', 0x7e0)
  const volts = Number(decoded(tester.answers()).value('tractionVoltage'))
  assert.ok(volts > 340 && volts < 400, String(volts))
})

/** The state every tenth of a second, from one second to another. */
function* states(physics: Physics, from = 0, to = physics.seconds): Generator<VehicleState> {
  for (let tenth = from * 10; tenth < to * 10; tenth++) {
    yield physics.at(physics.start + tenth * 1e5)
  }
}

test('the physics is the same however often and in whatever order it is asked', () => {
  const forwards = [...states(new Physics(), 0, 500)]
  const physics = new Physics()
  for (const state of forwards.toReversed()) assert.equal(physics.at(state.time), state)
  assert.not.equal(new Physics({ seed: 2 }).at(START), new Physics().at(START))
})

test('distance and fuel only grow, over rounds and restarts; speed is their slope', () => {
  const physics = new Physics()
  const from = physics.start + 7.3 * physics.seconds * 1e6
  let last = physics.at(from)
  let moving = 0
  const seconds = Math.round(3 * physics.seconds)
  for (let second = 1; second <= seconds; second++) {
    const state = physics.at(from + second * SECOND)
    const driven = (state.odometer - last.odometer) * 3600
    assert.ok(driven >= 0 && state.fuelUsed >= last.fuelUsed, `${second}`)
    assert.ok(Math.abs(driven - (state.speed + last.speed) / 2) < 3, `${second}: ${driven}`)
    assert.ok(state.speed === 0 || state.engine === 'running')
    if (state.speed > 0) moving += 1
    last = state
  }
  assert.ok(moving / seconds > 0.75, 'a demo drives most of the time')
  const later = physics.at(Date.UTC(2030, 1, 1) * 1000)
  assert.ok(later.odometer > last.odometer && later.fuelLevel >= 0.08 && later.fuelLevel <= 0.93)
  assert.ok(physics.at(0).odometer > 0, 'a clock that was never set')
})

test('for a week the distance never falls, nor where one round follows another', () => {
  for (const physics of [
    new Physics(),
    new Physics({ scenario: scenarios.electricDemo, vehicle: electricCar }),
  ]) {
    const week = 7 * 86_400
    let last = 0
    for (let second = 0; second <= week; second += 30) {
      const { odometer } = physics.at(physics.start + second * SECOND)
      assert.ok(odometer >= last, `${second}: ${odometer} after ${last}`)
      last = odometer
    }
    for (let round = 1; round * physics.seconds < week; round++) {
      const seam = Math.round(physics.start + round * physics.seconds * SECOND)
      const [before, at, after] = [-1, 0, 1].map((step) => physics.at(seam + step).odometer)
      assert.ok(Number(before) <= Number(at) && Number(at) <= Number(after), `round ${round}`)
    }
  }
})

test('an electric car charges what it used, and stops when it has it', () => {
  const scenario = scenarios.electricDemo
  const physics = new Physics({ scenario, vehicle: electricCar })
  let least = 1
  let seconds = 0
  let last = physics.at(physics.start)
  for (const state of states(physics)) {
    const { soc = 0, tractionCurrent = 0, charging } = state
    least = Math.min(least, soc)
    if (charging) seconds += 0.1
    assert.is(charging, state.phase === 'charging' && soc < 0.8)
    if (charging) assert.ok(tractionCurrent > 0 && soc >= (last.soc ?? 0))
    last = state
  }
  assert.ok(least < 0.79 && least > 0.7, String(least))
  assert.ok(seconds > 60 && seconds < 330, String(seconds))
  assert.is(last.soc, 0.8)
})

test('from one round to the next nothing jumps', () => {
  const physics = new Physics()
  const seam = physics.start + 5 * physics.seconds * 1e6
  const [before, after] = [physics.at(seam - 1000), physics.at(seam + 1000)]
  for (const name of ['coolantTemp', 'oilTemp', 'odometer', 'latitude', 'voltage'] as const) {
    assert.ok(Math.abs(after[name] - before[name]) < 0.3, `${name} ${before[name]} ${after[name]}`)
  }
  assert.is(after.phase, 'ignition-on')
})

test('the voltage tells cranking, driving, stopping and resting apart', () => {
  const ranges = (name: keyof typeof scenarios, from = 0) => {
    const physics = new Physics({ scenario: scenarios[name], start: START })
    const found: Partial<Record<Phase['kind'], [low: number, high: number]>> = {}
    for (const { phase, voltage } of states(physics, from)) {
      const [low, high] = found[phase] ?? [99, 0]
      found[phase] = [Math.min(low, voltage), Math.max(high, voltage)]
    }
    return (kind: Phase['kind']) => found[kind] ?? [0, 0]
  }
  const within = ([low, high]: readonly number[], least: number, most: number) =>
    assert.ok((low ?? 0) >= least && (high ?? 0) <= most, `${low} to ${high}`)
  const morning = ranges('morning', 35_900)
  within(morning('cranking'), 9, 11)
  within(morning('drive'), 13.8, 14.6)
  within(morning('parked'), 12.4, 13.1)
  const smart = ranges('smartAlternator')('drive')
  within(smart, 12.3, 14.9)
  assert.ok((smart[0] ?? 0) < 12.6 && (smart[1] ?? 0) > 14.6)
  within(ranges('stopStart')('stop-start'), 12, 12.6)
  const jump = ranges('jumpStart')
  within(jump('jump'), 13.2, 13.4)
  assert.ok(jump('parked')[0] < 12 && jump('cranking')[0] > 8.4)
  const workshop = new Physics({ scenario: scenarios.workshop, start: START })
  const before = workshop.at(START + 310 * SECOND).voltage
  assert.ok(before - workshop.at(START + 3890 * SECOND).voltage > 0.15, 'it sinks')
})

test('the engine warms up while it runs, and cools down over hours', () => {
  const physics = new Physics({ scenario: scenarios.morning, start: START })
  const drivesAt = 36_100
  const cold = physics.at(START + 36_000 * SECOND)
  const warm = physics.at(START + (drivesAt + 1400) * SECOND)
  assert.ok(Math.abs(cold.coolantTemp - cold.ambientTemp) < 3)
  assert.ok(warm.coolantTemp > 80 && warm.coolantTemp < 95 && warm.oilTemp > 70)
  assert.is(warm.warmUps - cold.warmUps, 1)
})

test('run time begins anew with every start, and red lights do not end it', () => {
  const physics = new Physics({ scenario: scenarios.stopStart, start: START })
  let last = 0
  for (const { runSeconds, ignition } of states(physics)) {
    if (!ignition) assert.is(runSeconds, 0)
    else assert.ok(runSeconds >= last, `${runSeconds} after ${last}`)
    last = ignition ? runSeconds : 0
  }
})

test('before its start and after its end a scenario stands still', () => {
  const physics = new Physics({ scenario: drive, start: START })
  const { odometer } = physics.at(START)
  assert.is(physics.at(START - 3600 * SECOND).odometer, odometer)
  const end = physics.at(START + 1e5 * SECOND)
  assert.ok(end.odometer > odometer && end.phase === 'parked' && end.speed === 0)
})

test.run()
