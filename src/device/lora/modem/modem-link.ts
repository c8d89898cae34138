/** The line to a modem: one command at a time, each with a deadline; all else that it says goes on. */
import { messageOf, OdographError } from '../../../model/errors.ts'
import type { Millis } from '../../../model/time.ts'
import type { OpenPort, PortOptions } from '../../serial/port.ts'
import type { After } from '../../supervisor.ts'
import type { ModemDialect, Step } from './dialect.ts'

export interface ModemWorld {
  after: After
  open: (options: PortOptions) => Promise<OpenPort>
}

const DEADLINE_MS: Millis = 1500
/** Two digits for each of 255 bytes, and what stands before them. */
const MAX_LINE = 640
const CR = 0x0d
const LF = 0x0a

interface Pending {
  step: Step
  settle: (line: string | undefined, isOk: boolean) => void
}

export class ModemLink {
  /** Resolves with the reason why the line ended. */
  readonly ended: Promise<string>
  /** What is no part of an answer. */
  heard: (line: string) => void = () => undefined
  readonly #path: string
  readonly #world: ModemWorld
  #dialect: ModemDialect
  #port: OpenPort | undefined
  #resolve: (reason: string) => void = () => undefined
  #partial = ''
  #pending: Pending | undefined

  constructor(path: string, dialect: ModemDialect, world: ModemWorld) {
    this.#path = path
    this.#dialect = dialect
    this.#world = world
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
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

  /** At the same speed, to another kind of modem. */
  speak(dialect: ModemDialect): void {
    this.#dialect = dialect
  }

  /** The first reason counts. */
  end(reason: string): void {
    this.#pending?.settle(undefined, false)
    this.#resolve(reason)
  }

  async close(): Promise<void> {
    this.end('closed')
    await this.#port?.close()
  }

  /** Whether it was taken, or was not needed. */
  async does(step: Step): Promise<boolean> {
    const { isOk, line } = await this.ask(step)
    if (isOk) return true
    if (line !== undefined && step.instead !== undefined) return await this.does(step.instead)
    return step.isOptional === true && line !== undefined
  }

  /** The line that ended it; undefined: none came in time. */
  ask(step: Step): Promise<{ line: string | undefined; isOk: boolean }> {
    this.#pending?.settle(undefined, false)
    return new Promise((resolve) => {
      const settle = (line: string | undefined, isOk: boolean) => {
        cancel()
        this.#pending = undefined
        resolve({ line, isOk })
      }
      const cancel = this.#world.after(step.deadlineMs ?? DEADLINE_MS, () =>
        settle(undefined, false),
      )
      this.#pending = { step, settle }
      this.#write(`${step.send}${this.#dialect.end}`)
    })
  }

  failure(detail: string): OdographError {
    return new OdographError('port-failed', this.#path, detail)
  }

  #write(text: string): void {
    this.#port
      ?.write(Buffer.from(text, 'latin1'))
      .catch((error: unknown) => this.end(messageOf(error)))
  }

  #take(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === CR || byte === LF) {
        const line = this.#partial.trim()
        this.#partial = ''
        if (line !== '') this.#line(line)
      } else if (this.#partial.length < MAX_LINE) this.#partial += String.fromCharCode(byte)
    }
  }

  #line(line: string): void {
    const { step, settle } = this.#pending ?? {}
    // Some send back what they are told.
    if (line === step?.send) return
    if (step !== undefined && (step.ok ?? this.#dialect.ok).test(line)) settle?.(line, true)
    else if (step !== undefined && this.#dialect.refused.test(line)) settle?.(line, false)
    else this.heard(line)
  }
}
