/** Buses, captures and frames behind values over HTTP, with the real parts behind them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CapturesConfig, captures as schema } from '../../src/config/captures-schema.ts'
import { Captures } from '../../src/gateway/captures/captures.ts'
import { Explainer } from '../../src/gateway/captures/explainer.ts'
import { LogBook } from '../../src/gateway/log-book.ts'
import { createLogger } from '../../src/logger.ts'
import { frameOf } from '../../src/model/frame.ts'
import {
  bearer,
  FakeClock,
  FakeLogger,
  privilegeToken,
  type TestApi,
  testApi,
  userToken,
} from '../support/api-fakes.ts'
import { until } from '../support/gateway-process.ts'

const test = suite('insides')

interface Scene extends TestApi {
  captures: Captures
  restarts: () => number
}

function insides(name: string, run: (scene: Scene) => Promise<void>): void {
  test(name, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'odograph-insides-'))
    const clock = new FakeClock()
    const captures = new Captures({
      settings: schema.parse({}) as CapturesConfig,
      ...{ folder, clock, logger: new FakeLogger() },
      status: { status: () => ({}), storedAt: () => undefined },
    })
    const ring = captures.ring('truck')
    for (let i = 0; i < 50; i += 1) {
      const data = [0xff, 0xff, 0xff, 0xff, 0x40 + i, 0x42, 0x0f, 0]
      ring?.add(
        frameOf(0x18fee017, data, { time: (clock.now() - 50_000 + i * 1000) * 1000 }),
        ring.bus('can0'),
      )
    }
    const log = new LogBook()
    const logger = createLogger({
      level: 'info',
      format: 'text',
      write: () => undefined,
      keep: (l) => log.add(l),
    })
    logger.info({ port: '/dev/ttyACM0', token: 'secret-token' }, 'opened')
    logger.warn({}, 'silent')
    let restarts = 0
    const explainer = new Explainer({
      captures,
      profiles: new Map(),
      protocols: () => ['j1939', 'obd'],
    })
    const t = await testApi({
      insides: { captures, explainer },
      workshop: {
        log,
        restart: () => {
          restarts += 1
        },
      },
    })
    try {
      await run({ ...t, captures, restarts: () => restarts })
    } finally {
      await t.api.stop()
      await captures.stop()
      rmSync(folder, { recursive: true })
    }
  })
}

insides('frames are kept, listed, fetched and removed', async (t) => {
  const headers = bearer(await userToken())
  const url = '/v1/vehicle/17/captures'
  const made = await t.api.inject({
    ...{ method: 'POST', url, headers },
    payload: { cause: 'odd noise', before: 30, after: 0 },
  })
  assert.is(made.statusCode, 200, made.body)
  const { id, state } = made.json()
  assert.is(state, 'recording')
  const early = await t.api.inject({ url: `${url}/${id}`, headers })
  assert.is(early.statusCode, 404)
  t.captures.tick()
  await until('the file', () => t.captures.captures('truck')[0]?.state === 'ready')
  const list = (await t.api.inject({ url, headers })).json()
  assert.equal(
    list.map((one: { cause: string; frames: number }) => [one.cause, one.frames]),
    [['odd noise', 30]],
  )
  const file = await t.api.inject({ url: `${url}/${id}`, headers })
  assert.is(file.headers['content-type'], 'application/gzip')
  assert.match(String(file.headers['content-disposition']), /truck-.*\.log\.gz/)
  const lines = gunzipSync(file.rawPayload).toString().trim().split('\n')
  assert.is(lines.length, 30)
  const noRight = bearer(await privilegeToken([7]))
  assert.is(
    (await t.api.inject({ method: 'DELETE', url: `${url}/${id}`, headers: noRight })).statusCode,
    401,
  )
  assert.is(
    (await t.api.inject({ method: 'DELETE', url: `${url}/${id}`, headers })).statusCode,
    200,
  )
  assert.equal((await t.api.inject({ url, headers })).json(), [])
})

insides('a value is explained by its frames, at the time that is asked for', async (t) => {
  const headers = bearer(await privilegeToken([7]))
  const url = '/v1/vehicle/17/explain?signal=odometer&at=2024-01-25T17:59:12Z'
  const answer = (await t.api.inject({ url, headers })).json()
  assert.is(answer.unit, 'km')
  assert.is(answer.frames.length, 1)
  assert.is(answer.frames[0].id, '18FEE017')
  assert.is(answer.reading.time, '2024-01-25T17:59:11.250000Z')
  const said = answer.said.find(({ matches }: { matches: boolean }) => matches)
  assert.is(said.definition, 'SPN 245')
  assert.is(said.value, answer.reading.value)
})

insides('what cannot be explained says what would be', async (t) => {
  const headers = bearer(await privilegeToken([7]))
  const cases: [query: string, status: number, message: RegExp][] = [
    ['signal=vin', 404, /No frame that says vin is kept of that time/],
    ['signal=nothing', 400, /signal must be the name of a signal/],
    ['', 400, /signal must be the name of a signal/],
    ['signal=odometer&at=yesterday', 400, /at must be a time of RFC 3339/],
  ]
  for (const [query, status, message] of cases) {
    const answer = await t.api.inject({ url: `/v1/vehicle/17/explain?${query}`, headers })
    assert.is(answer.statusCode, status, query)
    assert.match(answer.json().message, message)
  }
})

insides('a wrong request for a capture keeps nothing', async (t) => {
  const headers = bearer(await userToken())
  for (const payload of [{ before: -1 }, { after: 1e9 }, { cause: 5 }, []]) {
    const answer = await t.api.inject({
      method: 'POST',
      url: '/v1/vehicle/17/captures',
      headers,
      payload,
    })
    assert.is(answer.statusCode, 400, JSON.stringify(payload))
  }
  assert.equal(t.captures.captures('truck'), [])
})

insides('the log is read on from a line, and holds no secret', async (t) => {
  const headers = bearer(await userToken())
  const answer = await t.api.inject({ url: '/v1/gateway/log', headers })
  const lines = answer.json()
  assert.equal(
    lines.map(({ message, level }: Record<string, string>) => [message, level]),
    [
      ['opened', 'info'],
      ['silent', 'warn'],
    ],
  )
  assert.not.match(answer.body, /secret-token/)
  const later = await t.api.inject({ url: `/v1/gateway/log?after=${lines[0].number}`, headers })
  assert.is(later.json().length, 1)
})

insides('a start anew is asked for by the owner alone', async (t) => {
  await t.api.listen('127.0.0.1', 0)
  const refused = await t.api.inject({
    ...{ method: 'POST', url: '/v1/gateway/restart' },
    headers: bearer(await privilegeToken([2])),
  })
  assert.is(refused.statusCode, 401)
  const answer = await t.api.inject({
    ...{ method: 'POST', url: '/v1/gateway/restart', headers: bearer(await userToken()) },
  })
  assert.is(answer.statusCode, 200)
  await new Promise((resolve) => setImmediate(resolve))
  assert.is(t.restarts(), 1)
})

test.run()
