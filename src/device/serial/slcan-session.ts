/**
 * One opening of an SLCAN adapter, from the port to its loss: the commands that open the channel,
 * then the watch over silence and overflow. See `slcan.ts` for the protocol.
 *
 * Silence: a parked vehicle sends nothing, and neither does an adapter that hangs. What it has
 * answered before (`F`, else `V`) is asked again; two answers missing end the session. An adapter that
 * restarted answers, but its channel is closed: after a longer silence the channel is opened anew.
 */
import { messageOf } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import type { BusState, Transmitter } from '../../model/transmit.ts'
import type { OpenContext, Session } from '../supervisor.ts'
import { SlcanAsking } from './slcan-asking.ts'
import { type LinkOptions, type LinkSinks, type LinkWorld, SlcanLink } from './slcan-link.ts'
import type { SlcanReply } from './slcan-parser.ts'
import { runningText, silentText } from './slcan-texts.ts'

export interface ChannelSettings extends LinkOptions {
  bitrate: number
  /** The digit after `S`. */
  speed: number
  listenOnly: boolean
  silenceMs: number
  /** The digit after `Y`, for CAN FD; absent without. */
  dataSpeed?: number | undefined
  busState?: ((state: BusState, detail: string) => void) | undefined
}

/** Bytes of a half line or a channel left open are waited out after the first carriage returns. */
const FLUSH_MS = 50
const TICK_MS = 1000
const STATUS_MS = 10_000
/** In silences: after how many the channel is opened anew. */
const RENEW_SILENCES = 6
/** Hardware and software version, two digits each. */
const LAWICEL_VERSION = /^[0-9A-Fa-f]{4}$/
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
  readonly #signal: AbortSignal
  #closing: Promise<void> | undefined
  #cancelTick: () => void = () => undefined
  #isAcknowledged = false
  #hasVersion = false
  #hasStatus = false
  /** Any command of this opening was answered with CR or BEL. */
  #hasAcknowledged = false
  #hasTextVersion = false
  #busState: BusState = 'ok'
  #isSilent = false
  #missed = 0
  #framesSeen = 0
  #heardAt: Millis = 0
  #askedAt: Millis = 0
  #renewedAt: Millis = 0

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
    this.closed = this.#link.ended
    this.#link.status = (flags) => this.#flags(flags)
    if (settings.listenOnly) return
    this.#asking = new SlcanAsking(this.#link)
    this.transmitter = this.#asking
  }

  get detail(): string {
    const { device } = this.#link
    return runningText({ ...this.#settings, device, isAcknowledged: this.#isAcknowledged })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#cancelTick()
    this.#asking?.close()
    // A channel that stays open would go on acknowledging frames, or fill the adapter's memory.
    if (!this.#link.hasEnded) await this.#link.inTurn(() => this.#link.ask('C', 'ack'))
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
    this.#scheduleTick()
  }

  async #openChannel(): Promise<void> {
    const { speed, bitrate, timestamps } = this.#settings
    const link = this.#link
    this.#hasAcknowledged = false
    link.send('\r\r\r')
    await new Promise<void>((resolve) => this.#world.after(FLUSH_MS, resolve))
    await this.#ask('C', 'ack')
    const version = await this.#ask('V', 'version')
    if (version?.kind === 'version') {
      this.#hasVersion = true
      this.#hasTextVersion = !LAWICEL_VERSION.test(version.text)
    }
    const rate = await this.#ask(`S${speed}`, 'ack')
    if (rate?.kind === 'refused') {
      link.issue('adapter-refused', `S${speed}`)
      throw link.failure(`the adapter refuses the bit rate ${bitrate}`)
    }
    if (timestamps && (await this.#ask('Z1', 'ack'))?.kind === 'refused') {
      link.issue('adapter-refused', 'Z1: no time stamps')
    }
    const { dataSpeed } = this.#settings
    if (dataSpeed !== undefined) await this.#ask(`Y${dataSpeed}`, 'ack')
    await this.#openBus()
  }

  async #openBus(): Promise<void> {
    const { listenOnly } = this.#settings
    const link = this.#link
    const command = listenOnly ? await this.#silently() : 'O'
    // Before the answer: the first frames may come in the same chunk.
    link.isListening = true
    const opened = await this.#ask(command, 'ack')
    this.#isAcknowledged = opened?.kind === 'ack'
    if (opened?.kind !== 'refused') return
    link.issue('adapter-refused', command)
    throw link.failure(
      listenOnly
        ? 'the adapter does not offer listen-only and was left closed; `listenOnly: false` in the configuration would open it as a normal node, which acknowledges frames on the bus of the vehicle'
        : 'the adapter refuses to open the channel',
    )
  }

  /**
   * The command that opens the channel without acknowledging frames. CANable and CANtact know no `L`: they
   * answer nothing but `V`, with a text, and are silent after `M1`, which is set before they open.
   */
  async #silently(): Promise<'L' | 'O'> {
    if (this.#hasAcknowledged || !this.#hasTextVersion) return 'L'
    await this.#ask('M1', 'ack')
    return this.#hasAcknowledged ? 'L' : 'O'
  }

  /** As the link does, but rejects once it is to be closed: nothing may follow the last `C`. */
  async #ask(command: string, wanted: 'ack' | 'version'): Promise<SlcanReply | undefined> {
    const check = () => {
      if (this.#signal.aborted || this.#closing !== undefined) {
        throw this.#link.failure('it was stopped while it was being opened')
      }
    }
    check()
    const reply = await this.#link.ask(command, wanted)
    if (reply?.kind === 'ack' || reply?.kind === 'refused') this.#hasAcknowledged = true
    check()
    return reply
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
    } catch (error) {
      this.#link.end(messageOf(error))
    }
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
    const canAsk = this.#hasStatus || this.#hasVersion
    if (!this.#isSilent) {
      this.#isSilent = true
      this.#report('silent', silentText(path, canAsk || this.#isAcknowledged))
    }
    if (now - this.#renewedAt >= silenceMs * RENEW_SILENCES) {
      this.#renewedAt = now
      this.#asking?.pause(true)
      await this.#link.inTurn(() => this.#openChannel())
      this.#asking?.pause(false)
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
