import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pcapFormat } from '../../../src/device/capture/pcap/pcap.ts'
import { plain, readStream, variousFrames, written } from '../../support/captured.ts'

const test = suite('pcap')

const notSent = () =>
  variousFrames().map(({ frame, bus }) => ({ frame: { ...frame, sent: false }, bus }))

test('frames of every kind come back from what was written, whatever the chunks', () => {
  const frames = notSent()
  const { bytes, left } = written(pcapFormat, frames)
  assert.is(left.size, 0)
  for (const chunk of [1, 7, 16, 1000, bytes.length]) {
    const { frames: read, issues, timed } = readStream(pcapFormat, bytes, chunk)
    assert.equal(
      read,
      frames.map(({ frame, bus }) => plain(frame, bus)),
    )
    assert.equal(issues, [])
    assert.ok(timed)
  }
})

test('the first bytes tell that it is one, in either byte order and resolution', () => {
  for (const magic of ['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1', '0a0d0d0a']) {
    assert.ok(pcapFormat.magic?.(Buffer.from(magic, 'hex')), magic)
  }
  for (const other of ['', 'a1', '28313030', 'ffffffff']) {
    assert.not(pcapFormat.magic?.(Buffer.from(other, 'hex')))
  }
})

/** A little-endian capture with nanoseconds and one cooked packet that carries CAN. */
function cooked(link: number, packet: string): Uint8Array {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b23c4d, 0)
  header.writeUInt32LE(link, 20)
  const body = Buffer.from(packet, 'hex')
  const record = Buffer.alloc(16)
  record.writeUInt32LE(1_700_000_000, 0)
  record.writeUInt32LE(123_456_789, 4)
  record.writeUInt32LE(body.length, 8)
  record.writeUInt32LE(body.length, 12)
  return Buffer.concat([header, record, body])
}

const CAN_PACKET = '98fef1000800000011223344556677 88'.replace(' ', '')

test('CAN inside Linux cooked packets is read, with its direction; other protocols are not', () => {
  const sent = `0004${'00'.repeat(12)}000c`
  const { frames } = readStream(pcapFormat, cooked(113, sent + CAN_PACKET))
  assert.equal(
    frames.map(({ id, extended, data, time, sent }) => [id, extended, data, time, sent]),
    [[0x18fef100, true, '1122334455667788', 1_700_000_000_123_456, true]],
  )
  const version2 = `000c0000000000010118${'00'.repeat(10)}`
  assert.is(readStream(pcapFormat, cooked(276, version2 + CAN_PACKET)).frames.length, 1)
  const internet = `0000${'00'.repeat(12)}0800`
  const { frames: none, issues } = readStream(pcapFormat, cooked(113, internet + CAN_PACKET))
  assert.equal([none, issues], [[], []])
})

/** Cooked packets with identifiers in the order of a little-endian machine. */
function little(ids: readonly string[]): Uint8Array {
  const head = `0001${'00'.repeat(12)}000c`
  const parts = ids.map((id) =>
    cooked(113, `${head}${id}0800000011223344556677 88`.replace(' ', '')),
  )
  return Buffer.concat(parts.map((part, i) => (i === 0 ? part : part.subarray(24))))
}

test('identifiers that were left in the order of the machine are read in it, from the first on', () => {
  // The first could be either; the second can be one only.
  const { frames, issues } = readStream(pcapFormat, little(['00f1fe98', '23010000', '00f1fe98']))
  assert.equal(issues, [])
  assert.equal(
    frames.map(({ id, extended }) => [id, extended]),
    [
      [0x18fef100, true],
      [0x123, false],
      [0x18fef100, true],
    ],
  )
})

test('as long as nothing decides, identifiers are big-endian', () => {
  const { frames } = readStream(pcapFormat, little(['98fef198', '98fef198']))
  assert.equal(
    frames.map(({ id }) => id),
    [0x18fef198, 0x18fef198],
  )
})

function block(type: number, body: Buffer): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)])
  const head = Buffer.alloc(8)
  head.writeUInt32LE(type, 0)
  head.writeUInt32LE(padded.length + 12, 4)
  return Buffer.concat([head, padded, head.subarray(4)])
}

test('pcapng: interfaces have names and a resolution of time, unknown blocks are passed over', () => {
  const section = Buffer.alloc(16)
  section.writeUInt32LE(0x1a2b3c4d, 0)
  const device = Buffer.from(
    'e300000000000400' + '020004006361' + '6e37' + '0900010009000000' + '00000000',
    'hex',
  )
  const packet = Buffer.from(CAN_PACKET, 'hex')
  const enhanced = Buffer.alloc(20)
  const ticks = 1_700_000_000_123_456_789n
  enhanced.writeUInt32LE(Number(ticks >> 32n), 4)
  enhanced.writeUInt32LE(Number(ticks & 0xffffffffn), 8)
  enhanced.writeUInt32LE(packet.length, 12)
  enhanced.writeUInt32LE(packet.length, 16)
  const file = Buffer.concat([
    block(0x0a0d0d0a, section),
    block(1, device),
    block(0xbad, Buffer.from('whatever')),
    block(6, Buffer.concat([enhanced, packet])),
  ])
  for (const chunk of [1, 13, file.length]) {
    const { frames, issues } = readStream(pcapFormat, file, chunk)
    assert.equal(issues, [])
    assert.equal(
      frames.map(({ id, time, bus }) => [id, time, bus]),
      [[0x18fef100, 1_700_000_000_123_456, 'can7']],
    )
  }
})

test('a file cut anywhere gives the frames before the cut and at most one issue', () => {
  const frames = notSent()
  const { bytes } = written(pcapFormat, frames)
  for (let length = 24; length < bytes.length; length += 1) {
    const { frames: read, issues } = readStream(pcapFormat, bytes.subarray(0, length))
    assert.equal(
      read,
      frames.slice(0, read.length).map(({ frame, bus }) => plain(frame, bus)),
    )
    assert.ok(issues.length <= 1)
  }
})

const broken: [what: string, packet: string][] = [
  ['a length that CAN does not have', '000001230900000000112233445566778899'],
  ['more data than the packet holds', '00000123080000001122'],
  ['an 11-bit identifier of 29 bits', '00001123010000000011223344556677'],
  ['less than a header', '000001'],
]
for (const [what, packet] of broken) {
  test(`a packet with ${what} is an issue and no frame`, () => {
    const { frames, issues } = readStream(pcapFormat, cooked(227, packet))
    assert.equal(frames, [])
    assert.equal(
      issues.map(({ code }) => code),
      ['line-malformed'],
    )
  })
}

test('a packet of absurd size ends the reading with an issue, not with memory', () => {
  const file = cooked(227, CAN_PACKET)
  new DataView(file.buffer, file.byteOffset).setUint32(32, 0x7fffffff, true)
  const { frames, issues } = readStream(pcapFormat, file)
  assert.equal(frames, [])
  assert.is(issues[0]?.code, 'file-truncated')
})

test.run()
