import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OdographError } from '../../src/model/errors.ts'
import type { PageMark, PageOptions, RecordQuery, RecordReader } from '../../src/model/ports.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import type { Millis } from '../../src/model/time.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { createReader } from '../../src/uplink/store/reader.ts'
import { openReading } from '../../src/uplink/store/reading.ts'
import { SLOT_MS } from '../../src/uplink/store/schema.ts'
import { directReader } from '../support/direct-reader.ts'
import {
  chance,
  checkpointOf,
  inFolder,
  kmOf,
  newRecord,
  openJournal,
  pointAt,
  START,
} from '../support/journal-records.ts'
import { startReaderWorker } from '../support/source-workers.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

type Reader = RecordReader & { stop(): Promise<void> }

function openDirectly(path: string): Reader {
  const reading = openReading(path)
  return { ...directReader(reading), stop: async () => reading.database.close() }
}

const readers: Record<string, (path: string) => Reader> = {
  functions: openDirectly,
  worker: (path) => createReader(path, startReaderWorker),
}

/** A thread takes a while to start: of a long table only some cases go through it. */
const functionsOnly = { functions: openDirectly }

type Scene = { journal: Journal; reader: Reader; path: string }

/** Registers a test for the plain functions and for the reader with its thread. */
function testBoth(name: string, run: (scene: Scene) => Promise<void>, kinds = readers): void {
  for (const [kind, open] of Object.entries(kinds)) {
    test(`${name} (${kind})`, () =>
      inFolder(async (folder) => {
        const journal = openJournal(folder)
        const path = join(folder, 'journal.db')
        const reader = open(path)
        try {
          await run({ journal, reader, path })
        } finally {
          await reader.stop()
          journal.stop()
        }
      }))
  }
}

const everything = { vehicle: 'van', from: -8.64e15, to: 8.64e15 }

let made = 0
function add(journal: Journal, time: Millis, vehicle = 'van'): void {
  made += 1
  journal.append(newRecord(made, { vehicle, time, id: `r${made}` }), checkpointOf())
}

function drive(journal: Journal, time: Millis, travelled: number, vehicle = 'van'): void {
  made += 1
  const record = newRecord(made, { vehicle, time, id: `r${made}` })
  journal.append(record, checkpointOf(travelled), [pointAt(time, travelled, vehicle)])
}

/** Records at random times, some at the same moment, in no order. */
function addRandom(journal: Journal, count: number, seed: number, vehicle = 'van'): void {
  const random = chance(seed)
  for (let i = 0; i < count; i += 1) {
    add(journal, START + Math.floor(random() * count * 0.8) * 1000, vehicle)
  }
  journal.commit()
}

const inOrder = (a: PageMark, b: PageMark) => a.time - b.time || a.seq - b.seq

function allOf(journal: Journal, { vehicle, from, to }: RecordQuery = everything): StoredRecord[] {
  return journal
    .read(0, 1_000_000)
    .filter((r) => r.vehicle === vehicle && r.time >= from && r.time < to)
    .sort(inOrder)
}

const seqs = (records: readonly StoredRecord[]) => records.map(({ seq }) => seq)

// ── samples ─────────────────────────────────────────────────────────────────────────────────

testBoth(
  'a sample of any size holds at most as many as asked for, evenly, the first and the last among them',
  async ({ journal, reader }) => {
    for (let total = 0; total <= 50; total += 1) addRandom(journal, total, total + 1, `v${total}`)
    for (let total = 0; total <= 50; total += 1) {
      const query = { ...everything, vehicle: `v${total}` }
      const all = seqs(allOf(journal, query))
      for (let limit = 1; limit <= 20; limit += 1) {
        const label = `${limit} of ${total}`
        const page = await reader.sample(query, limit)
        assert.is(page.total, total, label)
        assert.is(page.records.length, Math.min(limit, total), label)
        const places = page.records.map(({ seq }) => all.indexOf(seq))
        const gaps = places.slice(1).map((place, index) => place - (places[index] ?? 0))
        assert.ok(
          gaps.every((gap) => gap >= 1),
          `${label}: in order, without repeats`,
        )
        if (total === 0) continue
        assert.is(places[0], 0, `${label}: the first`)
        if (limit >= 2) assert.is(places.at(-1), total - 1, `${label}: the last`)
        assert.ok(Math.max(...gaps, 0) - Math.min(...gaps, Infinity) <= 1, `${label}: ${places}`)
      }
    }
  },
)

testBoth('a sample of many stays even', async ({ journal, reader }) => {
  addRandom(journal, 5000, 7)
  const all = seqs(allOf(journal))
  const { total, records } = await reader.sample(everything, 101)
  assert.is(total, 5000)
  assert.equal(
    seqs(records).map((seq) => all.indexOf(seq)),
    Array.from({ length: 101 }, (_, index) => Math.ceil((index * 4999) / 100)),
  )
})

testBoth('the parts of a sample add up to it', async ({ journal, reader }) => {
  addRandom(journal, 500, 11)
  for (const limit of [1, 2, 100, 499, 500, 900]) {
    const whole = await reader.sample(everything, limit)
    for (const size of [1, 7, 64, 1000]) {
      const parts: StoredRecord[] = []
      for (let from = 0; from < limit; from += size) {
        const part = await reader.sample(everything, limit, { from, to: from + size })
        assert.is(part.total, 500)
        parts.push(...part.records)
      }
      assert.equal(parts, whole.records, `${limit} in parts of ${size}`)
    }
  }
})

testBoth('a sample of none is none', async ({ journal, reader }) => {
  addRandom(journal, 5, 1)
  assert.equal(await reader.sample(everything, 0), { total: 5, records: [] })
})

// ── windows ─────────────────────────────────────────────────────────────────────────────────

testBoth('a window begins with its first moment, and ends before its last', async (scene) => {
  const { journal, reader } = scene
  for (const time of [99, 100, 150, 199, 200]) add(journal, time)
  add(journal, 150, 'bus')
  journal.commit()
  const query = { vehicle: 'van', from: 100, to: 200 }
  const expected = [100, 150, 199]
  const times = (records: StoredRecord[]) => records.map(({ time }) => time)
  for (const page of [
    await reader.sample(query, 10),
    await reader.buckets(query, 100),
    await reader.page(query, { limit: 10, order: 'asc' }),
  ]) {
    assert.is(page.total, 3)
    assert.equal(times(page.records), expected)
  }
  const empty = [
    { vehicle: 'van', from: 200, to: 100 },
    { vehicle: 'van', from: 100, to: 100 },
    { vehicle: 'tram', from: 0, to: 1000 },
  ]
  for (const none of empty) {
    assert.equal(await reader.sample(none, 10), { total: 0, records: [] })
    assert.equal(await reader.buckets(none, 10), { total: 0, records: [] })
    const page = await reader.page(none, { limit: 10, order: 'desc' })
    assert.equal(page, { total: 0, records: [] })
  }
})

testBoth('records come back whole', async ({ journal, reader }) => {
  const record = newRecord(1, {
    data: { speed: 12.5, vin: 'W"Ö', intakeTemp: -40, latitude: 0 },
    quality: { speed: 'estimated' },
  })
  journal.append(record, checkpointOf())
  journal.commit()
  const stored = [{ seq: 1, ...record }]
  assert.equal((await reader.sample(everything, 5)).records, stored)
  assert.equal((await reader.buckets(everything, 5)).records, stored)
  assert.equal((await reader.page(everything, { limit: 5, order: 'desc' })).records, stored)
})

// ── buckets ─────────────────────────────────────────────────────────────────────────────────

testBoth('of each part of a window its last record is given', async ({ journal, reader }) => {
  for (let seed = 0; seed < 8; seed += 1) {
    const vehicle = `v${seed}`
    addRandom(journal, 60, seed, vehicle)
    for (const parts of [1, 2, 3, 7, 10, 60, 1000]) {
      const query = { vehicle, from: START - 333, to: START + 50_001 }
      const width = (query.to - query.from) / parts
      const last = new Map<number, StoredRecord>()
      for (const record of allOf(journal, query)) {
        last.set(Math.floor((record.time - query.from) / width), record)
      }
      const { total, records } = await reader.buckets(query, parts)
      assert.is(total, allOf(journal, query).length)
      assert.ok(records.length <= parts)
      assert.equal(seqs(records), seqs([...last.values()]), `${vehicle} in ${parts}`)
    }
  }
})

testBoth(
  'of several records at one moment a bucket gives the last',
  async ({ journal, reader }) => {
    for (const time of [5, 9, 9, 9, 2]) add(journal, time)
    journal.commit()
    const { records } = await reader.buckets({ vehicle: 'van', from: 0, to: 10 }, 1)
    assert.equal(seqs(records), [4])
  },
)

testBoth('parts shorter than a millisecond repeat nothing', async ({ journal, reader }) => {
  for (const time of [1, 1, 2, 4]) add(journal, time)
  journal.commit()
  const { records } = await reader.buckets({ vehicle: 'van', from: 0, to: 5 }, 1000)
  assert.equal(seqs(records), [2, 3, 4])
})

// ── pages ───────────────────────────────────────────────────────────────────────────────────

async function walk(
  reader: Reader,
  options: PageOptions,
  between: (page: number) => void,
): Promise<StoredRecord[]> {
  const found: StoredRecord[] = []
  for (let count = 0; ; count += 1) {
    const last = found.at(-1)
    const after = last === undefined ? {} : { after: { time: last.time, seq: last.seq } }
    const { records } = await reader.page(everything, { ...options, ...after })
    if (records.length === 0) return found
    found.push(...records)
    assert.ok(records.length <= options.limit)
    assert.ok(count < 1000)
    between(count)
  }
}

for (const order of ['asc', 'desc'] as const) {
  for (const limit of [1, 7, 50, 1000]) {
    testBoth(
      `pages of ${limit} (${order}) show each record once, while records are added everywhere`,
      async ({ journal, reader }) => {
        addRandom(journal, 120, limit)
        const before = allOf(journal)
        const random = chance(3)
        const found = await walk(reader, { limit, order }, (page) => {
          if (page >= 40) return
          add(journal, START + Math.floor(random() * 96) * 1000)
          add(journal, START - 1000 - page)
          add(journal, START + DAY + page)
          journal.commit()
        })
        const sign = order === 'asc' ? 1 : -1
        for (const [index, record] of found.entries()) {
          const previous = found[index - 1]
          if (previous !== undefined) assert.ok(sign * inOrder(record, previous) > 0)
        }
        const known = new Set(seqs(before))
        const expected = order === 'asc' ? before : before.reverse()
        assert.equal(seqs(found.filter(({ seq }) => known.has(seq))), seqs(expected))
      },
      limit === 7 ? readers : functionsOnly,
    )
  }
}

testBoth('a page counts its window, or not if that is not asked for', async (scene) => {
  const { journal, reader } = scene
  addRandom(journal, 30, 1)
  const [third] = allOf(journal).slice(2)
  const after = { time: third?.time ?? 0, seq: third?.seq ?? 0 }
  const page = await reader.page(everything, { limit: 4, order: 'asc', after })
  assert.is(page.total, 30, 'of the window, not of what is left')
  assert.equal(seqs(page.records), seqs(allOf(journal).slice(3, 7)))
  const uncounted = await reader.page(everything, { limit: 4, order: 'asc', total: false })
  assert.is(uncounted.total, 0)
  assert.is(uncounted.records.length, 4)
})

testBoth('a mark need not be that of a record', async ({ journal, reader }) => {
  for (const time of [10, 20, 30]) add(journal, time)
  journal.commit()
  const after = { time: 20, seq: 0 }
  const up = await reader.page(everything, { limit: 9, order: 'asc', after })
  const down = await reader.page(everything, { limit: 9, order: 'desc', after })
  assert.equal(seqs(up.records), [2, 3])
  assert.equal(seqs(down.records), [1])
})

// ── span ────────────────────────────────────────────────────────────────────────────────────

testBoth('the span is that of the times of measurement', async ({ journal, reader }) => {
  assert.is(await reader.span('van'), undefined)
  for (const time of [500, 100, 900, 300]) add(journal, time)
  add(journal, 5, 'bus')
  journal.commit()
  assert.equal(await reader.span('van'), { first: 100, last: 900 })
  assert.equal(await reader.span('bus'), { first: 5, last: 5 })
  assert.is(await reader.span('tram'), undefined)
})

testBoth('what is not committed is not read', async ({ journal, reader }) => {
  drive(journal, START, 1)
  assert.is(await reader.span('van'), undefined)
  assert.is((await reader.sample(everything, 5)).total, 0)
  journal.commit()
  assert.equal(await reader.span('van'), { first: START, last: START })
})

// ── distances ───────────────────────────────────────────────────────────────────────────────

/** Days from noon to noon of nowhere, or of 23, 24 and 25 hours. */
function partition(random: () => number, first: Millis, last: Millis): Millis[] {
  const quarters = Math.floor(random() * 96)
  const starts = [first - DAY - quarters * SLOT_MS]
  while ((starts.at(-1) as number) <= last) {
    starts.push((starts.at(-1) as number) + (23 + Math.floor(random() * 3)) * HOUR)
  }
  return starts
}

testBoth('the days of any time zone add up to the whole distance', async ({ journal, reader }) => {
  const random = chance(11)
  for (let round = 0; round < 25; round += 1) {
    const vehicle = `v${round}`
    let time = START + Math.floor(random() * DAY)
    const first = time
    let travelled = random() * 1000
    const beginning = travelled
    for (let i = 0; i < 150; i += 1) {
      drive(journal, time, travelled, vehicle)
      const pause = random() < 0.05 ? 3 * DAY : random() < 0.2 ? 9 * HOUR : 600_000
      const elapsed = Math.floor(random() * pause)
      time += elapsed
      travelled += random() < 0.3 ? 0 : random() * (elapsed / HOUR) * 100
    }
    journal.commit()
    const total = await reader.totalDistance(vehicle)
    const points = kmOf(journal.checkpoint(vehicle)) ?? 0
    assert.ok(Math.abs(total - (points - beginning)) < 1e-6)
    for (let zone = 0; zone < 4; zone += 1) {
      const days = await reader.days(vehicle, partition(random, first, time))
      const sum = days.reduce((km, { distance }) => km + (distance ?? 0), 0)
      assert.ok(Math.abs(sum - total) < 1e-6 * days.length, `${sum} is not ${total}`)
      assert.ok(days.every(({ distance }) => distance === undefined || distance >= 0))
      assert.ok(days.every(({ distance, hasData }) => distance === undefined || hasData))
    }
  }
})

const midnights = Array.from({ length: 8 }, (_, index) => START + index * DAY)

interface DaysCase {
  name: string
  /** Time after START, km. */
  points: [time: Millis, km: number][]
  starts?: Millis[]
  distances: (number | undefined)[]
  total: number
}

const daysCases: DaysCase[] = [
  {
    name: 'the first day begins with the first reading',
    points: [
      [10 * HOUR, 1000],
      [11 * HOUR, 1030.5],
    ],
    starts: midnights.slice(0, 2),
    distances: [30.5],
    total: 30.5,
  },
  {
    name: 'a day with one reading has driven nothing',
    points: [[10 * HOUR, 1000]],
    starts: midnights.slice(0, 3),
    distances: [0, undefined],
    total: 0,
  },
  {
    name: 'what is driven over midnight belongs to the day whose reading tells it',
    points: [
      [23.9 * HOUR, 100],
      [24.1 * HOUR, 110],
      [25 * HOUR, 150],
    ],
    starts: midnights.slice(0, 3),
    distances: [0, 50],
    total: 50,
  },
  {
    name: 'a reading at midnight belongs to the new day, one just before to the old',
    points: [
      [20 * HOUR, 0],
      [DAY - 1, 7],
      [DAY, 9],
    ],
    starts: midnights.slice(0, 3),
    distances: [7, 2],
    total: 9,
  },
  {
    name: 'days without readings have no distance, and the day after them has it',
    points: [
      [8 * HOUR, 50],
      [9 * HOUR, 60],
      [5 * DAY, 160],
      [5 * DAY + HOUR, 165],
    ],
    distances: [10, undefined, undefined, undefined, undefined, 105, undefined],
    total: 115,
  },
  {
    name: 'a day that stood still has driven 0, which is not "unknown"',
    points: [
      [HOUR, 5],
      [DAY + HOUR, 5],
      [DAY + 2 * HOUR, 5],
    ],
    starts: midnights.slice(0, 3),
    distances: [0, 0],
    total: 0,
  },
  {
    name: 'days before the first reading have no distance',
    points: [
      [3 * DAY + HOUR, 5],
      [3 * DAY + 2 * HOUR, 6],
    ],
    distances: [undefined, undefined, undefined, 1, undefined, undefined, undefined],
    total: 1,
  },
  {
    name: 'a late reading inside a quarter of an hour changes nothing',
    points: [
      [HOUR, 5],
      [HOUR + 600_000, 8],
      [HOUR + 300_000, 6],
    ],
    starts: midnights.slice(0, 2),
    distances: [3],
    total: 3,
  },
  {
    name: 'fractions leave no residue',
    points: [
      [HOUR, 0.1],
      [2 * HOUR, 0.3],
    ],
    starts: midnights.slice(0, 2),
    distances: [0.2],
    total: 0.2,
  },
  {
    name: 'a day of no length, as zones skip one, has no distance',
    points: [
      [HOUR, 1],
      [DAY + HOUR, 2],
    ],
    starts: [START, START + DAY, START + DAY, START + 2 * DAY],
    distances: [0, undefined, 1],
    total: 1,
  },
  {
    name: 'readings before 1970 count as any others',
    points: [
      [-START - HOUR, 1],
      [-START - 1, 3],
      [-START, 6],
    ],
    starts: [-DAY, 0, DAY],
    distances: [2, 3],
    total: 5,
  },
  { name: 'one moment is no day', points: [[0, 1]], starts: [START], distances: [], total: 0 },
  { name: 'no moment is no day', points: [[0, 1]], starts: [], distances: [], total: 0 },
]

async function checkDays({ journal, reader }: Scene, given: DaysCase, vehicle: string) {
  const { points, starts = midnights, distances, total } = given
  for (const [time, km] of points) drive(journal, START + time, km, vehicle)
  drive(journal, START, 77_777, `not ${vehicle}`)
  journal.commit()
  const days = await reader.days(vehicle, starts)
  assert.equal(
    days.map(({ distance }) => distance),
    distances,
  )
  assert.equal(
    days.map(({ start }) => start),
    starts.slice(0, -1),
  )
  assert.is(await reader.totalDistance(vehicle), total)
}

for (const given of daysCases) {
  testBoth(given.name, (scene) => checkDays(scene, given, 'van'), functionsOnly)
}

testBoth('all these days in one journal, each of a vehicle of its own', async (scene) => {
  for (const [index, given] of daysCases.entries()) await checkDays(scene, given, `v${index}`)
})

testBoth('a day with records but no odometer has data and no distance', async (scene) => {
  const { journal, reader } = scene
  add(journal, START + HOUR)
  journal.commit()
  assert.equal(await reader.days('van', midnights.slice(0, 3)), [
    { start: START, distance: undefined, hasData: true },
    { start: START + DAY, distance: undefined, hasData: false },
  ])
  assert.is(await reader.totalDistance('van'), 0)
})

testBoth('a vehicle that never was has no days and no distance', async ({ reader }) => {
  assert.equal(await reader.days('tram', midnights.slice(0, 2)), [
    { start: START, distance: undefined, hasData: false },
  ])
  assert.is(await reader.totalDistance('tram'), 0)
})

// ── the thread ──────────────────────────────────────────────────────────────────────────────

const isStoreError = (error: unknown) =>
  error instanceof OdographError && error.code === 'store-failed'

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

/** A journal with a record, and a reader of it that is stopped at the end. */
function testReader(name: string, run: (reader: Reader, path: string) => Promise<void>): void {
  test(name, () =>
    inFolder(async (folder) => {
      const journal = openJournal(folder)
      add(journal, START)
      journal.stop()
      const path = join(folder, 'journal.db')
      const reader = createReader(path, startReaderWorker)
      try {
        await run(reader, path)
      } finally {
        await reader.stop()
      }
    }),
  )
}

testReader('a read that fails is told, and those after it are answered', async (reader, path) => {
  const failing: Promise<unknown>[] = [
    reader.days('van', undefined as unknown as number[]),
    reader.page(everything, undefined as unknown as PageOptions),
    reader.buckets(undefined as unknown as RecordQuery, 1),
    reader.sample(undefined as unknown as RecordQuery, 1),
  ]
  const errors = await Promise.all(failing.map(rejection))
  for (const error of errors) {
    assert.ok(isStoreError(error))
    assert.is((error as OdographError).subject, path)
  }
  assert.equal(await reader.span('van'), { first: START, last: START })
})

testReader('reads asked for at once are answered each with its own', async (reader) => {
  const limits = Array.from({ length: 40 }, (_, index) => index + 1)
  const answers = await Promise.all(
    limits.map((parts) =>
      parts % 2 === 0 ? reader.span('van') : reader.sample({ ...everything, to: parts }, parts),
    ),
  )
  for (const [index, answer] of answers.entries()) {
    const expected = index % 2 === 1 ? { first: START, last: START } : { total: 0, records: [] }
    assert.equal(answer, expected)
  }
})

testReader('after stop every read fails at once, and stop may be called again', async (reader) => {
  await reader.span('van')
  await reader.stop()
  await reader.stop()
  assert.ok(isStoreError(await rejection(reader.span('van'))))
  assert.ok(isStoreError(await rejection(reader.totalDistance('van'))))
})

testReader('stop answers what is still being read with an error', async (reader) => {
  const waiting = [reader.span('van'), reader.sample(everything, 3)].map(rejection)
  await reader.stop()
  for (const error of await Promise.all(waiting)) assert.ok(isStoreError(error))
})

testReader('a reader that was never asked stops too', async (reader) => {
  await reader.stop()
})

test('a reader of a file that is not there says so, and reads it once it is', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'journal.db')
    const reader = createReader(path, startReaderWorker)
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await rejection(reader.span('van'))
      assert.ok(isStoreError(error))
      assert.match((error as Error).message, /cannot be opened/)
    }
    const journal = openJournal(folder)
    add(journal, START)
    journal.commit()
    assert.equal(await reader.span('van'), { first: START, last: START })
    await reader.stop()
    journal.stop()
  }))

test('a thread that dies fails what it was asked, and the next read starts another', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    add(journal, START)
    journal.commit()
    const started: ReturnType<typeof startReaderWorker>[] = []
    const reader = createReader(join(folder, 'journal.db'), (path) => {
      const worker = startReaderWorker(path)
      started.push(worker)
      return worker
    })
    await reader.span('van')
    const dying = started[0]?.terminate()
    const waiting = rejection(reader.span('van'))
    await dying
    assert.ok(isStoreError(await waiting))
    assert.equal(await reader.span('van'), { first: START, last: START })
    assert.is(started.length, 2)
    await reader.stop()
    journal.stop()
  }))

test.run()
