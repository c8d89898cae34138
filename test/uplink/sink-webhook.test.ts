import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OdographError } from '../../src/model/errors.ts'
import { adviceOf, type Sink } from '../../src/uplink/sinks/sink.ts'
import { createWebhook, type WebhookSettings } from '../../src/uplink/sinks/webhook.ts'
import { failureOf, type SinkBench, sinkContract, sinkMessage } from '../contracts/sink.ts'
import { selfSigned } from '../support/certificates.ts'
import { HandClock } from '../support/hand-clock.ts'
import { silent } from '../support/journal-records.ts'
import { testWith } from '../support/needs.ts'
import { WebProxy, WebServer } from '../support/web-server.ts'

const test = suite('webhook')

const folder = mkdtempSync(join(tmpdir(), 'odograph-test-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function makeBench(settings: Partial<WebhookSettings> = {}): Promise<SinkBench & Bench> {
  const server = new WebServer()
  await server.listen()
  const clock = new HandClock()
  const sink = createWebhook(
    { name: 'hook', url: server.url, ...settings },
    { gateway: 'gw1', clock, timers: clock, logger: silent },
  )
  return {
    sink,
    clock,
    server,
    received: async () => server.taken(),
    goAway: () => server.close(),
    comeBack: () => server.listen(),
    awayKind: 'retry',
    refusedMessage: () => {
      server.usual = { status: 403, text: 'no such customer' }
      return sinkMessage(1)
    },
    accept: () => {
      server.usual = { status: 204 }
    },
    close: async () => {
      await sink.stop()
      await server.close()
    },
  }
}

interface Bench {
  sink: Sink
  clock: HandClock
  server: WebServer
}

sinkContract(test, 'webhook', makeBench)

/** Registers a test on a started webhook. */
function hooked(
  sentence: string,
  run: (bench: Bench) => Promise<void>,
  settings: Partial<WebhookSettings> = {},
): void {
  test(sentence, async () => {
    const bench = await makeBench(settings)
    bench.sink.start()
    try {
      await run(bench)
    } finally {
      await bench.close()
    }
  })
}

// ── the request ─────────────────────────────────────────────────────────────────────────────

hooked('a message is one POST that says what it is', async ({ sink, server }) => {
  const payload = Buffer.from('compressed')
  await sink.deliver(
    sinkMessage(7, { payload, contentEncoding: 'deflate', count: 3, lane: 'backlog' }),
  )
  const [request] = server.requests
  assert.is(request?.method, 'POST')
  assert.is(request?.path, '/hooks/secret-path')
  assert.equal(request?.body, payload)
  const headers = request?.headers ?? {}
  assert.is(headers['content-type'], 'application/cloudevents-batch+json')
  assert.is(headers['content-encoding'], 'deflate')
  assert.is(headers['content-length'], '10')
  assert.is(headers['idempotency-key'], '"gw-live-7"')
  assert.is(headers['x-odograph-gateway'], 'gw1')
  assert.is(headers['x-odograph-vehicle'], 'van')
  assert.is(headers['x-odograph-lane'], 'backlog')
  assert.is(headers['x-odograph-count'], '3')
  assert.is(headers.authorization, undefined)
})

hooked('one connection serves many messages', async ({ sink, server }) => {
  for (let number = 1; number <= 20; number += 1) await sink.deliver(sinkMessage(number))
  assert.is(server.requests.length, 20)
  assert.is(server.connections, 1)
})

hooked('a key with any characters in it makes a header field', async ({ sink, server }) => {
  await sink.deliver(sinkMessage(1, { key: 'a"b\\c\n–' }))
  assert.is(server.requests[0]?.headers['idempotency-key'], '"a%22b%5Cc%0A%E2%80%93"')
})

hooked(
  'never two requests at once for one vehicle and lane; others need not wait',
  async ({ sink, server, clock }) => {
    await Promise.all([1, 2, 3, 4].map((number) => sink.deliver(sinkMessage(number))))
    assert.is(server.most, 1)
    server.next.push('silence')
    const stuck = failureOf(sink.deliver(sinkMessage(5)))
    await Promise.all([
      sink.deliver(sinkMessage(6, { lane: 'events' })),
      sink.deliver(sinkMessage(7, { vehicle: 'bus' })),
    ])
    assert.is(server.taken().length, 6)
    const stopped = sink.stop()
    await clock.advance(1_000)
    await stopped
    assert.is((await stuck).kind, 'offline')
  },
)

const credentials: [
  what: string,
  settings: Partial<WebhookSettings>,
  field: string,
  value: string,
][] = [
  ['a bearer token', { bearerFile: file('token', ' t0k3n\n') }, 'authorization', 'Bearer t0k3n'],
  [
    'a user and password',
    { username: 'me', passwordFile: file('password', 'pässword\n') },
    'authorization',
    `Basic ${Buffer.from('me:pässword').toString('base64')}`,
  ],
  ['a header field', { headers: { 'X-Tenant': 'north' } }, 'x-tenant', 'north'],
  ['a secret header field', { headerFiles: { 'X-Key': file('key', 'k3y\n') } }, 'x-key', 'k3y'],
]

for (const [what, settings, field, value] of credentials) {
  hooked(
    `${what} of the configuration is sent`,
    async ({ sink, server }) => {
      await sink.deliver(sinkMessage(1))
      assert.is(server.requests[0]?.headers[field], value)
    },
    settings,
  )
}

test('a renewed token is taken without a restart', async () => {
  const bearerFile = file('renewed', 'one')
  const bench = await makeBench({ bearerFile })
  bench.sink.start()
  await bench.sink.deliver(sinkMessage(1))
  writeFileSync(bearerFile, 'two')
  await bench.sink.deliver(sinkMessage(2))
  const sent = bench.server.requests.map(({ headers }) => headers.authorization)
  assert.equal(sent, ['Bearer one', 'Bearer two'])
  await bench.close()
})

hooked(
  'the signature is that of the time and the body, as documented',
  async ({ sink, server, clock }) => {
    await sink.deliver(sinkMessage(1))
    const [request] = server.requests
    const time = Math.floor(clock.now() / 1000)
    const hash = createHmac('sha256', 's3cret')
      .update(Buffer.concat([Buffer.from(`${time}.`), request?.body ?? Buffer.alloc(0)]))
      .digest('hex')
    assert.is(request?.headers['x-odograph-signature'], `t=${time},v1=${hash}`)
  },
  { signatureFile: file('signature', 's3cret\n') },
)

hooked(
  'a secret that cannot be read is told with its file and costs no request',
  async ({ sink, server }) => {
    const failure = await failureOf(sink.deliver(sinkMessage(1)))
    assert.is(failure.kind, 'refused')
    assert.is(failure.message, 'the file /nowhere/token cannot be read (ENOENT)')
    assert.is(server.connections, 0)
  },
  { bearerFile: '/nowhere/token' },
)

hooked(
  'a secret that cannot be a header field is told without showing it',
  async ({ sink }) => {
    const failure = await failureOf(sink.deliver(sinkMessage(1)))
    assert.is(failure.kind, 'refused')
    assert.match(failure.message, /header field/)
    assert.not.match(failure.message, /first/)
  },
  { headerFiles: { 'X-Key': file('two-lines', 'first\nsecond') } },
)

// ── the answer ──────────────────────────────────────────────────────────────────────────────

const answers: [status: number, kind: string][] = [
  [300, 'refused'],
  [304, 'refused'],
  [400, 'refused'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [408, 'retry'],
  [409, 'refused'],
  [413, 'refused'],
  [422, 'refused'],
  [425, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [501, 'retry'],
  [502, 'retry'],
  [503, 'retry'],
  [599, 'retry'],
]

hooked('an answer is done, again or refused by its status', async ({ sink, server }) => {
  for (const status of [200, 201, 202, 204, 299]) {
    server.next.push({ status })
    await sink.deliver(sinkMessage(1))
  }
  for (const [status, kind] of answers) {
    server.next.push({ status })
    const failure = await failureOf(sink.deliver(sinkMessage(1)))
    assert.is(failure.kind, kind, `${status}`)
    assert.match(failure.message, `answers ${status}`)
    assert.equal(adviceOf(failure), status === 413 ? { split: true } : {})
  }
})

hooked('a redirect is not followed, and said in words', async ({ sink, server }) => {
  server.next.push({ status: 308, headers: { Location: 'https://example.org/new?key=abcdef' } })
  const failure = await failureOf(sink.deliver(sinkMessage(1)))
  assert.is(
    failure.message,
    'answers 308 and sends us to https://example.org; redirects are not followed: configure the address itself',
  )
  assert.is(server.requests.length, 1)
})

hooked(
  'the first 200 characters of an answer are told, on one line and without secrets',
  async ({ sink, server }) => {
    server.next.push(({ headers, path }) => ({
      status: 400,
      text: `bad\n\ttoken ${headers.authorization} at ${path} ${'x'.repeat(500)}`,
    }))
    const failure = await failureOf(sink.deliver(sinkMessage(1)))
    const words = /^answers 400: "(.*)"$/.exec(failure.message)?.[1] ?? ''
    assert.is(words.length, 200)
    assert.match(words, /^bad token Bearer \*\*\* at \*\*\* x+$/)
    for (const text of [failure.message, sink.health().detail]) {
      assert.not.match(text, /t0k3n|secret-path/)
    }
  },
  { bearerFile: file('shown', 't0k3n') },
)

hooked('an answer without end is cut off and counts all the same', async ({ sink, server }) => {
  server.next.push({ status: 500, text: 'y'.repeat(3_000_000) })
  assert.is((await failureOf(sink.deliver(sinkMessage(1)))).kind, 'retry')
  server.next.push({ status: 200, text: 'y'.repeat(3_000_000) })
  await sink.deliver(sinkMessage(1))
  await sink.deliver(sinkMessage(2))
})

const now = Date.UTC(2026, 2, 1)
const httpDate = (ms: number) => new Date(ms).toUTCString()
const waits: [retryAfter: string, date: string | undefined, seconds: number | undefined][] = [
  ['120', undefined, 120],
  [' 5 ', undefined, 5],
  ['0', undefined, undefined],
  ['86400', undefined, 3600],
  [httpDate(now + 60_000), httpDate(now), 60],
  [httpDate(now - 60_000), httpDate(now), undefined],
  ['soon', undefined, undefined],
  ['-5', undefined, undefined],
  // the gateway's own clock is years off
  [httpDate(now + 1e11 + 30_000), httpDate(now + 1e11), 30],
]

for (const [retryAfter, date, seconds] of waits) {
  hooked(
    `Retry-After: ${retryAfter}${date ? ` at ${date}` : ''} means ${seconds ?? 'no'} s`,
    async ({ sink, server, clock }) => {
      const headers = { 'Retry-After': retryAfter, ...(date && { Date: date }) }
      server.next.push({ status: 503, headers })
      const failure = await failureOf(sink.deliver(sinkMessage(1)))
      assert.is(adviceOf(failure).afterMs, seconds && seconds * 1000)
      if (seconds === undefined) {
        await sink.deliver(sinkMessage(1))
        return
      }
      await clock.advance(seconds * 1000 - 1)
      const early = await failureOf(sink.deliver(sinkMessage(2, { lane: 'events' })))
      assert.is(early.kind, 'retry')
      assert.equal(adviceOf(early), { afterMs: 1 })
      assert.is(server.requests.length, 1, 'it was asked all the same')
      await clock.advance(1)
      await sink.deliver(sinkMessage(1))
      assert.is(sink.health().state, 'idle')
    },
  )
}

// ── the line ────────────────────────────────────────────────────────────────────────────────

hooked('a kept connection that the server closed costs nothing', async ({ sink, server }) => {
  await sink.deliver(sinkMessage(1))
  server.next.push('hang up')
  await sink.deliver(sinkMessage(2))
  assert.is(server.connections, 2)
  assert.equal(
    server.requests.map(({ headers }) => headers['idempotency-key']),
    ['"gw-live-1"', '"gw-live-2"', '"gw-live-2"'],
  )
})

hooked('a new connection that breaks is a failure', async ({ sink, server }) => {
  server.next.push('hang up')
  const failure = await failureOf(sink.deliver(sinkMessage(1)))
  assert.is(failure.kind, 'retry')
  assert.is(server.requests.length, 1)
})

hooked('a server that never answers is given up in time', async ({ sink, server, clock }) => {
  server.next.push('silence')
  const failure = failureOf(sink.deliver(sinkMessage(1)))
  while (server.requests.length === 0) await clock.advance(0)
  // the answer is waited for as soon as the request is out
  await clock.advance(31_000)
  const { kind, message } = await failure
  assert.is(kind, 'retry')
  assert.is(message, 'no answer within 30 s')
  await sink.deliver(sinkMessage(1))
})

hooked('a large body is given time to get through', async ({ sink, server, clock }) => {
  server.next.push('silence')
  const payload = Buffer.alloc(100_000)
  const failure = failureOf(sink.deliver(sinkMessage(1, { payload })))
  while (server.requests.length === 0) await clock.advance(0)
  await clock.advance(129_000)
  assert.is(sink.health().state, 'sending')
  await clock.advance(2_000)
  assert.is((await failure).message, 'no answer within 130 s')
})

/** Takes connections and says nothing; `given` resolves at the first byte of one. */
async function muteServer(): Promise<{ address: string; given: Promise<void>; close(): void }> {
  let hangUp = (): void => undefined
  const server = createServer()
  const given = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      hangUp = () => void socket.destroy()
      socket.on('error', () => undefined).once('data', () => resolve())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    address,
    given,
    close() {
      hangUp()
      server.close()
    },
  }
}

const unconnected: [what: string, settings: (address: string) => Partial<WebhookSettings>][] = [
  ['a server that begins no TLS', (address) => ({ url: `https://${address}/` })],
  [
    'a proxy that makes no tunnel',
    (address) => ({ url: 'https://127.0.0.1:9/', proxy: { url: `http://${address}` } }),
  ],
]

for (const [what, settings] of unconnected) {
  test(`${what} is given up in time`, async () => {
    const mute = await muteServer()
    const bench = await makeBench(settings(mute.address))
    bench.sink.start()
    const failure = failureOf(bench.sink.deliver(sinkMessage(1)))
    await mute.given
    await bench.clock.advance(14_999)
    assert.is(bench.sink.health().state, 'sending')
    await bench.clock.advance(1)
    const { kind, message } = await failure
    assert.is(kind, 'retry')
    assert.match(message, /^no connection.* within 15 s$/)
    await bench.close()
    assert.is(bench.clock.waiting, 0)
    mute.close()
  })
}

hooked('a stop gives up what is not answered', async ({ sink, server, clock }) => {
  server.usual = 'silence'
  const failures = [1, 2].map((number) => failureOf(sink.deliver(sinkMessage(number))))
  while (server.requests.length === 0) await clock.advance(0)
  const stopped = sink.stop()
  await clock.advance(1_000)
  await stopped
  for (const failure of failures) assert.is((await failure).kind, 'offline')
  assert.is(clock.waiting, 0)
})

// ── TLS and proxies ─────────────────────────────────────────────────────────────────────────

async function overTls(
  run: (made: { server: WebServer; deliver: Deliver; caFile: string }) => Promise<void>,
  mutual?: { ca: Buffer },
): Promise<void> {
  const { certFile, keyFile } = selfSigned(folder, 'server')
  const wanted = mutual && { ...mutual, requestCert: true, rejectUnauthorized: true }
  const server = new WebServer({
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    ...wanted,
  })
  await server.listen()
  const clock = new HandClock()
  const deliver: Deliver = async (settings) => {
    const sink = createWebhook(
      { name: 'hook', url: server.url, ...settings },
      { gateway: 'gw1', clock, timers: clock, logger: silent },
    )
    sink.start()
    try {
      await sink.deliver(sinkMessage(1))
      await sink.deliver(sinkMessage(2))
      assert.is(sink.health().detail, `posts to https://${server.address}`)
    } finally {
      await sink.stop()
    }
  }
  try {
    await run({ server, deliver, caFile: certFile })
  } finally {
    await server.close()
  }
}

type Deliver = (settings: Partial<WebhookSettings>) => Promise<void>

testWith(test, 'openssl', 'a certificate is checked against the configured authority', async () => {
  await overTls(async ({ server, deliver, caFile }) => {
    const failure = await failureOf(deliver({}))
    assert.is(failure.kind, 'refused')
    assert.match(failure.message, /certificate is from an authority that is not trusted/)
    assert.is(server.requests.length, 0)
    await deliver({ caFile })
    assert.is(server.taken().length, 2)
    const other = await failureOf(deliver({ caFile, servername: 'example.org' }))
    assert.is(other.kind, 'refused')
    assert.is((await failureOf(deliver({ caFile: '/nowhere/ca' }))).kind, 'refused')
  })
})

testWith(test, 'openssl', 'a client certificate opens a server that asks for one', async () => {
  const client = selfSigned(folder, 'client')
  await overTls(
    async ({ server, deliver, caFile }) => {
      await failureOf(deliver({ caFile }))
      assert.is(server.requests.length, 0)
      await deliver({ caFile, ...client })
      assert.is(server.taken().length, 2)
    },
    { ca: readFileSync(client.certFile) },
  )
})

async function throughProxy(run: (proxy: WebProxy) => Promise<void>): Promise<void> {
  const proxy = new WebProxy()
  await proxy.listen()
  try {
    await run(proxy)
  } finally {
    await proxy.close()
  }
}

testWith(test, 'openssl', 'https goes through a tunnel of the proxy, once for many', async () => {
  await throughProxy((proxy) =>
    overTls(async ({ server, deliver, caFile }) => {
      const passwordFile = file('proxy-password', 'pw')
      await deliver({ caFile, proxy: { url: proxy.url, username: 'me', passwordFile } })
      assert.is(server.taken().length, 2)
      const authorization = `Basic ${Buffer.from('me:pw').toString('base64')}`
      assert.equal(proxy.asked, [{ method: 'CONNECT', target: server.address, authorization }])
      const sent = server.requests.map(({ headers }) => headers['proxy-authorization'])
      assert.equal(sent, [undefined, undefined])
    }),
  )
})

testWith(test, 'openssl', 'what the proxy and the server behind it refuse is told', async () => {
  await throughProxy((proxy) =>
    overTls(async ({ deliver, caFile }) => {
      const through = { proxy: { url: proxy.url } }
      const untrusted = await failureOf(deliver(through))
      assert.match(untrusted.message, /certificate is from an authority that is not trusted/)
      for (const [status, kind] of [
        [407, 'refused'],
        [403, 'refused'],
        [502, 'retry'],
      ] as const) {
        proxy.status = status
        const failure = await failureOf(deliver({ caFile, ...through }))
        assert.is(failure.kind, kind)
        assert.match(failure.message, `the proxy answers ${status}`)
      }
    }),
  )
})

test('http goes through the proxy with its whole address', async () => {
  await throughProxy(async (proxy) => {
    const bench = await makeBench({ proxy: { url: proxy.url } })
    bench.sink.start()
    await bench.sink.deliver(sinkMessage(1))
    const { url, address } = bench.server
    assert.equal(proxy.asked, [{ method: 'POST', target: url, authorization: undefined }])
    assert.is(bench.server.requests[0]?.headers.host, address)
    await bench.close()
  })
})

test('a proxy that is not there passes by itself', async () => {
  const closed = new WebServer()
  await closed.listen()
  await closed.close()
  const proxy = { url: `http://${closed.address}` }
  for (const url of ['http://127.0.0.1:9/x', 'https://127.0.0.1:9/x']) {
    const bench = await makeBench({ proxy, url })
    bench.sink.start()
    assert.is((await failureOf(bench.sink.deliver(sinkMessage(1)))).kind, 'retry')
    await bench.close()
  }
})

for (const url of ['ftp://host/', 'host', 'https://me:pw@host/', '']) {
  test(`'${url}' is no address of a webhook, and is not shown`, () => {
    const clock = new HandClock()
    const context = { gateway: 'gw1', clock, timers: clock, logger: silent }
    try {
      createWebhook({ name: 'hook', url }, context)
    } catch (error) {
      assert.instance(error, OdographError)
      assert.is((error as OdographError).code, 'config-invalid')
      assert.not.match((error as OdographError).message, /pw/)
      return
    }
    assert.unreachable()
  })
}

test('health names the server, and that nothing is encrypted, but not the path', async () => {
  const bench = await makeBench()
  bench.sink.start()
  const { state, detail } = bench.sink.health()
  assert.is(state, 'idle')
  assert.is(detail, `posts to http://${bench.server.address}, not encrypted`)
  await bench.close()
})

test.run()
