/**
 * Which odometer readings count. Pure; its state is plain data that is stored with the records. What
 * they add up to is worked out where they are kept, by time of measurement, whenever they came
 * (uplink/store/distance).
 *
 * A vehicle has several odometers that differ a little (two control units, two definitions); each is a
 * series of its own. A reading counts if the vehicle can have driven from the last one of its series
 * to it: not backwards, and no faster than 250 km/h. One that does not follow is rejected, and so is,
 * at first, one that follows after more than 500 km at once. When five more in a row follow from it,
 * for ten seconds and more, it was true: if the vehicle can have driven the step while nobody
 * listened, it counts; if not, the instrument itself has changed (a new cluster, a roll-over, a reset),
 * and a new segment begins. Never readings: 0, the values that instruments are known to invent, and
 * what is the last reading in another unit (miles or metres for km, and the reverse).
 */
import { isDrivable, MAX_STEP_KM, type OdometerRejection } from '../../model/odometer.ts'
import type { Reading } from '../../model/reading.ts'
import type { OdometerSeries, OdometerState } from '../../model/record.ts'
import type { Micros } from '../../model/time.ts'

const BOGUS: ReadonlySet<number> = new Set([0, 65_538, 65_539, 983_040])
const CONFIRMATIONS = 5
const CONFIRMATION_TIME: Micros = 10_000_000
const MICROS_PER_HOUR = 3_600_000_000
const MAX_SERIES = 16
const KM_PER_MILE = 1.609344
const UNIT_RATIOS = [1000, 1 / 1000, KM_PER_MILE, 1 / KM_PER_MILE]
/** How exactly a reading has to be the last one in another unit; less is seen by chance. */
const UNIT_TOLERANCE = 0.0005
/** Below it a ratio says little. */
const MIN_UNIT_KM = 1000

/** `first` of its series, `late`: measured before the newest one; neither can be checked by another. */
export type OdometerVerdict = 'counted' | 'first' | 'late' | 'segment' | OdometerRejection

export function newOdometerState(): OdometerState {
  return { time: 0, series: {} }
}

/** The instrument that a reading comes from. */
export function seriesOf({ source, sender, rank }: Reading): string {
  return `${source}/${sender}/${rank}`
}

export class Odometer {
  readonly state: OdometerState
  /** The first reading of the segment that was begun last; those after it have confirmed it. */
  begun: { km: number; time: Micros } | undefined

  constructor(state: OdometerState = newOdometerState()) {
    this.state = structuredClone(state)
  }

  take(reading: Reading): OdometerVerdict {
    const km = reading.value
    if (typeof km !== 'number' || BOGUS.has(km)) return 'bogus'
    const key = seriesOf(reading)
    const series = this.state.series[key]
    if (series === undefined) {
      this.#forgetOldest()
      const begun = { km, time: reading.time }
      this.state.series[key] = begun
      this.#follow(begun, km, reading.time)
      return 'first'
    }
    if (reading.time < series.time) return 'late'
    const step = km - series.km
    if (step > MAX_STEP_KM || !canDrive(step, series.time, reading.time)) {
      return this.#doubt(series, km, reading)
    }
    return this.#follow(series, km, reading.time)
  }

  /** The clock was set back: what was stamped later than `time` was heard by then. */
  notAfter(time: Micros): void {
    this.state.time = Math.min(this.state.time, time)
    for (const series of Object.values(this.state.series)) {
      series.time = Math.min(series.time, time)
      delete series.candidate
    }
  }

  /** The clock became known: what it has stamped from `since` on was wrong by `delta`. */
  shift(delta: Micros, since: Micros): void {
    const { state } = this
    // 0: nothing was counted yet.
    if (state.time > 0 && state.time >= since) state.time += delta
    for (const series of Object.values(state.series)) {
      if (series.time >= since) series.time += delta
      const { candidate } = series
      if (candidate === undefined || candidate.since < since) continue
      candidate.time += delta
      candidate.since += delta
    }
  }

  #forgetOldest(): void {
    const { series } = this.state
    const keys = Object.keys(series)
    if (keys.length < MAX_SERIES) return
    keys.sort((a, b) => (series[a]?.time ?? 0) - (series[b]?.time ?? 0))
    delete series[keys[0] as string]
  }

  /** A reading that does not follow: rejected, until enough others follow from it. */
  #doubt(series: OdometerSeries, km: number, { time }: Reading): OdometerVerdict {
    if (isOtherUnit(km, series.km)) return 'unit'
    const { candidate } = series
    const follows = candidate !== undefined && canDrive(km - candidate.km, candidate.time, time)
    const { first, since, confirmed } = follows
      ? { ...candidate, confirmed: candidate.confirmed + 1 }
      : { first: km, since: time, confirmed: 0 }
    if (confirmed < CONFIRMATIONS || time - since < CONFIRMATION_TIME) {
      series.candidate = { first, since, km, time, confirmed }
      return km < series.km ? 'backwards' : 'jump'
    }
    const isDriven = canDrive(km - series.km, series.time, time)
    this.#follow(series, km, time)
    if (isDriven) return 'counted'
    this.begun = { km: first, time: since }
    return 'segment'
  }

  #follow(series: OdometerSeries, km: number, time: Micros): OdometerVerdict {
    series.km = km
    series.time = time
    delete series.candidate
    this.state.time = Math.max(this.state.time, time)
    return 'counted'
  }
}

function canDrive(km: number, from: Micros, to: Micros): boolean {
  return isDrivable(km, (to - from) / MICROS_PER_HOUR)
}

function isOtherUnit(km: number, last: number): boolean {
  if (last < MIN_UNIT_KM) return false
  return UNIT_RATIOS.some((ratio) => Math.abs(km / (last * ratio) - 1) < UNIT_TOLERANCE)
}
