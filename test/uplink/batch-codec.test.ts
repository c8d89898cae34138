import { inflateSync } from 'node:zlib'
import { decode } from 'cbor-x'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type batchEncodings, encodeRecords } from '../../src/uplink/batch-codec.ts'
import { sequencedEvent } from '../../src/uplink/codec.ts'
import { LocalBacklogReader } from '../../src/uplink/lanes/local-backlog-reader.ts'
import { MemoryStore, recordOf, van } from '../support/mqtt-fixtures.ts'

const records = [recordOf(1), recordOf(2), recordOf(5)]
const events = records.map((record) => sequencedEvent(record, van))

for (const [encoding, read] of [
  ['json', (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString())],
  ['cbor', decode],
] as const) {
  test(`a batch in ${encoding} is the events of its records, deflated where asked for`, () => {
    const plain = encodeRecords(records, van, { encoding, deflate: false })
    assert.is(plain.contentType, `application/cloudevents-batch+${encoding}`)
    assert.equal(read(plain.payload), events)
    const deflated = encodeRecords(records, van, { encoding, deflate: true })
    assert.is(
      deflated.contentType,
      `application/cloudevents-batch+${encoding};content-encoding=deflate`,
    )
    assert.equal(read(inflateSync(deflated.payload)), events)
    assert.ok(deflated.payload.length < plain.payload.length)
  })
}

const bus = { ...van, id: 'bus' }

function readerOf(store: MemoryStore, encoding: (typeof batchEncodings)[number] = 'json') {
  const format = { encoding, deflate: false }
  return new LocalBacklogReader({ store, vehicles: () => [van, bus], format })
}

const sequences = (payload: Uint8Array): number[] =>
  JSON.parse(Buffer.from(payload).toString()).map((event: { sequence: string }) =>
    Number(event.sequence),
  )

test('a part of the backlog has one batch a vehicle, and says who is not configured', async () => {
  const store = new MemoryStore()
  store.commit(2, 'van')
  store.commit(2, 'bus')
  store.commit(1, 'van')
  store.commit(3, 'sold')
  store.commit(5, 'van')
  const part = await readerOf(store).next(1, 9, { records: 500, bytes: 65_536 })
  assert.is(part.last, 9)
  assert.equal(
    part.batches.map(({ vehicle, count, payload }) => [vehicle, count, sequences(payload)]),
    [
      ['van', 3, [2, 5, 9]],
      ['bus', 2, [3, 4]],
    ],
  )
  assert.equal(part.leftOut, [{ vehicle: 'sold', count: 3 }])
})

test('parts cover a range without a hole, and none is greater than asked for', async () => {
  const store = new MemoryStore()
  store.commit(1_000)
  for (const record of store.records) {
    if (record.seq % 7 === 0) record.data = { ...record.data, engineSpeed: record.seq }
  }
  store.records.splice(300, 200)
  const reader = readerOf(store)
  const found: number[] = []
  for (let from = 10; from < 990; ) {
    const { last, batches } = await reader.next(from, 990, { records: 80, bytes: 9_000 })
    assert.ok(last > from && last <= 990)
    for (const { payload, count } of batches) {
      assert.ok(payload.length <= 9_000 && count <= 80)
      found.push(...sequences(payload))
    }
    from = last
  }
  const expected = store.records.map(({ seq }) => seq).filter((seq) => seq > 10 && seq <= 990)
  assert.equal(found, expected)
})

test('a record that is greater than a batch should be goes alone', async () => {
  const store = new MemoryStore()
  store.commit(3)
  const part = await readerOf(store).next(0, 3, { records: 500, bytes: 100 })
  assert.equal([part.last, part.batches.length, part.batches[0]?.count], [1, 1, 1])
})

test('a range of which nothing is left is covered', async () => {
  const store = new MemoryStore()
  store.commit(30)
  store.records.splice(0, 20)
  const limit = { records: 5, bytes: 65_536 }
  assert.equal(await readerOf(store).next(3, 15, limit), { batches: [], leftOut: [], last: 15 })
})

test.run()
