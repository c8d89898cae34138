/**
 * Which MQTT to begin a connection with: 5 where nothing else is known. Some brokers that speak
 * 3.1.1 alone do not refuse 5, as 3.1.1 has it, but hang up on it (RabbitMQ up to 3.12 does); so may
 * any broker that is just going down. 3.1.1 is tried once after that, and kept for a while if it is
 * taken.
 */
import type { Millis } from '../../model/time.ts'

const OLDER_MS: Millis = 3_600_000

export class VersionChoice {
  readonly #only: 4 | 5 | undefined
  readonly #monotonic: () => Millis
  #isOlderNext = false
  /** What goes on now is not 5 because the connection before was hung up on. */
  #isTrial = false
  #olderUntil = Number.NEGATIVE_INFINITY

  constructor(only: 4 | 5 | undefined, monotonic: () => Millis) {
    this.#only = only
    this.#monotonic = monotonic
  }

  /** For the next connection. */
  take(): 4 | 5 {
    this.#isTrial = this.#isOlderNext
    this.#isOlderNext = false
    const isOlder = this.#isTrial || this.#monotonic() < this.#olderUntil
    return this.#only ?? (isOlder ? 4 : 5)
  }

  /** Whether 3.1.1 may be tried where 5 was refused. */
  get isFree(): boolean {
    return this.#only === undefined
  }

  /** The broker has accepted the connection. */
  taken(): void {
    if (this.#isTrial) this.#olderUntil = this.#monotonic() + OLDER_MS
  }

  /** The connection ended before the broker had said a word. */
  hungUp(version: 4 | 5): void {
    this.#isOlderNext = version === 5
    this.#olderUntil = Number.NEGATIVE_INFINITY
  }
}
