/**
 * The odometer of record over whole lives of vehicles, against a slow and obvious model: random drives
 * and gaps, wrong readings, new clusters, data that comes late, cut into the days of many time zones.
 */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { localDays } from '../../src/api/local-days.ts'
import { Odometer } from '../../src/decoder/vehicle/odometer.ts'
import { OdometerPoints } from '../../src/decoder/vehicle/odometer-points.ts'
import type { OdometerPoint } from '../../src/model/odometer.ts'
import type { Reading } from '../../src/model/reading.ts'
import type { Millis } from '../../src/model/time.ts'
import {
  days,
  distanceBetween,
  explainDistance,
  totalDistance,
} from '../../src/uplink/store/distance/distance-queries.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { openReading } from '../../src/uplink/store/reading.ts'
import {
  chance,
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
} from '../support/journal-records.ts'

const test = suite('distances of whole lives')

const MINUTE: Millis = 60_000
const HOUR: Millis = 60 * MINUTE

/** Ends of summer time, odd offsets, a day that was left out; each with a day to begin before. */
const zones: [zone: string, begin: string][] = [
  ['UTC', '2026-02-25'],
  ['Europe/Berlin', '2026-03-26'],
  ['Europe/Berlin', '2026-10-22'],
  ['America/St_Johns', '2026-03-05'],
  ['Asia/Kathmandu', '2026-05-01'],
  ['Australia/Lord_Howe', '2026-04-02'],
  ['Australia/Lord_Howe', '2026-10-01'],
  ['Pacific/Chatham', '2026-04-03'],
  ['Pacific/Apia', '2011-12-27'],
  ['America/Havana', '2026-10-29'],
  ['Atlantic/Azores', '2026-10-22'],
]
const LIFE_DAYS = 8

interface Told {
  time: Millis
  km: number
  /** What the vehicle has really driven by then; undefined: a wrong reading. */
  truth?: number
  /** Counts up with each new cluster. */
  cluster: number
}

interface Life {
  told: Told[]
  clusters: number
}

/** Drives with readings every ten seconds or minute, nights without any, some of what goes wrong. */
function lifeOf(random: () => number, begin: Millis, withClusters: boolean): Life {
  const told: Told[] = []
  let [time, truth, offset, cluster] = [begin, 0, Math.floor(random() * 200_000) + 1000, 0]
  // One wrong reading more, while a new cluster is not believed yet, costs the way up to it.
  let quiet = 0
  const end = begin + LIFE_DAYS * 24 * HOUR
  while (time < end) {
    const period = random() < 0.5 ? 10_000 : MINUTE
    const speed = random() < 0.1 ? 0 : 20 + random() * 110
    for (let left = random() * 2 * HOUR; left > 0 && time < end; left -= period) {
      time += period
      truth += (speed * period) / HOUR
      const km = Math.floor((offset + truth) * 10) / 10
      const wrong = random()
      quiet -= 1
      const isFirst = time - (told.at(-1)?.time ?? 0) > MINUTE
      if (wrong < 0.02 && !isFirst && quiet < 0) {
        const values = [0, 65_538, km * 1000, km / 1.609344, km + 3000, km - 50]
        told.push({ time, km: values[Math.floor(random() * values.length)] as number, cluster })
      } else told.push({ time, km, truth, cluster })
    }
    const rest = random()
    const pause = Math.floor(random() * (rest < 0.1 ? 40 * HOUR : rest < 0.5 ? 8 * HOUR : HOUR))
    time += pause
    // What was driven while nobody listened counts with the next reading.
    if (random() < 0.2) truth += random() * Math.min(30, (pause / HOUR) * 120)
    if (withClusters && quiet < 0 && offset + truth > 5000 && random() < 0.15) {
      cluster += 1
      quiet = 10
      // One that shows more could have been driven meanwhile.
      offset = Math.floor((offset + truth) * random() * 0.8) - truth
    }
  }
  return { told, clusters: cluster }
}

/** The points that a gateway makes of a stretch. */
function pointsOf(stretch: readonly Told[]): OdometerPoint[] {
  const odometer = new Odometer()
  const points = new OdometerPoints('van')
  const made: OdometerPoint[] = []
  for (const { time, km } of stretch) {
    const reading: Reading = {
      signal: 'odometer',
      value: km,
      quality: 'ok',
      time: time * 1000,
      source: 'can0',
      sender: 23,
      rank: 0,
    }
    points.reading(reading, odometer.take(reading), odometer.begun)
    if (made.length % 7 === 0) made.push(...(points.take() ?? []))
  }
  made.push(...(points.take() ?? []))
  return made
}

/** Cut where the reading is a good one; in chance order, and some of it once more. */
function stretchesOf(told: readonly Told[], random: () => number): Told[][] {
  const stretches: Told[][] = []
  let rest = [...told]
  while (rest.length > 0) {
    let cut = Math.min(1 + Math.floor(random() * 3000), rest.length)
    while (cut < rest.length && rest[cut]?.truth === undefined) cut += 1
    stretches.push(rest.slice(0, cut))
    rest = rest.slice(cut)
  }
  for (let i = stretches.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    ;[stretches[i], stretches[j]] = [stretches[j] as Told[], stretches[i] as Told[]]
  }
  return [...stretches, ...stretches.filter(() => random() < 0.2)]
}

/** Of good readings of one cluster: from the last one before the span to the last one in it. */
function obvious({ told }: Life, from: Millis, to: Millis): number | undefined {
  const good = told.filter(({ truth }) => truth !== undefined)
  const inside = good.filter(({ time }) => time >= from && time < to)
  if (inside.length === 0) return undefined
  let km = 0
  for (const reading of inside) {
    const before = good[good.indexOf(reading) - 1]
    if (before?.cluster === reading.cluster) km += reading.km - before.km
  }
  return km
}

let appended = 0
function append(journal: Journal, points: readonly OdometerPoint[]): void {
  appended += 1
  journal.append(newRecord(appended, { id: `r${appended}` }), checkpointOf(), points)
}

for (const [zone, begin] of zones) {
  for (const order of ['in order', 'late']) {
    for (const clusters of [false, true]) {
      const what = clusters ? 'with new clusters' : 'with one cluster'
      test(`${zone} from ${begin}: what comes ${order}, ${what}`, () =>
        inFolder((folder) => {
          const random = chance(appended + zones.findIndex(([name]) => name === zone) * 1000)
          const life = lifeOf(random, Date.parse(begin) + random() * 24 * HOUR, clusters)
          const journal = openJournal(folder)
          const stretches = order === 'late' ? stretchesOf(life.told, random) : [life.told]
          for (const stretch of stretches) {
            append(journal, pointsOf(stretch))
            if (random() < 0.7) journal.commit()
          }
          journal.stop()
          check(folder, life, { zone, begin })
        }))
    }
  }
}

function check(folder: string, life: Life, { zone, begin }: { zone: string; begin: string }): void {
  const reading = openReading(join(folder, 'journal.db'))
  const last = life.told.at(-1)?.time ?? 0
  const { starts } = localDays(
    { timeZone: zone, startDate: begin, endDate: new Date(last).toISOString().slice(0, 10) },
    last,
  )
  // What is believed only after midnight counts there.
  const tolerance = life.clusters === 0 ? 1e-6 : 15
  const total = totalDistance(reading, 'van')
  near(total, obvious(life, 0, Number.MAX_SAFE_INTEGER) ?? 0, 1e-6, 'in all')
  const found = days(reading, 'van', starts)
  const sum = found.reduce((km, { distance }) => km + (distance ?? 0), 0)
  const [first = 0, end = 0] = [starts[0], starts.at(-1)]
  near(sum, distanceBetween(reading, 'van', first - 1, end - 1) ?? 0, 1e-6, 'the days')
  for (const [index, { start, distance }] of found.entries()) {
    const next = starts[index + 1] as Millis
    const expected = obvious(life, start, next)
    assert.is(distance === undefined, expected === undefined, new Date(start).toISOString())
    near(distance ?? 0, expected ?? 0, tolerance, new Date(start).toISOString())
    const { distance: explained, segments } = explainDistance(reading, 'van', start, next)
    near(explained, distance ?? 0, 1e-6, 'explained')
    near(
      segments.reduce((km, segment) => km + segment.distance, 0),
      explained,
      1e-6,
      'segments',
    )
  }
  reading.database.close()
}

function near(value: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(value - expected) <= tolerance, `${what}: ${value} is not ${expected}`)
}

test.run()
