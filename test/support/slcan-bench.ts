/** The SLCAN source on a line of the test's own: a simulated adapter on a simulated bus, a cranked clock. */
import { mint } from '../../src/device/governor/permit.ts'
import { createSlcanSource, type SlcanOptions } from '../../src/device/serial/slcan.ts'
import type { BusModel } from '../../src/device/simulator/bus-model.ts'
import { SlcanAdapter, type SlcanAdapterOptions } from '../../src/device/simulator/slcan-adapter.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import type { SendResult, Transmitter } from '../../src/model/transmit.ts'
import { HandClock } from './hand-clock.ts'
import { SmallBus } from './small-bus.ts'

const TICK_MS = 5

export interface SlcanBenchOptions {
  adapter?: Partial<SlcanAdapterOptions>
  /** Default: `bus`. */
  model?: BusModel
  device?: string
}

export class SlcanBench {
  readonly clock = new HandClock()
  readonly bus = new SmallBus({
    traffic: { frame: frameOf(0x3e9, [1, 2, 3]), everyMs: 50 },
  })
  readonly adapter: SlcanAdapter
  readonly source
  readonly frames: CanFrame[] = []
  readonly health: SourceHealth[] = []
  readonly issues: Issue[] = []
  readonly busStates: string[] = []
  /** What the gateway wrote, and what a test may do instead of handing it to the adapter. */
  received: (bytes: Uint8Array) => void = (bytes) => this.adapter.receive(bytes, this.#now())
  transmitter: Transmitter | undefined
  hasAcknowledged = false
  #hears: ((chunk: Uint8Array) => void) | undefined

  constructor(options: Partial<SlcanOptions> = {}, setUp: SlcanBenchOptions = {}) {
    this.adapter = new SlcanAdapter({
      ...setUp.adapter,
      model: setUp.model ?? this.bus,
      write: (bytes) => this.hear(bytes),
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
            device: setUp.device ?? '/dev/ttyACM0',
            write: async (bytes) => this.received(bytes),
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
      busState: (state) => this.busStates.push(state),
      transmitter: (transmitter) => {
        this.transmitter = transmitter
      },
    })
  }

  get detail(): string {
    return this.health.at(-1)?.detail ?? ''
  }

  /** Bytes reach the gateway. */
  hear(bytes: Uint8Array): void {
    this.#hears?.(Uint8Array.from(bytes))
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
