import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import type { DmMessage } from '../../src/decoder/j1939/dm.ts'
import type { Name } from '../../src/decoder/j1939/name.ts'
import type { Acknowledgement } from '../../src/decoder/j1939/requests.ts'
import type { TransportMessage } from '../../src/decoder/j1939/transport.ts'
import type { J1939Message, SpnValue } from '../../src/decoder/taps.ts'
import { Physics } from '../../src/device/simulator/physics.ts'
import { dieselTruck } from '../../src/device/simulator/physics-vehicles.ts'
import { SimulatedTruck, type SimulatedTruckOptions } from '../../src/device/simulator/truck.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { Reading } from '../../src/model/reading.ts'

const test = suite('simulated truck')

const START = Date.UTC(2026, 4, 4, 12) * 1000
const SECOND = 1_000_000
const MS = 1000
const ALL = 0xff
const TESTER = 0xf9

const engineAddress = 0x00
const brakesAddress = 0x0b
const clusterAddress = 0x17

/** A truck, a tester on its bus, and what the real decoder makes of all that is heard. */
class Bench {
  readonly truck: SimulatedTruck
  time = START
  frames: CanFrame[] = []
  readings: Reading[] = []
  issues: Issue[] = []
  spns: SpnValue[] = []
  names: Name[] = []
  long: TransportMessage[] = []
  dms: [DmMessage, J1939Message][] = []
  acknowledgements: [Acknowledgement, J1939Message][] = []
  readonly #decoder: BusDecoder

  constructor(options: SimulatedTruckOptions = {}, time = START) {
    this.truck = new SimulatedTruck(options)
    this.time = time
    this.#decoder = new BusDecoder({
      bus: 'truck',
      protocols: ['j1939'],
      reading: (reading) => this.readings.push({ ...reading }),
      issue: (issue) => this.issues.push(issue),
      taps: {
        spn: (value) => this.spns.push(value),
        claim: (name) => this.names.push(name),
        transport: (message) => this.long.push({ ...message, data: message.data.slice() }),
        dm: (content, message) => this.dms.push([content, message]),
        acknowledgement: (content, message) => this.acknowledgements.push([content, message]),
      },
    })
    this.truck.framesUntil(time, () => undefined)
  }

  wait(ms: number, heard: (frame: CanFrame) => void = () => undefined): void {
    for (let i = 0; i < ms; i++) {
      this.time += MS
      this.truck.framesUntil(this.time, (frame) => {
        const copy = frameOf(frame.id, frame.data.subarray(0, frame.length), {
          extended: frame.extended,
          time: frame.time,
        })
        this.frames.push(copy)
        this.#decoder.frame(copy)
        heard(copy)
      })
    }
  }

  forget(): void {
    this.frames = []
    this.readings = []
    this.spns = []
    this.names = []
    this.long = []
    this.dms = []
    this.acknowledgements = []
  }

  send(format: number, to: number, data: readonly number[]): void {
    const id = 6 * 2 ** 26 + format * 2 ** 16 + to * 256 + TESTER
    const frame = frameOf(id, data, { extended: true, time: this.time })
    this.#decoder.frame(frame)
    this.truck.send(frame)
  }

  /** Forgets what was heard before. */
  ask(pgn: number, to = ALL, ms = 500): void {
    this.forget()
    this.send(0xea, to, [pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16])
    this.wait(ms)
  }

  /** Asks one for a long group and takes it, so many packets at a time. */
  fetch(pgn: number, to: number, packetsAtATime = 255): void {
    this.forget()
    this.send(0xea, to, [pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16])
    const group = [pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16]
    let next = 1
    let packets = 0
    let allowed = 0
    const clear = () => {
      const count = Math.min(packetsAtATime, packets - next + 1)
      allowed = next + count - 1
      this.send(0xec, to, [17, count, next, 0xff, 0xff, ...group])
    }
    this.wait(800, ({ id, data }) => {
      if ((id & 0xff) !== to || ((id >> 8) & 0xff) !== TESTER) return
      const format = (id >> 16) & 0xff
      if (format === 0xec && data[0] === 16) {
        packets = data[3] ?? 0
        clear()
      }
      if (format !== 0xeb) return
      next = (data[0] ?? 0) + 1
      if (next > packets) {
        this.send(0xec, to, [19, data[1] ?? 0, 0, packets, 0xff, ...group])
      } else if (next > allowed) clear()
    })
  }

  text(spn: number, source: number): unknown {
    return this.spns.findLast((one) => one.spn === spn && one.source === source)?.value
  }

  senders(pgn: number): number[] {
    const format = (pgn >> 8) & 0xff
    const found = this.frames.filter(({ id }) => ((id >> 8) & 0xffff) === pgn && format >= 0xf0)
    return [...new Set(found.map(({ id }) => id & 0xff))]
  }
}

function controlFrames(bench: Bench, control: number): CanFrame[] {
  return bench.frames.filter(({ id, data }) => ((id >> 16) & 0xff) === 0xec && data[0] === control)
}

test('its broadcast decodes without an issue, VIN and trouble codes among it', () => {
  const bench = new Bench()
  bench.wait(21_000)
  assert.equal(bench.issues, [])
  const found = bench.readings.filter(({ signal }) => signal === 'vin')
  assert.is(found[0]?.value, bench.truck.vin)
  const speed = bench.readings.findLast(({ signal }) => signal === 'speed')
  assert.ok(speed)
  assert.ok(Math.abs(Number(speed.value) - bench.truck.state(speed.time).speed) < 0.01)
  const dm1 = bench.dms.filter(([{ kind }]) => kind === 'DM1')
  assert.is(dm1.length, 63, 'three control units, every second')
  for (const [content] of dm1) assert.equal('dtcs' in content && content.dtcs, [])
})

test('groups are given on request, by those who have them', () => {
  const bench = new Bench()
  for (const [pgn, sender] of [
    [65253, engineAddress],
    [65217, clusterAddress],
    [65248, clusterAddress],
    [65276, clusterAddress],
    [65266, engineAddress],
    [65257, engineAddress],
  ] as const) {
    bench.ask(pgn, ALL, 60)
    assert.ok(bench.senders(pgn).includes(sender), `${pgn} of all`)
    bench.ask(pgn, sender, 60)
    assert.equal(bench.senders(pgn), [sender], `${pgn} of one`)
  }
  bench.ask(65257, ALL, 60)
  const used = Number(bench.text(250, engineAddress))
  assert.ok(Math.abs(used - bench.truck.state(bench.time).fuelUsed) < 0.6, String(used))
  bench.ask(65266, ALL, 60)
  const rate = Number(bench.text(183, engineAddress))
  assert.ok(Math.abs(rate - bench.truck.state(bench.time).fuelRate) < 0.2, String(rate))
})

test('asked of all, long groups come from several control units at once', () => {
  const bench = new Bench()
  bench.ask(65259, ALL, 1500)
  const order = bench.frames
    .filter(({ id }) => ((id >> 16) & 0xff) === 0xeb)
    .map(({ id }) => id & 0xff)
  const changes = order.filter((sender, i) => i > 0 && sender !== order[i - 1]).length
  assert.ok(changes > 10, 'their packets alternate')
  assert.equal(bench.issues, [])
  assert.equal(bench.long.map(({ kind, source }) => `${kind} ${source}`).sort(), [
    ...['BAM 0', 'BAM 11', 'BAM 23', 'BAM 3', 'BAM 33', 'BAM 74'],
  ])
  assert.is(bench.text(586, brakesAddress), 'ODOSIM')
  assert.is(bench.text(587, brakesAddress), 'EBS5')
  bench.ask(65242, ALL, 1500)
  assert.is(bench.text(234, engineAddress), 'D9K-09.14')
})

test('one control unit sends one broadcast after another', () => {
  const bench = new Bench()
  bench.truck.raise({ unit: 'engine', spn: 110, fmi: 0 }, bench.time)
  bench.truck.raise({ unit: 'engine', spn: 520_200, fmi: 31 }, bench.time)
  for (let i = 0; i < 12; i++) {
    for (const pgn of [65259, 65242, 65260]) bench.send(0xea, ALL, [pgn & 0xff, pgn >> 8, 0])
    bench.wait(1000)
  }
  assert.equal(bench.issues, [])
  const ofEngine = bench.long.filter(({ source }) => source === engineAddress)
  assert.ok(ofEngine.length > 20, `${ofEngine.length}`)
})

test('asked of one, a long group is sent to the tester, as fast as it clears it', () => {
  for (const packets of [255, 1, 2]) {
    const bench = new Bench()
    bench.fetch(65260, engineAddress, packets)
    const [message] = bench.long
    assert.is(message?.kind, 'CMDT')
    assert.is(message?.destination, TESTER)
    assert.is(Buffer.from(message?.data ?? []).toString(), `${bench.truck.vin}*`)
    assert.equal(bench.issues, [])
    assert.is(controlFrames(bench, 32).length, 0, 'no broadcast')
    bench.wait(3000)
    assert.is(controlFrames(bench, 255).length, 0, 'it was acknowledged')
  }
})

test('without clearance it aborts; a tester that asks for patience gets some', () => {
  const bench = new Bench()
  bench.ask(65260, engineAddress, 1200)
  assert.is(controlFrames(bench, 16).length, 1)
  assert.is(controlFrames(bench, 255).length, 0)
  bench.wait(100)
  const [abort] = controlFrames(bench, 255)
  assert.is(abort?.data[1], 3)
  bench.fetch(65260, engineAddress)
  assert.is(bench.long.length, 1, 'and begins anew')

  const patient = new Bench()
  patient.ask(65260, engineAddress, 200)
  for (let i = 0; i < 4; i++) {
    patient.send(0xec, engineAddress, [17, 0, 0xff, 0xff, 0xff, 0xec, 0xfe, 0])
    patient.wait(900)
  }
  assert.is(controlFrames(patient, 255).length, 0)
  patient.send(0xec, engineAddress, [255, 2, 0xff, 0xff, 0xff, 0xec, 0xfe, 0])
  patient.wait(2000)
  assert.is(controlFrames(patient, 255).length, 0, 'the tester ended it')
})

test('a second request for a long group meanwhile is refused as busy', () => {
  const bench = new Bench()
  bench.ask(65260, engineAddress, 200)
  bench.ask(65259, engineAddress, 200)
  assert.is(bench.acknowledgements[0]?.[0].kind, 'cannot_respond')
})

test('what nobody has is refused where one was asked, and met with silence otherwise', () => {
  const bench = new Bench()
  bench.ask(65110, brakesAddress)
  const [first] = bench.acknowledgements
  assert.is(bench.acknowledgements.length, 1)
  assert.equal(first?.[0], {
    kind: 'negative',
    groupFunction: undefined,
    address: TESTER,
    pgn: 65110,
  })
  assert.is(first?.[1].source, brakesAddress)
  bench.ask(65260, brakesAddress)
  assert.is(bench.acknowledgements[0]?.[0].kind, 'negative', 'the VIN is the engine’s')
  bench.ask(65110)
  assert.is(bench.acknowledgements.length, 0)
  bench.ask(65253, 0x55)
  assert.is(bench.acknowledgements.length, 0, 'nobody has that address')
})

test('every control unit claims its address on request', () => {
  const bench = new Bench()
  bench.ask(60928)
  assert.equal(
    bench.names.map((name) => name.function).sort((a, b) => a - b),
    [...[0, 3, 9, 19, 25, 26]],
  )
  for (const { industryGroup, manufacturerCode, arbitraryAddressCapable } of bench.names) {
    assert.is(industryGroup, 1)
    assert.is(manufacturerCode, 0x7ff)
    assert.not(arbitraryAddressCapable)
  }
  bench.ask(60928, brakesAddress)
  assert.is(bench.names.length, 1)
})

/** Codes in the newest message of a kind and sender. */
function codesOf(bench: Bench, kind: DmMessage['kind'], source: number) {
  const found = bench.dms.findLast(([dm, message]) => dm.kind === kind && message.source === source)
  const content = found?.[0]
  if (content === undefined || !('dtcs' in content)) return undefined
  return content.dtcs.map(({ spn, fmi, oc }) => `${spn}/${fmi} ${oc}`)
}

test('trouble codes come and go in DM1, and are remembered in DM2', () => {
  const bench = new Bench()
  const { truck } = bench
  const low = { unit: 'engine', spn: 100, fmi: 1, lamp: 'red' } as const
  const hot = { unit: 'engine', spn: 110, fmi: 0 } as const
  const far = { unit: 'engine', spn: 520_200, fmi: 31, lamp: 'malfunction' } as const
  const wheel = { unit: 'brakes', spn: 789, fmi: 2 } as const
  const after = (seconds: number) => {
    bench.forget()
    bench.wait(seconds * 1000)
    return codesOf(bench, 'DM1', engineAddress)
  }
  truck.raise(low, bench.time)
  assert.equal(after(2), ['100/1 1'])
  for (const code of [hot, far, wheel]) truck.raise(code, bench.time)
  assert.equal(after(2), ['100/1 1', '110/0 1', '520200/31 1'])
  assert.equal(codesOf(bench, 'DM1', brakesAddress), ['789/2 1'])
  const [content] = bench.dms.findLast(([, { source }]) => source === engineAddress) ?? []
  const lamps = content !== undefined && 'lamps' in content ? content.lamps : undefined
  assert.equal(lamps, { pl: 'off', awl: 'on', rsl: 'on', mil: 'on' })
  truck.codes.heal(low)
  truck.codes.heal(hot)
  assert.equal(after(2), ['520200/31 1'])
  truck.raise(low, bench.time)
  assert.equal(after(2), ['100/1 2', '520200/31 1'])
  bench.fetch(65227, engineAddress)
  assert.equal(codesOf(bench, 'DM2', engineAddress), ['110/0 1'])
  assert.equal(bench.issues, [])
})

test('freeze frames and readiness are told', () => {
  const bench = new Bench()
  bench.ask(65229, engineAddress)
  assert.equal(bench.dms.find(([{ kind }]) => kind === 'DM4')?.[0], { kind: 'DM4', frames: [] })
  const { truck, time } = bench
  truck.raise({ unit: 'engine', spn: 110, fmi: 0 }, time)
  bench.fetch(65229, engineAddress)
  const [content] = bench.dms.find(([{ kind }]) => kind === 'DM4') ?? []
  const values = content?.kind === 'DM4' ? content.frames[0]?.values : undefined
  assert.ok(Math.abs((values?.vehicleSpeed ?? -1) - truck.state(time).speed) < 0.01)
  assert.is(values?.boostPressure, undefined)
  bench.ask(65230, engineAddress)
  const [dm5] = bench.dms.find(([{ kind }]) => kind === 'DM5') ?? []
  assert.is(dm5?.kind === 'DM5' && dm5.active, 1)
})

/** Ten minutes on the road, ten with the ignition on, then parked. */
function shortTrip(): Physics {
  return new Physics({
    start: START,
    vehicle: dieselTruck,
    scenario: {
      phases: [
        { kind: 'cranking', seconds: 2 },
        { kind: 'drive', seconds: 600 },
        { kind: 'ignition-on', seconds: 600 },
        { kind: 'parked', seconds: 3600 },
      ],
    },
  })
}

test('codes are cleared on request, but not while the engine runs', () => {
  const bench = new Bench({ physics: shortTrip() }, START + 300 * SECOND)
  const { truck } = bench
  truck.raise({ unit: 'engine', spn: 110, fmi: 0 }, bench.time)
  const active = () => {
    bench.ask(65226, engineAddress)
    return codesOf(bench, 'DM1', engineAddress)?.length
  }
  bench.ask(65235, engineAddress)
  assert.is(bench.acknowledgements[0]?.[0].kind, 'negative')
  assert.is(active(), 1)
  bench.time = START + 900 * SECOND
  bench.ask(65235, engineAddress)
  assert.is(bench.acknowledgements[0]?.[0].kind, 'positive')
  assert.is(active(), 0)
  truck.raise({ unit: 'engine', spn: 110, fmi: 0 }, bench.time)
  truck.codes.heal({ unit: 'engine', spn: 110, fmi: 0 })
  bench.ask(65228)
  assert.is(bench.acknowledgements.length, 0, 'all were asked')
  bench.ask(65227, engineAddress)
  assert.equal(codesOf(bench, 'DM2', engineAddress), [])
})

test('with other physics it has 24 V, and sleeps when it is parked', () => {
  const physics = shortTrip()
  const bench = new Bench({ physics }, START + 300 * SECOND)
  const { truck } = bench
  assert.ok(truck.voltage(bench.time) > 27 && truck.voltage(bench.time) < 29.5)
  bench.wait(3000)
  const speed = bench.readings.findLast(({ signal }) => signal === 'speed')
  assert.ok(speed && Math.abs(Number(speed.value) - physics.at(speed.time).speed) < 0.01)
  bench.time = START + 2000 * SECOND
  bench.wait(20)
  bench.ask(65253, ALL, 1500)
  assert.is(bench.frames.length, 0)
  assert.not(truck.isAwake(bench.time))
  assert.is(truck.asked.length, 1, 'what was asked is known all the same')
  assert.is(truck.asked[0]?.pgn, 65253)
})

test('faults: no answers, slow ones, or nobody on the bus', () => {
  const bench = new Bench()
  const { truck } = bench
  truck.faults.add('silence')
  bench.ask(65257)
  assert.equal(bench.senders(65257), [])
  assert.ok(bench.frames.length > 10)
  truck.faults.clear()
  truck.faults.add('slow')
  bench.ask(65257, ALL, 290)
  assert.equal(bench.senders(65257), [])
  bench.wait(700)
  assert.equal(bench.senders(65257), [engineAddress])
  truck.faults.add('bus-off')
  bench.ask(65257, ALL, 1500)
  assert.is(bench.frames.length, 0)
  assert.not(truck.isAwake(bench.time))
})

test('frames are in order of time and the same in whatever steps they are fetched', () => {
  const shown = (step: number) => {
    const truck = new SimulatedTruck()
    truck.framesUntil(START, () => undefined)
    truck.raise({ unit: 'engine', spn: 110, fmi: 0 }, START)
    truck.raise({ unit: 'engine', spn: 111, fmi: 1 }, START)
    truck.send(frameOf(0x18eafff9, [0xeb, 0xfe, 0], { time: START }))
    const lines: string[] = []
    let last = 0
    for (let time = START; time <= START + 12 * SECOND; time += step * MS) {
      truck.framesUntil(time, (frame) => {
        assert.ok(frame.time >= last && frame.time <= time)
        last = frame.time
        lines.push(`${frame.time} ${frame.id} ${frame.data.subarray(0, 8)}`)
      })
    }
    return lines
  }
  assert.equal(shown(1), shown(50))
})

test('a clock that jumps back brings answers again', () => {
  const bench = new Bench()
  bench.ask(65259)
  bench.time -= 3600 * SECOND
  bench.wait(1)
  bench.ask(65259, ALL, 1500)
  assert.is(bench.long.length, 6)
})

test.run()
