/** The traffic of all sources of a vehicle: silent are those that should talk, lost those that cannot. */
import type { Millis } from '../../model/time.ts'
import { BusTraffic, RATE_MS } from './bus-traffic.ts'

/** Frames a second of a vehicle in use, before this one's own rate is known. */
const USUAL = 100
/** Share of the usual rate from which on traffic is like that of a vehicle in use. */
const LIKE_USED = 0.6

export class Traffic {
  readonly #buses = new Map<string, BusTraffic>()
  #usedSince: Millis | undefined

  frames(source: string, count: number, now: Millis): void {
    this.#bus(source, now).frames(count, now)
    const isLikeUsed = this.rate(now) >= LIKE_USED * (this.#usual() || USUAL)
    this.#usedSince = isLikeUsed ? (this.#usedSince ?? now) : undefined
  }

  answered(source: string, now: Millis): void {
    this.#bus(source, now).answered(now)
  }

  lost(source: string, isLost: boolean, now: Millis): void {
    this.#bus(source, now).lost(isLost, now)
  }

  learn(now: Millis): void {
    for (const bus of this.#buses.values()) if (!bus.isLost) bus.learn(now)
  }

  rate(now: Millis): number {
    let rate = 0
    for (const bus of this.#buses.values()) rate += bus.rate(now)
    return rate
  }

  /** Traffic now is this part of what it is in use; undefined where that is not known. */
  share(now: Millis): number | undefined {
    const usual = this.#usual()
    const isFilled = this.#present().every((bus) => now - bus.changedAt >= RATE_MS)
    return usual === 0 || !isFilled ? undefined : this.rate(now) / usual
  }

  /** For how long the traffic has been like that of a vehicle in use. */
  usedFor(now: Millis): Millis {
    return this.#usedSince === undefined ? 0 : now - this.#usedSince
  }

  /** For how long no source that is there has heard anything; 0 where none is there. */
  silentFor(now: Millis): Millis {
    const heard = this.#present().map((bus) => bus.heardAt)
    return heard.length === 0 ? 0 : now - Math.max(...heard)
  }

  /** Whether a source that is there heard control units talk by themselves before it fell silent. */
  wasLively(since: Millis): boolean {
    return this.#present().some(
      ({ livelyAt, changedAt, heardAt }) => livelyAt >= Math.max(changedAt, heardAt - 1000, since),
    )
  }

  /** For how long every source that ever heard something has been lost; undefined if one is there. */
  lostFor(now: Millis): Millis | undefined {
    const all = [...this.#buses.values()]
    const heard = all.filter((bus) => bus.hasHeard)
    const buses = heard.length === 0 ? all : heard
    if (buses.length === 0 || buses.some((bus) => !bus.isLost)) return undefined
    return now - Math.max(...buses.map((bus) => bus.changedAt))
  }

  #usual(): number {
    return this.#present().reduce((sum, bus) => sum + bus.usual, 0)
  }

  #present(): BusTraffic[] {
    return [...this.#buses.values()].filter((bus) => !bus.isLost)
  }

  #bus(source: string, now: Millis): BusTraffic {
    const known = this.#buses.get(source)
    if (known !== undefined) return known
    const bus = new BusTraffic(now)
    this.#buses.set(source, bus)
    return bus
  }
}
