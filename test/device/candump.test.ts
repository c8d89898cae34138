import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CandumpParser } from '../../src/device/capture/candump/candump.ts'
import type { CanFrame } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import { recording } from '../support/needs.ts'

const test = suite('candump')

/** A frame as a text that can be compared. */
function shown(frame: CanFrame): string {
  const data = Buffer.from(frame.data.subarray(0, frame.remote ? 0 : frame.length)).toString('hex')
  const kind = frame.error ? 'error' : frame.remote ? 'remote' : frame.fd ? 'fd' : 'data'
  return `${frame.id.toString(16)}${frame.extended ? 'x' : ''} ${kind} [${frame.length}] ${data}`
}

function listen() {
  const frames: string[] = []
  const times: number[] = []
  const buses: string[] = []
  const issues: Issue[] = []
  const parser: CandumpParser = new CandumpParser({
    at: 'drive.log',
    frame: (frame) => {
      frames.push(shown(frame))
      times.push(frame.time)
      buses.push(parser.buses[frame.bus] ?? '?')
    },
    issue: (issue) => issues.push(issue),
  })
  const push = (text: string) => parser.push(Buffer.from(text, 'latin1'))
  return { frames, times, buses, issues, parser, push }
}

const USUAL = '(1589326646.006935) can1 18D48025#000F'

test('one frame in one chunk comes out with its bus and its exact time', () => {
  const { frames, times, buses, issues, parser, push } = listen()
  push(`${USUAL}\n`)
  assert.equal(frames, ['18d48025x data [2] 000f'])
  assert.equal(times, [1_589_326_646_006_935])
  assert.equal(buses, ['can1'])
  assert.equal(issues, [])
  assert.is(parser.timed, true)
})

const forms: [name: string, line: string, frame: string, bus: string, time: number][] = [
  ['11 bit', '(1.000002) can0 7DF#0201', '7df data [2] 0201', 'can0', 1_000_002],
  ['no data', '(1.000002) can0 0CF00400#', 'cf00400x data [0] ', 'can0', 1_000_002],
  ['lower case', '(1.000002) can0 18fef100#ab', '18fef100x data [1] ab', 'can0', 1_000_002],
  ['an odd interface name', '(1.000002) v-can.0 123#', '123 data [0] ', 'v-can.0', 1_000_002],
  ['received', '(1.000002) can0 123#01 R', '123 data [1] 01', 'can0', 1_000_002],
  ['sent', '(1.000002) can0 123#01 T', '123 data [1] 01', 'can0', 1_000_002],
  ['one decimal', '(1.5) can0 123#01', '123 data [1] 01', 'can0', 1_500_000],
  ['nine decimals', '(1.123456789) can0 123#01', '123 data [1] 01', 'can0', 1_123_456],
  ['remote', '(1.000002) can0 123#R', '123 remote [0] ', 'can0', 1_000_002],
  ['remote with a length', '(1.000002) can0 123#R3', '123 remote [3] ', 'can0', 1_000_002],
  ['an error frame', '(1.000002) can0 20000004#0011', '4x error [2] 0011', 'can0', 1_000_002],
  ['FD', '(1.000002) can0 123##1AABB', '123 fd [2] aabb', 'can0', 1_000_002],
  ['FD without data', '(1.000002) can0 123##0', '123 fd [0] ', 'can0', 1_000_002],
  [
    'FD, 64 bytes',
    `(1.0) can0 12345678##0${'5A'.repeat(64)}`,
    `12345678x fd [64] ${'5a'.repeat(64)}`,
    'can0',
    1e6,
  ],
  [
    'a raw length code',
    '(1.0) can0 123#1122334455667788_E',
    '123 data [8] 1122334455667788',
    'can0',
    1e6,
  ],
  ['no interface', '(1.000002) 2A0#10F4', '2a0 data [2] 10f4', 'can0', 1_000_002],
  ['no time', 'can3 2A0#10F4', '2a0 data [2] 10f4', 'can3', 0],
  ['neither', '2A0#10F4', '2a0 data [2] 10f4', 'can0', 0],
  ['console', '  can0  123   [3]  00 01 02', '123 data [3] 000102', 'can0', 0],
  [
    'console, remote',
    '(1.0)  can0  00000123   [3]  remote request',
    '123x remote [3] ',
    'can0',
    1e6,
  ],
  [
    'console, ASCII',
    "(1.0)  can0  123   [3]  27 41 20   ''A '",
    '123 data [3] 274120',
    'can0',
    1e6,
  ],
  [
    'console, ASCII of hex',
    "(1.0)  can0  123   [2]  41 42   'AB'",
    '123 data [2] 4142',
    'can0',
    1e6,
  ],
  [
    'console, FD',
    '(1.0)  can0  123  [12]  00 01 02 03 04 05 06 07 08 09 0A 0B',
    '123 fd [12] 000102030405060708090a0b',
    'can0',
    1e6,
  ],
  ['console, direction', '(1.0)  can0  RX - -  123   [1]  FF', '123 data [1] ff', 'can0', 1e6],
  ['console, no interface', '(1.0)  123   [1]  FF', '123 data [1] ff', 'can0', 1e6],
  ['console, error', '  can0  20000004   [2]  00 08   ERRORFRAME', '4x error [2] 0008', 'can0', 0],
  [
    'console, date',
    '(2020-12-19 12:04:45.485261)  can0  0C8   [0]',
    'c8 data [0] ',
    'can0',
    1_608_379_485_485_261,
  ],
]
for (const [name, line, frame, bus, time] of forms) {
  test(`the form is read: ${name}`, () => {
    for (const ending of ['\n', '\r\n']) {
      const { frames, times, buses, issues, push } = listen()
      push(line + ending)
      assert.equal(issues, [])
      assert.equal(frames, [frame])
      assert.equal(buses, [bus])
      assert.equal(times, [time])
    }
  })
}

const malformed = [
  '(1.000000) can0 0CF00400#B8C68ECE033A0E8',
  '(1.000000) can0 0CF00400#B8C68ECE033A0E84FF',
  '(1.000000) can0 0CF00400#B8C6ZZCE033A0E84',
  '(1.000000) can0 0CF00400#B8 C6',
  '(1.000000) can0 0CF00400',
  '(1.000000) can0 7FFFFFFF#00',
  '(1.000000) can0 8CF00400#00',
  '(1.000000) can0 02A0#00',
  '(1.000000) can0 0002A0000#00',
  '(1.000000) can0 FFF#00',
  '(1.000000) can0 #00',
  '(1.000000) can0 2A0##',
  '(1.000000) can0 2A0##0112233445566778899',
  `(1.000000) can0 2A0##0${'00'.repeat(65)}`,
  '(1.000000) can0 2A0#R9',
  '(1.000000) can0 2A0#00 X',
  '(1.000000) can0 2A0#00 R T',
  '(1.000000)',
  '(1.000000 can0 2A0#00',
  '(1,000000) can0 2A0#00',
  '(1) can0 2A0#00',
  '(1.) can0 2A0#00',
  '(-1.000000) can0 2A0#00',
  '(1.0000000001) can0 2A0#00',
  '(99999999999.000000) can0 2A0#00',
  '(9999999999.000000) can0 2A0#00',
  '(2020-13-19 12:04:45.485261) can0 2A0#00',
  '1.000000 can0 2A0#00',
  '1.000000 2A0#00',
  '(1.0)  can0  123   [8]  00 01 02 03 04 05 06',
  '(1.0)  can0  123   [2]  00 01 02',
  '(1.0)  can0  123   [9]  00 01 02 03 04 05 06 07 08',
  '(1.0)  can0  123  [09]  00 01 02 03 04 05 06 07 08',
  '(1.0)  can0  123   [1]  00000001',
  '(1.0)  can0  123   [9]  remote request',
  '  vcan0  ERROR',
  '1) 1841 0001 8 F0 00 00 00 00 00 00 00',
]
for (const line of malformed) {
  test(`no frame comes out of "${line.slice(0, 60)}"`, () => {
    const { frames, issues, push } = listen()
    push(`${USUAL}\n${line}\n${USUAL}\n`)
    assert.equal(frames, ['18d48025x data [2] 000f', '18d48025x data [2] 000f'])
    assert.equal(
      issues.map((issue) => [issue.code, issue.at]),
      [['line-malformed', 'drive.log:2']],
    )
  })
}

test('a file may be cut at any byte, into any two chunks or into single bytes', () => {
  const text = [
    USUAL,
    '',
    '(1589326646.106935)  can2  1F8A3FB7   [3]  remote request',
    '# a comment',
    '(1589326646.206935) can1 123##1AABB\r',
    'rubbish',
    USUAL,
    '',
  ].join('\n')
  const whole = listen()
  whole.push(text)
  assert.is(whole.frames.length, 4)
  for (let cut = 0; cut <= text.length; cut++) {
    const parts = listen()
    parts.push(text.slice(0, cut))
    parts.push(text.slice(cut))
    parts.parser.end()
    assert.equal(parts.frames, whole.frames, `cut at ${cut}`)
    assert.equal(parts.times, whole.times, `cut at ${cut}`)
    assert.equal(parts.issues, whole.issues, `cut at ${cut}`)
  }
  const bytes = listen()
  for (const byte of text) bytes.push(byte)
  assert.equal(bytes.frames, whole.frames)
  assert.equal(
    bytes.issues.map((issue) => issue.at),
    ['drive.log:6'],
  )
})

test('a file that ends anywhere never gives a frame that is not in the whole one', () => {
  for (const line of [
    `${USUAL}59ED08D4\n`,
    '(1.000000) can0 123#R3\n',
    '(1.000000) can0 123##1AABB\n',
    '(1.000000) can0 123#1122 R\n',
    "(1.0)  can0  123   [3]  41 42 43   'ABC'\n",
  ]) {
    const whole = listen()
    whole.push(line)
    assert.is(whole.frames.length, 1)
    for (let end = 1; end < line.length; end++) {
      const cut = listen()
      cut.push(line.slice(0, end))
      cut.parser.end()
      if (cut.frames.length > 0) assert.equal(cut.frames, whole.frames, line.slice(0, end))
      else
        assert.equal(
          cut.issues.map((issue) => issue.code),
          ['file-truncated'],
        )
    }
  }
})

test('a last line without an end counts where nothing can be missing', () => {
  const { frames, issues, parser, push } = listen()
  push('(1.000000) can0 18FEF100#0102030405060708')
  parser.end()
  parser.end()
  assert.equal(frames, ['18fef100x data [8] 0102030405060708'])
  assert.equal(issues, [])
})

test('interfaces are numbered as they appear, and known ones keep their numbers', () => {
  const buses: string[] = []
  const parser = new CandumpParser({
    at: 'x',
    buses: ['can9'],
    frame: (frame) => buses.push(`${frame.bus} ${parser.buses[frame.bus]}`),
    issue: () => undefined,
  })
  parser.push(
    Buffer.from(
      ['can1', 'can2', 'can9', 'can1', 'can22'].map((bus) => `(1.000000) ${bus} 123#\n`).join(''),
    ),
  )
  assert.equal(buses, ['1 can1', '2 can2', '0 can9', '1 can1', '3 can22'])
})

test('more interface names than a vehicle has are rubbish, not buses', () => {
  const { frames, issues, parser, push } = listen()
  for (let bus = 0; bus < 1000; bus++) push(`(1.000000) can${bus} 123#\n`)
  assert.is(parser.buses.length, 64)
  assert.is(frames.length, 64)
  assert.is(issues.length, 936)
})

test('frames without a time are a millisecond apart, and time may run backwards', () => {
  const { times, parser, push } = listen()
  push('123#\n123#\n(5.000000) can0 123#\n123#\n(4.000000) can0 123#\n')
  assert.equal(times, [0, 1000, 5_000_000, 5_001_000, 4_000_000])
  assert.is(parser.timed, true)
  const untimed = listen()
  untimed.push('123#\n')
  assert.is(untimed.parser.timed, false)
})

test('an endless line is one issue, and line numbers go on after it', () => {
  const { frames, issues, push } = listen()
  for (let chunk = 0; chunk < 50; chunk++) push('('.repeat(100))
  push(`\n${USUAL}\n${'x'.repeat(3000)}\nrubbish\n`)
  assert.is(frames.length, 1)
  assert.equal(
    issues.map((issue) => [issue.code, issue.at]),
    [
      ['line-too-long', 'drive.log:1'],
      ['line-too-long', 'drive.log:3'],
      ['line-malformed', 'drive.log:4'],
    ],
  )
})

test('lost frames and the explanation of error frames, as candump prints them, are understood', () => {
  const { frames, issues, push } = listen()
  push('DROPCOUNT: dropped 5 CAN frames on can0 socket (total drops 5)\n\tcontroller-problem{}\n')
  assert.equal(frames, [])
  assert.equal(
    issues.map((issue) => issue.code),
    ['adapter-overflow'],
  )
})

test('20,000 mutated lines raise no exception and give no frame with wrong bytes', () => {
  let state = 0x6b43a9b5
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const letters = "0123456789ABCDEFabcdef()#.[] RT\t'x\xff\0-:"
  const seeds = [USUAL, `${USUAL}AABBCCDDEEFF`, ...forms.map(([, line]) => line)]
  let line = ''
  let frames = 0
  const parser = new CandumpParser({
    at: 'fuzz',
    frame: (frame) => {
      frames++
      assert.ok(frame.length <= (frame.fd ? 64 : 8), line)
      assert.ok(frame.id >= 0 && frame.id <= (frame.extended ? 0x1fffffff : 0x7ff), line)
      assert.ok(Number.isSafeInteger(frame.time) && frame.time >= 0, line)
      const data = Buffer.from(frame.data.subarray(0, frame.remote ? 0 : frame.length))
      assert.ok(line.replace(/\s/g, '').toLowerCase().includes(data.toString('hex')), line)
    },
    issue: () => undefined,
  })
  for (let round = 0; round < 20_000; round++) {
    const characters = [...(seeds[random(seeds.length)] ?? '')]
    for (let change = random(4); change > 0; change--) {
      const letter = letters[random(letters.length)] ?? ''
      characters.splice(random(characters.length), random(2), letter)
    }
    line = characters.slice(0, random(4) === 0 ? random(characters.length) : undefined).join('')
    parser.push(Buffer.from(`${line}\n`, 'latin1'))
  }
  assert.ok(frames > 4000, `${frames} frames`)
})

interface Expected {
  id: number
  ext: boolean
  data: string
  rtr?: boolean
  fd?: boolean
}
const asText = ({ id, ext, data, rtr, fd }: Expected) =>
  `${id.toString(16)}${ext ? 'x' : ''} ${rtr ? 'remote' : fd ? 'fd' : 'data'} ${data.toLowerCase()}`

/** Without the length, which the vectors do not give for remote frames, and without error frames. */
const comparable = (frames: string[]) =>
  frames.filter((frame) => !frame.includes('error')).map((frame) => frame.replace(/ \[\d+\]/, ''))

const lineFile = recording('vectors/log_parse.json')
if (lineFile) {
  test('the recorded lines give their frames, interfaces and times', () => {
    type Line = {
      line: string
      expect: (Expected & { channel: string; time: number | null }) | null
    }
    const { lines } = JSON.parse(readFileSync(lineFile, 'utf8')) as { lines: { vectors: Line[] } }
    for (const { line, expect } of lines.vectors) {
      const { frames, times, buses, push } = listen()
      push(`${line}\n`)
      // The lines of another program's format (PCAN) are none of candump's.
      const wanted = expect === null || expect.channel.startsWith('pcan') ? [] : [expect]
      assert.equal(comparable(frames), wanted.map(asText), line)
      for (const { channel, time } of wanted) {
        assert.equal(buses, [channel], line)
        assert.equal(times, [Math.round((time ?? 0) * 1e6)], line)
      }
    }
  })
}

const malformedFile = recording('vectors/malformed.json')
if (malformedFile) {
  test('among malformed and unusual lines exactly the good ones give frames', () => {
    type Line = { line: string; expect: Expected | null; why: string }
    const { candump } = JSON.parse(readFileSync(malformedFile, 'utf8')) as { candump: Line[] }
    for (const { line, expect, why } of candump) {
      const { frames, push } = listen()
      push(`${line}\n`)
      // Logs without interface names are read here, where the vectors' author would not.
      const wanted =
        why === 'no interface name'
          ? ['2a0 data 10f45ab199bce562']
          : expect === null
            ? []
            : [asText(expect)]
      assert.equal(comparable(frames), wanted, line)
    }
    const whole = listen()
    whole.push(candump.map(({ line }) => line).join('\n'))
    whole.parser.end()
    const good = candump.filter(({ expect }) => expect !== null).length
    assert.is(comparable(whole.frames).length, good + 1)
  })
}

test.run()
