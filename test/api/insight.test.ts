/** Sources, issues, records around a moment, what was used. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RecordReader } from '../../src/model/ports.ts'
import { bearer, NOW, privilegeToken, testApi, userToken } from '../support/api-fakes.ts'

const test = suite('what stands behind the data')

async function scene() {
  const t = await testApi()
  const ask = async (path: string, privileges = [1, 4]) => {
    const headers = bearer(await privilegeToken(privileges))
    const response = await t.api.inject({ url: `/v1/vehicle/17/${path}`, headers })
    return { status: response.statusCode, body: response.json() }
  }
  return { ...t, ask }
}

test('records around a moment are complete, in order of time', async () => {
  const t = await scene()
  for (let i = -30; i <= 30; i += 1)
    t.records.add(NOW + i * 1000, { speed: i + 100, latitude: 1, longitude: 2 })
  const around = new Date(NOW).toISOString()
  const { body } = await t.ask(`records?around=${around}&before=2&after=3`)
  assert.equal(
    body.map(({ data }: { data: { speed: number } }) => data.speed),
    [99, 100, 101, 102, 103],
  )
  const { id, seq, ...rest } = body[0]
  assert.ok(id && seq)
  assert.equal(rest, {
    time: '2024-01-25T17:59:59.250Z',
    receivedAt: '2024-01-25T18:00:00.626Z',
    source: 'main',
    boot: 'boot',
    number: 30,
    clock: 'gnss',
    data: { speed: 99, latitude: 1, longitude: 2 },
  })
  assert.is((await t.ask(`records?around=${around}&before=0&after=0`)).body.length, 0)
  assert.is((await t.ask('records')).body.length, 20)
})

test('what a token may not see of a record is not in it, nor its quality', async () => {
  const t = await scene()
  const record = t.records.add(NOW, { speed: 1, latitude: 1, longitude: 2 })
  record.quality = { speed: 'estimated', latitude: 'estimated' }
  const [shown] = (await t.ask('records', [1])).body
  assert.equal(shown.data, { speed: 1 })
  assert.equal(shown.quality, { speed: 'estimated' })
  const [narrow] = (await t.ask('records?signals=latitude')).body
  assert.equal(narrow.data, { latitude: 1 })
})

for (const [query, says] of [
  ['around=yesterday', /around must be a time/],
  ['around=2024-01-25T18:00:00', /around must be a time/],
  ['before=501', /before must be a whole number/],
  ['signals=warp', /signals takes/],
] as const) {
  test(`records?${query} is refused`, async () => {
    const { status, body } = await (await scene()).ask(`records?${query}`)
    assert.is(status, 400)
    assert.match(body.message, says)
  })
}

test('what was used has units and says whether it is an estimate', async () => {
  const t = await scene()
  const usage: RecordReader['usage'] = async (_vehicle, from, to) =>
    to - from === 86_400_000 ? { fuelUsed: { value: 12.5, estimated: true } } : {}
  Object.assign(t.records, { usage })
  assert.equal((await t.ask('usage?from=2024-01-20&to=2024-01-20')).body, {
    from: '2024-01-20T00:00:00.000Z',
    to: '2024-01-21T00:00:00.000Z',
    fuelUsed: { value: 12.5, estimated: true, unit: 'l' },
  })
})

test('issues are those of the sources of the vehicle', async () => {
  const t = await scene()
  const health = t.gateway.health()
  const issue = { code: 'implausible', text: 'a value', count: 3, newest: 'speed 999' } as const
  const state = { state: 'running', detail: 'it runs', since: NOW, frames: 1, reopened: 0 }
  const source = {
    ...state,
    id: 'can0',
    type: 'slcan',
    vehicle: 'truck',
    buses: [],
    issues: [issue],
  }
  t.gateway.health = () =>
    ({ ...health, sources: [source, { ...source, vehicle: 'van' }] }) as never
  assert.equal((await t.ask('issues')).body, [{ source: 'can0', ...issue }])
  const headers = bearer(await userToken())
  const sources = await t.api.inject({ url: '/v1/gateway/sources', headers })
  assert.is(sources.statusCode, 200)
  assert.equal(
    sources.json().map(({ id, vehicle }: { id: string; vehicle: string }) => [id, vehicle]),
    [
      ['can0', 'truck'],
      ['can0', 'van'],
    ],
  )
})

test.run()
