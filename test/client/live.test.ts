/** The live stream over a real connection to a small server that cuts, ends and refuses it. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient, type LiveEvent, OdographApiError } from '../../src/client/index.ts'

const test = suite('live stream')

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const servers: Server[] = []
test.after.each(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

/** Each connection is answered by the next handler, the last one again and again. */
async function serve(...handlers: Handler[]): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    handlers[Math.min(asked.length, handlers.length) - 1]?.(request, response)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

function stream(text: string, then: (response: ServerResponse) => void): Handler {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const bytes = Buffer.from(text)
    // In pieces that cut characters of several bytes in two.
    for (let at = 0; at < bytes.length; at += 3) response.write(bytes.subarray(at, at + 3))
    then(response)
  }
}

const ends = (response: ServerResponse) => response.end()
const breaks = (response: ServerResponse) =>
  setImmediate(() => response.write(': cut', () => response.destroy()))
const stays = () => undefined

function refuses(status: number, headers: Record<string, string> = {}): Handler {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ code: status, message: `Status ${status}.` }))
  }
}

interface Followed {
  events: LiveEvent<unknown>[]
  waits: number[]
  error: unknown
}

async function follow(
  url: string,
  count: number,
  options: { lastEventId?: string; silenceMs?: number; maxWaits?: number } = {},
): Promise<Followed> {
  const abort = new AbortController()
  const followed: Followed = { events: [], waits: [], error: undefined }
  const { maxWaits = 20, ...more } = options
  const live = createClient({ url, token: 't' }).live('17', {
    ...more,
    signal: abort.signal,
    wait: async (ms) => {
      followed.waits.push(ms)
      if (followed.waits.length >= maxWaits) abort.abort()
    },
  })
  try {
    for await (const event of live) {
      followed.events.push(event)
      if (followed.events.length === count) abort.abort()
    }
  } catch (error) {
    followed.error = error
  }
  return followed
}

test('events come with their type, id and data, and the token is sent', async () => {
  const { url, asked } = await serve(
    stream('id: 1\nevent: status\ndata: {"name":"Zürich"}\n\n: quiet\n\ndata: 2\n\n', stays),
  )
  const { events, error } = await follow(url, 2)
  assert.equal(events, [
    { event: 'status', id: '1', data: { name: 'Zürich' } },
    { event: 'message', id: '1', data: 2 },
  ])
  assert.is(error, undefined)
  const { headers, url: path } = asked[0] as IncomingMessage
  assert.is(path, '/v1/vehicle/17/live')
  assert.is(headers.authorization, 'Bearer t')
  assert.is(headers.accept, 'text/event-stream')
  assert.is(headers['last-event-id'], undefined)
})

test('a stream that ends or is cut goes on from its last event', async () => {
  const { url, asked } = await serve(
    stream('retry: 500\nid: 7\ndata: 1\n\nid: 8\ndata: half', ends),
    stream('id: 9\ndata: 2\n\n', breaks),
    stream('id: 10\ndata: 3\n\n', stays),
  )
  const { events, waits } = await follow(url, 3, { lastEventId: '6' })
  assert.equal(
    events.map(({ data, id }) => [data, id]),
    [
      [1, '7'],
      [2, '9'],
      [3, '10'],
    ],
  )
  assert.equal(
    asked.map(({ headers }) => headers['last-event-id']),
    ['6', '7', '9'],
  )
  assert.equal(waits, [500, 500])
})

test('a gateway that is stopping or busy is asked again, later and later', async () => {
  const { url } = await serve(
    refuses(503),
    refuses(500),
    refuses(429, { 'retry-after': '17' }),
    stream('data: 1\n\n', stays),
  )
  const { events, waits } = await follow(url, 1)
  assert.is(events.length, 1)
  assert.equal(waits, [1000, 2000, 17_000])
})

test('the waits end at half a minute', async () => {
  const { url } = await serve(refuses(503))
  const { waits } = await follow(url, 1, { maxWaits: 8 })
  assert.equal(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('a refusal is an error, and 204 is the end', async () => {
  for (const status of [400, 401, 404]) {
    const { url, asked } = await serve(refuses(status))
    const { error } = await follow(url, 1)
    assert.instance(error, OdographApiError)
    assert.is((error as OdographApiError).status, status)
    assert.is(asked.length, 1)
  }
  const { url } = await serve(stream('data: 1\n\n', ends), (_, response) => {
    response.writeHead(204).end()
  })
  const { events, error } = await follow(url, 5)
  assert.is(events.length, 1)
  assert.is(error, undefined)
})

test('a stream that falls silent is opened again', async () => {
  const { url, asked } = await serve(stream('id: 1\ndata: 1\n\n', stays), (request, response) =>
    stream('data: 2\n\n', stays)(request, response),
  )
  const { events } = await follow(url, 2, { silenceMs: 50 })
  assert.is(events.length, 2)
  assert.is(asked[1]?.headers['last-event-id'], '1')
})

test('what is no JSON is an error that shows it', async () => {
  const { url } = await serve(stream('data: hello\n\n', stays))
  const { error } = await follow(url, 1)
  assert.match((error as Error).message, /no JSON: hello/)
})

test.run()
