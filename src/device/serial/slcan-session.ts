/**
 * One opening of an SLCAN adapter, from the port to its loss: the channel, then the watch over silence,
 * overflow, the load of the line and the filters. See `slcan.ts` for the protocol.
 *
 * Silence: a parked vehicle sends nothing, and neither does an adapter that hangs. What it has
 * answered before (`F`, else `V`) is asked again; two answers missing end the session. An adapter that
 * restarted answers, but its channel is closed: after a longer silence the channel is opened anew. So it
 * is when frames are refused in a row: a controller that went off its bus starts again by it.
 */
import { messageOf } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import type { BusState, FrameFilter, Transmitter } from '../../model/transmit.ts'
import type { OpenContext, Session } from '../supervisor.ts'
import { SlcanAsking } from './slcan-asking.ts'
import { type ChannelOptions, SlcanChannel } from './slcan-channel.ts'
import { SlcanFiltering } from './slcan-filtering.ts'
import { type LinkOptions, type LinkSinks, type LinkWorld, SlcanLink } from './slcan-link.ts'
import { hasBaud, LineLoad } from './slcan-load.ts'
import { runningText, silentText } from './slcan-texts.ts'

export interface ChannelSettings extends LinkOptions, ChannelOptions {
  silenceMs: number
  /** Frames that are wanted; all where empty. */
  wanted: readonly FrameFilter[]
  busState?: ((state: BusState, detail: string) => void) | undefined
}

const TICK_MS = 1000
const STATUS_MS = 10_000
/** In silences: after how many the channel is opened anew. */
const RENEW_SILENCES = 6
/** After so many frames refused in a row the channel is opened anew, but not more often than this. */
const REFUSALS = 2
const RESTART_MS = 10_000
/** `F`: bit 2 error warning, bit 5 error-passive, bit 7 bus error. */
const ERROR_FLAGS = 0x04 | 0x20 | 0x80

export class SlcanSession implements Session {
  readonly closed: Promise<string>
  readonly transmitter?: Transmitter
  readonly #asking: SlcanAsking | undefined
  readonly #settings: ChannelSettings
  readonly #world: LinkWorld
  readonly #report: OpenContext['report']
  readonly #link: SlcanLink
  readonly #channel: SlcanChannel
  readonly #filtering: SlcanFiltering
  readonly #signal: AbortSignal
  #load = new LineLoad(undefined)
  #closing: Promise<void> | undefined
  #cancelTick: () => void = () => undefined
  #hasStatus = false
  #busState: BusState = 'ok'
  #isSilent = false
  #missed = 0
  #framesSeen = 0
  #heardAt: Millis = 0
  #askedAt: Millis = 0
  #renewedAt: Millis = 0
  #problemTold: string | undefined
  #restartedAt: Millis = Number.NEGATIVE_INFINITY

  /** Rejects, with the port closed again, if the channel cannot be opened as configured. */
  static async open(
    settings: ChannelSettings,
    sinks: LinkSinks,
    world: LinkWorld,
    context: OpenContext,
  ): Promise<SlcanSession> {
    const session = new SlcanSession(settings, sinks, world, context)
    await session.#open()
    return session
  }

  private constructor(
    settings: ChannelSettings,
    sinks: LinkSinks,
    world: LinkWorld,
    context: OpenContext,
  ) {
    this.#settings = settings
    this.#world = world
    this.#report = context.report
    this.#signal = context.signal
    this.#link = new SlcanLink(settings, sinks, world)
    this.#channel = new SlcanChannel(
      this.#link,
      settings,
      world.after,
      () => this.#signal.aborted || this.#closing !== undefined,
    )
    this.#filtering = new SlcanFiltering(settings.wanted)
    this.closed = this.#link.ended
    this.#link.status = (flags) => this.#flags(flags)
    if (settings.listenOnly) return
    this.#asking = new SlcanAsking(this.#link, () => this.#hasStatus)
    this.transmitter = this.#asking
  }

  get detail(): string {
    const { device } = this.#link
    const { isAcknowledged } = this.#channel
    return runningText({
      ...{ ...this.#settings, device, isAcknowledged },
      hasFilters: this.#settings.wanted.length > 0,
      filters: this.#filtering.text,
      full: this.#load.full,
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#cancelTick()
    this.#asking?.close()
    // A channel that stays open would go on acknowledging frames, or fill the adapter's memory; filters
    // that stay would starve who uses it next.
    const last = ['C', ...this.#filtering.undoing]
    if (!this.#link.hasEnded) {
      await this.#link.inTurn(async () => {
        for (const command of last) await this.#link.ask(command, 'ack')
      })
    }
    await this.#link.close()
  }

  async #open(): Promise<void> {
    const link = this.#link
    const abort = () => link.giveUp()
    await link.open(this.#signal)
    this.#signal.addEventListener('abort', abort, { once: true })
    try {
      await this.#openChannel()
      await this.#askStatus()
      if (link.hasEnded) throw new Error(await link.ended)
    } catch (error) {
      await this.close()
      throw error
    } finally {
      this.#signal.removeEventListener('abort', abort)
    }
    this.#heardAt = this.#world.clock.monotonic()
    this.#renewedAt = this.#heardAt
    this.#load = new LineLoad(hasBaud(link.device) ? this.#settings.baud : undefined)
    this.#scheduleTick()
  }

  /** With the filters as they are to be now. */
  async #openChannel(): Promise<void> {
    const filtering = this.#filtering
    if (!(await this.#channel.open(filtering.commands))) {
      const isHalfSet = filtering.undoing.length > 0
      filtering.refused()
      if (isHalfSet) await this.#channel.open(filtering.commands)
    }
    this.#afterFiltering()
  }

  #afterFiltering(): void {
    const { problem, isWatching, heard } = this.#filtering
    this.#link.watch = isWatching ? heard : undefined
    if (problem === this.#problemTold) return
    this.#problemTold = problem
    if (problem !== undefined) this.#link.issue('adapter-refused', problem)
  }

  async #reopen(): Promise<void> {
    this.#renewedAt = this.#world.clock.monotonic()
    // In turn: what is to be sent meanwhile waits.
    await this.#link.inTurn(() => this.#openChannel())
    this.#asking?.renewed()
  }

  #scheduleTick(): void {
    const delay = Math.min(TICK_MS, this.#settings.silenceMs / 2)
    this.#cancelTick = this.#world.after(delay, () => {
      void this.#tick().then(() => {
        if (!this.#link.hasEnded && this.#closing === undefined) this.#scheduleTick()
      })
    })
  }

  /** Never rejects: what fails here ends the session. */
  async #tick(): Promise<void> {
    const now = this.#world.clock.monotonic()
    if (this.#link.frames !== this.#framesSeen) this.#heard(now)
    try {
      if (now - this.#heardAt >= this.#settings.silenceMs) await this.#silence(now)
      else if (this.#hasStatus && now - this.#askedAt >= STATUS_MS) await this.#askStatus()
      await this.#tune(now)
    } catch (error) {
      this.#link.end(messageOf(error))
    }
  }

  /** What makes the channel better while it works. */
  async #tune(now: Millis): Promise<void> {
    const { frames, bytes } = this.#link
    const before = this.#filtering.text
    const isLoadNews = this.#load.sample(now, bytes, frames)
    const isRefused = (this.#asking?.refusals ?? 0) >= REFUSALS
    const isStuck = isRefused && now - this.#restartedAt >= RESTART_MS
    if (isStuck) this.#restartedAt = now
    if (this.#filtering.tick(now) || isStuck) await this.#reopen()
    else this.#afterFiltering()
    const isNews = isLoadNews || this.#filtering.text !== before
    if (isNews && !this.#isSilent) this.#report('running', this.detail)
  }

  #heard(now: Millis): void {
    this.#framesSeen = this.#link.frames
    this.#heardAt = now
    this.#renewedAt = now
    this.#missed = 0
    if (this.#isSilent) this.#report('running', this.detail)
    this.#isSilent = false
  }

  async #silence(now: Millis): Promise<void> {
    const { path, silenceMs } = this.#settings
    const canAsk = this.#hasStatus || this.#channel.version !== undefined
    if (!this.#isSilent) {
      this.#isSilent = true
      this.#report('silent', silentText(path, canAsk || this.#channel.isAcknowledged))
    }
    if (now - this.#renewedAt >= silenceMs * RENEW_SILENCES) {
      this.#filtering.restart()
      await this.#reopen()
    } else if (canAsk && now - this.#askedAt >= silenceMs) {
      this.#missed = (await this.#isAlive()) ? 0 : this.#missed + 1
      if (this.#missed >= 2) this.#link.end(`${path}: the adapter has stopped answering`)
    }
  }

  async #isAlive(): Promise<boolean> {
    if (this.#hasStatus) return this.#askStatus()
    this.#askedAt = this.#world.clock.monotonic()
    return (await this.#link.inTurn(() => this.#link.ask('V', 'version'))) !== undefined
  }

  /** Asks for the status flags; the link looks at them. False if nothing came. */
  async #askStatus(): Promise<boolean> {
    this.#askedAt = this.#world.clock.monotonic()
    const reply = await this.#link.inTurn(() => this.#link.ask('F', 'status'))
    if (reply?.kind === 'status') this.#hasStatus = true
    return reply !== undefined
  }

  /** Told when it changes. Flags are cleared by reading them, so none is well again. */
  #flags(flags: number): void {
    const state: BusState = (flags & ERROR_FLAGS) === 0 ? 'ok' : 'errors'
    if (state === this.#busState) return
    this.#busState = state
    const { path, busState } = this.#settings
    const text = flags.toString(16).padStart(2, '0').toUpperCase()
    const says = state === 'ok' ? 'no more errors on the bus' : 'the controller has errors'
    busState?.(state, `${path}: ${says} (status flags ${text})`)
  }
}
