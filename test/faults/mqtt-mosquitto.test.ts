/** What a network and an administrator do to a broker, done to a real one. */
import { execFileSync } from 'node:child_process'
import { createServer, connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { MemoryStore, until } from '../support/mqtt-fixtures.ts'
import { freePort, Mosquitto, type MosquittoOptions } from '../support/mqtt-mosquitto.ts'
import { Listener, uplinkOf } from '../support/mqtt-uplink.ts'
import { testWith } from '../support/needs.ts'

const AVAILABILITY = 'odograph/gw1/availability'
const RECORDS = 'odograph/van/records'

function withBroker(
  name: string,
  options: MosquittoOptions,
  run: (broker: Mosquitto) => Promise<void>,
): void {
  testWith(test, 'mosquitto', name, async () => {
    const broker = await Mosquitto.started(options)
    try {
      await run(broker)
    } finally {
      await broker.remove()
    }
  })
}

withBroker('MQTT 5 carries the content type of each encoding', {}, async (broker) => {
  const listener = await Listener.at(broker.url)
  for (const encoding of ['json', 'cbor'] as const) {
    const { uplink, store } = uplinkOf({ url: broker.url, encoding })
    store.commit(1)
    uplink.start()
    await until('received', () =>
      listener.messages.some(
        ({ topic, contentType }) =>
          topic === RECORDS && contentType === `application/cloudevents+${encoding}`,
      ),
    )
    assert.match(uplink.health().detail, 'MQTT 5')
    await uplink.stop()
  }
  await listener.end()
})

withBroker('MQTT 5 carries the content type of a batch, deflated or not', {}, async (broker) => {
  const listener = await Listener.at(broker.url)
  const batches = () => listener.messages.filter(({ topic }) => topic === 'odograph/van/backlog')
  for (const [deflate, parameter] of [
    [false, ''],
    [true, ';content-encoding=deflate'],
  ] as const) {
    const store = new MemoryStore()
    store.commit(50)
    store.lastReceivedOutside = () => 50
    const batch = { encoding: 'json', deflate } as const
    const { uplink } = uplinkOf({ url: broker.url, store, batch })
    listener.messages.length = 0
    uplink.start()
    await until('received', () => batches().length === 1)
    const { contentType, bytes = Buffer.alloc(0) } = batches()[0] ?? {}
    assert.is(contentType, `application/cloudevents-batch+json${parameter}`)
    const events = JSON.parse((deflate ? inflateSync(bytes) : bytes).toString())
    assert.equal(
      events.map(({ id }: { id: string }) => id),
      store.records.map(({ id }) => id),
    )
    await uplink.stop()
  }
  await listener.end()
})

withBroker(
  '500 records over a broker that is killed again and again arrive, in order',
  { persistence: true, general: ['max_queued_messages 0'] },
  async (broker) => {
    const subscriber = {
      clientId: 'consumer',
      clean: false,
      properties: { sessionExpiryInterval: 3600 },
    }
    const listener = await Listener.at(broker.url, subscriber)
    const { uplink, store } = uplinkOf({ url: broker.url })
    uplink.start()
    for (let batch = 0; batch < 5; batch++) {
      store.commit(100)
      uplink.wake()
      await listener.seen(batch * 100 + 20)
      await broker.kill()
      assert.ok(uplink.health().unsent > 0, 'killed in the middle of a batch')
      await until('noticed', () => uplink.health().state !== 'connected')
      await broker.start()
    }
    await until('all sent', () => uplink.health().unsent === 0)
    await until('all arrived', () => listener.recordIds().length === 500)
    assert.equal(
      listener.recordIds(),
      store.records.map(({ id }) => id),
    )
    await uplink.stop()
    assert.is(store.cursor(), 500)
    await listener.end()
  },
)

withBroker('a gateway that vanishes is reported offline by its last will', {}, async (broker) => {
  const listener = await Listener.at(broker.url)
  // a wire that can be cut between the gateway and its broker
  const sockets = new Set<Socket>()
  const wire = createServer((socket) => {
    const far = dial(broker.port, '127.0.0.1')
    for (const end of [socket, far]) {
      sockets.add(end)
      // cut on purpose
      end.on('error', () => end.destroy())
    }
    socket.pipe(far).pipe(socket)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => wire.listen(port, '127.0.0.1', resolve))
  const { uplink } = uplinkOf({ url: `mqtt://127.0.0.1:${port}` })
  uplink.start()
  await until('online', () => listener.last(AVAILABILITY) === 'online')
  for (const socket of sockets) socket.destroy()
  await until('offline', () => listener.of(AVAILABILITY).includes('offline'))
  await until('online again', () => listener.last(AVAILABILITY) === 'online')
  await uplink.stop()
  await listener.end()
  await new Promise((resolve) => wire.close(resolve))
})

withBroker(
  'a wrong password is reported and tried again slowly',
  { users: { gateway: 'right' } },
  async (broker) => {
    const wrong = { url: broker.url, username: 'gateway', password: 'wrong' }
    for (const protocolVersion of [5, 4] as const) {
      const { uplink, store, logger } = uplinkOf({ ...wrong, protocolVersion })
      store.commit(1)
      uplink.start()
      await until('refused', () => uplink.health().state === 'refused')
      assert.match(uplink.health().detail, /not authorised; next attempt in (900|899) s/)
      assert.is(uplink.health().unsent, 1)
      assert.not(logger.lines.join().includes('wrong'))
      await uplink.stop()
    }
    const { uplink, store } = uplinkOf({ ...wrong, password: 'right' })
    store.commit(1)
    uplink.start()
    await until('sent', () => uplink.health().unsent === 0)
    await uplink.stop()
  },
)

withBroker(
  'a topic that the access list denies parks the records; allowed again, they all go',
  {
    users: { gateway: 'g', consumer: 'c' },
    acl: ['user gateway', 'topic readwrite odograph/gw1/#', 'user consumer', 'topic read #'],
  },
  async (broker) => {
    const listener = await Listener.at(broker.url, { username: 'consumer', password: 'c' })
    const { uplink, store } = uplinkOf({
      url: broker.url,
      username: 'gateway',
      password: 'g',
      timings: { parkMs: 300 },
    })
    store.commit(20)
    uplink.start()
    await until('parked', () => uplink.health().state === 'parked')
    assert.match(uplink.health().detail, `${RECORDS}: the broker says: not authorised`)
    assert.is(uplink.health().unsent, 20)
    assert.is(store.cursor(), 0)
    await until('the rest goes on', () => listener.last(AVAILABILITY) === 'online')
    broker.reload(['user gateway', 'topic readwrite odograph/#', 'user consumer', 'topic read #'])
    await until('all arrived', () => listener.recordIds().length === 20)
    assert.equal(
      listener.recordIds(),
      store.records.map(({ id }) => id),
    )
    await until('all sent', () => uplink.health().unsent === 0)
    assert.is(uplink.health().state, 'connected')
    await uplink.stop()
    assert.is(store.cursor(), 20)
    await listener.end()
  },
)

testWith(
  test,
  'mosquitto',
  'a broker that is absent at the start is found when it comes',
  async () => {
    const broker = await Mosquitto.create()
    const { uplink, store } = uplinkOf({ url: broker.url })
    store.commit(3)
    try {
      uplink.start()
      await until('waiting', () => uplink.health().state === 'waiting')
      assert.match(uplink.health().detail, 'ECONNREFUSED')
      await broker.start()
      await until('sent', () => uplink.health().unsent === 0)
    } finally {
      await uplink.stop()
      await broker.remove()
    }
  },
)

withBroker(
  'a broker with a small receive maximum is never sent more at once',
  { general: ['max_inflight_messages 3'] },
  async (broker) => {
    const { uplink, store, logger } = uplinkOf({ url: broker.url })
    store.commit(300)
    uplink.start()
    await until('sent', () => uplink.health().unsent === 0)
    assert.match(logger.lines.join(), '"window":3')
    assert.not(logger.lines.some((line) => line.startsWith('no connection')))
    await uplink.stop()
  },
)

testWith(
  test,
  'mosquitto',
  'TLS: an own authority is trusted, an unknown one is a refusal',
  async () => {
    const port = await freePort()
    const broker = await Mosquitto.create()
    const certFile = join(broker.folder, 'cert.pem')
    const keyFile = join(broker.folder, 'key.pem')
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ]
        .concat(['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'])
        .concat(['-keyout', keyFile, '-out', certFile]),
      { stdio: 'ignore' },
    )
    const files = [`cafile ${certFile}`, `certfile ${certFile}`, `keyfile ${keyFile}`]
    const secure = ['allow_anonymous true', `listener ${port} 127.0.0.1`, ...files]
    // the second listener asks for a client certificate
    const broker2 = await Mosquitto.create({
      general: secure,
      listener: [...files, 'require_certificate true'],
    })
    try {
      await broker2.start()
      const url = `mqtts://127.0.0.1:${port}`
      const strict = `mqtts://127.0.0.1:${broker2.port}`
      const good = [
        { url, caFile: certFile },
        { url: strict, caFile: certFile, certFile, keyFile },
        { url, caFile: certFile, servername: 'localhost' },
      ]
      for (const options of good) {
        const { uplink, store } = uplinkOf(options)
        store.commit(1)
        uplink.start()
        await until('sent', () => uplink.health().unsent === 0)
        await uplink.stop()
      }
      const bad = [
        { url },
        { url, caFile: certFile, servername: 'other.example' },
        { url, caFile: keyFile },
        { url: strict, caFile: certFile },
      ]
      for (const options of bad) {
        const { uplink } = uplinkOf(options)
        uplink.start()
        await until(
          `refused: ${JSON.stringify(options)}`,
          () => uplink.health().state === 'refused',
        )
        assert.match(uplink.health().detail, 'certificate')
        await uplink.stop()
      }
    } finally {
      await broker.remove()
      await broker2.remove()
    }
  },
)

test.run()
