/** The live stream, over real sockets; its pace is cranked by hand. */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket } from 'ws'
import type { ApiOptions } from '../../src/api/server.ts'
import { Happenings } from '../../src/gateway/happenings.ts'
import { vehicleEvent } from '../../src/model/event.ts'
import {
  fullStatus,
  privilegeToken,
  state,
  type TestApi,
  testApi,
  userToken,
} from '../support/api-fakes.ts'

const test = suite('live stream')

interface Scene extends TestApi {
  port: number
  happenings: Happenings
  tick(ms?: number): void
}

interface Message {
  type: string
  id: number
  data: { resumed?: boolean; reason?: string; signals?: { name: string; value: unknown }[] }
}

function live(name: string, run: (scene: Scene) => Promise<void>): void {
  test(name, async () => {
    let look: () => void = () => undefined
    const every: ApiOptions['every'] = (_ms, tick) => {
      look = tick
      return () => {
        look = () => undefined
      }
    }
    const happenings = new Happenings()
    const t = await testApi({ every, happened: happenings })
    t.status.statuses.set('truck', fullStatus())
    const { port } = await t.api.listen('127.0.0.1', 0)
    const tick = (ms = 250) => {
      t.clock.advance(ms)
      look()
    }
    try {
      await run({ ...t, port, happenings, tick })
    } finally {
      await t.api.stop()
    }
  })
}

/** Server-sent events as they come. */
class Events {
  readonly messages: Message[] = []
  readonly response: IncomingMessage
  #text = ''
  #wake: () => void = () => undefined
  ended = false
  comments = 0

  constructor(response: IncomingMessage) {
    this.response = response
    response.on('data', (chunk) => this.#take(String(chunk)))
    response.on('close', () => {
      this.ended = true
      this.#wake()
    })
    response.on('error', () => undefined)
  }

  #take(chunk: string): void {
    this.#text += chunk
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      const lines = this.#text.slice(0, end).split('\n')
      this.#text = this.#text.slice(end + 2)
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const data = field('data')
      if (data === undefined) this.comments += 1
      else
        this.messages.push({
          type: field('event') ?? '',
          id: Number(field('id')),
          data: JSON.parse(data),
        })
    }
    this.#wake()
  }

  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.ended) throw new Error(`ended after ${JSON.stringify(this.messages.at(-1))}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async next(count: number): Promise<Message> {
    await this.until(() => this.messages.length >= count)
    return this.messages[count - 1] as Message
  }
}

async function get(port: number, path: string, headers: Record<string, string>) {
  const asked = httpRequest({ port, host: '127.0.0.1', path, headers, agent: false })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response
}

async function open(scene: Scene, query = '', more: Record<string, string> = {}): Promise<Events> {
  const authorization = more.authorization ?? `Bearer ${await userToken()}`
  const response = await get(scene.port, `/v1/vehicle/17/live${query}`, { ...more, authorization })
  assert.is(response.statusCode, 200)
  return new Events(response)
}

const namesOf = ({ data }: Message) => (data.signals ?? []).map(({ name }) => name)

live('begins with all that is known, then tells what changes, and nothing twice', async (s) => {
  const events = await open(s)
  assert.match(String(events.response.headers['content-type']), /^text\/event-stream/)
  assert.match(String(events.response.headers['cache-control']), 'no-store')
  const first = await events.next(1)
  assert.is(first.type, 'snapshot')
  assert.is(first.data.resumed, false)
  assert.equal(namesOf(first).sort(), Object.keys(fullStatus()).sort())
  s.tick()
  const status = fullStatus()
  status.speed = state(12, '2024-01-25T18:00:00.400Z')
  s.status.statuses.set('truck', status)
  s.tick()
  s.tick()
  const second = await events.next(2)
  assert.is(second.type, 'signals')
  assert.equal(second.data.signals, [
    {
      name: 'speed',
      value: 12,
      unit: 'km/h',
      time: '2024-01-25T18:00:00.400Z',
      quality: 'ok',
      source: 'can0',
    },
  ])
  assert.ok(second.id > first.id)
  assert.is(events.messages.length, 2)
})

live('tells only of the signals that were asked for, and who asked is looked after', async (s) => {
  const events = await open(s, '?signals=speed,odometer')
  assert.equal(namesOf(await events.next(1)).sort(), ['odometer', 'speed'])
  const status = fullStatus()
  status.batteryVoltage = state(11, '2024-01-25T18:00:01Z')
  status.odometer = state(50415, '2024-01-25T18:00:01Z')
  s.status.statuses.set('truck', status)
  s.tick(6000)
  assert.equal(namesOf(await events.next(2)), ['odometer'])
  assert.equal(s.commands.watched.at(-1)?.signals, ['speed', 'odometer'])
})

live('no more often than the interval says, then with the newest value', async (s) => {
  const events = await open(s, '?interval=2&signals=speed')
  await events.next(1)
  for (let i = 1; i <= 12; i += 1) {
    s.status.statuses.set('truck', { speed: state(i, `2024-01-25T18:00:0${i % 10}.5Z`) })
    s.tick()
  }
  const { data } = await events.next(2)
  assert.equal(data.signals?.[0]?.value, 8)
  assert.is(events.messages.length, 2)
})

live('tells what happens, at once', async (s) => {
  const events = await open(s)
  await events.next(1)
  const time = s.clock.now()
  s.happenings.tell(vehicleEvent({ vehicle: 'van', time, type: 'dtc.set', data: { code: 'X' } }))
  s.happenings.tell(
    vehicleEvent({ vehicle: 'truck', time, type: 'dtc.set', data: { code: 'P0301' } }),
  )
  const message = await events.next(2)
  assert.is(message.type, 'event')
  assert.equal((message.data as { data?: object }).data, { code: 'P0301' })
  const quiet = await open(s, '?events=false')
  await quiet.next(1)
  s.happenings.tell(vehicleEvent({ vehicle: 'truck', time, type: 'dtc.set', data: {} }))
  await events.next(3)
  assert.is(quiet.messages.length, 1)
})

live('who comes back gets what was missed, and no more', async (s) => {
  const events = await open(s)
  const { id } = await events.next(1)
  events.response.destroy()
  s.clock.advance(5000)
  const event = s.events.add(id + 1000, 'ignition.changed', { on: true })
  const status = fullStatus()
  status.speed = state(33, new Date(id + 2000).toISOString())
  s.status.statuses.set('truck', status)
  const again = await open(s, '', { 'last-event-id': String(id) })
  const first = await again.next(1)
  assert.is(first.data.resumed, true)
  assert.equal(namesOf(first), ['speed'])
  assert.is(((await again.next(2)).data as { id?: string }).id, event.id)
  const stale = await open(s, `?lastEventId=${id - 30 * 3_600_000}`)
  assert.is((await stale.next(1)).data.resumed, false)
})

const rights: [privileges: number[], names: string[]][] = [
  [[6], []],
  [
    [6, 5],
    ['vin', 'vinLast8'],
  ],
  [
    [6, 3],
    ['latitude', 'longitude'],
  ],
  [
    [6, 4],
    ['latitude', 'longitude'],
  ],
  [
    [6, 8],
    ['latitude', 'longitude'],
  ],
]

for (const [privileges, names] of rights) {
  live(`privileges ${privileges.join(', ')} show ${names.join(', ') || 'nothing'}`, async (s) => {
    const token = await privilegeToken(privileges)
    const events = await open(s, '', { authorization: `Bearer ${token}` })
    const first = await events.next(1)
    assert.equal(namesOf(first).sort(), names)
    const isExact = JSON.stringify(first).includes('37.697789')
    assert.is(isExact, privileges.includes(3) || privileges.includes(4))
  })
}

live('a token may stand in the address, here', async (s) => {
  const path = `/v1/vehicle/17/live?access_token=${await userToken()}`
  const response = await get(s.port, path, {})
  assert.is(response.statusCode, 200)
  response.destroy()
  const other = await get(s.port, `/v1/vehicle/17/status?access_token=${await userToken()}`, {})
  assert.is(other.statusCode, 401)
  other.destroy()
  assert.not.match(s.logger.lines.join(), 'access_token')
})

live('ends, and says why, when its token does', async (s) => {
  const token = await userToken(undefined, 60)
  const events = await open(s, '', { authorization: `Bearer ${token}` })
  await events.next(1)
  s.tick(61_000)
  await events.until(() => events.messages.at(-1)?.type === 'end')
  assert.match(String(events.messages.at(-1)?.data.reason), 'no longer valid')
})

live('says that it is still there when nothing changes', async (s) => {
  const events = await open(s)
  await events.next(1)
  s.tick(15_000)
  await events.until(() => events.comments === 1)
})

live('ends when the gateway stops', async (s) => {
  const events = await open(s)
  await events.next(1)
  await s.api.stop()
  await events.until(() => events.messages.at(-1)?.type === 'end')
  assert.is(events.messages.at(-1)?.data.reason, 'the gateway stops')
})

const refused: [name: string, query: string, status: number, says: RegExp][] = [
  ['a signal that does not exist', '?signals=warp', 400, /signals takes/],
  ['an interval of nothing', '?interval=0', 400, /interval must be/],
]

for (const [name, query, status, says] of refused) {
  live(`${name} is refused before the stream begins`, async (s) => {
    const authorization = `Bearer ${await userToken()}`
    const response = await get(s.port, `/v1/vehicle/17/live${query}`, { authorization })
    assert.is(response.statusCode, status)
    let text = ''
    for await (const chunk of response) text += String(chunk)
    assert.match(JSON.parse(text).message, says)
  })
}

live(
  'a client that does not read is held off, gets the newest in the end, and costs little',
  async (s) => {
    const events = await open(s, '?signals=vin')
    await events.next(1)
    events.response.pause()
    events.response.socket.pause()
    const long = 'x'.repeat(100_000)
    for (let i = 0; i < 400; i += 1) {
      const vin = state(`${long}${i}`, new Date(s.clock.now()).toISOString())
      s.status.statuses.set('truck', { vin })
      s.tick()
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    events.response.socket.resume()
    events.response.resume()
    const isLast = ({ data }: Message) => String(data.signals?.[0]?.value).endsWith('x399')
    await events.until(() => events.messages.some(isLast))
    assert.ok(events.messages.length < 300, `${events.messages.length} messages`)
  },
)

live('a client that takes nothing for a minute is cut off', async (s) => {
  const events = await open(s, '?signals=vin')
  await events.next(1)
  events.response.pause()
  events.response.socket.pause()
  const long = 'x'.repeat(1_000_000)
  for (let i = 0; i < 20; i += 1) {
    s.status.statuses.set('truck', {
      vin: state(`${long}${i}`, new Date(s.clock.now()).toISOString()),
    })
    s.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const gone = new Promise((resolve) => events.response.once('close', resolve))
  s.tick(61_000)
  events.response.socket.resume()
  events.response.resume()
  await gone
  assert.not(events.messages.some(({ type }) => type === 'end'))
})

live(
  'a thousand streams at once get what changes; one more than 1,200 is told to wait',
  async (s) => {
    const headers = { authorization: `Bearer ${await userToken()}` }
    const streams = await Promise.all(
      Array.from(
        { length: 1200 },
        async () => new Events(await get(s.port, '/v1/vehicle/17/live?signals=speed', headers)),
      ),
    )
    await Promise.all(streams.map((stream) => stream.next(1)))
    const over = await get(s.port, '/v1/vehicle/17/live', headers)
    assert.is(over.statusCode, 503)
    assert.ok(over.headers['retry-after'])
    over.destroy()
    s.status.statuses.set('truck', { speed: state(99, '2024-01-25T18:00:02Z') })
    s.tick()
    const second = await Promise.all(streams.map((stream) => stream.next(2)))
    assert.ok(second.every(({ data }) => data.signals?.[0]?.value === 99))
    const health = await get(s.port, '/v1/vehicle/17/status', headers)
    assert.is(health.statusCode, 200)
    health.destroy()
  },
)

// ── WebSocket ───────────────────────────────────────────────────────────────────────────────

async function socketTo(s: Scene, query = '', token?: string): Promise<WebSocket> {
  const authorization = `Bearer ${token ?? (await userToken())}`
  const url = `ws://127.0.0.1:${s.port}/v1/vehicle/17/live${query}`
  return new WebSocket(url, { headers: { authorization } })
}

live('the same over a WebSocket', async (s) => {
  const socket = await socketTo(s, '?signals=speed')
  const messages: Message[] = []
  const got = (count: number) =>
    new Promise<Message>((resolve) => {
      const look = () => messages.length >= count && resolve(messages[count - 1] as Message)
      socket.on('message', look)
      look()
    })
  socket.on('message', (text) => messages.push(JSON.parse(String(text))))
  assert.is((await got(1)).type, 'snapshot')
  s.status.statuses.set('truck', { speed: state(44, '2024-01-25T18:00:02Z') })
  s.tick()
  assert.equal((await got(2)).data.signals?.[0]?.value, 44)
  await s.api.stop()
  const [code] = await once(socket, 'close')
  assert.is(code, 1001)
  assert.is(messages.at(-1)?.data.reason, 'the gateway stops')
})

live('a handshake without a right is answered like any request', async (s) => {
  for (const [token, status] of [
    ['nonsense', 401],
    [await privilegeToken([1]), 401],
  ] as const) {
    const socket = await socketTo(s, '', token)
    const [asked, response] = (await once(socket, 'unexpected-response')) as [
      { destroy(): void },
      IncomingMessage,
    ]
    assert.is(response.statusCode, status)
    let text = ''
    for await (const chunk of response) text += String(chunk)
    assert.is(JSON.parse(text).code, status)
    asked.destroy()
  }
})

live('a peer that does not answer any more is given up', async (s) => {
  const socket = await socketTo(s)
  await once(socket, 'message')
  socket.pong = () => undefined
  ;(socket as unknown as { _autoPong: boolean })._autoPong = false
  s.tick(15_000)
  s.tick(15_000)
  const [code] = await once(socket, 'close')
  assert.is(code, 1006)
})

const garbage: [name: string, bytes: Buffer][] = [
  ['noise', Buffer.from('no frame at all, and more of it')],
  ['a frame that is too long', Buffer.from([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4])],
  ['an unmasked frame', Buffer.from([0x81, 2, 65, 66])],
]

for (const [name, bytes] of garbage) {
  live(`${name} ends that socket and nothing else`, async (s) => {
    const raw: Socket = connect(s.port, '127.0.0.1')
    const token = await userToken()
    raw.write(
      `GET /v1/vehicle/17/live HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `authorization: Bearer ${token}\r\n\r\n`,
    )
    const [answer] = (await once(raw, 'data')) as [Buffer]
    assert.match(String(answer), '101 Switching')
    raw.on('error', () => undefined)
    raw.write(bytes)
    raw.resume()
    await once(raw, 'close')
    const events = await open(s)
    assert.is((await events.next(1)).type, 'snapshot')
  })
}

live('an upgrade of another route is answered as a request', async (s) => {
  const socket = new WebSocket(`ws://127.0.0.1:${s.port}/v1/vehicle/17/status`)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  assert.is(response.statusCode, 401)
  response.destroy()
})

test.run()
