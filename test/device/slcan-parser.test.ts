import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SlcanParser, type SlcanReply } from '../../src/device/serial/slcan-parser.ts'
import type { CanFrame } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import { recording } from '../support/needs.ts'

const test = suite('slcan parser')

/** A frame as a text that can be compared. */
function shown(frame: CanFrame): string {
  const data = Buffer.from(frame.data.subarray(0, frame.remote ? 0 : frame.length)).toString('hex')
  const kind = frame.error ? 'error' : frame.remote ? 'remote' : frame.fd ? 'fd' : 'data'
  return `${frame.id.toString(16)}${frame.extended ? 'x' : ''} ${kind} [${frame.length}] ${data}`
}

function listen() {
  const frames: string[] = []
  const stamps: number[] = []
  const times: number[] = []
  const issues: Issue[] = []
  const replies: SlcanReply[] = []
  const parser: SlcanParser = new SlcanParser({
    at: 'ttyACM0',
    frame: (frame) => {
      frames.push(shown(frame))
      stamps.push(parser.lastTimestamp)
      times.push(frame.time)
    },
    issue: (issue) => issues.push(issue),
    reply: (reply) => replies.push(reply),
  })
  const push = (text: string, time = 0) => parser.push(Buffer.from(text, 'latin1'), time)
  return { frames, stamps, times, issues, replies, parser, push }
}

test('one frame in one chunk comes out with the time of the chunk', () => {
  const { frames, times, stamps, issues, push } = listen()
  push('T18FEF100801020304050607FF\r', 42)
  assert.equal(frames, ['18fef100x data [8] 01020304050607ff'])
  assert.equal(times, [42])
  assert.equal(stamps, [-1])
  assert.equal(issues, [])
})

test('two frames in one chunk come out in order', () => {
  const { frames, push } = listen()
  push('t4563112233\rT12ABCDEF2AA55\r')
  assert.equal(frames, ['456 data [3] 112233', '12abcdefx data [2] aa55'])
})

test('a stream may be cut at any byte, into any two or into single bytes', () => {
  const text =
    'zt4563112233\r\nV1013\rT18FEF100801020304050607FFEA5F\rr1238\r\x07d1239000102030405060708090A0B\r\r'
  const whole = listen()
  whole.push(text)
  assert.is(whole.frames.length, 4)
  for (let cut = 0; cut <= text.length; cut++) {
    const parts = listen()
    parts.push(text.slice(0, cut))
    parts.push(text.slice(cut))
    assert.equal(parts.frames, whole.frames, `cut at ${cut}`)
    assert.equal(parts.replies, whole.replies, `cut at ${cut}`)
    assert.equal(parts.issues, [])
  }
  const bytes = listen()
  for (const byte of text) bytes.push(byte)
  assert.equal(bytes.frames, whole.frames)
  assert.equal(bytes.replies, whole.replies)
})

test('garbage before the first frame is one issue and costs no frame', () => {
  const { frames, issues, push } = listen()
  push('\xff\x00\x8031122\rt4563112233\r')
  assert.equal(frames, ['456 data [3] 112233'])
  assert.equal(
    issues.map((issue) => [issue.code, issue.at, issue.detail]),
    [['line-malformed', 'ttyACM0', '"···31122"']],
  )
})

test('a line feed after, before or instead of a carriage return is no answer and no error', () => {
  const { frames, replies, issues, push } = listen()
  push('\nt1000\r\nt1010\nt1020\r')
  assert.equal(frames, ['100 data [0] ', '101 data [0] ', '102 data [0] '])
  assert.equal(replies, [])
  assert.equal(issues, [])
})

test('an endless line is one issue and is skipped up to its end', () => {
  const { frames, issues, push } = listen()
  for (let chunk = 0; chunk < 100; chunk++) push('t'.repeat(100))
  push('\rt4563112233\r')
  push(`${'A'.repeat(5000)}\rt1000\r`)
  assert.equal(frames, ['456 data [3] 112233', '100 data [0] '])
  assert.equal(
    issues.map((issue) => issue.code),
    ['line-too-long', 'line-too-long'],
  )
  assert.ok((issues[1]?.detail ?? '').length < 60)
})

test('the acknowledgement of a sent frame may be glued to what follows', () => {
  const { frames, replies, issues, push } = listen()
  push('zZt4563112233\rz\rZ\r')
  assert.equal(frames, ['456 data [3] 112233'])
  assert.equal(
    replies.map((reply) => reply.kind),
    ['sent', 'sent', 'sent', 'sent'],
  )
  assert.equal(issues, [])
})

test('a bell in the middle of a line ends it, refuses the command and delivers no frame', () => {
  const { frames, replies, issues, push } = listen()
  push('t45631122\x07t4563112233\r')
  assert.equal(frames, ['456 data [3] 112233'])
  assert.equal(replies, [{ kind: 'refused' }])
  assert.equal(
    issues.map((issue) => issue.code),
    ['line-malformed'],
  )
})

test('length codes of CAN FD give 12 to 64 bytes', () => {
  const lengths = [12, 16, 20, 24, 32, 48, 64]
  for (const [index, length] of lengths.entries()) {
    const { frames, stamps, push } = listen()
    const data = '5a'.repeat(length)
    push(`B18DAF110${(index + 9).toString(16)}${data}04D2\r`)
    assert.equal(frames, [`18daf110x fd [${length}] ${data}`])
    assert.equal(stamps, [1234])
  }
})

test('a time stamp beyond the minute counts as none and costs no frame', () => {
  const { frames, stamps, push } = listen()
  push('t1000EA60\rt1000EA5F\r')
  assert.is(frames.length, 2)
  assert.equal(stamps, [-1, 59_999])
})

test('a last line without an end counts when whole and is reported when cut', () => {
  const whole = listen()
  whole.push('t4563112233')
  whole.parser.end(7)
  assert.equal(whole.frames, ['456 data [3] 112233'])
  assert.equal(whole.times, [7])
  const cut = listen()
  cut.push('t45631122')
  cut.parser.end(7)
  cut.parser.end(8)
  assert.equal(cut.frames, [])
  assert.equal(
    cut.issues.map((issue) => issue.code),
    ['file-truncated'],
  )
})

test('after a reset the rest of an old line is not glued to a new one', () => {
  const { frames, issues, parser, push } = listen()
  push('T18FEF10')
  parser.reset()
  push('t1000\r')
  assert.equal(frames, ['100 data [0] '])
  assert.equal(issues, [])
})

const malformed = [
  't',
  'T',
  't456',
  't456311223',
  't45631122334',
  't456311223312345',
  't8000',
  'T200000000',
  'TFFFFFFFF0',
  'T80000000',
  't4569112233445566778899',
  'tG000',
  't456G',
  't4561G0',
  't45610G',
  't1000000G',
  'r123F',
  'r1238112',
  'r12381122334455667788',
  'd123900',
  'F0',
  'FZZ',
  'q4563112233',
  ' t1000',
  't1000 ',
  't1000t1000',
]
for (const line of malformed) {
  test(`no frame comes out of "${line}"`, () => {
    const { frames, issues, push } = listen()
    push(`t1000\r${line}\rt1010\r`)
    assert.equal(frames, ['100 data [0] ', '101 data [0] '])
    assert.equal(
      issues.map((issue) => issue.code),
      ['line-malformed'],
    )
  })
}

test('20,000 mutated lines raise no exception and give no frame with a wrong length', () => {
  let state = 0x2545f491
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const seeds = [
    't4563112233',
    'T18FEF100801020304050607FF',
    'R12ABCDEF6EA5F',
    'V1013',
    'z',
    `D18DAF110F${'a5'.repeat(64)}`,
  ]
  let frames = 0
  let line = ''
  const parser = new SlcanParser({
    at: 'fuzz',
    frame: (frame) => {
      frames++
      const type = /[^zZ]/.exec(line)?.[0] ?? ''
      const digits = line.slice(line.indexOf(type) + (frame.extended ? 10 : 5))
      const data = frame.remote ? 0 : frame.length * 2
      assert.ok(digits.length === data || digits.length === data + 4, line)
      assert.is(
        Buffer.from(frame.data.subarray(0, data / 2)).toString('hex'),
        digits.slice(0, data).toLowerCase(),
      )
    },
    issue: () => undefined,
  })
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(seeds[random(seeds.length)] ?? '')
    for (let change = random(3); change > 0; change--) bytes[random(bytes.length)] = random(256)
    const cut = bytes.subarray(0, random(4) === 0 ? random(bytes.length + 1) : bytes.length)
    line = cut.toString('latin1')
    if (['\r', '\n', '\x07'].some((end) => line.includes(end))) continue
    parser.push(cut, round)
    parser.push(Buffer.from('\r'), round)
  }
  assert.ok(frames > 3000, `${frames} frames`)
})

interface Expected {
  id: number
  ext: boolean
  rtr: boolean
  len: number
  data: string
  fd?: boolean
}
interface Vectors {
  lines: { id: string; line: string; expect: Expected; timestamp_ms?: number }[]
  replies: { bytes: string; kind: string; value?: unknown }[]
  malformed: { id: string; line: string }[]
  streams: { id: string; chunks: string[]; expect_frames: Expected[] }[]
}
const vectorFile = recording('vectors/slcan.json')
if (vectorFile) {
  const vectors = JSON.parse(readFileSync(vectorFile, 'utf8')) as Vectors
  const wanted = ({ id, ext, rtr, len, data, fd }: Expected) =>
    `${id.toString(16)}${ext ? 'x' : ''} ${rtr ? 'remote' : fd ? 'fd' : 'data'} [${len}] ${data.toLowerCase()}`

  test('the recorded lines give the frames and time stamps they should', () => {
    for (const { id, line, expect, timestamp_ms } of vectors.lines) {
      const { frames, stamps, issues, push } = listen()
      push(`${line}\r`)
      assert.equal(frames, [wanted(expect)], id)
      assert.equal(stamps, [timestamp_ms ?? -1], id)
      assert.equal(issues, [], id)
    }
  })

  test('the recorded replies are understood', () => {
    const kinds: Record<string, string> = { nack: 'refused', tx_ack: 'sent' }
    for (const { bytes, kind, value } of vectors.replies) {
      const { frames, replies, issues, parser } = listen()
      parser.push(Buffer.from(bytes, 'hex'), 0)
      assert.is(replies.length, 1, bytes)
      const reply = replies[0] as SlcanReply
      assert.is(reply.kind, kinds[kind] ?? kind)
      if (reply.kind === 'version') assert.is(reply.text, '1013')
      if (reply.kind === 'serial') assert.is(reply.text, value)
      if (reply.kind === 'status') assert.is(reply.flags, value)
      assert.equal([...frames, ...issues], [])
    }
  })

  test('the recorded malformed lines give an issue each and no frame', () => {
    for (const { id, line } of vectors.malformed) {
      const { frames, issues, push } = listen()
      push(`${line}\r`)
      assert.equal(frames, [], id)
      assert.is(issues.length, 1, id)
    }
  })

  test('the recorded streams give their frames from any chunks', () => {
    for (const { id, chunks, expect_frames } of vectors.streams) {
      const { frames, push } = listen()
      for (const chunk of chunks) push(chunk)
      assert.equal(frames, expect_frames.map(wanted), id)
    }
  })
}

test.run()
