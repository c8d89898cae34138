/**
 * A stream of events that is there for as long as it is wanted: opened again with back-off for ever,
 * from the last event that was had. A silent one is taken for dead. Reads no faster than what it
 * delivers is handled, so that a flow that is slow holds the stream back, and not memory.
 */
import type { IncomingMessage } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { EventParser, type StreamEvent } from './event-parser.ts'
import { messageOf, PaletteError } from './palette-error.ts'

const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 60_000
/** The gateway says something every 15 s. */
const SILENT_MS = 45_000

export type LinkState = 'connecting' | 'connected' | 'disconnected'

export interface EventLinkOptions {
  connection: Connection
  /** May ask the gateway first. */
  path: () => Promise<string>
  query?: Record<string, string | number | undefined>
  event(event: StreamEvent): void
  state(state: LinkState, why?: PaletteError): void
  /** Shorter in tests. */
  firstRetryMs?: number
  silentMs?: number
}

export class EventLink {
  readonly #options: EventLinkOptions
  #stopping: AbortController | undefined
  #running: Promise<void> = Promise.resolve()
  #lastId = ''
  #retryMs: number

  constructor(options: EventLinkOptions) {
    this.#options = options
    this.#retryMs = options.firstRetryMs ?? FIRST_RETRY_MS
  }

  start(): void {
    if (this.#stopping !== undefined) return
    this.#stopping = new AbortController()
    this.#running = this.#run(this.#stopping.signal)
  }

  /** Idempotent; resolves when the stream is closed. */
  async stop(): Promise<void> {
    this.#stopping?.abort()
    await this.#running
    this.#stopping = undefined
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let why: PaletteError | undefined
      try {
        this.#options.state('connecting')
        await this.#once(signal)
      } catch (error) {
        why = error instanceof PaletteError ? error : broken(error)
      }
      if (signal.aborted) return
      this.#options.state('disconnected', why)
      await this.#pause(why, signal)
    }
  }

  async #pause(why: PaletteError | undefined, signal: AbortSignal): Promise<void> {
    const wanted = (why?.retrySeconds ?? 0) * 1000
    const wait = Math.min(Math.max(this.#retryMs, wanted), LAST_RETRY_MS)
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
    // Many that lost one gateway do not come back in one moment.
    const spread = wait * (0.75 + Math.random() / 2)
    await setTimeout(spread, undefined, { signal }).catch(() => undefined)
  }

  async #once(signal: AbortSignal): Promise<void> {
    const { connection, path, query = {}, state } = this.#options
    const headers = this.#lastId === '' ? {} : { 'last-event-id': this.#lastId }
    const response = await connection.events(await path(), { query, headers, signal })
    state('connected')
    try {
      await this.#read(response, signal)
    } finally {
      response.destroy()
    }
  }

  async #read(response: IncomingMessage, signal: AbortSignal): Promise<void> {
    const { event, silentMs = SILENT_MS, firstRetryMs = FIRST_RETRY_MS } = this.#options
    const parser = new EventParser()
    response.setTimeout(silentMs, () => response.destroy(new Error('it fell silent')))
    for await (const chunk of response) {
      for (const one of parser.push(chunk as Buffer)) {
        if (signal.aborted) return
        this.#retryMs = firstRetryMs
        if (one.id !== '') this.#lastId = one.id
        event(one)
      }
      // What was sent is handled before more is read.
      await setImmediate()
    }
  }
}

function broken(error: unknown): PaletteError {
  return new PaletteError('unreachable', { url: '', why: messageOf(error) })
}
