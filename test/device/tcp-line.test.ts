/** A line to an adapter over TCP, against a real server, and what it has in common with a serial one. */
import { getEventListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openLine } from '../../src/device/open-line.ts'
import { type AdapterLine, openPty } from '../../src/device/simulator/pty.ts'
import { openTcpLine } from '../../src/device/simulator/tcp-line.ts'
import { OdographError } from '../../src/model/errors.ts'
import { until } from '../support/gateway-process.ts'
import { testWith } from '../support/needs.ts'

const test = suite('TCP line')

const silent = { baudRate: 9600, data: () => undefined, closed: () => undefined }

interface OtherEnd {
  open(data: (chunk: Uint8Array) => void): Promise<AdapterLine>
}

/** What whoever opens a line may rely on, whatever the line is. */
const contract: Record<string, (end: OtherEnd) => Promise<void>> = {
  'bytes go both ways, and a lost line is told of once': async ({ open }) => {
    let received = ''
    const end = await open((chunk) => {
      received += Buffer.from(chunk).toString()
    })
    let heard = ''
    const reasons: string[] = []
    const line = await openLine({
      path: end.path,
      baudRate: 9600,
      data: (chunk) => {
        heard += Buffer.from(chunk).toString()
      },
      closed: (reason) => reasons.push(reason),
    })
    assert.is(line.path, end.path)
    await line.write(Buffer.from('ATI\r'))
    await until('the command', () => received === 'ATI\r')
    end.write(Buffer.from('ELM327\r>'))
    await until('the answer', () => heard === 'ELM327\r>')
    await end.close()
    await until('the loss', () => reasons.length > 0)
    await line.close()
    assert.is(reasons.length, 1)
    assert.ok(reasons[0]?.startsWith(`${end.path}: `), reasons[0])
    const late = await line.write(Buffer.from('x')).then(
      () => undefined,
      (error: unknown) => error,
    )
    assert.instance(late, OdographError)
  },
  'what closes by itself is not told of, and may close twice': async ({ open }) => {
    const end = await open(() => undefined)
    const reasons: string[] = []
    const line = await openLine({ ...silent, path: end.path, closed: (why) => reasons.push(why) })
    await Promise.all([line.close(), line.close()])
    await line.close()
    await end.close()
    assert.equal(reasons, [])
  },
  'a line that was closed can be opened again': async ({ open }) => {
    const end = await open(() => undefined)
    for (let round = 0; round < 3; round++) {
      const line = await openLine({ ...silent, path: end.path })
      await line.close()
    }
    await end.close()
  },
  'after it is closed, nothing that comes is handed on': async ({ open }) => {
    const end = await open(() => undefined)
    let heard = 0
    const line = await openLine({ ...silent, path: end.path, data: () => (heard += 1) })
    const closed = line.close()
    end.write(Buffer.from('t1000\r'))
    await closed
    await end.close()
    assert.is(heard, 0)
  },
}

for (const [name, run] of Object.entries(contract)) {
  test(`TCP: ${name}`, () => run({ open: (data) => openTcpLine({}, data) }))
  testWith(test, 'socat', `pseudo-terminal: ${name}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'odograph-line-'))
    try {
      await run({ open: (data) => openPty(join(folder, 'adapter'), data) })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}

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

test('no listener and no timer stays behind, however often it connects', async () => {
  const server = await openTcpLine({}, () => undefined)
  const { signal } = new AbortController()
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  for (let round = 0; round < 20; round++) {
    const line = await openLine({ ...silent, path: server.path, signal })
    await line.close()
  }
  await server.close()
  await openLine({ ...silent, path: server.path, signal }).catch(() => undefined)
  await openLine({ ...silent, path: server.path, signal: AbortSignal.abort() }).catch(
    () => undefined,
  )
  assert.is(getEventListeners(signal, 'abort').length, 0)
  assert.is(timers(), before)
  const held = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap')
  await until('all sockets are released', () => held().length === 0)
})

test('an address of IPv6 stands in brackets', async () => {
  const server = createServer((socket) => socket.end())
  const error = await new Promise<Error | undefined>((resolve) => {
    server.once('error', resolve)
    server.listen(0, '::1', () => resolve(undefined))
  })
  // Where the system has no IPv6 there is nothing to connect to, and that is said.
  const port = error === undefined ? (server.address() as AddressInfo).port : 9
  const opened = openLine({ ...silent, path: `tcp://[::1]:${port}` })
  if (error === undefined) await (await opened).close()
  else assert.instance(await opened.catch((failure: unknown) => failure), OdographError)
  await new Promise((resolve) => server.close(resolve))
  const bare = await openLine({ ...silent, path: `tcp://::1:${port}` }).catch(
    (failure: unknown) => failure,
  )
  assert.match(String(bare), /write tcp:\/\/HOST:PORT/)
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
