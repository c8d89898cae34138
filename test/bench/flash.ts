/**
 * What the journal writes to the card: bytes an hour at one record a second with 12 signals, by the
 * kernel's count of what this process sent to the storage layer (/proc/self/io), for several windows of
 * commits, with the sealing of what is older than an hour; beside plain rows of JSON committed one by
 * one. Each case is a process of its own on a real file system. `npm run bench:flash`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../../src/database/sqlite.ts'
import { statusEvent } from '../../src/model/cloud-event.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import { blockToSeal } from '../../src/uplink/store/blocks/block-to-seal.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { inSnapshot, openReading } from '../../src/uplink/store/reading.ts'
import { checkpointOf, silent } from '../support/journal-records.ts'
import { generatedRecords } from './generated-records.ts'

const HOUR = 3600
/** The first ones differ: nothing is there to be sealed. */
const HOURS = 6
const START = Date.UTC(2026, 2, 1)
const BOOT = 'boot-1'
const vehicle = {
  id: 'van',
  tokenId: '17',
  userDeviceId: '2bcDEFghijKLMNopqrSTUVwxyz0',
  owner: 'o',
}

const cases = ['1', '5', '30', 'single', 'plain'] as const
type Case = (typeof cases)[number]

const names: Record<Case, string> = {
  '1': 'a commit every second',
  '5': 'a commit every 5 s (default)',
  '30': 'a commit every 30 s',
  single: 'a commit for each record, as it comes',
  plain: 'beside: a row of JSON each, SQLite as it comes (rollback journal)',
}

/** Bytes that went to the storage layer. */
function written(): number {
  const text = readFileSync('/proc/self/io', 'utf8')
  return Number(/^write_bytes: (\d+)$/m.exec(text)?.[1])
}

interface Measured {
  /** Of the last hour. */
  bytes: number
  commits: number
}

function journalCase(path: string, records: readonly StoredRecord[], every: number): Measured {
  let now = START
  const options = { path, commitEvery: 1e9, logger: silent, now: () => now }
  const journal = new Journal(options)
  const reading = openReading(path)
  let before = 0
  let commits = 0
  for (const [index, record] of records.entries()) {
    const { seq: _, ...fresh } = record
    now = record.receivedAt
    if (index === (HOURS - 1) * HOUR) {
      before = written()
      commits = 0
    }
    journal.append(fresh, checkpointOf(index / 100))
    if ((index + 1) % every === 0) {
      journal.commit()
      commits += 1
    }
    if ((index + 1) % 60 !== 0) continue
    const query = { before: now - HOUR * 1000, boot: BOOT }
    for (;;) {
      const block = inSnapshot(reading, () => blockToSeal(reading, query))
      if (block === undefined) break
      journal.seal(block)
    }
    while (journal.retain());
  }
  const bytes = written() - before
  reading.database.close()
  journal.stop()
  return { bytes, commits }
}

function plainCase(path: string, records: readonly StoredRecord[]): Measured {
  const database = openDatabase(path, { readOnly: false })
  database.exec('CREATE TABLE record (seq INTEGER PRIMARY KEY, time INTEGER, json TEXT)')
  const insert = database.prepare('INSERT INTO record VALUES (NULL, ?, ?)')
  const before = written()
  for (const record of records.slice(0, HOUR)) {
    insert.run(record.time, JSON.stringify(statusEvent(record, vehicle)))
  }
  const bytes = written() - before
  database.close()
  return { bytes, commits: HOUR }
}

function measured(name: Case): Measured {
  // on a real file system: in memory nothing is written
  const folder = mkdtempSync('/var/tmp/odograph-flash-')
  try {
    const path = join(folder, 'journal.db')
    const records = generatedRecords({ count: HOURS * HOUR, start: START })
    if (name === 'plain') return plainCase(path, records)
    return journalCase(path, records, name === 'single' ? 1 : Number(name))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const only = process.argv[2] as Case | undefined
if (only !== undefined) console.log(JSON.stringify(measured(only)))
else {
  console.log('| | commits an hour | written an hour | a day |\n|---|---|---|---|')
  for (const name of cases) {
    const args = ['--import', 'tsx', fileURLToPath(import.meta.url), name]
    const { bytes, commits } = JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8' }),
    )
    const megabytes = (bytes / 1e6).toFixed(1)
    const day = ((bytes * 24) / 1e6).toFixed(0)
    console.log(`| ${names[name]} | ${commits} | ${megabytes} MB | ${day} MB |`)
  }
}
