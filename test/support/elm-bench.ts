/** A fake ELM327 on a small bus, and the source that has it open, in time that a test cranks. */
import { mint } from '../../src/device/governor/permit.ts'
import { createElmSource, type ElmOptions } from '../../src/device/serial/elm/elm.ts'
import { ElmAdapter } from '../../src/device/simulator/elm-adapter.ts'
import type { ElmAdapterOptions } from '../../src/device/simulator/elm-adapter-options.ts'
import { StnAdapter } from '../../src/device/simulator/stn-adapter.ts'
import type { CanFrame } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import type { SendResult, Transmitter } from '../../src/model/transmit.ts'
import { HandClock } from './hand-clock.ts'
import { SmallBus, type SmallBusOptions } from './small-bus.ts'

export interface ElmBenchOptions extends Partial<ElmOptions> {
  adapter?: Partial<ElmAdapterOptions>
  stn?: boolean
  bus?: SmallBusOptions
  /** The baud rate at which the adapter is understood. */
  at?: number
}

const TICK_MS = 5

export class ElmBench {
  readonly clock = new HandClock()
  readonly bus: SmallBus
  readonly adapter: ElmAdapter
  readonly source
  readonly frames: CanFrame[] = []
  readonly issues: Issue[] = []
  readonly health: SourceHealth[] = []
  readonly volts: number[] = []
  readonly busStates: string[] = []
  /** Whatever was written to the port. */
  readonly written: string[] = []
  /** Frames that permits let out. */
  readonly allowed: string[] = []
  transmitter: Transmitter | undefined
  #hears: ((chunk: Uint8Array) => void) | undefined

  constructor(options: ElmBenchOptions = {}) {
    const { adapter = {}, stn = false, bus = {}, at = 38_400, ...rest } = options
    this.bus = new SmallBus(bus)
    const made = {
      ...adapter,
      model: this.bus,
      write: (bytes: Uint8Array) => this.#hears?.(Uint8Array.from(bytes)),
    }
    this.adapter = stn ? new StnAdapter(made) : new ElmAdapter(made)
    this.source = createElmSource(
      { id: 'obd', port: '/dev/x', listenOnly: false, ...rest },
      {
        clock: this.clock,
        after: this.clock.after,
        random: () => 0.5,
        open: async ({ path, baudRate, data }) => {
          this.#hears = baudRate === at ? data : undefined
          return {
            path,
            device: path,
            write: async (bytes) => {
              this.written.push(Buffer.from(bytes).toString('latin1'))
              if (baudRate === at) this.adapter.receive(bytes, this.#now())
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
      busState: (state) => this.busStates.push(state),
      measured: (signal, value) => {
        if (signal === 'batteryVoltage') this.volts.push(Number(value))
      },
    })
  }

  get last(): SourceHealth | undefined {
    return this.health.at(-1)
  }

  get hexes(): string[] {
    return this.frames.map(
      ({ id, data }) => `${id.toString(16)}#${Buffer.from(data).toString('hex')}`,
    )
  }

  /** Lets time pass for the adapter and the source. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= TICK_MS) {
      this.adapter.advance(this.#now())
      await this.clock.advance(Math.min(TICK_MS, left))
    }
    this.adapter.advance(this.#now())
  }

  /** Stops the source, with the time that it takes. */
  async stop(): Promise<void> {
    let isStopped = false
    void this.source.stop().then(() => {
      isStopped = true
    })
    for (let ms = 0; ms < 30_000 && !isStopped; ms += TICK_MS) await this.pass(TICK_MS)
    if (!isStopped) throw new Error('it never stopped')
  }

  /** Until it may send. */
  async ready(limitMs = 60_000): Promise<void> {
    for (let ms = 0; ms < limitMs && this.transmitter === undefined; ms += 50) await this.pass(50)
    if (this.transmitter === undefined) throw new Error(`not ready: ${this.last?.detail}`)
  }

  /** A request by a permit, as the governor makes it. */
  async ask(
    hex: string,
    to = 0x7e0,
    options: { answerId?: number; good?: boolean } = {},
  ): Promise<SendResult> {
    const payload = Uint8Array.from(Buffer.from(hex, 'hex'))
    const data = new Uint8Array(8).fill(0xaa)
    data[0] = payload.length
    data.set(payload, 1)
    const isFunctional = to === 0x7df || to === 0x18db33f1
    const { answerId, good = true } = options
    const permit = mint({
      frame: { id: to, extended: to > 0x7ff, data, payload },
      waitMs: 200,
      responders: isFunctional ? 0 : 1,
      ...(answerId === undefined ? {} : { answerId }),
      isGood: () => good,
      used: ({ id }) => this.allowed.push(`${id.toString(16)}#${hex}`),
    })
    let result: SendResult | undefined
    void this.transmitter?.send(permit).then((value) => {
      result = value
    })
    for (let ms = 0; ms < 30_000 && result === undefined; ms += TICK_MS) await this.pass(TICK_MS)
    if (result === undefined) throw new Error('the request never ended')
    return result
  }

  #now(): number {
    return this.clock.now() * 1000
  }
}
