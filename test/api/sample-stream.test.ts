import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { samplePages } from '../../src/api/views/sample-stream.ts'
import type { RecordPage, RecordReader } from '../../src/model/ports.ts'
import type { StoredRecord } from '../../src/model/record.ts'

const LIMIT = 1000

/** A journal of nothing but times; `grow` is called before each read. */
function readerOf(records: StoredRecord[], grow: () => void = () => undefined) {
  const parts: number[] = []
  const reader: Pick<RecordReader, 'sample'> = {
    async sample(_, limit, part = { from: 0, to: limit }) {
      grow()
      const total = records.length
      const count = Math.min(total, limit)
      const places = Array.from({ length: count }, (_, step) =>
        total <= limit ? step : Math.ceil((step * (total - 1)) / Math.max(limit - 1, 1)),
      ).slice(part.from, part.to)
      parts.push(places.length)
      return { total, records: places.map((place) => records[place] as StoredRecord) }
    },
  }
  return { records: reader as RecordReader, parts }
}

function recordsOf(count: number): StoredRecord[] {
  return Array.from({ length: count }, (_, seq) => recordAt(seq * 1000, seq))
}

function recordAt(time: number, seq: number): StoredRecord {
  return {
    ...{ id: `r${seq}`, vehicle: 'van', source: 'can0', boot: 'b', number: seq, seq },
    ...{ monotonic: time, time, receivedAt: time, clockTrust: 'network', data: { speed: 1 } },
  }
}

async function read(records: RecordReader, order: 'asc' | 'desc', limit = LIMIT) {
  const query = { vehicle: 'van', from: 0, to: 1e15 }
  const pages: RecordPage[] = []
  for await (const page of samplePages({ records, query, limit, order })) pages.push(page)
  return { pages, seqs: pages.flatMap((page) => page.records.map(({ seq }) => seq)) }
}

for (const total of [0, 1, 2, 999, 1000, 1001, 20_000, 20_001, 50_000]) {
  for (const order of ['asc', 'desc'] as const) {
    test(`the parts of a sample of ${total}, ${order}, are the sample`, async () => {
      const { records, parts } = readerOf(recordsOf(total))
      const { pages, seqs } = await read(records, order)
      const whole = (
        await records.sample({ vehicle: 'van', from: 0, to: 1e15 }, LIMIT)
      ).records.map(({ seq }) => seq)
      assert.equal(seqs, order === 'asc' ? whole : whole.toReversed())
      assert.ok(pages.every((page) => page.total === total))
      assert.ok(pages.length >= 1)
      const isLong = total > 20_000
      assert.is(pages.length > 1, isLong)
      if (isLong) assert.ok(Math.max(...parts.slice(0, -1)) <= 40)
    })
  }
}

for (const order of ['asc', 'desc'] as const) {
  test(`records that come in the middle of it are not a reason to tell one twice, ${order}`, async () => {
    const all = recordsOf(30_000)
    let seq = all.length
    const { records } = readerOf(all, () => {
      // New ones, and late ones that move all behind them.
      all.push(recordAt(seq * 1000, seq))
      seq += 1
      for (let late = 0; late < 100; late += 1) all.splice(100, 0, recordAt(99_500, seq++))
    })
    const { seqs } = await read(records, order)
    assert.is(new Set(seqs).size, seqs.length)
    const times = seqs.map((each) => all.find(({ seq }) => seq === each)?.time ?? Number.NaN)
    const ordered = times.toSorted((a, b) => (order === 'asc' ? a - b : b - a))
    assert.equal(times, ordered)
    assert.ok(seqs.length > 900)
  })
}

test.run()
