/**
 * One opening of an ELM327, from the port to its loss: found at its baud rate, set up, then either
 * listening in silence or asking out of permits, with a look at the supply voltage in between, which
 * is also the sign that the adapter lives.
 */
import { OdographError } from '../../../model/errors.ts'
import { newFrame } from '../../../model/frame.ts'
import type { SourceEvents } from '../../../model/ports.ts'
import type { Micros, Millis } from '../../../model/time.ts'
import type { BusState, Transmitter } from '../../../model/transmit.ts'
import type { OpenContext, Session } from '../../supervisor.ts'
import { ElmAsking, type ElmBusMemory } from './elm-asking.ts'
import { ElmLink, type ElmWorld } from './elm-link.ts'
import { ElmListening } from './elm-listening.ts'
import type { ReplyFrame } from './elm-reply.ts'
import { type ElmMemory, setUp } from './elm-setup.ts'
import { type ElmTraits, quirksText } from './elm-traits.ts'

export interface ElmSettings {
  path: string
  /** To try, the one that worked last first. */
  bauds: number[]
  /** At the first of them it has answered before; openings in vain since then. */
  failures: number
  isKnown: boolean
  listenOnly: boolean
  voltageMs: Millis
}

export interface ElmSessionOptions {
  settings: ElmSettings
  memory: ElmMemory
  bus: ElmBusMemory
  events: SourceEvents
  counted: () => void
  world: ElmWorld
  context: OpenContext
}

/** Two answers missing, and it is gone. */
const MAX_MISSED = 2
const VOLTS = /(\d{1,2}\.\d{1,2})\s*V?/
const MIN_VOLTS = 3
const MAX_VOLTS = 60

/** One that has spoken at a baud rate is sought there, and elsewhere only now and then. */
const ELSEWHERE_EVERY = 8

function baudsOf({ bauds, isKnown, failures }: ElmSettings): readonly number[] {
  return isKnown && failures % ELSEWHERE_EVERY !== ELSEWHERE_EVERY - 1 ? bauds.slice(0, 1) : bauds
}

export class ElmSession implements Session {
  readonly closed: Promise<string>
  transmitter?: Transmitter
  readonly #options: ElmSessionOptions
  readonly #link: ElmLink
  readonly #traits: ElmTraits
  readonly #frame = newFrame()
  #asking: ElmAsking | undefined
  #listening: ElmListening | undefined
  #cancelTick: () => void = () => undefined
  #closing: Promise<void> | undefined
  #missed = 0
  #busState: BusState = 'ok'

  /** Rejects, with the port closed again, if there is no adapter or it cannot do what is wanted. */
  static async open(options: ElmSessionOptions): Promise<ElmSession> {
    const { settings, world, context, memory } = options
    const { path } = settings
    const bauds = baudsOf(settings)
    for (const baud of bauds) {
      const link = new ElmLink(path, world)
      await link.open(baud, context.signal)
      const abort = () => link.end('stopped')
      context.signal.addEventListener('abort', abort, { once: true })
      try {
        const traits = await setUp(link, memory)
        if (traits !== undefined) {
          settings.bauds = [baud, ...settings.bauds.filter((other) => other !== baud)]
          settings.isKnown = true
          settings.failures = 0
          const session = new ElmSession(options, link, traits)
          await session.#begin()
          return session
        }
        await link.close()
      } catch (error) {
        await link.close()
        throw error
      } finally {
        context.signal.removeEventListener('abort', abort)
      }
      if (context.signal.aborted) break
    }
    settings.failures += 1
    const tried = path.startsWith('tcp://') ? '' : ` at ${bauds.join(', ')} baud`
    throw new OdographError('adapter-silent', path, `nothing answers like an ELM327${tried}`)
  }

  private constructor(options: ElmSessionOptions, link: ElmLink, traits: ElmTraits) {
    this.#options = options
    this.#link = link
    this.#traits = traits
    this.closed = link.ended
  }

  get detail(): string {
    const { settings, memory, bus } = this.#options
    const name = this.#traits.stn ?? `an ELM327 (claims ${this.#traits.claims || 'nothing'})`
    const quirks = memory.quirks.size === 0 ? '' : `; ${quirksText(memory.quirks)}`
    const baud = settings.path.startsWith('tcp://') ? '' : ` at ${settings.bauds[0]} baud`
    const does = settings.listenOnly ? 'listening in silence' : 'asking'
    const [bitrate] = bus.bitrates
    const isKnown = bus.isProven || bus.bitrates.length === 1
    const rate = isKnown ? `, ${Number(bitrate) / 1000} kbit/s` : ', bit rate not known yet'
    return `${does} through ${name} on ${settings.path}${baud}${rate}${quirks}`
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#cancelTick()
    this.#asking?.close()
    if (!this.#link.hasEnded) {
      await this.#listening?.stop()
      // Its controller lets go of the bus. Whether it knows the command does not matter any more.
      await this.#link.ask('ATPC', { deadlineMs: 300 })
    }
    await this.#link.close()
  }

  async #begin(): Promise<void> {
    if (this.#options.settings.listenOnly) await this.#listen()
    else this.#ask()
    this.#schedule()
  }

  #ask(): void {
    const { settings, memory, bus, events, world } = this.#options
    this.#asking = new ElmAsking({
      link: this.#link,
      traits: this.#traits,
      ...{ memory, bus },
      path: settings.path,
      now: () => world.clock.now() * 1000,
      frame: (frame, time) => this.#heard(frame, time),
      issue: events.issue.bind(events),
      busFailed: (detail) => this.#tellBus('errors', detail),
      busWell: () => this.#tellBus('ok', 'control units answer'),
    })
    this.transmitter = this.#asking
  }

  async #listen(): Promise<void> {
    const { settings, memory, bus, events, world, counted } = this.#options
    this.#listening = new ElmListening({
      link: this.#link,
      traits: this.#traits,
      memory,
      path: settings.path,
      bitrates: bus.bitrates,
      after: world.after,
      issue: events.issue.bind(events),
      frame: (frame) => {
        counted()
        events.frame(frame)
      },
    })
    if (await this.#listening.start()) return
    memory.quirks.add('no-silence')
    throw this.#link.failure(
      'the adapter has no silent mode and would acknowledge frames of the vehicle, so it is left alone; `listenOnly: false` in the configuration would use it to ask',
    )
  }

  #heard({ id, extended, data }: ReplyFrame, time: Micros): void {
    const frame = this.#frame
    frame.id = id
    frame.extended = extended
    frame.length = data.length
    frame.data.set(data)
    frame.time = time
    this.#options.counted()
    this.#options.events.frame(frame)
  }

  #tellBus(state: BusState, detail: string): void {
    // Each failure counts, a change for the better once.
    if (state === 'ok' && this.#busState === 'ok') return
    this.#busState = state
    if (state === 'ok') this.#options.events.busState?.(state, detail)
  }

  #schedule(): void {
    const { world, settings } = this.#options
    this.#cancelTick = world.after(settings.voltageMs, () => {
      void this.#tick().then(() => {
        if (!this.#link.hasEnded && this.#closing === undefined) this.#schedule()
      })
    })
  }

  /** While it listens it is left alone: frames, or a bus at rest, are all it has to say. */
  async #tick(): Promise<void> {
    const asking = this.#asking
    if (asking === undefined || asking.isBusy) return
    await asking.between(() => this.#measure())
  }

  async #measure(): Promise<void> {
    if (this.#link.hasEnded || this.#closing !== undefined) return
    const command = this.#traits.canMeasure ? 'ATRV' : 'ATI'
    const lines = await this.#link.ask(command)
    if (lines === undefined) {
      this.#missed += 1
      const { path } = this.#options.settings
      if (this.#missed >= MAX_MISSED) this.#link.end(`${path}: the adapter has stopped answering`)
      return
    }
    this.#missed = 0
    const volts = Number(VOLTS.exec(lines.join(' '))?.[1])
    if (!this.#traits.canMeasure || !(volts >= MIN_VOLTS && volts <= MAX_VOLTS)) return
    const { events, world } = this.#options
    events.measured?.('batteryVoltage', volts, world.clock.now() * 1000)
  }
}
