/**
 * Tells systemd how the gateway does (sd_notify(3)): ready, stopping, and at a third of `WatchdogSec`
 * that it lives. Node.js has no datagram sockets of this kind, so each word goes through the program
 * `systemd-notify`; the unit needs `NotifyAccess=all`. Without `NOTIFY_SOCKET` nothing is done.
 */
import { execFile } from 'node:child_process'
import { messageOf } from '../model/errors.ts'
import type { Logger } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import { systemTimers, type Timers } from '../uplink/outbox-port.ts'

/** Sends assignments such as `READY=1`. Rejects where that cannot be done. */
export type Notify = (assignments: readonly string[]) => Promise<void>

export interface ServiceManagerOptions {
  environment: Readonly<Record<string, string | undefined>>
  /** What hangs, as a sentence; undefined: the gateway lives. */
  failure: () => string | undefined
  /** What it does, for `systemctl status`. */
  status: () => string
  logger: Logger
  notify?: Notify
  timers?: Timers
}

const PROGRAM = 'systemd-notify'
const LIMIT_MS: Millis = 10_000
const MICROS_PER_MS = 1000

export class ServiceManager {
  readonly #options: ServiceManagerOptions
  readonly #notify: Notify
  readonly #timers: Timers
  readonly #isThere: boolean
  readonly #everyMs: Millis | undefined
  #cancel: (() => void) | undefined
  /** What was told last of what hangs, or of what cannot be told; each is logged once. */
  #told: string | undefined
  #last: Promise<void> = Promise.resolve()
  #isReady = false
  #isStopping = false

  constructor(options: ServiceManagerOptions) {
    const { environment, notify = throughProgram, timers = systemTimers } = options
    this.#options = options
    this.#notify = notify
    this.#timers = timers
    this.#isThere = (environment.NOTIFY_SOCKET ?? '') !== ''
    this.#everyMs = pingEvery(environment)
  }

  /** The gateway is up. From now on it is told that it lives. */
  ready(): void {
    if (this.#isReady || this.#isStopping) return
    this.#isReady = true
    this.#send('READY=1', `STATUS=${this.#options.status()}`)
    this.#ping()
  }

  /** The gateway starts anew in the same process: systemd waits for the next word. */
  async pausing(): Promise<void> {
    this.#isStopping = true
    this.#cancel?.()
    await this.#last
  }

  /** Resolves when it was told. */
  async stopping(): Promise<void> {
    this.#isStopping = true
    this.#cancel?.()
    this.#send('STOPPING=1', 'STATUS=stores what there is, and stops')
    await this.#last
  }

  #ping(): void {
    if (!this.#isThere || this.#everyMs === undefined || this.#isStopping) return
    const failure = this.#options.failure()
    if (failure === undefined) this.#send('WATCHDOG=1', `STATUS=${this.#options.status()}`)
    else this.#tell(`systemd is not told that the gateway lives: ${failure}`)
    this.#cancel = this.#timers.after(this.#everyMs, () => this.#ping())
  }

  /** One after the other: what is told last is what stands. */
  #send(...assignments: string[]): void {
    if (!this.#isThere) return
    this.#last = this.#last.then(async () => {
      try {
        await this.#notify(assignments.map(onOneLine))
        this.#told = undefined
      } catch (error) {
        this.#tell(`systemd cannot be told how the gateway does: ${messageOf(error)}`)
      }
    })
  }

  #tell(sentence: string): void {
    if (this.#told === sentence) return
    this.#told = sentence
    this.#options.logger.error({}, sentence)
  }
}

/** A third of what systemd waits; undefined where it does not. */
function pingEvery(environment: ServiceManagerOptions['environment']): Millis | undefined {
  const micros = Number(environment.WATCHDOG_USEC ?? 0)
  const isOther = ![undefined, '', String(process.pid)].includes(environment.WATCHDOG_PID)
  if (!(micros > 0) || isOther) return undefined
  return micros / MICROS_PER_MS / 3
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 1000)
}

function throughProgram(assignments: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(PROGRAM, assignments, { timeout: LIMIT_MS }, (error) => {
      if (error === null) resolve()
      else reject(error)
    })
  })
}
