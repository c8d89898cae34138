/**
 * The odometer of record: which odometer readings count, and the distance they add up to. Pure;
 * its state is plain data that is stored with the records.
 *
 * A vehicle has several odometers that differ a little (two control units, two definitions). Each is
 * a series of its own with its own offset to the distance travelled, so that going over from one to
 * another adds nothing, and what was driven while one was silent is counted once.
 * A series that is heard only in time that was counted already (an old recording) adds nothing.
 *
 * A reading counts if the vehicle can have driven from the last one of its series to it: not
 * backwards, and no faster than 250 km/h. One that does not follow is rejected, and so is, at first,
 * one that follows after more than 500 km at once. When five more in a row follow from it, for ten
 * seconds and more, it was true: if the vehicle can have driven the step while nobody listened, the
 * step counts; if not, the instrument itself has changed (a new cluster, a roll-over, a reset), and a
 * new segment starts: the distance goes on from where it was and nothing is added for the step. 0 and
 * the values that instruments are known to invent are never readings.
 */
import type { Reading } from '../../model/reading.ts'
import type { OdometerSeries, OdometerState } from '../../model/record.ts'
import type { Micros } from '../../model/time.ts'

const BOGUS: ReadonlySet<number> = new Set([0, 65_538, 65_539, 983_040])
const MAX_SPEED_KMH = 250
/** Two readings of one instrument may differ by this much at no distance (resolution, latency). */
const SLACK_KM = 2
/** A longer step must be confirmed, however long ago the last reading was. */
const MAX_STEP_KM = 500
const CONFIRMATIONS = 5
const CONFIRMATION_TIME: Micros = 10_000_000
const MICROS_PER_HOUR = 3_600_000_000
const MAX_SERIES = 16
/**
 * Offset of a series heard only in time that was counted already, as when a drive that was followed
 * live is replayed from a recording: it adds nothing until it is heard beyond that time.
 */
const UNTIED = 1e12

/** `late` readings may be shown and stored but add no distance. */
export type OdometerVerdict = 'counted' | 'segment' | 'late' | 'rejected'

export function newOdometerState(): OdometerState {
  return { travelled: 0, time: 0, segment: 0, series: {} }
}

export class Odometer {
  readonly state: OdometerState

  constructor(state: OdometerState = newOdometerState()) {
    this.state = structuredClone(state)
  }

  /** Whether the reading counts; adds its distance if so. */
  take(reading: Reading): OdometerVerdict {
    const km = reading.value
    if (typeof km !== 'number' || BOGUS.has(km)) return 'rejected'
    const key = `${reading.source}/${reading.sender}/${reading.rank}`
    const series = this.state.series[key]
    if (series === undefined) return this.#begin(key, km, reading.time)
    if (reading.time < series.time) return 'late'
    const step = km - series.km
    const isNear = step <= MAX_STEP_KM || series.offset === UNTIED
    if (!isNear || !isDrivable(step, series.time, reading.time)) {
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

  #begin(key: string, km: number, time: Micros): OdometerVerdict {
    const { series } = this.state
    const keys = Object.keys(series)
    if (keys.length >= MAX_SERIES) {
      keys.sort((a, b) => (series[a]?.time ?? 0) - (series[b]?.time ?? 0))
      delete series[keys[0] as string]
    }
    const begun = { km, time, offset: UNTIED }
    series[key] = begun
    return this.#follow(begun, km, time)
  }

  /** A reading that does not follow: rejected, until enough others follow from it. */
  #doubt(series: OdometerSeries, km: number, { time }: Reading): OdometerVerdict {
    const { candidate } = series
    const follows = candidate !== undefined && isDrivable(km - candidate.km, candidate.time, time)
    const since = follows ? candidate.since : time
    const confirmed = follows ? candidate.confirmed + 1 : 0
    if (confirmed < CONFIRMATIONS || time - since < CONFIRMATION_TIME) {
      series.candidate = { km, time, since, confirmed }
      return 'rejected'
    }
    if (isDrivable(km - series.km, series.time, time)) return this.#follow(series, km, time)
    this.state.segment += 1
    series.offset = UNTIED
    this.#follow(series, km, time)
    return 'segment'
  }

  #follow(series: OdometerSeries, km: number, time: Micros): OdometerVerdict {
    series.km = km
    series.time = time
    delete series.candidate
    if (series.offset === UNTIED) {
      if (time < this.state.time) return 'late'
      series.offset = km - this.state.travelled
    }
    this.state.travelled = Math.max(this.state.travelled, km - series.offset)
    this.state.time = Math.max(this.state.time, time)
    return 'counted'
  }
}

/** Whether a vehicle can have come so many km between two moments. */
function isDrivable(km: number, from: Micros, to: Micros): boolean {
  return km >= 0 && km <= SLACK_KM + ((to - from) / MICROS_PER_HOUR) * MAX_SPEED_KMH
}
