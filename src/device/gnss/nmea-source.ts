/**
 * A GNSS receiver that sends NMEA 0183 over a serial line or TCP, as a source: what it measures goes to
 * the vehicle as readings of this source. Nothing is ever written to it. Latitude and longitude
 * come from one sentence; without a valid fix nothing comes at all.
 */
import type { Clock, Source, SourceEvents } from '../../model/ports.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import { openLine } from '../open-line.ts'
import type { OpenPort, PortOptions } from '../serial/port.ts'
import {
  type After,
  type BackOff,
  type OpenContext,
  type Session,
  Supervisor,
  systemAfter,
  systemClock,
} from '../supervisor.ts'
import { type Fix, parseSentence } from './nmea-sentence.ts'

export interface NmeaOptions {
  id: string
  /** Path of the serial device, or `tcp://HOST:PORT`. */
  port: string
  baud?: number
}

export interface NmeaDependencies {
  clock?: Clock
  after?: After
  random?: () => number
  backOff?: Partial<BackOff>
  open?: (options: PortOptions) => Promise<OpenPort>
}

/** Latitude before longitude: they are one place. */
const order: readonly (keyof Fix & SignalName)[] = [
  'latitude',
  'longitude',
  'altitude',
  'heading',
  'hdop',
  'nsat',
  'speed',
]
const LOOK_MS: Millis = 1000
const SILENT_MS: Millis = 5000
/** The standard allows 82 characters; receivers with long names of their own exceed it. */
const MAX_LINE = 256

export function createNmeaSource(options: NmeaOptions, deps: NmeaDependencies = {}): Source {
  const { clock = systemClock, after = systemAfter, open = openLine } = deps
  let sentences = 0
  let supervisor: Supervisor | undefined
  return {
    id: options.id,
    buses: [],
    start(events) {
      if (supervisor !== undefined) return
      const counted = () => {
        sentences += 1
      }
      supervisor = new Supervisor({
        adapter: {
          open: (context) =>
            NmeaSession.open(options, { clock, after, open }, events, counted, context),
        },
        health: (health) => events.health(health),
        frames: () => sentences,
        clock,
        after,
        ...(deps.random === undefined ? {} : { random: deps.random }),
        ...(deps.backOff === undefined ? {} : { backOff: deps.backOff }),
      })
      supervisor.start()
    },
    async stop() {
      await supervisor?.stop()
    },
  }
}

interface World {
  clock: Clock
  after: After
  open: (options: PortOptions) => Promise<OpenPort>
}

class NmeaSession implements Session {
  readonly closed: Promise<string>
  readonly #options: NmeaOptions
  readonly #world: World
  readonly #events: SourceEvents
  readonly #counted: () => void
  readonly #context: OpenContext
  #resolve: (reason: string) => void = () => undefined
  #port: OpenPort | undefined
  #line = ''
  #heardAt: Millis
  #state: 'silent' | 'searching' | 'fix' = 'searching'
  #cancelLook: () => void = () => undefined

  static async open(
    options: NmeaOptions,
    world: World,
    events: SourceEvents,
    counted: () => void,
    context: OpenContext,
  ): Promise<NmeaSession> {
    const session = new NmeaSession(options, world, events, counted, context)
    const { port: path, baud = 9600 } = options
    session.#port = await world.open({
      path,
      baudRate: baud,
      signal: context.signal,
      data: (chunk) => session.#take(chunk),
      closed: (reason) => session.#resolve(reason),
    })
    session.#look()
    return session
  }

  private constructor(
    options: NmeaOptions,
    world: World,
    events: SourceEvents,
    counted: () => void,
    context: OpenContext,
  ) {
    this.#options = options
    this.#world = world
    this.#events = events
    this.#counted = counted
    this.#context = context
    this.#heardAt = world.clock.monotonic()
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get detail(): string {
    const { port } = this.#options
    if (this.#state === 'fix') return `receiving positions from ${port}`
    if (this.#state === 'searching') return `${port}: the receiver has no fix yet`
    return `${port}: no sentence comes: is it a GNSS receiver, and is the baud rate right?`
  }

  async close(): Promise<void> {
    this.#cancelLook()
    this.#resolve('closed')
    await this.#port?.close()
  }

  #take(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === 0x0d || byte === 0x0a) {
        if (this.#line !== '') this.#sentence(this.#line)
        this.#line = ''
      } else if (byte === 0x24) this.#line = '$'
      else if (this.#line.length < MAX_LINE) this.#line += String.fromCharCode(byte)
    }
  }

  #sentence(line: string): void {
    const time = this.#world.clock.now() * 1000
    const at = this.#options.port
    const sentence = parseSentence(line)
    if (sentence.kind === 'malformed' || sentence.kind === 'checksum') {
      const code = sentence.kind === 'checksum' ? 'checksum-wrong' : 'line-malformed'
      this.#events.issue({ code, at, detail: `"${line.slice(0, 48)}"`, time })
      return
    }
    this.#counted()
    this.#heardAt = this.#world.clock.monotonic()
    if (sentence.kind === 'nothing') {
      if (this.#state === 'silent') this.#become('searching')
      return
    }
    this.#become(sentence.kind === 'fix' ? 'fix' : 'searching')
    if (sentence.kind !== 'fix') return
    if (sentence.utc !== undefined) {
      this.#events.time?.({ utc: sentence.utc, monotonic: this.#heardAt })
    }
    for (const signal of order) {
      const value = sentence.fix[signal]
      if (value !== undefined) this.#events.measured?.(signal, value, time)
    }
  }

  #become(state: 'silent' | 'searching' | 'fix'): void {
    if (state === this.#state) return
    this.#state = state
    this.#context.report(state === 'silent' ? 'silent' : 'running', this.detail)
  }

  #look(): void {
    this.#cancelLook = this.#world.after(LOOK_MS, () => {
      if (this.#world.clock.monotonic() - this.#heardAt >= SILENT_MS) this.#become('silent')
      this.#look()
    })
  }
}
