/** A card that is full, by others or by the journal itself: a real file system of a few megabytes. */
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/database/sqlite.ts'
import { blockToSeal } from '../../src/uplink/store/blocks/block-to-seal.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { openJournal as openAny } from '../../src/uplink/store/open-journal.ts'
import { readRange } from '../../src/uplink/store/read-range.ts'
import { inSnapshot, openReading } from '../../src/uplink/store/reading.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  silent,
} from '../support/journal-records.ts'
import { mayMount, mountMemory, unmount } from '../support/mounts.ts'
import { testWhere } from '../support/needs.ts'

const test = suite('full card')

const where: [boolean, string] = [mayMount(), 'the right to mount']

/** A card of so many megabytes. */
function onCard(size: number, work: (folder: string) => void): Promise<void> {
  return inFolder((folder) => {
    const card = join(folder, 'card')
    mkdirSync(card)
    mountMemory(card, `size=${size}m`)
    try {
      work(card)
    } finally {
      unmount(card)
    }
  })
}

/** Takes all that is left, to the last page. */
function fillUp(folder: string): string {
  const path = join(folder, 'others')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(path, Buffer.alloc(bavail * bsize, 1))
  assert.is(statfsSync(folder).bavail, 0)
  return path
}

function append(journal: Journal, from: number, count: number): void {
  for (let i = from; i < from + count; i += 1) journal.append(newRecord(i), checkpointOf(i))
}

function numbersIn(folder: string): number[] {
  const reading = openReading(join(folder, 'journal.db'))
  try {
    const all = { vehicle: 'van', from: 0, to: Number.MAX_SAFE_INTEGER }
    return [...readRange(reading, all)].map(({ number }) => number)
  } finally {
    reading.database.close()
  }
}

function sealAll(journal: Journal): void {
  const reading = openReading(journal.path)
  for (;;) {
    const query = { before: Number.MAX_SAFE_INTEGER, boot: '' }
    const block = inSnapshot(reading, () => blockToSeal(reading, query))
    if (block === undefined) break
    journal.seal(block)
  }
  reading.database.close()
}

function assertWhole(folder: string): void {
  const database = openDatabase(join(folder, 'journal.db'), { readOnly: true })
  assert.is(database.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok')
  database.close()
}

/** From the first to the last without a hole. */
function assertNoHole(numbers: readonly number[]): void {
  const [first = 0] = numbers
  assert.equal(
    numbers,
    numbers.map((_, index) => first + index),
  )
}

testWhere(
  test,
  where,
  'a card that others fill up: the reserve goes first, and nothing is lost',
  () =>
    onCard(24, (folder) => {
      const journal = openJournal(folder)
      journal.start()
      assert.ok(existsSync(join(folder, 'journal.db.reserve')))
      append(journal, 0, 100)
      assert.ok(journal.commit())
      const others = fillUp(folder)
      append(journal, 100, 1000)
      assert.ok(journal.commit(), 'in the room of the reserve')
      assert.not(existsSync(join(folder, 'journal.db.reserve')))
      rmSync(others)
      journal.stop()
      assertNoHole(numbersIn(folder))
      assert.is(numbersIn(folder).length, 1100)
      assertWhole(folder)
    }),
)

testWhere(
  test,
  where,
  'where no room can be made records wait, are told of, and are stored in order later',
  () =>
    onCard(16, (folder) => {
      const journal = openJournal(folder)
      append(journal, 0, 10)
      assert.ok(journal.commit())
      // the log has room in it where it was longer once
      journal.stop()
      const others = fillUp(folder)
      const second = openJournal(folder)
      append(second, 10, 1500)
      assert.not(second.commit())
      assert.match(String(second.health().failure), /full/)
      assert.is(second.health().uncommitted, 1500)
      assert.is(second.health().lost, 0)
      assert.is(second.read(0, 100).length, 10, 'what is stored is read')
      append(second, 1510, 5)
      assert.not(second.commit())
      rmSync(others)
      assert.ok(second.commit())
      assert.is(second.health().failure, undefined)
      assert.equal(
        second.read(0, 2000).map(({ number }) => number),
        Array.from({ length: 1515 }, (_, index) => index),
      )
      assert.is(second.health().unsentRemoved, 0)
      second.stop()
      assertWhole(folder)
    }),
)

testWhere(
  test,
  where,
  'a card that the journal itself fills up keeps the newest: the oldest go, and are counted',
  () =>
    onCard(12, (folder) => {
      const journal = openJournal(folder)
      journal.start()
      journal.saveLanes('mqtt', { live: 20_000, backlog: [] })
      let last = 0
      for (let group = 0; group < 400; group += 1) {
        append(journal, last, 500)
        assert.ok(journal.commit(), `group ${group}: ${journal.health().failure}`)
        last += 500
        // what is recent stays as rows, which take most room
        if (group % 100 === 50) sealAll(journal)
      }
      const numbers = numbersIn(folder)
      assertNoHole(numbers)
      assert.is(numbers.at(-1), last - 1, 'the newest are there')
      const gone = numbers[0] ?? 0
      assert.ok(gone > 0, 'the card was full')
      assert.is(journal.health().records, numbers.length)
      assert.is(journal.health().unsentRemoved, Math.max(0, gone - 20_000))
      assert.is(journal.health().lost, 0)
      journal.stop()
      assertWhole(folder)
    }),
)

testWhere(test, where, 'a gateway starts on a full card, and stores as soon as it can', () =>
  onCard(8, (folder) => {
    const others = fillUp(folder)
    const found: string[] = []
    const path = join(folder, 'journal.db')
    const options = { path, commitEvery: 1e9, logger: silent, now: () => Date.now() }
    const fresh = openAny(options, (sentence) => found.push(sentence))
    append(fresh, 0, 5)
    fresh.commit()
    assert.match(`${found.join()} ${fresh.health().failure}`, /full/)
    fresh.stop()
    rmSync(others)
    const journal = openAny(options, () => undefined)
    append(journal, 0, 5)
    assert.ok(journal.commit())
    assert.is(journal.read(0, 10).length, 5)
    journal.stop()
  }),
)

test.run()
