/** Reading a window of the journal from end to end. */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RecordQuery } from '../../src/model/ports.ts'
import { exportWriter, pump } from '../../src/uplink/export/export.ts'
import type { ExportOutput } from '../../src/uplink/export/output.ts'
import { parallelJsonl } from '../../src/uplink/export/parallel-jsonl.ts'
import { blockToSeal } from '../../src/uplink/store/blocks/block-to-seal.ts'
import { page } from '../../src/uplink/store/queries.ts'
import { rangeSlices } from '../../src/uplink/store/range-slices.ts'
import {
  readRange,
  signalsInRange,
  vehiclesWithRecords,
} from '../../src/uplink/store/read-range.ts'
import { inSnapshot, openReading, type Reading } from '../../src/uplink/store/reading.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  START,
} from '../support/journal-records.ts'
import { startJsonlWorker } from '../support/source-workers.ts'

const test = suite('reading a window')

const ALL = { vehicle: 'van', from: -8.64e15, to: 8.64e15 }

test('records come in order of time and place, none twice and none left out', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    // Long runs of one time, later than what follows them: pages end within a run.
    for (let i = 0; i < 9000; i += 1) {
      const time = START + (i % 3) * 1000
      journal.append(newRecord(i, { time }), checkpointOf())
      if (i % 4 === 0) journal.append(newRecord(i, { vehicle: 'bus' }), checkpointOf())
    }
    journal.commit()
    const reading = openReading(join(folder, 'journal.db'))
    const expected = page(reading, ALL, { limit: 10_000, order: 'asc' }).records
    assert.is(expected.length, 9000)
    assert.equal([...readRange(reading, ALL)], expected)
    const window = { vehicle: 'van', from: START + 1000, to: START + 2000 }
    assert.equal(
      [...readRange(reading, window)],
      expected.filter(({ time }) => time === START + 1000),
    )
    assert.equal([...readRange(reading, { ...ALL, vehicle: 'tram' })], [])
    assert.equal(vehiclesWithRecords(reading.database), ['bus', 'van'])
    reading.database.close()
    journal.stop()
  }))

test('what is stored meanwhile is read too, and its writing is not held up', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (let i = 0; i < 2500; i += 1) journal.append(newRecord(i), checkpointOf())
    journal.commit()
    const reading = openReading(join(folder, 'journal.db'))
    let count = 0
    for (const record of readRange(reading, ALL)) {
      if (count === 0) {
        journal.append(newRecord(2500), checkpointOf())
        journal.commit()
        assert.is(journal.health().failure, undefined)
      }
      assert.is(record.number, count)
      count += 1
    }
    assert.is(count, 2501)
    reading.database.close()
    journal.stop()
  }))

test('the signals of a window are found, with a column of their own and without', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    journal.append(newRecord(0, { data: { oilTemp: 3, odometer: 0 } }), checkpointOf())
    journal.append(newRecord(1, { data: { activity: 'idling', speed: 0 } }), checkpointOf())
    journal.append(newRecord(2, { vehicle: 'bus', data: { soc: 1 } }), checkpointOf())
    journal.commit()
    const reading = openReading(join(folder, 'journal.db'))
    assert.equal(signalsInRange(reading, ALL), ['odometer', 'speed', 'oilTemp', 'activity'])
    const second = { vehicle: 'van', from: START + 1, to: START + 20_000 }
    assert.equal(signalsInRange(reading, second), ['speed', 'activity'])
    assert.equal(signalsInRange(reading, { ...ALL, vehicle: 'tram' }), [])
    reading.database.close()
    journal.stop()
  }))

class Gathered implements ExportOutput {
  text = ''

  write(piece: string | Uint8Array): void {
    this.text += typeof piece === 'string' ? piece : Buffer.from(piece).toString()
  }

  pressure(): undefined {
    return undefined
  }
}

/** Blocks, rows, and records that came late, in a journal. */
function longJournal(folder: string): Reading {
  const journal = openJournal(folder)
  const reading = openReading(journal.path)
  for (let i = 0; i < 12_000; i += 1) {
    const time = START + i * 1000 - (i % 1000 === 0 ? 3_000_000 : 0)
    journal.append(newRecord(i, { time, data: { speed: i % 251 } }), checkpointOf())
    if (i !== 9000) continue
    journal.commit()
    for (;;) {
      const query = { before: Number.MAX_SAFE_INTEGER, boot: '' }
      const block = inSnapshot(reading, () => blockToSeal(reading, query))
      if (block === undefined) break
      journal.seal(block)
    }
  }
  journal.commit()
  journal.stop()
  return reading
}

const vehicle = { id: 'van', tokenId: '1', userDeviceId: 'x', owner: 'o' }

async function jsonl(reading: Reading, slices: readonly RecordQuery[], threads: number) {
  const output = new Gathered()
  const work = { path: reading.path, vehicle, signals: undefined }
  const startWorker = startJsonlWorker
  const count = await parallelJsonl({ work, slices, threads, output, startWorker })
  return { count, text: output.text }
}

test('slices of a window have its records, each one of them once', () =>
  inFolder((folder) => {
    const reading = longJournal(folder)
    const all = [...readRange(reading, ALL)]
    const slices = rangeSlices(reading.database, ALL, 1500)
    assert.ok(slices.length > 3)
    assert.equal(
      slices.flatMap((slice) => [...readRange(reading, slice)]),
      all,
    )
    const whole = rangeSlices(reading.database, ALL, 50_000)
    assert.equal(whole, [ALL])
    assert.equal(rangeSlices(reading.database, { ...ALL, vehicle: 'tram' }, 10).length, 1)
    reading.database.close()
  }))

test('lines made by several threads are those that one makes', () =>
  inFolder(async (folder) => {
    const reading = longJournal(folder)
    const slices = rangeSlices(reading.database, ALL, 1000)
    const one = new Gathered()
    const alone = exportWriter('jsonl', one, { vehicle, createdBy: 'odograph' })
    const count = await pump(readRange(reading, ALL), alone, one)
    for (const threads of [1, 3]) {
      const several = await jsonl(reading, slices, threads)
      assert.is(several.count, count)
      assert.ok(several.text === one.text)
    }
    reading.database.close()
  }))

test('a thread that cannot read ends the export with a reason, and an abort ends it, too', () =>
  inFolder(async (folder) => {
    const reading = longJournal(folder)
    const slices = rangeSlices(reading.database, ALL, 1000)
    const missing = { ...reading, path: join(folder, 'nowhere.db') }
    await rejects(jsonl(missing, slices, 2), /nowhere\.db/)
    const work = { path: reading.path, vehicle, signals: undefined }
    const abort = new AbortController()
    const progress = () => abort.abort()
    const output = new Gathered()
    const options = { work, slices, threads: 2, output, signal: abort.signal, progress }
    await rejects(parallelJsonl({ ...options, startWorker: startJsonlWorker }), /abort/i)
    reading.database.close()
  }))

async function rejects(work: Promise<unknown>, reason: RegExp): Promise<void> {
  const error = await work.then(
    () => undefined,
    (failure: Error) => failure,
  )
  assert.match(String(error), reason)
}

test.run()
