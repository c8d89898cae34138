/**
 * Whether a question is worth asking: one that is refused, or twice in a row not answered, is dead.
 * A dead one is tried again after 10 s, 20 s, 40 s, … 1 h, and lives again with its first answer.
 */
import type { Millis } from '../../model/time.ts'

const FIRST_MS: Millis = 10_000
const MAX_MS: Millis = 3_600_000
const JITTER = 0.2
const SILENCES = 2
/** Enough doublings for the longest delay. */
const MAX_FAILURES = 10

export class Health {
  /** It was answered before. */
  isProven = false
  #failures: number
  #silences = 0

  constructor(failures = 0) {
    this.#failures = Math.min(failures, MAX_FAILURES)
  }

  /** Tries in vain since it is dead; 0: it is not. */
  get failures(): number {
    return this.#failures
  }

  get isDead(): boolean {
    return this.#failures > 0
  }

  answered(): void {
    this.isProven = true
    this.#failures = 0
    this.#silences = 0
  }

  refused(): void {
    this.#silences = 0
    this.#failures = Math.min(this.#failures + 1, MAX_FAILURES)
  }

  silent(): void {
    this.#silences += 1
    if (this.isDead || this.#silences >= SILENCES) this.refused()
  }

  /** The silence was the control unit's, not its own. */
  forgive(): void {
    this.#silences = 0
  }

  /** Until a dead one is tried again; `random` is 0 to 1. */
  delay(random: number): Millis {
    const delay = Math.min(FIRST_MS * 2 ** (this.#failures - 1), MAX_MS)
    return delay * (1 - JITTER + 2 * JITTER * random)
  }
}
