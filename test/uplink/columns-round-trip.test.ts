import { deepStrictEqual } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { StoredRecord } from '../../src/model/record.ts'
import { recordId } from '../../src/model/record-id.ts'
import type { SignalName } from '../../src/model/signals.ts'
import { decodeBatch, openBatch } from '../../src/uplink/columns/batch-view.ts'
import { encodeBatch } from '../../src/uplink/columns/encode-batch.ts'
import { generatedRecords } from '../bench/generated-records.ts'
import { chance } from '../support/journal-records.ts'
import { below, makerNames, randomRecords } from '../support/random-records.ts'

/** With the sign of zeros, and NaN the same as NaN. */
function same(actual: unknown, expected: unknown): void {
  deepStrictEqual(actual, expected)
}

for (const name of makerNames) {
  test(`a column of values that are ${name} comes back exactly`, () => {
    const random = chance(17)
    for (let round = 0; round < 30; round++) {
      const records = randomRecords(random, 1 + below(random, 150), [name])
      same(decodeBatch(encodeBatch(records)).records, records)
    }
  })
}

test('records with all kinds of values come back exactly', () => {
  const random = chance(4711)
  for (let round = 0; round < 150; round++) {
    const records = randomRecords(random, 1 + below(random, 200))
    const batch = decodeBatch(encodeBatch(records))
    same(batch.records, records)
    assert.is(batch.vehicle, records[0]?.vehicle)
    assert.is(batch.about, undefined)
  }
})

test('one record alone makes a batch, with or without values', () => {
  const [record] = generatedRecords({ count: 1 }) as [StoredRecord]
  same(decodeBatch(encodeBatch([record])).records, [record])
  same(decodeBatch(encodeBatch([{ ...record, data: {} }])).records, [{ ...record, data: {} }])
})

test('what a sender says of the vehicle comes back as it was', () => {
  const about = { subject: 'x', year: 2019, more: { list: [1, 'two', null, true, -1.5] } }
  same(decodeBatch(encodeBatch(generatedRecords({ count: 3 }), about)).about, about)
})

test('a view reads a column by itself, and single records', () => {
  const records = randomRecords(chance(5), 90)
  const view = openBatch(encodeBatch(records))
  assert.is(view.count, 90)
  assert.is(view.vehicle, records[0]?.vehicle)
  same(
    [...view.times()],
    records.map(({ time }) => time),
  )
  same(
    [...view.received()],
    records.map(({ receivedAt }) => receivedAt),
  )
  same(
    [...view.seqs()],
    records.map(({ seq }) => seq),
  )
  same(new Set(view.signals), new Set(records.flatMap(({ data }) => Object.keys(data))))
  for (const name of view.signals) {
    const values = records.map(({ data }) => data[name])
    same(view.values(name), values)
    same(
      [...(view.numbers(name) ?? [])],
      values.map((value) => (typeof value === 'number' ? value : Number.NaN)),
    )
  }
  for (const index of [0, 89, 40]) same(view.record(index), records[index])
  assert.throws(() => view.record(90), /no record 90/)
  assert.throws(() => view.record(0.5), /no record 0.5/)
})

test('a signal that no record has is not there', () => {
  const view = openBatch(encodeBatch(generatedRecords({ count: 3 })))
  assert.is(view.numbers('vin' as SignalName), undefined)
  same(view.values('vin' as SignalName), [undefined, undefined, undefined])
})

test('signals that are undefined are the same as signals that are missing', () => {
  const [first, second] = generatedRecords({ count: 2 }) as [StoredRecord, StoredRecord]
  const odd = { ...first, data: { ...first.data, speed: undefined } } as unknown as StoredRecord
  const { speed: _, ...data } = first.data
  same(decodeBatch(encodeBatch([odd, second])).records, [{ ...first, data }, second])
})

test('ids that follow from the record are not written, others are', () => {
  const records = generatedRecords({ count: 500 })
  const plain = encodeBatch(records)
  const mixed = records.map((record, i) => (i === 250 ? { ...record, id: 'another' } : record))
  assert.not.ok(Buffer.from(plain).includes(records[9]?.id ?? ''))
  assert.ok(encodeBatch(mixed).length - plain.length < 64)
  same(decodeBatch(encodeBatch(mixed)).records, mixed)
})

test('a record that was restamped keeps its id', () => {
  const records = generatedRecords({ count: 50 }).map((record) => {
    const shift = 1_234_567_890
    const moved = { ...record, time: record.time + shift, receivedAt: record.receivedAt + shift }
    return { ...moved, shift }
  })
  const bytes = encodeBatch(records)
  assert.is(recordId(records[7] as StoredRecord), records[7]?.id)
  assert.not.ok(Buffer.from(bytes).includes(records[7]?.id ?? ''))
  same(decodeBatch(bytes).records, records)
})

test('a batch is of one vehicle, and neither empty nor endless', () => {
  const records = generatedRecords({ count: 2 }) as [StoredRecord, StoredRecord]
  const code = (run: () => void) => {
    try {
      run()
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message}`
    }
    return 'no error'
  }
  assert.match(
    code(() => encodeBatch([])),
    /^batch-invalid: .*empty/,
  )
  const bus = { ...records[1], vehicle: 'bus' }
  assert.match(
    code(() => encodeBatch([records[0], bus])),
    /^batch-invalid: .*van.*bus/,
  )
  const many = new Array<StoredRecord>(65_537).fill(records[0])
  assert.match(
    code(() => encodeBatch(many)),
    /^batch-invalid: .*65537/,
  )
})

test.run()
