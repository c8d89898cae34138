import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { localDays } from '../../src/api/local-days.ts'
import {
  bearer,
  privilegeToken,
  type TestApi,
  testApi,
  truck,
  userToken,
} from '../support/api-fakes.ts'

const HOUR = 3_600_000

/** Zone, local day, its start in UTC, its length in hours. */
const days: [string, string, string, number][] = [
  ['Europe/Berlin', '2024-01-25', '2024-01-24T23:00:00Z', 24],
  ['Europe/Berlin', '2024-03-31', '2024-03-30T23:00:00Z', 23],
  ['Europe/Berlin', '2024-10-27', '2024-10-26T22:00:00Z', 25],
  ['America/Los_Angeles', '2024-03-10', '2024-03-10T08:00:00Z', 23],
  // Midnight comes twice: the day begins with the first.
  ['Atlantic/Azores', '2026-10-25', '2026-10-25T00:00:00Z', 25],
  ['America/Havana', '2026-11-01', '2026-11-01T04:00:00Z', 25],
  // Midnight never comes: the day begins at one.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z', 23],
  ['Asia/Beirut', '2022-03-27', '2022-03-26T22:00:00Z', 23],
  // Half an hour of daylight saving.
  ['Australia/Lord_Howe', '2024-04-07', '2024-04-06T13:00:00Z', 24.5],
  ['Australia/Lord_Howe', '2024-10-06', '2024-10-05T13:30:00Z', 23.5],
  ['Asia/Kolkata', '2024-01-25', '2024-01-24T18:30:00Z', 24],
  ['Asia/Kathmandu', '2024-01-25', '2024-01-24T18:15:00Z', 24],
  ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00Z', 24],
  ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z', 24],
  ['UTC', '2024-02-29', '2024-02-29T00:00:00Z', 24],
]

test('a local day starts and ends where people there say so', () => {
  for (const [timeZone, date, start, hours] of days) {
    const { dates, starts } = localDays({ timeZone, startDate: date, endDate: date }, 0)
    const name = `${timeZone} ${date}`
    assert.equal(dates, [date], name)
    assert.is(starts[0], Date.parse(start), name)
    assert.is(((starts[1] ?? 0) - (starts[0] ?? 0)) / HOUR, hours, name)
  }
})

test('a date that a zone never had is no day', () => {
  const apia = { timeZone: 'Pacific/Apia', startDate: '2011-12-28', endDate: '2012-01-01' }
  const { dates, starts } = localDays(apia, 0)
  assert.equal(dates, ['2011-12-28', '2011-12-29', '2011-12-31', '2012-01-01'])
  assert.is(starts.length, 5)
  assert.ok(
    starts.every((start, index) => index === 0 || start - (starts[index - 1] ?? 0) === 24 * HOUR),
  )
  const last = localDays({ timeZone: 'Pacific/Apia' }, Date.parse('2012-01-02T00:00:00Z'))
  assert.is(last.dates.length, 14)
  assert.is(last.dates[0], '2011-12-19')
})

test('by default the last 14 local days including today', () => {
  const { dates } = localDays({ timeZone: 'Pacific/Auckland' }, Date.parse('2024-01-25T18:00:00Z'))
  assert.is(dates.length, 14)
  assert.is(dates[0], '2024-01-13')
  assert.is(dates.at(-1), '2024-01-26')
})

test('startDate and endDate take local dates, or times that stand for them', () => {
  const query = {
    timeZone: 'America/Los_Angeles',
    startDate: '2024-01-24T02:00:00Z',
    endDate: '2024-01-25',
  }
  assert.equal(localDays(query, 0).dates, ['2024-01-23', '2024-01-24', '2024-01-25'])
  assert.equal(localDays({ ...query, startDate: '2024-02-01' }, 0), { dates: [], starts: [] })
})

async function get(t: TestApi, url: string, token?: string) {
  return t.api.inject({ url, headers: bearer(token ?? (await userToken())) })
}

const DAILY = [
  '/v2/vehicle/17/analytics/daily-distance',
  '/v1/vehicle/17/daily-distance',
  `/v1/user/device-data/${truck.userDeviceId}/daily-distance`,
]
const TOTAL = [
  '/v2/vehicle/17/analytics/total-distance',
  '/v1/vehicle/17/distance-driven',
  `/v1/user/device-data/${truck.userDeviceId}/distance-driven`,
]

test('days from the first to the last with data; null where there was none, 0 where it stood', async () => {
  const t = await testApi()
  t.records.distances = [
    { hasData: false },
    { hasData: false },
    { distance: 37.19921875, hasData: true },
    { hasData: false },
    { distance: 0, hasData: true },
    { hasData: true },
    { distance: 11, hasData: true },
    { hasData: false },
  ]
  for (const path of DAILY) {
    const response = await get(t, `${path}?time_zone=Europe/Berlin`)
    assert.equal(response.json(), {
      days: [
        { date: '2024-01-14', distance: 37.19921875 },
        { date: '2024-01-15', distance: null },
        { date: '2024-01-16', distance: 0 },
        { date: '2024-01-17', distance: null },
        { date: '2024-01-18', distance: 11 },
      ],
    })
  }
  assert.is(t.records.daysAsked[0]?.length, 15)
})

test('a vehicle without data has no days and drove nothing', async () => {
  const t = await testApi()
  assert.equal((await get(t, `${DAILY[0]}?time_zone=UTC`)).json(), { days: [] })
  for (const path of TOTAL) {
    assert.equal((await get(t, path)).json(), { distanceDriven: 0, units: 'kilometers' })
  }
  t.records.total = 778.0999999999985
  assert.is(
    (await get(t, TOTAL[0] ?? '')).body,
    '{"distanceDriven":778.0999999999985,"units":"kilometers"}',
  )
  const token = await privilegeToken([1])
  assert.is((await get(t, TOTAL[1] ?? '', token)).statusCode, 200)
})

test('the time zone is required and must exist', async () => {
  const t = await testApi()
  const cases: [string, RegExp][] = [
    ['', /^time_zone is required/],
    ['?time_zone=', /^time_zone is required/],
    ['?time_zone=Mars/Olympus', /^time_zone must be an IANA time zone/],
    ['?time_zone=%2B05:30', /^time_zone must be an IANA time zone/],
    ['?time_zone=Z', /^time_zone must be an IANA time zone/],
    ['?time_zone=UTC&time_zone=UTC', /^time_zone is required, once/],
    ['?time_zone=UTC&startDate=2024-02-30', /^startDate must be a local date/],
    ['?time_zone=UTC&endDate=tomorrow', /^endDate must be a local date/],
    ['?time_zone=UTC&startDate=1990-01-01', /^startDate to endDate may span at most/],
  ]
  for (const [query, message] of cases) {
    const response = await get(t, `${DAILY[0]}${query}`)
    assert.is(response.statusCode, 400, query)
    assert.match(response.json().message, message)
  }
})

test.run()
