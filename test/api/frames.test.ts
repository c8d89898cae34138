/** Raw frames out over real sockets, paced by hand; readings in. */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ApiOptions } from '../../src/api/server.ts'
import { FrameWatches } from '../../src/gateway/frame-watch.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { TimedValue } from '../../src/model/ports.ts'
import {
  bearer,
  NOW,
  privilegeToken,
  type TestApi,
  testApi,
  userToken,
} from '../support/api-fakes.ts'

const test = suite('frames and readings')

interface Scene extends TestApi {
  port: number
  watches: FrameWatches
  tick(ms?: number): void
}

interface Message {
  frames: { id: string; data: string; bus: string; time: string }[]
  dropped: number
}

function frames(name: string, run: (scene: Scene) => Promise<void>): void {
  test(name, async () => {
    let look: () => void = () => undefined
    const every: ApiOptions['every'] = (_ms, tick) => {
      look = tick
      return () => {
        look = () => undefined
      }
    }
    const watches = new FrameWatches()
    const t = await testApi({ every, frames: watches })
    const { port } = await t.api.listen('127.0.0.1', 0)
    const tick = (ms = 100) => {
      t.clock.advance(ms)
      look()
    }
    try {
      await run({ ...t, port, watches, tick })
    } finally {
      await t.api.stop()
    }
  })
}

class Stream {
  text = ''
  ended = false
  readonly response: IncomingMessage
  #wake: () => void = () => undefined

  constructor(response: IncomingMessage) {
    this.response = response
    response.on('data', (chunk) => {
      this.text += chunk
      this.#wake()
    })
    response.on('close', () => {
      this.ended = true
      this.#wake()
    })
    response.on('error', () => undefined)
  }

  get messages(): Message[] {
    return [...this.text.matchAll(/event: frames\nid: \d+\ndata: (.*)\n\n/g)].map((match) =>
      JSON.parse(match[1] as string),
    )
  }

  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.ended) throw new Error(`ended after ${this.text}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

async function open(scene: Scene, query = ''): Promise<Stream> {
  const authorization = `Bearer ${await userToken()}`
  const path = `/v1/vehicle/17/frames${query}`
  const asked = httpRequest({
    port: scene.port,
    host: '127.0.0.1',
    path,
    headers: { authorization },
  })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  assert.is(response.statusCode, 200)
  return new Stream(response)
}

const engine = frameOf(0x0cf00400, [0xff, 0xff, 0xff, 0x68, 0x13, 0xff, 0xff, 0xff], {
  time: NOW * 1000 + 250,
})
const answer = frameOf(0x7e8, [3, 0x41, 0x0d, 0x32])

frames('frames come as they were on the wire, with bus and time', async (s) => {
  const stream = await open(s)
  s.watches.of('truck').tell(engine, 'can0')
  s.watches.of('truck').tell(answer, 'can0')
  s.watches.of('van').tell(answer, 'can1')
  s.tick()
  await stream.until(() => stream.messages.length === 1)
  assert.equal(stream.messages[0]?.frames[0], {
    time: '2024-01-25T18:00:00.250250Z',
    ...{ bus: 'can0', id: '0CF00400', data: 'FFFFFF6813FFFFFF' },
  })
  assert.equal(
    stream.messages[0]?.frames.map(({ id }) => id),
    ['0CF00400', '7E8'],
  )
  stream.response.destroy()
})

for (const [query, ids] of [
  ['?ids=7e8', ['7E8']],
  ['?ids=0x7E8,18FEE000', ['7E8']],
  ['?pgns=61444', ['0CF00400']],
  ['?buses=can9', []],
  ['?changes=true', ['0CF00400', '7E8']],
] as [string, string[]][]) {
  frames(`${query} narrows the frames to ${ids.join(', ') || 'none'}`, async (s) => {
    const stream = await open(s, query)
    for (const frame of [engine, engine, answer, answer]) s.watches.of('truck').tell(frame, 'can0')
    s.watches.of('truck').tell(frameOf(0x123, [1]), 'can9')
    s.tick()
    s.tick(15_000)
    await stream.until(() => stream.messages.length > 0 || stream.text.includes('still here'))
    const heard = (stream.messages[0]?.frames ?? []).filter(({ bus }) => bus === 'can0')
    assert.equal([...new Set(heard.map(({ id }) => id))], ids)
    if (query.startsWith('?changes')) assert.is(heard.length, 2)
    stream.response.destroy()
  })
}

frames('what is more than wanted is dropped and counted', async (s) => {
  const stream = await open(s, '?perSecond=10')
  for (let i = 0; i < 25; i += 1) s.watches.of('truck').tell(answer, 'can0')
  s.tick()
  for (let i = 0; i < 5; i += 1) s.watches.of('truck').tell(answer, 'can0')
  s.tick()
  await stream.until(() => stream.messages.length === 2)
  assert.equal(
    stream.messages.map(({ frames: list, dropped }) => [list.length, dropped]),
    [
      [10, 15],
      [1, 4],
    ],
  )
  stream.response.destroy()
})

frames('nobody looks any more when the client has gone', async (s) => {
  const stream = await open(s)
  assert.is(s.watches.of('truck').isWatched, true)
  stream.response.destroy()
  await stream.until(() => stream.ended)
  for (let i = 0; i < 100 && s.watches.of('truck').isWatched; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.is(s.watches.of('truck').isWatched, false)
})

frames('the gateway stops: the stream ends with a word', async (s) => {
  const stream = await open(s)
  await s.api.stop()
  await stream.until(() => stream.text.includes('event: end'))
  assert.match(stream.text, /the gateway stops/)
})

for (const [query, message] of [
  ['ids=xyz', 'ids takes identifiers in hexadecimal, separated by commas, as in 7E8,18FEF100.'],
  ['pgns=-1', 'pgns takes PGNs in decimal, separated by commas, as in 61444,65265.'],
  ['perSecond=0', 'perSecond must be a whole number from 1 to 2000.'],
] as const) {
  frames(`${query} is refused in words`, async ({ api }) => {
    const url = `/v1/vehicle/17/frames?${query}`
    const answered = await api.inject({ url, headers: bearer(await userToken()) })
    assert.is(answered.statusCode, 400)
    assert.is(answered.json().message, message)
  })
}

interface Desk extends TestApi {
  written: { vehicle: string; source: string; values: readonly TimedValue[] }[]
  post(body: unknown, token?: string): Promise<{ status: number; body: never }>
}

function readings(name: string, run: (desk: Desk) => Promise<void>): void {
  test(name, async () => {
    const written: Desk['written'] = []
    const t = await testApi({
      readings: {
        write(vehicle, source, values) {
          written.push({ vehicle, source, values })
          return values.flatMap(({ signal }) => (signal === 'odometer' ? [signal] : []))
        },
      },
    })
    const post: Desk['post'] = async (body, token) => {
      const headers = bearer(token ?? (await userToken()))
      const answered = await t.api.inject({
        ...{ method: 'POST', url: '/v1/vehicle/17/readings', headers },
        payload: body as object,
      })
      return { status: answered.statusCode, body: answered.json() as never }
    }
    try {
      await run({ ...t, written, post })
    } finally {
      await t.api.stop()
    }
  })
}

readings('readings go to the vehicle with time and source; what it refuses is named', async (d) => {
  const time = '2024-01-25T17:59:59Z'
  const list = [
    { signal: 'ambientTemp', value: 21.5 },
    { signal: 'odometer', value: 12, time },
  ]
  const { status, body } = await d.post({ source: 'flow', readings: list })
  assert.is(status, 200)
  assert.equal(body, {
    taken: [{ signal: 'ambientTemp', value: 21.5, time: '2024-01-25T18:00:00.250Z' }],
    refused: ['odometer'],
  })
  assert.equal(d.written, [
    {
      ...{ vehicle: 'truck', source: 'api/flow' },
      values: [
        { signal: 'ambientTemp', value: 21.5, time: NOW },
        { signal: 'odometer', value: 12, time: Date.parse(time) },
      ],
    },
  ])
})

readings('a token without privilege 2 cannot write', async (d) => {
  const list = [{ signal: 'ambientTemp', value: 1 }]
  assert.is((await d.post({ readings: list }, await privilegeToken([1, 3, 4]))).status, 401)
  assert.is((await d.post({ readings: list }, await privilegeToken([2]))).status, 200)
  assert.is(d.written.length, 1)
})

const good = { signal: 'ambientTemp', value: 20 }
for (const [what, body, message] of [
  ['no object', [], /must be a JSON object \{source, readings\}/],
  ['no readings', { readings: [] }, /at least one element/],
  [
    'an unknown signal',
    { readings: [good, { signal: 'cabinTemp', value: 3 }] },
    /^readings\[1\]\.signal names no signal: there are odometer, speed/,
  ],
  [
    'a text for a number',
    { readings: [{ signal: 'speed', value: '80' }] },
    /^readings\[0\]\.value is a text, and speed is a number/,
  ],
  [
    'a value that cannot be',
    { readings: [{ signal: 'speed', value: 900 }] },
    /\.value is 900, and speed can be from 0 to 300 km\/h/,
  ],
  [
    'what the gateway works out',
    { readings: [{ signal: 'activity', value: 'driving' }] },
    /works out itself/,
  ],
  [
    'a time without a zone',
    { readings: [{ ...good, time: '2024-01-25T17:00:00' }] },
    /RFC 3339 with a zone/,
  ],
  ['the future', { readings: [{ ...good, time: '2024-01-25T19:00:00Z' }] }, /has not come yet/],
  ['a strange source', { source: 'a b', readings: [good] }, /1 to 40 letters/],
  ['too many', { readings: Array.from({ length: 101 }, () => good) }, /at most 100/],
] as const) {
  readings(`${what} is refused whole, in words`, async (d) => {
    const answered = await d.post(body)
    assert.is(answered.status, 400, JSON.stringify(answered.body))
    assert.match((answered.body as { message: string }).message, message)
    assert.equal(d.written, [])
  })
}

test.run()
