/**
 * The trouble codes of a vehicle's control units, and what clearing does to them. What is there at a
 * moment follows from the scenario's faults and from when the codes were cleared, so it may be asked
 * for in any order.
 *
 * A fault is pending from when it is seen, stored when it is confirmed, and permanent with it until
 * it heals, whatever is cleared. The first stored one has a freeze frame and lights the lamp.
 */
import type { Micros } from '../../model/time.ts'
import type { Physics, VehicleState } from './physics.ts'
import type { Fault } from './physics-scenario.ts'

export interface CodeState {
  stored: readonly string[]
  pending: readonly string[]
  permanent: readonly string[]
  isLampOn: boolean
  /** The vehicle when the first code was stored. */
  frozen: { code: string; state: VehicleState } | undefined
  /** km and seconds since the codes were cleared, and with the lamp on. */
  distanceSinceClear: number
  secondsSinceClear: number
  warmUpsSinceClear: number
  distanceWithLamp: number
  secondsWithLamp: number
}

interface Seen {
  fault: Fault
  pendingAt: Micros
  storedAt: Micros
  healedAt: Micros
}

/** Before the scenario the codes were last cleared so long ago. */
const BEFORE = { km: 1843, seconds: 86_400 * 43, warmUps: 61 }

export class CodeMemory {
  readonly #physics: Physics
  readonly #clears: { unit: string; time: Micros }[] = []

  constructor(physics: Physics) {
    this.#physics = physics
  }

  clear(unit: string, time: Micros): void {
    this.#clears.push({ unit, time })
  }

  at(unit: string, time: Micros): CodeState {
    const cleared = this.#clears.findLast((clear) => clear.unit === unit && clear.time <= time)
    const faults = this.#physics.faults.filter((fault) => fault.unit === unit)
    const seen = faults.flatMap((fault) => this.#seen(fault, cleared?.time) ?? [])
    const stored = seen.filter(({ storedAt }) => storedAt <= time)
    const pending = seen.filter((one) => one.pendingAt <= time && time < one.healedAt)
    const lit = stored.filter(({ fault }) => fault.isMinor !== true)
    const first = stored.toSorted((a, b) => a.storedAt - b.storedAt)[0]
    return {
      stored: stored.map(({ fault }) => fault.code),
      pending: pending.map(({ fault }) => fault.code),
      permanent: this.#permanent(faults, time),
      isLampOn: lit.length > 0,
      frozen: first && { code: first.fault.code, state: this.#physics.at(first.storedAt) },
      ...this.#since(cleared?.time, time),
      ...this.#withLamp(lit, time),
    }
  }

  #seen(fault: Fault, cleared: Micros | undefined): Seen | undefined {
    const { at, confirmedAfter = 0, healsAt, returnsAfter } = fault
    const healedAt = this.#time(healsAt ?? Number.POSITIVE_INFINITY)
    const first = this.#time(at)
    const isSeenAgain = cleared !== undefined && cleared >= first
    if (isSeenAgain && returnsAfter === undefined) return undefined
    const pendingAt = isSeenAgain ? cleared + (returnsAfter ?? 0) * 1e6 : first
    if (pendingAt >= healedAt) return undefined
    const confirmedAt = pendingAt + confirmedAfter * 1e6
    const storedAt = confirmedAt < healedAt ? confirmedAt : Number.POSITIVE_INFINITY
    return { fault, pendingAt, storedAt, healedAt }
  }

  #permanent(faults: readonly Fault[], time: Micros): string[] {
    return faults.flatMap(({ code, at, confirmedAfter = 0, healsAt, isMinor }) => {
      const isThere = time >= this.#time(at + confirmedAfter)
      const isHealed = healsAt !== undefined && time >= this.#time(healsAt)
      return isThere && !isHealed && isMinor !== true ? [code] : []
    })
  }

  #since(cleared: Micros | undefined, time: Micros) {
    const from = cleared ?? this.#physics.start
    const [now, then] = [this.#physics.at(time), this.#physics.at(from)]
    const before = cleared === undefined ? BEFORE : { km: 0, seconds: 0, warmUps: 0 }
    return {
      distanceSinceClear: before.km + Math.max(now.odometer - then.odometer, 0),
      secondsSinceClear: before.seconds + Math.max((time - from) / 1e6, 0),
      warmUpsSinceClear: before.warmUps + Math.max(now.warmUps - then.warmUps, 0),
    }
  }

  #withLamp(lit: readonly Seen[], time: Micros) {
    if (lit.length === 0) return { distanceWithLamp: 0, secondsWithLamp: 0 }
    const now = this.#physics.at(time)
    const then = this.#physics.at(Math.min(...lit.map(({ storedAt }) => storedAt)))
    return {
      distanceWithLamp: Math.max(now.odometer - then.odometer, 0),
      secondsWithLamp: Math.max(now.engineSeconds - then.engineSeconds, 0),
    }
  }

  #time(seconds: number): Micros {
    return this.#physics.start + seconds * 1e6
  }
}
