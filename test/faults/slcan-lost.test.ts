/** SLCAN adapters that are lost while frames come and go, over a network and over a pseudo-terminal. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint } from '../../src/device/governor/permit.ts'
import { createSlcanSource, type SlcanOptions } from '../../src/device/serial/slcan.ts'
import { type AdapterLine, openPty } from '../../src/device/simulator/pty.ts'
import { SlcanAdapter } from '../../src/device/simulator/slcan-adapter.ts'
import type { SlcanDialectName } from '../../src/device/simulator/slcan-adapter-dialects.ts'
import { openTcpLine } from '../../src/device/simulator/tcp-line.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import type { SendResult, Transmitter } from '../../src/model/transmit.ts'
import { testWith } from '../support/needs.ts'
import { until } from '../support/slcan-line.ts'

const test = suite('SLCAN adapters that are lost')

type Plug = (data: (chunk: Uint8Array) => void) => Promise<AdapterLine>

/** An adapter that can be plugged in and out, and a source that has it open. */
class LostBench {
  readonly adapter: SlcanAdapter
  frames = 0
  transmitter: Transmitter | undefined
  readonly told: SourceHealth[] = []
  #line: AdapterLine | undefined
  readonly #plug: Plug
  #source: ReturnType<typeof createSlcanSource> | undefined

  constructor(plug: Plug, dialect: SlcanDialectName = 'lawicel') {
    this.#plug = plug
    this.adapter = new SlcanAdapter({ dialect, write: (bytes) => this.#line?.write(bytes) })
  }

  get detail(): string {
    return this.told.at(-1)?.detail ?? ''
  }

  get state(): string | undefined {
    return this.told.at(-1)?.state
  }

  async plugIn(): Promise<string> {
    this.adapter.restart()
    this.#line = await this.#plug((chunk) => this.adapter.receive(chunk))
    return this.#line.path
  }

  async unplug(): Promise<void> {
    const line = this.#line
    this.#line = undefined
    await line?.close()
  }

  start(port: string, options: Partial<SlcanOptions> = {}): void {
    this.#source = createSlcanSource(
      { id: 'can0', port, ...options },
      { backOff: { firstMs: 20, maxMs: 100 } },
    )
    this.#source.start({
      frame: () => {
        this.frames += 1
      },
      issue: () => undefined,
      health: (health) => this.told.push(health),
      end: () => undefined,
      transmitter: (transmitter) => {
        this.transmitter = transmitter
      },
    })
  }

  /** A frame of the bus, and its arrival. */
  async receive(): Promise<void> {
    const before = this.frames
    await until('the channel is open', () => this.adapter.state !== 'closed')
    await until('running', () => this.state === 'running')
    this.adapter.frame(frameOf(0x123, [1]))
    await until('a frame', () => this.frames > before)
  }

  async end(): Promise<void> {
    await this.#source?.stop()
    await this.unplug()
  }
}

function send(transmitter: Transmitter): Promise<SendResult> {
  return transmitter.send(
    mint({
      frame: { id: 0x7e0, extended: false, data: Uint8Array.of(2, 1, 12, 0, 0, 0, 0, 0) },
      ...{ waitMs: 200, responders: 1, isGood: () => true, used: () => undefined },
    }),
  )
}

test('over a network: thrown out, switched off and on, it always comes back', async () => {
  let port = 0
  let drop: () => void = () => undefined
  const bench = new LostBench(async (data) => {
    const line = await openTcpLine({ port }, data)
    port = line.port
    drop = () => line.drop()
    return line
  }, 'wican')
  try {
    bench.start(await bench.plugIn())
    await bench.receive()
    for (let round = 1; round <= 5; round++) {
      drop()
      await until('noticed', () => bench.told.some(({ reopened }) => reopened === round))
      await bench.receive()
    }
    await bench.unplug()
    await until('gone', () => /nobody listens there/.test(bench.detail))
    await bench.plugIn()
    await bench.receive()
  } finally {
    await bench.end()
  }
})

test('over a network: a connection that is dead without a word is noticed', async () => {
  const bench = new LostBench((data) => openTcpLine({}, data), 'wican')
  try {
    bench.start(await bench.plugIn(), { silenceSeconds: 0.4 })
    await bench.receive()
    bench.adapter.faults.add('silent')
    await until('noticed', () => bench.told.some(({ detail }) => /stopped answering/.test(detail)))
    bench.adapter.faults.clear()
    bench.adapter.restart()
    await bench.receive()
  } finally {
    await bench.end()
  }
})

testWith(
  test,
  'socat',
  'one that vanishes while it is sent through gives every frame back',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'odograph-lost-'))
    const bench = new LostBench((data) => openPty(join(folder, 'adapter'), data))
    try {
      bench.start(await bench.plugIn(), { listenOnly: false })
      for (let round = 0; round < 3; round++) {
        await bench.receive()
        const { transmitter } = bench
        assert.ok(transmitter !== undefined)
        assert.equal(await send(transmitter), { kind: 'sent' })
        bench.adapter.faults.add('silent')
        const results = [send(transmitter), send(transmitter), send(transmitter)]
        await bench.unplug()
        bench.adapter.faults.clear()
        for (const result of await Promise.all(results)) assert.is(result.kind, 'failed')
        await until('noticed', () => bench.transmitter === undefined)
        assert.is((await send(transmitter)).kind, 'failed')
        await bench.plugIn()
        await until('open again', () => bench.transmitter !== undefined)
        assert.is.not(bench.transmitter, transmitter)
      }
    } finally {
      await bench.end()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

test.run()
