/**
 * The supply voltage over the last minute: its level through noise, where it came from, and the two
 * things that it tells of a vehicle that rests: a crank, and a rise to where only a charger,
 * an alternator or a DC-DC converter lifts it.
 *
 * All limits are those of a 12 V battery and doubled on 24 V. A level is a median: single samples
 * are noise, or a dip while something heavy is switched on.
 */
import type { Millis } from '../../model/time.ts'
import { median } from './median.ts'

/** Above this no 12 V vehicle is. */
const TWELVE_VOLT_MAX = 18
const FRESH_MS: Millis = 60_000
const LEVEL_MS: Millis = 4000
/** With few samples a level is made of as many as this, if they are not too old. */
const LEVEL_SAMPLES = 3
const LEVEL_MAX_MS: Millis = 20_000
const STEADY_MS: Millis = 12_000
const MAX_SAMPLES = 300
/** Samples closer together are one, except the dips in them. */
const APART_MS: Millis = 200
/** From here on something charges the battery. */
export const CHARGING_V = 13.2
/** A battery just charged may still show this. */
const AT_REST_V = 12.9
const RISE_V = 0.6
const RISE_KEPT_V = 0.3
const RISE_AFTER_MS: Millis = 5000
const RISE_GONE_MS: Millis = 10_000
/** Noise and door locks together stay above. */
const CRANK_DIP_V = 1
const CRANK_MS: Millis = 15_000
const CRANKED_V = 13
const CRANKED_AFTER_MS: Millis = 2000
const TREND_V = 0.15

interface Sample {
  at: Millis
  volts: number
}

export class Voltage {
  #samples: Sample[] = []
  #scale = 1
  #rest: number | undefined
  #restSince: Millis | undefined = 0
  #chargedAt: Millis = Number.NEGATIVE_INFINITY
  #riseSince: Millis | undefined
  #fellSince: Millis | undefined
  #dipAt: Millis = Number.NEGATIVE_INFINITY
  #backSince: Millis | undefined
  crankedAt: Millis = Number.NEGATIVE_INFINITY
  /** When the present rise above the level at rest was certain. */
  roseAt: Millis | undefined

  /** 2 with a 24 V battery. */
  get scale(): number {
    return this.#scale
  }

  add(volts: number, now: Millis): void {
    if (!Number.isFinite(volts) || volts <= 0) return
    const last = this.#samples.at(-1)
    if (last !== undefined && now - last.at < APART_MS) last.volts = Math.min(last.volts, volts)
    else this.#samples.push({ at: now, volts })
    while (this.#isOld(now)) this.#samples.shift()
    const level = this.level(now)
    if (level === undefined) return
    if (level > TWELVE_VOLT_MAX && this.#samples.length >= LEVEL_SAMPLES) this.#scale = 2
    if (level >= CHARGING_V * this.#scale) this.#chargedAt = now
    if (this.#restSince !== undefined) this.#watchRest(volts, level, now)
  }

  /** From now on the vehicle rests: what it comes to is the level that a rise is measured from. */
  rests(now: Millis): void {
    this.#restSince = now
    this.#rest = undefined
    this.#riseSince = undefined
    this.#dipAt = Number.NEGATIVE_INFINITY
    this.roseAt = undefined
  }

  wakes(): void {
    this.#restSince = undefined
  }

  /** When it was measured last. */
  get at(): Millis {
    return this.#samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY
  }

  isKnown(now: Millis): boolean {
    return now - this.at <= FRESH_MS
  }

  level(now: Millis): number | undefined {
    if (!this.isKnown(now)) return undefined
    const young = this.#since(now - LEVEL_MS)
    if (young.length >= LEVEL_SAMPLES) return median(young)
    const few = this.#since(now - LEVEL_MAX_MS).slice(-LEVEL_SAMPLES)
    return few.length > 0 ? median(few) : this.#samples.at(-1)?.volts
  }

  /** At a level that nothing but charging brings. */
  charges(now: Millis, volts = CHARGING_V): boolean {
    return (this.level(now) ?? 0) >= volts * this.#scale
  }

  /** From charging down to rest, within the last minute. */
  hasDropped(now: Millis): boolean {
    const level = this.level(now)
    const isAtRest = level !== undefined && level < AT_REST_V * this.#scale
    return isAtRest && now - this.#chargedAt <= FRESH_MS
  }

  /** `13.9 V`, `12.4 V and falling`; undefined if it is not known. */
  text(now: Millis): string | undefined {
    const level = this.level(now)
    if (level === undefined) return undefined
    const earlier = this.#samples.filter(({ at }) => now - at > LEVEL_MS && now - at < LEVEL_MAX_MS)
    const change = earlier.length === 0 ? 0 : level - median(earlier.map(({ volts }) => volts))
    const trend = Math.abs(change) < TREND_V ? '' : change < 0 ? ' and falling' : ' and rising'
    return `${level.toFixed(1)} V${trend}`
  }

  #watchRest(volts: number, level: number, now: Millis): void {
    const steady = this.#since(Math.max(now - STEADY_MS, this.#restSince ?? 0))
    const floor = steady.length >= LEVEL_SAMPLES ? median(steady) : undefined
    if (floor !== undefined && floor < (this.#rest ?? Number.POSITIVE_INFINITY)) this.#rest = floor
    if (this.#rest === undefined) return
    this.#watchRise(level, this.#rest, now)
    this.#watchCrank(volts, level, this.#rest, now)
  }

  #watchRise(level: number, rest: number, now: Millis): void {
    const scale = this.#scale
    if (level >= CHARGING_V * scale && level >= rest + RISE_V * scale) {
      this.#riseSince ??= now
      this.#fellSince = undefined
      if (now - this.#riseSince >= RISE_AFTER_MS) this.roseAt ??= now
    } else if (level < rest + RISE_KEPT_V * scale) {
      this.#riseSince = undefined
      this.#fellSince ??= now
      if (now - this.#fellSince >= RISE_GONE_MS) this.roseAt = undefined
    }
  }

  #watchCrank(volts: number, level: number, rest: number, now: Millis): void {
    if (volts <= rest - CRANK_DIP_V * this.#scale) this.#dipAt = now
    const isBack = now - this.#dipAt <= CRANK_MS && level >= CRANKED_V * this.#scale
    if (!isBack || level < rest + RISE_KEPT_V * this.#scale) {
      this.#backSince = undefined
      return
    }
    this.#backSince ??= now
    if (now - this.#backSince >= CRANKED_AFTER_MS) this.crankedAt = now
  }

  #since(moment: Millis): number[] {
    return this.#samples.filter(({ at }) => at >= moment).map(({ volts }) => volts)
  }

  #isOld(now: Millis): boolean {
    const first = this.#samples[0]
    if (first === undefined) return false
    return now - first.at > FRESH_MS || this.#samples.length > MAX_SAMPLES
  }
}
