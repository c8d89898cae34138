/** Reading a window of the journal from end to end. */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { page } from '../../src/uplink/store/queries.ts'
import {
  readRange,
  signalsInRange,
  vehiclesWithRecords,
} from '../../src/uplink/store/read-range.ts'
import { openReading } from '../../src/uplink/store/reading.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  START,
} from '../support/journal-records.ts'

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

test.run()
