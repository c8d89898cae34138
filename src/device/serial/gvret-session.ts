/**
 * One session of a GVRET adapter: binary mode, set-up, reading it back, then frames and a keep-alive
 * every few seconds, until the line is lost or the adapter falls silent. SavvyCAN's public protocol.
 */
import { messageOf, OdographError } from '../../model/errors.ts'
import type { Clock, SourceEvents } from '../../model/ports.ts'
import type { Micros, Millis } from '../../model/time.ts'
import type { OutgoingFrame, Permit, SendResult, Transmitter } from '../../model/transmit.ts'
import { redeem } from '../governor/permit.ts'
import type { After, OpenContext, Session } from '../supervisor.ts'
import { AdapterClock } from './adapter-clock.ts'
import { GvretParser, type GvretReply } from './gvret-parser.ts'
import type { OpenPort, PortOptions } from './port.ts'

export interface GvretOptions {
  id: string
  /** Path of the serial device, or `tcp://HOST:PORT`. */
  port: string
  baud?: number
  bitrate?: number
  listenOnly?: boolean
  busName?: string
}

const ANSWER_MS: Millis = 500
const ALIVE_MS: Millis = 5000
const MAX_MISSED = 2
const ATTEMPTS = 3
const STAMPS = 2 ** 32
/** Microseconds of ours never run backwards by as little as this. */
const HELD_BACK: Micros = 5_000_000

interface World {
  clock: Clock
  after: After
  open: (options: PortOptions) => Promise<OpenPort>
}

export class GvretSession implements Session, Transmitter {
  readonly flowControl = 'gateway'
  readonly closed: Promise<string>
  readonly transmitter?: Transmitter
  readonly #options: GvretOptions
  readonly #world: World
  readonly #parser: GvretParser
  readonly #adapterClock = new AdapterClock(STAMPS, 1)
  #resolve: (reason: string) => void = () => undefined
  #port: OpenPort | undefined
  #hasEnded = false
  #isListening = false
  #awaited:
    | { kind: GvretReply['kind']; settle: (reply: GvretReply | undefined) => void }
    | undefined
  #cancelTick: () => void = () => undefined
  #missed = 0
  #last: Micros = 0

  static async open(
    options: GvretOptions,
    world: World,
    events: SourceEvents,
    counted: () => void,
    context: OpenContext,
  ): Promise<GvretSession> {
    const session = new GvretSession(options, world, events, counted)
    try {
      await session.#open(context.signal)
      return session
    } catch (error) {
      await session.close()
      throw error
    }
  }

  private constructor(
    options: GvretOptions,
    world: World,
    events: SourceEvents,
    counted: () => void,
  ) {
    this.#options = options
    this.#world = world
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve
    })
    if (options.listenOnly === false) this.transmitter = this
    this.#parser = new GvretParser({
      at: options.port,
      issue: events.issue.bind(events),
      reply: (reply) => this.#reply(reply),
      timeOf: (stamp, arrival) => this.#timeOf(stamp, arrival),
      frame: (frame) => {
        // What comes before the set-up is known is of an adapter that may acknowledge.
        if (!this.#isListening) return
        counted()
        events.frame(frame)
      },
    })
  }

  get detail(): string {
    const { port, bitrate = 500_000, listenOnly = true } = this.#options
    const mode = listenOnly ? 'listen-only' : 'as a normal node that may ask'
    return `receiving from ${port} (GVRET) at ${bitrate / 1000} kbit/s, ${mode}`
  }

  async send(permit: Permit): Promise<SendResult> {
    if (this.#hasEnded) return { kind: 'failed', reason: 'adapter', detail: 'it is closed' }
    const frame = redeem(permit)
    if (frame === undefined) {
      return { kind: 'failed', reason: 'permit', detail: 'the permit is not good any more' }
    }
    this.#write(frameBytes(frame))
    return { kind: 'sent' }
  }

  async close(): Promise<void> {
    this.#cancelTick()
    // Off the bus, so that it acknowledges nothing while nobody listens to it.
    if (!this.#hasEnded) this.#write(setUpBytes(0, false, true))
    this.#end('closed')
    await this.#port?.close()
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { port: path, baud = 1_000_000, bitrate = 500_000, listenOnly = true } = this.#options
    this.#port = await this.#world.open({
      path,
      baudRate: baud,
      signal,
      data: (chunk) => this.#parser.push(chunk, this.#world.clock.now() * 1000),
      closed: (reason) => this.#end(reason),
    })
    this.#write(Uint8Array.of(0xe7, 0xe7))
    if (!(await this.#isAlive())) {
      throw new OdographError('adapter-silent', path, 'nothing answers like a GVRET adapter')
    }
    this.#write(setUpBytes(bitrate, true, listenOnly))
    await this.#switchOffFurther()
    const reply = await this.#ask(0x06, 'setup')
    const [bus, second] = reply?.kind === 'setup' ? reply.buses : []
    if (bus === undefined || !bus.isOn || bus.bitrate !== bitrate) {
      throw new OdographError(
        'port-failed',
        path,
        `the adapter does not take the bit rate ${bitrate}`,
      )
    }
    const acknowledges = !bus.isListenOnly || (second?.isOn === true && !second.isListenOnly)
    if (listenOnly && acknowledges) {
      throw new OdographError(
        'port-failed',
        path,
        'the adapter does not say that it is listen-only and was switched off; `listenOnly: false` in the configuration would use it as a normal node, which acknowledges frames on the bus of the vehicle',
      )
    }
    if (signal.aborted) throw new OdographError('port-failed', path, 'stopped')
    this.#isListening = true
    this.#schedule()
  }

  /** Buses three to five, where there are any: they would acknowledge as they were left. */
  async #switchOffFurther(): Promise<void> {
    const reply = await this.#ask(0x0c, 'buses')
    if (reply?.kind === 'buses' && reply.count > 2) this.#write(furtherOffBytes())
  }

  async #isAlive(): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if ((await this.#ask(0x09, 'alive')) !== undefined) return true
      if (this.#hasEnded) return false
    }
    return false
  }

  #schedule(): void {
    this.#cancelTick = this.#world.after(ALIVE_MS, () => void this.#tick())
  }

  async #tick(): Promise<void> {
    this.#missed = (await this.#ask(0x09, 'alive')) === undefined ? this.#missed + 1 : 0
    if (this.#hasEnded) return
    if (this.#missed >= MAX_MISSED) {
      this.#end(`${this.#options.port}: the adapter has stopped answering`)
    } else this.#schedule()
  }

  #ask(code: number, kind: GvretReply['kind']): Promise<GvretReply | undefined> {
    this.#awaited?.settle(undefined)
    return new Promise((resolve) => {
      const settle = (reply: GvretReply | undefined) => {
        cancel()
        this.#awaited = undefined
        resolve(reply)
      }
      const cancel = this.#world.after(ANSWER_MS, () => settle(undefined))
      this.#awaited = { kind, settle }
      this.#write(Uint8Array.of(0xf1, code))
    })
  }

  #reply(reply: GvretReply): void {
    if (reply.kind === this.#awaited?.kind) this.#awaited.settle(reply)
  }

  #write(bytes: Uint8Array): void {
    if (this.#hasEnded) return
    this.#port?.write(bytes).catch((error) => this.#end(messageOf(error)))
  }

  /** The first reason counts. */
  #end(reason: string): void {
    this.#hasEnded = true
    this.#awaited?.settle(undefined)
    this.#resolve(reason)
  }

  #timeOf(stamp: number, arrival: Micros): Micros {
    const time = this.#adapterClock.timeOf(stamp, arrival)
    this.#last = time < this.#last && this.#last - time < HELD_BACK ? this.#last : time
    return this.#last
  }
}

/** F1 05: bit rate, bit 31 flags follow, bit 30 on, bit 29 listen-only; the second bus off. */
function setUpBytes(bitrate: number, isOn: boolean, listenOnly: boolean): Uint8Array {
  const bytes = new Uint8Array(10)
  bytes.set([0xf1, 0x05])
  const flags = 0x80000000 + (isOn ? 0x40000000 : 0) + (listenOnly ? 0x20000000 : 0)
  const view = new DataView(bytes.buffer)
  view.setUint32(2, flags + bitrate, true)
  view.setUint32(6, 0x80000000, true)
  return bytes
}

/** F1 0E: three further buses, flags follow, off. */
function furtherOffBytes(): Uint8Array {
  const bytes = new Uint8Array(14)
  bytes.set([0xf1, 0x0e])
  const view = new DataView(bytes.buffer)
  for (const at of [2, 6, 10]) view.setUint32(at, 0x80000000, true)
  return bytes
}

/** F1 00: identifier, bus 0, length, data, a zero. */
function frameBytes({ id, extended, data }: OutgoingFrame): Uint8Array {
  const bytes = new Uint8Array(9 + data.length)
  bytes.set([0xf1, 0x00])
  new DataView(bytes.buffer).setUint32(2, id + (extended ? 0x80000000 : 0), true)
  bytes[7] = data.length
  bytes.set(data, 8)
  return bytes
}
