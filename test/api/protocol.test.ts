/** What HTTP asks of every route: methods, other origins; and what a monitor reads. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bearer, testApi, userToken } from '../support/api-fakes.ts'

const test = suite('protocol')

const URL = '/v1/vehicle/17/status'

test('OPTIONS says what a path can do, without a token', async () => {
  const t = await testApi()
  const { statusCode, headers, body } = await t.api.inject({ method: 'OPTIONS', url: URL })
  assert.equal([statusCode, headers.allow, body], [204, 'GET, HEAD', ''])
  const nothing = await t.api.inject({ method: 'OPTIONS', url: '/nothing' })
  assert.is(nothing.statusCode, 404)
})

test('a method that a path has not is told what it has', async () => {
  const t = await testApi()
  for (const method of ['POST', 'PUT', 'DELETE'] as const) {
    const { statusCode, headers } = await t.api.inject({ method, url: URL })
    assert.equal([statusCode, headers.allow], [405, 'GET, HEAD'])
  }
})

test('other origins may not call it', async () => {
  const t = await testApi()
  const headers = { origin: 'https://fleet.example' }
  const answer = await t.api.inject({ url: URL, headers })
  assert.is(answer.headers['access-control-allow-origin'], undefined)
})

test('those that are configured may, with a token, and no others', async () => {
  const t = await testApi({ cors: ['https://fleet.example'] })
  t.status.statuses.set('truck', {})
  const origin = 'https://fleet.example'
  const asked = { origin, 'access-control-request-method': 'GET' }
  const preflight = await t.api.inject({ method: 'OPTIONS', url: URL, headers: asked })
  assert.is(preflight.statusCode, 204)
  assert.is(preflight.headers['access-control-allow-origin'], origin)
  assert.match(String(preflight.headers['access-control-allow-headers']), 'authorization')
  const refused = await t.api.inject({ url: URL, headers: { origin } })
  assert.is(refused.statusCode, 401)
  assert.is(refused.headers['access-control-allow-origin'], origin)
  const other = await t.api.inject({ url: URL, headers: { origin: 'https://fleet.example.evil' } })
  assert.is(other.headers['access-control-allow-origin'], undefined)
  assert.match(String(other.headers.vary), 'origin')
})

test('there are no metrics until they are switched on', async () => {
  const t = await testApi()
  assert.is((await t.api.inject('/metrics')).statusCode, 404)
})

test('metrics are lines of Prometheus, from here without a token, and show no vehicle', async () => {
  const t = await testApi({ metrics: true })
  const health = t.gateway.health()
  const state = {
    state: 'running',
    detail: '',
    since: 0,
    frames: 7,
    reopened: 1,
    buses: [],
  } as const
  const issue = { code: 'implausible', text: '', count: 2, newest: '' } as const
  const source = { ...state, id: 'can "0"\\', type: 'slcan', vehicle: 'truck', issues: [issue] }
  t.gateway.health = () => ({ ...health, sources: [source] })
  const { body, headers } = await t.api.inject('/metrics')
  assert.match(String(headers['content-type']), 'text/plain; version=0.0.4')
  const sample =
    /^odograph_[a-z_]+(\{[a-z]+="(\\.|[^"\\])*"(,[a-z]+="(\\.|[^"\\])*")*\})? -?\d+(\.\d+)?$/
  for (const line of body.trimEnd().split('\n')) {
    assert.ok(/^# (HELP|TYPE) odograph_[a-z_]+ ./.test(line) || sample.test(line), line)
  }
  assert.match(body, 'odograph_source_frames_total{source="can \\"0\\"\\\\"} 7')
  assert.match(body, ',code="implausible"} 2')
  assert.not.match(body, 'truck')
  const elsewhere = { url: '/metrics', remoteAddress: '10.0.0.9' }
  assert.is((await t.api.inject(elsewhere)).statusCode, 401)
  const token = await t.api.inject({ ...elsewhere, headers: bearer(await userToken()) })
  assert.is(token.statusCode, 200)
})

test.run()
