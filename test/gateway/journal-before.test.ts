/** The journal around an update that changes its format, and the way back: no record is lost. */
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/database/sqlite.ts'
import {
  copyJournalBefore,
  dropJournalBefore,
  restoreJournalBefore,
} from '../../src/gateway/journal-before.ts'
import { JOURNAL_FORMAT } from '../../src/uplink/store/schema.ts'
import { checkpointOf, inFolder, newRecord, openJournal } from '../support/journal-records.ts'

const test = suite('the journal before an update')

const NEWER = JOURNAL_FORMAT + 1
const COPY = `journal-before-${JOURNAL_FORMAT}.db`
const ASIDE = `journal-of-format-${NEWER}-1.db`

function store(folder: string, from: number, to: number): void {
  const journal = openJournal(folder)
  for (let i = from; i < to; i += 1) journal.append(newRecord(i), checkpointOf())
  journal.stop()
}

/** What a later version would do: another format, and records of its own. */
function changeFormat(path: string, from: number, to: number): void {
  const database = openDatabase(path, { readOnly: false })
  const copy = database.prepare(
    `INSERT INTO record (id, vehicle, source, boot, number, monotonic, time, received, clock)
     SELECT 'later-' || ?, vehicle, source, boot, ?, monotonic, time, received, clock FROM record LIMIT 1`,
  )
  for (let i = from; i < to; i += 1) copy.run(i, i)
  database.exec(`UPDATE meta SET value = '${NEWER}' WHERE key = 'version'`)
  database.close()
}

function countIn(path: string): number {
  const database = openDatabase(path, { readOnly: true })
  const { n } = database.prepare('SELECT count(*) AS n FROM record').get() ?? {}
  database.close()
  return Number(n)
}

/** Looking at a journal leaves its empty log. */
function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name))
}

test('it is copied before it is changed, and all is there after the way back', () =>
  inFolder(async (folder) => {
    const journal = join(folder, 'journal.db')
    store(folder, 0, 20)
    assert.is(await copyJournalBefore({ journal, format: NEWER }), join(folder, COPY))
    changeFormat(journal, 20, 50)
    // Its last records stand in the log alone.
    const reader = openDatabase(journal, { readOnly: true })
    reader.prepare('SELECT count(*) FROM record').get()
    reader.close()
    assert.match(restoreJournalBefore({ journal }) ?? '', ASIDE)
    assert.is(countIn(journal), 20)
    assert.is(countIn(join(folder, ASIDE)), 50)
    store(folder, 60, 65)
    assert.is(countIn(journal), 25)
    assert.not.ok(existsSync(join(folder, COPY)))
  }))

test('nothing is copied where the format stays, and nothing moved', () =>
  inFolder(async (folder) => {
    const journal = join(folder, 'journal.db')
    assert.is(await copyJournalBefore({ journal }), undefined)
    store(folder, 0, 5)
    assert.is(await copyJournalBefore({ journal }), undefined)
    assert.is(restoreJournalBefore({ journal }), undefined)
    assert.equal(filesIn(folder), ['journal.db'])
  }))

test('a copy of a trial that changed nothing is not used for the next one', () =>
  inFolder(async (folder) => {
    const journal = join(folder, 'journal.db')
    store(folder, 0, 5)
    await copyJournalBefore({ journal, format: NEWER })
    assert.is(restoreJournalBefore({ journal }), undefined)
    assert.not.ok(existsSync(join(folder, COPY)))
    assert.is(countIn(journal), 5)
  }))

test('a journal of a later version without a copy is left alone', () =>
  inFolder((folder) => {
    const journal = join(folder, 'journal.db')
    store(folder, 0, 5)
    changeFormat(journal, 5, 6)
    assert.is(restoreJournalBefore({ journal }), undefined)
    assert.is(countIn(journal), 6)
  }))

test('a power cut between two steps of the way back is gone on from', () =>
  inFolder(async (folder) => {
    const journal = join(folder, 'journal.db')
    store(folder, 0, 5)
    await copyJournalBefore({ journal, format: NEWER })
    changeFormat(journal, 5, 9)
    const database = openDatabase(journal, { readOnly: false })
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    renameSync(journal, join(folder, ASIDE))
    assert.match(restoreJournalBefore({ journal }) ?? '', ASIDE)
    assert.is(countIn(journal), 5)
    assert.is(countIn(join(folder, ASIDE)), 9)
  }))

test('rubbish of a copy that was cut off is no copy', () =>
  inFolder(async (folder) => {
    const journal = join(folder, 'journal.db')
    store(folder, 0, 5)
    writeFileSync(join(folder, `${COPY}.part`), 'half')
    await copyJournalBefore({ journal, format: NEWER })
    assert.is(countIn(join(folder, COPY)), 5)
    dropJournalBefore(journal)
    assert.equal(filesIn(folder), ['journal.db'])
  }))

test.run()
