import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../src/database/sqlite.ts'
import type { TripQuery } from '../../../src/model/ports.ts'
import type { ClockTrust } from '../../../src/model/record.ts'
import { defaultTripSettings, type Trip } from '../../../src/model/trip.ts'
import { sealedBlock } from '../../../src/uplink/store/blocks/sealed-block.ts'
import { totalDistance } from '../../../src/uplink/store/distance/distance-queries.ts'
import type { Journal } from '../../../src/uplink/store/journal.ts'
import { createReader } from '../../../src/uplink/store/reader.ts'
import { openReading, type Reading } from '../../../src/uplink/store/reading.ts'
import { TripBook } from '../../../src/uplink/store/trips/trip-book.ts'
import type { TripSample } from '../../../src/uplink/trips/sample.ts'
import {
  chance,
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  pointAt,
} from '../../support/journal-records.ts'
import { startReaderWorker } from '../../support/source-workers.ts'
import { Course, DEPARTURE } from '../../support/trip-course.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const off = { engineSpeed: 0, ignition: false }
const parked = (seconds: number) => ({ seconds, every: 60, values: off })
const drive = (seconds: number) => ({ seconds, every: 10, speed: 60 })
const car = (start = DEPARTURE) => new Course(start, { engineSpeed: 1500, ignition: true })

/** Stores what a course brought; the odometer of record is that of its readings. */
function store(
  journal: Journal,
  samples: readonly TripSample[],
  boot = 'boot-1',
  vehicle = 'van',
  clockTrust: ClockTrust = 'network',
): void {
  for (const [number, { time, odometer, ...values }] of samples.entries()) {
    const known = Object.entries(values).filter(([, value]) => value !== undefined)
    const data = { ...Object.fromEntries(known), ...(odometer !== undefined && { odometer }) }
    const points = odometer === undefined ? [] : [pointAt(time, odometer, vehicle)]
    const record = newRecord(number, {
      id: `${vehicle}-${boot}-${number}`,
      boot,
      vehicle,
      time,
      data,
      clockTrust,
    })
    journal.append(record, checkpointOf(), points)
  }
  journal.commit()
}

const everything: TripQuery = {
  ...{ vehicle: 'van', from: 0, to: 8e15, limit: 1000, now: 8e15 },
  order: 'asc',
}

function answerOf(book: TripBook, query: TripQuery): Trip[] {
  for (let step = 0; step < 1000; step++) {
    const answer = book.answer(query)
    if ('trips' in answer) return answer.trips
  }
  throw new Error('never ends')
}

interface Scene {
  journal: Journal
  reading: Reading
  path: string
  book: TripBook
}

function withJournal(name: string, run: (scene: Scene) => Promise<void> | void): void {
  test(name, () =>
    inFolder(async (folder) => {
      const journal = openJournal(folder)
      const path = join(folder, 'journal.db')
      const reading = openReading(path)
      const book = new TripBook(reading, defaultTripSettings)
      try {
        await run({ journal, reading, path, book })
      } finally {
        reading.database.close()
        journal.stop()
      }
    }),
  )
}

const spans = (trips: readonly Trip[]) =>
  trips.map(({ start, end, ongoing }) => {
    const [from, to] = [start, end].map((time) => Math.round((time - DEPARTURE) / 60_000))
    return `${from}-${to}${ongoing ? '…' : ''}`
  })

/** The same from the beginning, by one that knows nothing yet. */
const anew = (reading: Reading, query = everything) =>
  answerOf(new TripBook(reading, defaultTripSettings), query)

withJournal('a trip has its ends, its distance and its times', ({ journal, book }) => {
  store(journal, car().leg(parked(600)).leg(drive(1800)).leg(parked(600)).samples)
  const [trip] = answerOf(book, everything)
  assert.ok(trip)
  assert.equal(spans([trip]), ['10-40'])
  assert.ok(Math.abs((trip.distance ?? 0) - 30) < 0.2, `${trip.distance} km`)
  assert.is(trip.movingSeconds, 1800)
  assert.is(trip.maxSpeed, 60)
  assert.is(trip.startPlace?.longitude, 8)
  assert.ok((trip.endPlace?.latitude ?? 0) > 50.26)
})

withJournal('a trip over midnight is one, of the day on which it began', ({ journal, book }) => {
  const midnight = DEPARTURE + 16 * HOUR
  const start = midnight - 1800_000
  store(
    journal,
    car(start - 600_000)
      .leg(parked(600))
      .leg(drive(3600))
      .leg(parked(600)).samples,
  )
  const day = { ...everything, from: midnight - DAY, to: midnight }
  const next = { ...everything, from: midnight, to: midnight + DAY }
  assert.equal(
    answerOf(book, day).map((trip) => [trip.start - midnight, trip.end - midnight]),
    [[-1800_000, 1800_000]],
  )
  assert.equal(answerOf(book, next), [])
})

withJournal('what comes late joins two halves into one trip', ({ journal, reading, book }) => {
  const all = car().leg(parked(600)).leg(drive(5400)).leg(parked(600)).samples
  const isLate = ({ time }: TripSample) =>
    time >= DEPARTURE + 1800_000 && time < DEPARTURE + 4800_000
  store(
    journal,
    all.filter((sample) => !isLate(sample)),
  )
  assert.equal(spans(answerOf(book, everything)), ['10-30', '80-100'])
  store(journal, all.filter(isLate), 'recording')
  const joined = answerOf(book, everything)
  assert.equal(spans(joined), ['10-100'])
  assert.equal(joined, anew(reading))
})

withJournal('what goes on is told as such, until it has ended', ({ journal, book }) => {
  const course = car().leg(parked(600)).leg(drive(600))
  store(journal, course.samples)
  const { time } = course
  assert.equal(spans(answerOf(book, { ...everything, now: time })), ['10-20…'])
  assert.equal(spans(answerOf(book, { ...everything, now: time + HOUR })), ['10-20'])
  const before = course.samples.length
  store(journal, course.leg(drive(600)).leg(parked(600)).samples.slice(before), 'boot-2')
  assert.equal(spans(answerOf(book, { ...everything, now: course.time })), ['10-30'])
})

withJournal('a window in the middle finds what all finds', ({ journal, reading }) => {
  const course = car()
  for (let day = 0; day < 9; day++) {
    for (let trip = 0; trip < 3; trip++) course.leg(parked(7200)).leg(drive(1200 + 60 * day))
    course.leg(parked(DAY / 1000 - 3 * 7200 - 3 * (1200 + 60 * day)))
  }
  store(journal, course.samples)
  const all = anew(reading)
  assert.is(all.length, 27)
  const book = new TripBook(reading, defaultTripSettings)
  for (let day = 8; day >= 0; day--) {
    const window = { ...everything, from: DEPARTURE + day * DAY, to: DEPARTURE + (day + 1) * DAY }
    const expected = all.filter(({ start }) => start >= window.from && start < window.to)
    assert.equal(answerOf(book, window), expected, `day ${day}`)
    assert.equal(anew(reading, window), expected, `day ${day}, anew`)
  }
  const newest = answerOf(book, { ...everything, order: 'desc', limit: 2 })
  assert.equal(newest, all.slice(-2).reverse())
  const after = newest[1]?.start ?? 0
  const page = answerOf(book, { ...everything, order: 'desc', limit: 2, after })
  assert.equal(page, all.slice(-4, -2).reverse())
})

withJournal('blocks and rows give the same', ({ journal, reading, book }) => {
  store(journal, car().leg(parked(600)).leg(drive(1800)).leg(parked(600)).samples)
  const before = anew(reading)
  assert.is(before.length, 1)
  assert.equal(answerOf(book, everything), before)
  journal.seal(sealedBlock(journal.read(0, 1000)))
  assert.equal(answerOf(book, everything), before)
  assert.equal(anew(reading), before)
})

withJournal('asked through the thread it is the same', async ({ journal, reading, path }) => {
  store(journal, car().leg(parked(600)).leg(drive(1800)).leg(parked(600)).samples)
  const reader = createReader(path, startReaderWorker)
  try {
    assert.equal(await reader.trips(everything), anew(reading))
    const [trip] = anew(reading)
    const { start = 0, end = 0 } = trip ?? {}
    assert.is(await reader.distanceBetween('van', start, end), trip?.distance)
  } finally {
    await reader.stop()
  }
})

withJournal(
  'whatever comes in whatever order, it is as if read at once',
  ({ journal, reading, book }) => {
    const random = chance(7)
    const course = car()
    for (let leg = 0; leg < 60; leg++) {
      const seconds = Math.ceil(random() * (random() < 0.3 ? 7200 : 900))
      const kind = random()
      if (kind < 0.4) course.leg(drive(seconds))
      else if (kind < 0.6) course.leg(parked(seconds))
      else if (kind < 0.8) course.leg({ seconds, every: 10 })
      else course.leg({ seconds, speed: random() < 0.5 ? 50 : 0, silent: true })
    }
    const pieces: TripSample[][] = []
    for (let at = 0; at < course.samples.length; at += 200)
      pieces.push(course.samples.slice(at, at + 200))
    for (let place = pieces.length - 1; place > 0; place--) {
      const other = Math.floor(random() * (place + 1))
      ;[pieces[place], pieces[other]] = [
        pieces[other] as TripSample[],
        pieces[place] as TripSample[],
      ]
    }
    for (const [number, piece] of pieces.entries()) {
      store(journal, piece, `boot-${number}`)
      const to = DEPARTURE + random() * (course.time - DEPARTURE)
      const window = { ...everything, from: to - 6 * HOUR, to }
      assert.equal(answerOf(book, window), anew(reading, window), `window after piece ${number}`)
    }
    const all = answerOf(book, everything)
    assert.equal(all, anew(reading))
    assert.ok(all.length > 5, `${all.length} trips`)
  },
)

withJournal(
  'the distances of trips never add up to more than the total',
  ({ journal, reading }) => {
    const random = chance(11)
    for (let life = 0; life < 5; life++) {
      const vehicle = `van-${life}`
      const course = car()
      for (let leg = 0; leg < 40; leg++) {
        const seconds = Math.ceil(random() * 1500)
        if (random() < 0.5) course.leg({ ...drive(seconds), every: Math.ceil(random() * 60) })
        else course.leg(parked(seconds))
      }
      store(journal, course.samples, `life-${life}`, vehicle)
      const trips = anew(reading, { ...everything, vehicle })
      const sum = trips.reduce((km, { distance = 0 }) => km + distance, 0)
      const total = totalDistance(reading, vehicle)
      assert.ok(sum <= total + 1e-9, `${sum} of ${total} km`)
      assert.ok(sum > total * 0.9, `${sum} of ${total} km`)
    }
  },
)

withJournal('trips go along when the time becomes known', ({ journal, reading, book }) => {
  const course = car().leg(parked(600)).leg(drive(1800)).leg(parked(600))
  const before = car(DEPARTURE - 30 * DAY)
    .leg(parked(600))
    .leg(drive(600))
    .leg(parked(600))
  store(journal, before.samples, 'boot-0')
  store(journal, course.samples, 'boot-1', 'van', 'none')
  assert.equal(spans(answerOf(book, everything)).slice(1), ['10-40'])
  for (const delta of [3 * DAY, -2 * DAY]) {
    const change = { boot: 'boot-1', begun: DEPARTURE, since: 0, until: 8e15 }
    const trust = delta > 0 ? 'none' : 'gnss'
    journal.restamp({ ...change, delta, trust })
    assert.equal(answerOf(book, everything), anew(reading))
  }
  const minutes = DAY / 60_000
  assert.equal(spans(answerOf(book, everything)).slice(1), [`${minutes + 10}-${minutes + 40}`])
})

withJournal('what was removed from the journal is told no more', ({ journal, reading, book }) => {
  const course = car().leg(parked(600)).leg(drive(1800)).leg(parked(7200))
  const first = course.samples.length
  course.leg(drive(1800)).leg(parked(600))
  store(journal, course.samples)
  assert.is(answerOf(book, everything).length, 2)
  const database = openDatabase(reading.path, { readOnly: false })
  database.prepare('DELETE FROM record WHERE seq <= ?').run(first)
  database.close()
  assert.is(answerOf(book, everything).length, 1)
  assert.equal(spans(anew(reading)), spans(answerOf(book, everything)))
})

withJournal('a vehicle that nothing was heard of made no trips', ({ book }) => {
  assert.equal(answerOf(book, everything), [])
  assert.equal(answerOf(book, { ...everything, from: 2, to: 1 }), [])
})

withJournal(
  'a drive that goes on is found although the vehicle was last heard of years before',
  ({ journal, book }) => {
    const now = DEPARTURE + 2000 * DAY
    store(journal, car().leg(drive(600)).samples, 'boot-0')
    store(journal, car(now).leg(drive(1200)).samples, 'boot-1')
    const query = { ...everything, from: now - 14 * DAY, now: now + 1200_000 }
    assert.equal(spans(answerOf(book, query)), [
      `${(now - DEPARTURE) / 60_000}-${(now - DEPARTURE) / 60_000 + 20}…`,
    ])
  },
)

withJournal(
  'what was under way for weeks before the window is looked for, and the search ends',
  ({ journal, book }) => {
    // A record every ten minutes, and never a rest.
    const long = car().leg({ seconds: 30 * 86_400, every: 600, speed: 60 }).samples
    store(journal, car(DEPARTURE - 2000 * DAY).leg(drive(600)).samples, 'boot-0')
    store(journal, long, 'boot-1')
    const from = DEPARTURE + 25 * DAY
    const query = { ...everything, from, now: DEPARTURE + 30 * DAY }
    assert.equal(answerOf(book, query), [])
    assert.is(answerOf(book, { ...query, from: DEPARTURE - DAY }).length, 1)
  },
)

test.run()
