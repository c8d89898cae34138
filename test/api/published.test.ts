/**
 * The published answers of the DIMO Device Data API, replayed: what led to each of them goes as
 * readings through the real pipelines, journal and reader, and what comes out is compared. The
 * shapes are in `published-shapes.ts`; the examples and vectors themselves are read where they are.
 */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ApiOptions } from '../../src/api/server.ts'
import type { ExportJobs } from '../../src/model/ports.ts'
import { isSignalName } from '../../src/model/signals.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import { bearer, privilegeToken, testApi, truck } from '../support/api-fakes.ts'
import { checkpointOf, newRecord } from '../support/journal-records.ts'
import { recording } from '../support/needs.ts'
import { differences, publishedShapes } from '../support/published-shapes.ts'
import { type StoredApi, storedApi, type Values } from '../support/stored-api.ts'

const test = suite('published answers')

const KM_PER_LITRE_OF_MPG = 1.609344 / 3.785411784
const LITRES_PER_GALLON = 3.785411784
const MICRO = 1e-6

const open: StoredApi[] = []
test.after.each(async () => {
  await Promise.all(open.splice(0).map((stored) => stored.stop()))
})

async function gateway(now: string, options: Partial<ApiOptions> = {}): Promise<StoredApi> {
  const stored = await storedApi(now, options)
  open.push(stored)
  return stored
}

/** The truck with the tank and economy that give the published ranges. */
function thirsty(milesPerGallon: number, gallons: number): Vehicle {
  return {
    ...truck,
    kmPerLitre: milesPerGallon * KM_PER_LITRE_OF_MPG,
    tankLitres: gallons * LITRES_PER_GALLON,
  }
}

/** A JSON file of examples or vectors; undefined where there is none. */
function vectors<T>(name: string): T | undefined {
  const file = recording(`dimo/${name}.json`)
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as T)
}

interface Example {
  method: string
  path: string
  response: Record<string, unknown>
}

const examples = vectors<{ examples: Example[] }>('seed_examples')?.examples ?? []

function shapeAt(path: string) {
  const found = publishedShapes.find((published) => published.path === path)
  if (found === undefined) throw new Error(`no shape of ${path}`)
  return found.shape
}

function pathOf(template: string): string {
  return template.replace('{tokenId}', truck.tokenId).replace('{userDeviceId}', truck.userDeviceId)
}

const VEHICLE = '/v1/vehicle/{tokenId}'
const USER = '/v1/user/device-data/{userDeviceId}'

for (const { method, path, response } of examples) {
  test(`the shape written down here is that of ${method} ${path}`, () => {
    assert.equal(differences(response, shapeAt(path)), [])
  })
}

test('a difference of keys, types, order or nesting is seen', () => {
  const shape = { a: 'number', b: { c: 'text' }, d: [{ e: 'time' }] } as const
  const given = { a: 1, b: { c: '' }, d: [{ e: '2024-01-25T13:22:45Z' }] }
  const changed = { d: [{ e: '2024' }], a: null, x: 1 }
  assert.equal(differences(given, { ...shape, d: [...shape.d] }), [])
  assert.equal(differences(changed, { ...shape, d: [...shape.d] }).sort(), [
    ' has the order d,a',
    '.a is no number',
    '.b is missing',
    '.d[0].e is no time',
    '.x is too much',
  ])
})

const LAST = '2024-01-25T13:22:45.700Z'

const published = {
  fuelPercentRemaining: 0.518,
  odometer: 50414.2,
  latitude: 37.697789,
  longitude: -121.788662,
  batteryVoltage: 12.709,
  ambientTemp: 29,
}

test('GET status of a vehicle', async () => {
  const stored = await gateway('2024-01-25T18:00:00Z')
  stored.hear(LAST, published)
  stored.store()
  const { status, body } = await stored.get(pathOf(`${VEHICLE}/status`))
  assert.is(status, 200)
  assert.equal(differences(body, shapeAt(`${VEHICLE}/status`)), [])
  const { recordCreatedAt, ...rest } = body
  assert.equal(rest, { ...published, recordUpdatedAt: '2024-01-25T13:22:45Z' })
  assert.match(String(recordCreatedAt), /^2024-01-25T13:22:45\.\d{6}Z$/)
})

test('GET status of a user, with the range to its last digit', async () => {
  const stored = await gateway('2024-01-26T18:00:00Z')
  stored.gateway.known = [thirsty(25, 15.9)]
  stored.hear('2024-01-25T13:22:45Z', published)
  stored.hear('2024-01-26T16:36:38Z', { batteryVoltage: 12.641 })
  stored.store()
  const { body } = await stored.get(pathOf(`${USER}/status`))
  assert.equal(differences(body, shapeAt(`${USER}/status`)), [])
  assert.is(body.range, 331.37114474980734)
  assert.is(body.recordUpdatedAt, '2024-01-26T16:36:38Z')
  assert.is(body.batteryVoltage, 12.641)
})

test('GET status-raw of a vehicle whose source could not read everything', async () => {
  const stored = await gateway('2024-01-25T22:00:00Z')
  const issue = { code: 'negative-response', text: 'refused', count: 3, newest: '' } as const
  stored.gateway.sources = [
    {
      id: 'main',
      type: 'simulated',
      vehicle: 'truck',
      buses: ['can0'],
      state: 'running',
      detail: '',
      since: 0,
      frames: 1,
      reopened: 0,
      issues: [issue, issue, issue, issue],
    },
  ]
  stored.hear('2024-01-25T21:51:38.314Z', { vin: 'JTJGARBZ0M5023425' })
  stored.store()
  const { body } = await stored.get(pathOf(`${VEHICLE}/status-raw`))
  assert.equal(differences(body, shapeAt(`${VEHICLE}/status-raw`)), [])
  const { vin, errors } = body as Record<string, { value: unknown; timestamp: string }>
  assert.is(vin?.value, 'JTJGARBZ0M5023425')
  assert.is(vin?.timestamp, '2024-01-25T21:51:38Z')
  assert.ok(Array.isArray(errors?.value))
  assert.is(errors.value.length, 4)
})

/** What this gateway does not know of a vehicle that is heard on its bus. */
const UNKNOWN = ['lora', 'deviceDefinitionId', 'makeSlug', 'modelSlug', 'region']

const hits: [path: string, time: string, values: Values, range: number][] = [
  [
    `${VEHICLE}/history`,
    '2024-01-24T20:54:43.000Z',
    {
      ambientTemp: 32,
      odometer: 50404.2,
      latitude: 37.681686,
      longitude: -121.87558,
      nsat: 4,
      vinLast8: 'M5023425',
      speed: 11,
      barometricPressure: 101,
      fuelPercentRemaining: 0.518,
      engineLoad: 0.263,
    },
    331.37114474980734,
  ],
  [
    `${USER}/historical`,
    '2024-01-24T20:58:43.000Z',
    {
      ambientTemp: 32,
      odometer: 50406.1,
      latitude: 37.69915,
      longitude: -121.87175,
      nsat: 4,
      vinLast8: 'M5023425',
      speed: 0,
      barometricPressure: 101,
      fuelPercentRemaining: 0.522,
      engineLoad: 0.216,
    },
    333.9299952884159,
  ],
]

for (const [path, time, values, range] of hits) {
  test(`GET ${path}`, async () => {
    const stored = await gateway('2024-01-25T18:00:00Z')
    stored.gateway.known = [thirsty(25, 15.9)]
    stored.hear(time, values, { lateMs: 1376 })
    stored.store()
    const { body } = await stored.get(pathOf(path))
    assert.equal(
      differences(body, shapeAt(path)).sort(),
      UNKNOWN.map((key) => `.hits.hits[0]._source.data.${key} is missing`).sort(),
    )
    const [hit] = hitsOf(body)
    const { timestamp, make, model, year, ...signals } = hit?._source.data ?? {}
    assert.equal(signals, { ...values, range })
    assert.equal([timestamp, make, model, year], [time, 'Lexus', 'NX', 2021])
    const { _source: event } = hit ?? {}
    assert.equal(event?.location, {
      lon: String(values.longitude),
      lat: String(values.latitude),
    })
    assert.is(event?.time, new Date(Date.parse(time) + 1376).toISOString())
    assert.is(event?.subject, truck.userDeviceId)
    assert.is(hit?._index, 'device-status-2024-01-24')
    assert.is(event?.id, hit?._id)
  })
}

interface PublishedHit {
  _index: string
  _id: string
  _source: {
    data: Record<string, unknown>
    location?: object
    subject: string
    time: string
    id: string
  }
}

function hitsOf(body: Record<string, unknown>): PublishedHit[] {
  return (body.hits as { hits: PublishedHit[] }).hits
}

/** Readings of an odometer over one local day, ten minutes apart. */
function drive(stored: StoredApi, date: string, odometers: readonly number[]): void {
  odometers.forEach((odometer, index) => {
    stored.hear(new Date(Date.parse(`${date}T18:00:00Z`) + index * 600_000).toISOString(), {
      odometer,
    })
    stored.store()
  })
}

/** Equal steps from one reading to another, so that none is a jump. */
function steps(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1))
}

test('GET daily-distance: the published days, null where nothing was heard', async () => {
  const stored = await gateway('2024-01-25T18:00:00Z')
  // The hosted service computes in single precision: its days are multiples of 1/256 km.
  drive(stored, '2024-01-14', steps(50300, 50337.19921875, 4))
  drive(stored, '2024-01-17', steps(50337.19921875, 50345.6015625, 4))
  drive(stored, '2024-01-18', steps(50345.6015625, 50360.1015625, 4))
  drive(stored, '2024-01-24', steps(50360.1015625, 50371.1015625, 4))
  const { body } = await stored.get(
    `${pathOf(`${USER}/daily-distance`)}?time_zone=America/Los_Angeles`,
  )
  assert.equal(differences(body, shapeAt(`${USER}/daily-distance`)), [])
  const days = (body.days as { date: string; distance: number | null }[]).map(
    ({ date, distance }) => [date, distance === null ? null : Math.round(distance * 1e6) / 1e6],
  )
  assert.equal(days, [
    ['2024-01-14', 37.199219],
    ['2024-01-15', null],
    ['2024-01-16', null],
    ['2024-01-17', 8.402344],
    ['2024-01-18', 14.5],
    ['2024-01-19', null],
    ['2024-01-20', null],
    ['2024-01-21', null],
    ['2024-01-22', null],
    ['2024-01-23', null],
    ['2024-01-24', 11],
  ])
})

test('GET distance-driven: the published kilometres', async () => {
  const stored = await gateway('2024-01-25T18:00:00Z')
  drive(stored, '2024-01-20', steps(49636.1, 50414.2, 30))
  const { body } = await stored.get(pathOf(`${USER}/distance-driven`))
  assert.equal(differences(body, shapeAt(`${USER}/distance-driven`)), [])
  near(body.distanceDriven, 778.0999999999985)
  assert.is(body.units, 'kilometers')
})

function near(value: unknown, expected: number, name = ''): void {
  assert.ok(Math.abs(Number(value) - expected) < MICRO, `${name}: ${value}, not ${expected}`)
}

const EXPORT = `${USER}/export/json/email`

test('POST export/json/email', async () => {
  const exports: ExportJobs = {
    request: () => undefined,
    job: () => undefined,
    cancel: async () => false,
    file: () => 'gone',
  }
  const t = await gateway('2024-01-25T18:00:00Z', { exports })
  const { body } = await t.get(pathOf(EXPORT), 'POST')
  assert.equal(differences(body, shapeAt(EXPORT)), [])
  assert.is(body.status, 'success')
  assert.is(body.userId, truck.owner)
  assert.is(
    body.message,
    'your request has been received; data will be sent to the email associated with your account',
  )
})

// ── what the vectors say ────────────────────────────────────────────────────────────────────

interface StatusVectors {
  merge: {
    rows: { signals: Record<string, { value: unknown; timestamp: string }> }[]
    expected: Record<string, unknown>
  }[]
  statusRaw: {
    signals: Record<string, { value: never; timestamp: string }>
    mustHave: string[]
    mustNotHave: string[]
  }[]
}

const statusVectors = vectors<StatusVectors>('status_vectors')

for (const [index, { rows, expected }] of (statusVectors?.merge ?? []).entries()) {
  test(`sources are merged as published (${index + 1})`, async () => {
    const stored = await gateway('2023-05-08T00:00:00Z')
    for (const [number, { signals }] of rows.entries()) {
      for (const [name, { value, timestamp }] of Object.entries(signals)) {
        stored.hear(timestamp, valuesOf(name, value), { source: `can${number}` })
      }
    }
    stored.store()
    const { body } = await stored.get(pathOf(`${VEHICLE}/status`))
    // Here the newest time among all fields shown counts, outside temperature included.
    const { recordCreatedAt, recordUpdatedAt, ...fields } = expected
    const { recordCreatedAt: created, recordUpdatedAt: updated, ...shown } = body
    assert.equal(shown, fields)
    assert.is(updated, '2023-05-07T13:02:19Z')
    assert.type(created, 'string')
  })
}

const WHEELS: Readonly<Record<string, string>> = {
  frontLeft: 'tirePressureFrontLeft',
  frontRight: 'tirePressureFrontRight',
  backLeft: 'tirePressureBackLeft',
  backRight: 'tirePressureBackRight',
}

function valuesOf(name: string, value: unknown): Values {
  if (isSignalName(name)) return { [name]: value } as Values
  if (name !== 'tires') return {}
  const wheels = Object.entries(value as Record<string, number>)
  return Object.fromEntries(wheels.map(([wheel, kPa]) => [WHEELS[wheel], kPa])) as Values
}

for (const [index, { signals, mustHave, mustNotHave }] of (
  statusVectors?.statusRaw ?? []
).entries()) {
  test(`status-raw shows what the privilege allows (${index + 1})`, async () => {
    const stored = await gateway('2023-10-17T06:00:00Z')
    for (const [name, { value, timestamp }] of Object.entries(signals)) {
      stored.hear(timestamp, valuesOf(name, value))
    }
    stored.store()
    stored.clock.time = Date.parse('2024-01-25T18:00:00Z')
    const headers = bearer(await privilegeToken([1]))
    const url = pathOf(`${VEHICLE}/status-raw`)
    const body = (await stored.api.inject({ url, headers })).json()
    for (const name of mustHave) assert.ok(name in body, name)
    for (const name of mustNotHave) assert.not.ok(name in body, name)
  })
}

interface HistoryExpected {
  fromUpstreamTests: {
    addRange: {
      mpg: number
      fuelTankCapacityGal: number
      expectedRangeByHitIndex: Record<string, number>
    }
  }
  parseDateRange: { start: string; end: string; ok: boolean }[]
}

const historyExpected = vectors<HistoryExpected>('history_expected')
const recorded = vectors<{ hits: { hits: PublishedHit[] } }>('historical_data_test')

if (historyExpected !== undefined && recorded !== undefined) {
  const source = recorded.hits.hits
  const { addRange } = historyExpected.fromUpstreamTests

  test('the recorded history comes out as it went in, with its ranges, in order of time', async () => {
    const stored = await gateway('2023-04-05T00:00:00Z')
    stored.gateway.known = [thirsty(addRange.mpg, addRange.fuelTankCapacityGal)]
    const inOrder = source.toSorted((left, right) => (timeOf(left) < timeOf(right) ? -1 : 1))
    for (const hit of inOrder) {
      stored.hear(timeOf(hit), signalsOf(hit))
      stored.store()
    }
    const { body } = await stored.get(
      `${pathOf(`${VEHICLE}/history`)}?startDate=2023-03-21&endDate=2023-04-04`,
    )
    // After days of silence the first signal of a moment has a record of its own.
    const shown = [...new Map(hitsOf(body).map((hit) => [timeOf(hit), hit])).values()]
    assert.equal(
      shown.map(timeOf),
      inOrder.map((hit) => new Date(timeOf(hit)).toISOString()),
    )
    const ranges = addRange.expectedRangeByHitIndex
    for (const [index, hit] of inOrder.entries()) {
      const { odometer, ...signals } = signalsOf(hit)
      const {
        range,
        make,
        model,
        year,
        timestamp,
        odometer: told,
        ...data
      } = shown[index]?._source.data ?? {}
      assert.equal(data, signals, timeOf(hit))
      assert.is(range, ranges[String(source.indexOf(hit))], timeOf(hit))
      // What instruments are known to invent is never shown; 6 km are those of a new vehicle.
      assert.is(told, odometer === 6 ? 6 : undefined)
      assert.ok(make !== undefined && model !== undefined && year !== undefined && timestamp)
    }
  })
}

function timeOf({ _source: { data } }: PublishedHit): string {
  return String(data.timestamp)
}

function signalsOf({ _source: { data } }: PublishedHit): Values {
  return Object.fromEntries(Object.entries(data).filter(([name]) => isSignalName(name))) as Values
}

for (const { start, end, ok } of historyExpected?.parseDateRange ?? []) {
  test(`dates from "${start}" to "${end}" are ${ok ? 'accepted' : 'refused'}`, async () => {
    const stored = await gateway('2023-05-08T00:00:00Z')
    const query = new URLSearchParams({ startDate: start, endDate: end })
    const { status } = await stored.get(`${pathOf(`${VEHICLE}/history`)}?${query}`)
    assert.is(status, ok ? 200 : 400)
  })
}

interface BucketVectors {
  cases: {
    name: string
    startOffsetMs: number
    endOffsetMs: number
    buckets: number
    expectedTestIDs: string[]
  }[]
}

const BUCKETS_START = Date.parse('2020-01-01T00:00:00Z')

for (const vector of vectors<BucketVectors>('history_v2_bucket_vectors')?.cases ?? []) {
  test(`buckets: ${vector.name}: as many records as published, in order`, async () => {
    const stored = await gateway('2020-01-02T00:00:00Z')
    for (let number = 0; number < 10; number += 1) {
      const time = BUCKETS_START + number
      const fields = { vehicle: 'truck', time, receivedAt: time, data: { speed: number } }
      stored.journal.append(newRecord(number, fields), checkpointOf())
    }
    stored.store()
    const { startOffsetMs, endOffsetMs, buckets } = vector
    const query = new URLSearchParams({
      startDate: new Date(BUCKETS_START + startOffsetMs).toISOString(),
      endDate: new Date(BUCKETS_START + endOffsetMs).toISOString(),
      buckets: String(buckets),
    })
    const { body } = await stored.get(`${pathOf(`${VEHICLE}/history`)}?${query}`)
    const speeds = hitsOf(body).map(({ _source: { data } }) => Number(data.speed))
    // The end is included, so that ten parts of ten milliseconds are 1.1 ms long: one holds two.
    const fewer = buckets === 10 && endOffsetMs === 10 ? 1 : 0
    assert.is(speeds.length, vector.expectedTestIDs.length - fewer)
    assert.equal(
      speeds,
      [...new Set(speeds)].sort((a, b) => a - b),
    )
    // Of each bucket the last record is shown, where the hosted service showed the first.
    const last = Math.min(endOffsetMs, 9)
    assert.is(speeds.at(-1), speeds.length === 0 ? undefined : last)
  })
}

interface AuthVectors {
  privileges: { vehicle: Record<string, string> }
  requiredOneOf: Record<string, number[]>
  ownerErrorBody: object
}

const authVectors = vectors<AuthVectors>('auth_vectors')

for (const [route, needed] of Object.entries(authVectors?.requiredOneOf ?? {})) {
  // Removed, or never published with an example: there is no such route here.
  if (/removed|v2.*status/.test(route)) continue
  test(`${route} needs one of ${needed.join(', ')}`, async () => {
    const t = await testApi()
    t.status.statuses.set('truck', {})
    const query = route.endsWith('daily-distance') ? '?time_zone=UTC' : ''
    for (const id of Object.keys(authVectors?.privileges.vehicle ?? {}).map(Number)) {
      const response = await t.api.inject({
        url: `${route.replace(':tokenID', '17')}${query}`,
        headers: bearer(await privilegeToken([id])),
      })
      const { statusCode } = response
      assert.is(statusCode === 401, !needed.includes(id), `${id}: ${statusCode}`)
      if (statusCode === 401) {
        assert.match(response.json().message, /^Unauthorized! Token does not contain required/)
      }
    }
  })
}

test('a vehicle of another user, and none, are not found in the published words', async () => {
  const stored = await gateway('2024-01-25T18:00:00Z')
  const known = stored.gateway.known.find(({ owner }) => owner !== truck.owner)
  for (const id of [known?.userDeviceId, '2UZb3drEbIkLdMFcvEFqhjrX4X9']) {
    const { body } = await stored.get(`/v1/user/device-data/${id}/status`)
    assert.equal(body, authVectors?.ownerErrorBody ?? { code: 404, message: 'Device not found.' })
  }
})

interface DistanceVectors {
  derived: { odometers: number[]; distanceFloat64Semantics: number }[]
}

for (const { odometers, distanceFloat64Semantics: expected } of vectors<DistanceVectors>(
  'distance_vectors',
)?.derived ?? []) {
  test(`the odometers ${odometers.join(', ')} are ${expected} km`, async () => {
    const stored = await gateway('2024-01-25T18:00:00Z')
    drive(stored, '2024-01-20', odometers)
    const total = await stored.get(pathOf(`${USER}/distance-driven`))
    near(total.body.distanceDriven, expected, 'driven')
    const days = await stored.get(`${pathOf(`${USER}/daily-distance`)}?time_zone=UTC`)
    const [day, ...others] = days.body.days as { date: string; distance: number }[]
    assert.is(day?.date, '2024-01-20')
    near(day?.distance, expected, 'day')
    assert.equal(others, [])
  })
}

const validity = vectors<{ cases: { v: number; valid: boolean }[] }>('odometer_validity')?.cases

for (const { v, valid } of validity ?? []) {
  // Up to 100 km the hosted service takes for a fault; here a new vehicle has driven them.
  const expected = valid || (v > 0 && v <= 100)
  test(`an odometer of ${v} is ${expected ? 'shown' : 'not shown'}`, async () => {
    const stored = await gateway('2024-01-25T18:00:00Z')
    stored.hear(LAST, { odometer: v, batteryVoltage: 12.5 })
    stored.store()
    const { body } = await stored.get(pathOf(`${VEHICLE}/status`))
    assert.is(body.odometer, expected ? v : undefined)
    assert.is(body.batteryVoltage, 12.5)
  })
}

test.run()
