import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { configSchema } from '../../src/config/schema.ts'
import { Trips } from '../../src/gateway/trips.ts'
import type { EventType } from '../../src/model/event.ts'
import { tripId } from '../../src/model/trip.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { createReader, type JournalReader } from '../../src/uplink/store/reader.ts'
import type { TripSample } from '../../src/uplink/trips/sample.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  pointAt,
  silent,
} from '../support/journal-records.ts'
import { startReaderWorker } from '../support/source-workers.ts'
import { Course, DEPARTURE } from '../support/trip-course.ts'

const off = { engineSpeed: 0, ignition: false }
const parked = { seconds: 600, every: 30, values: off }
const drive = { seconds: 1200, every: 5, speed: 60 }
const car = () => new Course(DEPARTURE, { engineSpeed: 1500, ignition: true })

interface Told {
  type: EventType
  data: Record<string, unknown>
}

/** A gateway that follows a van: what it hears is stored, and goes to the trips. */
class Follower {
  readonly told: Told[] = []
  isTimeKnown = true
  now = DEPARTURE
  trips: Trips
  readonly #journal: Journal
  readonly #reader: JournalReader
  #number = 0
  #ends: (() => void)[] = []

  constructor(journal: Journal, reader: JournalReader) {
    this.#journal = journal
    this.#reader = reader
    this.trips = this.restart()
  }

  /** Another run of the gateway, that knows what was kept. */
  restart(): Trips {
    this.trips = new Trips({
      config: configSchema.parse({ vehicles: [{ id: 'van', tankLitres: 60 }] }),
      journal: this.#journal,
      reader: this.#reader,
      clock: { now: () => this.now, monotonic: () => this.now },
      logger: silent,
      isTimeKnown: () => this.isTimeKnown,
      event: (_vehicle, type, data) => {
        this.told.push({ type, data })
        if (type === 'trip.end') for (const end of this.#ends.splice(0)) end()
      },
    })
    this.trips.start(['van'])
    return this.trips
  }

  hear(samples: readonly TripSample[]): void {
    for (const { time, odometer, ...values } of samples) {
      this.now = time
      const known = Object.entries(values).filter(([, value]) => value !== undefined)
      const data = { ...Object.fromEntries(known), ...(odometer !== undefined && { odometer }) }
      const record = newRecord(this.#number++, { time, data })
      const points = odometer === undefined ? [] : [pointAt(time, odometer)]
      this.#journal.append(record, checkpointOf(), points)
      this.trips.take(record)
      this.trips.tick()
    }
  }

  /** Resolves when the next end is told, which the journal is asked about first. */
  nextEnd(): Promise<void> {
    return new Promise((resolve) => this.#ends.push(resolve))
  }

  get types(): EventType[] {
    return this.told.map(({ type }) => type)
  }
}

function testFollowing(name: string, run: (follower: Follower) => Promise<void>): void {
  test(name, () =>
    inFolder(async (folder) => {
      const journal = openJournal(folder)
      const reader = createReader(join(folder, 'journal.db'), startReaderWorker)
      try {
        await run(new Follower(journal, reader))
      } finally {
        await reader.stop()
        journal.stop()
      }
    }),
  )
}

testFollowing('a start is told at once, an end with its summary', async (follower) => {
  const course = car().leg(parked).leg(drive)
  follower.hear(course.samples)
  const start = DEPARTURE + 600_000
  const id = tripId('van', start)
  assert.equal(follower.told, [
    { type: 'trip.start', data: { tripId: id, start: new Date(start).toISOString() } },
  ])
  const heard = course.samples.length
  const end = follower.nextEnd()
  follower.hear(course.leg(parked).samples.slice(heard))
  await end
  assert.equal(follower.types, ['trip.start', 'trip.end'])
  const { data = {} } = follower.told[1] ?? {}
  const { distance, averageSpeed, ...rest } = data
  assert.ok(Math.abs(Number(distance) - 20) < 0.2, `${distance} km`)
  assert.ok(Math.abs(Number(averageSpeed) - 60) < 0.6, `${averageSpeed} km/h`)
  assert.equal(rest, {
    tripId: id,
    start: new Date(start).toISOString(),
    end: new Date(start + 1_200_000).toISOString(),
    ...{ durationSeconds: 1200, movingSeconds: 1200, idleSeconds: 0, stops: 0, maxSpeed: 60 },
  })
})

testFollowing('no event says where it was', async (follower) => {
  const end = follower.nextEnd()
  follower.hear(car().leg(parked).leg(drive).leg({ seconds: 120 }).leg(drive).leg(parked).samples)
  await end
  assert.is(follower.told.at(-1)?.data.stops, 1)
  assert.not.match(JSON.stringify(follower.told), /latitude|longitude|place|50\./i)
})

testFollowing('a restart on the way tells neither start nor end twice', async (follower) => {
  const course = car().leg(parked).leg(drive)
  follower.hear(course.samples)
  follower.trips.keepAll()
  follower.restart()
  const heard = course.samples.length
  const end = follower.nextEnd()
  follower.hear(course.leg(drive).leg(parked).samples.slice(heard))
  await end
  follower.restart()
  follower.now += 3_600_000
  follower.trips.tick()
  assert.equal(follower.types, ['trip.start', 'trip.end'])
  assert.is(follower.told[1]?.data.durationSeconds, 2400)
})

testFollowing('a vehicle that fell silent has arrived, also over a restart', async (follower) => {
  const course = car().leg(parked).leg(drive)
  follower.hear(course.samples)
  follower.trips.keepAll()
  follower.restart()
  const end = follower.nextEnd()
  follower.now += 3_600_000
  follower.trips.tick()
  await end
  assert.equal(follower.types, ['trip.start', 'trip.end'])
})

testFollowing(
  'while the time is not known nothing is told, afterwards with true times',
  async (follower) => {
    follower.isTimeKnown = false
    const course = car().leg(parked).leg(drive)
    follower.hear(course.samples)
    assert.equal(follower.told, [])
    const delta = 86_400_000
    follower.trips.shift(delta, DEPARTURE)
    follower.now += delta
    follower.isTimeKnown = true
    follower.trips.tick()
    assert.equal(follower.told, [
      {
        type: 'trip.start',
        data: {
          tripId: tripId('van', DEPARTURE + 600_000 + delta),
          start: new Date(DEPARTURE + 600_000 + delta).toISOString(),
        },
      },
    ])
  },
)

test.run()
