import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defaultTripSettings } from '../../../src/model/trip.ts'
import type { FoundTrip } from '../../../src/uplink/trips/open-trip.ts'
import type { TripSample } from '../../../src/uplink/trips/sample.ts'
import { newFinderState, TripFinder } from '../../../src/uplink/trips/trip-finder.ts'
import { chance } from '../../support/journal-records.ts'
import { Course, DEPARTURE } from '../../support/trip-course.ts'

const MINUTE = 60

/** From the start of all that is known. */
function findTrips(samples: readonly TripSample[], end?: number): FoundTrip[] {
  const trips: FoundTrip[] = []
  const state = { ...newFinderState(), sureFrom: 0 }
  const finder = new TripFinder(defaultTripSettings, (trip) => trips.push(trip), state)
  for (const sample of samples) finder.take(sample)
  if (end !== undefined) finder.tick(end)
  const { open } = finder
  return open === undefined ? trips : [...trips, open]
}

/** `start-end`, in seconds since the departure, with `…` where it goes on. */
function spans(course: Course, end?: number): string[] {
  return findTrips(course.samples, end).map((trip) => {
    const [from, to] = [trip.start, trip.end].map((time) => (time - DEPARTURE) / 1000)
    return `${from}-${to}${trip.ongoing ? '…' : ''}`
  })
}

const running = { engineSpeed: 800 }
const car = () => new Course(DEPARTURE, { ...running, ignition: true })
/** Knows nothing but what its own receiver sees. */
const tracker = () => new Course()
const off = { engineSpeed: 0, ignition: false }
const parked = { seconds: 2 * MINUTE, values: off }
const drive = { seconds: 10 * MINUTE, speed: 50 }
const noFix = ['latitude', 'longitude'] as const
const bare = ['speed', 'odometer'] as const

const scenarios: [name: string, course: Course, trips: string[]][] = [
  ['a drive between two rests', car().leg(parked).leg(drive).leg(parked), ['120-720']],
  [
    'a minute at a light with a stop-start system does not cut',
    car()
      .leg(parked)
      .leg(drive)
      .leg({ seconds: 100, values: { engineSpeed: 0 } })
      .leg(drive)
      .leg(parked),
    ['120-1420'],
  ],
  [
    'nor where nothing tells of the ignition',
    new Course()
      .leg({ ...parked, values: { engineSpeed: 0 } })
      .leg({ ...drive, values: running })
      .leg({ seconds: 200, values: { engineSpeed: 0 } })
      .leg({ ...drive, values: running })
      .leg({ seconds: 600, values: { engineSpeed: 0 } }),
    ['120-1520'],
  ],
  [
    'a hybrid that drives with its engine at rest',
    new Course(DEPARTURE, { engineSpeed: 0, ignition: true })
      .leg(parked)
      .leg(drive)
      .leg({ ...drive, values: running })
      .leg(drive)
      .leg(parked),
    ['120-1920'],
  ],
  [
    'a tunnel of ten minutes, for a vehicle that knows its engine speed alone',
    car()
      .leg(parked)
      .leg(drive)
      .leg({ ...drive, without: [...noFix, 'speed', 'odometer'] })
      .leg(drive)
      .leg(parked),
    ['120-1920'],
  ],
  [
    'a tunnel of ten minutes, for a tracker',
    tracker()
      .leg(parked)
      .leg(drive)
      .leg({ ...drive, without: [...noFix, 'speed', 'odometer'] })
      .leg(drive)
      .leg({ seconds: 600 }),
    ['120-1920'],
  ],
  [
    'five minutes without any data while it drives',
    car()
      .leg(parked)
      .leg(drive)
      .leg({ ...drive, seconds: 300, silent: true })
      .leg(drive)
      .leg(parked),
    ['120-1620'],
  ],
  [
    'an hour without any data ends a trip where they end',
    car()
      .leg(parked)
      .leg(drive)
      .leg({ ...drive, seconds: 3600, silent: true })
      .leg(drive)
      .leg(parked),
    ['120-719', '4320-4920'],
  ],
  [
    'a stop of four minutes with the engine running is part of it',
    car().leg(parked).leg(drive).leg({ seconds: 240 }).leg(drive).leg(parked),
    ['120-1560'],
  ],
  [
    'six minutes with the engine running end it where it came to stand',
    car().leg(parked).leg(drive).leg({ seconds: 360 }).leg(drive).leg(parked),
    ['120-720', '1080-1680'],
  ],
  [
    'switched off two minutes after the arrival, it ends then',
    car().leg(parked).leg(drive).leg({ seconds: 120 }).leg({ seconds: 600, values: off }),
    ['120-839'],
  ],
  [
    'an engine that stalled and was started again',
    car().leg(parked).leg(drive).leg({ seconds: 20, values: off }).leg(drive).leg(parked),
    ['120-1340'],
  ],
  [
    'refuelling with the ignition off cuts',
    car().leg(parked).leg(drive).leg({ seconds: 180, values: off }).leg(drive).leg(parked),
    ['120-720', '900-1500'],
  ],
  [
    'on a ferry with the engine off it is carried, and drives nowhere',
    car()
      .leg(parked)
      .leg(drive)
      .leg({ seconds: 30, values: off })
      .leg({ seconds: 3600, speed: 35, values: off })
      .leg({ seconds: 30 })
      .leg(drive)
      .leg(parked),
    ['120-720', '4380-4980'],
  ],
  [
    'a car whose control units sleep, with activity alone, is carried just so',
    car()
      .leg(parked)
      .leg(drive)
      .leg({ seconds: 20 })
      .leg({
        seconds: 3600,
        speed: 35,
        values: { engineSpeed: undefined, ignition: undefined, activity: 'parked' },
      })
      .leg(drive)
      .leg(parked),
    ['120-739', '4340-4940'],
  ],
  [
    'a short hop across the yard',
    car().leg(parked).leg({ seconds: 20, speed: 15 }).leg(parked),
    ['120-140'],
  ],
  [
    'a jerk of two seconds is none',
    car().leg(parked).leg({ seconds: 2, speed: 8 }).leg(parked),
    [],
  ],
  ['an engine that idles in the yard for an hour', car().leg(parked).leg({ seconds: 3600 }), []],
  [
    'a receiver that wanders in a garage, with its speed',
    tracker().leg({ seconds: 7200, drift: (second) => 400 * Math.sin(second / 500) }),
    [],
  ],
  [
    'a receiver that wanders in a garage, without a speed',
    tracker().leg({
      seconds: 7200,
      without: bare,
      drift: (second) => 90 * Math.sin(second / 50),
    }),
    [],
  ],
  [
    'a receiver that jumps now and then',
    tracker().leg({
      seconds: 36_000,
      every: 300,
      without: bare,
      drift: (second) => (second % 3600 === 0 ? 3000 : 0),
    }),
    [],
  ],
  [
    'a receiver that takes its wandering for speed',
    tracker()
      .leg({ seconds: 600 })
      .leg({ seconds: 12, values: { speed: 7 } })
      .leg({ seconds: 600 }),
    [],
  ],
  [
    'a tracker that reports its position every three minutes',
    tracker()
      .leg({ seconds: 3600, every: 180, without: bare })
      .leg({ ...drive, seconds: 3600, every: 180, without: bare })
      .leg({ seconds: 3600, every: 180, without: bare }),
    ['3600-7200'],
  ],
  [
    'a tracker that reports every ten minutes, and stood at lights when it did',
    tracker()
      .leg({ seconds: 3600, every: 600 })
      .leg({ ...drive, seconds: 3600, every: 600, values: { speed: 0 } })
      .leg({ seconds: 3600, every: 600 }),
    ['3600-7200'],
  ],
  [
    'a tracker that is seen to move when it is far from where it stood',
    tracker()
      .leg({ seconds: 3600, every: 300 })
      .leg({ ...drive, seconds: 200, silent: true })
      .leg({ ...drive, seconds: 1500, every: 300 })
      .leg({ seconds: 3600, every: 300 }),
    ['3300-5300'],
  ],
  [
    'a queue before a tunnel of seven minutes',
    car()
      .leg(parked)
      .leg(drive)
      .leg({ seconds: 30 })
      .leg({ ...drive, seconds: 420, without: [...noFix, ...bare] })
      .leg(drive)
      .leg(parked),
    ['120-1770'],
  ],
  [
    'a tunnel and a garage after it, where it parks',
    tracker()
      .leg(parked)
      .leg(drive)
      .leg({ seconds: 7200, every: 30, values: { hdop: 20 }, without: [...noFix, ...bare] }),
    ['120-719'],
  ],
  [
    'a vehicle that shows its position alone, and so counts as parked',
    new Course(DEPARTURE, { activity: 'parked' })
      .leg({ seconds: 600 })
      .leg(drive)
      .leg({ seconds: 600 }),
    ['600-1200'],
  ],
  [
    'an ignition wired the wrong way, with an engine that runs',
    new Course(DEPARTURE, { ignition: false })
      .leg({ seconds: 120, values: { engineSpeed: 0 } })
      .leg({ ...drive, values: running })
      .leg({ seconds: 600, values: { engineSpeed: 0 } }),
    ['120-720'],
  ],
  [
    'an electric car',
    new Course(DEPARTURE, { ignition: true, motorSpeed: 0 })
      .leg({ seconds: 120, values: { ignition: false } })
      .leg({ seconds: 30 })
      .leg({ ...drive, values: { motorSpeed: 4000 } })
      .leg({ seconds: 60 })
      .leg({ ...drive, values: { motorSpeed: 4000 } })
      .leg({ seconds: 3600, values: { ignition: false, activity: 'charging' } }),
    ['150-1410'],
  ],
  [
    'an odometer alone',
    tracker()
      .leg({ seconds: 3600, every: 60, without: [...noFix, 'speed'] })
      .leg({ ...drive, every: 60, without: [...noFix, 'speed'] })
      .leg({ seconds: 3600, every: 60, without: [...noFix, 'speed'] }),
    ['3600-4200'],
  ],
  [
    'a car that falls silent as soon as it is switched off',
    car()
      .leg({ seconds: 5 })
      .leg(drive)
      .leg({ seconds: 10 })
      .leg({ seconds: 30_000, silent: true })
      .leg({ seconds: 5 })
      .leg(drive)
      .leg({ seconds: 10 }),
    ['5-614', '30620-31229…'],
  ],
]

for (const [name, course, trips] of scenarios) {
  test(name, () => assert.equal(spans(course), trips))
}

test('standing on the way is a stop with its place, idling what the engine ran of it', () => {
  const course = car()
    .leg(parked)
    .leg(drive)
    .leg({ seconds: 90 })
    .leg(drive)
    .leg({ seconds: 40 })
    .leg(drive)
    .leg({ seconds: 120, values: { engineSpeed: 0 } })
    .leg(drive)
    .leg(parked)
  const [trip] = findTrips(course.samples)
  assert.ok(trip)
  assert.equal(
    trip.stops.map(({ from, seconds, place }) => [
      (from - DEPARTURE) / 1000,
      seconds,
      place?.latitude.toFixed(3),
    ]),
    [
      [720, 90, '50.075'],
      [2050, 120, '50.225'],
    ],
  )
  assert.is(trip.idleSeconds, 130)
  assert.is(trip.movingSeconds, 2400)
  assert.is(trip.maxSpeed, 50)
  assert.is(trip.startPlace?.latitude, 50)
  assert.is(trip.endPlace?.latitude.toFixed(3), '50.300')
})

test('fuel is what the counter grew by, or nothing where the counter jumped back', () => {
  const used = (first: number, last: number) =>
    findTrips(
      car()
        .leg({ ...parked, values: { ...off, fuelUsed: 100, fuelPercentRemaining: 0.8 } })
        .leg({ ...drive, values: { fuelUsed: first, fuelPercentRemaining: 0.8 } })
        .leg({ ...drive, values: { fuelUsed: last, fuelPercentRemaining: 0.7 } })
        .leg(parked).samples,
    )[0]
  assert.is(used(100, 102.5)?.fuelUsed, 2.5)
  assert.is(used(100, 3)?.fuelUsed, undefined)
  assert.equal(used(100, 3)?.fuelLevels, { first: 0.8, last: 0.7 })
})

test('where nothing tells of places a trip has none', () => {
  const blind = new Course(DEPARTURE, { ignition: true, latitude: undefined, longitude: undefined })
  const [trip] = findTrips(blind.leg(parked).leg(drive).leg(parked).samples)
  assert.ok(trip)
  assert.not.ok('startPlace' in trip)
  assert.not.ok('endPlace' in trip)
})

/** Second by second, of a car that tells everything: what the rules say, in the plainest words. */
function obviousTrips(samples: readonly TripSample[]): string[] {
  const moves = samples.map(({ speed = 0 }) => speed > 5)
  const isOff = samples.map(({ ignition }) => ignition === false)
  const found: string[] = []
  for (let at = moves.indexOf(true); at >= 0; at = moves.indexOf(true, at)) {
    const start = at
    for (;;) {
      while (moves[at] === true) at++
      const stands = at
      while (at < samples.length && moves[at] === false) at++
      const rest = isOff.slice(stands, at)
      const offFor = rest.lastIndexOf(true) - rest.indexOf(true) + 1
      const isOver =
        at === samples.length || at - stands >= 300 || (offFor >= 60 && rest.includes(true))
      if (!isOver) continue
      // Switched off within the time that it takes to see that it stands: until then it idled.
      const offAt = rest.indexOf(true)
      const idled = offAt > 0 && offAt < 270 ? offAt - 1 : 0
      found.push(`${start}-${stands + idled}`)
      break
    }
  }
  return found
}

test('as an obvious model finds them, whatever a car does', () => {
  const random = chance(3)
  let trips = 0
  for (let life = 0; life < 40; life++) {
    const course = car().leg(parked)
    for (let leg = 0; leg < 20; leg++) {
      course.leg({ seconds: 10 + Math.floor(random() * 400), speed: 30 + random() * 60 })
      const idling = Math.floor(random() * 250)
      const resting = random() < 0.5 ? 0 : 70 + Math.floor(random() * 600)
      if (idling > 0) course.leg({ seconds: idling })
      if (resting > 0) course.leg({ seconds: resting, values: off })
      if (resting > 0 && random() < 0.3) course.leg({ seconds: Math.ceil(random() * 100) })
    }
    course.leg({ seconds: 400, values: off })
    const expected = obviousTrips(course.samples)
    assert.equal(spans(course), expected, `life ${life}`)
    trips += expected.length
    for (const trip of findTrips(course.samples)) {
      const { start, end, movingSeconds, idleSeconds, stops } = trip
      const within = course.samples.filter(({ time }) => time >= start && time < end)
      assert.is(movingSeconds, within.filter(({ speed = 0 }) => speed > 5).length)
      const isIdle = ({ speed = 0, engineSpeed = 0 }: TripSample) => speed <= 5 && engineSpeed > 0
      assert.is(idleSeconds, within.filter(isIdle).length)
      const stood = stops.reduce((sum, { seconds }) => sum + seconds, 0)
      assert.ok(stood + movingSeconds <= (end - start) / 1000)
    }
  }
  assert.ok(trips > 200, `${trips} trips`)
})

test.run()
