/** SLCAN adapters of all dialects, listening without a trace and asking out of permits. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint } from '../../src/device/governor/permit.ts'
import { lineOf } from '../../src/device/serial/slcan-asking.ts'
import {
  type SlcanDialectName,
  slcanDialects,
} from '../../src/device/simulator/slcan-adapter-dialects.ts'
import { SlcanBench } from '../support/slcan-bench.ts'
import { SmallBus } from '../support/small-bus.ts'

const test = suite('SLCAN asking')

for (const dialect of Object.keys(slcanDialects) as SlcanDialectName[]) {
  test(`${dialect}: listening acknowledges nothing and cannot send`, async () => {
    const bench = new SlcanBench({}, { adapter: { dialect } })
    await bench.pass(5000)
    assert.is(bench.health.at(-1)?.state, 'running', bench.health.at(-1)?.detail)
    assert.ok(bench.frames.length > 20, `${bench.frames.length} frames`)
    assert.not(bench.hasAcknowledged)
    assert.is(bench.transmitter, undefined)
    await bench.stop()
    assert.is(bench.adapter.state, 'closed')
    assert.equal(bench.bus.received, [])
  })

  test(`${dialect}: asking sends what permits let out, and the answer comes`, async () => {
    const bench = new SlcanBench({ listenOnly: false }, { adapter: { dialect } })
    await bench.pass(4000)
    for (let i = 0; i < 5; i++) {
      const result = bench.send()
      await bench.pass(600)
      assert.equal(await result, { kind: 'sent' })
    }
    assert.is(bench.bus.received.length, 5)
    assert.is(bench.bus.received[0]?.id, 0x7e0)
    const answers = bench.frames.filter(({ id }) => id === 0x7e8)
    assert.is(answers.length, 5)
    const refused = bench.send(false)
    await bench.pass(600)
    assert.is((await refused)?.kind, 'failed')
    assert.is(bench.bus.received.length, 5)
    const { transmitter } = bench
    await bench.stop()
    assert.is(bench.transmitter, undefined)
    const late = transmitter?.send(
      mint({
        frame: { id: 0x7e0, extended: false, data: Uint8Array.of(1, 3) },
        ...{ waitMs: 1, responders: 0, isGood: () => true, used: () => undefined },
      }),
    )
    await bench.pass(1000)
    assert.is((await late)?.kind, 'failed')
    assert.is(bench.bus.received.length, 5)
  })
}

test('an adapter that answers nothing to frames is waited for three times, no more', async () => {
  const bench = new SlcanBench({ listenOnly: false }, { adapter: { dialect: 'canable' } })
  await bench.pass(4000)
  for (let i = 0; i < 4; i++) {
    const before = bench.clock.monotonic()
    let took: number | undefined
    void bench.send()?.then(() => {
      took = bench.clock.monotonic() - before
    })
    await bench.pass(400)
    assert.ok(took !== undefined && (i < 3 ? took >= 300 : took < 20), `${i}: ${took}`)
  }
  await bench.stop()
})

test('a queue that is full is a failure of the bus, and flags tell of errors and their end', async () => {
  const bench = new SlcanBench({ listenOnly: false })
  await bench.pass(2000)
  bench.adapter.faults.add('bus-off')
  const result = bench.send()
  await bench.pass(400)
  const failed = await result
  assert.is(failed?.kind === 'failed' && failed.reason, 'bus')
  await bench.pass(30_000)
  assert.equal(bench.busStates, ['errors'])
  bench.adapter.faults.delete('bus-off')
  await bench.pass(30_000)
  assert.equal(bench.busStates, ['errors', 'ok'])
  await bench.stop()
})

test('a frame is a line with its digits', () => {
  const data = Uint8Array.of(0x02, 0x01, 0xab)
  assert.is(lineOf({ id: 0x1, extended: false, data }), 't00130201AB')
  assert.is(lineOf({ id: 0x18da10f1, extended: true, data }), 'T18DA10F130201AB')
})

test('a frame that is refused has the flags asked for at once', async () => {
  const bench = new SlcanBench({ listenOnly: false })
  await bench.pass(2000)
  bench.adapter.faults.add('bus-off')
  const result = bench.send()
  await bench.pass(20)
  await result
  assert.equal(bench.busStates, ['errors'])
  await bench.stop()
})

test('a controller that takes no frames any more starts again with a new channel', async () => {
  const bench = new SlcanBench({ listenOnly: false })
  await bench.pass(2000)
  bench.adapter.faults.add('bus-off')
  for (let i = 0; i < 2; i++) {
    const result = bench.send()
    await bench.pass(400)
    assert.is((await result)?.kind, 'failed')
  }
  const opened = () => bench.adapter.commands.filter((command) => command === 'O').length
  await bench.pass(2000)
  assert.is(opened(), 2)
  for (let i = 0; i < 10; i++) {
    void bench.send()
    await bench.pass(400)
  }
  assert.is(opened(), 2, 'not again and again')
  bench.adapter.faults.delete('bus-off')
  const result = bench.send()
  await bench.pass(400)
  assert.equal(await result, { kind: 'sent' })
  await bench.pass(20_000)
  assert.is(opened(), 2)
  await bench.stop()
})

test('one frame at a time goes out, in order, while others come in', async () => {
  const bench = new SlcanBench({ listenOnly: false }, { adapter: { faults: ['noack'] } })
  await bench.pass(4000)
  const before = bench.frames.length
  const results = ['0201AA', '0201BB', '0201CC'].map((hex) => bench.send(true, hex))
  await bench.pass(100)
  assert.is(bench.bus.received.length, 1)
  await bench.pass(1000)
  assert.equal(
    (await Promise.all(results)).map((result) => result?.kind),
    ['sent', 'sent', 'sent'],
  )
  assert.equal(
    bench.bus.received.map(({ data }) => data[2]),
    [0xaa, 0xbb, 0xcc],
  )
  assert.ok(bench.frames.length - before >= 20)
  await bench.stop()
})

test('what waits to be sent when it is closed is never sent', async () => {
  const bench = new SlcanBench({ listenOnly: false }, { adapter: { faults: ['noack'] } })
  await bench.pass(4000)
  const results = [bench.send(), bench.send(), bench.send()]
  await bench.pass(20)
  await bench.stop()
  assert.equal(
    (await Promise.all(results)).map((result) => result?.kind),
    ['sent', 'failed', 'failed'],
  )
  assert.is(bench.bus.received.length, 1)
  assert.is(bench.adapter.commands.at(-1), 'C')
})

test('an echo is no answer: one that gives nothing else is opened listen-only all the same', async () => {
  const bench = new SlcanBench({}, { adapter: { faults: ['noack'] } })
  // Left open, so that nothing has to be refused either.
  bench.adapter.receive(Buffer.from('S6\rO\r'))
  bench.received = (bytes) => {
    bench.hear(bytes)
    bench.adapter.receive(bytes)
  }
  await bench.pass(5000)
  assert.is(bench.adapter.state, 'listen')
  assert.equal(bench.adapter.commands.slice(0, 6), ['S6', 'O', 'C', 'V', 'S6', 'L'])
  await bench.stop()
})

test('an acknowledgement that stays away is a failure where there always was one', async () => {
  const bench = new SlcanBench({ listenOnly: false })
  await bench.pass(2000)
  const first = bench.send()
  await bench.pass(400)
  assert.equal(await first, { kind: 'sent' })
  bench.adapter.faults.add('noack')
  const second = bench.send()
  await bench.pass(400)
  const failed = await second
  assert.is(failed?.kind === 'failed' && failed.reason, 'adapter')
  await bench.stop()
})

test('while the channel is opened anew, nothing is sent', async () => {
  const model = new SmallBus()
  const bench = new SlcanBench({ listenOnly: false, silenceSeconds: 2 }, { model })
  await bench.pass(3000)
  const opened = () => bench.adapter.commands.filter((command) => command === 'O').length
  const before = bench.adapter.commands.length
  let sent: Promise<unknown> | undefined
  bench.received = (bytes) => {
    const isReopening = bench.adapter.commands.length > before && bytes[0] === 0x0d
    if (isReopening) sent ??= bench.send()
    bench.adapter.receive(bytes)
  }
  await bench.pass(20_000)
  assert.ok(opened() > 1)
  assert.is(((await sent) as { kind: string }).kind, 'sent')
  const { commands } = bench.adapter
  const put = commands.findIndex((command) => command.startsWith('t'))
  assert.is(commands[put - 1], 'O')
  await bench.stop()
})

test('an adapter that echoes what it gets is no sender of our frames', async () => {
  const bench = new SlcanBench({ listenOnly: false })
  bench.received = (bytes) => {
    bench.hear(bytes)
    bench.adapter.receive(bytes)
  }
  await bench.pass(3000)
  assert.is(bench.health.at(-1)?.state, 'running')
  assert.equal(bench.issues, [])
  for (let i = 0; i < 2; i++) {
    const result = bench.send()
    await bench.pass(400)
    assert.equal(await result, { kind: 'sent' })
  }
  assert.is(bench.bus.received.length, 2)
  assert.is(bench.frames.filter(({ id }) => id === 0x7e0).length, 0)
  assert.is(bench.frames.filter(({ id }) => id === 0x7e8).length, 2)
  // The same frame of another tester is a frame.
  bench.hear(Buffer.from('t7E0802010CAAAAAAAAAA\r'))
  assert.is(bench.frames.filter(({ id }) => id === 0x7e0).length, 1)
  await bench.stop()
})

test('a full transmit queue is a loss for whom sends nothing, and none for whom sends', async () => {
  for (const listenOnly of [true, false]) {
    const bench = new SlcanBench({ listenOnly })
    await bench.pass(2000)
    bench.hear(Buffer.from('F02\r'))
    assert.equal(
      bench.issues.map(({ code }) => code),
      listenOnly ? ['adapter-overflow'] : [],
    )
    await bench.stop()
  }
})

test('bit timing registers take the place of the bit rate', async () => {
  const bench = new SlcanBench({ btr: '001c' })
  await bench.pass(2000)
  assert.ok(bench.adapter.commands.includes('s001C'))
  assert.not(bench.adapter.commands.includes('S6'))
  assert.ok(bench.frames.length > 10)
  await bench.stop()
  for (const btr of ['', '00', '001G', '001c0']) assert.throws(() => new SlcanBench({ btr }))
})

test('the bit rate of CAN FD data is set where the adapter knows it, else it is told', async () => {
  for (const [dialect, isKnown] of [
    ['canable2', true],
    ['lawicel', false],
    ['wican', false],
  ] as const) {
    const bench = new SlcanBench({ dataBitrate: 5_000_000 }, { adapter: { dialect } })
    await bench.pass(2000)
    assert.is(bench.adapter.dataSpeed, isKnown ? 5_000_000 : 0)
    assert.is(bench.issues.length, isKnown ? 0 : 1)
    assert.is(bench.health.at(-1)?.state, 'running')
    // A WiCAN would open a loopback by it, and acknowledge what is on the bus.
    assert.is(bench.adapter.commands.includes('Y5'), dialect !== 'wican')
    await bench.stop()
  }
})

test.run()
