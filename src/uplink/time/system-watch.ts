/**
 * Looks at the system clock with every tick, and now and then at what is known of it: every ten
 * seconds until the network has confirmed it, then every five minutes, and at once when it was set.
 * While that is being found out it says nothing of the clock.
 */
import type { Millis } from '../../model/time.ts'
import { hasRealTimeClock } from './board.ts'
import { NetworkEvidence } from './evidence.ts'
import type { SystemTime, SystemTrust } from './time-keeper.ts'
import type { TimeWorld } from './time-world.ts'

/** `auto`: what the machine knows; `system`: believe its clock; `gnss-only`: never believe it. */
export type TrustSetting = 'auto' | 'system' | 'gnss-only'

export interface SystemWatchOptions {
  setting: TrustSetting
  world: TimeWorld
  monotonic: () => Millis
  tell: (time: SystemTime) => void
}

const UNTRUSTED_EVERY_MS: Millis = 10_000
const TRUSTED_EVERY_MS: Millis = 300_000
/** The clock was set if it gains or loses so much between two ticks. */
const SET_MS: Millis = 500

export class SystemWatch {
  readonly #options: SystemWatchOptions
  readonly #evidence: NetworkEvidence
  #trust: SystemTrust = 'none'
  #witness = ''
  #offset: Millis
  #checkedAt: Millis
  /** Counts checks; the one that is under way has the last number. */
  #checks = 0
  #isChecking = false

  constructor(options: SystemWatchOptions) {
    const { monotonic, world } = options
    this.#options = options
    this.#evidence = new NetworkEvidence(world)
    this.#offset = world.wall() - monotonic()
    this.#checkedAt = Number.NEGATIVE_INFINITY
  }

  /** Who says that the clock is right; empty if nobody does. */
  get witness(): string {
    return this.#witness
  }

  /** A first reading, from what needs no program. */
  first(): SystemTime {
    this.#take(this.#evidence.isMarked ? 'systemd-timesyncd' : undefined)
    return this.#reading()
  }

  /** Several times a second. */
  tick(): void {
    const { monotonic, tell } = this.#options
    const reading = this.#reading()
    const offset = reading.wall - reading.monotonic
    const wasSet = Math.abs(offset - this.#offset) > SET_MS
    this.#offset = offset
    const every = this.#trust === 'network' ? TRUSTED_EVERY_MS : UNTRUSTED_EVERY_MS
    if (wasSet || monotonic() - this.#checkedAt >= every) {
      // One that is under way saw the clock as it was before.
      if (wasSet) this.#isChecking = false
      void this.check()
    }
    if (!this.#isChecking) tell(reading)
  }

  /** Finds out what the clock is worth now. */
  async check(): Promise<void> {
    if (this.#isChecking) return
    const { setting, monotonic, tell } = this.#options
    this.#checkedAt = monotonic()
    if (setting !== 'auto') return
    this.#isChecking = true
    this.#checks += 1
    const check = this.#checks
    const witness = await this.#evidence.witness()
    if (this.#checks !== check) return
    this.#isChecking = false
    this.#take(witness)
    tell(this.#reading())
  }

  #take(witness: string | undefined): void {
    const { setting, world } = this.#options
    if (setting === 'gnss-only') {
      this.#trust = 'none'
      return
    }
    if (setting === 'system') {
      this.#trust = 'network'
      this.#witness = 'the configuration'
      return
    }
    const hasClock = witness === undefined && hasRealTimeClock(world)
    this.#trust = witness === undefined ? (hasClock ? 'rtc' : 'none') : 'network'
    this.#witness = witness ?? (hasClock ? 'the real-time clock' : '')
  }

  #reading(): SystemTime {
    const { world, monotonic } = this.#options
    return { wall: world.wall(), monotonic: monotonic(), trust: this.#trust }
  }
}
