/**
 * One opening of an ELM327, from the port to its loss: found at its baud rate, set up, then either
 * listening in silence or asking out of permits, with a look at the supply voltage in between, which
 * is also the sign that the adapter lives.
 */
import { OdographError } from '../../../model/errors.ts'
import { newFrame } from '../../../model/frame.ts'
import type { SourceEvents } from '../../../model/ports.ts'
import type { Micros, Millis } from '../../../model/time.ts'
import type { BusState, FrameFilter, Transmitter } from '../../../model/transmit.ts'
import type { OpenContext, Session } from '../../supervisor.ts'
import { ElmAsking, type ElmBusMemory } from './elm-asking.ts'
import { ElmLink, type ElmWorld } from './elm-link.ts'
import { type ElmHearing, ElmListening } from './elm-listening.ts'
import { type ElmMemory, setUp } from './elm-setup.ts'
import { type ElmTraits, quirksText } from './elm-traits.ts'
import type { ReplyFrame } from './reply-frame.ts'

export interface ElmSettings {
  path: string
  /** To try, the one that worked last first. */
  bauds: number[]
  /** At the first of them it has answered before; openings in vain since then. */
  failures: number
  isKnown: boolean
  listenOnly: boolean
  voltageMs: Millis
  silenceMs: Millis
  /** Frames that are wanted; all where empty. */
  wanted: readonly FrameFilter[]
}

export interface ElmSessionOptions {
  settings: ElmSettings
  memory: ElmMemory
  bus: ElmBusMemory
  hearing: ElmHearing
  events: SourceEvents
  counted: () => void
  world: ElmWorld
  context: OpenContext
}

/** How often it is looked how the listening goes. */
const TICK_MS: Millis = 1000
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
  #measuredAt: Millis | undefined
  #isSilent = false
  #told = ''
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
    const { settings, memory } = this.#options
    const { path, bauds, listenOnly } = settings
    const name = this.#traits.stn ?? `an ELM327 (claims ${this.#traits.claims || 'nothing'})`
    const quirks = memory.quirks.size === 0 ? '' : `; ${quirksText(memory.quirks)}`
    const baud = path.startsWith('tcp://') ? '' : ` at ${bauds[0]} baud`
    const does = listenOnly ? 'listening in silence' : 'asking'
    const loss = this.#listening?.overflows ? `; ${this.#lossText()}` : ''
    return `${does} through ${name} on ${path}${baud}, ${this.#rateText()}${quirks}${loss}`
  }

  #rateText(): string {
    const { settings, bus, hearing } = this.#options
    const [first] = hearing.candidates
    const isKnown = settings.listenOnly ? hearing.isProven : bus.isProven
    const bitrate = settings.listenOnly ? first?.bitrate : bus.bitrates[0]
    if (isKnown || bus.bitrates.length === 1) return `${Number(bitrate) / 1000} kbit/s`
    return 'bit rate not known yet'
  }

  #lossText(): string {
    const loss = 'the serial line carries less than the bus brings, and what does not fit is lost'
    if (this.#options.settings.wanted.length > 0) return `${loss}: raise baud`
    return `${loss}: raise baud, or set filters to "decoded"`
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
    this.#told = this.detail
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
    const { settings, memory, hearing, events, world, counted } = this.#options
    this.#listening = new ElmListening({
      link: this.#link,
      traits: this.#traits,
      ...{ memory, hearing },
      path: settings.path,
      wanted: settings.wanted,
      silenceMs: settings.silenceMs,
      clock: world.clock,
      after: world.after,
      measure: () => this.#measureIfDue(),
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
    const delay = settings.listenOnly ? TICK_MS : settings.voltageMs
    this.#cancelTick = world.after(delay, () => {
      void this.#tick().then(() => {
        if (!this.#link.hasEnded && this.#closing === undefined) this.#schedule()
      })
    })
  }

  async #tick(): Promise<void> {
    const asking = this.#asking
    if (asking !== undefined) {
      if (!asking.isBusy) await asking.between(() => this.#measure())
      return
    }
    await this.#listening?.tick()
    this.#tell()
  }

  /** Of a bus that fell silent or is back, and of whatever else changes the sentence. */
  #tell(): void {
    const { settings, world, context } = this.#options
    const listening = this.#listening
    if (listening === undefined || this.#link.hasEnded || this.#closing !== undefined) return
    const isSilent = world.clock.monotonic() - listening.heardAt >= settings.silenceMs
    const detail = isSilent ? silentText(settings.path) : this.detail
    if (isSilent === this.#isSilent && detail === this.#told) return
    this.#isSilent = isSilent
    this.#told = detail
    context.report(isSilent ? 'silent' : 'running', detail)
  }

  async #measureIfDue(): Promise<void> {
    const now = this.#options.world.clock.monotonic()
    if (
      this.#measuredAt !== undefined &&
      now - this.#measuredAt < this.#options.settings.voltageMs
    ) {
      return
    }
    this.#measuredAt = now
    await this.#measure()
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

function silentText(path: string): string {
  return `${path}: the adapter answers, but no frame comes: the ignition is off, the bus has another bit rate, or the diagnostic connector carries no traffic`
}
