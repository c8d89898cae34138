/** The control units that are asked: which may be asked now, which sleep, and whether all of them do. */
import type { Millis } from '../../model/time.ts'
import { unitName } from './addresses.ts'
import type { Entry } from './entry.ts'
import type { UnitSupport, VehicleSupport } from './support.ts'
import { UnitState } from './unit-state.ts'

export class Units {
  #states = new Map<string, UnitState>()
  #supports = new Map<string, UnitSupport>()
  /** Those that discovery found are asked only once it is known that this is still their vehicle. */
  isVerified = false

  /** Starts anew with these. */
  reset(support: VehicleSupport | undefined, names: Iterable<string>): void {
    this.#supports = new Map(support?.units.map((unit) => [unitName(unit.answers), unit]))
    this.#states = new Map(
      [...names].map((name) => [name, new UnitState(this.#supports.get(name))]),
    )
  }

  /** All may be asked again, once it is known that it is still their vehicle. */
  wake(): void {
    this.isVerified = false
    for (const state of this.#states.values()) state.isBack()
  }

  state(name: string): UnitState {
    const state = this.#states.get(name) ?? new UnitState(this.#supports.get(name))
    this.#states.set(name, state)
    return state
  }

  support(name: string): UnitSupport | undefined {
    return this.#supports.get(name)
  }

  isOpen(name: string, now: Millis): boolean {
    const state = this.state(name)
    return !state.isSilent && state.blockedUntil <= now && this.#isKnown(name)
  }

  /** One that sleeps and is to be asked whether it is back. */
  toProbe(now: Millis): string | undefined {
    for (const [name, { probeAt, blockedUntil }] of this.#states) {
      if (probeAt !== undefined && Math.max(probeAt, blockedUntil) <= now && this.#isKnown(name)) {
        return name
      }
    }
    return undefined
  }

  /** When a closed one is to be asked, or opens; infinity where none is closed. */
  nextAt(now: Millis): Millis {
    let next = Number.POSITIVE_INFINITY
    for (const [name, { probeAt, blockedUntil }] of this.#states) {
      if (!this.#isKnown(name)) continue
      if (probeAt !== undefined) next = Math.min(next, Math.max(probeAt, blockedUntil))
      else if (blockedUntil > now) next = Math.min(next, blockedUntil)
    }
    return next
  }

  /** Everybody who has something to say sleeps, or is not known to be there. */
  areSilent(entries: readonly Entry[]): boolean {
    return entries
      .filter(({ wanted, health }) => wanted !== undefined && !health.isDead)
      .every(({ planned: { unit } }) => this.state(unit).isSilent || !this.#isKnown(unit))
  }

  #isKnown(name: string): boolean {
    return this.isVerified || !this.#supports.has(name)
  }
}
