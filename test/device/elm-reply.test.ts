/** What an ELM327 prints after a request → frames: forms, words, and lines that are no frame. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Isotp } from '../../src/decoder/isotp.ts'
import { type Reply, type ReplyKind, replyOf } from '../../src/device/serial/elm/elm-reply.ts'
import { recording } from '../support/needs.ts'

const test = suite('ELM327 replies')

function hexesOf({ frames }: Reply): string[] {
  return frames.map(({ id, data }) => `${id.toString(16)}#${Buffer.from(data).toString('hex')}`)
}

/** Whole messages, each with who sent it. */
function messagesOf(reply: Reply): string[] {
  const messages: string[] = []
  const isotp = new Isotp({
    issue: () => undefined,
    message: (from, _kind, data, length) =>
      messages.push(
        `${from.toString(16)} ${Buffer.from(data.subarray(0, length)).toString('hex')}`,
      ),
  })
  for (const { id, data } of reply.frames) isotp.frame(id, data, data.length, 0)
  return messages
}

interface Case {
  what: string
  lines: string[]
  extended?: boolean
  frames: string[]
  bad?: number
}

const ENGINE = '7e8#04410c1af8'

const cases: readonly Case[] = [
  { what: 'with spaces', lines: ['7E8 04 41 0C 1A F8'], frames: [ENGINE] },
  { what: 'without spaces', lines: ['7E804410C1AF8'], frames: [ENGINE] },
  { what: 'in small letters', lines: ['7e8 04 41 0c 1a f8'], frames: [ENGINE] },
  {
    what: 'with 29 bits and spaces',
    lines: ['18 DA F1 10 04 41 0C 1A F8'],
    extended: true,
    frames: ['18daf110#04410c1af8'],
  },
  {
    what: 'with 29 bits, without spaces',
    lines: ['18DAF11004410C1AF8'],
    extended: true,
    frames: ['18daf110#04410c1af8'],
  },
  {
    what: 'after the word of a search, glued to it',
    lines: ['SEARCHING...7E804410C1AF8'],
    frames: [ENGINE],
  },
  {
    what: 'of two control units, their lines mixed',
    lines: ['7E81014490201585837', '7E9037F0211', '7E8214F444F47524150', '7E82248303030303031'],
    frames: [
      '7e8#1014490201585837',
      '7e8#214f444f47524150',
      '7e8#2248303030303031',
      '7e9#037f0211',
    ],
  },
  {
    what: 'with 29 bits and a digit too few',
    lines: ['18DAF11004410C1AF'],
    extended: true,
    frames: [],
    bad: 1,
  },
  { what: 'shorter than it says', lines: ['7E8 05 41 0C 1A F8'], frames: [], bad: 1 },
  { what: 'longer than a frame', lines: ['7E8 07 41 00 00 00 00 00 00 00 00'], frames: [], bad: 1 },
  { what: 'a first frame of seven bytes', lines: ['7E8 10 14 49 02 01 58 58'], frames: [], bad: 1 },
  { what: 'an identifier beyond 11 bits', lines: ['FE8 04 41 0C 1A F8'], frames: [], bad: 1 },
  {
    what: 'an identifier beyond 29 bits',
    lines: ['38DAF11004410C1AF8'],
    extended: true,
    frames: [],
    bad: 1,
  },
  { what: 'marked by <RX ERROR', lines: ['7E8 04 41 0C 1A F8 <RX ERROR'], frames: [], bad: 1 },
  { what: 'marked by <DATA ERROR', lines: ['7E8 04 41 0C <DATA ERROR'], frames: [], bad: 1 },
  {
    what: 'beside one that is garbled',
    lines: ['7E8 04 41 0C 1A F8', '7E9 04 4x 0C'],
    frames: [ENGINE],
    bad: 1,
  },
]

for (const { what, lines, extended = false, frames, bad = 0 } of cases) {
  test(`a line ${what}: ${frames.length === 0 ? 'no frame' : 'frames'}`, () => {
    const reply = replyOf(lines, extended)
    assert.equal(hexesOf(reply), frames)
    assert.is(reply.bad.length, bad)
    assert.not(reply.isBare)
  })
}

const kinds: readonly (readonly [text: string, kind: ReplyKind])[] = [
  ['NO DATA', 'no-data'],
  ['CAN ERROR', 'bus'],
  ['BUS ERROR', 'bus'],
  ['BUS BUSY', 'bus'],
  ['FB ERROR', 'bus'],
  ['UNABLE TO CONNECT', 'bus'],
  ['BUS INIT: ERROR', 'bus'],
  ['BUS INIT: ...ERROR', 'bus'],
  ['?', 'adapter'],
  ['STOPPED', 'adapter'],
  ['ERR94', 'adapter'],
  ['LV RESET', 'reset'],
  ['LP ALERT', 'reset'],
  ['ACT ALERT', 'reset'],
  ['ELM327 v1.5', 'reset'],
]

for (const [text, kind] of kinds) {
  for (const printed of [text, text.replaceAll(' ', ''), ` ${text} `]) {
    test(`"${printed}" is the word of ${kind}, and no frame`, () => {
      const reply = replyOf([printed], false)
      assert.is(reply.kind, kind)
      assert.is(reply.word, printed.trim())
      assert.equal(reply.frames, [])
    })
  }
}

test('a frame before the word is kept', () => {
  const reply = replyOf(['7E8 04 41 0C 1A F8', 'STOPPED'], false)
  assert.equal(hexesOf(reply), [ENGINE])
  assert.is(reply.kind, 'adapter')
})

test('BUFFER FULL is told, and what came before it is kept', () => {
  const reply = replyOf(['7E8 04 41 0C 1A F8', 'BUFFER FULL'], false)
  assert.equal(hexesOf(reply), [ENGINE])
  assert.equal(reply.bad, ['BUFFER FULL'])
})

const bareCases: readonly Case[] = [
  { what: 'one line', lines: ['41 0C 1A F8'], frames: [ENGINE] },
  {
    what: 'numbered lines',
    lines: ['014', '0: 49 02 01 58 58 37', '1: 4F 44 4F 47 52 41 50', '2: 48 30 30 30 30 30 31'],
    frames: ['7e8#1014490201585837', '7e8#214f444f47524150', '7e8#2248303030303031'],
  },
  {
    what: 'numbered lines, mixed up',
    lines: ['014', '2: 48 30 30 30 30 30 31', '0: 49 02 01 58 58 37', '1: 4F 44 4F 47 52 41 50'],
    frames: ['7e8#1014490201585837', '7e8#214f444f47524150', '7e8#2248303030303031'],
  },
  {
    what: 'numbered lines, one of them missing',
    lines: ['014', '0: 49 02 01 58 58 37', '2: 48 30 30 30 30 30 31'],
    frames: [],
    bad: 3,
  },
  {
    what: 'numbered lines, fewer than the length says',
    lines: ['014', '0: 49 02 01 58 58 37'],
    frames: [],
    bad: 2,
  },
  { what: 'a length alone', lines: ['014'], frames: [], bad: 1 },
]

for (const { what, lines, frames, bad = 0 } of bareCases) {
  test(`without headers, ${what}`, () => {
    const reply = replyOf(lines, false)
    assert.ok(reply.isBare)
    assert.equal(hexesOf(reply), frames)
    assert.is(reply.bad.length, bad)
  })
}

interface TextVector {
  id: string
  what: string
  lines: string[]
  expect: { ecu_tx_id?: number; payload?: string }[]
}

/** They announce 32 bytes and have fewer: the peer takes them, a message that is not whole is none. */
const cut = new Set(['multi-line', 'multi-line-shuffled', 'mode03'])

const texts = recording('vectors/elm327_text.json')
if (texts !== undefined) {
  const { vectors } = JSON.parse(readFileSync(texts, 'utf8')) as { vectors: TextVector[] }
  for (const { id, what, lines, expect } of vectors) {
    test(`a vector with headers, ${id}: ${what}`, () => {
      const wanted = expect
        .filter(({ payload }) => payload !== undefined && !cut.has(id))
        .map(({ ecu_tx_id = 0, payload }) => `7e${8 + ecu_tx_id} ${payload}`.toLowerCase())
      // The numbers of control units beyond the second have a letter.
      const named = wanted.map((text) => text.replace(/^7e1\d/, (n) => `7e${nameOf(n)}`))
      assert.equal(messagesOf(replyOf(lines, false)).sort(), named.sort())
    })
  }

  test('mixed up lines give the same frames as those in order', () => {
    const linesOf = (wanted: string) => vectors.find(({ id }) => id === wanted)?.lines ?? []
    const inOrder = hexesOf(replyOf(linesOf('multi-line'), false))
    assert.is(inOrder.length, 4)
    assert.equal(hexesOf(replyOf(linesOf('multi-line-shuffled'), false)), inOrder)
  })
}

function nameOf(text: string): string {
  return Number(text.slice(2)).toString(16)
}

interface OffVector {
  id: string
  text: string
  protocol?: string
  expect: { vin?: string; value?: number }
}

const off = recording('vectors/elm327_headers_off.json')
if (off !== undefined) {
  const { vectors } = JSON.parse(readFileSync(off, 'utf8')) as { vectors: OffVector[] }
  for (const { id, text, protocol = 'CAN' } of vectors) {
    if (!protocol.startsWith('CAN')) continue
    test(`a vector without headers is one whole message of all its bytes: ${id}`, () => {
      const lines = text.replace('>', '').split(/[\r\n]/)
      const length = /^[0-9A-F]{3}$/.test(lines[0] ?? '') ? Number.parseInt(lines[0] ?? '', 16) : 7
      const data = lines.filter((line) => /^(\d: )?[0-9A-F]{2}( |$)/.test(line))
      const bytes = data.map((line) => line.replace(/^\d: /, '')).join(' ')
      const hex = bytes.replaceAll(' ', '').toLowerCase()
      assert.equal(messagesOf(replyOf(lines, false)), [`7e8 ${hex.slice(0, 2 * length)}`])
    })
  }
}

test.run()
