/**
 * Keeps an adapter open: open → running → it failed, fell silent or was unplugged → waiting → open
 * again, for ever. Between attempts there is one timer and nothing else.
 *
 * What the adapter is does not matter here: a serial line, a socket and a pipe implement `Adapter`
 * alike. A session is used once; after its end a new one is opened.
 */
import { messageOf } from '../model/errors.ts'
import type { Clock, SourceHealth, SourceState } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import type { Transmitter } from '../model/transmit.ts'

export interface Session {
  /** A sentence: what is open, and how. */
  readonly detail: string
  /** Resolves, once, when the session is over, with the reason as a sentence. Never rejects. */
  readonly closed: Promise<string>
  /** The way out to the bus; absent where the adapter is open listen-only. */
  readonly transmitter?: Transmitter
  /** Idempotent; resolves when everything that the session holds is released. */
  close(): Promise<void>
}

export interface OpenContext {
  /** Aborted by `stop()`: `open` then gives back what it holds and rejects. */
  signal: AbortSignal
  /**
   * A session that is open tells of a change, such as a bus that fell silent. `isUpdate`: of nothing
   * but other figures in the sentence.
   */
  report(state: 'running' | 'silent', detail: string, isUpdate?: boolean): void
}

export interface Adapter {
  /** Rejects with an error whose message is a sentence for people. */
  open(context: OpenContext): Promise<Session>
}

/** Calls back once after that many milliseconds; the result cancels. */
export type After = (delayMs: number, run: () => void) => () => void

export interface BackOff {
  firstMs: number
  maxMs: number
  /** Share of the delay that is random, either way: units of a fleet must not act in step. */
  jitter: number
  /** A session that lasted as long as this makes the next delay the first one again. */
  steadyMs: number
}

export interface SupervisorOptions {
  adapter: Adapter
  health: (health: SourceHealth) => void
  /** Told of a session's way out when it opens, and of its end. */
  transmitter?: ((transmitter: Transmitter | undefined) => void) | undefined
  /** Frames so far, for the health. */
  frames: () => number
  clock?: Clock
  after?: After
  /** 0 to 1, exclusive. */
  random?: () => number
  backOff?: Partial<BackOff>
}

const defaultBackOff: BackOff = { firstMs: 500, maxMs: 30_000, jitter: 0.25, steadyMs: 10_000 }

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

export const systemAfter: After = (delayMs, run) => {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #clock: Clock
  readonly #after: After
  readonly #random: () => number
  readonly #backOff: BackOff
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #state: SourceState = 'starting'
  #detail = ''
  #since: Millis = 0
  #opened = 0
  #failures = 0

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#after = options.after ?? systemAfter
    this.#random = options.random ?? Math.random
    this.#backOff = { ...defaultBackOff, ...options.backOff }
  }

  /** Returns at once. A supervisor runs once: after `stop()` it stays stopped. */
  start(): void {
    if (this.#running !== undefined || this.#stopping.signal.aborted) return
    this.#since = this.#clock.now()
    this.#tell('starting', 'opening the adapter')
    this.#running = this.#run()
  }

  /** Idempotent; resolves when the session is closed and no timer is left. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    if (this.#state !== 'stopped') this.#tell('stopped', 'stopped')
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const reason = await this.#session(signal)
      if (signal.aborted) return
      this.#tell('waiting', `${reason}; it is tried again until it works`)
      await this.#sleep(this.#nextDelay(), signal)
    }
  }

  /** One session from opening to end; resolves to why it ended. */
  async #session(signal: AbortSignal): Promise<string> {
    // Reports of a session that has ended, or has not been taken over yet, must not be heard.
    let isCurrent = false
    try {
      const session = await this.#options.adapter.open({
        signal,
        report: (state, detail, isUpdate) => {
          if (isCurrent) this.#tell(state, detail, isUpdate)
        },
      })
      const started = this.#clock.monotonic()
      if (!signal.aborted) {
        isCurrent = true
        this.#opened += 1
        this.#tell('running', session.detail)
        if (session.transmitter !== undefined) this.#options.transmitter?.(session.transmitter)
      }
      const reason = await endOf(session, signal)
      isCurrent = false
      if (session.transmitter !== undefined) this.#options.transmitter?.(undefined)
      await session.close()
      if (this.#clock.monotonic() - started >= this.#backOff.steadyMs) this.#failures = 0
      return reason
    } catch (error) {
      return messageOf(error)
    } finally {
      isCurrent = false
    }
  }

  #nextDelay(): number {
    const { firstMs, maxMs, jitter } = this.#backOff
    const delay = Math.min(firstMs * 2 ** Math.min(this.#failures, 30), maxMs)
    this.#failures += 1
    return delay * (1 - jitter + 2 * jitter * this.#random())
  }

  #sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#after(delayMs, () => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
      const stop = () => {
        cancel()
        resolve()
      }
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  #tell(state: SourceState, detail: string, isUpdate = false): void {
    if (state !== this.#state) this.#since = this.#clock.now()
    this.#state = state
    this.#detail = detail
    this.#options.health({
      state,
      detail: this.#detail,
      since: this.#since,
      frames: this.#options.frames(),
      reopened: Math.max(this.#opened - 1, 0),
      ...(isUpdate ? { isUpdate: true as const } : {}),
    })
  }
}

/** The end of a session, be it its own or the supervisor's. */
function endOf(session: Session, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const stop = () => resolve('stopped')
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void session.closed.then((reason) => {
      signal.removeEventListener('abort', stop)
      resolve(reason)
    })
  })
}
