import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DataRead, ReadQuery, StoredRead } from '../../src/model/data-read.ts'
import {
  bearer,
  fullStatus,
  NOW,
  OWNER,
  privilegeToken,
  type TestApi,
  testApi,
  truck,
  userToken,
} from '../support/api-fakes.ts'

class Reads {
  readonly all: DataRead[] = []
  read(read: DataRead): void {
    this.all.push(read)
  }
  async reads({ from, to, limit, after }: ReadQuery): Promise<StoredRead[]> {
    return this.all
      .map((read, index) => ({ seq: index + 1, count: 1, ...read }))
      .filter(({ time }) => time >= from && time < to)
      .filter(({ seq }) => after === undefined || seq > after.seq)
      .slice(0, limit)
  }
}

async function started(): Promise<TestApi & { audit: Reads }> {
  const audit = new Reads()
  const t = await testApi({ audit })
  t.status.statuses.set('truck', fullStatus())
  t.records.add(NOW - 1000, { latitude: 1, longitude: 2, vin: 'JTJGARBZ0M5023425' })
  return { ...t, audit }
}

const V = '/v1/vehicle/17'
const U = `/v1/user/device-data/${truck.userDeviceId}`

test('who is shown location or identity is noted, and nobody else', async () => {
  const t = await started()
  const cases: [string, number[] | undefined, string[]][] = [
    [`${V}/status`, [1], []],
    [`${V}/status`, [3], ['location']],
    [`${V}/status`, [1, 8], ['approximate location']],
    [`${V}/status-raw`, [1], ['identity']],
    [`${V}/status-raw`, [1, 4], ['location, identity']],
    [`${V}/signals`, [5], ['identity']],
    [`${V}/signals`, [8], ['approximate location']],
    [`${V}/history`, [1, 3], ['identity']],
    [`${V}/history`, [4], ['location']],
    [`${V}/history`, [5], []],
    [`${V}/dtcs`, [1, 3], []],
    [`${V}/daily-distance?time_zone=UTC`, [1, 4], []],
    [`${U}/status`, undefined, ['location']],
    [`${U}/historical`, undefined, ['location, identity']],
    [`${U}/distance-driven`, undefined, []],
  ]
  for (const [url, privileges, what] of cases) {
    const token = privileges === undefined ? await userToken() : await privilegeToken(privileges)
    t.audit.all.length = 0
    await t.api.inject({ url, headers: bearer(token), remoteAddress: '10.0.0.9' })
    assert.equal(
      t.audit.all.map((read) => read.what),
      what,
      url,
    )
  }
})

test('a row says which token, of whom, from where, which route and vehicle', async () => {
  const t = await started()
  const token = await userToken()
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const asked = { headers: bearer(token), remoteAddress: '10.0.0.9' }
  await t.api.inject({ url: `${V}/status?include=meta`, ...asked })
  assert.equal(t.audit.all, [
    {
      time: NOW,
      token: jti,
      subject: OWNER,
      address: '10.0.0.9',
      route: 'GET /v1/vehicle/:tokenId/status',
      vehicle: 'truck',
      what: 'location',
    },
  ])
})

test('the owner of the gateway reads the log, page by page', async () => {
  const t = await started()
  for (let index = 0; index < 5; index += 1) {
    await t.api.inject({ url: `${V}/status`, headers: bearer(await privilegeToken([3])) })
  }
  const get = async (url: string, token: string) => t.api.inject({ url, headers: bearer(token) })
  const owner = await userToken()
  const seen: object[] = []
  let url: string | undefined = '/v1/gateway/audit?limit=2'
  while (url !== undefined) {
    const page: { reads: object[]; next?: string } = (await get(url, owner)).json()
    assert.ok(page.reads.length <= 2)
    seen.push(...page.reads)
    url = page.next && `/v1/gateway/audit?limit=2&after=${page.next}`
  }
  assert.is(seen.length, 5)
  assert.equal(Object.keys(seen[0] ?? {}), [
    'time',
    'token',
    'count',
    'address',
    'route',
    'vehicle',
    'what',
  ])
  assert.equal((await get('/v1/gateway/audit?to=2020-01-01', owner)).json(), { reads: [] })
  assert.is((await get('/v1/gateway/audit?from=nonsense', owner)).statusCode, 400)
  assert.is((await get('/v1/gateway/audit', await userToken('stranger'))).statusCode, 401)
  assert.is((await get('/v1/gateway/audit', await privilegeToken([1, 3, 4]))).statusCode, 401)
})

test.run()
