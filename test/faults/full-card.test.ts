/**
 * A card that is full, on real file systems of a few megabytes: filled by other files, by the journal
 * itself, and full at the start. What has to go goes in the order of retention.ts, the newest is
 * stored, and what waited is written in order and once.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/database/sqlite.ts'
import { vehicleEvent } from '../../src/model/event.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import { RESERVE_BYTES } from '../../src/uplink/store/card-room.ts'
import type { Journal, JournalOptions } from '../../src/uplink/store/journal.ts'
import { openJournal as openGatewayJournal } from '../../src/uplink/store/open-journal.ts'
import { createReader } from '../../src/uplink/store/reader.ts'
import { Folder, startGateway, until } from '../support/gateway-process.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  START,
  silent,
} from '../support/journal-records.ts'
import { mayMount, mountMemory, unmount } from '../support/mounts.ts'
import { testWhere } from '../support/needs.ts'
import { startReaderWorker } from '../support/source-workers.ts'

const test = suite('a full card')

const mounts: [isSo: boolean, what: string] = [mayMount(), 'the right to mount']

/** A test that failed must end, too. */
const started: Journal[] = []

/** Runs with a folder that is a card of its own. */
function onCard(size: string, run: (card: string, folder: string) => Promise<void> | void) {
  return () =>
    inFolder(async (folder) => {
      const card = join(folder, 'card')
      mkdirSync(card)
      mountMemory(card, `size=${size}`)
      try {
        await run(card, folder)
      } finally {
        for (const journal of started.splice(0)) journal.stop()
        unmount(card)
      }
    })
}

function freeOf(card: string): number {
  const { bavail, bsize } = statfsSync(card)
  return bavail * bsize
}

/** Grows until the card takes no more. */
function fillUp(card: string, name = 'other.log'): void {
  const file = openSync(join(card, name), 'a')
  try {
    for (const size of [65_536, 4096]) {
      const piece = Buffer.alloc(size, 1)
      try {
        for (;;) writeSync(file, piece)
      } catch (error) {
        assert.is((error as NodeJS.ErrnoException).code, 'ENOSPC')
      }
    }
  } finally {
    closeSync(file)
  }
  assert.ok(freeOf(card) < 4096)
}

const LONG = 'x'.repeat(1500)

/** Appends records of 1.5 kB, and where they end. */
function append(journal: Journal, from: number, count: number): number {
  for (let i = from; i < from + count; i += 1) {
    journal.append(newRecord(i, { data: { activityReason: LONG } }), checkpointOf(i))
  }
  return from + count
}

/** A started journal whose reserve is complete. */
async function withReserve(card: string, options: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = openJournal(card, { commitEvery: 2, ...options })
  journal.start()
  started.push(journal)
  const reserve = join(card, 'journal.reserve')
  await until('the reserve', () => existsSync(reserve) && statSync(reserve).size === RESERVE_BYTES)
  return journal
}

const numbersOf = (records: StoredRecord[]) => records.map(({ number }) => number)
const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

function assertWhole(card: string): void {
  const database = openDatabase(join(card, 'journal.db'), { readOnly: true })
  try {
    assert.equal({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
  } finally {
    database.close()
  }
}

/** Commits until the card takes no more, with another file that takes all that the journal gives. */
function starve(journal: Journal, card: string, from: number): number {
  for (let next = from; ; ) {
    fillUp(card)
    next = append(journal, next, 50)
    if (!journal.commit()) return next
    assert.ok(next < 100_000, 'the card is never full')
  }
}

testWhere(
  test,
  mounts,
  'filled by other files: records wait in memory, health says so, and all are stored once there is room',
  onCard('32m', async (card) => {
    let committed = 0
    const said: string[] = []
    const logger = { ...silent, error: (_: object, text: string) => said.push(text) }
    const journal = await withReserve(card, { committed: () => (committed += 1), logger })
    let next = append(journal, 0, 200)
    assert.ok(journal.commit())
    next = starve(journal, card, next)
    assert.ok(existsSync(join(card, 'journal.reserve')), 'the reserve is not for others')
    const stored = journal.health().records
    for (let i = 0; i < 30; i += 1) {
      next = append(journal, next, 100)
      journal.event(
        vehicleEvent({ vehicle: 'van', time: START + i, type: 'voltage.low', data: {} }),
      )
      assert.not.ok(journal.commit())
    }
    const { records, uncommitted, failure, cardFull, lost, unsentRemoved } = journal.health()
    assert.equal([records, uncommitted, lost, unsentRemoved], [stored, next - stored, 0, 0])
    assert.equal(
      [failure, cardFull],
      ['the card is full; records wait in memory, for a day at most', true],
    )
    assert.equal(said, [`the journal cannot be written: ${failure}`], 'said once')
    // Who only reads goes on.
    assert.equal(numbersOf(journal.read(0, 10)), upTo(0, 10))
    const reader = createReader(journal.path, startReaderWorker)
    const page = await reader.sample({ vehicle: 'van', from: START, to: START + 100_000 }, 100)
    assert.ok(page.records.length > 0)
    await reader.stop()
    const before = committed
    rmSync(join(card, 'other.log'))
    assert.ok(journal.commit())
    assert.ok(committed > before, 'those who send are told')
    assert.equal(numbersOf(journal.read(0, 100_000)), upTo(0, next))
    const health = journal.health()
    assert.equal([health.failure, health.uncommitted, health.lost], [undefined, 0, 0])
    await until('the reserve again', () => !journal.health().cardFull)
    assert.is(statSync(join(card, 'journal.reserve')).size, RESERVE_BYTES)
    assert.is(journal.events.read(0, 100).length, 30)
    journal.stop()
    assertWhole(card)
  }),
)

testWhere(
  test,
  mounts,
  'filled by other files for ten minutes: the oldest records give way, and the newest are stored',
  onCard('48m', async (card) => {
    let now = START
    const journal = await withReserve(card, { now: () => now })
    let next = append(journal, 0, 2000)
    assert.ok(journal.commit())
    next = starve(journal, card, next)
    const stored = journal.health().records
    now += 600_000
    for (let i = 0; i < 40; i += 1) {
      next = append(journal, next, 50)
      assert.ok(journal.commit(), journal.health().failure)
      fillUp(card)
    }
    const { records, lost } = journal.health()
    assert.is(lost, 0)
    assert.ok(records > stored / 2, 'it goes round at the size that it had')
    assert.equal(numbersOf(journal.read(0, 100_000)), upTo(next - records, next))
    journal.stop()
    assertWhole(card)
  }),
)

testWhere(
  test,
  mounts,
  'filled by other files at the end: what waits is stored all the same',
  onCard('48m', async (card) => {
    const journal = await withReserve(card)
    let next = append(journal, 0, 2000)
    assert.ok(journal.commit())
    next = append(journal, starve(journal, card, next), 300)
    journal.stop()
    assertWhole(card)
    const again = openJournal(card)
    const { records } = again.health()
    assert.equal(numbersOf(again.read(0, 100_000)), upTo(next - records, next))
    again.stop()
  }),
)

for (const sink of [true, false]) {
  const who = sink ? 'sent ones before unsent ones' : 'the oldest first'
  testWhere(
    test,
    mounts,
    `filled by the journal: it gives way, ${who}, counts what no sink had, and stores the newest`,
    onCard('24m', async (card) => {
      const journal = await withReserve(card)
      if (sink) journal.saveLanes('mqtt', { live: 0, backlog: [] })
      let next = 0
      let sentTo = 0
      const fulls = new Set<number>()
      while (next < 40_000) {
        next = append(journal, next, 100)
        assert.ok(journal.commit(), journal.health().failure)
        assert.is(journal.newest(), next)
        const [newest] = journal.read(next - 1, 1)
        assert.is(newest?.number, next - 1)
        if (sink && next === 5000) {
          sentTo = 4000
          journal.saveLanes('mqtt', { live: sentTo, backlog: [] })
        }
        if (journal.health().cardFull) fulls.add(next)
        if (next % 1000 === 0) while (journal.retain());
      }
      assert.ok(fulls.size > 0, 'the card was full')
      const { records, unsentRemoved, lost, uncommitted } = journal.health()
      assert.equal([lost, uncommitted], [0, 0])
      assert.ok(records > 1000 && records < 12_000, `${records}`)
      assert.equal(numbersOf(journal.read(0, 100_000)), upTo(next - records, next))
      assert.is(unsentRemoved, sink ? next - records - sentTo : 0)
      await until('room for the reserve', () => {
        while (journal.retain());
        return !journal.health().cardFull
      })
      assert.ok(freeOf(card) >= RESERVE_BYTES)
      journal.stop()
      assertWhole(card)
      const again = openJournal(card)
      const kept = again.health()
      assert.is(kept.unsentRemoved, sink ? next - kept.records - sentTo : 0)
      again.stop()
    }),
  )
}

function openAsGateway(card: string): { journal: Journal; found: string[] } {
  const found: string[] = []
  const options = { path: join(card, 'journal.db'), commitEvery: 5000, logger: silent }
  const journal = openGatewayJournal({ ...options, now: () => START }, (said) => found.push(said))
  return { journal, found }
}

testWhere(
  test,
  mounts,
  'full at the start: the reserve goes, and the journal opens and is written',
  onCard('32m', async (card) => {
    const first = await withReserve(card)
    const next = append(first, 0, 1000)
    first.stop()
    fillUp(card)
    const { journal, found } = openAsGateway(card)
    assert.equal(found, [])
    assert.is(journal.path, join(card, 'journal.db'))
    append(journal, next, 500)
    assert.ok(journal.commit())
    assert.equal(numbersOf(journal.read(0, 10_000)), upTo(0, 1500))
    journal.stop()
    assertWhole(card)
  }),
)

testWhere(
  test,
  mounts,
  'full at the start, and nothing in reserve: what comes waits, and is stored once there is room',
  onCard('32m', (card) => {
    const first = openJournal(card)
    append(first, 0, 1000)
    first.stop()
    fillUp(card)
    const { journal, found } = openAsGateway(card)
    started.push(journal)
    assert.equal(found, [])
    append(journal, 1000, 500)
    assert.not.ok(journal.commit())
    assert.match(journal.health().failure ?? '', /^the card is full/)
    assert.equal(numbersOf(journal.read(0, 10_000)), upTo(0, 1000))
    rmSync(join(card, 'other.log'))
    assert.ok(journal.commit())
    assert.equal(numbersOf(journal.read(0, 10_000)), upTo(0, 1500))
    journal.stop()
    assertWhole(card)
  }),
)

testWhere(
  test,
  mounts,
  'full when a journal is to be made: the gateway starts with one elsewhere, and says so',
  onCard('32m', (card, folder) => {
    fillUp(card)
    const temporary = process.env.TMPDIR
    process.env.TMPDIR = folder
    try {
      const { journal, found } = openAsGateway(card)
      started.push(journal)
      assert.is(found.length, 1)
      assert.match(
        found[0] ?? '',
        /^The journal cannot be used \(the card is full: .*\): records go to /,
      )
      assert.ok(journal.path.startsWith(join(folder, 'odograph-')))
      append(journal, 0, 10)
      assert.ok(journal.commit())
    } finally {
      if (temporary === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = temporary
    }
  }),
)

interface Health {
  findings: string[]
  store: { records: number; uncommitted: number }
}

testWhere(
  test,
  mounts,
  'full while the gateway runs, and when it starts: it serves, tells of it, and goes on by itself',
  async () => {
    const folder = new Folder()
    const card = join(folder.path, 'data')
    mkdirSync(card)
    mountMemory(card, 'size=32m')
    try {
      const args = ['--demo', '--config', folder.file('odograph.yaml', 'store:\n  commit: 1\n')]
      const gateway = await startGateway(folder, args)
      const health = async () => {
        const { status, body } = await gateway.get('/v1/gateway/health')
        assert.is(status, 200)
        return body as Health
      }
      const isSaid = ({ findings }: Health) => findings.some((text) => /card is full/.test(text))
      await until('a record', async () => (await health()).store.records > 0)
      await until('words', async () => {
        fillUp(card)
        return isSaid(await health())
      })
      await until('a record that waits', async () => (await health()).store.uncommitted > 0)
      const { body: vehicles } = await gateway.get('/v1/gateway/vehicles')
      const [demo] = vehicles as { tokenId: string }[]
      const { status } = await gateway.get(`/v1/vehicle/${demo?.tokenId}/status`)
      assert.is(status, 200)
      rmSync(join(card, 'other.log'))
      await until('room', async () => {
        const { findings } = await health()
        return !findings.some((text) => /cannot be written/.test(text))
      })
      assert.is((await gateway.command.stop()).code, 0)
      const records = storedIn(card)
      assert.equal(numbersOf(records), upTo(0, records.length))
      assert.ok(records.length > 0)

      rmSync(join(card, 'journal.reserve'), { force: true })
      fillUp(card)
      const again = await startGateway(folder, args)
      await until('words', async () => {
        const { status, body } = await again.get('/v1/gateway/health')
        return status === 200 && isSaid(body)
      })
      rmSync(join(card, 'other.log'))
      await until('room', async () => !isSaid((await again.get('/v1/gateway/health')).body), 40_000)
      assert.is((await again.command.stop()).code, 0)
      const all = storedIn(card)
      assert.equal(all.slice(0, records.length), records)
      const later = all.slice(records.length)
      assert.equal(numbersOf(later), upTo(0, later.length))
      assert.ok(later.length > 0)
    } finally {
      unmount(card)
      folder.remove()
    }
  },
)

function storedIn(card: string): StoredRecord[] {
  const journal = openJournal(card)
  try {
    return journal.read(0, 100_000)
  } finally {
    journal.stop()
  }
}

test.run()
