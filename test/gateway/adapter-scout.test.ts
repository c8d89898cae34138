import { createServer, type Server } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { AdapterScout } from '../../src/gateway/adapter-scout.ts'
import { freePort, until } from '../support/gateway-process.ts'

/** Something that answers as an SLCAN adapter does, and counts who called. */
async function slcan(): Promise<{ port: number; server: Server; calls: () => number }> {
  let calls = 0
  const server = createServer((socket) => {
    calls += 1
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      for (const command of String(data).split('\r').slice(0, -1)) {
        socket.write(command === 'V' ? 'V1013\r' : command === 'N' ? 'NA123\r' : '\x07')
      }
    })
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { port, server, calls: () => calls }
}

async function found(scout: AdapterScout, path: string) {
  return await until('an answer', async () => {
    const one = (await scout.adapters()).find((adapter) => adapter.path === path)
    return one?.state === 'asking' ? undefined : one
  })
}

test('a port is asked once, and the source that would use it comes along', async () => {
  const adapter = await slcan()
  const scout = new AdapterScout({ used: () => [] })
  try {
    const path = `tcp://127.0.0.1:${adapter.port}`
    const first = (await scout.adapters(path)).find((one) => one.path === path)
    assert.is(first?.state, 'asking')
    const known = await found(scout, path)
    assert.is(known?.state, 'known')
    assert.is(known?.type, 'slcan')
    assert.equal(known?.source, { id: 'can0', type: 'slcan', port: path, bitrate: 500_000 })
    const before = adapter.calls()
    await scout.adapters()
    await scout.adapters()
    assert.is(adapter.calls(), before)
  } finally {
    await scout.stop()
    adapter.server.close()
  }
})

test('a port that a source uses is left alone', async () => {
  const adapter = await slcan()
  const path = `tcp://127.0.0.1:${adapter.port}`
  const scout = new AdapterScout({ used: () => [{ id: 'can0', path }] })
  try {
    const one = (await scout.adapters(path)).find((each) => each.path === path)
    assert.is(one?.state, 'in-use')
    assert.is(one?.usedBy, 'can0')
    assert.is(adapter.calls(), 0)
  } finally {
    await scout.stop()
    adapter.server.close()
  }
})

test('what cannot be opened says why, and there is always the simulated truck', async () => {
  const scout = new AdapterScout({ used: () => [] })
  try {
    const path = `tcp://127.0.0.1:${await freePort()}`
    await scout.adapters(path)
    const one = await found(scout, path)
    assert.is(one?.state, 'failed')
    assert.match(one?.says ?? '', /nobody listens there/)
    assert.is((await scout.adapters()).at(-1)?.path, 'simulator')
  } finally {
    await scout.stop()
  }
})

test('a stop does not wait for what is being asked', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined))
  const port = await freePort()
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
  const scout = new AdapterScout({ used: () => [] })
  await scout.adapters(`tcp://127.0.0.1:${port}`)
  const ended = scout.stop().then(() => 'ended')
  const late = new Promise((resolve) => setTimeout(resolve, 900, 'late'))
  assert.is(await Promise.race([ended, late]), 'ended')
  silent.close()
})

test.run()
