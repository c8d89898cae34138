/**
 * Whether a traction battery is being charged: because the vehicle says so, because a current flows
 * into the battery while the vehicle stands (positive: into the battery, as VSS counts), or because
 * its state of charge rises meanwhile.
 */
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'

/** Polled while idling every 10 s, while charging too. */
const SAYS_SO_MS: Millis = 120_000
const CURRENT_MS: Millis = 30_000
/** Ampere; below it auxiliaries and sensor offsets. */
const CHARGING_A = 2
/** For so long: when a vehicle stops, the last of the recuperation is still seen. */
const CURRENT_FOR_MS: Millis = 10_000
/** One step of the usual one-byte scale is 0.0039. */
const RISE = 0.006
const RISE_MS: Millis = 15 * 60_000

export class ChargeSigns {
  #saidAt: Millis = Number.NEGATIVE_INFINITY
  #deniedAt: Millis = Number.NEGATIVE_INFINITY
  #flowsSince: Millis | undefined
  #flowedAt: Millis = Number.NEGATIVE_INFINITY
  #lowestSoc: number | undefined
  #lowestAt: Millis = 0
  #roseAt: Millis = Number.NEGATIVE_INFINITY

  /** When one of them was last seen. */
  get at(): Millis {
    return Math.max(this.#saidAt, this.#flowedAt, this.#roseAt)
  }

  says(isCharging: boolean, now: Millis): void {
    if (isCharging) this.#saidAt = now
    else this.#deniedAt = now
  }

  number(signal: SignalName, value: number, now: Millis): void {
    if (signal === 'tractionCurrent') this.#current(value, now)
    else if (signal === 'soc') this.#soc(value, now)
  }

  /** A moving vehicle recuperates, a running engine charges too: what was seen does not count. */
  interrupt(): void {
    this.#flowsSince = undefined
    this.#flowedAt = Number.NEGATIVE_INFINITY
    this.#roseAt = Number.NEGATIVE_INFINITY
    this.#lowestSoc = undefined
  }

  reason(now: Millis): string | undefined {
    if (now - this.#saidAt < SAYS_SO_MS && this.#saidAt > this.#deniedAt) {
      return 'the vehicle says that it is charging'
    }
    if (now - this.#deniedAt < SAYS_SO_MS) return undefined
    if (now - this.#flowedAt < CURRENT_MS) {
      return 'it stands and a current flows into the traction battery'
    }
    if (now - this.#roseAt < RISE_MS) return 'it stands and its state of charge rises'
    return undefined
  }

  #current(value: number, now: Millis): void {
    if (value < CHARGING_A) {
      this.#flowsSince = undefined
      this.#flowedAt = Number.NEGATIVE_INFINITY
      return
    }
    this.#flowsSince ??= now
    if (now - this.#flowsSince >= CURRENT_FOR_MS) this.#flowedAt = now
  }

  #soc(value: number, now: Millis): void {
    const lowest = this.#lowestSoc
    const isOld = now - this.#lowestAt > RISE_MS
    if (lowest !== undefined && value - lowest >= RISE && !isOld) this.#roseAt = now
    else if (lowest !== undefined && value > lowest && !isOld) return
    if (lowest !== undefined && value < lowest) this.#roseAt = Number.NEGATIVE_INFINITY
    this.#lowestSoc = value
    this.#lowestAt = now
  }
}
