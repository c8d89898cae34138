/** A line over TCP, against a real server. */
import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openLine } from '../../src/device/open-line.ts'
import { openTcpLine } from '../../src/device/simulator/tcp-line.ts'
import { until } from '../support/gateway-process.ts'

const test = suite('TCP line')

const silent = { baudRate: 9600, data: () => undefined, closed: () => undefined }

test('bytes go both ways, and a lost connection is told of once', async () => {
  let received = ''
  const server = await openTcpLine({}, (chunk) => {
    received += Buffer.from(chunk).toString()
  })
  let heard = ''
  const reasons: string[] = []
  const line = await openLine({
    path: server.path,
    baudRate: 9600,
    data: (chunk) => {
      heard += Buffer.from(chunk).toString()
    },
    closed: (reason) => reasons.push(reason),
  })
  await line.write(Buffer.from('ATI\r'))
  await until('the command', () => received === 'ATI\r')
  server.write(Buffer.from('ELM327\r>'))
  await until('the answer', () => heard === 'ELM327\r>')
  server.drop()
  await until('the loss', () => reasons.length > 0)
  assert.is(reasons.length, 1)
  assert.match(reasons[0] ?? '', /^tcp:\/\/127\.0\.0\.1:\d+: the connection was closed/)
  const late = await line.write(Buffer.from('x')).then(String, (error: Error) => error.message)
  assert.match(late, /it is closed/)
  await line.close()
  const again = await openLine({ ...silent, path: server.path })
  await again.close()
  await again.close()
  await server.close()
})

test('what closes by itself is not told of', async () => {
  const server = await openTcpLine({}, () => undefined)
  const reasons: string[] = []
  const line = await openLine({ ...silent, path: server.path, closed: (why) => reasons.push(why) })
  await line.close()
  await server.close()
  assert.equal(reasons, [])
})

const refused: [path: string, says: RegExp][] = [
  ['tcp://', /write tcp:\/\/HOST:PORT/],
  ['tcp://host', /write tcp:\/\/HOST:PORT/],
  ['tcp://host:0', /write tcp:\/\/HOST:PORT/],
  ['tcp://host:65536', /write tcp:\/\/HOST:PORT/],
  ['tcp://no.such.host.invalid:35000', /no host of that name|cannot be reached|no network/],
]

test('what cannot be connected to is told of with what would help', async () => {
  for (const [path, says] of refused) {
    const message = await openLine({ ...silent, path }).then(
      String,
      (error: Error) => error.message,
    )
    assert.match(message, says, path)
  }
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  const nobody = await openLine({ ...silent, path: `tcp://127.0.0.1:${port}` }).then(
    String,
    (error: Error) => error.message,
  )
  assert.match(nobody, /nobody listens there/)
})

test('one that is stopped while it connects is given up', async () => {
  const controller = new AbortController()
  controller.abort()
  const server = await openTcpLine({}, () => undefined)
  const message = await openLine({ ...silent, path: server.path, signal: controller.signal }).then(
    String,
    (error: Error) => error.message,
  )
  assert.match(message, /stopped while/)
  await server.close()
})

test.run()
