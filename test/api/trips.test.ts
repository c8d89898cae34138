import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { approximatePosition } from '../../src/api/views/visibility.ts'
import { type Trip, tripId } from '../../src/model/trip.ts'
import {
  bearer,
  NOW,
  privilegeToken,
  type TestApi,
  testApi,
  truck,
  userToken,
} from '../support/api-fakes.ts'

const test = suite('trips over REST')

const HOUR = 3_600_000
const START = Date.parse('2024-01-25T08:00:00.125Z')
const home = { latitude: 37.697789, longitude: -121.788662 }
const work = { latitude: 37.774929, longitude: -122.419416 }
const shop = { latitude: 37.70123, longitude: -122.01234 }

const whole: Partial<Trip> = {
  ...{ startPlace: home, endPlace: work, distance: 62.4, maxSpeed: 108.5, fuelUsed: 4.2 },
  stops: [{ from: START + 600_000, seconds: 90, place: shop }],
}

async function ask(t: TestApi, path = '', privileges = [1, 4], accept = 'application/json') {
  const headers = { ...bearer(await privilegeToken(privileges)), accept }
  return await t.api.inject({ url: `/v1/vehicle/17/trips${path}`, headers })
}

const idsOf = (body: { trips: { tripId: string }[] }) => body.trips.map(({ tripId: id }) => id)

test('a trip has its ends, its distance and its stops', async () => {
  const t = await testApi()
  t.trips.add(START, whole)
  t.trips.add(START, { ...whole, vehicle: 'van' })
  const expected = {
    tripId: tripId('truck', START),
    ongoing: false,
    start: { time: '2024-01-25T08:00:00.125Z', location: home },
    end: { time: '2024-01-25T08:30:00.125Z', location: work },
    distance: 62.4,
    durationSeconds: 1800,
    movingSeconds: 1500,
    idleSeconds: 200,
    stops: [{ time: '2024-01-25T08:10:00.125Z', seconds: 90, location: shop }],
    maxSpeed: 108.5,
    averageSpeed: 124.8,
    fuelUsed: 4.2,
  }
  assert.equal((await ask(t)).json(), { trips: [expected] })
  assert.equal((await ask(t, `/${expected.tripId}`)).json(), expected)
})

test('what is not known is not there', async () => {
  const t = await testApi()
  const { id } = t.trips.add(START, { ongoing: true, stops: [{ from: START, seconds: 60 }] })
  assert.equal((await ask(t, `/${id}`)).json(), {
    tripId: id,
    ongoing: true,
    start: { time: '2024-01-25T08:00:00.125Z' },
    end: { time: '2024-01-25T08:30:00.125Z' },
    durationSeconds: 1800,
    movingSeconds: 1500,
    idleSeconds: 200,
    stops: [{ time: '2024-01-25T08:00:00.125Z', seconds: 60 }],
  })
})

test('fuel from the level of the tank is marked as estimated, and a filling is none', async () => {
  const t = await testApi()
  t.gateway.known = [{ ...truck, tankLitres: 60 }]
  const used = t.trips.add(START, { fuelLevels: { first: 0.5, last: 0.4 } })
  const filled = t.trips.add(START + HOUR, { fuelLevels: { first: 0.5, last: 0.9 } })
  const rate = t.trips.add(START + 2 * HOUR, { fuelUsed: 3, isFuelEstimated: true })
  const fuelOf = async ({ id }: Trip) => {
    const { fuelUsed, fuelUsedEstimated } = (await ask(t, `/${id}`)).json()
    return [fuelUsed, fuelUsedEstimated]
  }
  assert.equal(await fuelOf(used), [6, true])
  assert.equal(await fuelOf(filled), [undefined, undefined])
  assert.equal(await fuelOf(rate), [3, true])
})

test('each privilege shows its share: trips need 1, their places 4, or 8 for about', async () => {
  const t = await testApi()
  const { id } = t.trips.add(START, whole)
  const about = ({ latitude, longitude }: typeof home) => approximatePosition(latitude, longitude)
  const cases: [privileges: number[], seen: 'none' | 'about' | 'exact' | 401][] = [
    [[], 401],
    [[1], 'none'],
    ...[2, 3, 4, 5, 6, 7, 8].map((each): [number[], 401] => [[each], 401]),
    [[1, 3], 'none'],
    [[1, 8], 'about'],
    [[1, 4], 'exact'],
    [[1, 4, 8], 'exact'],
    [[3, 4, 5, 8], 401],
  ]
  for (const [privileges, seen] of cases) {
    for (const path of ['', `/${id}`]) {
      const response = await ask(t, path, privileges)
      const name = `${privileges.join('+')} ${path}`
      assert.is(response.statusCode, seen === 401 ? 401 : 200, name)
      if (seen === 401) continue
      const body = response.json()
      const { start, end, stops } = path === '' ? body.trips[0] : body
      const places = [home, work, shop].map((place) => {
        if (seen === 'none') return undefined
        return seen === 'exact' ? place : about(place)
      })
      assert.equal([start.location, end.location, stops[0].location], places, name)
      if (seen !== 'exact') assert.not.match(response.body, /37\.697789|122\.419416|122\.01234/)
    }
  }
})

test('the track needs 1 and 4, in every form', async () => {
  const t = await testApi()
  const { id } = t.trips.add(START, whole)
  for (const accept of ['application/gpx+xml', 'application/geo+json']) {
    for (const privileges of [[1], [4], [1, 3], [1, 8], [3, 4]]) {
      const response = await ask(t, `/${id}`, privileges, accept)
      assert.is(response.statusCode, 401, `${privileges} ${accept}`)
      assert.is(response.json().code, 401)
    }
    assert.is((await ask(t, `/${id}`, [1, 4], accept)).statusCode, 200)
  }
})

test('the owner sees all of it, and nobody else does', async () => {
  const t = await testApi()
  const { id } = t.trips.add(START, whole)
  for (const path of ['', `/${id}`]) {
    for (const base of [`/v1/user/device-data/${truck.userDeviceId}`, '/v1/vehicle/17']) {
      const url = `${base}/trips${path}`
      const own = await t.api.inject({ url, headers: bearer(await userToken()) })
      assert.is(own.statusCode, 200)
      assert.match(own.body, /37\.697789/)
      const other = await t.api.inject({ url, headers: bearer(await userToken('someone')) })
      assert.equal(other.json(), { code: 404, message: 'Device not found.' })
      assert.is((await t.api.inject({ url })).statusCode, 401)
    }
  }
})

test('who is shown places is noted, and nobody else', async () => {
  const whats: string[] = []
  const audit = {
    read: ({ what }: { what: string }) => void whats.push(what),
    reads: async () => [],
  }
  const t = await testApi({ audit })
  const { id } = t.trips.add(START, whole)
  await ask(t, '', [1])
  await ask(t, `/${id}`, [1, 3])
  await ask(t, `/${id}`, [1], 'application/gpx+xml')
  assert.equal(whats, [])
  await ask(t, '', [1, 8])
  await ask(t, `/${id}`, [1, 4])
  await ask(t, `/${id}`, [1, 4], 'application/gpx+xml')
  assert.equal(whats, ['approximate location', 'location', 'location'])
})

/** Three records of the trip, a gap before the last, and one on either side of it. */
function drive(t: TestApi): Trip {
  for (const [minutes, more] of [
    [-1, {}],
    [0, { speed: 36, altitude: 12.5 }],
    [1, {}],
    [29, {}],
    [31, {}],
  ] as const) {
    const latitude = 37 + minutes / 100
    t.records.add(START + minutes * 60_000, { latitude, longitude: -122, ...more })
  }
  t.records.add(START + 90_000, { speed: 50 })
  return t.trips.add(START, whole)
}

test('GPX has a segment for each part without a gap', async () => {
  const t = await testApi()
  const { id } = drive(t)
  const { headers, body } = await ask(t, `/${id}`, [1, 4], 'application/gpx+xml')
  assert.match(String(headers['content-type']), /^application\/gpx\+xml/)
  assert.match(String(headers['content-disposition']), /filename="trip-20240125T080000Z\.gpx"/)
  assert.is((body.match(/<trkseg>/g) ?? []).length, 2)
  assert.is((body.match(/<\/trkseg>/g) ?? []).length, 2)
  assert.equal(body.match(/<time>[^<]+/g), [
    '<time>2024-01-25T08:00:00.125Z',
    '<time>2024-01-25T08:01:00.125Z',
    '<time>2024-01-25T08:29:00.125Z',
  ])
  assert.match(body, '<trkpt lat="37" lon="-122"><ele>12.5</ele>')
  assert.match(body, '<gpxtpx:speed>10</gpxtpx:speed>')
  assert.ok(body.endsWith('</trk>\n</gpx>\n'))
})

test('GeoJSON has a feature for each part without a gap', async () => {
  const t = await testApi()
  const { id } = drive(t)
  const { headers, body } = await ask(t, `/${id}`, [1, 4], 'application/geo+json')
  assert.match(String(headers['content-type']), /^application\/geo\+json/)
  const { type, features } = JSON.parse(body)
  assert.is(type, 'FeatureCollection')
  assert.equal(
    features.map(({ geometry }: { geometry: object }) => geometry),
    [
      {
        type: 'LineString',
        coordinates: [
          [-122, 37, 12.5],
          [-122, 37.01],
        ],
      },
      { type: 'Point', coordinates: [-122, 37.29] },
    ],
  )
  assert.is(features[0].properties.tripId, id)
  assert.is(features[0].properties.times.length, 2)
})

test('a trip without any position has an empty track', async () => {
  const t = await testApi()
  const { id } = t.trips.add(START)
  const geojson = await ask(t, `/${id}`, [1, 4], 'application/geo+json')
  assert.equal(geojson.json(), { type: 'FeatureCollection', features: [] })
  const { body } = await ask(t, `/${id}`, [1, 4], 'application/gpx+xml')
  assert.match(body, /<trk>\n<name>[^<]+<\/name>\n<\/trk>/)
})

test('a trip that never was is not found, and no other form is there', async () => {
  const t = await testApi()
  const { id } = t.trips.add(START, { vehicle: 'van' })
  for (const unknown of [id, 'x', '0'.repeat(27), 'z'.repeat(27), tripId('truck', START)]) {
    assert.equal((await ask(t, `/${unknown}`)).json(), { code: 404, message: 'Trip not found.' })
  }
  const own = t.trips.add(START)
  assert.is((await ask(t, `/${own.id}`, [1, 4], 'text/html')).statusCode, 406)
  assert.is((await ask(t, '', [1, 4], 'application/gpx+xml')).statusCode, 406)
})

test('a trip of a clock that stood in 1970 is found, too', async () => {
  const t = await testApi()
  const { id } = t.trips.add(90_000)
  assert.is((await ask(t, `/${id}`)).json().start.time, '1970-01-01T00:01:30.000Z')
})

test('the window is the last 14 days, or that of the dates, by the start', async () => {
  const t = await testApi()
  const trips = [15, 13, 2, 1, 0].map((days) => t.trips.add(NOW - days * 24 * HOUR))
  const ids = trips.map(({ id }) => id)
  assert.equal(idsOf((await ask(t)).json()), ids.slice(1))
  const two = '?startDate=2024-01-23&endDate=2024-01-24'
  assert.equal(idsOf((await ask(t, two)).json()), ids.slice(2, 4))
  assert.equal(idsOf((await ask(t, `${two}&order=desc`)).json()), ids.slice(2, 4).reverse())
  const backwards = '?startDate=2024-01-24&endDate=2024-01-22'
  assert.equal((await ask(t, backwards)).json(), { trips: [] })
})

test('pages follow one another in either order, each trip once', async () => {
  const t = await testApi()
  const ids = Array.from({ length: 25 }, (_, n) => t.trips.add(NOW - (30 - n) * HOUR).id)
  for (const order of ['asc', 'desc']) {
    const found: string[] = []
    let query = `?limit=10&order=${order}`
    for (let page = 0; page < 5 && query !== ''; page++) {
      const body = (await ask(t, query)).json()
      found.push(...idsOf(body))
      query = body.next === undefined ? '' : `?limit=10&after=${body.next}`
      t.clock.advance(1000)
      t.trips.add(t.clock.time)
    }
    assert.equal(found.slice(0, 25), order === 'asc' ? ids : ids.toReversed(), order)
    t.trips.all.splice(25)
  }
})

test('a parameter that is wrong is told in words', async () => {
  const t = await testApi()
  for (const [query, message] of [
    ['?startDate=yesterday', /^startDate must be a date/],
    ['?limit=0', /^limit must be a whole number from 1 to 1000/],
    ['?order=up', /^order must be asc or desc/],
    ['?after=x', /^after must be the value of "next"/],
  ] as const) {
    const response = await ask(t, query)
    assert.is(response.statusCode, 400)
    assert.match(response.json().message, message)
  }
})

test.run()
