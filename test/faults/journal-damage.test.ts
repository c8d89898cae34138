/**
 * The journal on a card that has gone bad: the gateway starts whatever it finds, keeps what can be
 * read, and makes nothing up.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase, type Row } from '../../src/database/sqlite.ts'
import type { CounterStates, NewRecord, StoredRecord } from '../../src/model/record.ts'
import { recordId } from '../../src/model/record-id.ts'
import { openBlock, sealedBlock } from '../../src/uplink/store/blocks/sealed-block.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { openJournal } from '../../src/uplink/store/open-journal.ts'
import { recordOf } from '../../src/uplink/store/rows.ts'
import { SLOT_MS } from '../../src/uplink/store/schema.ts'
import {
  chance,
  checkpointOf,
  inFolder,
  kmOf,
  newRecord,
  pointAt,
  START,
  silent,
} from '../support/journal-records.ts'

const test = suite('a damaged journal')

const PAGE = 4096
const RECORDS = 5000
const EVENTS = 200
/** What comes after stands in the log only. */
const FIRST = 4700
/** These stand in blocks. */
const SEALED = 3000

interface Original {
  database: Buffer
  log: Buffer
  records: Map<string, StoredRecord>
  /** How many records stood in the log at this length of it. */
  commits: { length: number; records: number }[]
  newest: number
}

function optionsOf(folder: string) {
  return { path: join(folder, 'journal.db'), commitEvery: 5000, logger: silent, now: () => START }
}

function recordNumber(index: number): NewRecord {
  const vehicle = index % 3 === 0 ? 'truck' : 'van'
  const boot = index < 3000 ? 'boot-1' : 'boot-2'
  const record = newRecord(index, {
    vehicle,
    boot,
    data: { speed: index / 10, odometer: 1000 + index / 7, altitude: 90 + (index % 5) },
  })
  return { ...record, id: recordId(record) }
}

function countersOf(total: number): CounterStates {
  return { fuelUsed: { total, time: START, segment: 0, estimated: false, series: {} } }
}

function fill(journal: Journal, from: number, to: number, committed: () => void): void {
  for (let index = from; index < to; index += 1) {
    const record = recordNumber(index)
    const odometer = [pointAt(record.time, 1000 + index / 7, record.vehicle)]
    const checkpoint = { ...checkpointOf(index), counters: countersOf(index) }
    const { vehicle, time } = record
    const point = { vehicle, time, counter: 'fuelUsed', total: index, estimated: false } as const
    journal.append(record, checkpoint, odometer, [point])
    if (index % (RECORDS / EVENTS) === 0) {
      const data = { number: index }
      journal.event({ id: `event-${index}`, vehicle, time, type: 'dtc.set', data } as never)
    }
    if (index % 50 === 49) {
      journal.commit()
      committed()
    }
  }
}

/** Records in blocks, in rows, and in rows that stand in the log only. */
function original(folder: string): Original {
  const path = join(folder, 'journal.db')
  const first = new Journal(optionsOf(folder))
  fill(first, 0, FIRST, () => undefined)
  for (let place = 0; place < SEALED; place += 750) {
    const rows = first.read(place, 750)
    for (const vehicle of ['van', 'truck']) {
      first.seal(sealedBlock(rows.filter((record) => record.vehicle === vehicle)))
    }
  }
  first.saveLanes('mqtt', { live: 3900, backlog: [{ from: 100, to: 200 }] })
  first.events.saveCursor('mqtt-events', 20)
  first.keep('dtc', 'van', { codes: ['P0420'] })
  first.saveVehicle({ id: 'van', tokenId: 'token-1', userDeviceId: 'device-1' } as never)
  first.stop()
  const journal = new Journal(optionsOf(folder))
  const commits: Original['commits'] = []
  let written = FIRST
  fill(journal, FIRST, RECORDS, () => {
    written += 50
    commits.push({ length: statSync(`${path}-wal`).size, records: written })
  })
  const files = { database: readFileSync(path), log: readFileSync(`${path}-wal`) }
  const newest = journal.newest()
  journal.stop()
  return { ...files, records: recordsIn(path), commits, newest }
}

function rowsOf(path: string, sql: string): Row[] {
  const database = openDatabase(path, { readOnly: true })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

function recordsIn(path: string): Map<string, StoredRecord> {
  const rows = rowsOf(path, 'SELECT * FROM record').map(recordOf)
  const blocks = rowsOf(path, 'SELECT data FROM block')
  const sealed = blocks.flatMap(({ data }) => recordsOf(data as Uint8Array))
  const records = new Map<string, StoredRecord>()
  for (const record of [...rows, ...sealed]) {
    assert.not.ok(records.has(record.id), `${record.id} is there twice`)
    records.set(record.id, record)
  }
  return records
}

/** None, where nothing noticed that the block is damaged: who reads history says so. */
function recordsOf(data: Uint8Array): StoredRecord[] {
  try {
    return openBlock(data).records()
  } catch {
    return []
  }
}

interface Outcome {
  found: string[]
  records: Map<string, StoredRecord>
  /** Whether the file at the usual place is used. */
  inPlace: boolean
}

/** Starts the journal in a folder, writes a record and an event, stops. */
function started(folder: string, after: { newest: number }): Outcome {
  const found: string[] = []
  const journal = openJournal(optionsOf(folder), (sentence) => found.push(sentence))
  const before = journal.newest()
  assert.ok(before >= after.newest, `the next place follows ${before}, not ${after.newest}`)
  const late = { ...newRecord(1_000_000, { boot: 'boot-3' }) }
  journal.append(late, checkpointOf())
  assert.ok(journal.commit(), 'the journal can be written')
  assert.is(journal.newest(), before + 1)
  journal.stop()
  const records = recordsIn(journal.path)
  assert.ok(records.delete(late.id), 'what was written is there')
  const checked = rowsOf(journal.path, 'PRAGMA integrity_check').map((row) => row.integrity_check)
  if (found.length > 0) assert.equal(checked, ['ok'])
  return { found, records, inPlace: journal.path === optionsOf(folder).path }
}

type Files = Pick<Original, 'database' | 'log'>

function write(folder: string, { database, log }: Files): void {
  writeFileSync(join(folder, 'journal.db'), database)
  writeFileSync(join(folder, 'journal.db-wal'), log)
}

/** How many are not as they were. None may be invented. */
function changedIn(records: Map<string, StoredRecord>, { records: originals }: Original): string[] {
  const changed: string[] = []
  for (const [id, record] of records) {
    try {
      assert.equal(record, originals.get(id))
    } catch {
      changed.push(id)
    }
  }
  return changed
}

type Damage = (files: Files, random: () => number) => Partial<{ logFrom: number; silent: number }>

const at = (random: () => number, length: number) => Math.floor(random() * length)

function flip(bytes: Buffer, random: () => number, count: number): number {
  let first = bytes.length
  for (let left = count; left > 0; left -= 1) {
    const place = at(random, bytes.length)
    bytes[place] = (bytes[place] as number) ^ (1 << at(random, 8))
    first = Math.min(first, place)
  }
  return first
}

function page(bytes: Buffer, random: () => number): Buffer {
  const number = at(random, bytes.length / PAGE)
  return bytes.subarray(number * PAGE, (number + 1) * PAGE)
}

const damages: Record<string, { damage: Damage; times: number }> = {
  'a log that is cut': {
    times: 10,
    damage: (files, random) => {
      files.log = files.log.subarray(0, at(random, files.log.length))
      return { logFrom: files.log.length }
    },
  },
  'bits flipped in the log': {
    times: 10,
    damage: (files, random) => ({ logFrom: flip(files.log, random, 3) }),
  },
  // SQLite has no checksum of what stands in a row: a bit of a value is not noticed.
  'bits flipped in the database': {
    times: 10,
    damage: (files, random) => {
      flip(files.database, random, 3)
      return { silent: 3 }
    },
  },
  'a page of zeros': {
    times: 10,
    damage: (files, random) => {
      page(files.database, random).fill(0)
      return {}
    },
  },
  'a page of noise': {
    times: 10,
    damage: (files, random) => {
      const bytes = page(files.database, random)
      for (let i = 0; i < bytes.length; i += 1) bytes[i] = at(random, 256)
      return {}
    },
  },
  'a database that is cut': {
    times: 10,
    damage: (files, random) => {
      files.database = files.database.subarray(0, at(random, files.database.length))
      return {}
    },
  },
}

let whole: Original | undefined

test('the journal that is to be damaged has records in rows, in blocks and in the log', async () => {
  await inFolder((folder) => {
    whole = original(folder)
    assert.is(whole.records.size, RECORDS)
    assert.ok(whole.log.length > 100 * PAGE, `${whole.log.length} bytes`)
    const lengths = whole.commits.map(({ length }) => length)
    assert.equal(
      lengths,
      [...new Set(lengths)].sort((a, b) => a - b),
      'every commit is behind',
    )
    assert.ok(whole.database.length > 100 * PAGE, `${whole.database.length} bytes`)
  })
})

for (const [kind, { damage, times }] of Object.entries(damages)) {
  test(`after ${kind} it starts with what can be read`, async () => {
    const source = whole as Original
    const shares: number[] = []
    for (let seed = 1; seed <= times; seed += 1) {
      const random = chance(seed * 977)
      const files = { database: Buffer.from(source.database), log: Buffer.from(source.log) }
      const { logFrom, silent: quiet = 0 } = damage(files, random)
      await inFolder((folder) => {
        write(folder, files)
        const reached = logFrom ?? 0
        const sure = source.commits.filter(({ length }) => length <= reached).at(-1)?.records ?? 0
        const outcome = started(folder, { newest: logFrom === undefined ? 0 : sure })
        assert.ok(outcome.inPlace, outcome.found.join())
        const changed = changedIn(outcome.records, source)
        assert.ok(changed.length <= quiet, `seed ${seed}: ${changed.length} changed`)
        if (logFrom !== undefined) {
          assert.equal(outcome.found, [])
          assert.ok(outcome.records.size >= Math.max(sure, FIRST), `seed ${seed}`)
        }
        shares.push(outcome.records.size / RECORDS)
      })
    }
    const share = shares.reduce((sum, each) => sum + each, 0) / shares.length
    if (kind.startsWith('a page')) assert.ok(share > 0.8, `${share} of the records were saved`)
  })
}

/** What becomes of the journal when its files are changed so. */
async function after(
  change: (folder: string, files: Files) => void,
  check: (outcome: Outcome, folder: string) => void,
): Promise<void> {
  const { database, log } = whole as Original
  await inFolder((folder) => {
    const files = { database: Buffer.from(database), log: Buffer.from(log) }
    change(folder, files)
    const outcome = started(folder, { newest: 0 })
    assert.equal(changedIn(outcome.records, whole as Original), [])
    check(outcome, folder)
  })
}

test('a header that is destroyed costs no record', () =>
  after(
    (folder, files) => {
      files.database.fill(0x5a, 0, 100)
      write(folder, { ...files, log: Buffer.alloc(0) })
    },
    ({ found, records }) => {
      assert.is(records.size, FIRST)
      assert.match(found.join(), /^The journal was damaged \(file is not a database\): all 4,700/)
    },
  ))

test('a first page that is lost costs no record', () =>
  after(
    (folder, files) => {
      files.database.fill(0, 0, PAGE)
      write(folder, { ...files, log: Buffer.alloc(0) })
    },
    ({ records }) => assert.is(records.size, FIRST),
  ))

test('a name in the list of tables that is damaged costs no record', () =>
  after(
    (folder, files) => {
      const { database } = files
      const text = 'latitude REAL,'
      // Pages that were split or moved leave it behind as well.
      for (let at = database.indexOf(text); at >= 0; at = database.indexOf(text, at + 1)) {
        database[at + text.length - 2] = 0xff
      }
      write(folder, { database, log: Buffer.alloc(0) })
    },
    ({ found, records }) => {
      assert.match(found.join(), /malformed database schema/)
      assert.is(records.size, FIRST)
    },
  ))

/** The database, as if it had not come to an orderly end. */
function withoutMark(path: string): Buffer {
  const database = openDatabase(path, { readOnly: false })
  database.exec("DELETE FROM meta WHERE key = 'clean'; PRAGMA wal_checkpoint(TRUNCATE)")
  database.close()
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  return readFileSync(path)
}

for (const table of ['record', 'block', 'event']) {
  test(`the page that leads to all others of the table ${table} costs nothing`, () =>
    after(
      (folder, files) => {
        write(folder, { ...files, log: Buffer.alloc(0) })
        const path = join(folder, 'journal.db')
        const [row] = rowsOf(path, `SELECT rootpage FROM sqlite_master WHERE name = '${table}'`)
        const root = (Number(row?.rootpage) - 1) * PAGE
        const database = withoutMark(path)
        // A leaf has its rows on it.
        assert.is(database[root], 5, `${table} is a tree`)
        database.fill(0, root, root + PAGE)
        write(folder, { database, log: Buffer.alloc(0) })
      },
      ({ found, records }) => {
        assert.is(records.size, FIRST)
        assert.is(found.length, 1)
        assert.match(found.join(), /all 4,700 records .* all 188 events that were found were saved/)
      },
    ))
}

test('a file of zeros is kept, and a new journal begun', () =>
  after(
    (folder) => writeFileSync(join(folder, 'journal.db'), Buffer.alloc(100_000)),
    ({ found, records, inPlace }, folder) => {
      assert.ok(inPlace)
      assert.is(records.size, 0)
      assert.match(found.join(), /none of its records could be read; the damaged file is kept as/)
      assert.is(readdirSync(folder).filter((name) => name.includes('.damaged-')).length, 1)
    },
  ))

test('half a file gives what stands in it', () =>
  after(
    (folder, files) => {
      write(folder, { ...files, database: files.database.subarray(0, files.database.length / 2) })
    },
    ({ records, inPlace }) => {
      assert.ok(inPlace)
      assert.ok(records.size > RECORDS / 2, `${records.size}`)
    },
  ))

test('the log of another database is left out', () =>
  after(
    (folder, files) => {
      const other = join(folder, 'other')
      mkdirSync(other)
      const stranger = new Journal(optionsOf(other))
      for (let number = 0; number < 500; number += 1) {
        stranger.append(newRecord(number, { boot: 'other' }), checkpointOf())
      }
      stranger.commit()
      const log = readFileSync(join(other, 'journal.db-wal'))
      stranger.stop()
      write(folder, { ...files, log })
    },
    ({ found, records }) => {
      assert.is(records.size, FIRST)
      assert.match(found.join(), /all 4,700 records that were found were saved/)
    },
  ))

test('an empty file, an empty log and no file are a new journal', async () => {
  for (const write of [
    (folder: string) => writeFileSync(join(folder, 'journal.db'), ''),
    (folder: string) => writeFileSync(join(folder, 'journal.db-wal'), ''),
    () => undefined,
  ]) {
    await after(write, ({ found, records, inPlace }) => {
      assert.ok(inPlace)
      assert.equal(found, [])
      assert.is(records.size, 0)
    })
  }
})

test('a folder in the place of the journal, or a link to nowhere, gives a temporary journal', async () => {
  for (const make of [
    (folder: string) => mkdirSync(join(folder, 'journal.db')),
    (folder: string) => symlinkSync('/nowhere/at/all.db', join(folder, 'journal.db')),
  ]) {
    await after(make, ({ found, inPlace }) => {
      assert.not.ok(inPlace)
      assert.match(
        found.join(),
        /^The journal cannot be used \(.*records go to .*lost with the next/,
      )
    })
  }
})

test('where no new journal can be written the damaged one stays, and there is a temporary one', () =>
  after(
    (folder) => {
      writeFileSync(join(folder, 'journal.db'), Buffer.alloc(100_000))
      // What stands in the way of a new file, for root may write to any folder.
      mkdirSync(join(folder, 'journal.db.salvaged'))
    },
    ({ found, inPlace }, folder) => {
      assert.not.ok(inPlace)
      assert.match(
        found.join(),
        /cannot be used \(it is damaged: file is not a database; .*records go/,
      )
      assert.is(statSync(join(folder, 'journal.db')).size, 100_000)
    },
  ))

test('of a damaged journal of the first version the place that the broker had is saved as well', () =>
  inFolder((folder) => {
    const path = join(folder, 'journal.db')
    const old = openDatabase(path, { readOnly: false })
    old.exec(`CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) STRICT;
      INSERT INTO meta VALUES ('version', '1');
      CREATE TABLE cursor (sink TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO cursor VALUES ('mqtt', 77);
      CREATE TABLE vehicle_state (vehicle TEXT PRIMARY KEY, status TEXT NOT NULL,
        odometer TEXT NOT NULL, stored INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO vehicle_state VALUES ('van', '{"a":', '{}', 1), ('truck', '{}', '{}', 2);`)
    old.close()
    const found: string[] = []
    const journal = openJournal(optionsOf(folder), (sentence) => found.push(sentence))
    assert.match(found.join(), /1 rows of vehicle_state hold a status that is no JSON/)
    assert.equal(journal.lanes('mqtt'), { live: 77, backlog: [] })
    assert.is(journal.checkpoint('van'), undefined)
    assert.equal(journal.checkpoint('truck')?.status, {})
    assert.is(journal.newest(), 77)
    journal.stop()
  }))

test('a journal of a later version stays as it is', () =>
  after(
    (folder) => {
      write(folder, { ...(whole as Original), log: Buffer.alloc(0) })
      const database = openDatabase(join(folder, 'journal.db'), { readOnly: false })
      database.exec("UPDATE meta SET value = '99' WHERE key = 'version'")
      database.close()
    },
    ({ found, inPlace }, folder) => {
      assert.not.ok(inPlace)
      assert.match(found.join(), /was written by a later version \(format 99/)
      const [row] = rowsOf(join(folder, 'journal.db'), 'SELECT count(*) AS n FROM record')
      assert.is(row?.n, FIRST - SEALED)
    },
  ))

test('after an orderly end nothing is checked, after another one everything', () =>
  inFolder((folder) => {
    const path = join(folder, 'journal.db')
    const files = { database: Buffer.from((whole as Original).database), log: Buffer.alloc(0) }
    const { start } = damagedRowOf(files.database)
    files.database.fill(0xff, start, start + 4)
    write(folder, files)
    const clean = openJournal(optionsOf(folder), assert.unreachable)
    // It ends as if the power had been cut: nothing is written any more.
    const { database, log } = { database: readFileSync(path), log: readFileSync(`${path}-wal`) }
    clean.stop()
    mkdirSync(join(folder, 'second'))
    write(join(folder, 'second'), { database, log })
    const found: string[] = []
    openJournal(optionsOf(join(folder, 'second')), (sentence) => found.push(sentence)).stop()
    assert.is(found.length, 1)
    assert.match(found.join(), /^The journal was damaged .*4,6\d\d of about 4,700 records/)
  }))

/** The page on which the row of a record stands that is looked for by nothing at the start. */
function damagedRowOf(database: Buffer): { start: number } {
  const id = recordNumber(3500).id
  for (let start = 0; start < database.length; start += PAGE) {
    const isLeaf = database[start] === 13
    if (isLeaf && database.subarray(start, start + PAGE).includes(id)) return { start }
  }
  throw new Error('the row is not there')
}

test('what else the journal holds comes along', () =>
  inFolder((folder) => {
    const files = { database: Buffer.from((whole as Original).database), log: Buffer.alloc(0) }
    files.database.fill(0, 0, PAGE)
    write(folder, files)
    const journal = openJournal(optionsOf(folder), () => undefined)
    assert.equal(journal.lanes('mqtt'), { live: 3900, backlog: [{ from: 100, to: 200 }] })
    assert.is(journal.events.cursor('mqtt-events'), 20)
    assert.equal(journal.kept('dtc', 'van'), { codes: ['P0420'] })
    assert.is(journal.vehicles().length, 1)
    assert.is(journal.events.read(0, 1000).length, FIRST / 25)
    assert.is(kmOf(journal.checkpoint('van')), FIRST - 1)
    assert.equal(journal.counters('van'), countersOf(FIRST - 1))
    journal.stop()
    const slots = 'SELECT count(*) AS n, sum(last) AS total FROM counter_slot'
    const [row] = rowsOf(join(folder, 'journal.db'), slots)
    assert.equal({ ...row }, expectedSlots())
  }))

/** What `fill` leaves in slots up to FIRST. */
function expectedSlots(): object {
  const last = new Map<string, number>()
  for (let index = 0; index < FIRST; index += 1) {
    const { vehicle, time } = recordNumber(index)
    last.set(`${vehicle} ${Math.floor(time / SLOT_MS)}`, index)
  }
  return { n: last.size, total: [...last.values()].reduce((sum, index) => sum + index, 0) }
}

test('run totals that are no JSON any more go on from their slots; the rest of the state stays', () =>
  inFolder((folder) => {
    const path = join(folder, 'journal.db')
    write(folder, { ...(whole as Original), log: Buffer.alloc(0) })
    const database = openDatabase(path, { readOnly: false })
    database.exec(`DELETE FROM meta WHERE key = 'clean';
      UPDATE vehicle_state SET counters = '{"fuel' WHERE vehicle = 'van'`)
    database.close()
    const found: string[] = []
    const journal = openJournal(optionsOf(folder), (sentence) => found.push(sentence))
    assert.match(found.join(), /1 rows of vehicle_state hold a counters that is no JSON/)
    assert.is(kmOf(journal.checkpoint('van')), FIRST - 1)
    assert.is(journal.counters('van').fuelUsed?.total, FIRST - 1)
    assert.is(journal.counters('van').fuelUsed?.estimated, false)
    journal.stop()
  }))

test('three damaged files are kept, the oldest go', () =>
  inFolder((folder) => {
    for (let year = 2001; year <= 2005; year += 1) {
      writeFileSync(join(folder, `journal.db.damaged-${year}-01-01T00-00-00-000Z`), 'old')
      writeFileSync(join(folder, `journal.db.damaged-${year}-01-01T00-00-00-000Z-wal`), 'old')
    }
    writeFileSync(join(folder, 'journal.db'), Buffer.alloc(100_000))
    openJournal(optionsOf(folder), () => undefined).stop()
    const kept = readdirSync(folder).filter((name) => name.includes('.damaged-'))
    assert.is(kept.filter((name) => !name.endsWith('-wal')).length, 3)
    assert.equal(
      kept.filter((name) => name.endsWith('-wal')).map((name) => name.slice(19, 23)),
      ['2004', '2005'],
    )
  }))

test('a repair that was cut off begins again, or is brought to its end', async () => {
  await after(
    (folder, files) => {
      write(folder, { ...files })
      writeFileSync(join(folder, 'journal.db.salvaged'), 'half of it')
    },
    ({ records, found }, folder) => {
      assert.is(records.size, RECORDS)
      assert.equal(found, [])
      assert.not.ok(existsSync(join(folder, 'journal.db.salvaged')))
    },
  )
  await after(
    (folder, files) => {
      writeFileSync(join(folder, 'journal.db.salvaged'), files.database)
      writeFileSync(join(folder, 'journal.db-wal'), files.log)
    },
    ({ records, found }) => {
      assert.is(records.size, FIRST)
      assert.equal(found, [])
    },
  )
})

test.run()
