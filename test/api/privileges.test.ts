import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { approximatePosition } from '../../src/api/views/visibility.ts'
import {
  bearer,
  fullStatus,
  NOW,
  privilegeToken,
  type TestApi,
  testApi,
  userToken,
} from '../support/api-fakes.ts'

type Route = 'status' | 'status-raw' | 'history' | 'signals' | 'distance'

/** L exact location, A approximate location, I identity, N the rest; `-` for nothing, 401. */
const matrix: [privileges: number[], seen: Record<Route, string>][] = [
  [[], { status: '-', 'status-raw': '-', history: '-', signals: '-', distance: '-' }],
  [[1], { status: 'N', 'status-raw': 'IN', history: 'IN', signals: 'IN', distance: 'N' }],
  [[2], { status: '-', 'status-raw': '-', history: '-', signals: '-', distance: '-' }],
  [[3], { status: 'L', 'status-raw': 'L', history: '-', signals: 'L', distance: '-' }],
  [[4], { status: 'L', 'status-raw': 'L', history: 'L', signals: 'L', distance: '-' }],
  [[5], { status: '-', 'status-raw': '-', history: '-', signals: 'I', distance: '-' }],
  [[6], { status: '-', 'status-raw': '-', history: '-', signals: '-', distance: '-' }],
  [[7], { status: '-', 'status-raw': '-', history: '-', signals: '-', distance: '-' }],
  [[8], { status: '-', 'status-raw': '-', history: '-', signals: 'A', distance: '-' }],
  [[1, 3], { status: 'LN', 'status-raw': 'LIN', history: 'IN', signals: 'LIN', distance: 'N' }],
  [[1, 4], { status: 'LN', 'status-raw': 'LIN', history: 'LIN', signals: 'LIN', distance: 'N' }],
  [[1, 8], { status: 'AN', 'status-raw': 'AIN', history: 'AIN', signals: 'AIN', distance: 'N' }],
  [[3, 8], { status: 'L', 'status-raw': 'L', history: '-', signals: 'L', distance: '-' }],
  [[4, 5], { status: 'L', 'status-raw': 'LI', history: 'LI', signals: 'LI', distance: '-' }],
]

const paths: Record<Route, string> = {
  status: '/v1/vehicle/17/status',
  'status-raw': '/v1/vehicle/17/status-raw',
  history: '/v1/vehicle/17/history',
  signals: '/v1/vehicle/17/signals',
  distance: '/v2/vehicle/17/analytics/total-distance',
}

async function started(): Promise<TestApi> {
  const t = await testApi()
  t.status.statuses.set('truck', fullStatus())
  const { latitude, longitude, odometer, vin } = fullStatus()
  t.records.add(NOW - 1000, {
    latitude: latitude?.value ?? 0,
    longitude: longitude?.value ?? 0,
    odometer: odometer?.value ?? 0,
    vin: vin?.value ?? '',
  })
  return t
}

/** Which classes an answer shows, wherever in it they are. */
function classesIn(body: string): string {
  const exact = body.includes('37.697789') || body.includes('121.788662')
  const some = /"lat|"lon/.test(body.replaceAll(/\{"name":"l[^{}]*"vss":"[^"]*"\}/g, ''))
  return [
    exact ? 'L' : some ? 'A' : '',
    /JTJGARBZ0M5023425|M5023425/.test(body) ? 'I' : '',
    /50414\.2|distanceDriven|Lexus/.test(body) ? 'N' : '',
  ].join('')
}

test('every privilege shows its classes and no other, on every route', async () => {
  const t = await started()
  for (const [privileges, seen] of matrix) {
    const headers = bearer(await privilegeToken(privileges))
    for (const [route, expected] of Object.entries(seen) as [Route, string][]) {
      const response = await t.api.inject({ url: paths[route], headers })
      const name = `${route} with ${privileges.join('+') || 'none'}`
      assert.is(response.statusCode, expected === '-' ? 401 : 200, name)
      if (expected !== '-') assert.is(classesIn(response.body), expected, name)
    }
  }
})

test('adding a privilege never takes anything away', async () => {
  const t = await started()
  const headers = bearer(await privilegeToken([1, 3, 8]))
  const { body } = await t.api.inject({ url: paths.history, headers })
  assert.is(classesIn(body), 'AIN')
})

test("the owner's user token opens every vehicle route and sees everything", async () => {
  const t = await started()
  const headers = bearer(await userToken())
  for (const [route, url] of Object.entries(paths)) {
    const { statusCode, body } = await t.api.inject({ url, headers })
    assert.is(statusCode, 200, route)
    const all = { status: 'LN', distance: 'N' }[route] ?? 'LIN'
    assert.is(classesIn(body), all, route)
  }
})

test('without the location class the position of the event itself is gone too', async () => {
  const t = await started()
  const cases: [number[], string[] | undefined][] = [
    [[1], undefined],
    [[4], ['lon', 'lat']],
    [
      [1, 8],
      ['lon', 'lat'],
    ],
  ]
  for (const [privileges, keys] of cases) {
    const headers = bearer(await privilegeToken(privileges))
    const { hits } = (await t.api.inject({ url: paths.history, headers })).json()
    const { location, data } = hits.hits[0]._source
    assert.equal(location && Object.keys(location), keys)
    if (keys !== undefined) {
      assert.equal(location, { lon: String(data.longitude), lat: String(data.latitude) })
    }
  }
})

test('NDJSON and CSV show no more than JSON does', async () => {
  const t = await started()
  const authorization = `Bearer ${await privilegeToken([4])}`
  for (const accept of ['application/x-ndjson', 'text/csv']) {
    const { body } = await t.api.inject({ url: paths.history, headers: { authorization, accept } })
    assert.match(body, '37.697789')
    assert.not.match(body, /50414|JTJG|odometer|vin|Lexus/)
  }
  const headers = { authorization: `Bearer ${await privilegeToken([1])}`, accept: 'text/csv' }
  const { body } = await t.api.inject({ url: paths.history, headers })
  assert.not.match(body, /37\.69|121\.7|latitude|longitude/)
})

test('an approximate position is a point of a grid of about 3 km', () => {
  const places: [number, number][] = [
    [37.697789, -121.788662],
    [0, 0],
    [-33.9, 18.4],
    [69.65, 18.96],
    [89.99, 179.99],
    [-90, -180],
  ]
  for (const [latitude, longitude] of places) {
    const near = approximatePosition(latitude, longitude)
    const north = (near.latitude - latitude) * 111.2
    const east = (near.longitude - longitude) * 111.2 * Math.cos((latitude * Math.PI) / 180)
    assert.ok(Math.hypot(north, east) < 2.3, `${latitude} ${longitude} ${north} ${east}`)
    assert.ok(Math.abs(near.latitude) <= 90 && Math.abs(near.longitude) <= 180)
  }
  const here = approximatePosition(37.697789, -121.788662)
  assert.equal(approximatePosition(37.6979, -121.7885), here)
  assert.not.equal(here, { latitude: 37.697789, longitude: -121.788662 })
})

test.run()
