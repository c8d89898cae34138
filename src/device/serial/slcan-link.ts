/**
 * The line to an SLCAN adapter while it is open: commands out, one at a time, with the answer that
 * each waits for; frames and issues in. Ends once, by `end` or when the port is lost.
 */
import { messageOf, OdographError } from '../../model/errors.ts'
import type { CanFrame, FrameSink } from '../../model/frame.ts'
import type { Issue, IssueCode, IssueSink } from '../../model/issue.ts'
import type { Clock } from '../../model/ports.ts'
import type { Micros, Millis } from '../../model/time.ts'
import type { OutgoingFrame } from '../../model/transmit.ts'
import { isTcpPath } from '../network/tcp-port.ts'
import type { After } from '../supervisor.ts'
import { AdapterClock } from './adapter-clock.ts'
import type { OpenPort, PortOptions } from './port.ts'
import { SlcanParser, type SlcanReply } from './slcan-parser.ts'

export interface LinkOptions {
  path: string
  baud: number
  /** Whether frames carry the adapter's time stamps. */
  timestamps: boolean
  listenOnly: boolean
}

export interface LinkSinks {
  frame: FrameSink
  issue: IssueSink
}

export interface LinkWorld {
  clock: Clock
  after: After
  open: (options: PortOptions) => Promise<OpenPort>
}

type ReplyKind = SlcanReply['kind']
type Settle = (reply: SlcanReply | undefined) => void

const ANSWER_MS: Millis = 300
/** Wireless lines pause now and then. */
const NETWORK_ANSWER_MS: Millis = 1000
/** Steps back of the clock up to this are held back; a longer one was meant. */
const HELD_BACK: Micros = 5_000_000
/** `F`: bit 0 receive queue full, bit 3 data overrun. */
const OVERFLOW_FLAGS = 0x01 | 0x08
/** Bit 1, a transmit queue that is full, tells of lost frames too where nothing is transmitted. */
const LISTENING_OVERFLOW_FLAGS = OVERFLOW_FLAGS | 0x02

export class SlcanLink {
  /** Resolves with the reason why the link ended. */
  readonly ended: Promise<string>
  /** Frames before this is set are left-overs of a channel that somebody else opened. */
  isListening = false
  frames = 0
  /** Everything received, echoes and answers included. */
  bytes = 0
  /** Shown the identifier of every frame, while somebody wants to know. Hot. */
  watch: ((id: number, extended: boolean) => void) | undefined
  /** Told of the status flags, whoever asked for them. */
  status: (flags: number) => void = () => undefined
  readonly #options: LinkOptions
  readonly #sinks: LinkSinks
  readonly #world: LinkWorld
  readonly #parser: SlcanParser
  readonly #adapterClock = new AdapterClock()
  readonly #answerMs: Millis
  readonly #overflowFlags: number
  #port: OpenPort | undefined
  #resolve: (reason: string) => void = () => undefined
  #hasEnded = false
  #pending: { wanted: readonly ReplyKind[]; settle: Settle } | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #lastTime: Micros = 0
  #sentText = ''
  /** The adapter gives back what it gets: found out by its first command. */
  #hasEcho = false
  #echo: OutgoingFrame | undefined

  constructor(options: LinkOptions, sinks: LinkSinks, world: LinkWorld) {
    this.#options = options
    this.#sinks = sinks
    this.#world = world
    this.#answerMs = isTcpPath(options.path) ? NETWORK_ANSWER_MS : ANSWER_MS
    this.#overflowFlags = options.listenOnly ? LISTENING_OVERFLOW_FLAGS : OVERFLOW_FLAGS
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#parser = new SlcanParser({
      at: options.path,
      frame: this.#frameSink(),
      issue: (issue) => this.#issue(issue),
      reply: (reply) => this.#reply(reply),
    })
  }

  /** The device that the path led to. */
  get device(): string {
    return this.#port?.device ?? this.#options.path
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Rejects as `openPort` does. */
  async open(signal: AbortSignal): Promise<void> {
    const { path, baud } = this.#options
    this.#port = await this.#world.open({
      path,
      baudRate: baud,
      signal,
      data: (chunk) => {
        this.bytes += chunk.length
        this.#parser.push(chunk, this.#arrival())
      },
      closed: (reason) => this.end(reason),
    })
  }

  /** The first reason counts. */
  end(reason: string): void {
    this.#hasEnded = true
    this.giveUp()
    this.#resolve(reason)
  }

  async close(): Promise<void> {
    this.end('closed')
    await this.#port?.close()
  }

  /** Rejects if the link has ended. That a line takes no bytes shows in the answers missing. */
  send(text: string): void {
    if (this.#hasEnded) throw this.failure('the port was lost or closed')
    this.#sentText = text.trim()
    this.#port?.write(Buffer.from(text, 'latin1')).catch((error) => this.end(messageOf(error)))
  }

  /** Does one thing after the other: an answer does not say what it answers. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work)
    this.#queue = result.catch(() => undefined)
    return result
  }

  /** Resolves to a wanted answer or a refusal; to undefined if neither comes in time. */
  async ask(command: string, ...wanted: readonly ReplyKind[]): Promise<SlcanReply | undefined> {
    this.giveUp()
    const answer = new Promise<SlcanReply | undefined>((resolve) => {
      const settle = (reply: SlcanReply | undefined) => {
        cancel()
        this.#pending = undefined
        resolve(reply)
      }
      const cancel = this.#world.after(this.#answerMs, () => settle(undefined))
      this.#pending = { wanted, settle }
    })
    try {
      this.send(`${command}\r`)
    } catch (error) {
      this.giveUp()
      throw error
    }
    return answer
  }

  /** The frame that is sent next: its echo looks like a frame of the bus. */
  expectEcho(frame: OutgoingFrame): void {
    if (this.#hasEcho) this.#echo = frame
  }

  /** Whoever waits for an answer gets none. */
  giveUp(): void {
    this.#pending?.settle(undefined)
  }

  issue(code: IssueCode, detail?: string): void {
    const issue = { code, at: this.#options.path, time: this.#arrival() }
    this.#sinks.issue(detail === undefined ? issue : { ...issue, detail })
  }

  failure(detail: string): OdographError {
    return new OdographError('port-failed', this.#options.path, detail)
  }

  /** Firmware of CANable answers `V` with a text of any form. */
  #issue(issue: Issue): void {
    if (issue.code === 'line-malformed' && issue.detail === `"${this.#sentText}"`) {
      this.#hasEcho = true
      return
    }
    const pending = this.#pending
    const isAwaited = issue.code === 'line-malformed' && pending?.wanted.includes('version')
    if (isAwaited) pending?.settle({ kind: 'version', text: issue.detail ?? '' })
    else this.#sinks.issue(issue)
  }

  #reply(reply: SlcanReply): void {
    // The echo of `V` alone.
    if (reply.kind === 'version' && reply.text === '') return
    if (reply.kind === 'status') this.status(reply.flags)
    if (reply.kind === 'status' && (reply.flags & this.#overflowFlags) !== 0) {
      const flags = reply.flags.toString(16).padStart(2, '0').toUpperCase()
      this.issue('adapter-overflow', `status flags ${flags}`)
    }
    const pending = this.#pending
    if (
      pending !== undefined &&
      (pending.wanted.includes(reply.kind) || reply.kind === 'refused')
    ) {
      pending.settle(reply)
    } else if (reply.kind === 'refused' && this.isListening) {
      this.issue('adapter-refused', 'out of turn')
    }
  }

  /** Hot. */
  #frameSink(): FrameSink {
    const { frame: sink } = this.#sinks
    const { timestamps } = this.#options
    let last: Micros = 0
    return (frame) => {
      if (!this.isListening || (this.#echo !== undefined && this.#isEcho(frame))) return
      this.frames += 1
      this.watch?.(frame.id, frame.extended)
      if (timestamps) {
        const time = this.#adapterClock.timeOf(this.#parser.lastTimestamp, frame.time)
        frame.time = time < last && last - time < HELD_BACK ? last : time
        last = frame.time
      }
      sink(frame)
    }
  }

  #isEcho({ id, extended, length, data }: CanFrame): boolean {
    const echo = this.#echo
    if (echo?.id !== id || echo.extended !== extended || echo.data.length !== length) return false
    if (echo.data.some((byte, index) => byte !== data[index])) return false
    this.#echo = undefined
    return true
  }

  /** Never earlier than the one before, unless the clock was set back. */
  #arrival(): Micros {
    const now = this.#world.clock.now() * 1000
    if (now < this.#lastTime && this.#lastTime - now < HELD_BACK) return this.#lastTime
    this.#lastTime = now
    return now
  }
}
