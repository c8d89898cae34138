/**
 * The gateway's wall clock: an offset and monotonic time. A Raspberry Pi has no clock of its own, so
 * the system's is one witness among others and is never followed blindly. Pure: time, readings of
 * the system clock and fixes are passed in.
 *
 * Until something confirms the time, this clock goes on from the newest time that the last run saw,
 * or with the system clock where that is later; it never runs back. With trust (network or GNSS,
 * before them a real-time clock) it jumps once, and says by how much the times of this boot were
 * wrong until then. From there on it only drifts towards what is confirmed (1 % at most); a confirmed
 * step forward is taken, one backward of more than a minute is taken and told.
 *
 * | has       | told                    | does                                              |
 * |-----------|-------------------------|---------------------------------------------------|
 * | none      | system clock, unproven  | follows forward if plausible, tells the step      |
 * | none      | rtc, network, gnss      | jumps, tells                                      |
 * | rtc       | rtc                     | follows forward                                   |
 * | rtc       | network, gnss           | jumps, tells; back by a minute or less: drifts    |
 * | network, gnss | none, rtc (`date -s`) | nothing                                         |
 * | network, gnss | network, gnss       | drifts; steps when confirmed                      |
 */
import type { GnssTime } from '../../model/ports.ts'
import type { ClockTrust } from '../../model/record.ts'
import type { Millis } from '../../model/time.ts'
import { Candidate } from './candidate.ts'
import { GnssFilter } from './gnss-filter.ts'
import { isPlausible, withoutRollOver } from './plausible.ts'
import { SlewedOffset } from './slewed-offset.ts'

export type SystemTrust = Extract<ClockTrust, 'none' | 'rtc' | 'network'>
export type KnownTrust = Exclude<ClockTrust, 'recorded'>

/** What the system clock shows, and what is known of it. */
export interface SystemTime {
  wall: Millis
  monotonic: Millis
  trust: SystemTrust
}

export interface TimeReport {
  trust: KnownTrust
  previous: KnownTrust
  /** What this boot's times until now were wrong by: the clock has just jumped by it. */
  delta: Millis
}

export interface TimeKeeperOptions {
  /** No true time is before it. */
  buildDate: Millis
  /** Newest time of earlier runs that was known to be true. */
  newestTrusted?: Millis | undefined
  /** Newest time that earlier runs have shown at all. */
  newestSeen?: Millis | undefined
  /** Reading of the system clock to begin with. */
  first: SystemTime
  changed?: (report: TimeReport) => void
}

const RANK: Record<KnownTrust, number> = { none: 0, rtc: 1, network: 2, gnss: 2 }
/** Less is put right by drifting. */
const SMALL_MS: Millis = 500
/** A step back of more is taken, once it is confirmed; less is put right by drifting. */
const BACK_MS: Millis = 60_000
/** Restarting takes at least a moment; how long it took nobody knows. */
const BOOT_GAP_MS: Millis = 60_000
/** Clocks of earlier runs may have been a little ahead. */
const SLACK_MS: Millis = 60_000
/** A source that was silent for longer lets the other one speak. */
const SILENT_MS: Millis = 600_000
/** Fixes are late by a part of a second: the network contradicts them only beyond it. */
const APART_MS: Millis = 2000
const FORWARD_NEEDS = { times: 3, forMs: 30_000 }
const BACKWARD_NEEDS = { times: 3, forMs: 300_000 }

export class TimeKeeper {
  readonly #options: TimeKeeperOptions
  readonly #offset: SlewedOffset
  readonly #fixes = new GnssFilter()
  readonly #step = new Candidate()
  readonly #overruling = new Candidate()
  #trust: KnownTrust = 'none'
  #newest: Millis
  #newestTrusted: Millis
  #networkAt: Millis = Number.NEGATIVE_INFINITY
  #gnssAt: Millis = Number.NEGATIVE_INFINITY

  constructor(options: TimeKeeperOptions) {
    const { first, newestTrusted, newestSeen } = options
    this.#options = options
    this.#newestTrusted = newestTrusted ?? Number.NEGATIVE_INFINITY
    const seen = Math.max(newestSeen ?? 0, newestTrusted ?? 0)
    const trust = this.#vetted(first)
    const start =
      trust === 'none' && seen > 0 ? Math.max(first.wall, seen + BOOT_GAP_MS) : first.wall
    this.#offset = new SlewedOffset(start - first.monotonic, first.monotonic)
    this.#newest = Math.floor(start)
    this.#trust = trust
    if (trust === 'network') this.#networkAt = first.monotonic
  }

  get trust(): KnownTrust {
    return this.#trust
  }

  /** Wall time. Grows with monotonic time; runs back only where `changed` was told of it. */
  now(monotonic: Millis): Millis {
    const now = Math.floor(monotonic + this.#offset.at(monotonic))
    if (now > this.#newest) this.#newest = now
    return this.#newest
  }

  /** The newest time known to be true, of this run or an earlier one. */
  newestTrusted(monotonic: Millis): Millis | undefined {
    if (RANK[this.#trust] >= RANK.network) this.#newestTrusted = this.now(monotonic)
    return Number.isFinite(this.#newestTrusted) ? this.#newestTrusted : undefined
  }

  /** The system clock, now and then, and at once when it was set. */
  system(time: SystemTime): void {
    const { monotonic } = time
    const trust = this.#vetted(time)
    const target = time.wall - monotonic
    if (RANK[trust] > RANK[this.#trust]) this.#gain(trust, target, monotonic)
    else if (RANK[this.#trust] >= RANK.network) {
      if (trust === 'network') this.#fromNetwork(target, monotonic)
      return
    } else if (trust === this.#trust) this.#follow(time, target)
    if (trust === 'network') this.#networkAt = monotonic
  }

  /** The date and time of a valid fix. */
  gnss(fix: GnssTime): void {
    const { buildDate } = this.#options
    const { monotonic } = fix
    const utc = withoutRollOver(fix.utc, buildDate)
    if (utc === undefined || !isPlausible(utc, buildDate)) return
    const target = this.#fixes.take({ utc, monotonic })
    if (target === undefined || !this.#isCredible(target, monotonic)) return
    if (RANK[this.#trust] < RANK.gnss) {
      this.#gnssAt = monotonic
      this.#gain('gnss', target, monotonic)
      return
    }
    // The network is the finer clock.
    if (monotonic - this.#networkAt <= SILENT_MS) return
    this.#gnssAt = monotonic
    this.#trust = 'gnss'
    this.#correct(target, monotonic)
  }

  /** What the system clock is really worth. */
  #vetted({ wall, monotonic, trust }: SystemTime): SystemTrust {
    if (trust === 'none' || !isPlausible(wall, this.#options.buildDate)) return 'none'
    if (trust === 'rtc') return wall < this.#newestTrusted - SLACK_MS ? 'none' : 'rtc'
    return this.#isCredible(wall - monotonic, monotonic) ? trust : 'none'
  }

  /** Before the newest trusted time only what is told for long: then that time was the wrong one. */
  #isCredible(target: Millis, monotonic: Millis): boolean {
    const isRunning = RANK[this.#trust] >= RANK.network
    if (isRunning || target + monotonic >= this.#newestTrusted - SLACK_MS) return true
    return this.#overruling.confirms(target, monotonic, BACKWARD_NEEDS)
  }

  #gain(trust: KnownTrust, target: Millis, monotonic: Millis): void {
    const previous = this.#trust
    const delta = Math.round(target - this.#offset.at(monotonic))
    this.#trust = trust
    // What a real-time clock has stamped is published: it is not to be followed by an earlier time.
    const drifts = previous !== 'none' && delta < 0 && delta >= -BACK_MS
    if (drifts) {
      this.#offset.slew(target, monotonic)
      this.#tell({ trust, previous, delta: 0 })
      return
    }
    this.#jump(target, monotonic)
    this.#tell({ trust, previous, delta })
  }

  /** Trust is low, and this is all that there is. */
  #follow({ wall, monotonic, trust }: SystemTime, target: Millis): void {
    if (!isPlausible(wall, this.#options.buildDate)) return
    const delta = Math.round(target - this.#offset.at(monotonic))
    if (Math.abs(delta) < SMALL_MS) {
      this.#offset.slew(target, monotonic)
    } else if (delta > 0) {
      this.#jump(target, monotonic)
      if (trust === 'none') this.#tell({ trust, previous: trust, delta })
    }
  }

  #fromNetwork(target: Millis, monotonic: Millis): void {
    const isApart = Math.abs(target - this.#offset.at(monotonic)) > APART_MS
    if (isApart && monotonic - this.#gnssAt <= SILENT_MS) return
    this.#networkAt = monotonic
    this.#trust = 'network'
    this.#correct(target, monotonic)
  }

  /** A witness that is trusted as much as the time that is known. */
  #correct(target: Millis, monotonic: Millis): void {
    const delta = Math.round(target - this.#offset.at(monotonic))
    if (Math.abs(delta) < SMALL_MS) {
      this.#step.forget()
      this.#offset.slew(target, monotonic)
      return
    }
    const needs = delta < -BACK_MS ? BACKWARD_NEEDS : FORWARD_NEEDS
    if (!this.#step.confirms(target, monotonic, needs)) return
    this.#step.forget()
    if (delta < 0 && delta >= -BACK_MS) {
      this.#offset.slew(target, monotonic)
      return
    }
    this.#jump(target, monotonic)
    if (delta < 0) this.#tell({ trust: this.#trust, previous: this.#trust, delta })
  }

  #jump(target: Millis, monotonic: Millis): void {
    this.#offset.step(target, monotonic)
    this.#newest = Math.floor(target + monotonic)
    this.#newestTrusted = Math.min(this.#newestTrusted, this.#newest)
  }

  #tell(report: TimeReport): void {
    this.#options.changed?.(report)
  }
}
