import { connect } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OdographError } from '../../src/model/errors.ts'
import { createBroker, isLoopback } from '../../src/uplink/mqtt/broker.ts'
import { MemoryLogger, until } from '../support/mqtt-fixtures.ts'
import { Listener } from '../support/mqtt-uplink.ts'

const logger = new MemoryLogger()
const v4 = { protocolVersion: 4 } as const

test('messages go from one client to another', async () => {
  const broker = createBroker({ port: 0, logger })
  const port = await broker.start()
  assert.is(await broker.start(), port, 'starting again is fine')
  const listener = await Listener.at(`mqtt://127.0.0.1:${port}`, v4)
  await listener.client.publishAsync('odograph/x', 'hello', { qos: 1, retain: true })
  await until('the message', () => listener.last('odograph/x') === 'hello')
  await listener.end()
  await broker.stop()
})

test('an address in use is an error with a code, and a later start succeeds', async () => {
  const first = createBroker({ port: 0, logger })
  const port = await first.start()
  const second = createBroker({ port, logger })
  for (let i = 0; i < 2; i++) {
    try {
      await second.start()
      assert.unreachable()
    } catch (error) {
      assert.instance(error, OdographError)
      assert.is((error as OdographError).code, 'listen-failed')
      assert.match((error as OdographError).message, `127.0.0.1:${port}`)
    }
  }
  await first.stop()
  assert.is(await second.start(), port)
  await second.stop()
})

test('a stop closes at once whoever is connected, however silent, and may come twice', async () => {
  const broker = createBroker({ port: 0, logger })
  const port = await broker.start()
  const socket = connect(port, '127.0.0.1')
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await new Promise((resolve) => socket.on('connect', resolve))
  const listener = await Listener.at(`mqtt://127.0.0.1:${port}`, v4)
  const begun = performance.now()
  await Promise.all([broker.stop(), broker.stop()])
  await closed
  assert.ok(performance.now() - begun < 5000)
  await listener.end()
  await broker.stop()
  assert.is(await broker.start().then(Boolean), true, 'and it starts again')
  await broker.stop()
})

test('bytes that are no MQTT end one connection and nothing else', async () => {
  const broker = createBroker({ port: 0, logger })
  const port = await broker.start()
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\n\r\n')
  await new Promise((resolve) => socket.on('close', resolve))
  const listener = await Listener.at(`mqtt://127.0.0.1:${port}`, v4)
  await listener.end()
  await broker.stop()
})

test('it listens where others can reach it only when that is allowed', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.org']) {
    assert.throws(
      () => createBroker({ host, logger }),
      (error: OdographError) => error.code === 'config-invalid' && error.message.includes(host),
    )
  }
  const broker = createBroker({ host: '0.0.0.0', port: 0, allowRemote: true, logger })
  await broker.start()
  await broker.stop()
})

test('loopback is told from what only looks like it', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.ok(isLoopback(host))
  for (const host of ['127.evil.org', '10.0.0.1', '', '127.0.0.1.org']) assert.not(isLoopback(host))
})

test.run()
