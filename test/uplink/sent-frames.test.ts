import { join } from 'node:path'
import { mock } from 'node:test'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/database/sqlite.ts'
import type { SentFrame } from '../../src/model/bus-request.ts'
import type { SentQuery } from '../../src/model/ports.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { createReader } from '../../src/uplink/store/reader.ts'
import { sentFrames } from '../../src/uplink/store/sent-frames.ts'
import { addVarint, timesOf } from '../../src/uplink/store/sent-times.ts'
import { chance, inFolder, openJournal, START } from '../support/journal-records.ts'
import { startReaderWorker } from '../support/source-workers.ts'

const test = suite('frames sent')

const DAY = 86_400_000

/** A frame at so many ms after the start. */
function frame(ms: number, fields: Partial<SentFrame> = {}): SentFrame {
  return {
    time: (START + ms) * 1000,
    source: 'can0',
    vehicle: 'van',
    id: 0x7df,
    extended: false,
    data: Uint8Array.of(2, 1, 0x0c, 0, 0, 0, 0, 0),
    kind: 'request',
    cause: 'engineSpeed',
    requester: 'gateway poller',
    ...fields,
  }
}

function logged(journal: Journal, query: Partial<SentQuery> = {}): SentFrame[] {
  return inDatabase(journal.path, (database) =>
    sentFrames({ database }, { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 1e9, ...query }),
  )
}

function inDatabase<T>(
  path: string,
  read: (database: ReturnType<typeof openDatabase>) => T,
  readOnly = true,
): T {
  const database = openDatabase(path, { readOnly })
  try {
    return read(database)
  } finally {
    database.close()
  }
}

function countOf(journal: Journal, table: string): number {
  return inDatabase(journal.path, (database) =>
    Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n),
  )
}

const msOf = (frames: readonly SentFrame[]) => frames.map(({ time }) => time / 1000 - START)

test('numbers of any size come back from their bytes', () => {
  const numbers = [0, 1, 127, 128, 300, 16_383, 16_384, 119_999, 2 ** 28 - 1]
  const bytes: number[] = []
  for (const number of numbers) addVarint(bytes, number)
  const times = timesOf(0, Uint8Array.from(bytes))
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  assert.equal(steps, numbers)
})

test('a minute of polling is a row for each frame, and every time comes back to the millisecond', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    const random = chance(7)
    const sent: SentFrame[] = []
    let ms = 0
    for (let i = 0; i < 1200; i += 1) {
      ms += Math.floor(random() * 100)
      const pid = Math.floor(random() * 20)
      sent.push(frame(ms, { data: Uint8Array.of(2, 1, pid), cause: `pid ${pid}` }))
    }
    for (const one of sent) journal.sent(one)
    assert.is(countOf(journal, 'sent_time'), 0, 'nothing is written at once')
    journal.commit()
    assert.is(countOf(journal, 'sent_time'), 20)
    assert.is(countOf(journal, 'sent_frame'), 20)
    const key = ({ time, cause, data }: SentFrame) => `${time} ${cause} ${data}`
    assert.equal(logged(journal).map(key).sort(), sent.map(key).sort())
    assert.equal(
      msOf(logged(journal)),
      msOf(sent).sort((a, b) => a - b),
    )
    journal.stop()
  }))

test('a frame comes back as it was, byte for byte', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    const data = Uint8Array.of(3, 0x22, 0xf1, 0x90)
    const odd = frame(5, {
      source: 'obd',
      vehicle: 'bus 7',
      id: 0x18da10f1,
      extended: true,
      data,
      kind: 'flow-control',
      cause: 'answer of 10\n"quoted"',
      requester: "api owner's",
    })
    journal.sent(odd)
    data.fill(0)
    journal.commit()
    assert.equal(logged(journal), [{ ...odd, data: Uint8Array.of(3, 0x22, 0xf1, 0x90) }])
    journal.stop()
  }))

test('what differs in anything but its time is not the same frame', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    const others: Partial<SentFrame>[] = [
      {},
      { source: 'can1' },
      { vehicle: 'truck' },
      { id: 0x7e0 },
      { extended: true },
      { data: Uint8Array.of(2, 1, 0x0c) },
      { kind: 'privileged' },
      { cause: 'speed' },
      { requester: 'api owner' },
    ]
    for (const round of [0, 1]) {
      for (const [index, other] of others.entries()) journal.sent(frame(round * 100 + index, other))
      journal.commit()
    }
    assert.is(countOf(journal, 'sent_frame'), others.length)
    assert.is(logged(journal).length, 2 * others.length)
    journal.stop()
  }))

test('a clock that steps back, and a long wait, begin a new row', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    const times = [1000, 2000, 500, 600, 200_000, 200_000, 10_000_000]
    for (const ms of times) journal.sent(frame(ms))
    journal.commit()
    assert.is(countOf(journal, 'sent_time'), 4)
    assert.equal(
      msOf(logged(journal)),
      times.toSorted((a, b) => a - b),
    )
    journal.stop()
  }))

test('a frame that needed a privilege is on the card at once, with all before it', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    journal.sent(frame(1))
    journal.sent(frame(2, { kind: 'privileged', cause: 'clear codes' }))
    assert.equal(msOf(logged(journal)), [1, 2])
    journal.stop()
  }))

test('the timer writes them every quarter of a minute, and the stop what is left', () =>
  inFolder((folder) => {
    mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
    try {
      let now = START
      const journal = openJournal(folder, { now: () => now })
      const pass = (ms: number) => {
        now += ms
        mock.timers.tick(ms)
      }
      journal.start()
      journal.sent(frame(0))
      for (let i = 0; i < 2; i += 1) pass(5000)
      assert.equal(logged(journal), [])
      pass(5000)
      assert.equal(msOf(logged(journal)), [0])
      journal.sent(frame(61_000))
      journal.stop()
      assert.equal(msOf(logged(journal)), [0, 61_000])
    } finally {
      mock.timers.reset()
    }
  }))

test('the newest are given, by source, vehicle, requester and time', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (let i = 0; i < 3000; i += 1) {
      journal.sent(
        frame(i * 1000, {
          source: `can${i % 2}`,
          vehicle: i % 3 === 0 ? 'truck' : 'van',
          requester: i % 5 === 0 ? 'api Owner' : 'gateway poller',
        }),
      )
      if (i % 60 === 0) journal.commit()
    }
    journal.commit()
    const asked = (query: Partial<SentQuery>) => msOf(logged(journal, query)).map((ms) => ms / 1000)
    assert.equal(asked({ limit: 3 }), [2997, 2998, 2999])
    assert.equal(asked({ limit: 2, source: 'can0' }), [2996, 2998])
    assert.equal(asked({ limit: 2, vehicle: 'truck' }), [2994, 2997])
    assert.equal(asked({ limit: 2, requester: 'OWNER' }), [2990, 2995])
    assert.equal(asked({ from: START + 10_000, to: START + 13_000 }), [10, 11, 12])
    assert.equal(asked({ to: START + 13_000, limit: 2 }), [11, 12])
    assert.equal(asked({ vehicle: 'nobody' }), [])
    assert.is(asked({}).length, 3000)
    journal.stop()
  }))

test('the reader gives them from its thread', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    journal.sent(frame(1, { kind: 'privileged' }))
    const reader = createReader(join(folder, 'journal.db'), startReaderWorker)
    const query = { from: START, to: START + 10, limit: 5 }
    assert.equal(await reader.sentFrames(query), [frame(1, { kind: 'privileged' })])
    await reader.stop()
    journal.stop()
  }))

test('what is more than 30 days older than the newest goes at the next start, its words two days later', () =>
  inFolder((folder) => {
    let now = START
    const at = (days: number, cause: string) => {
      now = START + days * DAY
      const journal = openJournal(folder, { now: () => now })
      journal.start()
      journal.sent(frame(days * DAY, { cause }))
      journal.stop()
    }
    at(0, 'first')
    at(29, 'second')
    at(31, 'third')
    const causes = (journal: Journal) => logged(journal).map(({ cause }) => cause)
    at(31.5, 'fourth')
    const journal = openJournal(folder, { now: () => now })
    assert.equal(causes(journal), ['second', 'third', 'fourth'])
    assert.is(countOf(journal, 'sent_frame'), 4)
    journal.stop()
    at(33, 'fifth')
    at(33, 'sixth')
    const later = openJournal(folder, { now: () => now })
    assert.is(countOf(later, 'sent_frame'), 5)
    later.stop()
  }))

test('a clock that is years ahead does not empty the log', () =>
  inFolder((folder) => {
    const first = openJournal(folder)
    first.sent(frame(0))
    first.stop()
    const journal = openJournal(folder, { now: () => START + 4000 * DAY })
    journal.start()
    assert.equal(msOf(logged(journal)), [0])
    journal.stop()
  }))

test('what cannot be written waits, and is written when it can be', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    const broken = (sql: string) =>
      inDatabase(journal.path, (database) => database.exec(sql), false)
    broken('ALTER TABLE sent_time RENAME TO elsewhere')
    journal.sent(frame(1))
    assert.is(journal.commit(), false)
    journal.sent(frame(2))
    assert.is(journal.health().lostFrames, 0)
    broken('ALTER TABLE elsewhere RENAME TO sent_time')
    assert.is(journal.commit(), true)
    assert.equal(msOf(logged(journal)), [1, 2])
    journal.stop()
  }))

test('more than can wait, and a frame without a time, are counted as lost', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (let i = 0; i < 100_007; i += 1) journal.sent(frame(i))
    journal.sent(frame(Number.NaN))
    assert.is(journal.health().lostFrames, 8)
    journal.commit()
    assert.is(logged(journal, { limit: 200_000 }).length, 100_000)
    journal.stop()
  }))

test.run()
