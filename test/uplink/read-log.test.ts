import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { audit } from '../../src/cli/audit.ts'
import type { DataRead, StoredRead } from '../../src/model/data-read.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { reads } from '../../src/uplink/store/read-log.ts'
import { openReading } from '../../src/uplink/store/reading.ts'
import { FakeLogger } from '../support/api-fakes.ts'
import { commandIo } from '../support/command-io.ts'
import { inFolder, START } from '../support/journal-records.ts'

const test = suite('read log')

const MINUTE = 60_000
const DAY = 86_400_000

function read(time: number, more: Partial<DataRead> = {}): DataRead {
  return {
    time,
    token: 'jti-1',
    subject: 'owner',
    address: '10.0.0.9',
    route: 'GET /v1/vehicle/:tokenId/status',
    vehicle: 'truck',
    what: 'location',
    ...more,
  }
}

interface Bench {
  journal: Journal
  clock: { now: number }
  commits: number
  stored(more?: { from?: number; limit?: number; after?: StoredRead }): StoredRead[]
}

function bench(folder: string, boot?: string): Bench {
  const clock = { now: START }
  const path = join(folder, 'journal.db')
  const journal = new Journal({
    path,
    commitEvery: 5000,
    logger: new FakeLogger(),
    now: () => clock.now,
    committed: () => {
      self.commits += 1
    },
    ...(boot && { provisional: () => ({ boot, since: 0 }) }),
  })
  const self: Bench = {
    journal,
    clock,
    commits: 0,
    stored({ from = 0, limit = 100, after } = {}) {
      const reading = openReading(path)
      try {
        const to = Number.MAX_SAFE_INTEGER
        return reads(reading, { from, to, limit, ...(after && { after }) })
      } finally {
        reading.database.close()
      }
    },
  }
  return self
}

test('what a token asks of a route within a minute is one row, with how often', () =>
  inFolder((folder) => {
    const { journal, stored } = bench(folder)
    for (let second = 0; second < 90; second += 1) journal.dataRead(read(START + second * 1000))
    journal.dataRead(read(START, { token: 'jti-2' }))
    journal.dataRead(read(START, { route: 'GET /v1/vehicle/:tokenId/history' }))
    journal.dataRead(read(START, { vehicle: 'van' }))
    journal.commit()
    const rows = stored()
    assert.equal(
      rows.map(({ time, count, token }) => [time - START, count, token]),
      [
        [0, 60, 'jti-1'],
        [0, 1, 'jti-2'],
        [0, 1, 'jti-1'],
        [0, 1, 'jti-1'],
        [MINUTE, 30, 'jti-1'],
      ],
    )
    assert.equal(rows[0], { seq: 1, count: 60, ...read(START) })
    journal.commit()
    assert.is(stored().length, 5)
    journal.stop()
  }))

test('a minute that is not over waits, and needs no commit of its own', () =>
  inFolder((folder) => {
    const { journal, clock, stored } = bench(folder)
    const event = (id: string) =>
      ({ id, vehicle: 'truck', time: START, type: 'ignition.on', data: {} }) as never
    journal.dataRead(read(START))
    journal.sent({
      time: START * 1000,
      source: 'obd',
      vehicle: 'truck',
      id: 1,
      extended: false,
      data: Uint8Array.of(1),
      kind: 'privileged',
      requester: 'api',
      cause: 'x',
    })
    assert.is(stored().length, 0, 'others were committed')
    clock.now += MINUTE
    journal.event(event('e'))
    journal.commit()
    assert.is(stored().length, 1)
    journal.stop()
  }))

test('a stop keeps what waits', () =>
  inFolder((folder) => {
    const first = bench(folder)
    first.journal.dataRead(read(START))
    first.journal.stop()
    assert.is(first.stored().length, 1)
  }))

test('pages are in order of time and miss nothing', () =>
  inFolder((folder) => {
    const { journal, stored } = bench(folder)
    for (const minute of [3, 1, 2, 1]) {
      journal.dataRead(read(START + minute * MINUTE, { token: `${minute}` }))
      journal.commit()
    }
    const all = stored()
    assert.equal(
      all.map(({ token }) => token),
      ['1', '1', '2', '3'],
    )
    const paged: StoredRead[] = []
    for (let page = stored({ limit: 1 }); page.length > 0; ) {
      paged.push(...page)
      page = stored({ limit: 1, ...(page[0] && { after: page[0] }) })
    }
    assert.equal(paged, all)
    assert.is(stored({ from: START + 2 * MINUTE }).length, 2)
    journal.stop()
  }))

test('rows of a run that did not know the time move with it', () =>
  inFolder((folder) => {
    const { journal, stored } = bench(folder, 'boot-1')
    journal.dataRead(read(START))
    journal.commit()
    const move = { boot: 'boot-1', delta: DAY, trust: 'gnss', begun: START, since: 0, until: START }
    journal.append(
      {
        vehicle: 'truck',
        source: 's',
        boot: 'boot-1',
        number: 1,
        monotonic: 0,
        time: START,
        receivedAt: START,
        clockTrust: 'none',
        data: {},
      } as never,
      { status: {}, odometer: { time: 0, travelled: 0, series: {} } } as never,
    )
    journal.commit()
    journal.restamp(move as never)
    assert.equal(
      stored().map(({ time }) => time),
      [START + DAY],
    )
    journal.stop()
  }))

test('rows go when they are 90 days older than the newest, whatever the clock says', () =>
  inFolder((folder) => {
    const first = bench(folder)
    for (const day of [0, 50, 100]) first.journal.dataRead(read(START + day * DAY))
    first.journal.stop()
    const second = bench(folder)
    second.clock.now = START + 10_000 * DAY
    second.journal.start()
    assert.equal(
      second.stored().map(({ time }) => (time - START) / DAY),
      [50, 100],
    )
    second.journal.stop()
  }))

test('odograph audit prints the newest, oldest first', () =>
  inFolder(async (folder) => {
    const { journal } = bench(folder)
    journal.dataRead(read(START, { address: '10.0.0.1\nforged' }))
    journal.dataRead(read(START + MINUTE, { subject: '', what: 'location, identity' }))
    journal.stop()
    const text = commandIo()
    assert.is(await audit(['--data', folder], text.io), 0)
    const [first = '', second = '', ...rest] = text.out().trim().split('\n')
    assert.match(first, /truck {2}location {2}owner {2}token jti-1 {2}10\.0\.0\.1 forged {2}GET/)
    assert.match(second, /location, identity {2}token jti-1 .* 1 times$/)
    assert.equal(rest, [])
    const json = commandIo()
    await audit(['--data', folder, '--json', '--limit', '1'], json.io)
    assert.is(JSON.parse(json.out()).what, 'location, identity')
  }))

test.run()
