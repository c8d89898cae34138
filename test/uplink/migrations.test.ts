/** Journals that earlier versions wrote, stored as SQL, brought to the newest version. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/database/sqlite.ts'
import { totalDistance } from '../../src/uplink/store/distance/distance-queries.ts'
import { buckets, page } from '../../src/uplink/store/queries.ts'
import { inSnapshot, openReading } from '../../src/uplink/store/reading.ts'
import { inFolder, openJournal, START } from '../support/journal-records.ts'

const test = suite('journals of earlier versions')

function restore(folder: string, version: number): string {
  const path = join(folder, 'journal.db')
  const dump = new URL(`../fixtures/journal-v${version}.sql`, import.meta.url)
  const database = openDatabase(path, { readOnly: false })
  database.exec(readFileSync(dump, 'utf8'))
  database.close()
  return path
}

const everything = { vehicle: 'van', from: 0, to: Number.MAX_SAFE_INTEGER }

for (const version of [1, 2]) {
  test(`version ${version}: nothing is lost, places and ids stay`, () =>
    inFolder((folder) => {
      const path = restore(folder, version)
      const before = openDatabase(path, { readOnly: true })
      const old = before.prepare("SELECT * FROM record WHERE vehicle = 'van' ORDER BY time").all()
      before.close()
      const journal = openJournal(folder)
      assert.is(journal.health().records, 40)
      assert.equal(journal.checkpoint('van')?.odometer, { time: 1_772_323_238_000_000, series: {} })
      assert.equal(journal.counters('van'), {})
      assert.equal(journal.vehicles(), [
        { id: 'van', tokenId: '17', userDeviceId: '2Zvan0000000000000000000001' },
      ])
      const reading = openReading(path)
      const { total, records } = inSnapshot(reading, () =>
        page(reading, everything, { limit: 100, order: 'asc' }),
      )
      assert.is(total, 30)
      assert.equal(
        records.map(({ seq, id, time, number }) => ({ seq, id, time, number })),
        old.map(({ seq, id, time, number }) => ({ seq, id, time, number })),
      )
      assert.equal(records[0]?.quality, { speed: 'estimated' })
      assert.is(records[0]?.data.vin, 'WVWZZZ1JZXW000001')
      assert.is(totalDistance(reading, 'van'), 0.38)
      assert.is(
        buckets(reading, { ...everything, from: START, to: START + 40_000 }, 4).records.length,
        4,
      )
      reading.database.close()
      journal.stop()
    }))

  test(`version ${version}: what the broker had is not sent again`, () =>
    inFolder((folder) => {
      const path = restore(folder, version)
      openJournal(folder).stop()
      const database = openDatabase(path, { readOnly: true })
      assert.equal(
        { ...database.prepare('SELECT * FROM lane').get() },
        {
          sink: 'mqtt',
          live: 25,
          backlog: '[]',
        },
      )
      database.close()
    }))
}

test('a journal of an earlier version is not read before the gateway has brought it up to date', () =>
  inFolder((folder) => {
    const path = restore(folder, 2)
    assert.throws(
      () => openReading(path),
      /earlier version \(format 2, .*starting the gateway once/,
    )
    openJournal(folder).stop()
    openReading(path).database.close()
  }))

test.run()
