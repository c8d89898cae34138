/** BLF: every object that is a frame, containers of every kind, damage, and what the writer writes. */
import { readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { blfFormat } from '../../../../src/device/capture/blf/blf.ts'
import { OdographError } from '../../../../src/model/errors.ts'
import { frameOf } from '../../../../src/model/frame.ts'
import {
  type CapturedFrame,
  MemoryOutput,
  plain,
  readBlocks,
  variousFrames,
  written,
} from '../../../support/captured.ts'
import { recording } from '../../../support/needs.ts'
import { bodies, container, fileHeader, HEADER_TIME, object } from './blf-file.ts'

const test = suite('BLF')

const usual: CapturedFrame = {
  bus: 'can1',
  id: 0x123,
  extended: false,
  remote: false,
  error: false,
  fd: false,
  brs: false,
  esi: false,
  sent: false,
  length: 4,
  data: '01020304',
  time: HEADER_TIME + 1_234_568,
}

const nanos = { flags: 2, time: 1_234_567_890n }
const message = object(1, bodies.message(2, 0, 4, 0x123), nanos)

/** Frames far enough apart to be told from one another. */
const messages = Array.from({ length: 20 }, (_, i) =>
  object(1, bodies.message(1, 0, 4, 0x200 + i), { flags: 2, time: BigInt(i) * 1_000_000n }),
)
const identifiers = messages.map((_, i) => 0x200 + i)

test('is known by its first four bytes', () => {
  assert.ok(blfFormat.magic(fileHeader()))
  assert.not(blfFormat.magic(Buffer.from('LOBJ')))
})

const cases: [name: string, bytes: Buffer, expected: Partial<CapturedFrame>][] = [
  ['a message', message, {}],
  [
    'a message with an extended identifier',
    object(1, bodies.message(2, 0, 4, 0x98fef100), nanos),
    {
      id: 0x18fef100,
      extended: true,
    },
  ],
  ['a message that was sent', object(1, bodies.message(2, 1, 4, 0x123), nanos), { sent: true }],
  [
    'a message of the second kind',
    object(86, Buffer.concat([bodies.message(2, 0, 4, 0x123), Buffer.alloc(8)]), nanos),
    {},
  ],
  [
    'a remote frame',
    object(1, bodies.message(2, 0x80, 4, 0x123), nanos),
    { remote: true, data: '' },
  ],
  [
    'a code above eight in a classic frame',
    object(1, bodies.message(2, 0, 12, 0x123), nanos),
    {
      length: 8,
      data: '0102030405060708',
    },
  ],
  [
    'an error',
    object(2, Buffer.from([2, 0, 6, 0]), nanos),
    { error: true, id: 0, length: 0, data: '' },
  ],
  ['an error with details', object(73, bodies.errorExt(2, 4, 0x123), nanos), { error: true }],
  [
    'an error of CAN FD',
    object(104, bodies.fdError64(2, 0x123), nanos),
    {
      error: true,
      length: 0,
      data: '',
    },
  ],
  [
    'a CAN FD message',
    object(100, bodies.fdMessage(2, 1, 9, 0x123, 7, 12), nanos),
    {
      fd: true,
      brs: true,
      esi: true,
      sent: true,
      length: 12,
      data: '0102030405060708090a0b0c',
    },
  ],
  [
    'a classic frame in a CAN FD message',
    object(100, bodies.fdMessage(2, 0, 4, 0x123, 0, 4), nanos),
    {},
  ],
  [
    'a CAN FD message of the second kind',
    object(101, bodies.fdMessage64(2, 1, 9, 0x123, 0x3000, 12), nanos),
    {
      fd: true,
      brs: true,
      sent: true,
      length: 12,
      data: '0102030405060708090a0b0c',
    },
  ],
  [
    'a remote frame in a CAN FD message of the second kind',
    object(101, bodies.fdMessage64(2, 0, 4, 0x123, 0x10, 0), nanos),
    {
      remote: true,
      data: '',
    },
  ],
  [
    'a time in units of 10 µs',
    object(1, bodies.message(2, 0, 4, 0x123), { flags: 1, time: 123_457n }),
    {
      time: HEADER_TIME + 1_234_570,
    },
  ],
  [
    'a time too large for a double',
    object(1, bodies.message(2, 0, 4, 0x123), { flags: 2, time: 20_000_000_000_001_600n }),
    {
      time: HEADER_TIME + 20_000_000_000_002,
    },
  ],
  [
    'a header of the second version',
    object(1, bodies.message(2, 0, 4, 0x123), { ...nanos, version: 2 }),
    {},
  ],
]

for (const [name, bytes, expected] of cases) {
  test(`reads ${name}, in a container or not`, async () => {
    for (const part of [bytes, container(bytes), container(bytes, { deflate: false })]) {
      const { frames, issues } = await readBlocks(blfFormat, Buffer.concat([fileHeader(), part]))
      assert.equal(frames, [{ ...usual, ...expected }])
      assert.equal(issues, [])
    }
  })
}

test('reads objects that lie across containers of any size', async () => {
  const run = Buffer.concat(messages)
  for (let size = 1; size < 60; size += 1) {
    const parts = [fileHeader()]
    for (let at = 0; at < run.length; at += size) {
      parts.push(container(run.subarray(at, at + size), { deflate: size % 2 === 0 }))
    }
    const { frames, issues } = await readBlocks(blfFormat, Buffer.concat(parts))
    assert.equal(
      frames.map(({ id }) => id),
      identifiers,
    )
    assert.equal(issues, [])
  }
})

test('skips other objects, of any size, with the padding that they have', async () => {
  for (let size = 0; size < 9; size += 1) {
    const others = [size, 300 * 1024 + size].map((bytes) =>
      Buffer.concat([object(65, Buffer.alloc(bytes, 0xaa), nanos), Buffer.alloc(size % 4)]),
    )
    const run = Buffer.concat([message, ...others.flatMap((other) => [other, message])])
    for (const part of [run, container(run)]) {
      const { frames, issues } = await readBlocks(blfFormat, Buffer.concat([fileHeader(), part]))
      assert.equal(frames, [usual, usual, usual])
      assert.equal(issues, [])
    }
  }
})

test('counts traffic of other buses', async () => {
  const lin = object(11, Buffer.alloc(24), nanos)
  const file = Buffer.concat([fileHeader(), container(Buffer.concat([lin, message, lin]))])
  const { frames, issues } = await readBlocks(blfFormat, file)
  assert.equal(frames, [usual])
  assert.equal(
    issues.map(({ code, detail }) => [code, detail]),
    [['bus-unsupported', '2 objects of LIN']],
  )
})

test('takes the start of each of several files that were joined', async () => {
  const later = fileHeader(1)
  const file = Buffer.concat([fileHeader(), container(message), later, container(message)])
  const { frames } = await readBlocks(blfFormat, file)
  assert.equal(
    frames.map(({ time }) => time - usual.time),
    [0, 3_600_000_000],
  )
})

test('reads the containers behind a damaged one', async () => {
  const damaged = container(Buffer.concat(messages))
  damaged.fill(0xff, 40, 60)
  const file = Buffer.concat([fileHeader(), container(message), damaged, container(message)])
  const { frames, issues } = await readBlocks(blfFormat, file)
  assert.equal(frames, [usual, usual])
  assert.ok(issues.every(({ code }) => code === 'block-malformed'))
  assert.ok(issues.length > 0)
})

test('reads on behind a container whose size is wrong', async () => {
  for (const size of [0x7fffffff, 100_000, 50, 0]) {
    const wrong = container(message)
    wrong.writeUInt32LE(size, 8)
    const file = Buffer.concat([fileHeader(), wrong, container(message), container(message)])
    const { frames, issues } = await readBlocks(blfFormat, file)
    assert.ok(frames.length >= 2, `${size}`)
    assert.equal(frames.at(-1), usual)
    assert.ok(issues.length > 0)
  }
})

test('reads on behind an object without a container whose size is wrong', async () => {
  for (const size of [0x7fffffff, 100_000, 40, 0]) {
    const wrong = Buffer.from(message)
    wrong.writeUInt32LE(size, 8)
    const file = Buffer.concat([fileHeader(), wrong, container(message), message])
    const { frames, issues } = await readBlocks(blfFormat, file)
    assert.equal(frames, [usual, usual], `${size}`)
    assert.ok(issues.length > 0)
  }
})

test('does not inflate more than a container says', async () => {
  const bomb = container(Buffer.alloc(1_000_000))
  bomb.writeUInt32LE(1000, 24)
  const file = Buffer.concat([fileHeader(), bomb, container(message)])
  const { frames, issues } = await readBlocks(blfFormat, file)
  assert.equal(frames, [usual])
  assert.ok(issues.some(({ code }) => code === 'block-malformed'))
})

test('is no frame: an object that is too short, or has data that cannot be', async () => {
  const objects = [
    object(1, bodies.message(2, 0, 4, 0x123).subarray(0, 12), nanos),
    object(100, bodies.fdMessage(2, 0, 9, 0x123, 1, 11), nanos),
    object(100, bodies.fdMessage(2, 0, 16, 0x123, 1, 64), nanos),
    object(101, bodies.fdMessage64(2, 0, 15, 0x123, 0x1000, 64).subarray(0, 60), nanos),
  ]
  for (const bytes of objects) {
    const file = Buffer.concat([fileHeader(), container(Buffer.concat([bytes, message]))])
    const { frames, issues } = await readBlocks(blfFormat, file)
    assert.equal(frames, [usual])
    assert.equal(
      issues.map(({ code }) => code),
      ['line-malformed'],
    )
  }
})

test('cut anywhere, gives the frames before the cut, and says that it was cut', async () => {
  const file = Buffer.concat([
    fileHeader(),
    container(Buffer.concat(messages.slice(0, 5))),
    container(Buffer.concat(messages.slice(5, 12)), { deflate: false }),
    ...messages.slice(12),
  ])
  for (let end = 0; end < file.length; end += 1) {
    const read = await readBlocks(blfFormat, file.subarray(0, end)).catch((error) => {
      assert.instance(error, OdographError)
      return undefined
    })
    if (read === undefined) continue
    const got = read.frames.map(({ id }) => id)
    assert.equal(got, identifiers.slice(0, got.length))
    assert.ok(read.issues.every(({ code }) => code === 'file-truncated'))
  }
})

test('writes every kind of frame so that it is read as it was', async () => {
  const frames = [...variousFrames('can0'), ...variousFrames('can7')]
  const { bytes, left } = written(blfFormat, frames)
  const read = await readBlocks(blfFormat, bytes)
  assert.equal(
    read.frames,
    frames.map(({ frame, bus }) => plain(frame, bus)),
  )
  assert.equal(read.issues, [])
  assert.is(left.size, 0)
})

test('writes sizes, counts and times into the header, and containers of one size', async () => {
  const time = Date.UTC(2024, 1, 29, 12, 30, 15, 250) * 1000
  const frames = Array.from({ length: 9000 }, (_, i) => ({
    frame: frameOf(i & 0x7ff, [i & 255, i >> 8], { time: time + i * 1000 }),
    bus: 'can2',
  }))
  const bytes = Buffer.from(written(blfFormat, frames).bytes)
  assert.is(bytes.readBigUInt64LE(16), BigInt(bytes.length))
  assert.is(bytes.readUInt32LE(32), 9000)
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16LE(40 + 2 * i))
  assert.equal(words, [2024, 2, 4, 29, 12, 30, 15, 250])
  assert.is(bytes.readUInt16LE(56 + 12), 24)
  assert.is(bytes.readUInt32LE(144 + 24), Math.floor((128 * 1024) / 48) * 48)
  assert.is((await readBlocks(blfFormat, bytes)).frames.length, 9000)
})

test('puts frames from before the first one at its time, and says so', async () => {
  const frames = [2_000_500, 1_000_000].map((time) => ({
    frame: frameOf(1, [], { time }),
    bus: 'can0',
  }))
  const { bytes, left } = written(blfFormat, frames)
  const read = await readBlocks(blfFormat, bytes)
  assert.equal(
    read.frames.map(({ time }) => time),
    [2_000_500, 2_000_000],
  )
  assert.is(left.size, 1)
})

test('refuses an output in which nothing can be changed', () => {
  const { patch: _, ...pipe } = new MemoryOutput()
  const output = { ...pipe, length: 0, write: () => undefined }
  assert.throws(
    () => blfFormat.writer?.(output),
    (error: unknown) => error instanceof OdographError && error.code === 'usage',
  )
})

test('reads data that other programs deflated with any setting', async () => {
  for (const level of [0, 1, 9]) {
    const bytes = deflateSync(message, { level })
    const head = container(message).subarray(0, 32)
    head.writeUInt32LE(32 + bytes.length, 8)
    const { frames } = await readBlocks(blfFormat, Buffer.concat([fileHeader(), head, bytes]))
    assert.equal(frames, [usual])
  }
})

for (const name of ['j1939_slice', 'uds_ev6_slice']) {
  const path = recording(`captures/derived/${name}/${name}.blf`)
  const log = recording(`captures/derived/${name}/${name}.log`)
  if (path === undefined || log === undefined) continue
  test(`${name}: the frames of the candump log, to the microsecond`, async () => {
    const { frames, issues } = await readBlocks(blfFormat, readFileSync(path))
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
    assert.equal(frames.map(candumpLine), lines)
    assert.equal(issues, [])
  })
}

function candumpLine({ time, bus, id, extended, remote, length, data }: CapturedFrame): string {
  const text = id.toString(16).toUpperCase()
  const micros = String(time % 1_000_000).padStart(6, '0')
  const rest = remote ? `R${length}` : data.toUpperCase()
  const name = text.padStart(extended ? 8 : 3, '0')
  return `(${Math.floor(time / 1_000_000)}.${micros}) ${bus} ${name}#${rest}`
}

const cut = recording('captures/derived/malformed/uds_ev6_slice.cut.blf')
if (cut !== undefined) {
  test('a file cut in a container gives what is left of it', async () => {
    const { frames, issues } = await readBlocks(blfFormat, readFileSync(cut))
    assert.is(frames.length, 352)
    assert.ok(issues.some(({ code }) => code === 'file-truncated'))
  })
}

const odd = recording('captures/copyleft/python-can/test_CanMessage.blf')
const vectors = recording('vectors/log_parse.json')
if (odd !== undefined && vectors !== undefined) {
  test('identifiers, channels and data of a file without a date are those of its vector', async () => {
    const { frames } = await readBlocks(blfFormat, readFileSync(odd))
    const { files } = JSON.parse(readFileSync(vectors, 'utf8'))
    const vector = files.find(({ file }: { file: string }) => file.endsWith('test_CanMessage.blf'))
    assert.equal(
      frames.map(({ id, bus, data, time }) => ({ id, bus, data, time })),
      vector.list.map(({ id, ch, data }: { id: number; ch: number; data: string }) => ({
        id,
        bus: `can${ch}`,
        data: data.toLowerCase(),
        time: Math.round(vector.t0 * 1e6),
      })),
    )
  })
}

test.run()
