/**
 * The channel of an SLCAN adapter: the commands that open it, one after the other, with what they tell
 * of the adapter. What an adapter can do is found out by its answers; what it says it is, is only shown.
 */
import type { After } from '../supervisor.ts'
import type { SlcanLink } from './slcan-link.ts'
import type { SlcanReply } from './slcan-parser.ts'

export interface ChannelOptions {
  bitrate: number
  /** The command that sets the bit rate of the bus: `S` and a digit, or `s` and registers. */
  rateCommand: string
  listenOnly: boolean
  timestamps: boolean
  /** The digit after `Y`, for CAN FD; absent without. */
  dataSpeed?: number | undefined
}

/** Bytes of a half line or a channel left open are waited out after the first carriage returns. */
const FLUSH_MS = 50
/** Hardware and software version, two digits each. */
const LAWICEL_VERSION = /^[0-9A-Fa-f]{4}$/
/** WiCAN always says so. To it, `Y` opens the channel as a loopback, and not listen-only. */
const WICAN_VERSION = '2011'

export class SlcanChannel {
  /** The opening itself was acknowledged. */
  isAcknowledged = false
  version: string | undefined
  readonly #link: SlcanLink
  readonly #options: ChannelOptions
  readonly #after: After
  readonly #isStopped: () => boolean
  /** Any command of this opening was answered with CR or BEL. */
  #hasAcknowledged = false

  constructor(
    link: SlcanLink,
    options: ChannelOptions,
    after: After,
    /** Nothing may follow once this is true. */
    isStopped: () => boolean,
  ) {
    this.#link = link
    this.#options = options
    this.#after = after
    this.#isStopped = isStopped
  }

  /**
   * Rejects if it cannot be opened as wanted. Resolves to whether the adapter took the commands of its
   * filter; true if there were none.
   */
  async open(filter: readonly string[]): Promise<boolean> {
    const link = this.#link
    this.#hasAcknowledged = false
    link.send('\r\r\r')
    await new Promise<void>((resolve) => this.#after(FLUSH_MS, resolve))
    await this.#ask('C', 'ack')
    const version = await this.#ask('V', 'version')
    if (version?.kind === 'version') this.version = version.text
    await this.#set()
    const hasFilter = await this.#setFilter(filter)
    await this.#openBus()
    return hasFilter
  }

  async #set(): Promise<void> {
    const { rateCommand, bitrate, timestamps, dataSpeed } = this.#options
    const link = this.#link
    if (await this.#isRefused(rateCommand)) {
      link.issue('adapter-refused', rateCommand)
      throw link.failure(`the adapter refuses the bit rate ${bitrate}`)
    }
    if (timestamps && (await this.#isRefused('Z1'))) {
      link.issue('adapter-refused', 'Z1: no time stamps')
    }
    if (dataSpeed === undefined) return
    const isLoopback = this.version === WICAN_VERSION
    if (isLoopback || (await this.#isRefused(`Y${dataSpeed}`))) {
      link.issue('adapter-refused', `Y${dataSpeed}: no CAN FD`)
    }
  }

  /** Not for adapters that acknowledge nothing: to some of these, `M` is the mode of the bus. */
  async #setFilter(commands: readonly string[]): Promise<boolean> {
    if (!this.#hasAcknowledged) return commands.length === 0
    for (const command of commands) {
      if ((await this.#ask(command, 'ack'))?.kind !== 'ack') return false
    }
    return true
  }

  async #openBus(): Promise<void> {
    const { listenOnly } = this.#options
    const link = this.#link
    const command = listenOnly ? await this.#silently() : 'O'
    // Before the answer: the first frames may come in the same chunk.
    link.isListening = true
    const opened = await this.#ask(command, 'ack')
    this.isAcknowledged = opened?.kind === 'ack'
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
    const hasText = this.version !== undefined && !LAWICEL_VERSION.test(this.version)
    if (this.#hasAcknowledged || !hasText) return 'L'
    await this.#ask('M1', 'ack')
    return this.#hasAcknowledged ? 'L' : 'O'
  }

  async #isRefused(command: string): Promise<boolean> {
    return (await this.#ask(command, 'ack'))?.kind === 'refused'
  }

  /** As the link does, but rejects once it is to be closed: nothing may follow the last `C`. */
  async #ask(command: string, wanted: 'ack' | 'version'): Promise<SlcanReply | undefined> {
    this.#check()
    const reply = await this.#link.ask(command, wanted)
    if (reply?.kind === 'ack' || reply?.kind === 'refused') this.#hasAcknowledged = true
    this.#check()
    return reply
  }

  #check(): void {
    if (!this.#isStopped()) return
    throw this.#link.failure('it was stopped while it was being opened')
  }
}
