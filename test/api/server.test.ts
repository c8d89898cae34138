import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { InjectOptions } from 'fastify'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { OdographError } from '../../src/model/errors.ts'
import {
  bearer,
  fullStatus,
  NOW,
  type TestApi,
  testApi,
  truck,
  userToken,
} from '../support/api-fakes.ts'

async function started(): Promise<TestApi> {
  const t = await testApi()
  t.status.statuses.set('truck', fullStatus())
  return t
}

async function listening(t: TestApi): Promise<{ url: string; port: number }> {
  const { host, port } = await t.api.listen('127.0.0.1', 0)
  return { url: `http://${host}:${port}`, port }
}

/** What a server answers to bytes, until it closes the connection. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(request)
  let answer = ''
  socket.on('data', (data) => {
    answer += data
  })
  await once(socket, 'close')
  return answer
}

test('every error has the one shape', async () => {
  const t = await started()
  const authorization = `Bearer ${await userToken()}`
  const post = { method: 'POST', url: '/v1/tokens/exchange' } as const
  const json = { authorization, 'content-type': 'application/json' }
  const cases: [InjectOptions, number, RegExp][] = [
    [{ url: '/nothing/here?a=b' }, 404, /^There is nothing at \/nothing\/here; /],
    [{ url: '/v1/vehicle/17' }, 404, /^There is nothing at/],
    [{ url: '/v1/vehicle/17/status/more' }, 404, /^There is nothing at/],
    [{ url: '/assets/nothing.js' }, 404, /^There is nothing at/],
    [{ url: '/assets/%00' }, 404, /./],
    [{ url: '/assets/..%2f..%2fserver.ts' }, 404, /./],
    [{ url: '/v1/vehicle/%E0%A4%A/status' }, 400, /not a valid URL/],
    [{ url: `/v1/vehicle/${'9'.repeat(200)}/status` }, 414, /too long/],
    [
      { method: 'POST', url: '/v1/vehicle/17/status' },
      405,
      /^POST is not possible here; GET, HEAD is/,
    ],
    [{ method: 'DELETE', url: '/v1/vehicle/17/status/' }, 405, /^DELETE is not/],
    [{ url: '/v1/tokens/exchange' }, 405, /^GET is not possible here; POST is/],
    [{ method: 'PUT', url: '/assets/app.js' }, 405, /^PUT is not/],
    [{ ...post, headers: json, payload: '{' }, 400, /not valid JSON/],
    [{ ...post, headers: json, payload: '' }, 400, /empty/],
    [{ ...post, headers: json, payload: '{"__proto__":{}}' }, 400, /./],
    [{ ...post, headers: json, payload: ' '.repeat(70_000) }, 413, /too large/],
    [
      { ...post, headers: { authorization, 'content-type': 'text/plain' }, payload: 'a' },
      415,
      /JSON/,
    ],
    [
      { ...post, headers: { authorization, 'content-type': 'text/xml' }, payload: '<a/>' },
      415,
      /JSON/,
    ],
    [{ ...post, headers: { authorization } }, 400, /must be a JSON object/],
    [
      { url: '/v1/vehicle/17/status', headers: { authorization, accept: 'image/*' } },
      406,
      /available as/,
    ],
  ]
  for (const [request, code, message] of cases) {
    const response = await t.api.inject(request)
    const name = JSON.stringify(request).slice(0, 100)
    assert.is(response.statusCode, code, name)
    assert.match(String(response.headers['content-type']), /^application\/json/)
    assert.equal(Object.keys(response.json()), ['code', 'message'], name)
    assert.is(response.json().code, code)
    assert.match(response.json().message, message)
    assert.is(response.headers['x-content-type-options'], 'nosniff', name)
  }
})

test('a wrong method says which are right', async () => {
  const t = await started()
  const cases = [
    ['/v1/vehicle/17/history', 'GET, HEAD'],
    [`/v1/user/device-data/${truck.userDeviceId}/historical`, 'GET, HEAD'],
    ['/', 'GET, HEAD'],
  ]
  for (const [url = '', allow] of cases) {
    const response = await t.api.inject({ method: 'PATCH', url })
    assert.is(response.statusCode, 405)
    assert.is(response.headers.allow, allow)
  }
})

test('a failure inside is logged and not told', async () => {
  const t = await started()
  t.records.sample = async () => {
    throw new Error('disk at /secret/path is broken')
  }
  const headers = bearer(await userToken())
  const response = await t.api.inject({ url: '/v1/vehicle/17/history', headers })
  assert.equal(response.json(), { code: 500, message: 'Internal error.' })
  const line = t.logger.lines.find((logged) => logged.startsWith('error')) ?? ''
  assert.match(line, 'disk at /secret/path is broken')
  assert.match(line, String(response.headers['x-request-id']))
})

test('a stream that fails before its first line is an error, not an empty answer', async () => {
  const t = await started()
  t.records.page = async () => {
    throw new Error('broken')
  }
  for (const accept of ['application/x-ndjson', 'text/csv']) {
    const headers = { ...bearer(await userToken()), accept }
    const response = await t.api.inject({ url: '/v1/vehicle/17/history', headers })
    assert.equal(response.json(), { code: 500, message: 'Internal error.' })
    assert.is(response.headers['content-disposition'], undefined)
  }
})

test('answers carry the safety headers and the request id', async () => {
  const t = await started()
  const authorization = `Bearer ${await userToken()}`
  const ask = (id?: string) =>
    t.api.inject({
      url: '/v1/vehicle/17/status',
      headers: { authorization, ...(id !== undefined && { 'x-request-id': id }) },
    })
  const { headers } = await ask('trip-42')
  assert.is(headers['x-request-id'], 'trip-42')
  assert.is(headers['cache-control'], 'private, no-store')
  assert.is(headers['referrer-policy'], 'no-referrer')
  assert.match(String(headers['content-security-policy']), /^default-src 'self'; /)
  assert.is(headers['access-control-allow-origin'], undefined)
  for (const id of [undefined, 'a b', 'x'.repeat(129), '\u00e9']) {
    assert.match(String((await ask(id)).headers['x-request-id']), /^[0-9a-f-]{36}$/)
  }
})

test('HEAD answers as GET does, without a body', async () => {
  const t = await started()
  const headers = bearer(await userToken())
  for (const url of [
    '/v1/vehicle/17/status',
    '/v1/vehicle/17/history',
    '/',
    '/health',
    '/openapi.json',
  ]) {
    const get = await t.api.inject({ url, headers })
    const head = await t.api.inject({ method: 'HEAD', url, headers })
    assert.is(head.statusCode, get.statusCode, url)
    assert.is(head.body, '')
    assert.is(head.headers['content-type'], get.headers['content-type'])
    assert.is(head.headers['content-length'], get.headers['content-length'])
  }
  const refused = await t.api.inject({ method: 'HEAD', url: '/v1/vehicle/17/status' })
  assert.is(refused.statusCode, 401)
  assert.is(refused.body, '')
})

test('answers are compressed as the client accepts, streams too', async () => {
  const t = await started()
  for (let index = 0; index < 50; index += 1) t.records.add(NOW - 1000 + index, { odometer: index })
  const authorization = `Bearer ${await userToken()}`
  for (const accept of ['application/json', 'application/x-ndjson', 'text/csv']) {
    const ask = (encoding: string) =>
      t.api.inject({
        url: '/v1/vehicle/17/history',
        headers: { authorization, accept, 'accept-encoding': encoding },
      })
    const plain = await ask('identity')
    assert.is(plain.headers['content-encoding'], undefined)
    const gzip = await ask('gzip')
    assert.is(gzip.headers['content-encoding'], 'gzip')
    assert.match(String(gzip.headers.vary), /accept-encoding/)
    assert.is(gunzipSync(gzip.rawPayload).toString(), plain.body)
    const br = await ask('br')
    assert.is(brotliDecompressSync(br.rawPayload).toString(), plain.body)
  }
})

test('Swagger UI and the document come from here alone', async () => {
  const t = await started()
  const index = await t.api.inject('/v1/swagger/')
  assert.is(index.statusCode, 200)
  const files = [...index.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '')
  assert.ok(files.length >= 5)
  for (const file of files) {
    const { pathname, host } = new URL(file, 'http://gateway/v1/swagger/')
    assert.is(host, 'gateway')
    const { statusCode } = await t.api.inject(pathname)
    assert.is(statusCode, 200, pathname)
  }
  const initializer = await t.api.inject('/v1/swagger/static/swagger-initializer.js')
  assert.match(initializer.body, 'validatorUrl: null')
  // The logo is inlined, and an SVG names its namespace.
  for (const body of [index.body, initializer.body])
    assert.not.match(body, /https?:\/\/(?!stackoverflow)/)
  // Whatever else a script may name, the browser will not load it.
  const policy = String(index.headers['content-security-policy'])
  assert.not.match(policy, /https?:|\*|unsafe-eval|upgrade-insecure-requests/)
  const document = await t.api.inject('/openapi.json')
  assert.equal((await t.api.inject('/v1/swagger/doc.json')).json(), document.json())
  assert.equal((await t.api.inject('/v1/swagger/json')).json(), document.json())
  const moved = await t.api.inject('/v1/swagger/index.html')
  assert.is(moved.headers.location, '/v1/swagger/')
})

test('the scripts that are served load nothing from other hosts', async () => {
  const t = await started()
  const files = [
    '/v1/swagger/static/swagger-ui-bundle.js',
    '/v1/swagger/static/swagger-ui-standalone-preset.js',
    '/v1/swagger/static/swagger-ui.css',
    '/assets/vendor/uPlot.esm.js',
    '/assets/vendor/uPlot.min.css',
  ]
  for (const file of files) {
    const { body, statusCode, headers } = await t.api.inject(file)
    assert.is(statusCode, 200, file)
    assert.match(String(headers['content-security-policy']), /^default-src 'self'; /)
    assert.not.match(body, /(?:import|fetch|src)\s*[(=:]\s*["']https?:/)
    assert.not.match(body, /url\(\s*["']?https?:/)
  }
})

test('the document is OpenAPI 3 and lists every route with its answers', async () => {
  const t = await started()
  const document = (await t.api.inject('/openapi.json')).json()
  assert.match(document.openapi, /^3\./)
  const methods = Object.entries<Record<string, Operation>>(document.paths).flatMap(
    ([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        name: `${method} ${path}`,
        path,
        operation,
      })),
  )
  assert.equal(methods.map(({ name }) => name).sort(), [
    'delete /v1/gateway/tokens/{id}',
    'delete /v1/user/device-data/{userDeviceId}/export',
    'delete /v1/vehicle/{tokenId}/captures/{captureId}',
    'get /',
    'get /.well-known/jwks.json',
    'get /health',
    'get /openapi.json',
    'get /v1/export/{jobId}',
    'get /v1/gateway/adapters',
    'get /v1/gateway/audit',
    'get /v1/gateway/claim',
    'get /v1/gateway/config',
    'get /v1/gateway/config/schema',
    'get /v1/gateway/health',
    'get /v1/gateway/log',
    'get /v1/gateway/lora',
    'get /v1/gateway/lora/{deviceId}/uplinks',
    'get /v1/gateway/sources',
    'get /v1/gateway/tokens',
    'get /v1/gateway/vehicles',
    'get /v1/swagger/doc.json',
    'get /v1/user/device-data/{userDeviceId}/daily-distance',
    'get /v1/user/device-data/{userDeviceId}/distance-driven',
    'get /v1/user/device-data/{userDeviceId}/dtcs',
    'get /v1/user/device-data/{userDeviceId}/events',
    'get /v1/user/device-data/{userDeviceId}/export',
    'get /v1/user/device-data/{userDeviceId}/export/json',
    'get /v1/user/device-data/{userDeviceId}/geofences',
    'get /v1/user/device-data/{userDeviceId}/historical',
    'get /v1/user/device-data/{userDeviceId}/history',
    'get /v1/user/device-data/{userDeviceId}/issues',
    'get /v1/user/device-data/{userDeviceId}/records',
    'get /v1/user/device-data/{userDeviceId}/status',
    'get /v1/user/device-data/{userDeviceId}/status-raw',
    'get /v1/user/device-data/{userDeviceId}/trips',
    'get /v1/user/device-data/{userDeviceId}/trips/{tripId}',
    'get /v1/user/device-data/{userDeviceId}/usage',
    'get /v1/vehicle/{tokenId}/bus',
    'get /v1/vehicle/{tokenId}/captures',
    'get /v1/vehicle/{tokenId}/captures/{captureId}',
    'get /v1/vehicle/{tokenId}/daily-distance',
    'get /v1/vehicle/{tokenId}/distance-driven',
    'get /v1/vehicle/{tokenId}/dtcs',
    'get /v1/vehicle/{tokenId}/events',
    'get /v1/vehicle/{tokenId}/explain',
    'get /v1/vehicle/{tokenId}/frames',
    'get /v1/vehicle/{tokenId}/geofences',
    'get /v1/vehicle/{tokenId}/history',
    'get /v1/vehicle/{tokenId}/identity',
    'get /v1/vehicle/{tokenId}/issues',
    'get /v1/vehicle/{tokenId}/live',
    'get /v1/vehicle/{tokenId}/records',
    'get /v1/vehicle/{tokenId}/signals',
    'get /v1/vehicle/{tokenId}/status',
    'get /v1/vehicle/{tokenId}/status-raw',
    'get /v1/vehicle/{tokenId}/trips',
    'get /v1/vehicle/{tokenId}/trips/{tripId}',
    'get /v1/vehicle/{tokenId}/usage',
    'get /v2/vehicle/{tokenId}/analytics/daily-distance',
    'get /v2/vehicle/{tokenId}/analytics/total-distance',
    'patch /v1/gateway/config',
    'post /auth/web3/generate_challenge',
    'post /auth/web3/submit_challenge',
    'post /v1/gateway/claim',
    'post /v1/gateway/restart',
    'post /v1/lora/{source}',
    'post /v1/lora/{source}/{event}',
    'post /v1/tokens/exchange',
    'post /v1/user/device-data/{userDeviceId}/export/json/email',
    'post /v1/vehicle/{tokenId}/captures',
    'post /v1/vehicle/{tokenId}/commands/dtc/clear',
    'post /v1/vehicle/{tokenId}/commands/request',
    'post /v1/vehicle/{tokenId}/readings',
  ])
  assert.is(new Set(methods.map(({ operation }) => operation.operationId)).size, methods.length)
  for (const { name, path, operation } of methods) {
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
    assert.equal(
      declared.map((parameter) => parameter.name),
      inPath,
      name,
    )
    assert.ok(declared.every(({ required, schema }) => required === true && schema !== undefined))
    assert.ok(operation.summary !== undefined && operation.responses['200'] !== undefined, name)
    if (path.includes('{')) assert.ok(operation.responses['401'] !== undefined, name)
  }
  for (const [reference] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/[^"]+"/g)) {
    const name = JSON.parse(reference).split('/').at(-1)
    assert.ok(document.components.schemas[name] !== undefined, reference)
  }
  const text = JSON.stringify(document)
  assert.not.match(text, /"\$schema"|"\$id"|"~standard"/)
})

interface Operation {
  operationId: string
  summary?: string
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[]
  responses: Record<string, object>
}

test('the root is the dashboard, or says that the server is up', async () => {
  const t = await started()
  const json = await t.api.inject({ url: '/', headers: { accept: 'application/json' } })
  assert.is(json.body, '{"code":200,"message":"Server is up."}')
  const page = await t.api.inject({ url: '/', headers: { accept: 'text/html,*/*;q=0.8' } })
  assert.is(page.statusCode, 200)
  assert.match(String(page.headers['content-type']), /^text\/html/)
  assert.match(page.body, /<!doctype html>/i)
  assert.not.match(page.body, /(?:src|href)="https?:/)
  const { etag } = page.headers
  const again = await t.api.inject({ url: '/', headers: { 'if-none-match': String(etag) } })
  assert.is(again.statusCode, 304)
})

test('it listens, answers over the network, and stops at once, twice', async () => {
  const t = await started()
  const { url, port } = await listening(t)
  assert.ok(port > 0)
  const response = await fetch(`${url}/v1/vehicle/17/status`, {
    headers: bearer(await userToken()),
  })
  assert.is(response.status, 200)
  assert.is(((await response.json()) as { odometer: number }).odometer, 50414.2)
  const idle = connect(port, '127.0.0.1')
  await once(idle, 'connect')
  const began = performance.now()
  await Promise.all([t.api.stop(), t.api.stop()])
  await t.api.stop()
  assert.ok(performance.now() - began < 5000, 'an idle connection held the stop up')
})

test('an address in use is an error that names it, and may be tried again', async () => {
  const first = await started()
  const { port } = await listening(first)
  const second = await started()
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const error = await second.api
      .listen('127.0.0.1', port)
      .catch((thrown: OdographError) => thrown)
    assert.is((error as OdographError).code, 'listen-failed')
    assert.match((error as OdographError).message, `127.0.0.1:${port}`)
  }
  await first.api.stop()
  assert.equal(await second.api.listen('127.0.0.1', port), { host: '127.0.0.1', port })
  await second.api.stop()
})

test('a request in flight is finished when the server stops, one that hangs is cut', async () => {
  const t = await started()
  const { url } = await listening(t)
  const headers = bearer(await userToken())
  const inFlight = new EventEmitter()
  const reached = once(inFlight, 'reached')
  t.records.sample = async () => {
    inFlight.emit('reached')
    await setTimeout(200)
    return { total: 0, records: [] }
  }
  t.records.totalDistance = () => new Promise(() => undefined)
  const slow = fetch(`${url}/v1/vehicle/17/history`, { headers })
  const hanging = fetch(`${url}/v1/vehicle/17/distance-driven`, { headers }).catch(() => 'cut')
  await reached
  await setTimeout(50)
  const began = performance.now()
  const stopped = t.api.stop()
  assert.is((await slow).status, 200)
  assert.is(await hanging, 'cut')
  await stopped
  const took = performance.now() - began
  assert.ok(took > 1500 && took < 10_000, `${took} ms`)
})

test('what is no HTTP is refused in the same shape', async () => {
  const t = await started()
  const { port } = await listening(t)
  const nonsense = await raw(port, 'NONSENSE\r\n\r\n')
  assert.match(nonsense, /^HTTP\/1\.1 400 /)
  assert.match(nonsense, '{"code":400,"message":"This is not a valid HTTP request."}')
  const large = await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`)
  assert.match(large, /^HTTP\/1\.1 431 [\s\S]*"code":431/)
  await t.api.stop()
})

test('a stream is read from the store only as fast as the client takes it', async () => {
  const t = await started()
  for (let index = 0; index < 40_000; index += 1) {
    t.records.add(NOW - 100_000 + index, { odometer: index, speed: index, batteryVoltage: 12 })
  }
  const { port } = await listening(t)
  const socket = connect(port, '127.0.0.1')
  socket.write(
    'GET /v1/vehicle/17/history HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n' +
      `Authorization: Bearer ${await userToken()}\r\n\r\n`,
  )
  await once(socket, 'readable')
  await setTimeout(300)
  const before = t.records.pagesAsked.length
  await setTimeout(300)
  assert.is(t.records.pagesAsked.length, before, 'it went on reading')
  assert.ok(before < 80, `${before} of 80 pages were read for a client that takes nothing`)
  socket.destroy()
  await setTimeout(100)
  assert.ok(t.records.pagesAsked.length <= before + 2, 'it went on for a client that left')
  await t.api.stop()
})

test.run()
