import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type AdapterEngine, connect } from '../../src/device/simulator/adapter-bench.ts'
import { GvretAdapter, type GvretAdapterOptions } from '../../src/device/simulator/gvret-adapter.ts'
import { openTcpLine } from '../../src/device/simulator/tcp-line.ts'
import { frameOf } from '../../src/model/frame.ts'
import { EngineHost } from '../support/engine-host.ts'
import { HandClock } from '../support/hand-clock.ts'
import { SmallBus, type SmallBusOptions } from '../support/small-bus.ts'

const test = suite('simulated GVRET adapter')

function gvret({
  bus: busOptions,
  ...options
}: Partial<GvretAdapterOptions> & { bus?: SmallBusOptions } = {}) {
  const bus = new SmallBus(busOptions)
  let adapter = new GvretAdapter({ model: bus, write: () => undefined })
  const host = new EngineHost((write) => {
    adapter = new GvretAdapter({ model: bus, ...options, write })
    return adapter
  })
  const ask = (command: string) => {
    host.taken()
    host.send(Buffer.from(command.replaceAll(' ', ''), 'hex'))
    return host.taken().toString('hex')
  }
  return { adapter, bus, host, ask }
}

/** `F1 05` for the first bus; the second one off. */
function setUp(bitrate: number, flags: number): string {
  const content = Buffer.alloc(8)
  content.writeUInt32LE(bitrate + flags)
  return `f105${content.toString('hex')}`
}

const ON = 0xc000_0000
const LISTEN = 0xe000_0000

test('questions are answered', () => {
  const { ask } = gvret()
  const cases: [string, string][] = [
    ['e7e7', ''],
    ['f109', 'f109dead'],
    ['f10c', 'f10c02'],
    ['f107', 'f1076a0220000000'],
    ['f106', 'f10601 20a10700 00 20a10700'],
    ['f10d', `f10d${'00'.repeat(15)}`],
    ['f10810 f109', 'f109dead'],
    ['f1ff f109', 'f109dead'],
  ]
  for (const [command, answer] of cases) {
    assert.is(ask(command), answer.replaceAll(' ', ''), command)
  }
  assert.match(ask('f101'), /^f101[0-9a-f]{8}$/)
})

test('buses are set up as the flags say', () => {
  const { ask, adapter } = gvret()
  assert.is(adapter.acknowledges, true, 'as it starts')
  ask(setUp(250_000, LISTEN))
  assert.is(ask('f106'), `f10611 90d00300 00 00000000`.replaceAll(' ', ''))
  assert.is(adapter.acknowledges, false)
  ask(setUp(500_000, ON))
  assert.is(adapter.acknowledges, true)
  ask(setUp(500_000, 0x8000_0000))
  assert.is(adapter.setup[0]?.isOn, false)
})

test('a request goes to the bus and its answer comes as a frame', () => {
  const { ask, host, bus } = gvret()
  ask('e7e7')
  assert.is(ask('f100 df070000 00 08 02010c0000000000 00'), '')
  assert.is(bus.received.length, 1)
  host.wait(5)
  const time = /^f100(.{8})e807000008/.exec(bytesAfter(host, 20))?.[1]
  // Plugged in five seconds before the first byte; the answer takes ten milliseconds.
  assert.is(Buffer.from(time ?? '', 'hex').readUInt32LE(), 5_010_000)
})

function bytesAfter(host: EngineHost, ms: number): string {
  return Buffer.from(host.wait(ms), 'latin1').toString('hex')
}

test('frames are written as the sources say', () => {
  const frame = frameOf(0x18fef117, [0xaa, 0xbb], { extended: true })
  const { ask, host } = gvret({ bus: { traffic: { frame, everyMs: 10 } } })
  assert.is(host.wait(50), '', 'nothing before binary mode')
  ask('e7e7')
  assert.match(bytesAfter(host, 10), /^f100[0-9a-f]{8}17f1fe9802aabb00$/)
  const fd = gvret({ bus: { traffic: { frame: { ...frame, fd: true }, everyMs: 10 } } })
  fd.ask('e7e7')
  assert.match(bytesAfter(fd.host, 10), /^f114[0-9a-f]{8}17f1fe980200aabb00$/)
})

test('a bus that only listens sends nothing, and a wrong bit rate hears nothing', () => {
  const traffic = { frame: frameOf(0x100, [1]), everyMs: 10 }
  const { ask, host, bus, adapter } = gvret({ bus: { traffic } })
  ask('e7e7')
  ask(setUp(500_000, LISTEN))
  ask('f100 df070000 00 08 02010c0000000000 00')
  assert.is(bus.received.length, 0)
  assert.is(adapter.transmitted.length, 0)
  assert.ok(host.wait(10).length > 0)
  ask(setUp(250_000, ON))
  assert.is(host.wait(50), '')
})

/** Of a frame with one data byte. */
const FRAME_BYTES = 13

test('faults change what comes, and nothing is lost by a split', () => {
  const traffic = { frame: frameOf(0x100, [1]), everyMs: 10 }
  const plain = gvret({ bus: { traffic } })
  const split = gvret({ bus: { traffic }, faults: ['split'] })
  for (const { ask } of [plain, split]) ask('e7e7')
  const pieces: Buffer[] = []
  for (let i = 0; i < 201; i++) {
    // The last one only gives out what was held back.
    if (i < 200) split.host.now += 5000
    split.adapter.advance(split.host.now)
    pieces.push(...split.host.chunks.splice(0))
  }
  const whole = plain.host.wait(1000)
  assert.is(whole.length, 100 * FRAME_BYTES)
  assert.is(Buffer.concat(pieces).toString('latin1'), whole)
  assert.ok(pieces.some((piece) => piece.length < FRAME_BYTES))
  const noisy = gvret({ bus: { traffic }, faults: ['garbage'] })
  noisy.ask('e7e7')
  assert.ok(noisy.host.wait(1000).length > 100 * FRAME_BYTES)
  noisy.adapter.faults.add('silent')
  assert.is(noisy.ask('f109'), '')
})

test('the bench ticks often while something is under way and seldom otherwise', async () => {
  const clock = new HandClock()
  let advanced = 0
  const engine: AdapterEngine & { isBusy: boolean } = {
    isBusy: false,
    receive: () => {
      engine.isBusy = true
    },
    advance: () => {
      advanced += 1
    },
  }
  const bench = connect(engine, { clock, after: clock.after })
  await clock.advance(1000)
  assert.is(advanced, 10)
  bench.receive(Buffer.from('x'))
  advanced = 0
  await clock.advance(1000)
  assert.is(advanced, 200)
  bench.stop()
  bench.stop()
  await clock.advance(1000)
  assert.is(advanced, 200)
  assert.is(clock.waiting, 0)
})

test('the time of the bench never steps back', async () => {
  const clock = new HandClock()
  let step = 0
  const stepping = { now: () => clock.now() + step, monotonic: () => clock.monotonic() }
  const times: number[] = []
  const engine = {
    isBusy: true,
    receive: () => undefined,
    advance: (time: number) => times.push(time),
  }
  const bench = connect(engine, { clock: stepping, after: clock.after })
  await clock.advance(50)
  step = -3_600_000
  await clock.advance(50)
  bench.stop()
  assert.is(times.length, 20)
  assert.equal(
    times,
    [...times].sort((a, b) => a - b),
  )
})

test('a TCP line carries both ways, to one client at a time', async () => {
  const received: string[] = []
  let arrived: () => void = () => undefined
  const line = await openTcpLine({}, (chunk) => {
    received.push(Buffer.from(chunk).toString())
    arrived()
  })
  line.write(Buffer.from('lost'))
  const client = connectSocket(line.port, '127.0.0.1')
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  client.write('ATZ\r')
  await arrival
  assert.equal(received, ['ATZ\r'])
  const second = connectSocket(line.port, '127.0.0.1')
  await once(second, 'close')
  const answer = once(client, 'data')
  line.write(Buffer.from('>'))
  assert.is(String((await answer)[0]), '>')
  await line.drained()
  assert.is(line.pending, 0)
  const gone = once(client, 'close')
  line.drop()
  await gone
  await line.close()
  await line.close()
  assert.is(await line.closed, 'closed')
})

test('a TCP line on a port that is taken fails in words', async () => {
  const line = await openTcpLine({}, () => undefined)
  try {
    await openTcpLine({ port: line.port }, () => undefined)
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), /EADDRINUSE/)
  } finally {
    await line.close()
  }
})

test.run()
