/** The extended transport protocol as a listener hears it: whole messages or none, and why not. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type ExtendedLimits,
  ExtendedTransport,
  MAX_ETP_SIZE,
} from '../../src/decoder/j1939/extended-transport.ts'
import type { TransportMessage } from '../../src/decoder/j1939/transport.ts'
import type { IssueCode } from '../../src/model/issue.ts'
import { randomBytes, seeded } from './dbc-reference.ts'

const test = suite('j1939 extended transport')

const PGN = 0xcb00
const A = 0x26
const B = 0x85
const ALL = 255

/** A frame of a case: when (ms), what, from whom to whom, data. */
type Line = readonly [
  ms: number,
  take: 'control' | 'data',
  source: number,
  destination: number,
  data: readonly number[],
]

class Listener {
  readonly delivered: TransportMessage[] = []
  readonly issues: IssueCode[] = []
  readonly transport: ExtendedTransport

  constructor(limits?: Partial<ExtendedLimits>) {
    this.transport = new ExtendedTransport(
      {
        message: (message) => this.delivered.push(message),
        issue: (code) => this.issues.push(code),
      },
      limits,
    )
  }

  hear(lines: readonly Line[]): this {
    // As a source does: one buffer for all frames, with what came before behind the end of a frame.
    const buffer = new Uint8Array(64).fill(0xee)
    for (const [ms, take, source, destination, data] of lines) {
      buffer.set(data)
      this.transport[take](source, destination, buffer, data.length, ms * 1000)
    }
    return this
  }
}

function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256)
}

function rts(ms: number, size: number, pgn = PGN): Line {
  return [ms, 'control', A, B, [20, ...little(size, 4), ...little(pgn, 3)]]
}

function cts(ms: number, count: number, next: number, pgn = PGN): Line {
  return [ms, 'control', B, A, [21, count, ...little(next, 3), ...little(pgn, 3)]]
}

function dpo(ms: number, count: number, offset: number, pgn = PGN): Line {
  return [ms, 'control', A, B, [22, count, ...little(offset, 3), ...little(pgn, 3)]]
}

function acknowledged(ms: number, size: number): Line {
  return [ms, 'control', B, A, [23, ...little(size, 4), ...little(PGN, 3)]]
}

function abort(ms: number, from: 'sender' | 'receiver', pgn = PGN): Line {
  const [source, destination] = from === 'sender' ? [A, B] : [B, A]
  return [ms, 'control', source, destination, [255, 3, 255, 255, 255, ...little(pgn, 3)]]
}

/** Packet `n` of the message, under its number in the window after `offset` packets. */
function dt(ms: number, payload: Uint8Array, n: number, offset: number): Line {
  const bytes = [...payload.subarray((n - 1) * 7, n * 7)]
  return [
    ms,
    'data',
    A,
    B,
    [n - offset, ...bytes, ...new Array<number>(7 - bytes.length).fill(255)],
  ]
}

function packetsOf(payload: Uint8Array): number {
  return Math.ceil(payload.length / 7)
}

/** A window: CTS, DPO and its packets, a millisecond each. */
function windowOf(payload: Uint8Array, ms: number, offset: number, count: number): Line[] {
  const lines = [cts(ms, count, offset + 1), dpo(ms + 1, count, offset)]
  for (let i = 1; i <= count; i += 1) lines.push(dt(ms + 1 + i, payload, offset + i, offset))
  return lines
}

function transfer(payload: Uint8Array, window = 255): Line[] {
  const packets = packetsOf(payload)
  const lines = [rts(0, payload.length)]
  for (let offset = 0; offset < packets; offset += window) {
    const ms = lines.length * 2
    lines.push(...windowOf(payload, ms, offset, Math.min(window, packets - offset)))
  }
  return lines
}

/** 1800 bytes in 258 packets, none of them alike. */
const payload = randomBytes(seeded(11_783), 1800)
const PACKETS = packetsOf(payload)

for (const [size, window] of [
  [1786, 255],
  [1786, 1],
  [1792, 16],
  [1800, 255],
  [20_000, 100],
  [300_000, 255],
] as const) {
  test(`${size} bytes in windows of ${window} packets are delivered byte for byte`, () => {
    const sent = randomBytes(seeded(size + window), size)
    const heard = new Listener().hear(transfer(sent, window))
    assert.equal(heard.issues, [])
    assert.is(heard.delivered.length, 1)
    const [message] = heard.delivered
    assert.is(Buffer.compare(message?.data ?? Buffer.alloc(0), sent), 0)
    const { kind, pgn, source, destination } = message as TransportMessage
    assert.equal(
      { kind, pgn, source, destination },
      { kind: 'ETP', pgn: PGN, source: A, destination: B },
    )
    assert.equal(heard.transport.held, { sessions: 0, bytes: 0 })
  })
}

const start = [rts(0, payload.length), cts(1, 255, 1), dpo(2, 255, 0)]
const upTo = (last: number) => Array.from({ length: last }, (_, i) => dt(3 + i, payload, i + 1, 0))
/** The packets after the first window of 255, from `ms` on. */
const rest = (ms: number) => windowOf(payload, ms, 255, PACKETS - 255)

/** Transfers in which something happens: what is delivered, and what is said about it. */
const cases: { what: string; lines: Line[]; delivered: number; issues: IssueCode[] }[] = [
  {
    what: 'acknowledged after its last packet is delivered once',
    lines: [...transfer(payload), acknowledged(2000, payload.length)],
    delivered: 1,
    issues: [],
  },
  {
    what: 'of which only the data direction is heard is delivered',
    lines: transfer(payload).filter(([, , source]) => source === A),
    delivered: 1,
    issues: [],
  },
  {
    what: 'whose RTS is repeated because no CTS came is delivered once',
    lines: [rts(-1000, payload.length), ...transfer(payload)],
    delivered: 1,
    issues: [],
  },
  {
    what: 'with a packet repeated is delivered',
    lines: [...start, ...upTo(7), dt(10, payload, 7, 0), ...upTo(255).slice(7), ...rest(400)],
    delivered: 1,
    issues: [],
  },
  {
    what: 'with the last packet of a window repeated is delivered',
    lines: [...start, ...upTo(255), dt(300, payload, 255, 0), ...rest(400)],
    delivered: 1,
    issues: [],
  },
  {
    what: 'held three times for 500 ms is delivered',
    lines: [
      ...start,
      ...upTo(255),
      cts(700, 0, 0),
      cts(1200, 0, 0),
      cts(1700, 0, 0),
      ...rest(2200),
    ],
    delivered: 1,
    issues: [],
  },
  {
    what: 'whose receiver asks for packets again is delivered',
    lines: [...start, ...upTo(100), ...windowOf(payload, 200, 50, 205), ...rest(600)],
    delivered: 1,
    issues: [],
  },
  {
    what: 'whose sender goes back by itself is delivered',
    lines: [...start, ...upTo(100), ...windowOf(payload, 200, 50, 205).slice(1), ...rest(600)],
    delivered: 1,
    issues: [],
  },
  {
    what: 'with 1250 ms of silence is delivered',
    lines: [...start, ...upTo(255), ...rest(257 + 1250)],
    delivered: 1,
    issues: [],
  },
  {
    what: 'with 1251 ms of silence is dropped, its late packets belong to nothing',
    lines: [...start, ...upTo(255), ...rest(257 + 1251).slice(1)],
    delivered: 0,
    issues: ['tp-timeout', 'tp-orphan', 'tp-orphan', 'tp-orphan'],
  },
  {
    what: 'with a packet missing is dropped',
    lines: [...start, ...upTo(6), dt(30, payload, 8, 0)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'with two packets swapped is dropped',
    lines: [...start, dt(3, payload, 2, 0), dt(4, payload, 1, 0)],
    delivered: 0,
    issues: ['tp-sequence', 'tp-orphan'],
  },
  {
    what: 'that counts from 0 is dropped',
    lines: [...start, dt(3, payload, 1, 1)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'with a packet short of data is dropped',
    lines: [...start, [3, 'data', A, B, [1, 2, 3, 4, 5, 6, 7]]],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'with an empty packet is dropped',
    lines: [...start, [3, 'data', A, B, []]],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'whose data come without an offset is dropped',
    lines: [rts(0, payload.length), cts(1, 255, 1), dt(3, payload, 1, 0)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'with more packets than its window has is dropped',
    lines: [rts(0, payload.length), dpo(1, 2, 0), ...upTo(3)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'whose offset skips packets that were not heard is dropped',
    lines: [...start, ...upTo(10), dpo(100, 200, 11)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'whose window reaches behind the message is dropped',
    lines: [...start, ...upTo(255), dpo(300, 4, 255)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'with an empty window is dropped',
    lines: [rts(0, payload.length), dpo(1, 0, 0)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'with an offset for another PGN is dropped',
    lines: [rts(0, payload.length), dpo(1, 255, 0, PGN + 256)],
    delivered: 0,
    issues: ['tp-replaced'],
  },
  {
    what: 'cleared for another PGN is dropped',
    lines: [rts(0, payload.length), cts(1, 255, 1, PGN + 256)],
    delivered: 0,
    issues: ['tp-replaced'],
  },
  {
    what: 'cleared for packets after some that were not heard is dropped',
    lines: [...start, ...upTo(10), cts(100, 255, 12)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'cleared for a packet 0 is dropped',
    lines: [...start, cts(100, 255, 0)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'acknowledged before it was heard whole is dropped',
    lines: [...start, ...upTo(255), acknowledged(300, payload.length)],
    delivered: 0,
    issues: ['tp-sequence'],
  },
  {
    what: 'aborted by its sender is dropped',
    lines: [...start, abort(10, 'sender'), dt(11, payload, 1, 0)],
    delivered: 0,
    issues: ['tp-aborted', 'tp-orphan'],
  },
  {
    what: 'aborted by its receiver is dropped',
    lines: [...start, abort(10, 'receiver')],
    delivered: 0,
    issues: ['tp-aborted'],
  },
  {
    what: 'is not ended by the abort of another PGN',
    lines: [...start, ...upTo(255), abort(270, 'receiver', PGN + 256), ...rest(280)],
    delivered: 1,
    issues: [],
  },
  {
    what: 'announced anew half-way starts again',
    lines: [...start, ...upTo(10), ...transfer(payload)],
    delivered: 1,
    issues: ['tp-replaced'],
  },
  {
    what: 'whose announcement is missing is not delivered',
    lines: [dpo(0, 255, 0), dt(1, payload, 1, 0)],
    delivered: 0,
    issues: ['tp-orphan', 'tp-orphan'],
  },
]

for (const { what, lines, delivered, issues } of cases) {
  test(`a transfer ${what}`, () => {
    const heard = new Listener().hear(lines)
    assert.equal(heard.issues, issues)
    assert.is(heard.delivered.length, delivered)
    for (const { data } of heard.delivered) assert.is(Buffer.compare(data, payload), 0)
  })
}

/** Announcements that are refused. */
const refused: [what: string, size: number, code: IssueCode][] = [
  ['nothing', 0, 'tp-size'],
  ['what the other transport protocol carries', 1785, 'tp-size'],
  ['more than the protocol can number', MAX_ETP_SIZE + 1, 'tp-size'],
  ['4 GiB', 0xffffffff, 'tp-size'],
  ['more than the memory set aside', 4 * 2 ** 20 + 1, 'tp-too-large'],
  ['the largest message, without the option', MAX_ETP_SIZE, 'tp-too-large'],
]

for (const [what, size, code] of refused) {
  test(`an announcement of ${what} (${size} bytes) is refused`, () => {
    const heard = new Listener().hear([rts(0, size), dpo(1, 255, 0)])
    assert.equal(heard.issues, [code, 'tp-orphan'])
    assert.equal(heard.transport.held, { sessions: 0, bytes: 0 })
  })
}

/** Control frames that are none. */
const malformed: [what: string, line: Line][] = [
  ['of seven bytes', [0, 'control', A, B, rts(0, 1800)[4].slice(0, 7)]],
  ['of no bytes', [0, 'control', A, B, []]],
  ['with an unknown control byte', [0, 'control', A, B, [16, ...rts(0, 1800)[4].slice(1)]]],
  ['to all', [0, 'control', A, ALL, rts(0, 1800)[4]]],
]

for (const [what, line] of malformed) {
  test(`a control frame ${what} is reported and opens nothing`, () => {
    const heard = new Listener().hear([line])
    assert.equal(heard.issues, ['tp-malformed'])
    assert.equal(heard.transport.held, { sessions: 0, bytes: 0 })
  })
}

test('the largest message is followed where the option allows it, and costs what has come', () => {
  const heard = new Listener({ size: MAX_ETP_SIZE })
  heard.hear([rts(0, MAX_ETP_SIZE), dpo(1, 255, 0), ...upTo(255)])
  assert.equal(heard.issues, [])
  const { sessions, bytes } = heard.transport.held
  assert.is(sessions, 1)
  assert.ok(bytes <= 2048, `${bytes} bytes are held`)
})

test('announcements alone hold next to nothing, and the 256 newest are kept', () => {
  const heard = new Listener()
  for (let i = 0; i < 300; i += 1) {
    const [, , , , data] = rts(0, 4 * 2 ** 20)
    heard.hear([[i, 'control', i % 250, 1 + Math.floor(i / 250), data]])
  }
  assert.equal(heard.issues, new Array<IssueCode>(44).fill('tp-evicted'))
  assert.equal(heard.transport.held, { sessions: 256, bytes: 256 * 2048 })
})

test('a message that grows takes the room of the ones heard longer ago', () => {
  const heard = new Listener({ size: 6000, bytes: 6000 })
  const [, , , , data] = rts(0, 6000)
  heard.hear([
    [0, 'control', 1, 2, data],
    [1, 'control', 3, 4, data],
  ])
  const sent = randomBytes(seeded(3), 6000)
  heard.hear(transfer(sent))
  assert.equal(heard.issues, ['tp-evicted', 'tp-evicted'])
  assert.is(Buffer.compare(heard.delivered[0]?.data ?? Buffer.alloc(0), sent), 0)
})

test('transfers of several nodes run side by side', () => {
  const heard = new Listener()
  const sent = [1, 2, 3].map((node) => randomBytes(seeded(node), 2000))
  const transfers = sent.map((one, node) =>
    transfer(one).map(([ms, take, source, , data]): Line => {
      const [from, to] = [node + 1, node + 100]
      return source === A ? [ms, take, from, to, data] : [ms, take, to, from, data]
    }),
  )
  heard.hear(transfers.flat().sort((a, b) => a[0] - b[0]))
  assert.equal(heard.issues, [])
  assert.equal(
    heard.delivered.map(({ source, data }) => [
      source,
      Buffer.compare(data, sent[source - 1] ?? data),
    ]),
    [
      [1, 0],
      [2, 0],
      [3, 0],
    ],
  )
})

test('a sender that falls silent for ever is reported when somebody asks', () => {
  const heard = new Listener().hear(start)
  heard.transport.sweep(1_252_000)
  assert.equal(heard.issues, [])
  heard.transport.sweep(1_252_001)
  assert.equal(heard.issues, ['tp-timeout'])
})

test('at the end an open transfer is reported, and nothing is held', () => {
  const heard = new Listener().hear(start)
  heard.transport.end(3000)
  assert.equal(heard.issues, ['tp-unfinished'])
  assert.equal(heard.transport.held, { sessions: 0, bytes: 0 })
})

test('20,000 random changes never throw, and what is delivered was sent', () => {
  const random = seeded(1939)
  const below = (limit: number) => Math.floor(random() * limit)
  const sent = new Set<string>()
  let delivered = 0
  const transport = new ExtendedTransport(
    {
      message({ data }) {
        delivered += 1
        for (let at = 0; at < data.length; at += 7) {
          const bytes = Buffer.from(data.subarray(at, at + 7)).toString('hex')
          if (at + 7 <= data.length) assert.ok(sent.has(bytes), `bytes from ${at} were sent`)
        }
      },
      issue: () => undefined,
    },
    { bytes: 100_000, size: 50_000 },
  )
  const script = transfer(payload)
  let micros = 0
  for (let i = 0, at = 0; i < 20_000; i += 1) {
    const [, take, source, destination, data] = script[at] as Line
    const bytes = Uint8Array.from(data)
    if (random() < 0.002) bytes[below(8)] = below(256)
    const length = random() < 0.001 ? below(8) : 8
    if (take === 'data') sent.add(Buffer.from(bytes.subarray(1)).toString('hex'))
    micros += random() < 0.0005 ? 2_000_000 : 500
    transport[take](source, destination, bytes, length, micros)
    const { sessions, bytes: held } = transport.held
    assert.ok(sessions <= 256 && held <= 100_000, `${sessions} sessions hold ${held} bytes`)
    at = random() < 0.001 ? below(script.length) : (at + 1) % script.length
  }
  assert.ok(delivered > 10, `${delivered} messages were delivered`)
  transport.end(micros)
  assert.equal(transport.held, { sessions: 0, bytes: 0 })
})

test.run()
