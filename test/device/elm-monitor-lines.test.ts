/** What an ELM327 prints while it monitors: frames, words and what is neither. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  ElmMonitorLines,
  type MonitorIds,
  type MonitorLine,
} from '../../src/device/serial/elm/elm-monitor-lines.ts'
import { Random } from '../../src/device/simulator/random.ts'
import { newFrame } from '../../src/model/frame.ts'

const test = suite('ELM327 monitor lines')

interface Case {
  line: string
  ids: MonitorIds
  hasLength?: boolean
  /** As `id#data`, or what else the line is. */
  is: string
}

const cases: readonly Case[] = [
  { line: '3E9 01 02 03', ids: 'standard', is: '3e9#010203' },
  { line: '3E90102030405060708', ids: 'standard', is: '3e9#0102030405060708' },
  { line: '3e9 01', ids: 'both', is: '3e9#01' },
  { line: '18 FE F1 00 FF 7D', ids: 'extended', is: '18fef100x#ff7d' },
  { line: '18FEF100FF7D', ids: 'both', is: '18fef100x#ff7d' },
  {
    line: '3E9 8 01 02 03 04 05 06 07 08',
    ids: 'standard',
    hasLength: true,
    is: '3e9#0102030405060708',
  },
  { line: '3E9 0', ids: 'standard', hasLength: true, is: '3e9#' },
  { line: '18FEF1002FF7D', ids: 'extended', hasLength: true, is: '18fef100x#ff7d' },
  { line: '3E9 RTR', ids: 'standard', is: '3e9#R0' },
  { line: '3E9 4 RTR', ids: 'standard', hasLength: true, is: '3e9#R4' },
  { line: '18FEF100 RTR', ids: 'extended', is: '18fef100x#R0' },
  { line: '3E9 8 01 02 03 04 05 06 07', ids: 'standard', hasLength: true, is: 'bad' },
  { line: '3E9 9 01 02 03 04 05 06 07 08 09', ids: 'standard', hasLength: true, is: 'bad' },
  { line: '3E9', ids: 'standard', is: 'bad' },
  { line: '3E9 01 0', ids: 'standard', is: 'bad' },
  { line: '9E9 01 02', ids: 'standard', is: 'bad' },
  { line: '38FEF100FF7D', ids: 'extended', is: 'bad' },
  { line: '3E9 01 02 03 04 05 06 07 08 09', ids: 'standard', is: 'bad' },
  { line: '3E9 01 02 <RX ERROR', ids: 'standard', is: 'bad' },
  { line: '3E9 01 02 <DATA ERROR', ids: 'standard', is: 'bad' },
  { line: '1E9 01 3EA 02 03', ids: 'standard', is: 'bad' },
  { line: '18FEF100FF7D', ids: 'standard', is: 'bad' },
  { line: '3E9 01 02', ids: 'extended', is: 'bad' },
  { line: 'BUFFER FULL', ids: 'standard', is: 'full' },
  { line: '3E9 01 02BUFFER FULL', ids: 'standard', is: 'full' },
  { line: 'OUT OF MEMORY', ids: 'standard', is: 'full' },
  { line: 'STOPPED', ids: 'standard', is: 'ended' },
  { line: 'CAN ERROR', ids: 'standard', is: 'ended' },
  { line: 'UNABLE TO CONNECT', ids: 'standard', is: 'ended' },
  { line: 'ERR94', ids: 'standard', is: 'ended' },
  { line: '?', ids: 'standard', is: 'ended' },
  { line: 'OK', ids: 'standard', is: 'nothing' },
  { line: 'ATMA', ids: 'standard', is: 'nothing' },
  { line: 'STMA', ids: 'both', is: 'nothing' },
  { line: '!ACT ALERT', ids: 'standard', is: 'nothing' },
]

const frame = newFrame()

function told(lines: ElmMonitorLines, text: string): string {
  const kind: MonitorLine = lines.read(text, frame)
  if (kind !== 'frame') return kind
  const { id, extended, remote, length, data } = frame
  const content = remote ? `R${length}` : Buffer.from(data.subarray(0, length)).toString('hex')
  return `${id.toString(16)}${extended ? 'x' : ''}#${content}`
}

for (const { line, ids, hasLength = false, is } of cases) {
  test(`"${line}" among ${ids} identifiers${hasLength ? ', with lengths,' : ''} is ${is}`, () => {
    assert.is(told(new ElmMonitorLines(ids, hasLength), line), is)
  })
}

test('an adapter that took AT D1 and shows no lengths is believed after a few lines', () => {
  const lines = new ElmMonitorLines('standard', true)
  const heard = Array.from({ length: 5 }, () => told(lines, '3E901020304'))
  assert.equal(heard, ['bad', 'bad', '3e9#01020304', '3e9#01020304', '3e9#01020304'])
})

test('once lengths were seen, a line without one is none', () => {
  const lines = new ElmMonitorLines('standard', true)
  assert.is(told(lines, '3E9401020304'), '3e9#01020304')
  assert.is(told(lines, '3E901020304'), 'bad')
  assert.is(told(lines, '3E9401020305'), '3e9#01020305')
})

test('with lengths, no line that was cut, glued or lost digits becomes another frame', () => {
  const random = new Random(5)
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => random.below(16).toString(16).toUpperCase()).join('')
  for (let round = 0; round < 3000; round++) {
    const lines = new ElmMonitorLines('standard', true)
    const made = () => {
      const length = random.below(9)
      return `${(random.below(0x800) | 0x100).toString(16).toUpperCase().padStart(3, '0')}${length}${hex(2 * length)}`
    }
    const whole = made()
    assert.match(told(lines, whole), /#/)
    const at = 4 + random.below(Math.max(whole.length - 4, 1))
    const broken = [whole.slice(0, at), whole.slice(0, at) + whole.slice(at + 1), whole + made()]
    for (const text of broken) {
      if (text === whole) continue
      assert.is(told(lines, text), 'bad', `${whole} → ${text}`)
    }
  }
})

test('any text gives a frame that was printed so, or none', () => {
  const random = new Random(9)
  const letters = '0123456789ABCDEF <>?:RTXO'
  const lines = new ElmMonitorLines('both', false)
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random.below(26) }, () =>
      letters.charAt(random.below(letters.length)),
    ).join('')
    const is = told(lines, text)
    if (!is.includes('#')) continue
    const digits = is.replace('x', '').replace('#R0', 'RTR').replace('#', '').toUpperCase()
    assert.is(digits.padStart(text.replaceAll(' ', '').length, '0'), text.replaceAll(' ', ''))
  }
})

test.run()
