import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { timeWindow } from '../../src/api/time-window.ts'
import type { SearchResult } from '../../src/api/views/hits.ts'
import { bearer, NOW, type TestApi, testApi, truck, userToken } from '../support/api-fakes.ts'
import { recording } from '../support/needs.ts'

const PATH = '/v1/vehicle/17/history'
const DAY = 86_400_000

async function get(t: TestApi, query = '', accept = 'application/json') {
  const headers = { ...bearer(await userToken()), accept }
  return t.api.inject({ url: `${PATH}${query}`, headers })
}

async function search(t: TestApi, query = ''): Promise<SearchResult> {
  const response = await get(t, query)
  assert.is(response.statusCode, 200, response.body)
  return response.json()
}

test('a hit is a CloudEvent in the envelope of the hosted search', async () => {
  const t = await testApi()
  t.gateway.known = [{ ...truck, tankLitres: 60.188, kmPerLitre: 10.6286 }]
  const time = Date.parse('2024-01-24T20:54:43.000Z')
  const data = { odometer: 50404.2, latitude: 37.681686, longitude: -121.87558, speed: 11 }
  const record = t.records.add(time, { ...data, fuelPercentRemaining: 0.518 })
  const result = await search(t)
  const [hit] = result.hits.hits
  assert.equal(Object.keys(result), ['took', 'timed_out', '_shards', 'hits'])
  assert.equal(result._shards, { total: 1, successful: 1, skipped: 0, failed: 0 })
  assert.equal(result.hits.total, { value: 1, relation: 'eq' })
  assert.is(result.hits.max_score, 1)
  assert.equal(
    { ...hit, _source: undefined },
    { _index: 'device-status-2024-01-24', _id: record.id, _score: 1, _source: undefined },
  )
  if (hit === undefined) throw new Error('no hit')
  const { data: shown, ...event } = hit._source
  assert.equal(event, {
    subject: truck.userDeviceId,
    specversion: '1.0',
    location: { lon: '-121.87558', lat: '37.681686' },
    id: record.id,
    source: 'dimo/integration/000001zFqHUG5DO7uiWdrKa3Fhr',
    time: '2024-01-24T20:54:44.376Z',
    type: 'zone.dimo.device.status.update',
  })
  assert.is(shown.timestamp, '2024-01-24T20:54:43.000Z')
  assert.is(shown.make, 'Lexus')
  assert.ok(Math.abs(Number(shown.range) - 331.37) < 0.01)
  for (const path of ['historical', 'history']) {
    const url = `/v1/user/device-data/${truck.userDeviceId}/${path}`
    const same = await t.api.inject({ url, headers: bearer(await userToken()) })
    assert.equal(same.json(), result)
  }
})

test('keys and types are those of the published example', async () => {
  const file = recording('dimo/seed_examples.json')
  if (file === undefined) return
  const t = await testApi()
  t.gateway.known = [{ ...truck, tankLitres: 60, kmPerLitre: 10 }]
  t.records.add(NOW - 1, {
    ambientTemp: 32,
    odometer: 50404.2,
    latitude: 37.681686,
    longitude: -121.87558,
    vinLast8: 'M5023425',
    speed: 11,
    barometricPressure: 101,
    fuelPercentRemaining: 0.518,
    engineLoad: 0.263,
  })
  const { examples } = JSON.parse(readFileSync(file, 'utf8'))
  const published = examples.find((example: { path: string }) => example.path.endsWith('history'))
  const result = JSON.parse(JSON.stringify(await search(t)))
  const differences: string[] = []
  compare(result, published.response, '', differences)
  // What this gateway does not know of a vehicle is absent.
  const unknown = ['lora', 'deviceDefinitionId', 'nsat', 'makeSlug', 'modelSlug', 'region']
  assert.equal(
    differences.sort(),
    unknown.map((key) => `.hits.hits.0._source.data.${key} is missing`).sort(),
  )
})

function compare(ours: unknown, theirs: unknown, path: string, differences: string[]): void {
  if (ours === undefined) differences.push(`${path} is missing`)
  else if (typeof ours !== typeof theirs) differences.push(`${path} is a ${typeof ours}`)
  else if (typeof theirs === 'object' && theirs !== null) {
    for (const [key, value] of Object.entries(theirs)) {
      compare((ours as Record<string, unknown>)[key], value, `${path}.${key}`, differences)
    }
  }
}

test('dates: what is accepted, and what it means', () => {
  const end = NOW + 1
  const iso = (text: string) => Date.parse(text)
  const cases: [string | undefined, string | undefined, number, number][] = [
    [undefined, undefined, end - 14 * DAY, end],
    ['', '', end - 14 * DAY, end],
    ['2023-05-04', '2023-05-06', iso('2023-05-04'), iso('2023-05-07')],
    ['2024-02-29', '2024-02-29', iso('2024-02-29'), iso('2024-03-01')],
    [
      '2023-05-04T09:00:00Z',
      '2023-05-06T23:00:00Z',
      iso('2023-05-04T09:00Z'),
      iso('2023-05-06T23:00:01Z'),
    ],
    ['2023-05-04T09:00:00.5+02:00', undefined, iso('2023-05-04T07:00:00.500Z'), end],
    // A plus sign that was not escaped arrives as a space.
    ['2023-05-04T09:00:00 02:00', undefined, iso('2023-05-04T07:00:00Z'), end],
    [undefined, '2021-01-15T00:00:00.000Z', iso('2021-01-01') + 1, iso('2021-01-15') + 1],
    ['2023-05-04t09:00:00z', undefined, iso('2023-05-04T09:00:00Z'), end],
    ['2023-05-04T09:00:00.123456789Z', undefined, iso('2023-05-04T09:00:00.123Z'), end],
  ]
  for (const [startDate, endDate, from, to] of cases) {
    assert.equal(timeWindow({ startDate, endDate }, NOW), { from, to }, `${startDate} ${endDate}`)
  }
})

test('dates: what is refused, by name', async () => {
  const t = await testApi()
  const bad = [
    'yesterday',
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '24-01-01',
    '2023-05-04T09:00:00',
    '2023-05-04T25:00:00Z',
    '2023-05-04T09:00Z',
    '2023-05-04T09:00:00+25:00',
    '2024-02-30T00:00:00Z',
    '1706200000',
    '2024-01-01; DROP TABLE',
  ]
  for (const text of bad) {
    for (const name of ['startDate', 'endDate']) {
      const response = await get(t, `?${name}=${encodeURIComponent(text)}`)
      assert.is(response.statusCode, 400, text)
      assert.match(response.json().message, new RegExp(`^${name} must be a date`))
    }
  }
})

test('a bare end date is inclusive; a start after the end finds nothing', async () => {
  const t = await testApi()
  t.records.add(Date.parse('2024-01-20T23:59:59.999Z'), { odometer: 1 })
  t.records.add(Date.parse('2024-01-21T00:00:00.000Z'), { odometer: 2 })
  const day = await search(t, '?startDate=2024-01-20&endDate=2024-01-20')
  assert.equal(
    day.hits.hits.map(({ _source }) => _source.data.odometer),
    [1],
  )
  const nothing = await search(t, '?startDate=2024-01-21&endDate=2024-01-20')
  assert.equal(nothing.hits, { total: { value: 0, relation: 'eq' }, max_score: null, hits: [] })
})

test('refused parameters are named, with what is accepted', async () => {
  const t = await testApi()
  const cases: [string, RegExp][] = [
    ['limit=0', /^limit must be a whole number from 1 to 10000\.$/],
    ['limit=10001', /^limit must be/],
    ['limit=ten', /^limit must be/],
    ['limit=1&limit=2', /^limit must be/],
    ['buckets=-1', /^buckets must be a whole number/],
    ['buckets=2.5', /^buckets must be a whole number/],
    ['buckets=10&limit=5', /^buckets cannot be combined/],
    ['order=up', /^order must be asc or desc\.$/],
    ['after=nonsense', /^after must be the value of "next"/],
    ['after=', /^after must be the value of "next"/],
    ['signals=odometer,warp', /^signals takes odometer, /],
    ['startDate=2024-01-01&startDate=2024-01-02', /^startDate may be given once\.$/],
  ]
  for (const [query, message] of cases) {
    const response = await get(t, `?${query}`)
    assert.is(response.statusCode, 400, query)
    assert.match(response.json().message, message)
  }
  assert.is((await get(t, '?refresh=true&nothing=known')).statusCode, 200)
})

test('without paging at most 1,000 hits, over the whole window, always the same', async () => {
  const t = await testApi()
  for (let index = 0; index < 2500; index += 1) {
    t.records.add(NOW - 10 * DAY + index * 60_000, { odometer: index })
  }
  const result = await search(t)
  const values = result.hits.hits.map(({ _source }) => Number(_source.data.odometer))
  assert.is(values.length, 1000)
  assert.is(result.hits.total.value, 2500)
  assert.is(values[0], 0)
  assert.is(values.at(-1), 2499)
  assert.ok(values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0)))
  assert.equal((await search(t)).hits, result.hits)
  const reversed = await search(t, '?order=desc')
  assert.equal(reversed.hits.hits, result.hits.hits.toReversed())
})

test('buckets=N gives the last record of each part; signals=a,b narrows the data', async () => {
  const t = await testApi()
  const start = Date.parse('2024-01-20T00:00:00Z')
  for (let index = 0; index < 20; index += 1) {
    t.records.add(start + index * 3_600_000, {
      odometer: index,
      speed: 3,
      latitude: 1,
      longitude: 2,
    })
  }
  const query = '?startDate=2024-01-20&endDate=2024-01-20&buckets=4&signals=odometer'
  const { hits } = await search(t, query)
  assert.equal(
    hits.hits.map(({ _source }) => _source.data.odometer),
    [5, 11, 17, 19],
  )
  for (const { _source } of hits.hits) {
    assert.equal(Object.keys(_source.data), ['odometer', 'timestamp'])
    assert.is(_source.location, undefined)
  }
  const place = await search(t, '?signals=latitude,longitude,make')
  assert.equal(Object.keys(place.hits.hits[0]?._source.data ?? {}), [
    'latitude',
    'longitude',
    'make',
    'timestamp',
  ])
  assert.equal(place.hits.hits[0]?._source.location, { lon: '2', lat: '1' })
})

for (const order of ['asc', 'desc'] as const) {
  test(`pages hold everything exactly once while records arrive (${order})`, async () => {
    const t = await testApi()
    const ids = new Set<string>()
    for (let index = 0; index < 103; index += 1) {
      // Three records at each time: pages end between equals.
      const record = t.records.add(NOW - 100_000 + Math.floor(index / 3) * 1000, {
        odometer: index,
      })
      ids.add(record.id)
    }
    t.records.beforePage = () => {
      t.clock.advance(5000)
      t.records.add(t.clock.now(), { odometer: 1000 })
    }
    const found: string[] = []
    let query = `?limit=10&order=${order}`
    for (let pages = 0; pages < 50; pages += 1) {
      const { hits, next } = await search(t, query)
      found.push(...hits.hits.map(({ _id }) => _id))
      if (next === undefined) break
      assert.match(next, /^[\w-]+$/)
      query = `?limit=10&after=${next}`
    }
    assert.is(new Set(found).size, found.length)
    for (const id of ids) assert.ok(found.includes(id))
  })
}

test('the last page has no next, also where it is full', async () => {
  const t = await testApi()
  for (let index = 0; index < 10; index += 1) t.records.add(NOW - index, { odometer: index })
  const first = await search(t, '?limit=5')
  assert.is(first.hits.total.value, 10)
  const second = await search(t, `?after=${first.next}&limit=5`)
  assert.is(second.hits.hits.length, 5)
  assert.is(second.next, undefined)
  const other = await get(t, `?after=${first.next}&order=desc`)
  assert.is(other.statusCode, 400)
})

test('NDJSON holds every hit, page by page, as many as there are', async () => {
  const t = await testApi()
  for (let index = 0; index < 1203; index += 1)
    t.records.add(NOW - 2000 + Math.floor(index / 3), { odometer: index })
  const response = await get(t, '', 'application/x-ndjson')
  assert.is(response.headers['content-type'], 'application/x-ndjson')
  const lines = response.body.trimEnd().split('\n')
  assert.is(lines.length, 1203)
  const values = lines.map((line) => JSON.parse(line)._source.data.odometer)
  assert.equal(values, [...values.keys()])
  assert.ok(Math.max(...t.records.pagesAsked) <= 500)
  const newestFirst = await get(t, '?order=desc', 'application/x-ndjson')
  assert.equal(newestFirst.body.trimEnd().split('\n'), lines.toReversed())
  assert.is((await get(t, '?limit=7', 'application/x-ndjson')).body.trimEnd().split('\n').length, 7)
  assert.is((await get(t, '?startDate=2024-02-01', 'application/x-ndjson')).body, '')
})

test('CSV has a header and a field for every signal', async () => {
  const t = await testApi()
  const record = t.records.add(NOW - 1000, { odometer: 5.5, vin: 'A "B", C' })
  const response = await get(t, '?signals=odometer,speed,vin', 'text/csv')
  assert.match(String(response.headers['content-type']), /^text\/csv/)
  assert.equal(response.body.split('\r\n'), [
    'timestamp,time,id,source,odometer,speed,vin',
    `2024-01-25T17:59:59.250Z,2024-01-25T18:00:00.626Z,${record.id},` +
      'dimo/integration/000001zFqHUG5DO7uiWdrKa3Fhr,5.5,,"A ""B"", C"',
    '',
  ])
})

test('CSV of an empty window is a header', async () => {
  const t = await testApi()
  for (const query of ['?signals=speed', '?signals=speed&startDate=2024-02-01']) {
    assert.is((await get(t, query, 'text/csv')).body, 'timestamp,time,id,source,speed\r\n')
  }
})

test('what Accept prefers decides; what is not there is 406', async () => {
  const t = await testApi()
  const cases: [string, number, string][] = [
    ['*/*', 200, 'application/json'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 200, 'application/json'],
    ['text/csv;q=0.5, application/json;q=0.4', 200, 'text/csv'],
    ['text/*', 200, 'text/csv'],
    ['application/x-ndjson, */*;q=0.1', 200, 'application/x-ndjson'],
    ['image/png', 406, 'application/json'],
    ['application/json;q=0, text/html', 406, 'application/json'],
  ]
  for (const [accept, code, type] of cases) {
    const response = await get(t, '', accept)
    assert.is(response.statusCode, code, accept)
    assert.match(String(response.headers['content-type']), type)
  }
})

test('HEAD of a stream asks the store for nothing', async () => {
  const t = await testApi()
  t.records.add(NOW - 1, { odometer: 1 })
  const headers = { ...bearer(await userToken()), accept: 'application/x-ndjson' }
  const response = await t.api.inject({ method: 'HEAD', url: PATH, headers })
  assert.is(response.statusCode, 200)
  assert.is(response.body, '')
  assert.equal(t.records.pagesAsked, [])
})

test.run()
