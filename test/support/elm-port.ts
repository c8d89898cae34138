/**
 * The ELM327 source on a line that a test holds the other end of: a device by script, or a fake adapter
 * on a bus of the test's choice. Whatever was written to the port is kept.
 */
import { mint } from '../../src/device/governor/permit.ts'
import { createElmSource, type ElmOptions } from '../../src/device/serial/elm/elm.ts'
import { Random } from '../../src/device/simulator/random.ts'
import type { CanFrame } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import type { Micros } from '../../src/model/time.ts'
import type { OutgoingFrame, SendResult, Transmitter } from '../../src/model/transmit.ts'
import { HandClock } from './hand-clock.ts'

export interface ElmDevice {
  receive(bytes: Uint8Array, time: Micros): void
  advance(time: Micros): void
}

export type WriteBytes = (bytes: Uint8Array) => void

const TICK_MS = 5

export class ElmPort {
  readonly clock = new HandClock()
  readonly source
  readonly frames: CanFrame[] = []
  readonly issues: Issue[] = []
  readonly health: SourceHealth[] = []
  readonly busStates: string[] = []
  readonly volts: number[] = []
  /** Commands as they were written, without CR. */
  readonly written: string[] = []
  opened = 0
  transmitter: Transmitter | undefined
  readonly #device: ElmDevice
  #hears: ((chunk: Uint8Array) => void) | undefined

  constructor(make: (write: WriteBytes) => ElmDevice, options: Partial<ElmOptions> = {}) {
    this.#device = make((bytes) => this.#hears?.(Uint8Array.from(bytes)))
    this.source = createElmSource(
      { id: 'obd', port: '/dev/x', baud: 38_400, listenOnly: false, ...options },
      {
        clock: this.clock,
        after: this.clock.after,
        random: () => 0.5,
        open: async ({ path, data }) => {
          this.opened += 1
          this.#hears = data
          return {
            path,
            device: path,
            write: async (bytes) => {
              this.written.push(Buffer.from(bytes).toString('latin1').replace('\r', ''))
              this.#device.receive(bytes, this.#now)
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
      measured: (_signal, value) => this.volts.push(Number(value)),
    })
  }

  get detail(): string {
    return this.health.at(-1)?.detail ?? ''
  }

  /** Every sentence that was told. */
  get story(): string {
    return this.health.map(({ state, detail }) => `${state}: ${detail}`).join('\n')
  }

  get hexes(): string[] {
    return this.frames.map(hexOf)
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= TICK_MS) {
      this.#device.advance(this.#now)
      await this.clock.advance(Math.min(TICK_MS, left))
    }
    this.#device.advance(this.#now)
  }

  async stop(): Promise<void> {
    await this.#until(this.source.stop())
  }

  /** Until it may send. */
  async ready(): Promise<void> {
    for (let ms = 0; ms < 60_000 && this.transmitter === undefined; ms += 50) await this.pass(50)
    if (this.transmitter === undefined) throw new Error(`not ready: ${this.detail}`)
  }

  /** A diagnostic request by a permit, as the governor makes it. */
  ask(hex: string, id = 0x7e0, answerId?: number): Promise<SendResult> {
    const payload = Uint8Array.from(Buffer.from(hex, 'hex'))
    const data = new Uint8Array(8).fill(0xaa)
    data[0] = payload.length
    data.set(payload, 1)
    return this.send({ id, extended: id > 0x7ff, data, payload }, answerId)
  }

  async send(frame: OutgoingFrame, answerId?: number, waitMs = 200): Promise<SendResult> {
    const { transmitter } = this
    if (transmitter === undefined) throw new Error('nobody may send')
    const permit = mint({
      ...{ frame, waitMs, answerId, responders: 0 },
      isGood: () => true,
      used: () => undefined,
    })
    return await this.#until(transmitter.send(permit))
  }

  async #until<T>(promise: Promise<T>): Promise<T> {
    let settled: { value: T } | undefined
    void promise.then((value) => {
      settled = { value }
    })
    for (let ms = 0; ms < 60_000 && settled === undefined; ms += TICK_MS) await this.pass(TICK_MS)
    if (settled === undefined) throw new Error('it never ended')
    return settled.value
  }

  get #now(): Micros {
    return this.clock.now() * 1000
  }
}

export function hexOf({ id, data }: { id: number; data: Uint8Array }): string {
  return `${id.toString(16)}#${Buffer.from(data).toString('hex')}`
}

/** What it prints, prompt and all; undefined: nothing, it hangs. The count begins at 0. */
export type Script = Readonly<Record<string, string | ((count: number) => string | undefined)>>

export interface ScriptedOptions {
  /** Output is cut into chunks of random length by this seed. */
  cut?: number
  /** Commands come back. */
  echo?: boolean
}

export const OK = 'OK\r\r>'
export const UNKNOWN = '?\r\r>'

/** What an adapter of version 1.5 says, as clones claim to be one. */
const usual: Script = {
  ATI: 'ELM327 v1.5\r\r>',
  ATRV: '12.4V\r\r>',
  STI: UNKNOWN,
  ' ': 'STOPPED\r\r>',
}

/** Prints what the script says to a command, `OK` to any other AT command and `?` to the rest. */
export class ScriptedElm implements ElmDevice {
  readonly #write: WriteBytes
  readonly #script: Script
  readonly #echo: boolean
  readonly #random: Random | undefined
  readonly #counts = new Map<string, number>()

  constructor(write: WriteBytes, script: Script, { cut, echo = false }: ScriptedOptions = {}) {
    this.#write = write
    this.#script = { ...usual, ...script }
    this.#echo = echo
    this.#random = cut === undefined ? undefined : new Random(cut)
  }

  receive(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString('latin1')
    const command = text === ' ' ? text : text.replace('\r', '')
    const count = this.#counts.get(command) ?? 0
    this.#counts.set(command, count + 1)
    const entry = this.#script[command] ?? (command.startsWith('AT') ? OK : UNKNOWN)
    const answer = typeof entry === 'string' ? entry : entry(count)
    if (answer !== undefined) this.say(this.#echo ? `${command}\r${answer}` : answer)
  }

  say(text: string): void {
    const bytes = Buffer.from(text, 'latin1')
    for (let at = 0; at < bytes.length; ) {
      const length = this.#random === undefined ? bytes.length : 1 + this.#random.below(6)
      this.#write(bytes.subarray(at, at + length))
      at += length
    }
  }

  advance(): void {
    // It says all at once.
  }
}
