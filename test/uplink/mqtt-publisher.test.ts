import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { statusEvent } from '../../src/model/cloud-event.ts'
import { createBroker } from '../../src/uplink/mqtt/broker.ts'
import { createMqttUplink } from '../../src/uplink/mqtt/publisher.ts'
import {
  MemoryLogger,
  MemoryStore,
  recordOf,
  systemClock,
  until,
  van,
} from '../support/mqtt-fixtures.ts'
import { freePort } from '../support/mqtt-mosquitto.ts'
import { ScriptedBroker } from '../support/mqtt-scripted-broker.ts'
import { Listener, uplinkOf } from '../support/mqtt-uplink.ts'

const v4 = { protocolVersion: 4 } as const
const STATUS = 'odograph/van/status'
const AVAILABILITY = 'odograph/gw1/availability'

test('over the embedded broker: records in order, status, health and availability', async () => {
  const port = await freePort()
  const { uplink, store } = uplinkOf({ embedded: { port } })
  store.commit(40)
  uplink.start()
  uplink.start()
  await until('connected', () => uplink.health().state === 'connected')
  assert.match(uplink.health().detail, 'MQTT 3.1.1')
  const listener = await Listener.at(`mqtt://127.0.0.1:${port}`, v4)
  await until('retained', () => listener.messages.length >= 3)
  assert.equal(
    listener.messages
      .filter(({ retain }) => retain)
      .map(({ topic, payload }) => [topic, payload])
      .sort(),
    [
      [AVAILABILITY, 'online'],
      ['odograph/gw1/health', '{"status":"ok"}'],
      [STATUS, '{"odometer":1}'],
    ],
  )
  store.commit(60)
  uplink.wake()
  await until('all sent', () => uplink.health().unsent === 0)
  await until(
    'all received',
    () => listener.last('odograph/van/records')?.includes('id-van-100') === true,
  )
  const events = listener.of('odograph/van/records').map((text) => JSON.parse(text))
  const sequences = events.map(({ sequence }) => Number(sequence))
  assert.equal(
    sequences,
    [...sequences].sort((a, b) => a - b),
  )
  assert.equal(events.at(-1), { ...statusEvent(recordOf(100), van), sequence: '0000000000000100' })
  assert.is(listener.messages.find(({ topic }) => topic.endsWith('records'))?.retain, false)
  await Promise.all([uplink.stop(), uplink.stop()])
  assert.is(store.cursor(), 100)
  assert.is(uplink.health().state, 'stopped')
  await listener.end()
  uplink.start()
  await until('connected again', () => uplink.health().state === 'connected')
  await uplink.stop()
})

test('a status goes out at most once per interval, and the newest wins', async () => {
  const broker = await ScriptedBroker.started()
  const { uplink, status } = uplinkOf({ url: broker.url, timings: { statusMs: 200 } })
  uplink.start()
  const texts = () =>
    broker.received.filter(({ topic }) => topic === STATUS).map(({ payload }) => payload)
  await until('the first status', () => texts().length === 1)
  const begun = performance.now()
  for (let odometer = 2; odometer <= 50; odometer++) {
    status.current = { odometer }
    uplink.statusChanged('van')
  }
  await until('the newest status', () => texts().length === 2)
  assert.ok(performance.now() - begun > 100)
  assert.equal(texts(), ['{"odometer":1}', '{"odometer":50}'])
  uplink.statusChanged('van')
  status.current = undefined
  uplink.statusChanged('van')
  await new Promise((resolve) => setTimeout(resolve, 250))
  assert.is(texts().length, 2, 'neither the same text nor nothing is published')
  await uplink.stop()
  await broker.stop()
})

test('a broker that lost what it retained gets it again', async () => {
  const port = await freePort()
  const logger = new MemoryLogger()
  const { uplink } = uplinkOf({ url: `mqtt://127.0.0.1:${port}` })
  uplink.start()
  for (let round = 0; round < 2; round++) {
    const broker = createBroker({ port, logger })
    await broker.start()
    await until('connected', () => uplink.health().state === 'connected')
    const listener = await Listener.at(`mqtt://127.0.0.1:${port}`, v4)
    await until('status', () => listener.last(STATUS) === '{"odometer":1}')
    await until('availability', () => listener.last(AVAILABILITY) === 'online')
    await until('health', () => listener.last('odograph/gw1/health') !== undefined)
    await listener.end()
    await broker.stop()
    await until('disconnected', () => uplink.health().state !== 'connected')
  }
  await uplink.stop()
})

test('a graceful stop leaves `offline` behind, and the last will has nothing to do', async () => {
  const broker = createBroker({ port: 0, logger: new MemoryLogger() })
  const url = `mqtt://127.0.0.1:${await broker.start()}`
  const listener = await Listener.at(url, v4)
  const { uplink } = uplinkOf({ url })
  uplink.start()
  await until('online', () => listener.last(AVAILABILITY) === 'online')
  await uplink.stop()
  await until('offline', () => listener.last(AVAILABILITY) === 'offline')
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(listener.of(AVAILABILITY), ['online', 'offline'])
  await listener.end()
  await broker.stop()
})

test('the embedded broker comes up when its address becomes free', async () => {
  const port = await freePort()
  const other = createBroker({ port, logger: new MemoryLogger() })
  await other.start()
  const { uplink } = uplinkOf({ embedded: { port }, timings: { listenMs: 30 } })
  uplink.start()
  await until('the reason', () => uplink.health().detail.includes('EADDRINUSE'))
  assert.is(uplink.health().state, 'waiting')
  await other.stop()
  await until('connected', () => uplink.health().state === 'connected')
  await uplink.stop()
})

test('a stop right after a start leaves nothing behind', async () => {
  const { uplink } = uplinkOf({ embedded: { port: 0 } })
  uplink.start()
  await uplink.stop()
  assert.is(uplink.health().state, 'stopped')
})

test('records of a vehicle that is no longer configured are left out, counted, and said', async () => {
  const broker = await ScriptedBroker.started()
  const { uplink, store, logger } = uplinkOf({ url: broker.url })
  store.commit(2, 'sold')
  store.commit(1)
  uplink.start()
  await until('all dealt with', () => uplink.health().unsent === 0)
  assert.match(
    uplink.health().detail,
    "2 records of 'sold', which is not configured, were left out",
  )
  assert.is(logger.lines.filter((line) => line.includes('sold')).length, 1)
  const topics = broker.received.map(({ topic }) => topic)
  assert.is(topics.filter((topic) => topic === 'odograph/van/records').length, 1)
  assert.not(topics.some((topic) => topic.includes('sold')))
  await uplink.stop()
  await broker.stop()
})

test('what is too old for the live lane goes to the backlog topic, in batches', async () => {
  const broker = await ScriptedBroker.started()
  const store = new MemoryStore()
  store.commit(1_000)
  store.lastReceivedOutside = (after) => (after < 990 ? 990 : undefined)
  const { uplink } = uplinkOf({ url: broker.url, store, batch: { encoding: 'json' } })
  uplink.start()
  await until('all sent', () => uplink.health().unsent === 0)
  const of = (topic: string) => broker.received.filter((message) => message.topic === topic)
  assert.equal(
    of('odograph/van/records').map(({ payload }) => JSON.parse(payload).sequence),
    store.records.slice(990).map(({ seq }) => String(seq).padStart(16, '0')),
  )
  const batches = of('odograph/van/backlog')
  assert.ok(batches.length >= 2 && batches.length < 30)
  assert.equal(
    batches.flatMap(({ payload }) => JSON.parse(payload)).map(({ id }) => id),
    store.records.slice(0, 990).map(({ id }) => id),
  )
  assert.ok(uplink.health().lanes.bytesLastHour > 990 * 100)
  await uplink.stop()
  assert.equal(store.state, { live: 1_000, backlog: [] })
  await broker.stop()
})

test('while records are held back only they wait, and the health says why', async () => {
  const broker = await ScriptedBroker.started()
  const { uplink, store } = uplinkOf({ url: broker.url })
  store.commit(3)
  uplink.hold('the clock is not set')
  uplink.start()
  const topics = () => broker.received.map(({ topic }) => topic)
  await until('the status', () => topics().includes(STATUS))
  assert.match(uplink.health().detail, 'records are held back: the clock is not set')
  assert.is(uplink.health().unsent, 3)
  assert.not(topics().some((topic) => topic.endsWith('records')))
  uplink.hold(undefined)
  await until('all sent', () => uplink.health().unsent === 0)
  await uplink.stop()
  await broker.stop()
})

test('a quota that is used up is waited for; nothing is lost and nothing overtakes', async () => {
  let left = 7
  const accepted: string[] = []
  const broker = await ScriptedBroker.started({
    publish: ({ topic, payload }) => {
      if (!topic.endsWith('records')) return 0
      left -= 1
      // every seventh is refused for now
      if (left % 7 === 0) return 0x97
      accepted.push(JSON.parse(payload).id)
      return 0
    },
  })
  const { uplink, store } = uplinkOf({ url: broker.url, window: 1 })
  store.commit(30)
  uplink.start()
  await until('all sent', () => uplink.health().unsent === 0)
  assert.equal(
    accepted,
    store.records.map(({ id }) => id),
  )
  await uplink.stop()
  await broker.stop()
})

test('a status or health that cannot be made ends nothing', async () => {
  const broker = await ScriptedBroker.started()
  const fail = () => {
    throw new Error('no')
  }
  const { uplink, store } = uplinkOf({ url: broker.url, statusJson: fail, healthJson: fail })
  store.commit(1)
  uplink.start()
  await until('sent', () => uplink.health().unsent === 0)
  await uplink.stop()
  await broker.stop()
})

test('what cannot be configured is said at once', () => {
  const base = {
    gatewayId: 'gw1',
    store: new MemoryStore(),
    vehicles: () => [van],
    statusJson: () => undefined,
    healthJson: () => ({}),
    logger: new MemoryLogger(),
    clock: systemClock,
  }
  const wrong = [
    {},
    { url: 'http://host' },
    { url: 'mqtt://host', root: 'a/#' },
    { url: 'mqtt://host', gatewayId: 'a+b' },
    { url: 'mqtt://host', gatewayId: '' },
    { embedded: { host: '0.0.0.0' } },
  ]
  for (const options of wrong) {
    assert.throws(
      () => createMqttUplink({ ...base, ...options }),
      (error: { code?: string }) => error.code === 'config-invalid',
    )
  }
})

test.run()
