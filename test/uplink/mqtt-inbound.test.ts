/** Commands and discovery through real brokers: the embedded one (3.1.1) and Mosquitto (MQTT 5). */
import { randomBytes } from 'node:crypto'
import { connectAsync, type IClientPublishOptions, type MqttClient } from 'mqtt'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createBroker } from '../../src/uplink/mqtt/broker.ts'
import { commandNames } from '../../src/uplink/mqtt/command-table.ts'
import { topicMatches } from '../../src/uplink/mqtt/subscriptions.ts'
import type { MqttUplinkOptions } from '../../src/uplink/mqtt/uplink-options.ts'
import { type Answer, FakeHandlers } from '../support/command-desk.ts'
import { MemoryLogger, until } from '../support/mqtt-fixtures.ts'
import { Mosquitto } from '../support/mqtt-mosquitto.ts'
import { Listener, uplinkOf } from '../support/mqtt-uplink.ts'
import { testWith } from '../support/needs.ts'

interface Got {
  topic: string
  payload: string
  retain: boolean
  correlationData: Buffer | undefined
  contentType: string | undefined
}

/** A client of the broker that gives commands. */
class Caller {
  readonly got: Got[] = []
  readonly client: MqttClient

  private constructor(client: MqttClient) {
    this.client = client
    client.on('message', (topic, payload, { retain, properties }) => {
      const { correlationData, contentType } = properties ?? {}
      this.got.push({ topic, payload: payload.toString(), retain, correlationData, contentType })
    })
  }

  static async at(url: string, protocolVersion: 4 | 5, filters: string[]): Promise<Caller> {
    const caller = new Caller(await connectAsync(url, { protocolVersion, reconnectPeriod: 20 }))
    await caller.client.subscribeAsync(filters, { qos: 1 })
    return caller
  }

  async answer(topic: string, body: unknown, options: IClientPublishOptions = {}): Promise<Got> {
    const before = this.got.length
    const payload = Buffer.isBuffer(body) ? body : JSON.stringify(body)
    await this.client.publishAsync(topic, payload, { qos: 1, ...options })
    await until('an answer', () => this.got.length > before)
    return this.got[before] as Got
  }

  async end(): Promise<void> {
    await this.client.endAsync(true)
  }
}

function settingsOf(handlers: FakeHandlers): Pick<MqttUplinkOptions, 'commands'> {
  return { commands: { handlers, enabled: true, allow: [...commandNames], privileges: [2] } }
}

async function withEmbedded(run: (url: string) => Promise<void>): Promise<void> {
  const broker = createBroker({ port: 0, logger: new MemoryLogger() })
  const url = `mqtt://127.0.0.1:${await broker.start()}`
  try {
    await run(url)
  } finally {
    await broker.stop()
  }
}

async function withMosquitto(run: (broker: Mosquitto) => Promise<void>): Promise<void> {
  const broker = await Mosquitto.started()
  try {
    await run(broker)
  } finally {
    await broker.remove()
  }
}

const RESPONSES = 'odograph/+/command/#'
const STATUS_GET = 'odograph/van/command/status/get'
const COMMAND_RESPONSE = `${STATUS_GET}/response`

test('topics are matched with filters as the standard says', () => {
  const yes = [
    ['a/b', 'a/b'],
    ['a/#', 'a'],
    ['a/#', 'a/b/c'],
    ['a/+/c', 'a//c'],
    ['#', 'a/b'],
    ['+', 'a'],
    ['/+', '/a'],
  ] as const
  const no = [
    ['a/b', 'a/b/c'],
    ['a/b/c', 'a/b'],
    ['a/+', 'a'],
    ['a/+', 'a/b/c'],
    ['#', '$SYS/x'],
    ['+/x', '$SYS/x'],
    ['a/#', 'b/a'],
  ] as const
  for (const [filter, topic] of yes) assert.ok(topicMatches(filter, topic), `${filter} ${topic}`)
  for (const [filter, topic] of no) assert.not(topicMatches(filter, topic), `${filter} ${topic}`)
})

test('over the embedded broker a command is answered on its response topic, again and again', async () => {
  await withEmbedded(async (url) => {
    const handlers = new FakeHandlers()
    const { uplink } = uplinkOf({ url, ...settingsOf(handlers) })
    uplink.start()
    await until('connected', () => uplink.health().state === 'connected')
    const caller = await Caller.at(url, 4, ['odograph/+/command/+/+/response'])
    const first = await caller.answer(STATUS_GET, { id: 'a' })
    assert.is(first.topic, COMMAND_RESPONSE)
    assert.is(first.retain, false)
    const expected = { command: 'status/get', id: 'a', status: 'ok', result: { odometer: 1 } }
    assert.equal(JSON.parse(first.payload), expected)
    assert.equal(JSON.parse((await caller.answer(STATUS_GET, { id: 'a' })).payload), expected)
    assert.is(handlers.calls.filter((call) => call === 'status van').length, 1)
    const health = await caller.answer('odograph/gw1/command/health/get', {})
    assert.equal(JSON.parse(health.payload).result, { status: 'ok' })
    // the gateway hears its own answers here, and lets them be
    assert.is(caller.got.length, 3)
    await uplink.stop()
    await caller.end()
  })
})

test('a command that the embedded broker kept does not run', async () => {
  await withEmbedded(async (url) => {
    const caller = await Caller.at(url, 4, ['odograph/+/command/+/+/response'])
    await caller.client.publishAsync('odograph/van/command/dtc/clear', '{}', { retain: true })
    const handlers = new FakeHandlers()
    const { uplink } = uplinkOf({ url, ...settingsOf(handlers) })
    uplink.start()
    await until('an answer', () => caller.got.length > 0)
    assert.is(JSON.parse(caller.got[0]?.payload ?? '').error.code, 'retained')
    assert.equal(handlers.calls, [])
    await uplink.stop()
    await caller.end()
  })
})

testWith(test, 'mosquitto', 'MQTT 5: response topic, correlation data, expiry', async () => {
  await withMosquitto(async ({ url }) => {
    const handlers = new FakeHandlers()
    const { uplink } = uplinkOf({ url, ...settingsOf(handlers) })
    uplink.start()
    await until('connected', () => uplink.health().state === 'connected')
    const caller = await Caller.at(url, 5, ['app/1/answers', 'odograph/van/status'])
    await until('the status', () => caller.got.length === 1)
    const correlationData = randomBytes(16)
    const properties = { responseTopic: 'app/1/answers', correlationData }
    const answer = await caller.answer(STATUS_GET, { id: 'q' }, { properties })
    assert.is(answer.topic, 'app/1/answers')
    assert.equal(answer.correlationData, correlationData)
    assert.is(answer.contentType, 'application/json')
    assert.is(JSON.parse(answer.payload).status, 'ok')
    const lively = { ...properties, messageExpiryInterval: 60 }
    const again = await caller.answer(STATUS_GET, {}, { properties: lively })
    assert.is(JSON.parse(again.payload).status, 'ok')
    // one published to be kept is known as such at once, not only at the next connection
    const kept = await caller.answer(STATUS_GET, {}, { properties, retain: true })
    assert.is(JSON.parse(kept.payload).error.code, 'retained')
    await uplink.stop()
    await caller.end()
  })
})

testWith(
  test,
  'mosquitto',
  'commands are heard again after the broker was away, and its own answers never',
  async () => {
    const broker = await Mosquitto.started()
    const handlers = new FakeHandlers()
    const { uplink, logger } = uplinkOf({ url: broker.url, ...settingsOf(handlers) })
    try {
      uplink.start()
      await until('connected', () => uplink.health().state === 'connected')
      await broker.kill()
      await until('gone', () => uplink.health().state !== 'connected')
      await broker.start()
      await until('connected again', () => uplink.health().state === 'connected')
      const caller = await Caller.at(broker.url, 5, [RESPONSES])
      const before = caller.got.length
      await caller.client.publishAsync('odograph/van/command/nothing', '{}', { qos: 1 })
      await until('an answer', () => caller.got.length >= before + 2)
      await caller.client.publishAsync(STATUS_GET, '{}', { qos: 1 })
      await until('an answer', () => caller.got.length >= before + 4)
      assert.equal(
        caller.got.map(({ topic }) => topic.replace('odograph/van/command/', '')).sort(),
        ['nothing', 'nothing/response', 'status/get', 'status/get/response'],
      )
      assert.not(logger.lines.some((line) => line.includes('does not let')))
      await caller.end()
    } finally {
      await uplink.stop()
      await broker.remove()
    }
  },
)

testWith(test, 'mosquitto', 'an answer larger than the broker takes is told in short', async () => {
  const broker = await Mosquitto.started({ general: ['max_packet_size 20000'] })
  const handlers = new FakeHandlers()
  const { uplink } = uplinkOf({ url: broker.url, ...settingsOf(handlers) })
  try {
    uplink.start()
    await until('connected', () => uplink.health().state === 'connected')
    const caller = await Caller.at(broker.url, 5, ['odograph/+/command/+/+/response'])
    const answer = await caller.answer('odograph/van/command/history/get', { limit: 500 })
    const { error } = JSON.parse(answer.payload) as Answer
    assert.is(error?.code, 'failed')
    assert.match(error?.message ?? '', 'larger than the broker accepts')
    assert.is(uplink.health().state, 'connected')
    await caller.end()
  } finally {
    await uplink.stop()
    await broker.remove()
  }
})

testWith(test, 'mosquitto', 'a hundred garbled payloads are a hundred answers', async () => {
  await withMosquitto(async ({ url }) => {
    const { uplink, store } = uplinkOf({
      url,
      commands: {
        ...settingsOf(new FakeHandlers()).commands,
        limits: { burst: 1000 },
      } as NonNullable<MqttUplinkOptions['commands']>,
    })
    uplink.start()
    await until('connected', () => uplink.health().state === 'connected')
    const caller = await Caller.at(url, 5, ['odograph/+/command/+/+/response'])
    for (let i = 0; i < 100; i++) {
      await caller.client.publishAsync(STATUS_GET, randomBytes(i * 13), { qos: 1 })
    }
    await until('every answer', () => caller.got.length === 100)
    assert.ok(caller.got.every(({ payload }) => JSON.parse(payload).status === 'error'))
    store.commit(3)
    uplink.wake()
    await until('records still go', () => uplink.health().unsent === 0)
    await uplink.stop()
    await caller.end()
  })
})

function homeAssistantOf(memory: { state: unknown }, enabled = true) {
  return {
    homeAssistant: {
      enabled,
      prefix: 'homeassistant',
      version: '1.2.3',
      statusSeconds: 60,
      healthSeconds: 60,
      shown: () => ['odometer', 'speed', 'latitude', 'longitude'] as const,
      kept: {
        kept: () => memory.state,
        keep: (state: unknown) => {
          memory.state = state
        },
      },
    },
  } satisfies Partial<MqttUplinkOptions>
}

const DEVICE = 'homeassistant/device/gw1_van/config'

/** Every topic that a discovery message makes Home Assistant read. */
function topicsRead(config: string): string[] {
  const found = new Set<string>()
  JSON.parse(config, (key, value) => {
    if (key.endsWith('_topic')) found.add(value as string)
    return value
  })
  return [...found].sort()
}

testWith(test, 'mosquitto', 'a backlog goes to no topic that Home Assistant reads', async () => {
  await withMosquitto(async ({ url }) => {
    const { uplink, store, status } = uplinkOf({ url, ...homeAssistantOf({ state: undefined }) })
    status.current = { odometer: 5000, signals: { odometer: 5000 } }
    store.commit(300)
    const listener = await Listener.at(url)
    await listener.client.subscribeAsync('homeassistant/#', { qos: 1 })
    uplink.start()
    await until('the whole backlog', () => uplink.health().unsent === 0)
    await listener.seen(300)
    await until('discovery', () => listener.last(DEVICE) !== undefined)
    const topics = ['homeassistant/device/gw1/config', DEVICE].flatMap((topic) =>
      topicsRead(listener.last(topic) ?? ''),
    )
    assert.equal([...new Set(topics)].sort(), [
      'odograph/gw1/availability',
      'odograph/gw1/health',
      'odograph/van/status',
    ])
    const read = listener.messages.filter(({ topic }) => topics.includes(topic))
    assert.equal(
      [...new Set(read.map(({ payload }) => payload))].sort(),
      ['online', JSON.stringify(status.current), JSON.stringify({ status: 'ok' })].sort(),
    )
    assert.ok(listener.messages.length >= 300 + read.length)
    await uplink.stop()
    await listener.end()
  })
})

testWith(test, 'mosquitto', 'discovery stays on the broker until it is switched off', async () => {
  await withMosquitto(async ({ url }) => {
    const memory = { state: undefined as unknown }
    const { uplink } = uplinkOf({ url, random: () => 0, ...homeAssistantOf(memory) })
    uplink.start()
    await until('connected', () => uplink.health().state === 'connected')
    const retained = async () => {
      const caller = await Caller.at(url, 5, ['homeassistant/device/#'])
      await caller.client.subscribeAsync('odograph/gw1/availability')
      await until('availability', () => caller.got.some(({ topic }) => topic.startsWith('odo')))
      await caller.end()
      return caller.got.filter(({ topic }) => topic.startsWith('home')).map(({ topic }) => topic)
    }
    await until('announced', async () => (await retained()).length === 2)
    const caller = await Caller.at(url, 5, [DEVICE])
    await until('what is kept', () => caller.got.length === 1)
    await caller.client.publishAsync('homeassistant/status', 'online', { qos: 1 })
    await until('announced again', () => caller.got.length === 2)
    assert.is(caller.got[0]?.payload, caller.got[1]?.payload)
    await caller.end()
    await uplink.stop()
    const off = uplinkOf({ url, ...homeAssistantOf(memory, false) }).uplink
    off.start()
    await until('taken back', async () => (await retained()).length === 0)
    await off.stop()
  })
})

test.run()
