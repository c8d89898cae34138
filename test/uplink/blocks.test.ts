/** Sealed history: records read the same from blocks, from rows and from both, and stay unique. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { NewRecord, StoredRecord } from '../../src/model/record.ts'
import { recordId } from '../../src/model/record-id.ts'
import { blockToSeal } from '../../src/uplink/store/blocks/block-to-seal.ts'
import { readPlaces } from '../../src/uplink/store/blocks/read-places.ts'
import { sealedBlock } from '../../src/uplink/store/blocks/sealed-block.ts'
import { days } from '../../src/uplink/store/distance/distance-queries.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { buckets, page, sample, span } from '../../src/uplink/store/queries.ts'
import { inSnapshot, openReading, type Reading } from '../../src/uplink/store/reading.ts'
import { Sealer } from '../../src/uplink/store/sealer.ts'
import {
  chance,
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  START,
  silent,
} from '../support/journal-records.ts'

const test = suite('sealed history')

const END = START + 400_000_000

function made(number: number, fields: Partial<NewRecord> = {}): NewRecord {
  const record = newRecord(number, fields)
  return { ...record, id: recordId(record) }
}

function append(journal: Journal, records: readonly NewRecord[]): void {
  for (const record of records) journal.append(record, checkpointOf())
  journal.commit()
}

/** Two vehicles, three boots, one of them a recording whose times lie among the others'. */
function mixture(seed: number): NewRecord[] {
  const random = chance(seed)
  const records: NewRecord[] = []
  for (let n = 0; n < 600; n++) {
    const vehicle = random() < 0.3 ? 'truck' : 'van'
    const boot = random() < 0.2 ? 'recording' : n < 300 ? 'boot-1' : 'boot-2'
    const late = boot === 'recording' ? Math.floor(random() * 4_000_000) : n * 10_000
    const time = START + Math.floor(late / 20_000) * 20_000
    const data: NewRecord['data'] = { speed: Math.round(random() * 1000) / 10 }
    if (random() < 0.5) data.vin = 'WVWZZZ1JZXW000001'
    records.push(made(n, { vehicle, boot, time, receivedAt: time + 5, data }))
  }
  return records
}

function sealAll(journal: Journal, reading: Reading, boot = 'none', before = END): number {
  for (let count = 0; ; count++) {
    const block = inSnapshot(reading, () => blockToSeal(reading, { before, boot }))
    if (block === undefined) return count
    journal.seal(block)
  }
}

function answers(reading: Reading) {
  const windows = [
    { from: 0, to: Number.MAX_SAFE_INTEGER },
    { from: START + 1_000_000, to: START + 2_500_000 },
    { from: START + 1_000_000, to: START + 1_000_001 },
    { from: START - 10, to: START },
  ]
  return ['van', 'truck', 'nobody'].map((vehicle) =>
    inSnapshot(reading, () => [
      span(reading, vehicle) ?? null,
      days(reading, vehicle, [START, START + 86_400_000, START + 2 * 86_400_000]),
      ...windows.map((window) => {
        const query = { vehicle, ...window }
        const firsts = page(reading, query, { limit: 7, order: 'asc' })
        const after = firsts.records.at(-1)
        return [
          sample(reading, query, 13),
          buckets(reading, { ...query, to: Math.min(query.to, END) }, 9),
          firsts,
          page(reading, query, { limit: 20, order: 'desc', total: false }),
          after && page(reading, query, { limit: 50, order: 'asc', after, total: false }),
          after && page(reading, query, { limit: 50, order: 'desc', after }),
        ]
      }),
    ]),
  )
}

for (let seed = 1; seed <= 8; seed++) {
  test(`mixture ${seed}: blocks answer as the rows did, with some sealed and with all`, () =>
    inFolder((folder) => {
      const journal = openJournal(folder)
      const records = mixture(seed)
      append(journal, records)
      const reading = openReading(journal.path)
      const before = answers(reading)
      const some = START + 2_000_000
      assert.ok(sealAll(journal, reading, 'none', some) > 0)
      assert.equal(answers(reading), before)
      sealAll(journal, reading)
      assert.equal(answers(reading), before)
      assert.equal(journal.read(0, 1000), [])
      assert.is(journal.health().records, 600)
      append(journal, records)
      assert.is(journal.health().records, 600, 'what is played again adds nothing')
      assert.equal(journal.read(0, 1000), [])
      append(journal, [made(600)])
      assert.is(journal.read(0, 1000)[0]?.seq, 601, 'places go on')
      reading.database.close()
      journal.stop()
    }))
}

test('records are read in the order of their places, across blocks and rows, part by part', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    append(journal, mixture(9))
    const all = journal.read(0, 1000)
    const reading = openReading(journal.path)
    sealAll(journal, reading, 'none', START + 3_000_000)
    for (const limit of [1, 7, 100, 1000]) {
      const read: StoredRecord[] = []
      for (let from = 3; ; ) {
        const part = inSnapshot(reading, () => readPlaces(reading, from, 590, limit))
        const last = part.at(-1)
        if (last === undefined) break
        read.push(...part)
        from = last.seq
      }
      assert.equal(read, all.slice(3, 590), `${limit} at once`)
    }
    reading.database.close()
    journal.stop()
  }))

test('records read the same from a block as from a row, whatever stands in them', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    append(journal, [
      made(0, { data: { speed: -0.5, odometer: 123_456.7, vin: '1FTFW1ET5DFC10312' } }),
      made(1, { data: {} }),
      made(2, { data: { speed: 0 }, quality: { speed: 'estimated' }, clockTrust: 'rtc', shift: 7 }),
      { ...made(3), id: 'not-derived' },
    ])
    const rows = journal.read(0, 10)
    const reading = openReading(journal.path)
    assert.is(sealAll(journal, reading), 1)
    const query = { vehicle: 'van', from: 0, to: END }
    const { records } = inSnapshot(reading, () => page(reading, query, { limit: 10, order: 'asc' }))
    assert.equal(records, rows)
    reading.database.close()
    journal.stop()
  }))

test('a run that goes on is sealed in whole hours, one that has ended is sealed as it is', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    append(journal, [made(0, { boot: 'old' }), made(1, { boot: 'old' })])
    append(
      journal,
      Array.from({ length: 3700 }, (_, n) => made(n + 2, { boot: 'now' })),
    )
    const reading = openReading(journal.path)
    const counts: number[] = []
    for (;;) {
      const query = { before: START + 40_000_000, boot: 'now' }
      const block = inSnapshot(reading, () => blockToSeal(reading, query))
      if (block === undefined) break
      counts.push(block.count)
      journal.seal(block)
    }
    assert.equal(counts, [2, 3600])
    assert.is(journal.read(0, 1000).length, 100)
    reading.database.close()
    journal.stop()
  }))

test('a block whose rows have changed meanwhile is not taken, and nothing is lost', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    append(journal, [made(0), made(1)])
    const rows: StoredRecord[] = journal.read(0, 10)
    assert.throws(() => journal.seal(sealedBlock(rows.slice(0, 1).concat(made(9) as StoredRecord))))
    assert.equal(journal.read(0, 10), rows)
    journal.seal(sealedBlock(rows))
    assert.equal(journal.read(0, 10), [])
    journal.stop()
  }))

test('the sealer takes what is old enough, step by step, and nothing while times may change', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    append(
      journal,
      Array.from({ length: 50 }, (_, n) => made(n, { boot: n < 25 ? 'a' : 'b' })),
    )
    const reading = openReading(journal.path)
    const due: (() => void)[] = []
    let isProvisional = true
    const sealer = new Sealer({
      journal,
      next: async (query) => inSnapshot(reading, () => blockToSeal(reading, query)),
      boot: 'c',
      after: 3_600_000,
      now: () => START + 3_600_000 + 450_000,
      isProvisional: () => isProvisional,
      timers: {
        after: (_delay, run) => {
          due.push(run)
          return () => undefined
        },
      },
      logger: silent,
    })
    const turn = async () => {
      due.shift()?.()
      while (due.length === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    sealer.start()
    await turn()
    assert.is(journal.read(0, 100).length, 50)
    isProvisional = false
    await turn()
    await turn()
    await turn()
    assert.equal(
      journal.read(0, 100).map(({ number }) => number),
      [45, 46, 47, 48, 49],
    )
    await sealer.stop()
    reading.database.close()
    journal.stop()
  }))

test('by size the oldest sent records go first, then the oldest of all, which is counted', () =>
  inFolder((folder) => {
    const journal = openJournal(folder, { maxBytes: 300_000 })
    const random = chance(3)
    const noisy = (n: number) =>
      made(n, { data: { speed: random(), odometer: random(), latitude: random() } })
    append(
      journal,
      Array.from({ length: 3000 }, (_, n) => noisy(n)),
    )
    journal.saveLanes('mqtt', { live: 1000, backlog: [] })
    while (journal.retain());
    journal.commit()
    const left = journal.read(0, 5000)
    assert.ok((left[0]?.seq ?? 0) > 1001, 'the sent ones were not enough')
    assert.is(left.at(-1)?.seq, 3000)
    assert.is(journal.kept('retention', 'unsent'), (left[0]?.seq ?? 0) - 1001)
    assert.is(journal.health().records, left.length)
    journal.stop()
  }))

test('pages that sealing left behind are given back, some at a time', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    const random = chance(4)
    append(
      journal,
      Array.from({ length: 60_000 }, (_, n) =>
        made(n, { data: { speed: Math.round(random() * 9) } }),
      ),
    )
    const reading = openReading(journal.path)
    const before = journal.health().bytes
    sealAll(journal, reading, 'none', START + 1e9)
    assert.ok(journal.health().bytes >= before)
    while (journal.retain());
    assert.ok(journal.health().bytes < before / 2)
    assert.is(inSnapshot(reading, () => span(reading, 'van'))?.first, START)
    reading.database.close()
    journal.stop()
  }))

test('by age whole blocks go', () =>
  inFolder((folder) => {
    const now = START + 10 * 86_400_000
    const journal = openJournal(folder, { maxAge: 5 * 86_400_000, now: () => now })
    append(journal, [made(0), made(1), made(80_000)])
    const rows = journal.read(0, 10)
    journal.seal(sealedBlock(rows.slice(0, 2)))
    while (journal.retain());
    assert.is(journal.health().records, 1)
    journal.stop()
  }))

test.run()
