/** Trouble codes over time, from frames on the bus to what is known of the vehicle. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import { type DtcCheckpoint, DtcKeeper } from '../../src/decoder/vehicle/dtc-keeper.ts'
import type { VehicleEvent } from '../../src/model/event.ts'
import { frameOf } from '../../src/model/frame.ts'
import { randomBytes, seeded } from './dbc-reference.ts'
import { goldens } from './j1939-recordings.ts'
import { bytesOf } from './obd-heard.ts'

const test = suite('trouble codes')

const SECOND = 1_000_000
const START = Date.UTC(2026, 2, 1) * 1000

/** A vehicle that is listened to. */
class Scene {
  readonly keeper: DtcKeeper
  readonly events: VehicleEvent[] = []
  readonly #decoder: BusDecoder
  changes = 0
  now = START

  constructor(initial?: DtcCheckpoint) {
    this.keeper = new DtcKeeper({
      vehicle: 'van',
      event: (event) => this.events.push(event),
      changed: () => {
        this.changes += 1
      },
      initial,
    })
    this.#decoder = new BusDecoder({
      bus: 'can0',
      reading: () => undefined,
      issue: () => undefined,
      taps: this.keeper.taps,
    })
  }

  frame(id: number, data: Uint8Array): void {
    this.#decoder.frame(frameOf(id, data, { time: this.now }))
    this.now += 1000
  }

  /** An ISO-TP message, in as many frames as it takes. */
  says(hex: string, id = 0x7e8): void {
    const data = bytesOf(hex)
    if (data.length <= 7) {
      this.frame(id, Uint8Array.of(data.length, ...data))
      return
    }
    this.frame(
      id,
      Uint8Array.of(0x10 | (data.length >> 8), data.length & 0xff, ...data.subarray(0, 6)),
    )
    for (let at = 6, number = 1; at < data.length; at += 7, number += 1) {
      this.frame(id, Uint8Array.of(0x20 | (number & 15), ...data.subarray(at, at + 7)))
    }
  }

  /** A J1939 message of one frame, or by BAM. */
  group(pgn: number, source: number, hex: string): void {
    const data = bytesOf(hex)
    if (data.length <= 8) {
      this.frame((6 << 26) + pgn * 256 + source, data)
      return
    }
    const packets = Math.ceil(data.length / 7)
    const named = [pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16]
    const bam = Uint8Array.of(0x20, data.length & 0xff, data.length >> 8, packets, 0xff, ...named)
    this.frame(0x1cecff00 + source, bam)
    for (let packet = 0; packet < packets; packet += 1) {
      const part = new Uint8Array(8).fill(0xff)
      part[0] = packet + 1
      part.set(data.subarray(packet * 7, packet * 7 + 7), 1)
      this.frame(0x1cebff00 + source, part)
    }
  }

  wait(seconds: number): void {
    this.now += seconds * SECOND
  }

  /** `kind code`, those that are gone in brackets. */
  get codes(): string[] {
    const { codes = [] } = this.keeper.report() ?? {}
    return codes
      .map(({ kind, code, cleared }) =>
        cleared === undefined ? `${kind} ${code}` : `(${kind} ${code})`,
      )
      .sort()
  }

  /** What happened since the last look. */
  news(): string[] {
    return this.events.splice(0).map(({ type, data }) => `${type} ${data.kind} ${data.code}`)
  }
}

// ── OBD-II ──────────────────────────────────────────────────────────────────────────────────

test('nothing is known before a control unit has said anything', () => {
  const scene = new Scene()
  assert.is(scene.keeper.report(), undefined)
  scene.says('7F 03 11')
  scene.says('43')
  scene.says('41 01 82 07 00 00')
  assert.is(scene.keeper.report(), undefined)
})

test('read and empty is not the same as never read', () => {
  const scene = new Scene()
  scene.says('43 00')
  assert.equal(scene.keeper.report(), { codes: [], updated: START })
  assert.is(scene.changes, 1)
})

test('a code is set once, kept, and gone when its control unit answers without it', () => {
  const scene = new Scene()
  scene.says('43 02 03 01 01 33')
  assert.equal(scene.news(), ['dtc.set stored P0301', 'dtc.set stored P0133'])
  scene.wait(60)
  scene.says('43 02 03 01 01 33')
  assert.equal(scene.news(), [])
  scene.wait(60)
  const gone = scene.now
  scene.says('43 01 03 01')
  assert.equal(scene.news(), ['dtc.cleared stored P0133'])
  assert.equal(scene.codes, ['(stored P0133)', 'stored P0301'])
  const states = scene.keeper.report()?.codes
  const [cleared, kept] = states ?? []
  assert.is(cleared?.cleared, gone)
  assert.is(kept?.firstSeen, START)
  assert.is(kept?.lastSeen, gone)
  assert.is(kept?.occurrences, 1)
  assert.is(kept?.controlUnit, '7E8')
  assert.is(kept?.system, 'powertrain')
  assert.match(kept?.description ?? '', /misfire/i)
})

test('a code that comes back is set anew and counted', () => {
  const scene = new Scene()
  for (const answer of ['43 01 03 01', '43 00', '43 01 03 01', '43 00', '43 01 03 01']) {
    scene.says(answer)
    scene.wait(1)
  }
  assert.is(scene.news().length, 5)
  const [state] = scene.keeper.report()?.codes ?? []
  assert.is(state?.occurrences, 3)
  assert.is(state?.firstSeen, START)
  assert.is(state?.cleared, undefined)
})

/** After `43 02 03 01 01 33`: what is said, and that nothing is gone by it. */
const unchanging: [what: string, hex: string, id?: number][] = [
  ['a negative answer', '7F 03 22'],
  ['an answer without a count', '43'],
  ['an answer that announces more than it holds', '43 03 03 01'],
  ['an answer that announces less than it holds', '43 01 03 01 01 33'],
  ['an answer with half a code', '43 02 03 01 01'],
  ['an answer that counts a code of zeros', '43 01 00 00'],
  ['an empty answer of another control unit', '43 00', 0x7e9],
  ['an empty answer to another question', '47 00'],
  ['an empty list of permanent codes', '4A 00'],
  ['an empty UDS report', '59 02 FF'],
]

for (const [what, hex, id] of unchanging) {
  test(`${what} clears nothing`, () => {
    const scene = new Scene()
    scene.says('43 02 03 01 01 33')
    scene.news()
    scene.says(hex, id)
    scene.wait(3600)
    scene.keeper.tick(scene.now)
    assert.equal(scene.news(), [])
    assert.equal(scene.codes, ['stored P0133', 'stored P0301'])
  })
}

test('padding behind an answer does not make it incomplete', () => {
  const scene = new Scene()
  scene.says('43 01 03 01')
  scene.says('43 00 00 00 00 00')
  assert.equal(scene.codes, ['(stored P0301)'])
})

test('stored, pending and permanent are codes of their own, and so are those of two control units', () => {
  const scene = new Scene()
  scene.says('43 01 03 01')
  scene.says('47 01 03 01')
  scene.says('4A 01 03 01')
  scene.says('43 01 03 01', 0x7e9)
  scene.says('43 01 C1 00', 0x18daf110)
  assert.equal(scene.codes, [
    'pending P0301',
    'permanent P0301',
    'stored P0301',
    'stored P0301',
    'stored U0100',
  ])
  scene.news()
  scene.says('47 00')
  assert.equal(scene.news(), ['dtc.cleared pending P0301'])
  const units = scene.keeper.report()?.codes.map(({ controlUnit }) => controlUnit)
  assert.equal([...new Set(units)].sort(), ['18DAF110', '7E8', '7E9'])
})

test('a long list comes in several frames, and half of it clears nothing', () => {
  const scene = new Scene()
  const list = Array.from(
    { length: 20 },
    (_, index) => `03${(index + 1).toString(16).padStart(2, '0')}`,
  )
  scene.says(`4314${list.join('')}`)
  assert.is(scene.codes.length, 20)
  scene.frame(0x7e8, bytesOf('10 2A 43 14 03 01 03 02'))
  assert.is(scene.codes.filter((code) => code.startsWith('(')).length, 0)
})

test('the lamp of a control unit stands at its stored codes', () => {
  const scene = new Scene()
  scene.says('43 01 03 01')
  scene.says('47 01 01 33')
  scene.says('41 01 81 07 00 00')
  const lamp = () => scene.keeper.report()?.codes.map(({ kind, lamp }) => `${kind} ${lamp}`)
  assert.equal(lamp(), ['pending undefined', 'stored malfunction'])
  scene.says('41 01 01 07 00 00')
  assert.equal(lamp(), ['pending undefined', 'stored undefined'])
})

// ── freeze frames ───────────────────────────────────────────────────────────────────────────

test('what service 02 froze stands at its code, whichever came first', () => {
  for (const codeFirst of [true, false]) {
    const scene = new Scene()
    if (codeFirst) scene.says('43 01 03 01')
    scene.says('42 0C 00 1A F8')
    scene.says('42 02 00 03 01')
    scene.says('42 05 00 7B')
    scene.says('42 00 00 7E 1F 80 03')
    if (!codeFirst) scene.says('43 01 03 01')
    const [state] = scene.keeper.report()?.codes ?? []
    assert.equal(
      state?.freezeFrame?.map(({ value, unit, signal }) => [value, unit, signal]),
      [
        [1726, 'rpm', 'engineSpeed'],
        [83, '°C', 'coolantTemp'],
      ],
    )
    assert.ok(state?.freezeFrame?.every(({ label }) => label !== ''))
  }
})

test('a freeze frame of another code, frame or control unit is not taken', () => {
  const scene = new Scene()
  scene.says('43 01 03 01')
  scene.says('42 02 00 01 33')
  scene.says('42 05 00 7B')
  scene.says('42 02 01 03 01', 0x7e9)
  scene.says('42 05 01 7B', 0x7e9)
  scene.says('42 05 01 7B')
  assert.is(scene.keeper.report()?.codes[0]?.freezeFrame, undefined)
  scene.says('42 02 00 03 01')
  scene.says('42 0D 00 32')
  assert.equal(
    scene.keeper.report()?.codes[0]?.freezeFrame?.map(({ value }) => value),
    [50],
  )
})

test('a code that is gone keeps its frame, and one that comes back needs a new one', () => {
  const scene = new Scene()
  const frozen = () => scene.keeper.report()?.codes[0]?.freezeFrame?.length
  scene.says('43 01 03 01')
  scene.says('42 02 00 03 01')
  scene.says('42 05 00 7B')
  scene.says('43 00')
  assert.is(frozen(), 1)
  scene.says('43 01 03 01')
  assert.is(frozen(), undefined)
})

test('DM4 gives the frame of a J1939 code', () => {
  const scene = new Scene()
  scene.group(65226, 0, '04FF 6E000301 FFFF')
  // Length, code, torque mode, boost, speed, load, coolant, vehicle speed.
  scene.group(65229, 0, '0D 6E000301 03 32 803E 50 78 0050 FF')
  const [state] = scene.keeper.report()?.codes ?? []
  assert.equal(
    state?.freezeFrame?.map(({ label, value, unit }) => `${label} ${value} ${unit}`),
    [
      'Engine speed 2000 rpm',
      'Engine load 80 %',
      'Coolant temperature 80 °C',
      'Vehicle speed 80 km/h',
      'Boost pressure 100 kPa',
      'Engine torque mode 3 ',
    ],
  )
})

// ── UDS ─────────────────────────────────────────────────────────────────────────────────────

test('the status bits of UDS say what kind of code it is', () => {
  const scene = new Scene()
  scene.says('59 02 FF  012311 89  C10087 04  430216 01  500000 50', 0x72e)
  assert.equal(scene.codes, ['active C0302-16', 'pending U0100-87', 'stored P0123-11'])
  const lamps = scene.keeper.report()?.codes.map(({ lamp }) => lamp)
  assert.equal(lamps, [undefined, undefined, 'warning'])
  scene.says('59 15 FF 012311 89', 0x72e)
  assert.ok(scene.codes.includes('permanent P0123-11'))
})

test('a UDS code is gone when the same report comes without it', () => {
  const scene = new Scene()
  scene.says('59 02 FF 012311 08 C10087 08', 0x72e)
  scene.news()
  const same = ['59 0A FF', '59 02', '59 02 FF 012311', '59 0E FF', '59 01 FF 01 00 00', '7F 19 31']
  for (const other of same) scene.says(other, 0x72e)
  assert.equal(scene.news(), [])
  scene.says('59 02 FF 012311 08', 0x72e)
  assert.equal(scene.news(), ['dtc.cleared stored U0100-87'])
})

test('an answer to another mask clears nothing, whether the request was heard or sent', () => {
  const scene = new Scene()
  const ask = (mask: string) => {
    const data = bytesOf(`03 19 02 ${mask} 00 00 00 00`)
    scene.keeper.sent({ id: 0x7e0, extended: false, data })
  }
  ask('FF')
  scene.says('59 02 FF 012311 04')
  ask('08')
  scene.says('59 02 FF')
  assert.equal(scene.codes, ['pending P0123-11'])
  scene.says('19 02 FF', 0x7e0)
  scene.says('59 02 FF')
  assert.equal(scene.codes, ['(pending P0123-11)'])
})

// ── J1939 ───────────────────────────────────────────────────────────────────────────────────

const DM1 = 65226
const NONE = '00FF 00000000 FFFF'

test('an active code is gone after three DM1 without it', () => {
  const scene = new Scene()
  scene.group(DM1, 0, '10FF 6E000305 FFFF')
  assert.equal(scene.news(), ['dtc.set active SPN 110 FMI 3'])
  const [state] = scene.keeper.report()?.codes ?? []
  assert.is(state?.controlUnit, 'SA 0')
  assert.is(state?.system, 'j1939')
  assert.is(state?.occurrences, 5)
  assert.is(state?.lamp, 'stop')
  assert.match(state?.description ?? '', /coolant.*: voltage too high/i)
  scene.group(DM1, 0, NONE)
  scene.group(DM1, 0, NONE)
  scene.group(DM1, 3, NONE)
  assert.equal(scene.news(), [])
  scene.group(DM1, 0, '10FF 6E000305 FFFF')
  scene.group(DM1, 0, NONE)
  scene.group(DM1, 0, NONE)
  assert.equal(scene.news(), [], 'they must be in a row')
  scene.group(DM1, 0, NONE)
  assert.equal(scene.news(), ['dtc.cleared active SPN 110 FMI 3'])
})

test('one DM1 without it and ten seconds are enough; silence alone is not', () => {
  const scene = new Scene()
  scene.group(DM1, 0, '10FF 6E000305 FFFF')
  scene.wait(3600)
  scene.keeper.tick(scene.now)
  scene.group(DM1, 0, NONE)
  scene.wait(9)
  scene.keeper.tick(scene.now)
  assert.equal(scene.codes, ['active SPN 110 FMI 3'])
  scene.wait(1)
  scene.keeper.tick(scene.now)
  assert.equal(scene.codes, ['(active SPN 110 FMI 3)'])
})

test('a DM1 of all ones says nothing, one of several frames says all of it', () => {
  const scene = new Scene()
  scene.group(DM1, 0, '04FF 6E000301 5B000402 BE001F03')
  assert.is(scene.news().length, 3)
  for (let i = 0; i < 10; i += 1) scene.group(DM1, 0, 'FFFF FFFFFFFF FFFF')
  for (let i = 0; i < 10; i += 1) scene.frame(0x18feca00, bytesOf('04FF 00'))
  assert.equal(scene.news(), [])
  for (let i = 0; i < 3; i += 1) scene.group(DM1, 0, '04FF 6E000301 5B000402')
  assert.equal(scene.news(), ['dtc.cleared active SPN 190 FMI 31'])
})

test('each list of J1939 is of one kind, and goes by its next', () => {
  const lists: [pgn: number, kind: string][] = [
    [65227, 'previous'],
    [65231, 'pending'],
    [65236, 'active'],
    [64896, 'permanent'],
  ]
  for (const [pgn, kind] of lists) {
    const scene = new Scene()
    scene.group(pgn, 0, '04FF 6E000301 FFFF')
    assert.equal(scene.news(), [`dtc.set ${kind} SPN 110 FMI 3`])
    scene.group(pgn, 0, NONE)
    assert.equal(scene.news(), [`dtc.cleared ${kind} SPN 110 FMI 3`])
  }
})

test('DM12 without a code that DM1 still has does not clear it', () => {
  const scene = new Scene()
  scene.group(65236, 0, '04FF 6E000301 FFFF')
  scene.group(DM1, 0, '04FF 6E000301 FFFF')
  scene.group(65236, 0, NONE)
  assert.equal(scene.codes, ['active SPN 110 FMI 3'])
  for (let i = 0; i < 3; i += 1) scene.group(DM1, 0, NONE)
  assert.equal(scene.codes, ['(active SPN 110 FMI 3)'])
})

// ── over a restart, and against nonsense ────────────────────────────────────────────────────

test('after a restart nothing is set twice, and what was known can be cleared', () => {
  const scene = new Scene()
  scene.says('43 02 03 01 01 33')
  scene.group(DM1, 0, '04FF 6E000301 FFFF')
  const checkpoint = JSON.parse(JSON.stringify(scene.keeper.checkpoint()))
  const again = new Scene(checkpoint)
  assert.equal(again.keeper.report(), scene.keeper.report())
  again.says('43 02 03 01 01 33')
  again.group(DM1, 0, '04FF 6E000301 FFFF')
  assert.equal(again.news(), [])
  again.says('43 00')
  assert.equal(again.news(), ['dtc.cleared stored P0301', 'dtc.cleared stored P0133'])
  assert.is(scene.codes.filter((code) => code.startsWith('(')).length, 0)
})

test('an event has the same id for the same thing, and another for the next', () => {
  const ids = () => {
    const scene = new Scene()
    scene.says('43 01 03 01')
    scene.says('43 00')
    return scene.events.map(({ id }) => id)
  }
  assert.equal(ids(), ids())
  assert.is(new Set(ids()).size, 2)
})

test('random answers neither throw nor fill the memory, and clear only what was set', () => {
  const scene = new Scene()
  const random = seeded(11)
  const services = [0x42, 0x43, 0x47, 0x4a, 0x59, 0x41]
  const groups = [65226, 65227, 65229, 65231, 65236, 64896]
  let set = 0
  for (let i = 0; i < 4000; i += 1) {
    const size = 1 + Math.floor(random() * 24)
    const data = randomBytes(random, size)
    if (random() < 0.5) {
      data[0] = services[Math.floor(random() * services.length)] ?? 0
      scene.says(Buffer.from(data).toString('hex'), 0x7e8 + Math.floor(random() * 8))
    } else {
      const pgn = groups[Math.floor(random() * groups.length)] ?? DM1
      scene.group(pgn, Math.floor(random() * 4), Buffer.from(data).toString('hex'))
    }
    for (const { type } of scene.events.splice(0)) set += type === 'dtc.set' ? 1 : -1
    assert.ok(set >= 0)
  }
  assert.is(scene.codes.length, 1000)
})

// ── recorded trucks ─────────────────────────────────────────────────────────────────────────

interface Dm1Row {
  src: number
  dtcs: { spn: number; fmi: number }[]
}

for (const { base, frames, rows } of goldens<Dm1Row>('dm1')) {
  test(`${base}: every code that an independent tool finds is set, and no other`, () => {
    const scene = new Scene()
    for (const { id, data, micros } of frames()) {
      scene.now = micros
      scene.frame(id, data)
    }
    const expected = new Set<string>()
    const last = new Map<number, string[]>()
    for (const { src, dtcs } of rows()) {
      const codes = dtcs.map(({ spn, fmi }) => `SA ${src} SPN ${spn} FMI ${fmi}`)
      for (const code of codes) expected.add(code)
      last.set(src, codes)
    }
    const active = (scene.keeper.report()?.codes ?? []).filter(({ kind }) => kind === 'active')
    const named = active.map(({ controlUnit, code }) => `${controlUnit} ${code}`)
    assert.equal(named.sort(), [...expected].sort())
    const set = active.filter(({ cleared }) => cleared === undefined)
    const still = new Set(set.map(({ controlUnit, code }) => `${controlUnit} ${code}`))
    for (const code of [...last.values()].flat()) assert.ok(still.has(code), code)
  })
}

test.run()
