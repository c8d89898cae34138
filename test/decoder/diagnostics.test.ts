/** The diagnostic messages of J1939-73: lamps, trouble codes, freeze frames, readiness. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pgnOf } from '../../src/decoder/can-id.ts'
import { type DmMessage, decodeDm, dmPgns, dmProblem } from '../../src/decoder/j1939/dm.ts'
import { decodeDm1, PGN_DM1 } from '../../src/decoder/j1939/dm1.ts'
import { fmiTexts } from '../../src/decoder/j1939/fmi-texts.ts'
import { type SpnVersion, spnAt } from '../../src/decoder/j1939/trouble-codes.ts'
import { recording } from '../support/needs.ts'
import { randomBytes, seeded } from './dbc-reference.ts'
import { goldens, hexOf } from './j1939-recordings.ts'

const test = suite('j1939 diagnostics')

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

/** Decoded from a buffer that goes on behind the message, as a source's buffer does. */
function decoded(pgn: number, hex: string): DmMessage | undefined {
  const data = bytes(hex)
  const buffer = new Uint8Array(data.length + 64).fill(0x5a)
  buffer.set(data)
  return decodeDm(pgn, buffer, data.length)
}

const allOff = { pl: 'off', awl: 'off', rsl: 'off', mil: 'off' } as const
const one = { spn: 91, fmi: 3, oc: 1, cm: 0 }
const nothingFrozen = {
  torqueMode: undefined,
  boostPressure: undefined,
  engineSpeed: undefined,
  engineLoad: undefined,
  coolantTemperature: undefined,
  vehicleSpeed: undefined,
}

/** Messages and what they say. */
const messages: [what: string, pgn: number, hex: string, message: DmMessage][] = [
  [
    'DM1 with one code',
    65226,
    '40FF 5B000301 FFFF',
    {
      kind: 'DM1',
      lamps: { ...allOff, mil: 'on' },
      dtcs: [one],
    },
  ],
  [
    'DM2 with two codes',
    65227,
    '00FF 5B000301 5C000402',
    {
      kind: 'DM2',
      lamps: allOff,
      dtcs: [one, { spn: 92, fmi: 4, oc: 2, cm: 0 }],
    },
  ],
  ['DM3, which clears, has no data', 65228, '', { kind: 'DM3' }],
  [
    'DM6 without a pending code',
    65231,
    '00FF 00000000 FFFF',
    {
      kind: 'DM6',
      lamps: allOff,
      dtcs: [],
    },
  ],
  ['DM11, which clears, in a full frame', 65235, 'FFFFFFFFFFFFFFFF', { kind: 'DM11' }],
  [
    'DM12 with a slowly flashing MIL',
    65236,
    '4000 5B000301 FFFF',
    {
      kind: 'DM12',
      lamps: { ...allOff, mil: 'on_slow_flash' },
      dtcs: [one],
    },
  ],
  ['DM23 with one code', 64949, '00FF 5B000301 FFFF', { kind: 'DM23', lamps: allOff, dtcs: [one] }],
  ['DM27 with one code', 64898, '00FF 5B000301 FFFF', { kind: 'DM27', lamps: allOff, dtcs: [one] }],
  ['DM28 with one code', 64896, '00FF 5B000301 FFFF', { kind: 'DM28', lamps: allOff, dtcs: [one] }],
  [
    'DM4 with one freeze frame',
    65229,
    '0C 5B000301 F1 32 4038 50 69 0055',
    {
      kind: 'DM4',
      frames: [
        {
          dtc: one,
          data: bytes('F132403850690055'),
          values: {
            torqueMode: 1,
            boostPressure: 100,
            engineSpeed: 1800,
            engineLoad: 80,
            coolantTemperature: 65,
            vehicleSpeed: 85,
          },
        },
      ],
    },
  ],
  [
    'DM4 with values that are not available or errors',
    65229,
    '0C 5B000301 FF FF FFFF FE FB 00FE',
    {
      kind: 'DM4',
      frames: [{ dtc: one, data: bytes('FFFFFFFFFEFB00FE'), values: nothingFrozen }],
    },
  ],
  [
    'DM4 with a frame that has the code alone, then one with values of the maker',
    65229,
    '04 5B000301 0E 5C000402 00 00 0000 00 28 0000 AABB',
    {
      kind: 'DM4',
      frames: [
        { dtc: one, data: bytes(''), values: nothingFrozen },
        {
          dtc: { spn: 92, fmi: 4, oc: 2, cm: 0 },
          data: bytes('0000000000280000AABB'),
          values: {
            torqueMode: 0,
            boostPressure: 0,
            engineSpeed: 0,
            engineLoad: 0,
            coolantTemperature: 0,
            vehicleSpeed: 0,
          },
        },
      ],
    },
  ],
  ['DM4 without a freeze frame', 65229, '0000000000FFFFFF', { kind: 'DM4', frames: [] }],
  [
    'DM25 with one frame, which DM24 explains',
    64951,
    '06 5B000301 1234 FF',
    {
      kind: 'DM25',
      frames: [{ dtc: one, data: bytes('1234') }],
    },
  ],
  ['DM25 without a frame', 64951, '0000000000FFFFFF', { kind: 'DM25', frames: [] }],
  [
    'DM19 with two calibrations',
    54016,
    '78563412 41424344454647483132333435363738 FFFFFFFF 5859 0000000000000000000000000000',
    {
      kind: 'DM19',
      calibrations: [
        { cvn: 0x12345678, id: 'ABCDEFGH12345678' },
        { cvn: undefined, id: 'XY' },
      ],
    },
  ],
  [
    'DM19 with an identification that is no text',
    54016,
    `01000000 41 07 ${'42'.repeat(14)}`,
    {
      kind: 'DM19',
      calibrations: [{ cvn: 1, id: undefined }],
    },
  ],
  [
    'DM20 with two ratios',
    49664,
    '0C00 0100 CA14F8 0300 0400 B812FF FFFF 00FE',
    {
      kind: 'DM20',
      ignitionCycles: 12,
      conditionsMet: 1,
      ratios: [
        { spn: 5322, numerator: 3, denominator: 4 },
        { spn: 0x712b8, numerator: undefined, denominator: undefined },
      ],
    },
  ],
  [
    'DM21',
    49408,
    '0100 E803 FFFF 3C00',
    {
      kind: 'DM21',
      distanceWithMil: 1,
      distanceSinceClear: 1000,
      minutesWithMil: undefined,
      minutesSinceClear: 60,
    },
  ],
  [
    'DM24 with two SPNs and fillings',
    64950,
    '5B001801 66001F01 FFFFFFFF 00000000',
    {
      kind: 'DM24',
      spns: [
        { spn: 91, freezeFrame: true, dataStream: true, testResults: true, bytes: 1 },
        { spn: 102, freezeFrame: false, dataStream: false, testResults: false, bytes: 1 },
      ],
    },
  ],
]

for (const [what, pgn, hex, message] of messages) {
  test(what, () => {
    assert.equal(decoded(pgn, hex), message)
    assert.is(dmProblem(pgn, bytes(hex), bytes(hex).length), undefined)
  })
}

/** Messages that cannot be what their PGN says. */
const malformed: [what: string, pgn: number, hex: string][] = [
  ['DM1 of two bytes, lamps alone', 65226, '00FF'],
  ['DM1 with half a code', 65226, '00FF5B000301FF'],
  ['DM1 of no bytes', 65226, ''],
  ['DM4 of no bytes', 65229, ''],
  ['DM4 whose frame is longer than the message', 65229, '0D 5B000301 F132403850690055'],
  ['DM4 whose frame has no room for a code', 65229, '03 5B0003 FFFFFFFF'],
  ['DM4 with something behind its frame', 65229, '0C 5B000301 F132403850690055 00'],
  ['DM5 of seven bytes', 65230, '00000000000000'],
  ['DM5 of nine bytes', 65230, '000000000000000000'],
  ['DM19 of 19 bytes', 54016, '00'.repeat(19)],
  ['DM19 of no bytes', 54016, ''],
  ['DM20 without a ratio', 49664, '0C000100'],
  ['DM20 with half a ratio', 49664, '0C000100CA14F8'],
  ['DM21 of four bytes', 49408, '01000200'],
  ['DM24 of three bytes', 64950, '5B0018'],
  ['DM25 whose frame is longer than the message', 64951, '08 5B000301 123456'],
  ['DM26 of four bytes', 64952, '00000000'],
]

for (const [what, pgn, hex] of malformed) {
  test(`${what} is not decoded, and it is said why`, () => {
    assert.is(decoded(pgn, hex), undefined)
    const [kind = ''] = what.split(' ')
    const problem = dmProblem(pgn, bytes(hex), bytes(hex).length) ?? ''
    assert.ok(problem.startsWith(kind), problem)
  })
}

test('a PGN that is no diagnostic message is not decoded, and that is no problem', () => {
  assert.is(decodeDm(61444, bytes('40FF5B000301FFFF'), 8), undefined)
  assert.is(dmProblem(61444, bytes('40FF5B000301FFFF'), 8), undefined)
})

/** Bits of the readiness bytes: which system each belongs to. */
const monitors: [system: string, supports: string, pending: string][] = [
  ['misfire', '01 0000 0000', '11 0000 0000'],
  ['fuel system', '02 0000 0000', '22 0000 0000'],
  ['comprehensive components', '04 0000 0000', '44 0000 0000'],
  ['catalyst', '00 0100 0000', '00 0100 0100'],
  ['heated catalyst', '00 0200 0000', '00 0200 0200'],
  ['evaporative system', '00 0400 0000', '00 0400 0400'],
  ['secondary air system', '00 0800 0000', '00 0800 0800'],
  ['air conditioning refrigerant', '00 1000 0000', '00 1000 1000'],
  ['exhaust gas sensor', '00 2000 0000', '00 2000 2000'],
  ['exhaust gas sensor heater', '00 4000 0000', '00 4000 4000'],
  ['EGR or VVT system', '00 8000 0000', '00 8000 8000'],
  ['cold start aid', '00 0001 0000', '00 0001 0001'],
  ['boost pressure control', '00 0002 0000', '00 0002 0002'],
  ['diesel particulate filter', '00 0004 0000', '00 0004 0004'],
  ['NOx catalyst or adsorber', '00 0008 0000', '00 0008 0008'],
  ['NMHC converting catalyst', '00 0010 0000', '00 0010 0010'],
]

function monitorsOf(message: DmMessage | undefined) {
  assert.ok(message?.kind === 'DM5' || message?.kind === 'DM26')
  return message.kind === 'DM5' || message.kind === 'DM26'
    ? [...message.continuous, ...message.nonContinuous]
    : []
}

for (const [system, supports, pending] of monitors) {
  for (const [pgn, kind] of [
    [65230, 'DM5'],
    [64952, 'DM26'],
  ] as const) {
    test(`${kind}: the ${system} has its own two bits`, () => {
      const complete = monitorsOf(decoded(pgn, `000014 ${supports}`))
      const incomplete = monitorsOf(decoded(pgn, `000014 ${pending}`))
      for (const [list, isComplete] of [
        [complete, true],
        [incomplete, false],
      ] as const) {
        assert.is(list.length, 16)
        for (const monitor of list) {
          const isIt = monitor.system === system
          assert.is(monitor.supported, isIt, monitor.system)
          assert.is(monitor.complete, isIt ? isComplete : undefined, monitor.system)
        }
      }
    })
  }
}

test('DM5 says how many codes there are and which rules are met', () => {
  const message = decoded(65230, '02 03 14 00 0000 0000')
  assert.ok(message?.kind === 'DM5')
  if (message?.kind !== 'DM5') return
  const { active, previouslyActive, obdCompliance, obdComplianceText } = message
  assert.equal([active, previouslyActive, obdCompliance], [2, 3, 20])
  assert.is(obdComplianceText, 'heavy duty OBD')
})

test('DM5 of ones says nothing at all', () => {
  const message = decoded(65230, 'FFFFFFFFFFFFFFFF')
  assert.ok(message?.kind === 'DM5')
  if (message?.kind !== 'DM5') return
  const { active, previouslyActive, obdCompliance, obdComplianceText } = message
  for (const value of [active, previouslyActive, obdCompliance, obdComplianceText]) {
    assert.is(value, undefined)
  }
  for (const { supported, complete } of monitorsOf(message)) {
    assert.equal([supported, complete], [undefined, undefined])
  }
})

test('DM5 with rules that we have no words for still has their number', () => {
  const message = decoded(65230, '00 00 F0 00 0000 0000')
  assert.ok(message?.kind === 'DM5' && message.obdCompliance === 240)
  assert.ok(message?.kind === 'DM5' && message.obdComplianceText === undefined)
})

test('DM26 says how long the engine runs and how often it warmed up', () => {
  const message = decoded(64952, '3C00 05 00 0000 0000')
  assert.ok(message?.kind === 'DM26')
  if (message?.kind !== 'DM26') return
  assert.equal([message.secondsRunning, message.warmUps], [60, 5])
  const absent = decoded(64952, 'FFFF FE 00 0000 0000')
  assert.ok(absent?.kind === 'DM26' && absent.secondsRunning === undefined)
  assert.ok(absent?.kind === 'DM26' && absent.warmUps === undefined)
})

test('a code of an older conversion method has all its readings, and the known one counts', () => {
  const data = bytes('40FF 0097038A FFFF')
  const codes = (version?: SpnVersion) => {
    const message = decodeDm(65226, data, 8, version === undefined ? {} : { version })
    return message?.kind === 'DM1' ? message.dtcs : []
  }
  const spnByVersion = { 1: 1208, 2: 309_248, 3: 38_656 }
  assert.equal(codes()[0]?.spnByVersion, spnByVersion)
  for (const version of [1, 2, 3] as const) {
    assert.is(codes(version)[0]?.spn, spnByVersion[version])
  }
  assert.is(codes()[0]?.spn, spnByVersion[3], 'as version 4, where nothing is known')
  assert.equal(decodeDm1(data, 8)?.dtcs, [{ spn: 38_656, fmi: 3, oc: 10, cm: 1 }])
})

test('a code of the current conversion method has one reading, whatever the sender is', () => {
  const message = decodeDm(65226, bytes('40FF B804030A FFFF'), 8, { version: 1 })
  assert.equal(message?.kind === 'DM1' && message.dtcs, [{ spn: 1208, fmi: 3, oc: 10, cm: 0 }])
})

test('every failure mode from 0 to 31 has a text of its own', () => {
  assert.is(fmiTexts.length, 32)
  assert.is(new Set(fmiTexts).size, 32)
})

test('every diagnostic message lives through 20,000 random inputs', () => {
  const random = seeded(73)
  const seeds = new Map<number, Uint8Array[]>()
  for (const [, pgn, hex] of messages) seeds.set(pgn, [...(seeds.get(pgn) ?? []), bytes(hex)])
  for (const pgn of dmPgns) {
    const known = seeds.get(pgn) ?? [new Uint8Array(8)]
    let decodedCount = 0
    for (let i = 0; i < 20_000; i += 1) {
      const data = mutated(known[i % known.length] as Uint8Array, random)
      const message = decodeDm(pgn, data, data.length)
      const problem = dmProblem(pgn, data, data.length)
      assert.ok((message === undefined) !== (problem === undefined), `${pgn} ${hexOf(data)}`)
      if (message === undefined) continue
      decodedCount += 1
      assertSound(message, data.length)
    }
    assert.ok(decodedCount > 1000, `${pgn}: ${decodedCount} decoded`)
  }
})

function mutated(seed: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit)
  const kind = random()
  if (kind < 0.2) return randomBytes(random, below(40))
  const data = seed.slice(0, random() < 0.1 ? below(seed.length + 1) : seed.length)
  if (data.length > 0) data[below(data.length)] = below(256)
  return data
}

/** No number is made of what is no measurement, and nothing is larger than the message. */
function assertSound(message: DmMessage, length: number): void {
  if ('dtcs' in message) {
    assert.ok(message.dtcs.length * 4 + 2 <= length)
    for (const { spn, fmi, oc } of message.dtcs) {
      assert.ok(spn <= 0x7ffff && fmi < 32 && oc < 128 && spn + fmi > 0)
    }
  }
  if ('frames' in message) {
    const held = message.frames.reduce((sum, { data }) => sum + data.length + 5, 0)
    assert.ok(held <= length)
  }
  if (message.kind === 'DM4') {
    for (const { engineSpeed = 0, coolantTemperature = 0 } of message.frames.map((f) => f.values)) {
      assert.ok(engineSpeed < 0xfb00 / 8 && coolantTemperature <= 210)
    }
  }
}

interface DmVector {
  id: string
  what: string
  pgn: number
  payload: string
  expect: { error?: string; lamps?: Record<string, { python_can_j1939: string }>; dtcs?: object[] }
}

interface ConversionVector {
  version: SpnVersion
  cm: number
  dtc_bytes: string
  spn: number
  fmi: number
  oc: number
}

const vectors = recording('vectors/j1939_dm1.json')
if (vectors !== undefined) {
  const file = JSON.parse(readFileSync(vectors, 'utf8')) as {
    vectors: DmVector[]
    spn_conversion: { vectors: ConversionVector[] }
  }
  for (const { id, what, pgn, payload, expect } of file.vectors) {
    test(`vector ${id}: ${what}`, () => {
      const message = decoded(pgn, payload)
      const plain = decodeDm1(bytes(payload), payload.length / 2)
      if (expect.error !== undefined) {
        assert.is(message, undefined)
        assert.is(plain, undefined)
        return
      }
      const lamps = Object.fromEntries(
        Object.entries(expect.lamps ?? {}).map(([name, lamp]) => [name, lamp.python_can_j1939]),
      )
      assert.equal(plain, { lamps, dtcs: expect.dtcs })
      assert.equal(message, { kind: pgn === PGN_DM1 ? 'DM1' : 'DM2', lamps, dtcs: expect.dtcs })
    })
  }
  for (const { version, cm, dtc_bytes, spn, fmi, oc } of file.spn_conversion.vectors) {
    test(`vector conversion ${version} of ${dtc_bytes} is SPN ${spn}`, () => {
      assert.is(spnAt(bytes(dtc_bytes), 0, version), spn)
      if (spn === 0x7ffff && fmi === 31) return
      const data = bytes(`00FF${dtc_bytes}FFFF`)
      const message = decodeDm(65226, data, data.length, { version })
      const [code] = message?.kind === 'DM1' ? message.dtcs : []
      assert.equal([code?.spn, code?.fmi, code?.oc, code?.cm], [spn, fmi, oc, cm])
    })
  }
}

interface Dm1Row {
  n: number
  raw: string
  tp: boolean
  lamps: Record<string, string>
  dtcs: object[]
}

for (const { base, frames, rows } of goldens<Dm1Row>('dm1')) {
  test(`${base}: DM1 says what the independent tools say`, () => {
    const byFrame = new Map(frames().map((frame) => [frame.n, frame]))
    for (const { n, raw, tp, lamps, dtcs } of rows()) {
      const data = bytes(raw)
      assert.equal(decodeDm1(data, data.length), { lamps, dtcs })
      assert.equal(decodeDm(PGN_DM1, data, data.length), { kind: 'DM1', lamps, dtcs })
      if (tp) continue
      const frame = byFrame.get(n)
      assert.is(frame && pgnOf(frame.id), PGN_DM1)
      assert.is(frame && hexOf(frame.data), raw)
    }
  })
}

test.run()
