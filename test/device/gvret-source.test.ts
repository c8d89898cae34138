/** A GVRET adapter as a source, against a fake one on a small bus. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint } from '../../src/device/governor/permit.ts'
import { createGvretSource, type GvretOptions } from '../../src/device/serial/gvret.ts'
import { GvretParser } from '../../src/device/serial/gvret-parser.ts'
import { GvretAdapter, type GvretFault } from '../../src/device/simulator/gvret-adapter.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import type { Transmitter } from '../../src/model/transmit.ts'
import { seeded } from '../decoder/dbc-reference.ts'
import { HandClock } from '../support/hand-clock.ts'
import { SmallBus } from '../support/small-bus.ts'

const test = suite('GVRET')

class Bench {
  readonly clock = new HandClock()
  readonly bus = new SmallBus({
    traffic: { frame: frameOf(0x18fef100, [1, 2, 3, 4]), everyMs: 50 },
  })
  readonly adapter: GvretAdapter
  readonly source
  readonly frames: CanFrame[] = []
  readonly issues: Issue[] = []
  readonly health: SourceHealth[] = []
  transmitter: Transmitter | undefined
  #hears: ((chunk: Uint8Array) => void) | undefined

  readonly written: string[] = []

  constructor(options: Partial<GvretOptions> = {}, faults: GvretFault[] = [], buses = 2) {
    this.adapter = new GvretAdapter({
      model: this.bus,
      buses,
      faults,
      write: (bytes) => this.#hears?.(Uint8Array.from(bytes)),
    })
    this.source = createGvretSource(
      { id: 'can0', port: '/dev/x', ...options },
      {
        clock: this.clock,
        after: this.clock.after,
        random: () => 0.5,
        open: async ({ path, data }) => {
          this.#hears = data
          return {
            path,
            device: path,
            write: async (bytes) => {
              this.written.push(Buffer.from(bytes).toString('hex'))
              this.adapter.receive(bytes, this.#now())
            },
            close: async () => {
              this.#hears = undefined
            },
          }
        },
      },
    )
    this.source.start({
      frame: (frame) => this.frames.push({ ...frame, data: frame.data.slice(0, frame.length) }),
      issue: (issue) => this.issues.push(issue),
      health: (health) => this.health.push(health),
      end: () => undefined,
      transmitter: (transmitter) => {
        this.transmitter = transmitter
      },
    })
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 5) {
      this.adapter.advance(this.#now())
      await this.clock.advance(5)
    }
  }

  async stop(): Promise<void> {
    const stopped = this.source.stop()
    await this.pass(1000)
    await stopped
  }

  #now(): number {
    return this.clock.now() * 1000
  }
}

test('it listens without acknowledging, and says so because the adapter did', async () => {
  const bench = new Bench()
  await bench.pass(3000)
  assert.match(bench.health.at(-1)?.detail ?? '', /GVRET\) at 500 kbit\/s, listen-only/)
  assert.ok(bench.frames.length > 20)
  assert.ok(
    bench.frames.every(({ id, extended, bus }) => id === 0x18fef100 && extended && bus === 0),
  )
  assert.not(bench.adapter.acknowledges)
  assert.is(bench.transmitter, undefined)
  const spread = bench.frames.map(({ time }, i) => time - (bench.frames[i - 1]?.time ?? time))
  assert.ok(spread.every((step) => step >= 0))
  await bench.stop()
  assert.not(bench.adapter.acknowledges, 'it is off the bus')
  assert.equal(bench.issues, [])
})

test('asking sends what permits let out, and the answer comes', async () => {
  const bench = new Bench({ listenOnly: false })
  await bench.pass(1000)
  const send = (isGood: boolean) =>
    bench.transmitter?.send(
      mint({
        frame: { id: 0x7e0, extended: false, data: Uint8Array.of(2, 1, 12, 0, 0, 0, 0, 0) },
        ...{ waitMs: 100, responders: 1, isGood: () => isGood, used: () => undefined },
      }),
    )
  assert.equal(await send(true), { kind: 'sent' })
  assert.is((await send(false))?.kind, 'failed')
  await bench.pass(500)
  assert.is(bench.adapter.transmitted.length, 1)
  assert.is(bench.frames.filter(({ id }) => id === 0x7e8).length, 1)
  const { transmitter } = bench
  await bench.stop()
  const late = await transmitter?.send({ waitMs: 1, responders: 0 })
  assert.is(late?.kind, 'failed')
})

for (const fault of ['split', 'garbage'] as const) {
  test(`with ${fault} the frames that come are true`, async () => {
    const bench = new Bench({}, [fault])
    await bench.pass(20_000)
    assert.ok(bench.frames.length > 250, `${bench.frames.length}`)
    for (const { id, data } of bench.frames) {
      assert.is(id, 0x18fef100)
      assert.equal([...data], [1, 2, 3, 4])
    }
    assert.is(bench.issues.length > 0, fault === 'garbage')
    await bench.stop()
  })
}

test('one that says nothing is told of, and one that falls silent is opened again', async () => {
  const dead = new Bench({}, ['silent'])
  await dead.pass(3000)
  assert.match(dead.health.at(-1)?.detail ?? '', /nothing answers like a GVRET adapter/)
  await dead.stop()
  const bench = new Bench()
  await bench.pass(2000)
  bench.adapter.faults.add('silent')
  await bench.pass(15_000)
  assert.match(bench.health.map(({ detail }) => detail).join('\n'), /has stopped answering/)
  bench.adapter.faults.delete('silent')
  await bench.pass(40_000)
  assert.is(bench.health.at(-1)?.state, 'running')
  await bench.stop()
})

test('one that does not say that it listens only is not used', async () => {
  const bench = new Bench()
  const [bus] = bench.adapter.setup
  if (bus !== undefined)
    Object.defineProperty(bus, 'isListening', { get: () => false, set: () => undefined })
  await bench.pass(3000)
  assert.match(bench.health.at(-1)?.detail ?? '', /does not say that it is listen-only/)
  assert.equal(bench.frames, [])
  assert.not(bench.adapter.acknowledges)
  await bench.stop()
})

test('a second bus that is still a node is refused, and further ones are switched off', async () => {
  const bench = new Bench({}, [], 5)
  const second = bench.adapter.setup[1]
  if (second !== undefined)
    Object.defineProperty(second, 'isOn', { get: () => true, set: () => undefined })
  await bench.pass(3000)
  assert.match(bench.health.at(-1)?.detail ?? '', /does not say that it is listen-only/)
  assert.ok(bench.written.includes(`f10e${'00000080'.repeat(3)}`))
  await bench.stop()
})

/** A frame as the adapter sends it. */
function bytesOf(id: number, data: number[], bus = 0, stamp = 1000): number[] {
  const word = (value: number) => [0, 1, 2, 3].map((i) => Math.floor(value / 256 ** i) & 0xff)
  const raw = id > 0x7ff ? id + 0x80000000 : id
  return [0xf1, 0, ...word(stamp), ...word(raw), data.length | (bus << 4), ...data, 0]
}

function parsed(chunks: Uint8Array[]): { frames: string[]; issues: number } {
  const frames: string[] = []
  let issues = 0
  const parser = new GvretParser({
    at: 'x',
    timeOf: (_, arrival) => arrival,
    frame: ({ id, data, length, bus }) =>
      frames.push(
        `${bus}:${id.toString(16)}#${Buffer.from(data.subarray(0, length)).toString('hex')}`,
      ),
    issue: () => {
      issues += 1
    },
    reply: () => undefined,
  })
  for (const chunk of chunks) parser.push(chunk, 1)
  return { frames, issues }
}

test('frames are the same however they are cut, and noise between them makes none', () => {
  const random = seeded(3)
  const whole = [
    bytesOf(0x123, [1, 2]),
    bytesOf(0x18fef100, [0xf1, 0, 0xf1], 1),
    bytesOf(0x7ff, []),
  ]
  const expected = ['0:123#0102', '1:18fef100#f100f1', '0:7ff#']
  for (let round = 0; round < 200; round++) {
    const noise = () =>
      Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * 0xf0))
    const bytes = Uint8Array.from(whole.flatMap((frame) => [...noise(), ...frame]))
    const chunks: Uint8Array[] = []
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + Math.floor(random() * 9)
      chunks.push(bytes.subarray(at, at + size))
      at += size
    }
    assert.equal(parsed(chunks).frames, expected)
  }
})

test('a frame that lost bytes is filled with none of the next one', () => {
  for (let lost = 1; lost <= 6; lost++) {
    const torn = bytesOf(0x123, [1, 2, 3, 4, 5, 6, 7, 8])
    torn.splice(12, lost)
    const bytes = [...torn, ...bytesOf(0x18fef100, [9, 9]), ...bytesOf(0x7ff, [1])]
    const whole = Uint8Array.from(bytes)
    const expected = ['0:18fef100#0909', '0:7ff#01']
    assert.equal(parsed([whole]).frames, expected, `${lost}`)
    const single = [...whole].map((byte) => Uint8Array.of(byte))
    assert.equal(parsed(single).frames, expected, `${lost}, byte by byte`)
  }
})

test('a frame whose data looks like the start of one comes as soon as that is known', () => {
  const frame = bytesOf(0x123, [0xf1, 0, 0xf1])
  assert.equal(parsed([Uint8Array.from(frame)]).frames, [])
  assert.equal(parsed([Uint8Array.from([...frame, 0xf1])]).frames, ['0:123#f100f1'])
})

test('a time that jumps is believed when the next frame bears it out', () => {
  const frame = (id: number, stamp: number) => Uint8Array.from(bytesOf(id, [1], 0, stamp))
  const wrapped = parsed([frame(1, 2 ** 32 - 5000), frame(2, 5000)])
  assert.equal(wrapped.frames, ['0:1#01', '0:2#01'])
  const jump = parsed([frame(1, 1000), frame(2, 500_000_000), frame(3, 2000), frame(4, 3000)])
  assert.equal(jump.frames, ['0:1#01', '0:4#01'])
  const restarted = parsed([frame(1, 500_000_000), frame(2, 1000), frame(3, 2000)])
  assert.equal(restarted.frames, ['0:1#01', '0:3#01'])
})

test('what cannot be a frame is none', () => {
  for (const bad of [
    [0xf1, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 7, 0],
    [0xf1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0],
    [0xf1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x51, 1, 0],
    [0xf1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 5],
    [0xf1, 0x55, 1, 2, 3],
  ]) {
    const { frames, issues } = parsed([Uint8Array.from([...bad, ...bytesOf(0x123, [1])])])
    assert.equal(frames, ['0:123#01'])
    assert.is(issues, 1)
  }
})

test.run()
