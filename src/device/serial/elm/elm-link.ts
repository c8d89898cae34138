/**
 * The line to an ELM327: one command at a time, answered by lines of text and the prompt `>`. Made for
 * what clones do: a prompt that is missing, an echo that stays on, stray bytes, `OK` glued to what
 * follows. Every answer has a deadline.
 *
 * A CR alone is never sent: it makes an ELM327 repeat its last command, which may have been a request.
 */
import { messageOf, OdographError } from '../../../model/errors.ts'
import type { Clock } from '../../../model/ports.ts'
import type { Micros, Millis } from '../../../model/time.ts'
import type { After } from '../../supervisor.ts'
import type { OpenPort, PortOptions } from '../port.ts'

export interface ElmWorld {
  clock: Clock
  after: After
  open: (options: PortOptions) => Promise<OpenPort>
}

export interface AskOptions {
  /** Without a prompt by then: undefined, or the lines that came. */
  deadlineMs?: Millis
  /** Lines that nothing followed for so long are taken for whole: the prompt is missing. */
  quietMs?: Millis
}

const DEADLINE_MS: Millis = 1500
const QUIET_MS: Millis = 250
const CR = 0x0d
const LF = 0x0a
const PROMPT = 0x3e
const MAX_LINE = 512
const MAX_LINES = 512
/** Commands that an ELM327 answers with the words that it begins with, too. */
const NAMING = /^AT(I|D|Z|WS|@1|E0)$/

export interface MonitorSinks {
  /** Hot. */
  line: (text: string, time: Micros) => void
  /** It has ended by itself. */
  prompt: () => void
}

interface Pending {
  command: string
  lines: string[]
  settle: (lines: string[] | undefined) => void
  restart: () => void
}

export class ElmLink {
  /** Resolves with the reason why the link ended. */
  readonly ended: Promise<string>
  /** Bytes that no ELM327 sends, and echoes: what is known of the adapter's manners. */
  strayBytes = 0
  echoes = 0
  missingPrompts = 0
  readonly #path: string
  readonly #world: ElmWorld
  #port: OpenPort | undefined
  #resolve: (reason: string) => void = () => undefined
  #hasEnded = false
  #partial = ''
  #pending: Pending | undefined
  #monitor: MonitorSinks | undefined

  constructor(path: string, world: ElmWorld) {
    this.#path = path
    this.#world = world
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  async open(baudRate: number, signal: AbortSignal): Promise<void> {
    this.#port = await this.#world.open({
      path: this.#path,
      baudRate,
      signal,
      data: (chunk) => this.#take(chunk),
      closed: (reason) => this.end(reason),
    })
  }

  /** The first reason counts. */
  end(reason: string): void {
    this.#hasEnded = true
    this.#pending?.settle(undefined)
    this.#resolve(reason)
  }

  async close(): Promise<void> {
    this.end('closed')
    await this.#port?.close()
  }

  /** Lines of the answer without echo, prompt and empty ones; undefined: nothing came in time. */
  ask(command: string, options: AskOptions = {}): Promise<string[] | undefined> {
    const { deadlineMs = DEADLINE_MS, quietMs = QUIET_MS } = options
    this.#pending?.settle(undefined)
    this.#partial = ''
    const { after } = this.#world
    return new Promise((resolve) => {
      let cancelQuiet: () => void = () => undefined
      const settle = (lines: string[] | undefined) => {
        cancelQuiet()
        cancelDeadline()
        this.#pending = undefined
        resolve(lines)
      }
      const lines: string[] = []
      const giveUp = () => settle(lines.length > 0 ? lines : undefined)
      const cancelDeadline = after(deadlineMs, giveUp)
      const restart = () => {
        cancelQuiet()
        cancelQuiet = after(quietMs, () => {
          if (lines.length === 0 && this.#partial === '') return
          this.#line(this.#partial)
          this.#partial = ''
          this.missingPrompts += 1
          giveUp()
        })
      }
      this.#pending = { command, lines, settle, restart }
      this.#write(`${command}\r`)
    })
  }

  /** Lines as they come, until `stopMonitor`. */
  monitor(command: string, sinks: MonitorSinks): void {
    this.#partial = ''
    this.#monitor = sinks
    this.#write(`${command}\r`)
  }

  /** Any character ends a monitor; resolves when the adapter is at its prompt again. */
  async stopMonitor(): Promise<boolean> {
    this.#monitor = undefined
    // A space and no CR: there is nothing that it could repeat.
    return (await this.ask(' ', {}).catch(() => undefined)) !== undefined
  }

  failure(detail: string): OdographError {
    return new OdographError('port-failed', this.#path, detail)
  }

  #write(text: string): void {
    const bytes = text === ' \r' ? ' ' : text
    if (this.#hasEnded) return
    this.#port?.write(Buffer.from(bytes, 'latin1')).catch((error) => this.end(messageOf(error)))
  }

  #take(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === CR || byte === LF) {
        this.#line(this.#partial)
        this.#partial = ''
      } else if (byte === PROMPT) {
        this.#line(this.#partial)
        this.#partial = ''
        this.#prompt()
      } else if (byte >= 0x20 && byte < 0x7f) {
        if (this.#partial.length < MAX_LINE) this.#partial += String.fromCharCode(byte)
      } else this.strayBytes += 1
    }
    this.#pending?.restart()
  }

  #prompt(): void {
    const pending = this.#pending
    this.#monitor?.prompt()
    if (pending === undefined) return
    // The prompt of what was before, where the answer has not even begun.
    if (pending.lines.length === 0 && pending.command !== ' ') return
    pending.settle(pending.lines)
  }

  #line(text: string): void {
    const line = text.trim()
    if (line === '') return
    const pending = this.#pending
    if (isReset(line, pending?.command)) {
      // All settings are gone, the protocol too: with the next request it would search for one.
      this.end(`the adapter was reset (${line})`)
      return
    }
    if (this.#monitor !== undefined) {
      this.#monitor.line(line, this.#world.clock.now() * 1000)
      return
    }
    if (pending === undefined || pending.lines.length >= MAX_LINES) return
    const rest = this.#withoutEcho(line, pending)
    if (rest !== '') pending.lines.push(rest)
  }

  /** The echo comes first, by itself or with the answer glued to it. */
  #withoutEcho(line: string, { command, lines }: Pending): string {
    if (lines.length > 0) return line
    const plain = line.replaceAll(' ', '').toUpperCase()
    if (plain === command.replaceAll(' ', '')) {
      this.echoes += 1
      return ''
    }
    if (!command.startsWith('AT') || !plain.startsWith(command)) return line
    this.echoes += 1
    return plain.slice(command.length)
  }
}

/** Words that come of themselves when an adapter starts anew, or gives up its protocol. */
function isReset(line: string, command: string | undefined): boolean {
  const plain = line.replaceAll(' ', '').toUpperCase()
  if (/^(LVRESET|SEARCHING|LPALERT)/.test(plain)) return true
  return /^ELM327/.test(plain) && !NAMING.test(command ?? '')
}
