/** ISO-TP as a listener hears it: whole messages or none, and why not. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Isotp, peerOf } from '../../src/decoder/isotp.ts'
import type { IssueCode } from '../../src/model/issue.ts'
import { recording } from '../support/needs.ts'
import { randomBytes, seeded } from './dbc-reference.ts'
import { hear } from './obd-heard.ts'

const test = suite('iso-tp')

const ECU = 0x7e8
const OTHER = 0x7ea

/** A line of a case: when (ms), identifier, data. */
type Line = readonly [ms: number, id: number, data: readonly number[]]

interface Delivered {
  id: number
  kind: string
  payload: string
}

class Listener {
  readonly delivered: Delivered[] = []
  readonly issues: IssueCode[] = []
  readonly isotp = new Isotp({
    message: (id, kind, data, length) =>
      this.delivered.push({ id, kind, payload: hexOf(data.subarray(0, length)) }),
    issue: (code) => this.issues.push(code),
  })

  hear(lines: readonly Line[]): this {
    // As a source does: one buffer for all frames, with what came before behind the end of a frame.
    const buffer = new Uint8Array(64).fill(0xee)
    for (const [ms, id, data] of lines) {
      buffer.set(data)
      this.isotp.frame(id, buffer, data.length, ms * 1000)
    }
    return this
  }

  get payloads(): string[] {
    return this.delivered.map(({ payload }) => payload)
  }
}

function hexOf(data: ArrayLike<number>): string {
  return Buffer.from(Array.from(data)).toString('hex').toUpperCase()
}

function padded(data: readonly number[], length = 8): number[] {
  return [...data, ...new Array<number>(Math.max(0, length - data.length)).fill(0xaa)]
}

function single(payload: ArrayLike<number>): number[] {
  return padded([payload.length, ...Array.from(payload)])
}

interface Options {
  id?: number
  start?: number
  gap?: number
  /** Bytes of a frame: 8, or up to 64 with CAN FD. */
  width?: number
  /** The length in 32 bits, whatever it is. */
  long?: boolean
}

/** A segmented message: first frame and consecutive frames, `gap` ms apart. */
function segmented(payload: Uint8Array, options: Options = {}): Line[] {
  const { id = ECU, start = 0, gap = 10, width = 8, long = payload.length > 4095 } = options
  const size = payload.length
  const head = long
    ? [0x10, 0, (size >>> 24) & 0xff, (size >>> 16) & 0xff, (size >>> 8) & 0xff, size & 0xff]
    : [0x10 | (size >> 8), size & 0xff]
  let taken = width - head.length
  const lines: Line[] = [[start, id, [...head, ...payload.subarray(0, taken)]]]
  for (let count = 1; taken < size; count += 1) {
    const bytes = payload.subarray(taken, taken + width - 1)
    lines.push([start + count * gap, id, padded([0x20 | (count & 0x0f), ...bytes], width)])
    taken += bytes.length
  }
  return lines
}

const payload = Uint8Array.from({ length: 34 }, (_, i) => (i * 37 + 11) & 0xff)
const short = payload.subarray(0, 15)
const other = Uint8Array.from({ length: 27 }, (_, i) => (i * 53 + 200) & 0xff)

test('a single frame of 1 to 7 bytes is delivered, padded or not', () => {
  for (let size = 1; size <= 7; size += 1) {
    const sent = randomBytes(seeded(size), size)
    for (const frame of [single(sent), [size, ...sent]]) {
      const heard = new Listener().hear([[0, ECU, frame]])
      assert.equal(heard.delivered, [{ id: ECU, kind: 'SF', payload: hexOf(sent) }])
      assert.equal(heard.issues, [])
    }
  }
})

test('a segmented message of every length from 8 to 4095 bytes is delivered', () => {
  for (let size = 8; size <= 4095; size += size < 300 ? 1 : 97) {
    const sent = randomBytes(seeded(size), size)
    const heard = new Listener().hear(segmented(sent))
    assert.equal(heard.delivered, [{ id: ECU, kind: 'MF', payload: hexOf(sent) }])
    assert.equal(heard.issues, [])
  }
  const longest = randomBytes(seeded(3), 4095)
  assert.equal(new Listener().hear(segmented(longest)).payloads, [hexOf(longest)])
})

test('a length in 32 bits is read, up to 65,535 bytes', () => {
  for (const size of [8, 20, 4095, 4096, 4097, 8191, 8192, 8193, 65_535]) {
    const sent = randomBytes(seeded(size), size)
    const heard = new Listener().hear(segmented(sent, { long: true, gap: 1 }))
    assert.equal(heard.payloads, [hexOf(sent)], `${size} bytes`)
  }
})

test('CAN FD frames carry single frames of up to 62 bytes with the length in the second byte', () => {
  for (const [width, size] of [
    [12, 8],
    [12, 10],
    [16, 14],
    [24, 22],
    [32, 30],
    [48, 46],
    [64, 1],
    [64, 62],
  ] as const) {
    const sent = randomBytes(seeded(size), size)
    const heard = new Listener().hear([[0, ECU, padded([0, size, ...sent], width)]])
    assert.equal(heard.delivered, [{ id: ECU, kind: 'SF', payload: hexOf(sent) }])
  }
})

test('CAN FD frames carry segments of up to 63 bytes', () => {
  for (const size of [63, 64, 100, 200, 4095, 5000]) {
    const sent = randomBytes(seeded(size), size)
    const heard = new Listener().hear(segmented(sent, { width: 64 }))
    assert.equal(heard.payloads, [hexOf(sent)], `${size} bytes`)
  }
})

test('answers of two control units are told apart however their frames alternate', () => {
  const lines = [...segmented(payload), ...segmented(other, { id: OTHER, start: 5 })]
  const heard = new Listener().hear(lines.sort((a, b) => a[0] - b[0]))
  assert.equal(
    heard.delivered.map(({ id, payload: data }) => [id, data]),
    [
      [OTHER, hexOf(other)],
      [ECU, hexOf(payload)],
    ],
  )
  assert.equal(heard.issues, [])
})

test('an 11-bit and a 29-bit identifier of the same number are two senders', () => {
  const heard: [id: number, extended: boolean, payload: string][] = []
  const issues: IssueCode[] = []
  const isotp = new Isotp({
    message: (id, _kind, data, length, _time, extended) =>
      heard.push([id, extended, hexOf(data.subarray(0, length))]),
    issue: (code) => issues.push(code),
  })
  const lines = [
    ...segmented(payload).map((line) => ({ line, extended: false })),
    ...segmented(other, { start: 5 }).map((line) => ({ line, extended: true })),
  ].sort((a, b) => a.line[0] - b.line[0])
  for (const { line, extended } of lines) {
    const [ms, id, data] = line
    isotp.frame(id, Uint8Array.from(data), data.length, ms * 1000, extended)
  }
  assert.equal(heard, [
    [ECU, true, hexOf(other)],
    [ECU, false, hexOf(payload)],
  ])
  assert.equal(issues, [])
})

/** A segmented message behind an address byte. */
function behindAddress(address: number, sent: Uint8Array, start = 0): Line[] {
  const [, id, first] = segmented(sent, { start })[0] as Line
  const lines: Line[] = [[start, id, [address, ...first.slice(0, 7)]]]
  for (let taken = 5, count = 1; taken < sent.length; taken += 6, count += 1) {
    const data = [address, 0x20 | (count & 15), ...sent.subarray(taken, taken + 6)]
    lines.push([start + 10 * count, id, padded(data)])
  }
  return lines
}

test('with extended addressing the first byte tells the sessions of an identifier apart', () => {
  const heard: [address: number | undefined, payload: string][] = []
  const issues: IssueCode[] = []
  const isotp = new Isotp(
    {
      message: (_id, _kind, data, length, _time, _extended, address) =>
        heard.push([address, hexOf(data.subarray(0, length))]),
      issue: (code) => issues.push(code),
    },
    { addressed: (id, extended) => id === ECU && !extended },
  )
  const lines = [
    ...behindAddress(0x40, payload),
    ...behindAddress(0x41, other, 5),
    [3, ECU, padded([0x42, 3, 0x41, 0x0d, 0x39])] as Line,
    [4, OTHER, single([0x41, 0x0d, 0x40])] as Line,
    [6, ECU, [0x42]] as Line,
  ].sort((a, b) => a[0] - b[0])
  for (const [ms, id, data] of lines) {
    isotp.frame(id, Uint8Array.from(data), data.length, ms * 1000)
  }
  assert.equal(heard, [
    [0x42, '410D39'],
    [undefined, '410D40'],
    [0x41, hexOf(other)],
    [0x40, hexOf(payload)],
  ])
  assert.equal(issues, [])
})

test('a single frame behind an address byte that claims seven bytes is reported', () => {
  const issues: IssueCode[] = []
  const isotp = new Isotp(
    { message: () => assert.unreachable(), issue: (code) => issues.push(code) },
    { addressed: () => true },
  )
  isotp.frame(ECU, Uint8Array.from(padded([0x40, 7, 1, 2, 3, 4, 5])), 8, 0)
  assert.equal(issues, ['isotp-malformed'])
})

test('a receiver without room ends the message that it was sent, and no other', () => {
  const overflow: Line = [15, ECU - 8, padded([0x32, 0, 0])]
  const heard = new Listener().hear([
    ...segmented(payload).slice(0, 2),
    ...segmented(other, { id: OTHER }).slice(0, 2),
    overflow,
    ...segmented(payload).slice(2),
    ...segmented(other, { id: OTHER }).slice(2),
  ])
  assert.equal(heard.payloads, [hexOf(other)])
  assert.is(heard.issues[0], 'isotp-overflow')
  const wait = new Listener().hear([
    ...segmented(payload).slice(0, 2),
    [15, ECU - 8, padded([0x31, 0, 0])],
    ...segmented(payload).slice(2),
  ])
  assert.equal([wait.payloads, wait.issues], [[hexOf(payload)], []])
})

test('the other direction of an identifier is known', () => {
  assert.is(peerOf(0x7e0, false), 0x7e8)
  assert.is(peerOf(0x7e8, false), 0x7e0)
  assert.is(peerOf(0x18da10f1, true), 0x18daf110)
  assert.is(peerOf(0x18daf110, true), 0x18da10f1)
})

test('a CAN FD segment shorter than the first frame is an error unless it is the last', () => {
  const sent = randomBytes(seeded(64), 300)
  const lines = segmented(sent, { width: 64 })
  const cut = lines.map(([ms, id, data], i): Line => [ms, id, data.slice(0, i === 2 ? 48 : 64)])
  const heard = new Listener().hear(cut)
  assert.equal(heard.payloads, [])
  assert.is(heard.issues[0], 'isotp-sequence')
})

test('sixteen frames lost in a row are noticed at the end of the message', () => {
  const sent = randomBytes(seeded(16), 600)
  const lines = segmented(sent).filter((_, i) => i < 5 || i >= 21)
  const heard = new Listener().hear([...lines, ...segmented(other, { start: 900 })])
  assert.equal(heard.payloads, [hexOf(other)])
  assert.equal(heard.issues, ['isotp-replaced'])
})

test('an issue says how much of the message was there', () => {
  const details: string[] = []
  const isotp = new Isotp({
    message: () => assert.unreachable(),
    issue: (code, detail) => details.push(`${code} ${detail}`),
  })
  for (const [ms, id, data] of segmented(payload).filter((_, i) => i !== 2)) {
    isotp.frame(id, Uint8Array.from(data), data.length, ms * 1000)
  }
  assert.is(details[0], `isotp-sequence 7E8: 3 instead of 2, 13 of ${payload.length} bytes`)
})

/** Frames that are no ISO-TP frame. */
const malformed: [what: string, data: number[]][] = [
  ['single frame of 0 bytes', padded([0])],
  ['single frame of 8 bytes in 8', padded([8])],
  ['single frame of 15 bytes', padded([15])],
  ['single frame longer than its frame', [6, 0x41, 0x0c, 0x1a, 0xf8]],
  ['FD single frame of 0 bytes', padded([0, 0], 12)],
  ['FD single frame longer than its frame', padded([0, 11], 12)],
  ['FD single frame of 255 bytes', padded([0, 255], 64)],
  ['first frame of 7 bytes', padded([0x10, 7])],
  ['first frame of 0 bytes, in 32 bits', padded([0x10, 0, 0, 0, 0, 0])],
  ['first frame of 6 bytes, in 32 bits', padded([0x10, 0, 0, 0, 0, 6])],
  ['first frame of 65,536 bytes', padded([0x10, 0, 0, 1, 0, 0])],
  ['first frame of 4 GB', padded([0x10, 0, 0xff, 0xff, 0xff, 0xff])],
  ['first frame of 2 GB', padded([0x10, 0, 0x80, 0, 0, 0])],
  ['first frame shorter than 8 bytes', [0x10, 20, 1, 2, 3, 4, 5]],
  ['first frame of one byte', [0x10]],
  ['FD first frame that would have fitted', padded([0x10, 62], 64)],
  ['frame of type 4', padded([0x41, 0x0d, 0x39])],
  ['frame of type 15', padded([0xf1])],
]

for (const [what, data] of malformed) {
  test(`a ${what} is reported and delivers nothing`, () => {
    const heard = new Listener().hear([
      [0, ECU, data],
      [1, ECU, padded([0x21])],
    ])
    assert.equal(heard.delivered, [])
    assert.equal(heard.issues, ['isotp-malformed', 'isotp-orphan'])
  })
}

test('first frames that announce much and send nothing reserve little', () => {
  const { isotp, issues } = new Listener()
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 256; i += 1) {
    isotp.frame(0x18da0000 + i, Uint8Array.from([0x10, 0, 0, 0, 0xff, 0xff, 1, 2]), 8, i)
    isotp.frame(0x18db0000 + i, Uint8Array.from([0x10, 0, 0xff, 0xff, 0xff, 0xff, 1, 2]), 8, i)
  }
  const reserved = process.memoryUsage().arrayBuffers - before
  assert.ok(reserved < 4 * 2 ** 20, `${reserved} bytes`)
  assert.equal(issues, new Array<IssueCode>(256).fill('isotp-malformed'))
})

/** Segmented messages in which something goes wrong. */
const broken: { what: string; lines: Line[]; delivered: Uint8Array[]; issues: IssueCode[] }[] = [
  {
    what: 'without its first frame is not delivered',
    lines: segmented(payload).slice(1),
    delivered: [],
    issues: ['isotp-orphan', 'isotp-orphan', 'isotp-orphan', 'isotp-orphan'],
  },
  {
    what: 'whose second segment is missing is not delivered',
    lines: segmented(payload).filter((_, i) => i !== 2),
    delivered: [],
    issues: ['isotp-sequence', 'isotp-orphan'],
  },
  {
    what: 'whose last segment is missing is not delivered',
    lines: segmented(payload).slice(0, -1),
    delivered: [],
    issues: [],
  },
  {
    what: 'with two segments swapped is not delivered',
    lines: [0, 1, 3, 2, 4].map((i, at) => moved(segmented(payload)[i] as Line, at)),
    delivered: [],
    issues: ['isotp-sequence', 'isotp-orphan', 'isotp-orphan'],
  },
  {
    what: 'with a segment repeated is not delivered',
    lines: [0, 1, 2, 2, 3, 4].map((i, at) => moved(segmented(payload)[i] as Line, at)),
    delivered: [],
    issues: ['isotp-sequence', 'isotp-orphan', 'isotp-orphan'],
  },
  {
    what: 'that counts from 0 is not delivered',
    lines: segmented(payload).map(([ms, id, data], i) => [
      ms,
      id,
      i === 0 ? data : [(data[0] as number) - 1, ...data.slice(1)],
    ]),
    delivered: [],
    issues: ['isotp-sequence', 'isotp-orphan', 'isotp-orphan', 'isotp-orphan'],
  },
  {
    what: 'with a short segment in the middle is not delivered',
    lines: segmented(payload).map(([ms, id, data], i) => [ms, id, data.slice(0, i === 2 ? 7 : 8)]),
    delivered: [],
    issues: ['isotp-sequence', 'isotp-orphan', 'isotp-orphan'],
  },
  {
    what: 'whose last segment is only as long as it must be is delivered',
    lines: segmented(short).map(([ms, id, data], i) => [ms, id, data.slice(0, i === 2 ? 3 : 8)]),
    delivered: [short],
    issues: [],
  },
  {
    what: 'whose last segment is one byte short is not delivered',
    lines: segmented(short).map(([ms, id, data], i) => [ms, id, data.slice(0, i === 2 ? 2 : 8)]),
    delivered: [],
    issues: ['isotp-sequence'],
  },
  {
    what: 'with flow control between its frames is delivered',
    lines: [
      ...segmented(payload).slice(0, 1),
      [1, ECU, padded([0x30, 0, 0])],
      ...segmented(payload).slice(1, 3),
      [25, ECU, padded([0x31])],
      ...segmented(payload).slice(3),
    ],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'with an empty frame in between is delivered',
    lines: [...segmented(payload).slice(0, 2), [15, ECU, []], ...segmented(payload).slice(2)],
    delivered: [payload],
    issues: [],
  },
  {
    what: 'interrupted by another is dropped for it',
    lines: [...segmented(payload).slice(0, 3), ...segmented(other, { start: 50 })],
    delivered: [other],
    issues: ['isotp-replaced'],
  },
  {
    what: 'does not take the segments of one that was refused',
    lines: [
      ...segmented(payload).slice(0, 1),
      [5, ECU, padded([0x10, 0, 0, 1, 0, 0])],
      ...segmented(other).slice(1),
    ],
    delivered: [],
    issues: ['isotp-replaced', 'isotp-malformed', 'isotp-orphan', 'isotp-orphan', 'isotp-orphan'],
  },
  {
    what: 'interrupted by a single frame is dropped for it',
    lines: [
      ...segmented(payload).slice(0, 3),
      [25, ECU, single([0x41, 0x0d, 0x39])],
      ...segmented(payload).slice(3),
    ],
    delivered: [Uint8Array.of(0x41, 0x0d, 0x39)],
    issues: ['isotp-replaced', 'isotp-orphan', 'isotp-orphan'],
  },
  {
    what: 'with 1 s between its segments is delivered',
    lines: segmented(payload, { gap: 1000 }),
    delivered: [payload],
    issues: [],
  },
  {
    what: 'with more than 1 s between its segments is not delivered',
    lines: segmented(payload, { gap: 1001 }),
    delivered: [],
    issues: ['isotp-timeout', 'isotp-orphan', 'isotp-orphan', 'isotp-orphan'],
  },
  {
    what: 'after a dropped one is delivered',
    lines: [...segmented(payload).filter((_, i) => i !== 2), ...segmented(other, { start: 100 })],
    delivered: [other],
    issues: ['isotp-sequence', 'isotp-orphan'],
  },
]

function moved([, id, data]: Line, ms: number): Line {
  return [ms, id, data]
}

for (const { what, lines, delivered, issues } of broken) {
  test(`a segmented message ${what}`, () => {
    const heard = new Listener().hear(lines)
    assert.equal(heard.payloads, delivered.map(hexOf))
    assert.equal(heard.issues, issues)
  })
}

test('of 300 messages at once the 256 newest are kept and the others reported', () => {
  const heard = new Listener()
  const messages = Array.from({ length: 300 }, (_, i) =>
    segmented(
      Uint8Array.from({ length: 9 }, () => i & 0xff),
      { id: 0x18da0000 + i },
    ),
  )
  for (const [i, [first]] of messages.entries()) heard.hear([moved(first as Line, i)])
  for (const lines of messages) heard.hear([moved(lines[1] as Line, 400)])
  assert.is(heard.issues.filter((code) => code === 'isotp-timeout').length, 44)
  assert.is(heard.issues.filter((code) => code === 'isotp-orphan').length, 44)
  assert.is(heard.delivered.length, 256)
  assert.ok(
    heard.delivered.every(
      ({ id, payload: data }) => data === hexOf(new Array(9).fill((id - 0x18da0000) & 0xff)),
    ),
  )
})

/** What a fuzzed control unit has announced last, and all it sent since. */
interface Announced {
  size: number
  /** Data bytes since the first frame, segment by segment. */
  sent: string[]
}

class Fuzz {
  delivered = { SF: 0, MF: 0 }
  readonly #random = seeded(15_765)
  readonly #announced = new Map<number, Announced>()
  #frame = ''
  readonly #isotp = new Isotp({
    message: (id, kind, data, length) => {
      this.delivered[kind] += 1
      const payload = hexOf(data.subarray(0, length))
      if (kind === 'SF') assert.ok(this.#frame.includes(payload), 'a part of its frame')
      else this.#check(this.#announced.get(id), payload)
    },
    issue: () => undefined,
  })

  frame(micros: number): void {
    const id = ECU + this.#below(3)
    const width = this.#random() < 0.9 ? 8 : this.#below(65)
    const data = randomBytes(this.#random, width)
    const announced = this.#announced.get(id)
    if (width > 0) {
      if (this.#random() < 0.95) data[0] = this.#pci(announced)
      const type = (data[0] as number) >> 4
      if (type === 1 && width > 1) data[1] = this.#below(60)
      if (type === 1) this.#remember(id, data)
      if (type === 2) announced?.sent.push(hexOf(data.subarray(1)))
    }
    this.#frame = hexOf(data)
    this.#isotp.frame(id, data, width, micros)
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  /** Mostly what would come next, so that messages also end well. */
  #pci(announced: Announced | undefined): number {
    const kind = this.#random()
    if (kind < 0.1) return this.#below(16)
    if (kind < 0.25) return 0x10
    if (kind < 0.3) return 0x30
    return 0x20 | ((announced?.sent.length ?? 0) & 0x0f)
  }

  #remember(id: number, data: Uint8Array): void {
    const short = (((data[0] as number) & 0x0f) << 8) | (data[1] ?? 0)
    const long = short === 0 && data.length >= 6
    const size = long ? Buffer.from(data).readUInt32BE(2) : short
    this.#announced.set(id, { size, sent: [hexOf(data.subarray(long ? 6 : 2))] })
  }

  #check(announced: Announced | undefined, payload: string): void {
    assert.is(payload.length, 2 * (announced?.size ?? 0))
    const sent = announced?.sent.join('') ?? ''
    assert.ok(sent.startsWith(payload), 'what was sent, in the order in which it was sent')
  }
}

test('50,000 random frames never throw and never deliver a byte that was not sent', () => {
  const fuzz = new Fuzz()
  const pause = seeded(7)
  let micros = 0
  for (let i = 0; i < 50_000; i += 1) {
    micros += pause() < 0.002 ? 2_000_000 : Math.floor(pause() * 20_000)
    fuzz.frame(micros)
  }
  assert.ok(fuzz.delivered.SF > 500, `${fuzz.delivered.SF} single frames`)
  assert.ok(fuzz.delivered.MF > 500, `${fuzz.delivered.MF} segmented messages`)
})

interface Vector {
  id: string
  what: string
  frames: string[]
  expect: { id: string; payload: string }[]
}

/** Where the vectors call it acceptable to deliver nothing. */
const mayRefuse = new Set(['A11-ff-short'])
/** And where they call it acceptable to deliver the message all the same. */
const mayDeliver = new Set(['A11-duplicate', 'A11-empty'])

const WHOLE_EMPTY = 'C78C2E0BB552A79DF2F08435EC98B86ED42F9474D18F386E698DDBB30401F4A33EBE'

function linesOf(frames: readonly string[]): Line[] {
  return frames.map((text, i): Line => {
    const [name, data] = text.split('#')
    return [i, Number.parseInt(name as string, 16), [...Buffer.from(data ?? '', 'hex')]]
  })
}

const vectors = recording('vectors/isotp_11bit.json')
if (vectors !== undefined) {
  const cases = (JSON.parse(readFileSync(vectors, 'utf8')) as { vectors: Vector[] }).vectors
  for (const { id, what, frames, expect } of cases) {
    test(`vector ${id}: ${what}`, () => {
      const { delivered } = new Listener().hear(linesOf(frames))
      if (mayRefuse.has(id) && delivered.length === 0) return
      if (mayDeliver.has(id) && delivered.length === 1) {
        assert.is(delivered[0]?.payload.slice(0, 68), WHOLE_EMPTY)
        return
      }
      assert.equal(
        delivered.map(({ id: from, payload: data }) => ({ id: from, payload: data })),
        expect.map(({ id: from, payload: data }) => ({
          id: Number.parseInt(from, 16),
          payload: data,
        })),
      )
    })
  }
}

interface VinVector {
  id: string
  frames?: string[]
  payload: string
  expect: { vin: string | null }
}

const vins = recording('vectors/vin_frames.json')
if (vins !== undefined) {
  const cases = (JSON.parse(readFileSync(vins, 'utf8')) as { vectors: VinVector[] }).vectors
  for (const { id, frames, payload: message, expect } of cases) {
    if (frames === undefined) continue
    test(`vector VIN ${id} is put together, and read`, () => {
      const { payloads } = new Listener().hear(linesOf(frames))
      assert.equal(payloads, [message])
      const read = hear(message).readings.flatMap(([, vin]) => (vin === undefined ? [] : [vin]))
      assert.equal(read, expect.vin === null ? [] : [expect.vin])
    })
  }
}

test.run()
