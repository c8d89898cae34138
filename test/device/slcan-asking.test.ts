/** SLCAN adapters of all dialects, listening without a trace and asking out of permits. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint } from '../../src/device/governor/permit.ts'
import { createSlcanSource, type SlcanOptions } from '../../src/device/serial/slcan.ts'
import { lineOf } from '../../src/device/serial/slcan-asking.ts'
import { SlcanAdapter, type SlcanAdapterOptions } from '../../src/device/simulator/slcan-adapter.ts'
import {
  type SlcanDialectName,
  slcanDialects,
} from '../../src/device/simulator/slcan-adapter-dialects.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import type { SendResult, Transmitter } from '../../src/model/transmit.ts'
import { HandClock } from '../support/hand-clock.ts'
import { SmallBus } from '../support/small-bus.ts'

const test = suite('SLCAN asking')

const TICK_MS = 5

class Bench {
  readonly clock = new HandClock()
  readonly bus = new SmallBus({
    traffic: { frame: frameOf(0x3e9, [1, 2, 3]), everyMs: 50 },
  })
  readonly adapter: SlcanAdapter
  readonly source
  readonly frames: CanFrame[] = []
  readonly health: SourceHealth[] = []
  readonly busStates: string[] = []
  transmitter: Transmitter | undefined
  hasAcknowledged = false
  #hears: ((chunk: Uint8Array) => void) | undefined

  constructor(options: Partial<SlcanOptions>, adapter: Partial<SlcanAdapterOptions> = {}) {
    this.adapter = new SlcanAdapter({
      ...adapter,
      model: this.bus,
      write: (bytes) => this.#hears?.(Uint8Array.from(bytes)),
    })
    this.source = createSlcanSource(
      { id: 'can0', port: '/dev/x', bitrate: 500_000, ...options },
      {
        clock: this.clock,
        after: this.clock.after,
        open: async ({ path, data }) => {
          this.#hears = data
          return {
            path,
            device: '/dev/ttyACM0',
            write: async (bytes) => this.adapter.receive(bytes, this.#now()),
            close: async () => {
              this.#hears = undefined
            },
          }
        },
      },
    )
    this.source.start({
      frame: (frame) => this.frames.push({ ...frame, data: frame.data.slice(0, frame.length) }),
      issue: () => undefined,
      health: (health) => this.health.push(health),
      end: () => undefined,
      busState: (state) => this.busStates.push(state),
      transmitter: (transmitter) => {
        this.transmitter = transmitter
      },
    })
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= TICK_MS) {
      this.adapter.advance(this.#now())
      this.hasAcknowledged ||= this.adapter.acknowledges
      await this.clock.advance(TICK_MS)
    }
    this.adapter.advance(this.#now())
  }

  send(isGood = true, hex = '02010CAAAAAAAAAA'): Promise<SendResult> | undefined {
    const permit = mint({
      frame: { id: 0x7e0, extended: false, data: Buffer.from(hex, 'hex') },
      ...{ waitMs: 200, responders: 1, isGood: () => isGood, used: () => undefined },
    })
    return this.transmitter?.send(permit)
  }

  async stop(): Promise<void> {
    const stopped = this.source.stop()
    await this.pass(2000)
    await stopped
  }

  #now(): number {
    return this.clock.now() * 1000
  }
}

for (const dialect of Object.keys(slcanDialects) as SlcanDialectName[]) {
  test(`${dialect}: listening acknowledges nothing and cannot send`, async () => {
    const bench = new Bench({}, { dialect })
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
    const bench = new Bench({ listenOnly: false }, { dialect })
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
  const bench = new Bench({ listenOnly: false }, { dialect: 'canable' })
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
  const bench = new Bench({ listenOnly: false })
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

test.run()
