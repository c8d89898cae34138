/** The J1939 transport protocol as a listener hears it: whole messages or none, and why not. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { destinationOf, pageOf, pduFormatOf, sourceOf } from '../../src/decoder/can-id.ts'
import { PF_TP_CM, PF_TP_DT, Transport } from '../../src/decoder/j1939/transport.ts'
import type { IssueCode } from '../../src/model/issue.ts'
import { recording } from '../support/needs.ts'
import { randomBytes, seeded } from './dbc-reference.ts'
import { goldens, hexOf, type RecordedFrame, recordedFrames } from './j1939-recordings.ts'

const test = suite('j1939 transport')

const PGN = 65226
const ALL = 255

/** A line of a case: when (ms), identifier, data. */
type Line = readonly [ms: number, id: number, data: readonly number[]]

interface Delivered {
  kind: string
  pgn: number
  src: number
  dst: number
  data: string
}

class Listener {
  readonly delivered: Delivered[] = []
  readonly issues: IssueCode[] = []
  readonly transport = new Transport({
    message: ({ kind, pgn, source, destination, data }) =>
      this.delivered.push({ kind, pgn, src: source, dst: destination, data: hexOf(data) }),
    issue: (code) => this.issues.push(code),
  })

  hear(lines: readonly Line[]): this {
    // As a source does: one buffer for all frames, with what came before behind the end of a frame.
    const buffer = new Uint8Array(64).fill(0xee)
    for (const [ms, id, data] of lines) {
      buffer.set(data)
      const take = pduFormatOf(id) === PF_TP_CM ? 'control' : 'data'
      this.transport[take](sourceOf(id), destinationOf(id), buffer, data.length, ms * 1000)
    }
    return this
  }

  get payloads(): string[] {
    return this.delivered.map(({ data }) => data)
  }
}

function controlId(source: number, destination: number): number {
  return (0x1cec0000 | (destination << 8) | source) >>> 0
}

function dataId(source: number, destination: number): number {
  return (0x1ceb0000 | (destination << 8) | source) >>> 0
}

function pgnBytes(pgn: number): number[] {
  return [pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16]
}

function announcement(control: number, size: number, pgn: number, packets = Math.ceil(size / 7)) {
  return [control, size & 0xff, size >> 8, packets, 0xff, ...pgnBytes(pgn)]
}

function packet(payload: Uint8Array, sequence: number): number[] {
  const bytes = Array.from(payload.subarray((sequence - 1) * 7, sequence * 7))
  return [sequence, ...bytes, ...new Array<number>(7 - bytes.length).fill(0xff)]
}

interface Options {
  source?: number
  destination?: number
  pgn?: number
  start?: number
  gap?: number
}

/** A broadcast: announcement and packets, `gap` ms apart. */
function bam(payload: Uint8Array, options: Options = {}): Line[] {
  const { source = 0, destination = ALL, pgn = PGN, start = 0, gap = 50 } = options
  const lines: Line[] = [
    [start, controlId(source, destination), announcement(32, payload.length, pgn)],
  ]
  for (let sequence = 1; sequence <= Math.ceil(payload.length / 7); sequence += 1) {
    lines.push([start + sequence * gap, dataId(source, destination), packet(payload, sequence)])
  }
  return lines
}

const A = 0x00
const B = 0xf9

function rts(payload: Uint8Array, ms: number, pgn = PGN): Line {
  return [ms, controlId(A, B), announcement(16, payload.length, pgn)]
}

function cts(ms: number, allowed: number, next: number, pgn = PGN): Line {
  return [ms, controlId(B, A), [17, allowed, next, 0xff, 0xff, ...pgnBytes(pgn)]]
}

function abort(ms: number, from: 'sender' | 'receiver', pgn = PGN): Line {
  const id = from === 'sender' ? controlId(A, B) : controlId(B, A)
  return [ms, id, [255, 1, 0xff, 0xff, 0xff, ...pgnBytes(pgn)]]
}

function acknowledged(payload: Uint8Array, ms: number): Line {
  return [ms, controlId(B, A), announcement(19, payload.length, PGN)]
}

function dt(payload: Uint8Array, ms: number, sequence: number): Line {
  return [ms, dataId(A, B), packet(payload, sequence)]
}

/** 31 bytes in 5 packets, none of them alike. */
const payload = Uint8Array.from({ length: 31 }, (_, i) => (i * 37 + 11) & 0xff)
const other = Uint8Array.from({ length: 31 }, (_, i) => (i * 53 + 200) & 0xff)

for (const size of [9, 14, 15, 1785]) {
  test(`a broadcast of ${size} bytes is delivered byte for byte`, () => {
    const sent = randomBytes(seeded(size), size)
    const heard = new Listener().hear(bam(sent, { source: 7, pgn: 65260 }))
    assert.equal(heard.delivered, [
      { kind: 'BAM', pgn: 65260, src: 7, dst: ALL, data: hexOf(sent) },
    ])
    assert.equal(heard.issues, [])
  })
}

test('every size from 9 to 1785 is delivered, and with its last packet as short as can be', () => {
  for (let size = 9; size <= 1785; size += 1) {
    const sent = randomBytes(seeded(size), size)
    const lines = bam(sent, { gap: 1 })
    const [ms, id, data] = lines[lines.length - 1] as Line
    lines[lines.length - 1] = [
      ms,
      id,
      data.slice(0, 1 + (size - 1 - (Math.ceil(size / 7) - 1) * 7) + 1),
    ]
    assert.equal(new Listener().hear(lines).payloads, [hexOf(sent)])
  }
})

test('a PGN above 65535 keeps its data page', () => {
  const heard = new Listener().hear(bam(payload, { pgn: 0x1f201 }))
  assert.is(heard.delivered[0]?.pgn, 0x1f201)
})

test('broadcasts of two senders are told apart however their packets alternate', () => {
  const first = bam(payload, { source: 1 })
  const second = bam(other, { source: 2, start: 10 })
  const lines = [...first, ...second].sort((a, b) => a[0] - b[0])
  const heard = new Listener().hear(lines)
  assert.equal(
    heard.delivered.map(({ src, data }) => [src, data]),
    [
      [1, hexOf(payload)],
      [2, hexOf(other)],
    ],
  )
  assert.equal(heard.issues, [])
})

test('a broadcast to one destination is delivered as what it is', () => {
  const heard = new Listener().hear(bam(payload, { destination: 37 }))
  assert.equal(
    heard.delivered.map(({ kind, dst }) => [kind, dst]),
    [['BAM_DA', 37]],
  )
})

/** Broadcasts in which something goes wrong: what is delivered, and what is said about it. */
const broadcasts: { what: string; lines: Line[]; delivered: Uint8Array[]; issues: IssueCode[] }[] =
  [
    {
      what: 'whose first packet is missing',
      lines: without(bam(payload), 1),
      delivered: [],
      issues: ['tp-sequence', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
    },
    {
      what: 'whose third packet is missing',
      lines: without(bam(payload), 3),
      delivered: [],
      issues: ['tp-sequence', 'tp-orphan'],
    },
    {
      what: 'whose last packet is missing',
      lines: without(bam(payload), 5),
      delivered: [],
      issues: [],
    },
    {
      what: 'whose announcement is missing',
      lines: without(bam(payload), 0),
      delivered: [],
      issues: ['tp-orphan', 'tp-orphan', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
    },
    {
      what: 'with two packets swapped',
      lines: swapped(bam(payload), 2, 3),
      delivered: [],
      issues: ['tp-sequence', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
    },
    {
      what: 'that counts from 0',
      lines: bam(payload).map(([ms, id, data], i) => [
        ms,
        id,
        i === 0 ? data : [(data[0] as number) - 1, ...data.slice(1)],
      ]),
      delivered: [],
      issues: ['tp-sequence', 'tp-orphan', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
    },
    {
      what: 'with a packet repeated',
      lines: repeated(bam(payload), 2),
      delivered: [payload],
      issues: [],
    },
    {
      what: 'with a packet that has the last number and other bytes',
      lines: [...bam(payload).slice(0, 2), ...bam(other, { start: 60 }).slice(1)],
      delivered: [],
      issues: ['tp-sequence', 'tp-orphan', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
    },
    {
      what: 'whose announcement is repeated before any packet',
      lines: repeated(bam(payload), 0),
      delivered: [payload],
      issues: [],
    },
    {
      what: 'whose last packet is repeated',
      lines: repeated(bam(payload), 5),
      delivered: [payload],
      issues: ['tp-orphan'],
    },
    {
      what: 'whose announcement is followed by another of the same size and another PGN',
      lines: [[-10, controlId(0, ALL), announcement(32, 31, PGN + 1)], ...bam(payload)],
      delivered: [payload],
      issues: ['tp-replaced'],
    },
    {
      what: 'that is announced anew half-way',
      lines: [...bam(payload).slice(0, 3), ...bam(other, { start: 200 })],
      delivered: [other],
      issues: ['tp-replaced'],
    },
    {
      what: 'that is announced anew with an impossible size',
      lines: [
        ...bam(payload).slice(0, 3),
        [150, controlId(0, ALL), announcement(32, 8, PGN)],
        ...bam(payload).slice(3),
      ],
      delivered: [],
      issues: ['tp-replaced', 'tp-size', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
    },
    {
      what: 'with 750 ms between packets',
      lines: bam(payload, { gap: 750 }),
      delivered: [payload],
      issues: [],
    },
    {
      what: 'with 751 ms between packets',
      lines: bam(payload, { gap: 751 }),
      delivered: [],
      issues: ['tp-timeout', 'tp-orphan', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
    },
    {
      what: 'announced anew after silence',
      lines: [...bam(payload).slice(0, 3), ...bam(other, { start: 5000 })],
      delivered: [other],
      issues: ['tp-timeout'],
    },
    {
      what: 'with a short packet in the middle',
      lines: bam(payload).map(([ms, id, data], i) => [ms, id, i === 3 ? data.slice(0, 7) : data]),
      delivered: [],
      issues: ['tp-sequence', 'tp-orphan', 'tp-orphan'],
    },
    {
      what: 'with an empty packet in the middle',
      lines: bam(payload).map(([ms, id, data], i) => [ms, id, i === 3 ? [] : data]),
      delivered: [],
      issues: ['tp-sequence', 'tp-orphan', 'tp-orphan'],
    },
    {
      what: 'aborted by its sender',
      lines: [
        ...bam(payload).slice(0, 3),
        [130, controlId(0, ALL), [255, 3, 0xff, 0xff, 0xff, ...pgnBytes(PGN)]],
        ...bam(payload).slice(3, 4),
      ],
      delivered: [],
      issues: ['tp-aborted', 'tp-orphan'],
    },
  ]

function without(lines: Line[], index: number): Line[] {
  return lines.filter((_, i) => i !== index)
}

function swapped(lines: Line[], a: number, b: number): Line[] {
  const result = [...lines]
  result[a] = lines[b] as Line
  result[b] = lines[a] as Line
  return result
}

function repeated(lines: Line[], index: number): Line[] {
  return [...lines.slice(0, index + 1), ...lines.slice(index)]
}

for (const { what, lines, delivered, issues } of broadcasts) {
  test(`a broadcast ${what} ${delivered.length > 0 ? 'is' : 'is not'} delivered`, () => {
    const heard = new Listener().hear(lines)
    assert.equal(heard.payloads, delivered.map(hexOf))
    assert.equal(heard.issues, issues)
  })
}

/** Sessions with RTS and CTS, from A to B. */
const sessions: { what: string; lines: Line[]; delivered: Uint8Array[]; issues: IssueCode[] }[] = [
  {
    what: 'in one window is delivered once',
    lines: [
      rts(payload, 0),
      cts(10, 5, 1),
      ...[1, 2, 3, 4, 5].map((n) => dt(payload, 20 + n, n)),
      acknowledged(payload, 40),
    ],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'in windows of two is delivered once',
    lines: [
      rts(payload, 0),
      cts(10, 2, 1),
      dt(payload, 20, 1),
      dt(payload, 30, 2),
      cts(40, 2, 3),
      dt(payload, 50, 3),
      dt(payload, 60, 4),
      cts(70, 1, 5),
      dt(payload, 80, 5),
      acknowledged(payload, 90),
    ],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'of which only the data direction is heard is delivered',
    lines: [rts(payload, 0), ...[1, 2, 3, 4, 5].map((n) => dt(payload, 20 + n, n))],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'held three times for 500 ms is delivered',
    lines: [
      rts(payload, 0),
      cts(500, 0, 0xff),
      cts(1000, 0, 0xff),
      cts(1500, 0, 0xff),
      cts(2000, 5, 1),
      ...[1, 2, 3, 4, 5].map((n) => dt(payload, 2020 + n, n)),
    ],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'whose RTS is repeated because no CTS came is delivered once',
    lines: [
      rts(payload, 0),
      rts(payload, 1000),
      cts(1010, 5, 1),
      ...[1, 2, 3, 4, 5].map((n) => dt(payload, 1020 + n, n)),
    ],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'whose sender asks anew for another message is replaced',
    lines: [
      rts(payload, 0),
      dt(payload, 20, 1),
      rts(other, 30),
      ...[1, 2, 3, 4, 5].map((n) => dt(other, 40 + n, n)),
    ],
    delivered: [other],
    issues: ['tp-replaced'],
  },
  {
    what: 'whose receiver asks for packets again is delivered with what came last',
    lines: [
      rts(payload, 0),
      cts(10, 5, 1),
      ...[1, 2, 3, 4].map((n) => dt(payload, 20 + n, n)),
      cts(30, 4, 2),
      ...[2, 3, 4, 5].map((n) => dt(payload, 40 + n, n)),
    ],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'that goes on with packets that were not heard is dropped',
    lines: [rts(payload, 0), cts(10, 2, 1), dt(payload, 20, 1), cts(40, 3, 3), dt(payload, 50, 3)],
    delivered: [],
    issues: ['tp-sequence', 'tp-orphan'],
  },
  {
    what: 'acknowledged before it was heard whole is dropped',
    lines: [
      rts(payload, 0),
      cts(10, 5, 1),
      ...[1, 2, 3, 4].map((n) => dt(payload, 20 + n, n)),
      acknowledged(payload, 40),
      dt(payload, 50, 5),
    ],
    delivered: [],
    issues: ['tp-sequence', 'tp-orphan'],
  },
  {
    what: 'aborted by its sender is dropped',
    lines: [rts(payload, 0), dt(payload, 20, 1), abort(30, 'sender'), dt(payload, 40, 2)],
    delivered: [],
    issues: ['tp-aborted', 'tp-orphan'],
  },
  {
    what: 'aborted by its receiver is dropped',
    lines: [rts(payload, 0), dt(payload, 20, 1), abort(30, 'receiver'), dt(payload, 40, 2)],
    delivered: [],
    issues: ['tp-aborted', 'tp-orphan'],
  },
  {
    what: 'is not ended by the abort of another PGN',
    lines: [
      rts(payload, 0),
      dt(payload, 20, 1),
      abort(30, 'receiver', 65227),
      ...[2, 3, 4, 5].map((n) => dt(payload, 40 + n, n)),
    ],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'with 1250 ms of silence is delivered',
    lines: [rts(payload, 0), ...[1, 2, 3, 4, 5].map((n) => dt(payload, n * 1250, n))],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'with 1251 ms of silence is dropped',
    lines: [rts(payload, 0), dt(payload, 1251, 1), dt(payload, 1260, 2)],
    delivered: [],
    issues: ['tp-timeout', 'tp-orphan'],
  },
  {
    what: 'that has gone silent is not woken by the CTS of one whose RTS was lost',
    lines: [
      rts(payload, 0),
      cts(10, 5, 1),
      cts(60_000, 5, 1),
      ...[1, 2, 3, 4, 5].map((n) => dt(other, 60_000 + n, n)),
    ],
    delivered: [],
    issues: ['tp-timeout', 'tp-orphan', 'tp-orphan', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
  },
  {
    what: 'does not take the packets of another PGN whose RTS was lost',
    lines: [
      rts(payload, 0),
      cts(10, 5, 1),
      cts(500, 5, 1, 65227),
      ...[1, 2, 3, 4, 5].map((n) => dt(other, 510 + n, n)),
    ],
    delivered: [],
    issues: ['tp-replaced', 'tp-orphan', 'tp-orphan', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
  },
]

for (const { what, lines, delivered, issues } of sessions) {
  test(`a session ${what}`, () => {
    const heard = new Listener().hear(lines)
    assert.equal(heard.payloads, delivered.map(hexOf))
    assert.equal(heard.issues, issues)
  })
}

test('a broadcast and a session of one sender run side by side', () => {
  const session = [
    rts(other, 5),
    cts(6, 5, 1),
    ...[1, 2, 3, 4, 5].map((n) => dt(other, n * 50 + 7, n)),
  ]
  const lines = [...bam(payload, { source: A }), ...session].sort((a, b) => a[0] - b[0])
  assert.equal(new Listener().hear(lines).payloads, [hexOf(payload), hexOf(other)])
})

test('a sender serves two destinations and all others at once, packets alternating', () => {
  const messages = [ALL, 5, 6].map((destination, i) => {
    const sent = randomBytes(seeded(destination), 31)
    const lines = bam(sent, { source: A, destination, start: i })
    const [, id, announced] = lines[0] as Line
    if (destination !== ALL) lines[0] = [i, id, [16, ...announced.slice(1)]]
    return { sent, destination, lines }
  })
  const lines = messages.flatMap((message) => message.lines).sort((a, b) => a[0] - b[0])
  const heard = new Listener().hear(lines)
  assert.equal(
    heard.delivered.map(({ kind, dst, data }) => [kind, dst, data]),
    messages.map(({ sent, destination }) => [
      destination === ALL ? 'BAM' : 'CMDT',
      destination,
      hexOf(sent),
    ]),
  )
  assert.equal(heard.issues, [])
})

test('two nodes that send each other the same PGN at once do not disturb each other', () => {
  const there = bam(payload, { source: A, destination: B })
  const back = bam(other, { source: B, destination: A, start: 7 })
  const lines = [...there, ...back].sort((a, b) => a[0] - b[0])
  assert.equal(new Listener().hear(lines).payloads, [hexOf(payload), hexOf(other)])
})

test('a session whose sender falls silent for ever is reported when somebody asks', () => {
  const heard = new Listener().hear(bam(payload).slice(0, 3))
  heard.transport.sweep(850_000)
  assert.equal(heard.issues, [], '750 ms after the last packet')
  heard.transport.sweep(850_001)
  assert.equal(heard.issues, ['tp-timeout'])
  heard.transport.end(900_000)
  assert.equal(heard.issues, ['tp-timeout'], 'and only once')
})

test('at the end every open session is reported, silent or not, and nothing is held', () => {
  const heard = new Listener()
  heard.hear([rts(payload, 0), ...bam(payload, { start: 1300 }).slice(0, 3)])
  assert.equal(heard.transport.held, { sessions: 2, bytes: 62 })
  heard.transport.end(1_500_000)
  assert.equal(heard.issues, ['tp-timeout', 'tp-unfinished'])
  assert.equal(heard.transport.held, { sessions: 0, bytes: 0 })
})

test('a delivered session leaves nothing behind', () => {
  const heard = new Listener().hear(bam(payload))
  assert.equal(heard.transport.held, { sessions: 0, bytes: 0 })
})

test('sessions hold no more bytes than they may, and the one heard longest ago makes room', () => {
  const issues: string[] = []
  const transport = new Transport(
    { message: () => undefined, issue: (code, detail) => issues.push(`${code} ${detail}`) },
    { bytes: 5000 },
  )
  for (let source = 0; source < 4; source += 1) {
    const announced = Uint8Array.from(announcement(32, 1785, PGN))
    transport.control(source, ALL, announced, 8, source)
  }
  assert.equal(transport.held, { sessions: 2, bytes: 3570 })
  assert.equal(issues, ['tp-evicted PGN 65226 from 0', 'tp-evicted PGN 65226 from 1'])
})

/** Announcements that cannot be true. */
const lies: [what: string, size: number, packets: number][] = [
  ['nothing', 0, 0],
  ['what fits one frame', 8, 2],
  ['more than the protocol can carry', 1786, 255],
  ['65535 bytes', 65_535, 255],
  ['one packet too few', 31, 4],
  ['one packet too many', 31, 6],
  ['no packets', 31, 0],
]

for (const [what, size, packets] of lies) {
  for (const [name, id, control] of [
    ['broadcast', controlId(A, ALL), 32],
    ['session', controlId(A, B), 16],
  ] as const) {
    test(`a ${name} announcing ${what} (${size} bytes in ${packets}) is refused`, () => {
      const lines: Line[] = [[0, id, announcement(control, size, PGN, packets)]]
      for (let n = 1; n <= 5; n += 1) lines.push([n, id - 0x10000, packet(payload, n)])
      const heard = new Listener().hear(lines)
      assert.equal(heard.payloads, [])
      assert.equal(heard.issues, ['tp-size', ...new Array<IssueCode>(5).fill('tp-orphan')])
    })
  }
}

/** Control frames that are none. */
const malformed: [what: string, line: Line][] = [
  ['of seven bytes', [0, controlId(A, ALL), announcement(32, 31, PGN).slice(0, 7)]],
  ['of no bytes', [0, controlId(A, ALL), []]],
  ['with an unknown control byte', [0, controlId(A, ALL), announcement(33, 31, PGN)]],
  ['that is an RTS to all', [0, controlId(A, ALL), announcement(16, 31, PGN)]],
]

for (const [what, line] of malformed) {
  test(`a control frame ${what} is reported and opens nothing`, () => {
    const heard = new Listener().hear([line, [1, dataId(A, ALL), packet(payload, 1)]])
    assert.equal(heard.issues, ['tp-malformed', 'tp-orphan'])
  })
}

test('of 300 sessions at once the 256 newest are kept and the others reported', () => {
  const heard = new Listener()
  const pairs = Array.from({ length: 300 }, (_, i) => [i % 250, 1 + Math.floor(i / 250)] as const)
  for (const [i, [source, destination]] of pairs.entries()) {
    heard.hear([[i, controlId(source, destination), announcement(16, 9, PGN)]])
  }
  assert.equal(heard.issues, new Array<IssueCode>(44).fill('tp-evicted'))
  for (const [source, destination] of pairs) {
    const sent = Uint8Array.from({ length: 9 }, () => source)
    heard.hear([
      [400, dataId(source, destination), packet(sent, 1)],
      [401, dataId(source, destination), packet(sent, 2)],
    ])
  }
  assert.is(heard.delivered.length, 256)
  assert.ok(heard.delivered.every(({ src, data }) => data === hexOf(new Array(9).fill(src))))
  assert.is(heard.issues.filter((code) => code === 'tp-orphan').length, 2 * 44)
})

/** What a fuzzed sender has announced last to a destination, and every packet it sent since. */
interface Announced {
  size: number
  pgn: number
  packets: Map<number, string[]>
}

class Fuzz {
  delivered = 0
  most = 0
  readonly #random = seeded(1939)
  readonly #announced = new Map<number, Announced>()
  readonly #transport = new Transport({
    message: ({ source, destination, pgn, data }) => {
      this.delivered += 1
      this.#check(this.#announced.get((source << 8) | destination), pgn, data)
    },
    issue: () => undefined,
  })

  frame(micros: number): void {
    const source = this.#below(3)
    const destination = this.#random() < 0.5 ? ALL : this.#below(3)
    const key = (source << 8) | destination
    const isControl = this.#random() < 0.25
    const whole = isControl ? this.#control() : this.#packet(this.#announced.get(key))
    const data = Uint8Array.from(this.#random() < 0.97 ? whole : whole.slice(0, this.#below(8)))
    if (isControl) {
      if (data.length === 8) this.#remember(key, data, destination)
      this.#transport.control(source, destination, data, data.length, micros)
    } else {
      if (data.length > 0) this.#sent(key, data)
      this.#transport.data(source, destination, data, data.length, micros)
    }
    this.most = Math.max(this.most, this.#transport.held.bytes)
  }

  /** Ends what is open, and says what is still held. */
  end(micros: number): { sessions: number; bytes: number } {
    this.#transport.end(micros)
    return this.#transport.held
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #control(): number[] {
    if (this.#random() < 0.1) return [...randomBytes(this.#random, 8)]
    const kind = [16, 32, 32, 32, 17, 19, 255][this.#below(7)] as number
    const size = this.#random() < 0.9 ? 9 + this.#below(30) : this.#below(2000)
    const frame = announcement(kind, size, PGN + this.#below(2))
    return kind === 17 ? [17, this.#below(6), this.#below(6), ...frame.slice(3)] : frame
  }

  /** Mostly what would come next, so that sessions also end well. */
  #packet(announced: Announced | undefined): number[] {
    const next = ((announced?.packets.size ?? 0) + 1) & 0xff
    const sequence = this.#random() < 0.9 ? next : this.#below(256)
    return [sequence, ...randomBytes(this.#random, 7)]
  }

  #remember(key: number, data: Uint8Array, destination: number): void {
    const [control, low = 0, high = 0, , , ...pgn] = data
    if (control !== 32 && (control !== 16 || destination === ALL)) return
    const [a = 0, b = 0, c = 0] = pgn
    const announced = { size: low + high * 256, pgn: a + b * 256 + (c % 4) * 65_536 }
    this.#announced.set(key, { ...announced, packets: new Map() })
  }

  #sent(key: number, data: Uint8Array): void {
    const [sequence = 0, ...bytes] = data
    const packets = this.#announced.get(key)?.packets
    packets?.set(sequence, [...(packets.get(sequence) ?? []), hexOf(bytes)])
  }

  #check(announced: Announced | undefined, pgn: number, data: Uint8Array): void {
    assert.is(pgn, announced?.pgn)
    assert.is(data.length, announced?.size)
    for (let n = 1; n <= Math.ceil(data.length / 7); n += 1) {
      const bytes = hexOf(data.subarray((n - 1) * 7, n * 7))
      const sent = announced?.packets.get(n) ?? []
      assert.ok(
        sent.some((text) => text.startsWith(bytes)),
        `packet ${n} was sent`,
      )
    }
  }
}

test('50,000 random transport frames never throw and never deliver a byte that was not sent', () => {
  const fuzz = new Fuzz()
  const pause = seeded(7)
  let micros = 0
  for (let i = 0; i < 50_000; i += 1) {
    micros += pause() < 0.002 ? 2_000_000 : Math.floor(pause() * 20_000)
    fuzz.frame(micros)
  }
  assert.ok(fuzz.delivered > 500, `${fuzz.delivered} messages were delivered`)
  assert.ok(fuzz.most <= 12 * 1785, `${fuzz.most} bytes were held`)
  assert.equal(fuzz.end(micros), { sessions: 0, bytes: 0 })
})

interface Vector {
  id: string
  what: string
  frames: string[]
  expect: { pgn: number; src: number; dst: number; data: string; last_frame?: number }[]
  note?: string
}

/** Where the vectors call it acceptable to deliver nothing. */
const mayRefuse = new Set(['A-bam-repeat', 'A-cmdt-retransmit', 'A-size-8', 'A-short-dt'])

const vectors = recording('vectors/j1939_tp_sessions.json')
if (vectors !== undefined) {
  const cases = (JSON.parse(readFileSync(vectors, 'utf8')) as { vectors: Vector[] }).vectors
  for (const { id, what, frames, expect } of cases) {
    test(`vector ${id}: ${what}`, () => {
      const lines = frames.map((text, i): Line => {
        const [ms, frame] = text.includes(' ') ? text.split(' ') : [String(i), text]
        const [name, data] = (frame as string).split('#')
        return [
          Number(ms),
          Number.parseInt(name as string, 16),
          [...Buffer.from(data ?? '', 'hex')],
        ]
      })
      const heard = new Listener().hear(lines)
      if (mayRefuse.has(id) && heard.delivered.length === 0) return
      assert.equal(
        heard.delivered.map(({ pgn, src, dst, data }) => ({ pgn, src, dst, data })),
        expect.map(({ pgn, src, dst, data }) => ({ pgn, src, dst, data })),
      )
    })
  }
}

interface Golden {
  n: number
  pgn: number
  src: number
  dst: number
  kind: string
  data: string
  note?: string
}

function play(frames: readonly RecordedFrame[]): { delivered: Golden[]; issues: IssueCode[] } {
  const delivered: Golden[] = []
  const issues: IssueCode[] = []
  let frame = -1
  const transport = new Transport({
    message: ({ kind, pgn, source, destination, data }) =>
      delivered.push({ n: frame, pgn, src: source, dst: destination, kind, data: hexOf(data) }),
    issue: (code) => issues.push(code),
  })
  let last = 0
  for (const { n, id, data, micros } of frames) {
    last = micros
    if (pageOf(id) !== 0) continue
    const format = pduFormatOf(id)
    if (format !== PF_TP_CM && format !== PF_TP_DT) continue
    frame = n
    const take = format === PF_TP_CM ? 'control' : 'data'
    transport[take](sourceOf(id), destinationOf(id), data, data.length, micros)
  }
  transport.end(last)
  return { delivered, issues }
}

for (const { base, frames, rows } of goldens<Golden>('tp')) {
  test(`${base}: the messages of the independent tools are delivered, and no others`, () => {
    const expected = rows()
    const delivered = new Map(play(frames()).delivered.map((one) => [one.n, one]))
    for (const { n, pgn, src, dst, kind, data, note } of expected) {
      const own = delivered.get(n)
      delivered.delete(n)
      // A line with a note is one that a decoder may also leave out.
      if (own !== undefined || note === undefined) {
        assert.equal(own, { n, pgn, src, dst, kind, data })
      }
    }
    assert.is(delivered.size, 0)
  })
}

const boat = recording('captures/n2k_css_94C49784_00000002.frames.candump.log.gz')
if (boat !== undefined) {
  test('the fast packets of a boat are nothing to the transport protocol', () => {
    const frames = recordedFrames(boat)
    assert.ok(frames.length > 1000)
    assert.equal(play(frames), { delivered: [], issues: [] })
  })
}

test.run()
