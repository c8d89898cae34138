/** From frames to readings: what becomes a number, and above all what does not. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BusDecoder, type BusDecoderOptions } from '../../src/decoder/bus-decoder.ts'
import { bitOffset } from '../../src/decoder/j1939/compile.ts'
import { pgnTable } from '../../src/decoder/j1939/pgn-table.ts'
import type { PidValue } from '../../src/decoder/obd/responses.ts'
import type { Dm1Message, SpnValue } from '../../src/decoder/taps.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { Reading } from '../../src/model/reading.ts'
import { signals } from '../../src/model/signals.ts'
import { recording } from '../support/needs.ts'
import { randomBytes, seeded } from './dbc-reference.ts'

const test = suite('bus decoder')

const TIME = 1_750_000_000_000_000

class Bus {
  readonly readings: Reading[] = []
  readonly issues: Issue[] = []
  readonly spns: SpnValue[] = []
  readonly pids: PidValue[] = []
  readonly dm1: Dm1Message[] = []
  readonly decoder: BusDecoder

  constructor(options: Partial<BusDecoderOptions> = {}) {
    this.decoder = new BusDecoder({
      bus: 'can0',
      reading: (reading) => this.readings.push({ ...reading }),
      issue: (issue) => this.issues.push(issue),
      taps: {
        spn: (value) => this.spns.push(value),
        pid: (_message, pid) => this.pids.push(pid),
        dm1: (message) => this.dm1.push(message),
      },
      ...options,
    })
  }

  /** Frames as `ID#DATA`, a millisecond apart. */
  hear(...lines: string[]): this {
    for (const [i, line] of lines.entries()) this.decoder.frame(frameFrom(line, i))
    return this
  }

  get values(): [string, unknown][] {
    return this.readings
      .filter(({ value }) => value !== undefined)
      .map(({ signal, value }) => [signal, value])
  }

  get codes(): string[] {
    return this.issues.map(({ code }) => code)
  }
}

function frameFrom(line: string, ms = 0, options: Partial<CanFrame> = {}): CanFrame {
  const [id = '', data = ''] = line.split('#')
  return frameOf(Number.parseInt(id, 16), Buffer.from(data, 'hex'), {
    extended: id.length === 8,
    time: TIME + ms * 1000,
    ...options,
  })
}

function idText(pgn: number, source = 0): string {
  return (0x18000000 + pgn * 256 + source).toString(16).padStart(8, '0')
}

function hexOf(data: Iterable<number>): string {
  return Buffer.from([...data])
    .toString('hex')
    .toUpperCase()
}

/** A payload as a broadcast of several packets. */
function broadcast(pgn: number, payload: Buffer, source = 0): string[] {
  const packets = Math.ceil(payload.length / 7)
  const head = [32, payload.length & 255, payload.length >> 8, packets, 255]
  const tail = [pgn & 255, (pgn >> 8) & 255, pgn >> 16]
  const lines = [`${idText(0xecff, source)}#${hexOf([...head, ...tail])}`]
  for (let n = 0; n < packets; n += 1) {
    const bytes = [...payload.subarray(n * 7, n * 7 + 7)]
    lines.push(`${idText(0xebff, source)}#${hexOf([n + 1, ...bytes])}`)
  }
  return lines
}

/** A diagnostic message as segments. */
function segments(id: string, message: Buffer): string[] {
  const lines = [`${id}#${hexOf([0x10, message.length, ...message.subarray(0, 6)])}`]
  for (let n = 1; (n - 1) * 7 + 6 < message.length; n += 1) {
    const at = (n - 1) * 7 + 6
    lines.push(`${id}#${hexOf([0x20 + n, ...message.subarray(at, at + 7)])}`)
  }
  return lines
}

test('a reading says what, when, from which bus, control unit and definition', () => {
  const bus = new Bus().hear('18FEE017#FFFFFFFF40420F00', '7E8#0641A60007B12E')
  assert.equal(bus.readings, [
    {
      signal: 'tripDistance',
      value: undefined,
      quality: 'absent',
      time: TIME,
      source: 'can0',
      sender: 0x17,
      rank: 1,
    },
    {
      signal: 'odometer',
      value: 125_000,
      quality: 'ok',
      time: TIME,
      source: 'can0',
      sender: 0x17,
      rank: 1,
    },
    {
      signal: 'odometer',
      value: 50_411,
      quality: 'ok',
      time: TIME + 1000,
      source: 'can0',
      sender: 0xe8,
      rank: 2,
    },
  ])
  assert.equal(bus.issues, [])
})

test('readings are in the unit of their signal, whatever the unit on the bus', () => {
  const cases: [line: string, signal: string, value: number][] = [
    ['18FEC1EE#40420F00FFFFFFFF', 'odometer', 5000],
    ['18FEFC17#FFCCFFFFFFFFFFFF', 'fuelPercentRemaining', 0.816],
    ['0CF00300#FFFF4EFFFFFFFFFF', 'engineLoad', 0.78],
    ['7E8#0341118800000000', 'throttlePosition', 0.5333333333333333],
    ['7E8#03412FFF00000000', 'fuelPercentRemaining', 1],
    ['18DAF110#0441423430000000', 'batteryVoltage', 13.36],
  ]
  for (const [line, signal, value] of cases) {
    assert.equal(new Bus().hear(line).values, [[signal, value]], line)
  }
})

test('with or without taps the readings are the same', () => {
  const lines = [
    '18FEF100#FF0050FFFFFFFFFF',
    ...broadcast(65260, Buffer.from('1XKYDP9X7FJ469058*')),
  ]
  const tapped = new Bus().hear(...lines, '7E8#03410D39')
  const plain = new Bus({ taps: {} }).hear(...lines, '7E8#03410D39')
  assert.equal(plain.readings, tapped.readings)
  assert.is(plain.readings.filter(({ value }) => value !== undefined).length, 4)
  assert.is(plain.decoder.messages, 3)
})

/** The raw values of a width: what is a measurement, and what only indicates. */
const widths: Record<number, { ok: number[]; error: number[]; absent: number[] }> = {
  2: { ok: [0, 1], error: [2], absent: [3] },
  24: {
    ok: [0, 0xff, 0xfaffff],
    error: [0xfe0000, 0xfeffff],
    absent: [0xfb0000, 0xfc0000, 0xfdffff, 0xff0000, 0xffffff],
  },
  8: { ok: [0, 1, 0xfa], error: [0xfe], absent: [0xfb, 0xfc, 0xfd, 0xff] },
  16: {
    ok: [0, 0xff, 0xfaff],
    error: [0xfe00, 0xfe7f, 0xfeff],
    absent: [0xfb00, 0xfbff, 0xfc00, 0xfdff, 0xff00, 0xff7f, 0xffff],
  },
  32: {
    ok: [0, 0xff, 0xfe00, 0xfaffffff],
    error: [0xfe000000, 0xfeffffff],
    absent: [0xfb000000, 0xfc000000, 0xfdffffff, 0xff000000, 0xff123456, 0xffffffff],
  },
}

for (const { pgn, label, spns } of pgnTable) {
  for (const row of spns) {
    if (!('slot' in row) || row.signal === undefined) continue
    const { spn, at, slot, signal } = row
    test(`no indicator of ${label} SPN ${spn} becomes a number`, () => {
      const raws = widths[slot.bits]
      assert.ok(raws, `raw values of ${slot.bits} bits`)
      for (const quality of ['ok', 'error', 'absent'] as const) {
        for (const raw of raws[quality]) {
          const data = (BigInt(raw) << BigInt(bitOffset(at))) & 0xffffffffffffffffn
          const bytes = Buffer.alloc(8)
          bytes.writeBigUInt64LE(data)
          const bus = new Bus().hear(`${idText(pgn)}#${bytes.toString('hex')}`)
          const [reading] = bus.readings.filter((one) => one.signal === signal)
          const sameSignal = spns.filter((one) => 'slot' in one && one.signal === signal)
          const found = sameSignal.length > 1 ? bus.readings[sameSignal.indexOf(row)] : reading
          assert.is(found?.quality, quality, `raw ${raw.toString(16)}`)
          const { type } = signals[signal]
          assert.is(typeof found?.value, quality === 'ok' ? type : 'undefined')
          const tapped = bus.spns.find((one) => one.spn === spn)
          assert.is(tapped?.value === undefined, quality !== 'ok')
          assert.is(tapped?.raw, raw)
        }
      }
    })
  }
}

test('a parameter beyond the end of a short message is not read from what lies behind it', () => {
  const frame = frameFrom('18FEE000#4242424240420F00')
  for (const [length, expected] of [
    [8, ['tripDistance', 'odometer']],
    [7, ['tripDistance']],
    [4, ['tripDistance']],
    [3, []],
    [0, []],
  ] as const) {
    const bus = new Bus()
    bus.decoder.frame({ ...frame, length })
    assert.equal(
      bus.values.map(([signal]) => signal),
      expected,
    )
  }
})

const speed = '18FEF100#FF0050FFFFFFFFFF'
const obd = '7E8#03410D39AAAAAAAA'

/** Frames that look like a reading and are none. */
const ignored: [what: string, line: string, options?: Partial<CanFrame>][] = [
  ['error frame', speed, { error: true }],
  ['remote frame', speed, { remote: true }],
  ['error frame on a diagnostic identifier', obd, { error: true }],
  ['remote frame on a diagnostic identifier', obd, { remote: true }],
  ['CAN FD frame with a J1939 identifier', speed, { fd: true }],
  ['frame of the extended data page (ISO 11783)', '1AFEF100#FF0050FFFFFFFFFF'],
  ['frame of both data pages (ISO 15765-3)', '1BFEF100#FF0050FFFFFFFFFF'],
  ['frame of data page 1 (NMEA 2000)', '19FEF100#FF0050FFFFFFFFFF'],
  ['frame of another group', '18FF1200#FF0050FFFFFFFFFF'],
  ['frame with a destination', '18F0FE00#FF0050FFFFFFFFFF'],
  ['11-bit frame outside the diagnostic identifiers', '6E8#03410D39AAAAAAAA'],
  ['functional request', '7DF#02010DAAAAAAAAAA'],
  ['physical request', '7E0#02010DAAAAAAAAAA'],
  ['request identifier with the bytes of a response', '7E0#03410D39AAAAAAAA'],
  ['functional identifier with the bytes of a response', '7DF#03410D39AAAAAAAA'],
  ['identifier below the responders', '7E7#03410D39AAAAAAAA'],
  ['identifier above the responders', '7F0#03410D39AAAAAAAA'],
  ['29-bit functional request', '18DB33F1#02010DAAAAAAAAAA'],
  ['29-bit physical request', '18DA10F1#02010DAAAAAAAAAA'],
  ['29-bit request with the bytes of a response', '18DA10F1#03410D39AAAAAAAA'],
  ['29-bit response to another tester', '18DAF210#03410D39AAAAAAAA'],
  ['29-bit functional response', '18DBF110#03410D39AAAAAAAA'],
  ['29-bit response on data page 1', '19DAF110#03410D39AAAAAAAA'],
  ['response whose identifier is an 11-bit one in 29 bits', '000007E8#03410D39AAAAAAAA'],
  ['freeze frame', '7E8#05420D0039AAAAAA'],
  ['request on a responder', '7E8#02010DAAAAAAAAAA'],
  ['UDS response of a manufacturer', '7E8#0462123439AAAAAA'],
  ['response of no service', '7E8#03BF0D39AAAAAAAA'],
  ['empty frame', '7E8#'],
  ['list of supported PIDs', '7E8#064100BE3EB813AA'],
]

for (const [what, line, options] of ignored) {
  test(`a ${what} gives no reading`, () => {
    const bus = new Bus()
    bus.decoder.frame(frameFrom(line, 0, options))
    assert.equal(bus.readings, [])
    assert.equal(bus.issues, [])
  })
}

test('what is not of J1939 or a diagnosis is no message, transport frames included', () => {
  const others = ['1AFEF100', '1BFEF100', '1AECFF00', '1BECFF00', '1BDA10F1', '6FF']
  const bus = new Bus().hear(...others.map((id) => `${id}#20110003FFECFE00`))
  assert.is(bus.decoder.messages, 0)
  assert.equal(bus.issues, [])
})

test('responders from 7E8 to 7EF, and any to tester F1, are heard', () => {
  for (const id of ['7E8', '7E9', '7EF', '18DAF100', '18DAF110', '18DAF1FF']) {
    assert.equal(new Bus().hear(`${id}#03410D39`).values, [['speed', 57]], id)
  }
})

/** Responses: readings and issues. */
const responses: { what: string; message: string; values: [string, unknown][]; codes: string[] }[] =
  [
    {
      what: 'with one PID gives its reading',
      message: '410D39',
      values: [['speed', 57]],
      codes: [],
    },
    {
      what: 'with several PIDs gives all their readings',
      message: '410C1AF80D390F85',
      values: [
        ['engineSpeed', 1726],
        ['speed', 57],
        ['intakeTemp', 93],
      ],
      codes: [],
    },
    {
      what: 'that ends in the middle of its only PID gives none',
      message: '410C1A',
      values: [],
      codes: ['message-short'],
    },
    {
      what: 'that ends right after a PID gives none of it',
      message: '410D390C',
      values: [['speed', 57]],
      codes: ['message-short'],
    },
    {
      what: 'that ends in the middle of its second PID gives the first',
      message: '410D39A60007B1',
      values: [['speed', 57]],
      codes: ['message-short'],
    },
    {
      what: 'with an unknown PID gives what stands before it, and nothing behind',
      message: '410D39FE800C1AF8',
      values: [['speed', 57]],
      codes: [],
    },
    {
      what: 'with zeros behind its PID gives no more than that',
      message: '410D390000000000',
      values: [['speed', 57]],
      codes: [],
    },
    {
      what: 'with ones behind its PID gives no more than that',
      message: '410D39FFFFFFFF',
      values: [['speed', 57]],
      codes: [],
    },
    { what: 'of a service byte alone gives none', message: '41', values: [], codes: [] },
    {
      what: 'that refuses gives none',
      message: '7F0112',
      values: [],
      codes: ['negative-response'],
    },
    {
      what: 'that asks for patience gives none',
      message: '7F0178',
      values: [],
      codes: [],
    },
    {
      what: 'that refuses, with what looks like data behind, gives none',
      message: '7F410D39',
      values: [],
      codes: ['negative-response'],
    },
    { what: 'to service 09 of one byte gives none', message: '49', values: [], codes: [] },
    {
      what: 'to service 09 with the count of its messages gives none',
      message: '490105',
      values: [],
      codes: [],
    },
  ]

for (const { what, message, values, codes } of responses) {
  test(`a response ${what}`, () => {
    const bytes = Buffer.from(message, 'hex')
    // After another, whose bytes lie in the same buffers still.
    const bus = new Bus().hear('7E8#0641A60007B12E')
    bus.readings.length = 0
    if (bytes.length <= 7) bus.hear(`7E8#${hexOf([bytes.length, ...bytes])}`)
    else bus.hear(...segments('7E8', bytes))
    assert.equal(bus.values, values)
    assert.equal(bus.codes, codes)
  })
}

test('a refusal cut short says what it does not say', () => {
  const bus = new Bus().hear('7E8#03410D39', '7E8#017F', '7E8#027F01', '7E8#037F0112')
  assert.equal(
    bus.issues.map(({ detail }) => detail),
    [
      'service ?, code ?',
      'service 01 (current data), code ?',
      'service 01 (current data), code 12 (sub-function not supported)',
    ],
  )
})

const VIN = 'WP0ZZZ99ZTS392124'

/** What stands where the VIN of service 09 stands, and what becomes of it. */
const vins: { what: string; bytes: (string | number)[]; vin?: string; codes: string[] }[] = [
  { what: 'a VIN', bytes: [VIN], vin: VIN, codes: [] },
  { what: 'a VIN behind three NULs', bytes: [0, 0, 0, VIN], vin: VIN, codes: [] },
  { what: 'a VIN before NULs', bytes: [VIN, 0, 0, 0], vin: VIN, codes: [] },
  { what: 'a VIN before blanks', bytes: [VIN, '   '], vin: VIN, codes: [] },
  { what: 'a VIN before 0xFF', bytes: [VIN, 255, 255], vin: VIN, codes: [] },
  { what: 'seventeen 0xFF', bytes: new Array(17).fill(255), codes: [] },
  { what: 'seventeen NULs', bytes: new Array(17).fill(0), codes: [] },
  { what: 'seventeen blanks', bytes: [' '.repeat(17)], codes: [] },
  { what: 'seventeen zeros', bytes: ['0'.repeat(17)], codes: [] },
  { what: 'seventeen times X', bytes: ['X'.repeat(17)], codes: [] },
  { what: 'the letter O', bytes: ['WP0ZZZ99ZTS39212O'], codes: ['text-invalid'] },
  { what: 'a small letter', bytes: ['wP0ZZZ99ZTS392124'], codes: ['text-invalid'] },
  { what: 'a blank inside', bytes: ['WP0ZZZ99 TS392124'], codes: ['text-invalid'] },
  { what: 'a NUL inside', bytes: ['WP0ZZZ99', 0, 'TS392124'], codes: ['text-invalid'] },
  { what: 'a 0xFF inside', bytes: ['WP0ZZZ99', 255, 'TS392124'], codes: ['text-invalid'] },
  {
    what: 'seventeen characters with a gap',
    bytes: ['WP0ZZZ99', 255, 'ZTS392124'],
    codes: ['text-invalid'],
  },
  { what: 'sixteen characters', bytes: [VIN.slice(1)], codes: ['message-short'] },
  { what: 'sixteen characters and a NUL', bytes: [VIN.slice(1), 0], codes: ['text-invalid'] },
  { what: 'eighteen characters', bytes: [VIN, 'A'], codes: ['text-invalid'] },
  { what: 'nothing', bytes: [], codes: ['message-short'] },
]

function bytesFrom(parts: (string | number)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))),
  )
}

for (const { what, bytes, vin, codes } of vins) {
  test(`a VIN answer of ${what} ${vin === undefined ? 'is no VIN' : 'is the VIN'}`, () => {
    const message = Buffer.concat([Buffer.of(0x49, 2, 1), bytesFrom(bytes)])
    const short = message.length < 8
    const lines = short ? [`7E8#${hexOf([message.length, ...message])}`] : segments('7E8', message)
    const bus = new Bus().hear(...lines)
    assert.equal(
      bus.values,
      vin === undefined
        ? []
        : [
            ['vin', vin],
            ['vinLast8', vin.slice(-8)],
          ],
    )
    assert.equal(bus.codes, codes)
    const absent = vin === undefined && codes.length === 0
    assert.is(
      bus.readings.some(({ signal, quality }) => signal === 'vin' && quality === 'absent'),
      absent,
    )
  })
}

/** What comes as VIN over J1939, up to its delimiter. */
const j1939Vins: { what: string; text: (string | number)[]; vin?: string; codes: string[] }[] = [
  { what: 'with its delimiter', text: ['1XKYDP9X7FJ469058*'], vin: '1XKYDP9X7FJ469058', codes: [] },
  { what: 'without delimiter', text: ['12345678901234567'], vin: '12345678901234567', codes: [] },
  { what: 'with more behind it', text: [VIN, '*ABC*'], vin: VIN, codes: [] },
  { what: 'with padding', text: [VIN, '*', 255, 255, 255], vin: VIN, codes: [] },
  { what: 'of a delimiter alone', text: ['*', 255, 255, 255, 255, 255, 255, 255, 255], codes: [] },
  { what: 'of 0xFF', text: new Array(18).fill(255), codes: [] },
  { what: 'of 16 characters', text: [VIN.slice(1), '*'], codes: ['text-invalid'] },
  { what: 'of stars inside', text: ['WP0ZZZ99*TS392124*'], codes: ['text-invalid'] },
  {
    what: 'with damage inside',
    text: [VIN.slice(0, 9), 0, 0, VIN.slice(9), '*'],
    codes: ['text-invalid'],
  },
]

for (const { what, text, vin, codes } of j1939Vins) {
  test(`a VIN message ${what} ${vin === undefined ? 'is no VIN' : 'is the VIN'}`, () => {
    const bus = new Bus().hear(...broadcast(65260, bytesFrom(text)))
    assert.equal(
      bus.values,
      vin === undefined
        ? []
        : [
            ['vin', vin],
            ['vinLast8', vin.slice(-8)],
          ],
    )
    assert.equal(bus.codes, codes)
  })
}

test('only the protocols that are asked for are decoded', () => {
  const lines = [speed, obd, ...broadcast(65260, Buffer.from(`${VIN}*`))]
  const signalsOf = (options: Partial<BusDecoderOptions>) =>
    new Bus(options).hear(...lines).values.map(([signal]) => signal)
  assert.equal(signalsOf({}), ['speed', 'speed', 'vin', 'vinLast8'])
  assert.equal(signalsOf({ protocols: ['j1939'] }), ['speed', 'vin', 'vinLast8'])
  assert.equal(signalsOf({ protocols: ['obd'] }), ['speed'])
  assert.equal(signalsOf({ protocols: [] }), [])
})

test('latitude and longitude of one message have one time and one sender', () => {
  const bus = new Bus().hear('18FEF31C#00A6FB9C00752B7D')
  assert.equal(
    bus.readings.map(({ signal, value, time, sender }) => [signal, value, time, sender]),
    [
      ['latitude', 53.3737728, TIME, 0x1c],
      ['longitude', 0, TIME, 0x1c],
    ],
  )
})

test('issues name the bus and the time', () => {
  const bus = new Bus({ bus: 'can7' }).hear(obd, '7E8#2141')
  assert.equal(bus.issues, [{ code: 'isotp-orphan', at: 'can7', detail: '7E8', time: TIME + 1000 }])
})

test('100,000 random frames never throw, and every reading is what a reading can be', () => {
  const random = seeded(18)
  const below = (limit: number) => Math.floor(random() * limit)
  const pgns = [...pgnTable.map(({ pgn }) => pgn), 65226, 0xecff, 0xebff, 0xdaf1, 0xdbf1]
  let readings = 0
  const bus = new Bus({
    issue: () => undefined,
    taps: {},
    reading: ({ signal, value, quality }) => {
      readings += 1
      const has = value !== undefined
      assert.is(has, quality === 'ok', `${signal} ${value} ${quality}`)
      if (!has) return
      const expected = signals[signal].type === 'text' ? 'string' : signals[signal].type
      assert.is(typeof value, expected)
      assert.ok(typeof value !== 'number' || Number.isFinite(value))
    },
  })
  for (let i = 0; i < 100_000; i += 1) {
    const extended = random() < 0.6
    const pgn = pgns[below(pgns.length)] as number
    const id = extended
      ? (random() < 0.9 ? 0x18000000 : below(32) * 2 ** 24) + pgn * 256 + below(256)
      : below(0x800)
    const data = randomBytes(random, random() < 0.9 ? 8 : below(9))
    if (data.length > 1 && !extended && random() < 0.8) data.set([below(8), 0x41])
    const target = extended || random() < 0.5 ? id : 0x7e8 + below(8)
    bus.decoder.frame(frameOf(target, data, { extended, time: TIME + i * 100 }))
  }
  assert.ok(readings > 10_000, `${readings} readings`)
})

interface Dm1Vector {
  id: string
  what: string
  pgn: number
  payload: string
  expect: { error?: string; lamps?: Record<string, { python_can_j1939: string }>; dtcs?: object[] }
}

const dm1Vectors = recording('vectors/j1939_dm1.json')
if (dm1Vectors !== undefined) {
  const file = JSON.parse(readFileSync(dm1Vectors, 'utf8')) as { vectors: Dm1Vector[] }
  for (const { id, what, payload, expect } of file.vectors) {
    test(`vector DM1 ${id}: ${what}`, () => {
      const data = Buffer.from(payload, 'hex')
      const bus = new Bus()
      if (data.length <= 8) bus.hear(`${idText(65226)}#${payload}`)
      else bus.hear(...broadcast(65226, data))
      assert.equal(
        bus.readings.filter(({ signal }) => signal !== 'malfunctionLamp'),
        [],
      )
      if (expect.error !== undefined) {
        assert.equal(bus.dm1, [])
        return
      }
      const lamps = Object.entries(expect.lamps ?? {}).map(([name, lamp]) => [
        name,
        lamp.python_can_j1939,
      ])
      assert.equal(bus.dm1[0]?.lamps, Object.fromEntries(lamps))
      assert.equal(bus.dm1[0]?.dtcs, expect.dtcs)
      assert.is(bus.dm1[0]?.transported, data.length > 8)
    })
  }
}

interface TextVector {
  pgn: number
  payload: string
  expect: { vin?: string }
}

const textVectors = recording('vectors/j1939_text_pgs.json')
if (textVectors !== undefined) {
  const file = JSON.parse(readFileSync(textVectors, 'utf8')) as { vectors: TextVector[] }
  for (const { pgn, payload, expect } of file.vectors) {
    if (expect.vin === undefined) continue
    test(`vector VIN over J1939 ${JSON.stringify(expect.vin)}`, () => {
      const data = Buffer.from(payload, 'hex')
      const bus = new Bus()
      if (data.length <= 8) bus.hear(`${idText(pgn)}#${payload}`)
      else bus.hear(...broadcast(pgn, data))
      const [reading] = bus.readings
      assert.is(reading?.value ?? '', expect.vin)
    })
  }
}

/** Recordings without J1939 parameters or OBD-II: nothing in them may become a reading. */
for (const path of [
  'captures/n2k_css_94C49784_00000002.frames.candump.log.gz',
  'captures/uds_kia_ev6_63BEF5CD.frames.candump.log.gz',
  'captures/dbc_toyota_rav4_2017_comma2k19.log.gz',
]) {
  const file = recording(path)
  if (file === undefined) continue
  test(`no frame of ${path} becomes a reading`, () => {
    const bus = new Bus({ taps: {} })
    let frames = 0
    for (const line of gunzipSync(readFileSync(file)).toString().split('\n')) {
      const frame = /^\S+ \S+ ([0-9A-F]+#[0-9A-F]*)$/.exec(line)?.[1]
      if (frame === undefined) continue
      bus.decoder.frame(frameFrom(frame, frames))
      frames += 1
    }
    assert.ok(frames > 4000, `${frames} frames`)
    assert.equal(bus.readings.slice(0, 3), [])
  })
}

test.run()
