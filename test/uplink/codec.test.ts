import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { statusEvent } from '../../src/model/cloud-event.ts'
import { encodeRecord } from '../../src/uplink/codec.ts'
import { recordOf, van } from '../support/mqtt-fixtures.ts'

/**
 * CBOR by RFC 8949, read strictly and independently of the library: definite lengths, shortest
 * heads, text keys, no tag and no simple value but false, true and null.
 */
function readCbor(bytes: Buffer): unknown {
  let at = 0
  function length(info: number): number {
    if (info < 24) return info
    const size = { 24: 1, 25: 2, 26: 4 }[info]
    if (size === undefined) throw new Error(`length ${info} at ${at}`)
    const value = bytes.readUIntBE(at, size)
    at += size
    if (value < { 1: 24, 2: 256, 4: 65_536 }[size as 1 | 2 | 4]) throw new Error('head too long')
    return value
  }
  function item(): unknown {
    const head = bytes[at++] ?? Number.NaN
    const info = head & 31
    switch (head >> 5) {
      case 0:
        return length(info)
      case 1:
        return -1 - length(info)
      case 3: {
        const size = length(info)
        at += size
        return bytes.toString('utf8', at - size, at)
      }
      case 5: {
        const map: Record<string, unknown> = {}
        for (let left = length(info); left > 0; left--) {
          const key = item()
          if (typeof key !== 'string') throw new Error('key is no text')
          map[key] = item()
        }
        return map
      }
      case 7:
        if (info === 27) {
          at += 8
          return bytes.readDoubleBE(at - 8)
        }
        if (info >= 20 && info <= 22) return [false, true, null][info - 20]
        throw new Error(`simple value ${info}`)
      default:
        throw new Error(`major type ${head >> 5} at ${at - 1}`)
    }
  }
  const value = item()
  if (at !== bytes.length) throw new Error('bytes after the end')
  return value
}

const record = recordOf(42)
const expected = { ...statusEvent(record, van), sequence: '0000000000000042' }

test('a record as JSON is the CloudEvent of the history, with its place as sequence', () => {
  const { contentType, payload } = encodeRecord(record, van, 'json')
  assert.is(contentType, 'application/cloudevents+json')
  assert.equal(JSON.parse(payload.toString()), expected)
})

test('a record as CBOR says the same in plain maps, texts and numbers', () => {
  const { contentType, payload } = encodeRecord(record, van, 'cbor')
  assert.is(contentType, 'application/cloudevents+cbor')
  assert.equal(readCbor(payload), expected)
})

test('negative, large and yes-or-no values survive both encodings', () => {
  const data = { ambientTemp: -17, odometer: 4_000_000, latitude: -33.8688, vin: 'WÜ' }
  for (const encoding of ['json', 'cbor'] as const) {
    const { payload } = encodeRecord({ ...record, data }, van, encoding)
    const event = encoding === 'json' ? JSON.parse(payload.toString()) : readCbor(payload)
    assert.equal(event, { ...statusEvent({ ...record, data }, van), sequence: expected.sequence })
  }
})

test('what was encoded before is not touched by what is encoded after', () => {
  const first = encodeRecord(record, van, 'cbor').payload
  const copy = Buffer.from(first)
  for (let seq = 1; seq < 200; seq++) encodeRecord(recordOf(seq), van, 'cbor')
  assert.ok(first.equals(copy))
})

test('names of attributes are lower-case letters and digits, and sequences sort as texts', () => {
  const attributes = (seq: number) =>
    JSON.parse(encodeRecord({ ...record, seq }, van, 'json').payload.toString())
  for (const name of Object.keys(attributes(1))) assert.match(name, /^[a-z0-9]{1,20}$/)
  const sequences = [1, 9, 10, 99, 100, 2 ** 53 - 1].map((seq) => attributes(seq).sequence)
  assert.equal([...sequences].sort(), sequences)
})

test.run()
