/** What ELM327 adapters print, as far as it is frames and messages: vectors of other projects. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Isotp } from '../../src/decoder/isotp.ts'
import { decodeResponse } from '../../src/decoder/obd/responses.ts'
import { elmMonitorFormat } from '../../src/device/capture/text/elm-monitor.ts'
import { recording } from '../support/needs.ts'

const test = suite('elm327 vectors')

interface TextVector {
  id: string
  what: string
  lines: string[]
  expect: { ecu_tx_id?: number; payload?: string }[]
}

/** Frames in an order that no bus has, and a count byte that the peer trusts more than ISO-TP. */
const adaptersOnly = new Set(['multi-line-shuffled', 'mode03'])

const texts = recording('vectors/elm327_text.json')
if (texts !== undefined) {
  const { vectors } = JSON.parse(readFileSync(texts, 'utf8')) as { vectors: TextVector[] }
  for (const { id, what, lines, expect } of vectors) {
    if (adaptersOnly.has(id)) continue
    test(`lines with headers: ${what}`, () => {
      const messages: string[] = []
      const isotp = new Isotp({
        issue: () => undefined,
        message: (from, _kind, data, length) =>
          messages.push(`${from & 7} ${Buffer.from(data.subarray(0, length)).toString('hex')}`),
      })
      const reader = elmMonitorFormat.reader({
        at: id,
        buses: [],
        issue: () => undefined,
        frame: (frame) => isotp.frame(frame.id, frame.data, frame.length, frame.time),
      })
      reader.push(Buffer.from(`${lines.join('\r')}\r\r>`))
      reader.end()
      const wanted = expect
        .filter(({ payload }) => payload !== undefined)
        .map(({ ecu_tx_id, payload }) => `${ecu_tx_id} ${payload?.toLowerCase()}`)
      // It announces 32 bytes and has 27: the peer takes them, a message that is not whole is none.
      assert.equal(messages.sort(), id === 'multi-line' ? [] : wanted.sort())
    })
  }
}

interface OffVector {
  id: string
  text: string
  expect: { value?: number; unit?: string }
}

const off = recording('vectors/elm327_headers_off.json')
if (off !== undefined) {
  const { vectors } = JSON.parse(readFileSync(off, 'utf8')) as { vectors: OffVector[] }
  for (const { id, text, expect } of vectors) {
    if (expect.value === undefined || !/^41( [0-9A-F]{2})+>$/.test(text)) continue
    // PID 01 has four bytes, not the one that the peer looks at.
    if (/^41 01 [0-9A-F]{2}>$/.test(text)) continue
    test(`an answer without header, ${id}: ${text}`, () => {
      const data = Buffer.from(text.replace(/[^0-9A-F]/g, ''), 'hex')
      const values: unknown[] = []
      decodeResponse(data, data.length, {
        pid: ({ value }) => values.push(value),
        reading: () => undefined,
        issue: () => undefined,
      })
      assert.is(values.length, 1)
      // The peer cuts engine speeds to whole numbers.
      const value = text.startsWith('41 0C') ? Math.floor(Number(values[0])) : Number(values[0])
      assert.ok(Math.abs(value - (expect.value ?? 0)) < 0.06, `${values[0]}`)
    })
  }
}

test('text between frames is no frame', () => {
  let frames = 0
  const options = { at: 'elm', buses: [], issue: () => undefined, frame: () => frames++ }
  const reader = elmMonitorFormat.reader({ ...options, frame: () => void options.frame() })
  reader.push(Buffer.from('NO DATA\r12.8V\rSEARCHING...\rCAN ERROR\r<RX ERROR\r?\r>'))
  reader.end()
  assert.is(frames, 0)
})

test.run()
