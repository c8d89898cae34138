/** One question on the schedule: when it is due, by when it should be asked, and whether it is alive. */
import type { Millis } from '../../model/time.ts'
import { ONCE } from './catalogue.ts'
import { Health } from './health.ts'
import type { PlannedItem } from './plan.ts'

/** Within that time after a start everything should have been read once. */
const FIRST_READING_MS: Millis = 3000
/** A dead one is tried after everybody else. */
const TRY_MS: Millis = 10_000
/** After a first silence. */
const RETRY_MS: Millis = 3000
/** At least this part of a period passes between two readings, however late the first was. */
const LEAST_PART = 0.5

export class Entry {
  readonly planned: PlannedItem
  readonly health: Health
  /** Without strain; undefined: not asked in this state, `ONCE`: once. */
  wanted: Millis | undefined
  /** As it fits. */
  period: Millis = ONCE
  /** While somebody watches one of its signals. */
  watched: Millis | undefined
  release: Millis
  askedAt: Millis | undefined
  isFirst = true
  /** Its answers do not have the length they should: it is asked alone. */
  isOddlySized = false
  /** How many answered the last time; 0: not known. */
  responders = 0

  constructor(planned: PlannedItem, now: Millis, failures: number) {
    this.planned = planned
    this.health = new Health(failures)
    this.release = now
  }

  /** Takes part in steady rates. */
  get isSteady(): boolean {
    return this.wanted !== undefined && this.wanted !== ONCE && !this.health.isDead
  }

  get deadline(): Millis {
    if (this.health.isDead) return this.release + TRY_MS
    return this.release + (this.isFirst ? Math.min(this.period, FIRST_READING_MS) : this.period)
  }

  isDue(now: Millis): boolean {
    return this.wanted !== undefined && this.release <= now
  }

  /** Everything is read again. */
  wake(now: Millis): void {
    this.release = now
    this.isFirst = true
    this.health.forgive()
  }

  /** Its period changed: a shorter one counts from the last question on. */
  fits(period: Millis): void {
    const isShorter = period < this.period
    this.period = period
    if (isShorter && !this.health.isDead && this.askedAt !== undefined && period !== ONCE) {
      this.release = Math.min(this.release, this.askedAt + period)
    }
  }

  answered(now: Millis): void {
    const wasDead = this.health.isDead
    this.health.answered()
    this.isFirst = false
    this.askedAt = now
    if (this.wanted === ONCE) this.release = Number.POSITIVE_INFINITY
    else if (wasDead) this.release = now + this.period
    else this.release = Math.max(this.release + this.period, now + this.period * LEAST_PART)
  }

  refused(now: Millis, random: number): void {
    this.health.refused()
    this.#failed(now, random)
  }

  silent(now: Millis, random: number): void {
    this.responders = 0
    this.health.silent()
    this.#failed(now, random)
  }

  /** The control unit wants to be asked later. */
  later(now: Millis): void {
    this.askedAt = now
    this.release = now + Math.min(this.period, RETRY_MS)
  }

  #failed(now: Millis, random: number): void {
    this.askedAt = now
    const delay = this.health.isDead ? this.health.delay(random) : Math.min(this.period, RETRY_MS)
    this.release = now + delay
  }
}
