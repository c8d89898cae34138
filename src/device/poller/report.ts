/** What the poller says of itself for `/health`. */
import type { Polling } from './polling.ts'
import { nameOf, secondsOf } from './words.ts'

export interface PollerReport {
  /** In a sentence: what it does, or why it does nothing. */
  readonly state: string
  readonly discovery: string
  readonly units: readonly UnitReport[]
  /** Questions that are asked, and those that are not answered. */
  readonly live: number
  readonly dead: number
  readonly requestsPerSecond: number
  /** What is asked less often than it should be, in words. */
  readonly slow: readonly string[]
}

export interface UnitReport {
  /** The identifier of its answers, in hexadecimal. */
  readonly unit: string
  readonly pids: number
  /** Several PIDs are asked for in one request. */
  readonly multi: boolean
  readonly isSilent: boolean
}

/** A period that is stretched by more than that is worth a word. */
const SLOW = 1.5

export function reportOf(polling: Polling, state: string, perSecond: number): PollerReport {
  const asked = polling.schedule.entries.filter(({ wanted }) => wanted !== undefined)
  const slow = asked.flatMap(({ isSteady, wanted = 0, period, planned }) =>
    isSteady && period > wanted * SLOW && Number.isFinite(period)
      ? [`${nameOf(planned.item)} every ${secondsOf(period)} s instead of ${secondsOf(wanted)} s`]
      : [],
  )
  return {
    state,
    discovery: polling.discovery,
    units: unitReports(polling),
    live: asked.filter(({ health }) => !health.isDead).length,
    dead: asked.filter(({ health }) => health.isDead).length,
    requestsPerSecond: Math.round(perSecond * 10) / 10,
    slow,
  }
}

function unitReports({ schedule, units }: Polling): UnitReport[] {
  const names = new Set(schedule.entries.map(({ planned }) => planned.unit))
  return [...names].sort().map((unit) => ({
    unit,
    pids: units.support(unit)?.pids.length ?? 0,
    multi: units.state(unit).several.isTaken,
    isSilent: units.state(unit).isSilent,
  }))
}
