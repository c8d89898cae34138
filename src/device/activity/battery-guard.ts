/**
 * Watches over the battery: with engine and wheels at rest and a voltage that stays low everything has to
 * stop; in use a low voltage is that of an alternator that fails, and only worth a warning.
 * How long it has to be low outlasts any crank.
 */
import type { Millis } from '../../model/time.ts'

/** A battery counts as recovered so far above the limit, for so long. */
const RECOVERED_V = 0.4
const RECOVERED_MS: Millis = 10_000
/** Up to here noise does not begin the time anew. */
const NOISE_V = 0.15
/** Smart alternators let the battery carry the load, but not this far down. */
const ALTERNATOR_V = 12
const ALTERNATOR_MS: Millis = 60_000

export interface BatteryLevel {
  /** Undefined: not known now. */
  volts: number | undefined
  /** 2 with a 24 V battery. */
  scale: number
  /** When it was measured: time in which nobody measures is not time in which it is low. */
  at: Millis
}

export interface BatteryGuardOptions {
  lowVoltage: number
  lowVoltageSeconds: number
  warned: (reason: string) => void
  shutdown: (reason: string) => void
}

export class BatteryGuard {
  readonly #options: BatteryGuardOptions
  #lowSince: Millis | undefined
  #okSince: Millis | undefined
  #weakSince: Millis | undefined
  #isWarned = false
  #reason: string | undefined

  constructor(options: BatteryGuardOptions) {
    this.#options = options
  }

  /** Why everything stops; undefined if it need not. */
  get reason(): string | undefined {
    return this.#reason
  }

  update({ volts, scale, at }: BatteryLevel, isInUse: boolean): void {
    if (volts === undefined) {
      this.#lowSince = undefined
      this.#weakSince = undefined
      return
    }
    this.#alternator(volts, scale, isInUse, at)
    const limit = this.#options.lowVoltage * scale
    if (isInUse) {
      this.#lowSince = undefined
      this.#reason = undefined
    } else if (this.#reason === undefined) this.#fall(volts, limit, scale, at)
    else this.#recover(volts, limit, scale, at)
  }

  #fall(volts: number, limit: number, scale: number, now: Millis): void {
    if (volts >= limit + NOISE_V * scale) this.#lowSince = undefined
    else if (volts < limit) this.#lowSince ??= now
    const { lowVoltageSeconds, shutdown } = this.#options
    if (this.#lowSince === undefined || now - this.#lowSince < lowVoltageSeconds * 1000) return
    const minutes = (lowVoltageSeconds / 60).toFixed(lowVoltageSeconds % 60 === 0 ? 0 : 1)
    this.#reason = `engine off and the battery at ${volts.toFixed(1)} V, below ${limit.toFixed(1)} V for ${minutes} min`
    this.#okSince = undefined
    this.#lowSince = undefined
    shutdown(this.#reason)
  }

  #recover(volts: number, limit: number, scale: number, now: Millis): void {
    if (volts < limit + RECOVERED_V * scale) {
      this.#okSince = undefined
      return
    }
    this.#okSince ??= now
    if (now - this.#okSince >= RECOVERED_MS) this.#reason = undefined
  }

  #alternator(volts: number, scale: number, isInUse: boolean, now: Millis): void {
    if (!isInUse || volts >= (ALTERNATOR_V + NOISE_V) * scale) {
      this.#weakSince = undefined
      if (volts >= (ALTERNATOR_V + RECOVERED_V) * scale) this.#isWarned = false
      return
    }
    if (volts < ALTERNATOR_V * scale) this.#weakSince ??= now
    if (this.#isWarned || this.#weakSince === undefined) return
    if (now - this.#weakSince < ALTERNATOR_MS) return
    this.#isWarned = true
    this.#options.warned(
      `in use at ${volts.toFixed(1)} V: the battery seems not to be charged any more`,
    )
  }
}
