import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { byteRange } from '../../src/api/byte-range.ts'
import type { ExportedFile, ExportJob, ExportJobs } from '../../src/model/ports.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import {
  bearer,
  NOW,
  OWNER,
  privilegeToken,
  type TestApi,
  testApi,
  truck,
  userToken,
  van,
} from '../support/api-fakes.ts'

const test = suite('exports over REST')

const BASE = `/v1/user/device-data/${truck.userDeviceId}/export`
const FILE = '0123456789abcdefghij'

class FakeExports implements ExportJobs {
  refusal: string | undefined
  newest: ExportJob | undefined
  readonly asked: string[] = []
  readonly files = new Map<string, ExportedFile>()

  request(vehicle: Vehicle): string | undefined {
    this.asked.push(vehicle.id)
    return this.refusal
  }
  job(): ExportJob | undefined {
    return this.newest
  }
  async cancel(): Promise<boolean> {
    const wasThere = this.newest !== undefined
    this.newest = undefined
    return wasThere
  }
  file(id: string, token: string): ExportedFile | 'bad-token' | 'gone' {
    return token === 'good' ? (this.files.get(id) ?? 'gone') : 'bad-token'
  }
}

async function ask(t: TestApi, method: 'GET' | 'POST' | 'DELETE' | 'HEAD', path = '', sub = OWNER) {
  const headers = bearer(await userToken(sub))
  return t.api.inject({ method, url: `${BASE}${path}`, headers })
}

for (const count of [0, 1, 2, 499, 500, 501, 1000]) {
  test(`the stream is valid JSON with ${count} records, oldest first, and shows everything`, async () => {
    const t = await testApi()
    for (let i = count - 1; i >= 0; i -= 1) {
      t.records.add(NOW - 1000 * i, { odometer: i, latitude: 37.5, longitude: -121.25, vin: 'V' })
      t.records.add(NOW - 1000 * i, { odometer: 1 }, 'van')
    }
    const response = await ask(t, 'GET', '/json')
    assert.is(response.statusCode, 200)
    assert.is(response.headers['content-type'], 'application/json; charset=utf-8')
    assert.is(
      response.headers['content-disposition'],
      `attachment; filename="${truck.userDeviceId}.json"`,
    )
    assert.match(String(response.headers['cache-control']), /no-store/)
    const body = response.json()
    assert.equal(Object.keys(body), ['userDeviceId', 'requestTimestamp', 'data'])
    assert.is(body.userDeviceId, truck.userDeviceId)
    assert.is(body.requestTimestamp, '2024-01-25T18:00:00.250Z')
    assert.is(body.data.length, count)
    const seen = body.data.map((event: { data: { odometer: number } }) => event.data.odometer)
    assert.equal(seen, [...Array(count).keys()].reverse())
    if (count === 0) return
    const history = await t.api.inject({
      url: `/v1/user/device-data/${truck.userDeviceId}/historical?limit=1`,
      headers: bearer(await userToken()),
    })
    assert.equal(body.data[0], history.json().hits.hits[0]._source, 'the shape of history')
  })
}

test('records that share a moment and records that arrive meanwhile are counted once, and not', async () => {
  const t = await testApi()
  for (let i = 0; i < 1200; i += 1) t.records.add(NOW, { odometer: i })
  t.records.beforePage = () => void t.records.add(NOW + 1, { odometer: -1 })
  const { data } = (await ask(t, 'GET', '/json')).json()
  const seen = data.map((event: { data: { odometer: number } }) => event.data.odometer)
  assert.equal(seen, [...Array(1200).keys()])
})

test('a reader that fails at once is told of, not a file that ends in the middle', async () => {
  const t = await testApi()
  t.records.add(NOW, { odometer: 1 })
  t.records.beforePage = () => {
    throw new Error('the card is gone')
  }
  const response = await ask(t, 'GET', '/json')
  assert.equal(
    [response.statusCode, response.json()],
    [500, { code: 500, message: 'Internal error.' }],
  )
  assert.is(response.headers['content-disposition'], undefined)
})

test('a file that breaks off in the middle does not look like a whole one', async () => {
  const t = await testApi()
  for (let i = 0; i < 2000; i += 1) t.records.add(NOW + i, { odometer: i })
  t.records.beforePage = () => {
    if (t.records.pagesAsked.length === 2) throw new Error('the card is gone')
  }
  const { port } = await t.api.listen('127.0.0.1', 0)
  for (const encoding of ['identity', 'gzip']) {
    const headers = { ...bearer(await userToken()), 'accept-encoding': encoding }
    t.records.pagesAsked.length = 0
    let failed = false
    try {
      const answer = await fetch(`http://127.0.0.1:${port}${BASE}/json`, { headers })
      failed = answer.status === 500
      if (!failed) await answer.text()
    } catch {
      failed = true
    }
    assert.ok(failed, encoding)
  }
  await t.api.stop()
})

test('a client that reads slowly is not read ahead of', async () => {
  const t = await testApi()
  const text = 'x'.repeat(4000)
  for (let i = 0; i < 20_000; i += 1) t.records.add(NOW + i, { vin: text })
  const { port } = await t.api.listen('127.0.0.1', 0)
  const headers = bearer(await userToken())
  await new Promise<void>((resolve, reject) => {
    const asked = httpRequest({ port, path: `${BASE}/json`, headers }, (response) => {
      response.once('readable', () => {
        // Nothing is read: what fits between the two ends is soon full.
        let before = -1
        const look = setInterval(() => {
          const pages = t.records.pagesAsked.length
          if (pages !== before) {
            before = pages
            return
          }
          clearInterval(look)
          response.destroy()
          if (pages < 40) resolve()
          else reject(new Error(`${pages} of 41 pages were read`))
        }, 100)
      })
    })
    asked.on('error', reject).end()
  })
  await t.api.stop()
})

test('HEAD of the stream reads nothing', async () => {
  const t = await testApi()
  t.records.add(NOW, { odometer: 1 })
  const response = await ask(t, 'HEAD', '/json')
  assert.equal([response.statusCode, response.body], [200, ''])
  assert.equal(t.records.pagesAsked, [])
})

test('a request for a mail is answered as clients of the hosted API know it', async () => {
  const exports = new FakeExports()
  const t = await testApi({ exports })
  const response = await ask(t, 'POST', '/json/email')
  assert.is(response.statusCode, 200)
  assert.is(
    response.body,
    JSON.stringify({
      status: 'success',
      userId: OWNER,
      userDeviceId: truck.userDeviceId,
      message:
        'your request has been received; data will be sent to the email associated with your account',
    }),
  )
  assert.equal(exports.asked, ['truck'])
})

test('what is missing, or in the way, is a 409 in the same shape', async () => {
  const exports = new FakeExports()
  exports.refusal = 'No mail server.'
  const error = { status: 'error', userId: OWNER, userDeviceId: truck.userDeviceId }
  const response = await ask(await testApi({ exports }), 'POST', '/json/email')
  assert.equal(
    [response.statusCode, response.json()],
    [409, { ...error, message: 'No mail server.' }],
  )
  const without = await ask(await testApi(), 'POST', '/json/email')
  assert.is(without.statusCode, 409)
  assert.match(without.json().message, /has no mail server/)
})

test('a body with the request is ignored if it is JSON, and refused in words if not', async () => {
  const t = await testApi({ exports: new FakeExports() })
  const cases: [string, string, number][] = [
    ['application/json', '{"a":1}', 200],
    ['application/json', '{', 400],
    ['text/plain', 'please', 415],
  ]
  for (const [type, payload, status] of cases) {
    const headers = { ...bearer(await userToken()), 'content-type': type }
    const response = await t.api.inject({
      method: 'POST',
      url: `${BASE}/json/email`,
      headers,
      payload,
    })
    assert.is(response.statusCode, status, type)
  }
})

test('the job is told of in words, and can be ended', async () => {
  const exports = new FakeExports()
  const t = await testApi({ exports })
  for (const method of ['GET', 'DELETE'] as const) {
    const none = await ask(t, method)
    assert.equal(none.json(), { code: 404, message: 'No export by e-mail was asked for.' })
  }
  exports.newest = { id: FILE, state: 'sending', created: NOW, attempts: 2, lastError: 'refused' }
  assert.equal((await ask(t, 'GET')).json(), {
    id: FILE,
    state: 'sending',
    created: '2024-01-25T18:00:00.250Z',
    attempts: 2,
    lastError: 'refused',
  })
  exports.newest = { id: FILE, state: 'sent', created: NOW, attempts: 1, expires: NOW + 1000 }
  assert.is((await ask(t, 'GET')).json().expires, '2024-01-25T18:00:01.250Z')
  const ended = await ask(t, 'DELETE')
  assert.equal([ended.statusCode, ended.json().state], [200, 'sent'])
  assert.is((await ask(t, 'GET')).statusCode, 404)
})

test('exports are for the owner alone', async () => {
  const exports = new FakeExports()
  const t = await testApi({ exports })
  const routes = [
    ['GET', '/json'],
    ['POST', '/json/email'],
    ['GET', ''],
    ['DELETE', ''],
  ] as const
  for (const [method, path] of routes) {
    assert.is((await ask(t, method, path, 'stranger')).statusCode, 404, `${method} ${path}`)
    const url = `${BASE}${path}`
    assert.is((await t.api.inject({ method, url })).statusCode, 401)
    const headers = bearer(await privilegeToken([1, 2, 3, 4, 5, 6, 7, 8]))
    assert.is((await t.api.inject({ method, url, headers })).statusCode, 401)
    const other = url.replace(truck.userDeviceId, van.userDeviceId)
    const owner = bearer(await userToken())
    assert.is((await t.api.inject({ method, url: other, headers: owner })).statusCode, 404)
  }
  assert.equal(exports.asked, [])
})

const CONTENT = '{"userDeviceId":"x","data":[]}'

async function withFile(run: (t: TestApi, file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'odograph-test-'))
  try {
    const path = join(folder, 'file.json')
    writeFileSync(path, CONTENT)
    const exports = new FakeExports()
    exports.files.set(FILE, { path, bytes: CONTENT.length, name: 'x.json' })
    await run(await testApi({ exports }), path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('the link of a mail gives the file without a token of its reader', () =>
  withFile(async (t) => {
    const response = await t.api.inject({
      url: `/v1/export/${FILE}?token=good`,
      headers: { 'accept-encoding': 'gzip' },
    })
    assert.equal([response.statusCode, response.body], [200, CONTENT])
    assert.is(response.headers['content-length'], String(CONTENT.length))
    assert.is(response.headers['content-disposition'], 'attachment; filename="x.json"')
    assert.is(response.headers['cache-control'], 'private, no-store')
    assert.is(response.headers['accept-ranges'], 'bytes')
    const head = await t.api.inject({ method: 'HEAD', url: `/v1/export/${FILE}?token=good` })
    assert.equal([head.statusCode, head.body], [200, ''])
    assert.is(head.headers['content-length'], String(CONTENT.length))
  }))

test('a download can be taken up again', () =>
  withFile(async (t) => {
    const get = (headers: Record<string, string>) =>
      t.api.inject({ url: `/v1/export/${FILE}?token=good`, headers })
    const part = await get({ range: 'bytes=5-9' })
    assert.equal([part.statusCode, part.body], [206, CONTENT.slice(5, 10)])
    assert.is(part.headers['content-range'], `bytes 5-9/${CONTENT.length}`)
    assert.is(part.headers['content-length'], '5')
    const tag = String(part.headers.etag)
    assert.is((await get({ range: 'bytes=5-', 'if-range': tag })).body, CONTENT.slice(5))
    assert.is((await get({ range: 'bytes=5-', 'if-range': '"other"' })).body, CONTENT)
    const outside = await get({ range: 'bytes=1000-' })
    assert.is(outside.statusCode, 416)
    assert.is(outside.headers['content-range'], `bytes */${CONTENT.length}`)
  }))

test('ranges: one of bytes is understood, the rest is the whole', () => {
  const cases: [string | undefined, ReturnType<typeof byteRange>][] = [
    [undefined, undefined],
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=0-99', { first: 0, last: 9 }],
    ['bytes=9-', { first: 9, last: 9 }],
    ['bytes=10-', 'outside'],
    ['bytes=-3', { first: 7, last: 9 }],
    ['bytes=-30', { first: 0, last: 9 }],
    ['bytes=-0', 'outside'],
    ['bytes=3-2', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
    ['bytes=a-b', undefined],
  ]
  for (const [header, range] of cases) assert.equal(byteRange(header, 10), range, header)
})

test('a link that is bad, over or without its file is refused in words', () =>
  withFile(async (t, path) => {
    const get = (url: string) => t.api.inject({ url })
    const bad = await get(`/v1/export/${FILE}?token=bad`)
    assert.is(bad.statusCode, 401)
    assert.match(bad.json().message, /Invalid link/)
    assert.is((await get(`/v1/export/${FILE}`)).statusCode, 400)
    assert.is((await get(`/v1/export/${FILE}?token=${'x'.repeat(300)}`)).statusCode, 400)
    const gone = await get('/v1/export/another?token=good')
    assert.is(gone.statusCode, 404)
    assert.match(gone.json().message, /has expired/)
    rmSync(path)
    const removed = await get(`/v1/export/${FILE}?token=good`)
    assert.equal([removed.statusCode, removed.headers['content-disposition']], [404, undefined])
    for (const line of t.logger.lines) assert.not.match(line, 'token=')
  }))

test('who tries links is held off; a good one still works', () =>
  withFile(async (t) => {
    const get = (token: string) => t.api.inject({ url: `/v1/export/${FILE}?token=${token}` })
    for (let i = 0; i < 20; i += 1) assert.is((await get(`bad${i}`)).statusCode, 401)
    const held = await get('bad')
    assert.is(held.statusCode, 429)
    assert.ok(Number(held.headers['retry-after']) > 0)
    assert.is((await get('good')).statusCode, 200)
    t.clock.advance(60_000)
    assert.is((await get('bad')).statusCode, 401)
  }))

test.run()
