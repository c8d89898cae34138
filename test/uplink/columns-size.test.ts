/** How a batch is written, byte by byte, and in how many; the figures of time are in test/bench. */
import { deflateRawSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { StoredRecord } from '../../src/model/record.ts'
import { batchAbout } from '../../src/uplink/columns/batch-events.ts'
import { openBatch } from '../../src/uplink/columns/batch-view.ts'
import { encodeBatch } from '../../src/uplink/columns/encode-batch.ts'
import { plainOf, readCbor } from '../../src/uplink/columns/strict-cbor.ts'
import { VarintReader, VarintWriter } from '../../src/uplink/columns/varints.ts'
import { generatedRecords } from '../bench/generated-records.ts'
import { van } from '../support/mqtt-fixtures.ts'

const hour = generatedRecords({ count: 3600, vehicle: van.id })

test('500 records on the wire take less than 24 bytes each, deflated, and not much more plain', () => {
  const bytes = encodeBatch(hour.slice(0, 500), batchAbout(van))
  assert.ok(deflateRawSync(bytes).length <= 24 * 500, `${deflateRawSync(bytes).length}`)
  assert.ok(bytes.length <= 24 * 500, `${bytes.length}`)
})

test('an hour of records takes less than 16 bytes each, deflated', () => {
  const { length } = deflateRawSync(encodeBatch(hour))
  assert.ok(length <= 16 * hour.length, `${length}`)
})

test('what only counts up takes next to nothing', () => {
  const record = hour[0] as StoredRecord
  const still = hour.map(({ seq, number, time, monotonic, receivedAt, id }) => {
    return { ...record, seq, number, time, monotonic, receivedAt, id, data: { odometer: seq } }
  })
  const columns = readColumns(encodeBatch(still))
  assert.equal(columns.seq, { kind: 'line', first: 1, step: 1 })
  assert.equal(columns.number, { kind: 'line', step: 1 })
  assert.equal(columns.boot, { values: ['boot-1'], kind: 'line' })
})

function readColumns(bytes: Uint8Array): Record<string, unknown> {
  const batch = plainOf(readCbor(bytes)) as { columns: Record<string, unknown> }
  return batch.columns
}

const signals: [what: string, values: (number | string)[], column: object][] = [
  ['one value', [7], { kind: 'line', first: 7 }],
  ['the same', [41, 41, 41, 41], { kind: 'line', first: 41 }],
  ['steps', [10, 7, 4, 1], { kind: 'line', first: 10, step: -3 }],
  ['tenths', [0.1, 0.2, 0.3], { over: 10, kind: 'line', first: 1, step: 1 }],
  ['255ths', [0, 1 / 255, 2 / 255], { over: 255, kind: 'line', step: 1 }],
  [
    'texts',
    ['P', 'P', 'D', 'D'].flatMap((text) => Array(40).fill(text)),
    {
      values: ['P', 'D'],
      kind: 'runs',
      data: Buffer.from([0, 79, 2, 79]),
    },
  ],
  ['a seventh', [1 / 7], { kind: 'doubles', data: Buffer.from('922449922449c23f', 'hex') }],
]

for (const [what, values, column] of signals) {
  test(`a signal is written in the shortest way: ${what}`, () => {
    const records = values.map((value, i) => ({ ...(hour[i] as StoredRecord), data: { x: value } }))
    const batch = plainOf(readCbor(encodeBatch(records as StoredRecord[]))) as {
      signals: Record<string, object>
    }
    assert.equal(batch.signals.x, column)
  })
}

test('a value that some records have comes with the runs of having it', () => {
  const records = hour.slice(0, 300).map((record, i) => {
    return { ...record, data: i < 2 || i >= 299 ? { speed: 1 } : {} }
  })
  const bytes = encodeBatch(records)
  const batch = plainOf(readCbor(bytes)) as { signals: Record<string, { present: Uint8Array }> }
  assert.equal([...(batch.signals.speed?.present ?? [])], [2, 0xa9, 2, 1])
  assert.equal(
    openBatch(bytes)
      .values('speed')
      .filter((value) => value === 1).length,
    3,
  )
})

const whole = 2 ** 53 - 1
const varints: [value: number, hex: string][] = [
  [0, '00'],
  [127, '7f'],
  [128, '8001'],
  [300, 'ac02'],
  [2 ** 31 - 1, 'ffffffff07'],
  [2 ** 31, '8080808008'],
  [2 ** 32 + 5, '8580808010'],
  [whole, 'ffffffffffffff0f'],
]

for (const [value, hex] of varints) {
  test(`the unsigned varint ${value} is ${hex}`, () => {
    const writer = new VarintWriter(1)
    writer.unsigned(value)
    const bytes = writer.finish()
    assert.is(Buffer.from(bytes).toString('hex'), hex)
    const reader = new VarintReader(bytes)
    assert.is(reader.unsigned(), value)
    reader.end()
  })
}

test('signed varints alternate, and reach 2^52', () => {
  for (const value of [0, -1, 1, -2, 63, -64, 64, 2 ** 31, -(2 ** 31), 2 ** 52 - 1, -(2 ** 52)]) {
    const writer = new VarintWriter(1)
    writer.signed(value)
    const bytes = writer.finish()
    assert.is(new VarintReader(bytes).signed(), value)
    if (Math.abs(value) < 64) assert.is(bytes.length, 1)
  }
})

test.run()
