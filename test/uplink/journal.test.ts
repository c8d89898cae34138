import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { mock } from 'node:test'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Database, openDatabase } from '../../src/database/sqlite.ts'
import { OdographError } from '../../src/model/errors.ts'
import type { Quality, SignalValue } from '../../src/model/reading.ts'
import type { ClockTrust, NewRecord, SignalState } from '../../src/model/record.ts'
import { type SignalName, signalNames, signals } from '../../src/model/signals.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { columnSignals, migrate, SLOT_MS } from '../../src/uplink/store/schema.ts'
import {
  checkpointOf,
  inFolder,
  kmOf,
  newRecord,
  openJournal,
  pointAt,
  START,
} from '../support/journal-records.ts'
import { MemoryLogger } from '../support/mqtt-fixtures.ts'

const databaseOf = (folder: string) => openDatabase(join(folder, 'journal.db'), { readOnly: false })

function inDatabase<T>(folder: string, run: (database: Database) => T): T {
  const database = databaseOf(folder)
  try {
    return run(database)
  } finally {
    database.close()
  }
}

type DatabaseClass = new (...args: unknown[]) => Database
type SqliteModule = { DatabaseSync: DatabaseClass }

/** Puts another class in the place of the SQLite that `sqlite.ts` will find; returns the way back. */
function replaceSqlite(replace: (original: DatabaseClass) => DatabaseClass): () => void {
  const builtin = process.getBuiltinModule?.('node:sqlite') as SqliteModule | undefined
  if (builtin !== undefined) {
    const original = builtin.DatabaseSync
    builtin.DatabaseSync = replace(original)
    return () => {
      builtin.DatabaseSync = original
    }
  }
  const require = createRequire(import.meta.url)
  const original = require('@photostructure/sqlite') as SqliteModule
  const cached = require.cache[require.resolve('@photostructure/sqlite')] as NodeJS.Module
  cached.exports = { DatabaseSync: replace(original.DatabaseSync) }
  return () => {
    cached.exports = original
  }
}

/** Opens a journal and takes hold of its own connection, where a disk can be made to fail. */
function openHooked(folder: string, options: Parameters<typeof openJournal>[1] = {}) {
  let connection: Database | undefined
  const restore = replaceSqlite(
    (Original) =>
      class extends Original {
        constructor(...args: unknown[]) {
          super(...args)
          connection = this
        }
      },
  )
  try {
    const journal = openJournal(folder, options)
    return { journal, connection: connection as unknown as Database }
  } finally {
    restore()
  }
}

function append(journal: Journal, from: number, to: number, fields: Partial<NewRecord> = {}): void {
  for (let n = from; n < to; n += 1) journal.append(newRecord(n, fields), checkpointOf(n))
}

const numbersOf = (journal: Journal) => journal.read(0, 1_000_000).map(({ number }) => number)
const seqsOf = (journal: Journal) => journal.read(0, 1_000_000).map(({ seq }) => seq)

/** A value that the signal can have and that no rounding leaves alone by chance. */
function someValue(name: SignalName): SignalValue {
  const { type, min = 0, max = 1 } = signals[name]
  if (type === 'text') return `${name} "quoted" 'ö' \u{1f69a} \\ \n`
  if (type === 'boolean') return true
  return min + (max - min) / 3
}

// ── round trips ─────────────────────────────────────────────────────────────────────────────

const trusts: ClockTrust[] = ['none', 'rtc', 'network', 'gnss', 'recorded']
const everything = Object.fromEntries(signalNames.map((name) => [name, someValue(name)]))

const roundTrips: [name: string, fields: Partial<NewRecord>][] = [
  ['every signal at once', { data: everything }],
  ...signalNames.map((name): [string, Partial<NewRecord>] => [
    `${name} alone`,
    { data: { [name]: someValue(name) } },
  ]),
  ...columnSignals.map((name): [string, Partial<NewRecord>] => [
    `a ${name} of 0, which is not "unknown"`,
    { data: { [name]: 0 } },
  ]),
  ['no signal', { data: {} }],
  ['numbers that are no decimal fractions', { data: { latitude: 0.1 + 0.2, longitude: -1e-7 } }],
  ['the greatest odometer', { data: { odometer: 10_000_000 } }],
  ['an empty text', { data: { vin: '' } }],
  ...trusts.map((clockTrust): [string, Partial<NewRecord>] => [
    `clock trust ${clockTrust}`,
    { clockTrust },
  ]),
  ...(['estimated', 'stale', 'absent', 'error'] satisfies Quality[]).map(
    (quality): [string, Partial<NewRecord>] => [
      `quality ${quality}`,
      { quality: { speed: quality, intakeTemp: quality } },
    ],
  ),
  ['qualities of every signal', { quality: Object.fromEntries(signalNames.map((n) => [n, 'ok'])) }],
  ['a time before 1970', { time: -86_400_001, receivedAt: -1, monotonic: 0 }],
  ['the year 2255', { time: 9_007_199_254_740, receivedAt: 9_007_199_254_741 }],
  ['names with every kind of character', { vehicle: "o'Brien; --", source: 'can0/"é"', boot: '' }],
]

for (const [name, fields] of roundTrips) {
  test(`${name} comes back as it was stored, also after a restart`, () =>
    inFolder((folder) => {
      const record = newRecord(3, fields)
      const journal = openJournal(folder)
      journal.append(record, checkpointOf())
      assert.ok(journal.commit())
      assert.equal(journal.read(0, 10), [{ seq: 1, ...record }])
      journal.stop()
      const again = openJournal(folder)
      assert.equal(again.read(0, 10), [{ seq: 1, ...record }])
      again.stop()
    }))
}

test('common signals stand in columns of their own, all others in one, and NULL is unknown', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    journal.append(newRecord(0, { data: everything }), checkpointOf())
    journal.append(newRecord(1, { data: {} }), checkpointOf())
    journal.stop()
    const [full, empty] = inDatabase(folder, (db) => db.prepare('SELECT * FROM record').all())
    for (const name of columnSignals) {
      assert.is(full?.[name], everything[name])
      assert.is(empty?.[name], null)
    }
    assert.equal(
      Object.keys(JSON.parse(String(full?.rest))),
      signalNames.filter((name) => !signals[name].column),
    )
    assert.is(empty?.rest, null)
    assert.is(empty?.quality, null)
  }))

test('a value that is not a number is unknown', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    journal.append(newRecord(0, { data: { speed: Number.NaN, odometer: 5 } }), checkpointOf())
    assert.ok(journal.commit())
    assert.equal(journal.read(0, 1)[0]?.data, { odometer: 5 })
    journal.stop()
  }))

// ── places ──────────────────────────────────────────────────────────────────────────────────

test('a repeat of an id is ignored: the first stays, in whatever commit the repeat comes', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    append(journal, 0, 3)
    append(journal, 0, 3, { data: { speed: 99 } })
    journal.commit()
    append(journal, 0, 3, { data: { speed: 98 } })
    journal.commit()
    assert.equal(
      journal.read(0, 100).map(({ number, data }) => [number, data.speed]),
      [
        [0, 0],
        [1, 0.1],
        [2, 0.2],
      ],
    )
    journal.stop()
  }))

test('repeats leave no holes in the places, and the count of records is true', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    append(journal, 0, 3)
    journal.commit()
    for (let round = 0; round < 4; round += 1) {
      append(journal, 0, 3)
      journal.commit()
    }
    append(journal, 1, 5)
    journal.commit()
    assert.equal(seqsOf(journal), [1, 2, 3, 4, 5])
    assert.is(journal.health().records, 5)
    journal.stop()
  }))

test('the odometer of a repeat is not counted again', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    const point = pointAt(START, 1)
    journal.append(newRecord(0), checkpointOf(), [point])
    journal.commit()
    journal.append(newRecord(0), checkpointOf(), [point])
    journal.stop()
    const slots = inDatabase(folder, (db) => db.prepare('SELECT * FROM distance_slot').all())
    assert.is(slots.length, 1)
    assert.is(slots[0]?.km, 0)
  }))

test('places grow and are never used twice, not even those of removed records', () =>
  inFolder((folder) => {
    const first = openJournal(folder)
    append(first, 0, 5)
    first.stop()
    inDatabase(folder, (db) => db.exec('DELETE FROM record WHERE seq >= 3'))
    const second = openJournal(folder)
    append(second, 5, 7)
    second.commit()
    assert.equal(seqsOf(second), [1, 2, 6, 7])
    second.stop()
    inDatabase(folder, (db) => db.exec('DELETE FROM record'))
    const third = openJournal(folder)
    append(third, 7, 8)
    third.commit()
    assert.equal(seqsOf(third), [8])
    assert.is(third.health().records, 1)
    third.stop()
  }))

test('a commit that failed uses up no places', () =>
  inFolder((folder) => {
    const { journal, connection } = openHooked(folder)
    append(journal, 0, 2)
    journal.commit()
    connection.exec('PRAGMA max_page_count = 1')
    append(journal, 2, 400)
    assert.not(journal.commit())
    assert.not(journal.commit())
    connection.exec('PRAGMA max_page_count = 1000000')
    assert.ok(journal.commit())
    assert.equal(
      seqsOf(journal),
      Array.from({ length: 400 }, (_, index) => index + 1),
    )
    journal.stop()
  }))

test('records are read in order, after a place, at most as many as asked for', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (const number of [4, 2, 9, 0]) journal.append(newRecord(number), checkpointOf())
    journal.commit()
    assert.equal(numbersOf(journal), [4, 2, 9, 0])
    const cases: [after: number, limit: number, seqs: number[]][] = [
      [0, 2, [1, 2]],
      [2, 2, [3, 4]],
      [3, 100, [4]],
      [4, 100, []],
      [99, 1, []],
      [0, 0, []],
    ]
    for (const [after, limit, seqs] of cases) {
      assert.equal(
        journal.read(after, limit).map(({ seq }) => seq),
        seqs,
      )
    }
    journal.stop()
  }))

// ── checkpoints ─────────────────────────────────────────────────────────────────────────────

const state = (value: number, time: number): SignalState => ({
  value,
  quality: 'ok',
  time,
  source: 'can0',
  sender: 0,
  rank: 0,
})

test('the checkpoint is stored in the same commit as its record, or not at all', () =>
  inFolder((folder) => {
    const { journal, connection } = openHooked(folder, { now: () => START + 5 })
    assert.is(journal.checkpoint('van'), undefined)
    assert.is(journal.storedAt('van'), undefined)
    const checkpoint = checkpointOf(12.5, { speed: state(3, 7) })
    journal.append(newRecord(0), checkpoint)
    assert.is(journal.checkpoint('van'), undefined)
    connection.exec('PRAGMA query_only = 1')
    assert.not(journal.commit())
    assert.is(journal.checkpoint('van'), undefined)
    assert.is(journal.storedAt('van'), undefined)
    connection.exec('PRAGMA query_only = 0')
    assert.ok(journal.commit())
    assert.equal(journal.checkpoint('van'), checkpoint)
    assert.is(Math.floor((journal.storedAt('van') ?? 0) / 1000), START + 5)
    journal.stop()
    const again = openJournal(folder)
    assert.equal(again.checkpoint('van'), checkpoint)
    assert.is(Math.floor((again.storedAt('van') ?? 0) / 1000), START + 5)
    assert.is(again.storedAt('bus'), undefined)
    again.stop()
  }))

for (const [name, between] of [
  ['in commits of their own', (journal: Journal) => void journal.commit()],
  ['in one commit', () => undefined],
] as const) {
  test(`of two checkpoints ${name} the newest of each signal is kept`, () =>
    inFolder((folder) => {
      const journal = openJournal(folder)
      const live = { speed: state(50, 900), odometer: state(1000, 100) }
      const recorded = { speed: state(10, 200), odometer: state(1001, 300), vin: state(1, 1) }
      journal.append(newRecord(0), checkpointOf(1, live))
      between(journal)
      journal.append(newRecord(1), checkpointOf(2, recorded))
      journal.commit()
      assert.equal(
        journal.checkpoint('van'),
        checkpointOf(2, { speed: live.speed, odometer: recorded.odometer, vin: recorded.vin }),
      )
      journal.stop()
    }))
}

test('vehicles have checkpoints of their own', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    journal.append(newRecord(0), checkpointOf(1))
    journal.append(newRecord(0, { vehicle: 'bus' }), checkpointOf(2))
    journal.commit()
    assert.is(kmOf(journal.checkpoint('van')), 1)
    assert.is(kmOf(journal.checkpoint('bus')), 2)
    journal.stop()
  }))

// ── commits ─────────────────────────────────────────────────────────────────────────────────

test('nothing is on the card before a commit, and everything appended is after it', () =>
  inFolder((folder) => {
    let committed = 0
    const journal = openJournal(folder, { committed: () => (committed += 1) })
    const stored = () =>
      inDatabase(folder, (db) => db.prepare('SELECT count(*) AS n FROM record').get()?.n)
    append(journal, 0, 10)
    assert.equal([stored(), journal.health().uncommitted, committed], [0, 10, 0])
    assert.ok(journal.commit())
    assert.equal([stored(), journal.health().uncommitted, committed], [10, 0, 1])
    assert.ok(journal.commit(), 'nothing to do is no failure')
    assert.is(committed, 1)
    journal.stop()
  }))

test('commits are grouped by time: one when the timer says so, none while nothing came', () =>
  inFolder((folder) => {
    mock.timers.enable({ apis: ['setInterval'] })
    try {
      let commits = 0
      const journal = openJournal(folder, { commitEvery: 5000, committed: () => (commits += 1) })
      journal.start()
      journal.start()
      append(journal, 0, 3)
      mock.timers.tick(4999)
      assert.is(commits, 0)
      mock.timers.tick(1)
      assert.is(commits, 1)
      mock.timers.tick(50_000)
      assert.is(commits, 1)
      append(journal, 3, 4)
      mock.timers.tick(5000)
      assert.is(commits, 2)
      append(journal, 4, 5)
      journal.stop()
      assert.is(commits, 3)
      mock.timers.tick(50_000)
      assert.is(commits, 3)
    } finally {
      mock.timers.reset()
    }
  }))

test('two thousand records do not wait for the timer', () =>
  inFolder((folder) => {
    let commits = 0
    const journal = openJournal(folder, { committed: () => (commits += 1) })
    append(journal, 0, 1999)
    assert.is(commits, 0)
    append(journal, 1999, 4500)
    assert.is(commits, 2)
    assert.is(journal.health().uncommitted, 500)
    journal.stop()
  }))

test('stop commits, can be called twice, and lets the process go', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    journal.start()
    append(journal, 0, 3)
    journal.stop()
    journal.stop()
    const again = openJournal(folder)
    assert.equal(numbersOf(again), [0, 1, 2])
    again.stop()
  }))

// ── a card that fails ───────────────────────────────────────────────────────────────────────

interface Trouble {
  says: RegExp
  begin(connection: Database, folder: string): () => void
}

const troubles: Record<string, Trouble> = {
  'a read-only card': {
    says: /readonly/,
    begin(connection) {
      connection.exec('PRAGMA query_only = 1')
      return () => connection.exec('PRAGMA query_only = 0')
    },
  },
  'a full card': {
    says: /full/,
    begin(connection) {
      connection.exec('PRAGMA max_page_count = 1')
      return () => connection.exec('PRAGMA max_page_count = 1000000')
    },
  },
  'a journal locked by another process': {
    says: /locked/,
    begin(connection, folder) {
      connection.exec('PRAGMA busy_timeout = 0')
      const other = databaseOf(folder)
      other.exec('BEGIN IMMEDIATE')
      return () => other.close()
    },
  },
}

for (const [name, { says, begin }] of Object.entries(troubles)) {
  test(`${name} loses nothing: records wait in memory, health says why, and they follow in order`, () =>
    inFolder((folder) => {
      const logger = new MemoryLogger()
      let commits = 0
      const { journal, connection } = openHooked(folder, {
        logger,
        committed: () => (commits += 1),
      })
      append(journal, 0, 5)
      journal.commit()
      const end = begin(connection, folder)
      for (let n = 5; n < 1205; n += 300) {
        append(journal, n, n + 300)
        assert.is(journal.commit(), false)
      }
      const { failure, uncommitted, lost, records } = journal.health()
      assert.match(failure ?? '', says)
      assert.equal(
        { uncommitted, lost, records, commits },
        {
          uncommitted: 1200,
          lost: 0,
          records: 5,
          commits: 1,
        },
      )
      assert.is(logger.lines.length, 1, 'the same reason is logged once')
      assert.match(logger.lines[0] ?? '', says)
      assert.is(journal.read(0, 10).length, 5, 'what is stored can be read')
      end()
      assert.ok(journal.commit())
      assert.is(journal.health().failure, undefined)
      assert.is(journal.health().uncommitted, 0)
      assert.match(logger.lines[1] ?? '', /can be written again/)
      assert.equal(
        numbersOf(journal),
        Array.from({ length: 1205 }, (_, number) => number),
      )
      assert.equal(
        inDatabase(folder, (db) => db.prepare('PRAGMA integrity_check').get()),
        inDatabase(folder, (db) => db.prepare("SELECT 'ok' AS integrity_check").get()),
      )
      journal.stop()
    }))
}

test('when nothing can be written for a day, the oldest records go, and their number is told', () =>
  inFolder((folder) => {
    const { journal, connection } = openHooked(folder)
    connection.exec('PRAGMA query_only = 1')
    append(journal, 0, 86_410)
    assert.is(journal.health().uncommitted, 86_400)
    assert.is(journal.health().lost, 10)
    connection.exec('PRAGMA query_only = 0')
    assert.ok(journal.commit())
    const [first] = journal.read(0, 1)
    assert.is(first?.number, 10)
    assert.is(journal.health().records, 86_400)
    assert.is(journal.read(86_399, 10)[0]?.number, 86_409)
    journal.stop()
  }))

const unstorable: [name: string, fields: Partial<NewRecord>][] = [
  ['a fraction where a whole number belongs', { monotonic: 1.5 }],
  ['a text where a number belongs', { data: { speed: 'fast' } }],
  ['a time that is not a number', { time: Number.NaN }],
  ['a value that no column and no JSON holds', { data: { vin: 1n as unknown as string } }],
  ['no source', { source: undefined as unknown as string }],
]

for (const [name, fields] of unstorable) {
  test(`a record with ${name} is told and left out, and does not hold up the others`, () =>
    inFolder((folder) => {
      const logger = new MemoryLogger()
      const journal = openJournal(folder, { logger })
      append(journal, 0, 2)
      journal.append(newRecord(2, fields), checkpointOf())
      append(journal, 3, 5)
      assert.ok(journal.commit())
      assert.equal(numbersOf(journal), [0, 1, 3, 4])
      assert.equal(seqsOf(journal), [1, 2, 3, 4])
      assert.is(journal.health().lost, 1)
      assert.is(journal.health().failure, undefined)
      assert.match(logger.lines[0] ?? '', /refused a record.*van-boot-1-2/)
      journal.stop()
    }))
}

// ── sinks and vehicles ──────────────────────────────────────────────────────────────────────

test('every sink has lanes of its own, which outlive a restart', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    append(journal, 0, 10)
    assert.is(journal.lanes('mqtt'), undefined)
    assert.is(journal.newest(), 0, 'what is not committed is not there yet')
    journal.commit()
    assert.is(journal.newest(), 10)
    journal.saveLanes('mqtt', { live: 4, backlog: [] })
    journal.saveLanes('export', { live: 9, backlog: [] })
    const backlog = [
      { from: 0, to: 2 },
      { from: 3, to: 7 },
    ]
    journal.saveLanes('mqtt', { live: 7, backlog })
    journal.stop()
    const again = openJournal(folder)
    assert.equal(
      ['mqtt', 'export', 'other'].map((sink) => again.lanes(sink)),
      [{ live: 7, backlog }, { live: 9, backlog: [] }, undefined],
    )
    assert.is(again.newest(), 10)
    again.stop()
  }))

test('the last record that was received outside a time is found from the newest downwards', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    append(journal, 0, 10)
    journal.commit()
    const received = journal.read(0, 10).map(({ receivedAt }) => receivedAt)
    const [first = 0, last = 0] = [received[0], received[9]]
    assert.is(journal.lastReceivedOutside(0, first, last), undefined)
    assert.is(journal.lastReceivedOutside(0, first + 1, last), 1)
    assert.is(journal.lastReceivedOutside(1, first + 1, last), undefined)
    assert.is(journal.lastReceivedOutside(0, received[6] ?? 0, last), 6)
    assert.is(journal.lastReceivedOutside(0, first, last - 1), 10, 'a time to come')
    journal.stop()
  }))

const van = { id: 'van', tokenId: '17', userDeviceId: '2CRmDbXBHTVYHbVbTpVbZZZZZZZ' }
const bus = { id: 'bus', tokenId: '18', userDeviceId: '2CRmDbXBHTVYHbVbTpVbZZZZZZY' }

test('the ids of vehicles are kept, and may change', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    assert.equal(journal.vehicles(), [])
    journal.saveVehicle(van)
    journal.saveVehicle(bus)
    journal.saveVehicle({ ...van, tokenId: '99', userDeviceId: 'x' })
    journal.saveVehicle({ ...bus, tokenId: '17' })
    journal.stop()
    const again = openJournal(folder)
    assert.equal(again.vehicles(), [
      { ...bus, tokenId: '17' },
      { id: 'van', tokenId: '99', userDeviceId: 'x' },
    ])
    again.stop()
  }))

const conflicts: [name: string, vehicle: typeof van][] = [
  ['the tokenId', { ...bus, tokenId: van.tokenId }],
  ['the userDeviceId', { ...bus, userDeviceId: van.userDeviceId }],
]

for (const [name, vehicle] of conflicts) {
  for (const kept of [[van], [bus, van]]) {
    const which = kept.length === 1 ? 'a new one' : 'one that is kept'
    test(`${name} of one vehicle cannot be given to ${which}`, () =>
      inFolder((folder) => {
        const journal = openJournal(folder)
        for (const known of kept) journal.saveVehicle(known)
        assert.throws(
          () => journal.saveVehicle(vehicle),
          (error: OdographError) =>
            error.code === 'config-invalid' &&
            error.subject === 'vehicle bus' &&
            /another vehicle/.test(error.message),
        )
        assert.equal(journal.vehicles(), kept)
        journal.stop()
      }))
  }
}

test('a card that cannot be written is not blamed on the ids of a vehicle', () =>
  inFolder((folder) => {
    const { journal, connection } = openHooked(folder)
    connection.exec('PRAGMA query_only = 1')
    assert.throws(
      () => journal.saveVehicle(van),
      (error: OdographError) => error.code === 'store-failed' && /readonly/.test(error.message),
    )
    connection.exec('PRAGMA query_only = 0')
    journal.stop()
  }))

test('ids that are kept already are not written again', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    journal.saveVehicle(van)
    const log = () => statSync(join(folder, 'journal.db-wal')).size
    const before = log()
    journal.saveVehicle(van)
    assert.is(log(), before)
    journal.stop()
  }))

// ── odometer slots ──────────────────────────────────────────────────────────────────────────

/** `slot`: ms of its first reading and of its last one, km. */
const slotCases: [name: string, points: [ms: number, km: number][], slot: number[]][] = [
  ['one point is first and last', [[5, 1]], [5, 5, 0]],
  [
    'later points move the last',
    [
      [5, 1],
      [9, 1.5],
      [20, 2],
    ],
    [5, 20, 1],
  ],
  [
    'a late point inside changes neither end',
    [
      [5, 1],
      [20, 2],
      [9, 1.5],
    ],
    [5, 20, 1],
  ],
  [
    'a late point before the first becomes the first',
    [
      [5, 1.5],
      [20, 2.5],
      [1, 1],
    ],
    [1, 20, 1.5],
  ],
  [
    'of two at the same moment the second is the last',
    [
      [5, 1],
      [5, 2],
    ],
    [5, 5, 1],
  ],
]

for (const [name, points, expected] of slotCases) {
  for (const grouped of [true, false]) {
    test(`in a slot ${name} (${grouped ? 'one commit' : 'a commit each'})`, () =>
      inFolder((folder) => {
        const journal = openJournal(folder)
        for (const [index, [ms, travelled]] of points.entries()) {
          journal.append(newRecord(index), checkpointOf(), [pointAt(START + ms, travelled)])
          if (!grouped) journal.commit()
        }
        journal.stop()
        const rows = inDatabase(folder, (db) => db.prepare('SELECT * FROM distance_slot').all())
        assert.is(rows.length, 1)
        const [row] = rows
        assert.is(row?.slot, START / SLOT_MS)
        assert.equal(
          [Number(row?.first_time) - START, Number(row?.last_time) - START, row?.km],
          expected,
        )
      }))
  }
}

test('a quarter of an hour ends before its last millisecond is over', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (const [index, time] of [START - 1, START, START + SLOT_MS - 1].entries()) {
      journal.append(newRecord(index), checkpointOf(), [pointAt(time, index)])
    }
    journal.stop()
    const rows = inDatabase(folder, (db) => db.prepare('SELECT slot FROM distance_slot').all())
    const slot = START / SLOT_MS
    assert.equal(
      rows.map((row) => row.slot),
      [slot - 1, slot],
    )
  }))

// ── the file ────────────────────────────────────────────────────────────────────────────────

test('the columns are the signals that the signal table gives one, all of them numbers', () => {
  assert.equal(
    [...columnSignals],
    signalNames.filter((name) => signals[name].column),
  )
  for (const name of columnSignals) assert.is(signals[name].type, 'number', name)
})

test('an empty file becomes a journal, and one that is whole stays as it is', () =>
  inFolder((folder) => {
    const path = join(folder, 'journal.db')
    writeFileSync(path, '')
    const journal = openJournal(folder)
    append(journal, 0, 1)
    journal.stop()
    const version = () =>
      inDatabase(folder, (db) => db.prepare("SELECT value FROM meta WHERE key = 'version'").get())
    assert.is(version()?.value, '6')
    const again = openJournal(folder)
    assert.equal(numbersOf(again), [0])
    again.stop()
    assert.is(version()?.value, '6')
  }))

test('a journal opens while another process is writing to it', () =>
  inFolder((folder) => {
    const first = openJournal(folder)
    append(first, 0, 3)
    first.stop()
    const other = databaseOf(folder)
    other.exec('BEGIN IMMEDIATE')
    const before = performance.now()
    const journal = openJournal(folder)
    assert.ok(performance.now() - before < 4000, 'without waiting for it')
    assert.equal(numbersOf(journal), [0, 1, 2])
    other.close()
    journal.stop()
  }))

test('a migration that fails leaves nothing of itself, says why, and can be tried again', () =>
  inFolder((folder) => {
    const database = databaseOf(folder)
    database.exec('PRAGMA max_page_count = 4')
    assert.throws(() => migrate(database, 'journal.db'), /full/)
    const tables = () => database.prepare('SELECT name FROM sqlite_master').all()
    assert.equal(tables(), [])
    database.exec('PRAGMA max_page_count = 1000')
    migrate(database, 'journal.db')
    assert.ok(tables().length > 6)
    database.close()
  }))

test('commits reach the card before they return, and the log does not stay large', () =>
  inFolder((folder) => {
    const { journal, connection } = openHooked(folder)
    const pragma = (name: string) =>
      Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0]
    assert.is(pragma('journal_mode'), 'wal')
    assert.is(pragma('synchronous'), 2)
    assert.is(pragma('journal_size_limit'), 8_388_608)
    journal.stop()
  }))

const unusable: [name: string, make: (path: string) => void, says: RegExp][] = [
  [
    'a file of a later version',
    (path) => {
      const database = openDatabase(path, { readOnly: false })
      migrate(database, path)
      database.exec("UPDATE meta SET value = '7'")
      database.close()
    },
    /later version \(format 7, this one knows 6\)/,
  ],
  [
    'a file of a version that is no number',
    (path) => {
      const database = openDatabase(path, { readOnly: false })
      migrate(database, path)
      database.exec("UPDATE meta SET value = 'two'")
      database.close()
    },
    /version/,
  ],
  [
    'a database that lacks a table',
    (path) => {
      const database = openDatabase(path, { readOnly: false })
      migrate(database, path)
      database.exec('DROP TABLE vehicle_state')
      database.close()
    },
    /no such table/,
  ],
  ['a file that is no database', (path) => writeFileSync(path, 'x'.repeat(5000)), /not a database/],
  ['a folder', (path) => mkdirSync(path), /cannot be opened/],
]

for (const [name, make, says] of unusable) {
  test(`${name} is refused with an error that names it, every time`, () =>
    inFolder((folder) => {
      const path = join(folder, 'journal.db')
      make(path)
      for (let attempt = 0; attempt < 2; attempt += 1) {
        assert.throws(
          () => openJournal(folder),
          (error: unknown) =>
            error instanceof OdographError &&
            error.code === 'store-failed' &&
            error.subject === path &&
            says.test(error.message),
        )
      }
    }))
}

test('a path in a folder that does not exist is refused with an error that names it', () => {
  assert.throws(
    () => openJournal('/no/such/folder'),
    (error: OdographError) => error.code === 'store-failed' && /\/no\/such/.test(error.message),
  )
})

test('processes that open a new file at the same moment all get a journal', () =>
  inFolder(async (folder) => {
    const support = new URL('../support/journal-records.ts', import.meta.url).href
    const script = `
      const { openJournal } = await import('${support}')
      process.stdout.write('ready')
      await new Promise((resolve) => process.stdin.once('data', resolve))
      for (let i = 0; i < 10; i++) openJournal(process.argv[1] + '/' + i).stop()
      process.exit()`
    for (let i = 0; i < 10; i += 1) mkdirSync(join(folder, String(i)))
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, folder]
    const children = Array.from({ length: 4 }, () => spawn(process.execPath, args))
    const ended = children.map(async (child) => {
      let errors = ''
      child.stderr.on('data', (data) => (errors += data))
      const code = await new Promise((resolve) => child.on('close', resolve))
      assert.is(code, 0, errors)
    })
    await Promise.all(
      children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))),
    )
    for (const child of children) child.stdin.write('go\n')
    await Promise.all(ended)
  }))

const SCHEMA = new URL('../fixtures/journal-schema.sql', import.meta.url)

test('the schema is this one; a change needs a migration', () =>
  inFolder((folder) => {
    openJournal(folder).stop()
    const rows = inDatabase(folder, (db) =>
      db
        .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'")
        .all(),
    )
    const text = rows.map(({ sql }) => String(sql).replace(/\s+/g, ' ')).sort()
    assert.is(`${text.join('\n')}\n`, readFileSync(SCHEMA, 'utf8'))
  }))

test.run()
