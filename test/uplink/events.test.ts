/** Events: kept by the journal, read from it, published from it. */
import { join } from 'node:path'
import { mock } from 'node:test'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/database/sqlite.ts'
import { type VehicleEvent, vehicleCloudEvent, vehicleEvent } from '../../src/model/event.ts'
import { isKsuid } from '../../src/model/ksuid.ts'
import type { EventQuery } from '../../src/model/ports.ts'
import { encodeEvent } from '../../src/uplink/codec.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import * as queries from '../../src/uplink/store/queries.ts'
import { createReader } from '../../src/uplink/store/reader.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  START,
} from '../support/journal-records.ts'
import { until, van } from '../support/mqtt-fixtures.ts'
import { freePort } from '../support/mqtt-mosquitto.ts'
import { Listener, uplinkOf } from '../support/mqtt-uplink.ts'
import { startReaderWorker } from '../support/source-workers.ts'

const test = suite('events')

function event(n: number, fields: Partial<Omit<VehicleEvent, 'id'>> = {}): VehicleEvent {
  const time = START + n * 1000
  return vehicleEvent({ vehicle: 'van', time, type: 'dtc.set', data: { n }, ...fields })
}

const everything = { vehicle: 'van', from: 0, to: Number.MAX_SAFE_INTEGER, limit: 1000 }

/** The numbers of the events that another connection sees. */
function stored(journal: Journal, query: Partial<EventQuery> = {}): unknown[] {
  const database = openDatabase(journal.path, { readOnly: true })
  try {
    return queries.events({ database }, { ...everything, ...query }).map(({ data }) => data.n)
  } finally {
    database.close()
  }
}

test('an event has a KSUID that says what it is', () => {
  assert.ok(isKsuid(event(1).id))
  assert.is(event(1).id, event(1).id)
  const others = [event(2), event(1, { vehicle: 'bus' }), event(1, { type: 'dtc.cleared' })]
  assert.is(new Set([event(1), ...others].map(({ id }) => id)).size, 4)
})

test('events that come together are on the card a moment later, with everything else', () =>
  inFolder((folder) => {
    mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
    try {
      let committed = 0
      const journal = openJournal(folder, { committed: () => (committed += 1) })
      journal.start()
      journal.append(newRecord(1), checkpointOf())
      journal.event(event(1))
      journal.event(event(2))
      mock.timers.tick(99)
      assert.equal(stored(journal), [])
      mock.timers.tick(1)
      assert.equal(stored(journal), [1, 2])
      assert.equal([committed, journal.health().uncommitted], [1, 0])
      journal.event(event(3))
      mock.timers.tick(100)
      assert.equal([stored(journal), committed], [[1, 2, 3], 2])
      journal.event(event(4))
      journal.stop()
      assert.equal(stored(journal), [1, 2, 3, 4])
    } finally {
      mock.timers.reset()
    }
  }))

test('an event that is told again is the same event', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (const n of [1, 2, 1, 2]) journal.event(event(n))
    journal.commit()
    journal.event(event(1))
    journal.commit()
    assert.equal(stored(journal), [1, 2])
    journal.stop()
  }))

test('they are read by vehicle, time and type, page by page in order of time', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (const n of [3, 1, 2, 5, 4]) {
      journal.event(event(n, { type: n % 2 === 0 ? 'dtc.cleared' : 'dtc.set' }))
    }
    journal.event(event(6, { vehicle: 'bus' }))
    journal.commit()
    const cases: [query: Partial<EventQuery>, numbers: number[]][] = [
      [{}, [1, 2, 3, 4, 5]],
      [{ vehicle: 'bus' }, [6]],
      [{ vehicle: 'car' }, []],
      [{ from: START + 2000, to: START + 4000 }, [2, 3]],
      [{ types: ['dtc.set'] }, [1, 3, 5]],
      [{ types: ['dtc.set', 'dtc.cleared'], limit: 2 }, [1, 2]],
      [{ types: [] }, []],
      // The event of the third second was stored first.
      [{ after: { time: START + 3000, seq: 1 } }, [4, 5]],
      [{ after: { time: START + 3000, seq: 0 } }, [3, 4, 5]],
    ]
    for (const [query, numbers] of cases) assert.equal(stored(journal, query), numbers)
    journal.stop()
  }))

test('the reader gives them from its thread, as they were', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    const data = { code: 'P0301', deep: { list: [1, null, 'x'] } }
    const told = event(1, { data })
    journal.event(told)
    journal.commit()
    const reader = createReader(join(folder, 'journal.db'), startReaderWorker)
    assert.equal(await reader.events(everything), [{ seq: 1, ...told }])
    await reader.stop()
    journal.stop()
  }))

test('sinks go through events and records with places of their own', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (let n = 1; n <= 5; n += 1) journal.event(event(n))
    journal.append(newRecord(1), checkpointOf())
    journal.commit()
    const { events } = journal
    assert.equal(
      events.read(0, 3).map(({ seq }) => seq),
      [1, 2, 3],
    )
    assert.equal([events.unsent('mqtt-events'), journal.newest()], [5, 1])
    events.saveCursor('mqtt-events', 3)
    assert.equal([events.unsent('mqtt-events'), journal.newest()], [2, 1])
    assert.equal([events.cursor('mqtt-events'), journal.lanes('mqtt')], [3, undefined])
    assert.equal(
      events.read(3, 10).map(({ data }) => data.n),
      [4, 5],
    )
    journal.stop()
  }))

test('what a part of the gateway keeps is there after a restart, the newest of it', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    assert.is(journal.kept('dtc', 'van'), undefined)
    journal.keep('dtc', 'van', { entries: [1] })
    journal.keep('dtc', 'van', { entries: [1, 2] })
    journal.keep('poller', 'van', 'other part')
    journal.keep('dtc', 'bus', null)
    assert.equal(journal.kept('dtc', 'van'), { entries: [1, 2] }, 'before the commit, too')
    journal.commit()
    journal.keep('dtc', 'bus', 7)
    journal.stop()
    const again = openJournal(folder)
    assert.equal(again.kept('dtc', 'van'), { entries: [1, 2] })
    assert.is(again.kept('poller', 'van'), 'other part')
    assert.is(again.kept('dtc', 'bus'), 7)
    again.stop()
  }))

test('an event goes out as a CloudEvent with its sequence, in either encoding', () => {
  const told = { seq: 7, ...event(1) }
  const { contentType, payload } = encodeEvent(told, van, 'json')
  assert.is(contentType, 'application/cloudevents+json')
  assert.equal(JSON.parse(String(payload)), {
    ...vehicleCloudEvent(told, van),
    sequence: '0000000000000007',
  })
  assert.is(encodeEvent(told, van, 'cbor').contentType, 'application/cloudevents+cbor')
})

test('events are published in order, once each, also over a restart', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    const port = await freePort()
    const { uplink } = uplinkOf({ embedded: { port }, events: journal.events })
    for (let n = 1; n <= 40; n += 1) journal.event(event(n))
    journal.event(event(41, { vehicle: 'stranger' }))
    journal.commit()
    assert.is(uplink.health().unsent, 41)
    uplink.start()
    await until('all sent', () => uplink.health().unsent === 0)
    await uplink.stop()
    assert.is(journal.events.cursor('mqtt-events'), 41)
    const again = uplinkOf({ embedded: { port }, events: journal.events })
    again.uplink.start()
    await until('connected', () => again.uplink.health().state === 'connected')
    const listener = await Listener.at(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 })
    journal.event(event(42))
    journal.event(event(43))
    journal.commit()
    again.uplink.wake()
    const texts = () => listener.of('odograph/van/events')
    await until('both received', () => texts().length === 2)
    assert.equal(
      texts().map((text) => JSON.parse(text)),
      [42, 43].map((n) => ({
        ...vehicleCloudEvent(event(n), van),
        sequence: String(n).padStart(16, '0'),
      })),
    )
    assert.ok(listener.messages.every(({ topic, retain }) => !topic.endsWith('events') || !retain))
    await again.uplink.stop()
    await listener.end()
    journal.stop()
  }))

test.run()
