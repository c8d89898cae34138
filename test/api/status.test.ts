import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { estimatedRange } from '../../src/api/views/range.ts'
import { statusView } from '../../src/api/views/status.ts'
import { sourceUri } from '../../src/model/cloud-event.ts'
import type { VehicleStatus } from '../../src/model/record.ts'
import {
  bearer,
  FakeClock,
  FakeStatus,
  fullStatus,
  NOW,
  state,
  type TestApi,
  testApi,
  truck,
  userToken,
} from '../support/api-fakes.ts'
import { recording } from '../support/needs.ts'

const LITRES_PER_GALLON = 3.785411784
const KM_PER_MILE = 1.609344
const USER_STATUS = `/v1/user/device-data/${truck.userDeviceId}/status`

async function started(status: VehicleStatus = fullStatus()): Promise<TestApi> {
  const started = await testApi()
  started.status.statuses.set('truck', status)
  return started
}

async function get(api: TestApi, url: string) {
  const response = await api.api.inject({ url, headers: bearer(await userToken()) })
  return { code: response.statusCode, body: response.json() as Record<string, never> }
}

test('the snapshot has the published fields in the published order', async () => {
  const t = await started()
  const { code, body } = await get(t, '/v1/vehicle/17/status')
  assert.is(code, 200)
  assert.equal(Object.entries(body), [
    ['fuelPercentRemaining', 0.518],
    ['odometer', 50414.2],
    ['latitude', 37.697789],
    ['longitude', -121.788662],
    ['recordUpdatedAt', '2024-01-25T13:22:45Z'],
    ['recordCreatedAt', '2024-01-25T15:51:33.986023Z'],
    ['batteryVoltage', 12.709],
    ['ambientTemp', 29],
  ])
  assert.equal((await get(t, USER_STATUS)).body, body)
})

test('the published time shown is that of the newest field shown', async () => {
  const t = await started({
    batteryVoltage: state(12, '2024-01-25T10:00:00.999Z'),
    speed: state(12, '2024-01-25T17:00:00Z'),
  })
  const { body } = await get(t, '/v1/vehicle/17/status')
  assert.is(body.recordUpdatedAt, '2024-01-25T10:00:00Z')
})

test('a vehicle without data, or with data older than 90 days, has no status yet', async () => {
  const old = new Date(NOW - 90 * 86_400_000 - 1).toISOString()
  const recent = new Date(NOW - 90 * 86_400_000 + 1000).toISOString()
  const cases: [VehicleStatus, number][] = [
    [{}, 404],
    [{ odometer: state(5, old) }, 404],
    [{ odometer: state(5, recent) }, 200],
  ]
  for (const [status, code] of cases) {
    const answer = await get(await started(status), '/v1/vehicle/17/status')
    assert.is(answer.code, code)
    if (code === 404) assert.equal(answer.body, { code, message: 'no status updates yet' })
  }
  const mixed = await started({
    odometer: state(5, old),
    batteryVoltage: state(12.7, recent),
  })
  assert.is((await get(mixed, '/v1/vehicle/17/status')).body.odometer, undefined)
})

test('half a position is not shown, nor a value that the sender took back', async () => {
  const t = await started({
    latitude: state(37, '2024-01-25T13:00:00Z'),
    odometer: state(1, '2024-01-25T13:00:00Z', { quality: 'error' }),
    batteryVoltage: state(12.5, '2024-01-25T13:00:00Z'),
  })
  const { body } = await get(t, '/v1/vehicle/17/status')
  assert.equal(Object.keys(body), ['recordUpdatedAt', 'recordCreatedAt', 'batteryVoltage'])
})

test('the estimated range has the published digits, from metric settings', () => {
  const file = recording('dimo/range_vectors.json')
  const cases: {
    mpg: number
    fuelTankCapacityGal: number
    fuelPercentRemaining: number
    rangeKm: number
  }[] =
    file === undefined
      ? [
          {
            mpg: 25,
            fuelTankCapacityGal: 15.9,
            fuelPercentRemaining: 0.518,
            rangeKm: 331.37114474980734,
          },
        ]
      : JSON.parse(readFileSync(file, 'utf8')).cases
  for (const { mpg, fuelTankCapacityGal, fuelPercentRemaining, rangeKm } of cases) {
    const vehicle = {
      ...truck,
      tankLitres: fuelTankCapacityGal * LITRES_PER_GALLON,
      kmPerLitre: (mpg * KM_PER_MILE) / LITRES_PER_GALLON,
    }
    // The upstream tests state some of their values rounded.
    const found = estimatedRange(vehicle, fuelPercentRemaining) ?? 0
    const exact = String(rangeKm).length > 12
    assert.ok(exact ? found === rangeKm : Math.abs(found - rangeKm) < 1e-9, `${found} ${rangeKm}`)
    assert.is(estimatedRange(vehicle, 0.01), undefined)
    assert.is(estimatedRange(vehicle, undefined), undefined)
  }
  assert.is(estimatedRange(truck, 0.5), undefined)
})

test('the range is shown as estimated where tank and economy are configured', async () => {
  const t = await started()
  t.gateway.known = [{ ...truck, tankLitres: 60, kmPerLitre: 10 }]
  const { body } = await get(t, '/v1/vehicle/17/status?include=meta')
  assert.ok(Math.abs(Number(body.range) - 310.8) < 0.1)
  const { range } = body.signals as unknown as Record<string, Record<string, unknown>>
  assert.is(range?.quality, 'stale')
  assert.is(range?.unit, 'km')
})

test('include=meta tells of each value its unit, time, age, source and quality', async () => {
  const t = await started({
    odometer: state(50414.2, '2024-01-25T17:59:55.250Z'),
    batteryVoltage: state(12.7, '2024-01-25T17:00:00Z', { quality: 'estimated' }),
  })
  const { body } = await get(t, '/v1/vehicle/17/status?include=meta')
  assert.equal(body.signals, {
    odometer: {
      value: 50414.2,
      unit: 'km',
      timestamp: '2024-01-25T17:59:55.250Z',
      age: 5,
      source: 'can0',
      quality: 'ok',
    },
    batteryVoltage: {
      value: 12.7,
      unit: 'V',
      timestamp: '2024-01-25T17:00:00.000Z',
      age: 3600.25,
      source: 'can0',
      quality: 'stale',
    },
  })
  const bad = await get(t, '/v1/vehicle/17/status?include=everything')
  assert.is(bad.code, 400)
  assert.match(String(bad.body.message), /^include takes meta/)
})

test('status-raw has every signal with source and time, and what is known of the vehicle', async () => {
  const t = await started()
  t.gateway.sources = [
    {
      id: 'main',
      type: 'slcan',
      vehicle: 'truck',
      buses: ['main'],
      state: 'running',
      detail: 'reading',
      since: 0,
      frames: 1,
      reopened: 0,
      issues: [
        { code: 'negative-response', text: 'a control unit refused', count: 3, newest: 'x' },
      ],
    },
    {
      id: 'other',
      type: 'slcan',
      vehicle: 'van',
      buses: [],
      state: 'waiting',
      detail: 'unplugged',
      since: 0,
      frames: 0,
      reopened: 0,
      issues: [],
    },
  ]
  const { body } = await get(t, '/v1/vehicle/17/status-raw')
  const source = sourceUri('can0')
  assert.equal(body.vin, {
    value: 'JTJGARBZ0M5023425',
    source,
    timestamp: '2024-01-25T13:00:00Z',
  })
  assert.equal(body.timestamp, {
    value: '2024-01-25T13:22:45.900Z',
    source,
    timestamp: '2024-01-25T13:22:45Z',
  })
  assert.equal((body.errors as unknown as { value: unknown }).value, [
    {
      type: 'main/negative-response',
      errorCode: 502,
      errorType: 'UPSTREAM',
      resolution: { type: 'RETRY_LATER' },
      description: 'A control unit refused (3 times)',
    },
  ])
  for (const key of ['make', 'model', 'year', 'vehicleId', 'speed', 'latitude']) {
    assert.equal(Object.keys(body[key] ?? {}), ['value', 'source', 'timestamp'], key)
  }
  const seed = seedResponse('/v1/vehicle/{tokenId}/status-raw')
  for (const [key, published] of Object.entries(seed ?? {})) {
    assert.equal(shapeOf(body[key]), shapeOf(published), key)
  }
})

test('the rows of /signals are the signal table, stale where a value is old', async () => {
  const t = await started({
    speed: state(50, '2024-01-25T17:59:58Z'),
    odometer: state(7, '2024-01-25T01:00:00Z'),
  })
  const { body } = await get(t, '/v1/vehicle/17/signals')
  const rows = new Map((body as unknown as { name: string }[]).map((row) => [row.name, row]))
  assert.equal(rows.get('speed'), {
    name: 'speed',
    label: 'Speed',
    unit: 'km/h',
    vss: 'Vehicle.Speed',
    value: 50,
    time: '2024-01-25T17:59:58.000Z',
    age: 2.25,
    quality: 'ok',
    source: 'can0',
  })
  assert.is((rows.get('odometer') as { quality?: string }).quality, 'stale')
  assert.equal(Object.keys(rows.get('vin') ?? {}), ['name', 'label', 'unit', 'vss'])
})

test('the types of the snapshot are those of the published examples', async () => {
  const t = await started()
  t.gateway.known = [{ ...truck, tankLitres: 60, kmPerLitre: 10 }]
  const published = seedResponse('/v1/user/device-data/{userDeviceId}/status') ?? {
    fuelPercentRemaining: 1,
    odometer: 1,
    latitude: 1,
    longitude: 1,
    range: 1,
    recordUpdatedAt: '2024-01-26T16:36:38Z',
    recordCreatedAt: '2024-01-25T15:51:33.986023Z',
    batteryVoltage: 1,
    ambientTemp: 1,
  }
  const { body } = await get(t, USER_STATUS)
  assert.equal(shapeOf(body), shapeOf(published))
  assert.equal(Object.keys(body), Object.keys(published))
})

test('the status is also there without a server, as the owner sees it', () => {
  const status = new FakeStatus()
  const clock = new FakeClock()
  assert.is(statusView(truck, status, clock), undefined)
  status.statuses.set('truck', fullStatus())
  assert.is((statusView(truck, status, clock) as { latitude?: number }).latitude, 37.697789)
})

function seedResponse(path: string): Record<string, unknown> | undefined {
  const file = recording('dimo/seed_examples.json')
  if (file === undefined) return undefined
  const { examples } = JSON.parse(readFileSync(file, 'utf8')) as {
    examples: { path: string; response: Record<string, unknown> }[]
  }
  return examples.find((example) => example.path === path)?.response
}

/** Keys and types; texts by their form, an array by its first element. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
  }
  if (typeof value !== 'string') return typeof value
  return /^\d{4}-\d\d-\d\dT[\d:]+(\.\d+)?Z$/.test(value)
    ? 'time'
    : value.startsWith('dimo/integration/') && value.length === 44
      ? 'source'
      : 'text'
}

test.run()
