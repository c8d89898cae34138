import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createBroker } from '../../src/uplink/mqtt/broker.ts'
import { MqttClient } from '../../src/uplink/mqtt/client.ts'
import type { MqttClientOptions } from '../../src/uplink/mqtt/client-options.ts'
import {
  brokerName,
  connectOptions,
  parseBrokerUrl,
} from '../../src/uplink/mqtt/connect-options.ts'
import { connectionFault } from '../../src/uplink/mqtt/faults.ts'
import { VersionChoice } from '../../src/uplink/mqtt/version-choice.ts'
import { DeliveryError } from '../../src/uplink/outbox-port.ts'
import { MemoryLogger, systemClock, until } from '../support/mqtt-fixtures.ts'
import { freePort } from '../support/mqtt-mosquitto.ts'
import { type Script, ScriptedBroker } from '../support/mqtt-scripted-broker.ts'
import { webSocketRelay } from '../support/mqtt-websocket-relay.ts'

function clientOf(url: string, options: Partial<MqttClientOptions> = {}) {
  const windows: number[] = []
  const lost = { count: 0 }
  const client = new MqttClient({
    url,
    clientId: 'odograph-gw1',
    availabilityTopic: 'odograph/gw1/availability',
    logger: new MemoryLogger(),
    clock: systemClock,
    onConnected: (window) => windows.push(window),
    onDisconnected: () => {
      lost.count += 1
    },
    ...options,
    timings: { backoffMs: 10, maxBackoffMs: 50, farewellMs: 200, ...options.timings },
  })
  return { client, windows, lost }
}

async function against(
  script: Script,
  run: (broker: ScriptedBroker, setUp: ReturnType<typeof clientOf>) => Promise<void>,
  options: Partial<MqttClientOptions> = {},
): Promise<void> {
  const broker = await ScriptedBroker.started(script)
  const setUp = clientOf(broker.url, options)
  try {
    setUp.client.start()
    await run(broker, setUp)
  } finally {
    await setUp.client.stop()
    await broker.stop()
  }
}

const isState = (client: MqttClient, state: string) => () => client.health().state === state
const message = { topic: 'odograph/van/records', payload: 'x', qos: 1, retain: false } as const

async function failure(promise: Promise<void>): Promise<DeliveryError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  assert.instance(error, DeliveryError)
  return error as DeliveryError
}

test('a connection is announced, and its end too', async () => {
  const broker = await ScriptedBroker.started()
  const { client, windows, lost } = clientOf(broker.url)
  client.start()
  client.start()
  await until('connected', isState(client, 'connected'))
  assert.match(client.health().detail, 'MQTT 5')
  assert.equal(windows, [16])
  await Promise.all([client.stop(), client.stop()])
  await until('DISCONNECT', () => broker.disconnects === 1)
  assert.equal(
    broker.received.map(({ topic, payload, qos }) => [topic, payload, qos]),
    [
      ['odograph/gw1/availability', 'online', 1],
      ['odograph/gw1/availability', 'offline', 1],
    ],
  )
  assert.is(lost.count, 1)
  assert.is(client.health().state, 'stopped')
  client.start()
  await until('connected again', () => broker.connects.length === 2)
  await client.stop()
  await broker.stop()
})

for (const code of [0x84, 1]) {
  test(`a broker that refuses MQTT 5 with ${code} is spoken to with 3.1.1`, () =>
    against({ connect: (version) => (version === 5 ? code : 0) }, async (broker, { client }) => {
      await until('connected', isState(client, 'connected'))
      assert.equal(broker.connects, [5, 4])
      assert.match(client.health().detail, '3.1.1')
      broker.dropAll()
      await until('asked for 5 again', () => broker.connects.length >= 4)
      assert.equal(broker.connects.slice(0, 4), [5, 4, 5, 4])
    }))
}

test('a version that is configured is the only one tried', () =>
  against(
    { connect: () => 0x84 },
    async (broker, { client }) => {
      await until('refused', isState(client, 'refused'))
      assert.equal(broker.connects, [5])
    },
    { protocolVersion: 5 },
  ))

for (const code of [0x85, 0x86, 0x87, 0x8a, 0x9a]) {
  test(`a refusal with ${code} is repeated slowly and says so`, () =>
    against({ connect: () => code }, async (broker, { client }) => {
      await until('refused', isState(client, 'refused'))
      assert.match(client.health().detail, /next attempt in (900|899) s/)
      await new Promise((resolve) => setTimeout(resolve, 100))
      assert.is(broker.connects.length, 1)
    }))
}

test('a refusal for a passing reason, or a close without an answer, is repeated soon', () => {
  let answers = 0
  const codes = [0x88, 'close', 0x97, 0x9f] as const
  return against({ connect: () => codes[answers++] ?? 0 }, async (broker, { client }) => {
    await until('connected', isState(client, 'connected'))
    assert.equal(
      broker.connects,
      [5, 5, 4, 5, 5],
      'the older version once, in case it hung up on 5',
    )
  })
})

test('a broker that hangs up on MQTT 5 is spoken to in 3.1.1, and for the next time, too', () => {
  const connects: number[] = []
  return against(
    {
      connect: (version) => {
        connects.push(version)
        return version === 5 ? 'close' : 0
      },
    },
    async (broker, { client }) => {
      await until('connected', isState(client, 'connected'))
      assert.equal(connects, [5, 4])
      broker.dropAll()
      await until('again', () => connects.length === 3)
      assert.equal(connects, [5, 4, 4])
    },
  )
})

test('one that hung up is asked for MQTT 5 again when an hour has passed', () => {
  let now = 0
  const versions = new VersionChoice(undefined, () => now)
  assert.is(versions.take(), 5)
  versions.hungUp(5)
  assert.is(versions.take(), 4)
  versions.taken()
  now = 3_599_999
  assert.is(versions.take(), 4)
  now += 1
  assert.is(versions.take(), 5)
  versions.hungUp(5)
  versions.take()
  versions.hungUp(4)
  assert.is(versions.take(), 5, 'it says nothing to either')
  assert.is(new VersionChoice(4, () => now).take(), 4)
})

test('a refused connection is tried again after its wait', () => {
  let first = true
  return against(
    {
      connect: () => {
        const code = first ? 0x86 : 0
        first = false
        return code
      },
    },
    (_broker, { client }) => until('connected', isState(client, 'connected')),
    { timings: { refusedMs: 30 } },
  )
})

const answers = [
  [0x80, 'retry'],
  [0x83, 'retry'],
  [0x87, 'refused'],
  [0x90, 'refused'],
  [0x97, 'retry'],
  [0x99, 'refused'],
] as const
for (const [code, kind] of answers) {
  test(`an acknowledgement with ${code} rejects as '${kind}'`, () =>
    against(
      { publish: ({ topic }) => (topic === message.topic ? code : 0) },
      async (_broker, { client }) => {
        await until('connected', isState(client, 'connected'))
        const error = await failure(client.publish(message))
        assert.is(error.kind, kind)
        assert.match(error.message, message.topic)
        assert.is(client.health().state, 'connected')
      },
    ))
}

test('no matching subscribers is a success', () =>
  against({ publish: () => 0x10 }, async (_broker, { client }) => {
    await until('connected', isState(client, 'connected'))
    await client.publish(message)
  }))

test('never more is in flight than the broker takes; the rest follows', () =>
  against(
    { receiveMaximum: 3, publish: ({ topic }) => (topic === message.topic ? undefined : 0) },
    async (broker, { client, windows }) => {
      await until('birth', () => broker.received.length === 1)
      assert.equal(windows, [3])
      const sent = Array.from({ length: 5 }, () => client.publish(message))
      const records = () => broker.received.filter(({ topic }) => topic === message.topic)
      await until('three', () => records().length === 3)
      await new Promise((resolve) => setTimeout(resolve, 50))
      assert.is(records().length, 3)
      for (let i = 0; i < 5; i++) {
        await until('the next', () => records().length > i)
        broker.acknowledge(records()[i]?.id ?? 0)
      }
      await Promise.all(sent)
    },
  ))

test('a message that is too large for the broker is refused without ending the connection', () =>
  against({ maximumPacketSize: 1000 }, async (broker, { client }) => {
    await until('connected', isState(client, 'connected'))
    const error = await failure(client.publish({ ...message, payload: 'x'.repeat(1000) }))
    assert.is(error.kind, 'refused')
    await client.publish(message)
    assert.is(broker.connects.length, 1)
  }))

test('everything in flight is rejected when the connection ends', () =>
  against({ publish: () => undefined, receiveMaximum: 2 }, async (broker, { client, lost }) => {
    await until('connected', isState(client, 'connected'))
    const failures = [1, 2, 3, 4].map(() => failure(client.publish(message)))
    await until('on its way', () => broker.received.length === 2)
    broker.dropAll()
    for (const error of await Promise.all(failures)) assert.is(error.kind, 'offline')
    assert.is(lost.count, 1)
    assert.is((await failure(client.publish(message))).kind, 'offline', 'and nothing is queued')
    await until('connected again', isState(client, 'connected'))
    assert.is(broker.received.filter(({ topic }) => topic === message.topic).length, 1)
  }))

test('a stop settles everything in a second, also when the broker says nothing', () =>
  against({ publish: () => undefined }, async (_broker, { client }) => {
    await until('connected', isState(client, 'connected'))
    const pending = failure(client.publish(message))
    const begun = performance.now()
    await client.stop()
    assert.is((await pending).kind, 'offline')
    assert.ok(performance.now() - begun < 5_000)
  }))

test('a broker that answers pings but acknowledges nothing is given up', () =>
  against(
    { publish: () => undefined },
    async (broker, { client }) => {
      await until('a second connection', () => broker.connects.length > 1)
      assert.is.not(client.health().state, 'refused')
    },
    { timings: { ackMs: 50 } },
  ))

test('a stop while connecting ends at once', async () => {
  const { client } = clientOf(`mqtt://127.0.0.1:${await freePort()}`)
  client.start()
  await client.stop()
  assert.is(client.health().state, 'stopped')
  await client.stop()
})

test('the wait between attempts doubles up to its limit, with jitter', async () => {
  const delays: number[] = []
  const pending: (() => void)[] = []
  const { client } = clientOf(`mqtt://127.0.0.1:${await freePort()}`, {
    random: () => 0.5,
    timings: { backoffMs: 1_000, maxBackoffMs: 60_000 },
    timers: {
      after(delayMs, run) {
        delays.push(delayMs)
        pending.push(run)
        return () => undefined
      },
    },
  })
  client.start()
  for (let i = 1; i <= 8; i++) {
    await until('an attempt failed', () => delays.length === i)
    assert.is(client.health().state, 'waiting')
    assert.match(client.health().detail, 'ECONNREFUSED')
    pending[i - 1]?.()
  }
  assert.equal(delays, [750, 1500, 3000, 6000, 12_000, 24_000, 45_000, 45_000])
  await until('the last attempt failed', () => delays.length === 9)
  await client.stop()
})

test('a certificate file that is not there is a refusal that names it', async () => {
  const { client } = clientOf('mqtts://127.0.0.1:1', { caFile: '/nowhere/ca.pem' })
  client.start()
  assert.is(client.health().state, 'refused')
  assert.match(client.health().detail, '/nowhere/ca.pem cannot be read (ENOENT)')
  await client.stop()
})

test('TLS errors that last are refusals; a clock that is behind is not', () => {
  const cases = [
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'refused'],
    ['CERT_HAS_EXPIRED', 'refused'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'refused'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'refused'],
    ['CERT_NOT_YET_VALID', 'network'],
    ['ECONNRESET', 'network'],
    ['ENOTFOUND', 'network'],
  ] as const
  for (const [code, kind] of cases) {
    assert.is(connectionFault(Object.assign(new Error('text'), { code })).kind, kind, code)
  }
})

test('WebSockets carry the same', async () => {
  const broker = await ScriptedBroker.started()
  const paths: string[] = []
  const relay = await webSocketRelay(Number(new URL(broker.url).port), (path, protocol) =>
    paths.push(`${path} ${protocol}`),
  )
  const { client } = clientOf(`ws://127.0.0.1:${relay.port}/mqtt?a=1`)
  client.start()
  await until('connected', isState(client, 'connected'))
  await client.publish({ ...message, payload: 'y'.repeat(300) })
  await client.stop()
  assert.equal(paths, ['/mqtt?a=1 mqtt'])
  assert.equal(
    broker.received.map(({ payload }) => payload),
    ['online', 'y'.repeat(300), 'offline'],
  )
  relay.stop()
  await broker.stop()
})

test('a URL becomes options, and its name in logs has no password', () => {
  const cases = [
    ['mqtt://host', 'mqtt://host:1883', {}],
    ['mqtt://50%:a@host', 'mqtt://host:1883', { username: '50%' }],
    ['mqtts://u%40x:p%3Aw@host', 'mqtts://host:8883', { username: 'u@x', password: 'p:w' }],
    ['ws://host:81/mqtt?a=1', 'ws://host:81', { path: '/mqtt?a=1' }],
    ['wss://host/', 'wss://host:443', { path: '/' }],
    ['mqtt://[::1]:2', 'mqtt://[::1]:2', { hostname: '::1', port: 2 }],
  ] as const
  for (const [url, name, expected] of cases) {
    const options = connectOptions({ url })
    assert.is(brokerName(parseBrokerUrl(url)), name)
    assert.equal({ ...options, ...expected }, options)
  }
  const own = connectOptions({ url: 'mqtt://a:b@host', username: 'c', password: 'd' })
  assert.is(own.username, 'c')
  for (const url of ['http://host', 'host:1883', '', 'mqtt://', 'mqtt//x:secret@host']) {
    assert.throws(
      () => parseBrokerUrl(url),
      (error: Error) => !error.message.includes('secret'),
    )
  }
})

test('a broker that refuses a subscription is told of, and everything else goes on', async () => {
  for (const protocolVersion of [4, 5] as const) {
    const logger = new MemoryLogger()
    const script = { subscribe: (filter: string) => (filter === 'a/#' ? 1 : 0x80) }
    const said = () => logger.lines.filter((line) => line.includes('does not let'))
    await against(
      script,
      async (broker, { client }) => {
        client.subscribe(['a/#', 'b/#'], () => undefined)
        await until('the refusal', () => said().length === 1)
        assert.match(said()[0] ?? '', '"filters":["b/#"]')
        await client.publish(message)
        assert.is(client.health().state, 'connected')
        broker.dropAll()
        await until('told again on the next connection', () => said().length === 2)
      },
      { logger, protocolVersion },
    )
  }
})

test('a message goes to everybody who asked for its topic, and to nobody who does no more', async () => {
  const broker = createBroker({ port: 0, logger: new MemoryLogger() })
  const url = `mqtt://127.0.0.1:${await broker.start()}`
  const { client } = clientOf(url)
  const got: string[] = []
  const cancel = client.subscribe(['a/+', 'a/b'], ({ topic }) => got.push(`one ${topic}`))
  client.start()
  await until('connected', isState(client, 'connected'))
  client.subscribe(['a/#'], ({ topic, payload }) => {
    got.push(`two ${topic}`)
    if (payload.toString() === 'bad') throw new Error('cannot be read')
  })
  const send = (topic: string, payload: string) =>
    client.publish({ topic, payload, qos: 1, retain: false })
  await send('a/b', 'good')
  await until('both', () => got.length >= 2)
  assert.equal([...new Set(got)], ['one a/b', 'two a/b'])
  cancel()
  got.length = 0
  await send('a/b', 'bad')
  await send('a/c/d', 'good')
  await until('the second', () => got.includes('two a/c/d'))
  assert.equal([...new Set(got)], ['two a/b', 'two a/c/d'])
  await client.stop()
  await broker.stop()
})

test.run()
