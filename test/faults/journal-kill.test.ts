/**
 * What the journal is for: power that is cut. A process that is killed stands for the whole machine as
 * far as the order of writes goes; a log that is cut or overwritten stands for a card that had not
 * written all of it.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase, type Row } from '../../src/database/sqlite.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import { totalDistance } from '../../src/uplink/store/distance/distance-queries.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { SLOT_MS } from '../../src/uplink/store/schema.ts'
import {
  chance,
  checkpointOf,
  inFolder,
  kmOf,
  newRecord,
  openJournal,
  pointAt,
} from '../support/journal-records.ts'

const writer = fileURLToPath(new URL('../support/journal-writer.ts', import.meta.url))

/** Lets a writer run for a while after its first commit, kills it, and tells what it had printed. */
async function killedWriter(path: string, boot: string, afterMs: number): Promise<number[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', writer, path, boot])
  let output = ''
  let errors = ''
  child.stderr.on('data', (data) => (errors += data))
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs))
  child.stdout.on('data', (data) => (output += data))
  const signal = await new Promise((resolve) => child.on('close', (_, how) => resolve(how)))
  assert.is(signal, 'SIGKILL', errors)
  // The last line may be half a number.
  return output.split('\n').slice(0, -1).map(Number)
}

function queryAll(folder: string, sql: string): Row[] {
  const database = openDatabase(join(folder, 'journal.db'), { readOnly: true })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

function assertIntegrity(folder: string): void {
  assert.equal(
    queryAll(folder, 'PRAGMA integrity_check').map((row) => row.integrity_check),
    ['ok'],
  )
}

/** Places without holes, and within each boot the numbers from 0 on without holes. */
function assertNoHoles(records: readonly StoredRecord[]): void {
  const next = new Map<string, number>()
  for (const [index, { seq, boot, number }] of records.entries()) {
    assert.is(seq, index + 1)
    assert.is(number, next.get(boot) ?? 0, `${boot}, place ${seq}`)
    next.set(boot, number + 1)
  }
}

/** Slots, state and records tell of the same last reading: they were stored together. */
function assertOdometer(folder: string, journal: Journal, records: readonly StoredRecord[]): void {
  const slots = new Map<number, StoredRecord[]>()
  for (const record of records) {
    const slot = Math.floor(record.time / SLOT_MS)
    slots.set(slot, [...(slots.get(slot) ?? []), record])
  }
  const expected = [...slots].map(([slot, inside]) => ({
    vehicle: 'van',
    slot,
    first_time: inside[0]?.time,
    first_km: inside[0]?.data.odometer,
    last_time: inside.at(-1)?.time,
    last_km: inside.at(-1)?.data.odometer,
  }))
  const found = queryAll(
    folder,
    'SELECT vehicle, slot, first_time, last_time, km FROM distance_slot ORDER BY slot',
  )
  assert.equal(
    found.map((row) => ({ ...row })),
    expected.map(({ first_km: first, last_km: last, ...slot }, index) => {
      const before = Number(expected[index - 1]?.last_km ?? first)
      return { ...slot, km: Math.round((Number(last) - before) * 1e6) / 1e6 }
    }),
  )
  const counted = queryAll(
    folder,
    `SELECT vehicle, slot, first_time, first AS first_km, last_time, last AS last_km
     FROM counter_slot ORDER BY slot`,
  )
  assert.equal(
    counted.map((row) => ({ ...row })),
    expected,
  )
  assert.is(kmOf(journal.checkpoint('van')), records.at(-1)?.data.odometer)
}

test('a journal whose process is killed ten times keeps all that was committed, whole', () =>
  inFolder(async (folder) => {
    const random = chance(Date.now())
    const path = join(folder, 'journal.db')
    let before = 0
    for (let round = 1; round <= 10; round += 1) {
      const printed = await killedWriter(path, `boot-${round}`, random() * 300)
      assert.ok(printed.length > 0)
      const journal = openJournal(folder)
      const records = journal.read(0, 1_000_000)
      const stored = new Set(records.map(({ seq }) => seq))
      assert.equal(
        printed.filter((seq) => !stored.has(seq)),
        [],
        `round ${round}: committed, but gone`,
      )
      assert.is(printed[0], before + 1, 'the places go on where they were')
      assert.is(journal.health().records, records.length)
      assertIntegrity(folder)
      assertNoHoles(records)
      assertOdometer(folder, journal, records)
      before = records.length
      journal.stop()
    }
    const database = openDatabase(path, { readOnly: true })
    assert.ok(Math.abs(totalDistance({ database }, 'van') - (before - 1) / 10) < 1e-6)
    database.close()
  }))

// ── a torn log ──────────────────────────────────────────────────────────────────────────────

type Damage = (log: Buffer, from: number) => Buffer

const damages: Record<string, Damage> = {
  cut: (log, from) => log.subarray(0, from),
  'overwritten with zeros': (log, from) => Buffer.from(log).fill(0, from),
  'overwritten with anything': (log, from) => {
    const torn = Buffer.from(log)
    randomBytes(log.length - from).copy(torn, from)
    return torn
  },
}

const ROUNDS = 30

/** A journal as a power cut leaves it: a database, and a log that holds its last commits. */
function makeTorn(folder: string, checkpointed: boolean): StoredRecord[] {
  const original = join(folder, 'original')
  mkdirSync(original)
  let commits = 0
  const journal = openJournal(original, { committed: () => (commits += 1) })
  for (let number = 0; number < 200; number += 1) {
    const travelled = number / 10
    const record = newRecord(number, { data: { odometer: travelled } })
    const point = { vehicle: 'van', time: record.time }
    const counted = { counter: 'engineHours', total: travelled, estimated: false } as const
    journal.append(
      record,
      checkpointOf(travelled),
      [pointAt(record.time, travelled)],
      [{ ...point, ...counted }],
    )
    if (number % 7 === 0) journal.commit()
    if (checkpointed && number === 100) {
      journal.commit()
      const other = openDatabase(journal.path, { readOnly: false })
      other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
      other.close()
    }
  }
  journal.commit()
  const records = journal.read(0, 1000)
  for (const suffix of ['', '-wal']) {
    copyFileSync(journal.path + suffix, join(folder, `copy${suffix}`))
  }
  journal.stop()
  return records
}

for (const [name, damage] of Object.entries(damages)) {
  for (const checkpointed of [false, true]) {
    const where = checkpointed ? 'with half of it in the database' : 'with all of it in the log'
    test(`a journal whose log is ${name} anywhere opens with a prefix of whole commits, ${where}`, () =>
      inFolder((folder) => {
        const all = makeTorn(folder, checkpointed)
        const log = readFileSync(join(folder, 'copy-wal'))
        const random = chance(Date.now())
        const lengths = new Set<number>()
        for (let round = 0; round < ROUNDS / 2; round += 1) {
          const torn = join(folder, `round-${round}`)
          mkdirSync(torn)
          copyFileSync(join(folder, 'copy'), join(torn, 'journal.db'))
          const from = Math.floor(random() * log.length)
          writeFileSync(join(torn, 'journal.db-wal'), damage(log, from))
          const journal = openJournal(torn)
          const records = journal.read(0, 1000)
          lengths.add(records.length)
          assert.equal(records, all.slice(0, records.length), `from byte ${from}`)
          if (checkpointed) assert.ok(records.length >= 101)
          assertIntegrity(torn)
          assertNoHoles(records)
          assertOdometer(torn, journal, records)
          const whole = records.length % 7 === 1 || [0, 101, 200].includes(records.length)
          assert.ok(whole, `${records.length} records are half a commit`)
          // It goes on as if nothing had been.
          journal.append(newRecord(records.length), checkpointOf())
          assert.ok(journal.commit())
          assert.is(journal.health().records, records.length + 1)
          journal.stop()
        }
        assert.ok(lengths.size > 1, 'the damage hit more than one commit')
        assert.ok(statSync(join(folder, 'copy-wal')).size > 0)
      }))
  }
}

test.run()
