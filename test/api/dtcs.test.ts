import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { TroubleCodeReport } from '../../src/model/trouble-code.ts'
import {
  bearer,
  NOW,
  privilegeToken,
  state,
  type TestApi,
  testApi,
  truck,
  userToken,
} from '../support/api-fakes.ts'

const test = suite('trouble codes over REST')

const report: TroubleCodeReport = {
  updated: NOW * 1000,
  codes: [
    {
      code: 'P0301',
      system: 'powertrain',
      kind: 'stored',
      description: 'Cylinder 1: misfire',
      controlUnit: '7E8',
      firstSeen: (NOW - 60_000) * 1000,
      lastSeen: NOW * 1000,
      occurrences: 2,
      lamp: 'malfunction',
      freezeFrame: [{ label: 'Engine speed', value: 1726, unit: 'rpm', signal: 'engineSpeed' }],
    },
    {
      code: 'SPN 110 FMI 3',
      system: 'j1939',
      kind: 'active',
      controlUnit: 'SA 0',
      firstSeen: (NOW - 60_000) * 1000,
      lastSeen: (NOW - 50_000) * 1000,
      cleared: (NOW - 40_000) * 1000,
      occurrences: 1,
    },
  ],
}

const shown = {
  code: 'P0301',
  system: 'powertrain',
  description: 'Cylinder 1: misfire',
  kind: 'stored',
  controlUnit: '7E8',
  firstSeen: '2024-01-25T17:59:00.250Z',
  lastSeen: '2024-01-25T18:00:00.250Z',
  occurrences: 2,
  lamp: 'malfunction',
  freezeFrame: [{ label: 'Engine speed', value: 1726, unit: 'rpm', signal: 'engineSpeed' }],
}

const gone = {
  code: 'SPN 110 FMI 3',
  system: 'j1939',
  kind: 'active',
  controlUnit: 'SA 0',
  firstSeen: '2024-01-25T17:59:00.250Z',
  lastSeen: '2024-01-25T17:59:10.250Z',
  cleared: '2024-01-25T17:59:20.250Z',
  occurrences: 1,
}

async function ask(t: TestApi, query = '', privileges = [1]) {
  const headers = bearer(await privilegeToken(privileges))
  const response = await t.api.inject({ url: `/v1/vehicle/17/dtcs${query}`, headers })
  return { status: response.statusCode, body: response.json() }
}

test('codes are shown with what is known of each, those that are gone on request', async () => {
  const t = await testApi()
  t.troubleCodes.reports.set('truck', report)
  const updated = '2024-01-25T18:00:00.250Z'
  assert.equal(await ask(t), { status: 200, body: { codes: [shown], updated } })
  assert.equal((await ask(t, '?all=false')).body, { codes: [shown], updated })
  assert.equal((await ask(t, '?all=true')).body, { codes: [shown, gone], updated })
})

test('never read is not found; read and without codes is an empty list', async () => {
  const t = await testApi()
  const never = { code: 404, message: 'no trouble codes were read yet' }
  assert.equal(await ask(t), { status: 404, body: never })
  t.troubleCodes.reports.set('truck', { codes: [], updated: NOW * 1000 })
  const body = { codes: [], updated: '2024-01-25T18:00:00.250Z' }
  assert.equal(await ask(t), { status: 200, body })
})

test('the lamp is there as far as the vehicle has said how it is', async () => {
  const t = await testApi()
  t.troubleCodes.reports.set('truck', report)
  const lamp = async (value: boolean, quality: 'ok' | 'absent') => {
    const malfunctionLamp = state(value, '2024-01-25T17:00:00Z', { quality })
    t.status.statuses.set('truck', { malfunctionLamp })
    return (await ask(t)).body.malfunctionLamp
  }
  assert.is(await lamp(true, 'ok'), true)
  assert.is(await lamp(false, 'ok'), false)
  assert.is(await lamp(true, 'absent'), undefined)
})

test('it takes privilege 1, or the owner', async () => {
  const t = await testApi()
  t.troubleCodes.reports.set('truck', report)
  for (const privileges of [[], [2], [3, 4, 5, 6, 7, 8]]) {
    assert.is((await ask(t, '', privileges)).status, 401, privileges.join())
  }
  const headers = bearer(await userToken())
  for (const url of ['/v1/vehicle/17/dtcs', `/v1/user/device-data/${truck.userDeviceId}/dtcs`]) {
    const response = await t.api.inject({ url, headers })
    assert.equal(response.json().codes, [shown], url)
  }
  assert.is((await t.api.inject('/v1/vehicle/17/dtcs')).statusCode, 401)
  assert.is((await t.api.inject({ url: '/v1/vehicle/18/dtcs', headers })).statusCode, 404)
})

test('a parameter that is not understood is told', async () => {
  const t = await testApi()
  const { status, body } = await ask(t, '?all=yes')
  assert.is(status, 400)
  assert.is(body.message, 'all must be true or false.')
})

test.run()
