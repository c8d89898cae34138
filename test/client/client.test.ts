/** The client against the real server over a real connection. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient, OdographApiError } from '../../src/client/index.ts'
import {
  fullStatus,
  NOW,
  privilegeToken,
  type TestApi,
  testApi,
  truck,
  userToken,
} from '../support/api-fakes.ts'

const test = suite('client')

const SECOND = 1000

interface Running extends TestApi {
  url: string
}

const running: Running[] = []
test.after.each(async () => {
  await Promise.all(running.splice(0).map(({ api }) => api.stop()))
})

async function gateway(): Promise<Running> {
  const t = await testApi()
  t.status.statuses.set('truck', fullStatus())
  const { host, port } = await t.api.listen('127.0.0.1', 0)
  const started = { ...t, url: `http://${host}:${port}` }
  running.push(started)
  return started
}

/** The error that a call fails with; fails where it does not. */
async function errorOf(call: Promise<unknown>): Promise<OdographApiError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, OdographApiError)
  return error as OdographApiError
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

test('a status is read with its types', async () => {
  const { url } = await gateway()
  const client = createClient({ url: `${url}/`, token: await userToken() })
  const status = await client.get('/v1/vehicle/{tokenId}/status', {
    path: { tokenId: '17' },
    query: { include: 'meta' },
  })
  const odometer: number | undefined = status.odometer
  assert.is(odometer, 50414.2)
  assert.is(status.signals?.odometer?.unit, 'km')
  const own = await client.get('/v1/user/device-data/{userDeviceId}/status', {
    path: { userDeviceId: truck.userDeviceId },
  })
  assert.is(own.odometer, 50414.2)
  const vehicles = await client.get('/v1/gateway/vehicles')
  assert.equal(
    vehicles.map(({ tokenId }) => tokenId),
    ['17'],
  )
})

test('calls that the document does not know do not compile', async () => {
  const { url } = await gateway()
  const client = createClient({ url, token: () => userToken() })
  const path = { tokenId: '17' }
  // @ts-expect-error there is no such path
  assert.is((await errorOf(client.get('/v1/nothing'))).status, 404)
  const calls = [
    // @ts-expect-error the path needs the vehicle
    () => client.get('/v1/vehicle/{tokenId}/status'),
    // @ts-expect-error a page of trouble codes has no lines
    () => all(client.lines('/v1/vehicle/{tokenId}/dtcs', { path: {} })),
  ]
  for (const call of calls) {
    const error = await call().then(String, (thrown: unknown) => thrown)
    assert.instance(error, TypeError)
    assert.match((error as Error).message, 'needs tokenId; got undefined')
  }
  // @ts-expect-error the time zone is required
  const error = await errorOf(client.get('/v1/vehicle/{tokenId}/daily-distance', { path }))
  assert.is(error.status, 400)
})

test('an answer that is no success is an error with its status and its sentence', async () => {
  const { url } = await gateway()
  const client = createClient({ url, token: await userToken() })
  const wrong = await errorOf(
    client.get('/v1/vehicle/{tokenId}/history', { path: { tokenId: '17' }, query: { limit: 0 } }),
  )
  assert.is(wrong.status, 400)
  assert.is(wrong.code, 400)
  assert.is(wrong.message, 'limit must be a whole number from 1 to 10000.')
  const strange = await errorOf(
    client.get('/v1/vehicle/{tokenId}/status', { path: { tokenId: '../../health?a#b' } }),
  )
  assert.is(strange.message, 'Device not found.')
  const nobody = createClient({ url, token: 'nonsense' })
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const refused = await errorOf(nobody.get('/v1/gateway/vehicles'))
    if (refused.status !== 429) continue
    assert.ok((refused.retryAfterSeconds ?? 0) > 0)
    return
  }
  assert.unreachable('no limit on failed attempts')
})

test('a gateway that is not there, or says nothing, is an error too', async () => {
  const { url, api, records } = await gateway()
  records.totalDistance = () => new Promise(() => undefined)
  const client = createClient({ url, token: await userToken(), timeoutMs: 300 })
  const path = { tokenId: '17' }
  const late = await errorOf(client.get('/v1/vehicle/{tokenId}/distance-driven', { path }))
  assert.is(late.status, 0)
  assert.match(late.message, /^No answer from http:.*: nothing within 0\.3 s\.$/)
  const stopped = AbortSignal.abort(new Error('enough'))
  const enough = client.get('/v1/gateway/vehicles', { signal: stopped })
  assert.is(await enough.catch((error: Error) => error.message), 'enough')
  await api.stop()
  const away = await errorOf(client.get('/health'))
  assert.is(away.status, 0)
  assert.match(away.message, /ECONNREFUSED|fetch failed/)
})

test('hits come page by page, each once, also while records arrive', async () => {
  const { url, records } = await gateway()
  for (let index = 0; index < 25; index += 1)
    records.add(NOW - 100_000 + index, { odometer: index })
  const client = createClient({ url, token: await userToken() })
  let pages = 0
  records.beforePage = () => {
    pages += 1
    records.add(NOW - 50_000 + pages, { odometer: 100 + pages })
  }
  const found: unknown[] = []
  for await (const hit of client.hits('17', { pageSize: 10, signals: ['odometer'] })) {
    found.push(hit._source.data.odometer)
    assert.equal(Object.keys(hit._source.data).sort(), ['odometer', 'timestamp'])
  }
  assert.equal(found.slice(0, 25), [...Array(25).keys()])
  assert.equal(found.slice(25), [101, 102, 103].slice(0, found.length - 25))
  assert.ok(pages >= 3)
  records.beforePage = () => undefined
  const newest = await all(client.hits('17', { order: 'desc', startDate: '2024-01-25' }))
  assert.is(newest[0]?._source.data.odometer, 100 + pages)
})

test('lines are streamed, and reading stops where the reader does', async () => {
  const { url, records } = await gateway()
  for (let index = 0; index < 30_000; index += 1) {
    records.add(NOW - 100_000 + index, { odometer: index, speed: index })
  }
  const client = createClient({ url, token: await userToken() })
  const path = { tokenId: '17' }
  let expected = 0
  for await (const hit of client.lines('/v1/vehicle/{tokenId}/history', { path })) {
    assert.is(hit._source.data.odometer, expected)
    expected += 1
    if (expected === 2000) break
  }
  const whole = await all(
    client.lines('/v1/vehicle/{tokenId}/history', { path, query: { limit: 5000 } }),
  )
  assert.is(whole.length, 5000)
  const csv = await client.response('/v1/vehicle/{tokenId}/history', 'text/csv', {
    path,
    query: { limit: 2 },
  })
  assert.is((await csv.text()).trim().split('\n').length, 3)
})

test('a privilege token is exchanged, kept, and renewed before it expires or when refused', async () => {
  const { url, clock, api } = await gateway()
  let now = 0
  const asked: string[] = []
  const client = createClient({
    url,
    token: await userToken(),
    fetch: (input, options) => {
      asked.push(new URL(String(input)).pathname)
      return fetch(input, options)
    },
  })
  const vehicle = client.forVehicle({ tokenId: '17', privileges: [1], now: () => now })
  const status = () => vehicle.get('/v1/vehicle/{tokenId}/status', { path: { tokenId: '17' } })
  const exchanges = () => asked.filter((path) => path === '/v1/tokens/exchange').length
  const [first] = await Promise.all([status(), status(), status()])
  assert.is(first.odometer, 50414.2)
  assert.is(first.latitude, undefined)
  assert.is(exchanges(), 1)
  now += 569 * SECOND
  clock.advance(569 * SECOND)
  await status()
  assert.is(exchanges(), 1)
  now += 2 * SECOND
  clock.advance(2 * SECOND)
  await status()
  assert.is(exchanges(), 2)
  // The gateway's clock is ahead: the token is over there, not here.
  clock.advance(700 * SECOND)
  await status()
  assert.is(exchanges(), 3)
  const other = client.forVehicle({ tokenId: '18', privileges: [1] })
  const path = { tokenId: '18' }
  assert.is((await errorOf(other.get('/v1/vehicle/{tokenId}/status', { path }))).status, 404)
  assert.ok(api.routes.length > 0)
})

test('a token that lacks a privilege is not asked for again and again', async () => {
  const { url } = await gateway()
  let tokens = 0
  const client = createClient({
    url,
    token: () => {
      tokens += 1
      return privilegeToken([1])
    },
  })
  const path = { tokenId: '17' }
  const error = await errorOf(
    client.post('/v1/vehicle/{tokenId}/commands/request', {
      path,
      body: { kind: 'pid', pid: 12 },
    }),
  )
  assert.is(error.status, 401)
  assert.match(error.message, /required privileges/)
  assert.is(tokens, 1)
})

test.run()
