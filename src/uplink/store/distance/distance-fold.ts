/**
 * The odometer of record: what the readings of a vehicle's instruments add up to. Pure. Takes points
 * in order of time; each adds so many km.
 *
 * - Every instrument is a series, tied to the distance travelled where it was first read. A step of the
 *   series that leads adds what the distance does not hold yet, so that going over from one instrument
 *   to another adds nothing, and what was driven while one was silent counts once.
 * - The most trusted series leads; of equally trusted ones the one that has led before. Another takes
 *   over when the leader has not been read for a quarter of an hour: then what it has measured since
 *   counts. Until then it is kept in step with the leader.
 * - A point that is marked as a new segment (another cluster, a roll-over, a reset) adds nothing and
 *   ties its series anew. So do two points in a row that follow from each other and not from the series
 *   before them: readings that came late, and were checked among themselves only, may not fit.
 * - Series that were silent for a day, while another as trusted was read, are forgotten; for 30 days,
 *   while any was.
 *
 * Its state does not hold the distance: after the same points it is the same, whatever came before, as
 * soon as what has changed is forgotten. So late points change only what follows them closely.
 */
import { isDrivable, MAX_STEP_KM, type OdometerPoint } from '../../../model/odometer.ts'
import type { Millis } from '../../../model/time.ts'

export interface FoldSeries {
  rank: number
  km: number
  time: Millis
  /** km by which the distance travelled is ahead of this series; below 0: behind. */
  behind: number
  error?: number
  candidate?: { km: number; time: Millis }
}

export interface FoldState {
  /** The series that was last counted. */
  leader?: string
  series: Record<string, FoldSeries>
}

export type FoldPoint = Omit<OdometerPoint, 'vehicle' | 'rejected'>

export interface Step {
  /** `blocked`: measured again what the leader measures. */
  kind: 'begun' | 'counted' | 'blocked' | 'segment' | 'doubted'
  /** km that it adds to the distance travelled. */
  km: number
}

const HOUR: Millis = 3_600_000
/** For how long the leader may be silent. */
const LEAD: Millis = HOUR / 4
const DAY: Millis = 24 * HOUR
const MAX_SERIES = 16

export class DistanceFold {
  readonly state: FoldState

  constructor(state: FoldState = { series: {} }) {
    this.state = structuredClone(state)
  }

  take(point: FoldPoint): Step {
    this.#forget(point)
    const { series, km, time, rank, error, segment } = point
    const known = this.state.series[series]
    if (known === undefined) {
      const begun = { rank, km, time, behind: 0, ...(error === undefined ? {} : { error }) }
      this.state.series[series] = begun
      if (this.#blocker(series, begun, time) !== undefined) return { kind: 'blocked', km: 0 }
      this.state.leader = series
      return { kind: 'begun', km: 0 }
    }
    if (!follows(known, point)) return this.#tieAnew(series, known, point, segment === true)
    return this.#count(series, known, km, time)
  }

  #count(key: string, series: FoldSeries, km: number, time: Millis): Step {
    const { time: before } = series
    series.behind = rounded(series.behind - (km - series.km))
    series.km = km
    series.time = time
    delete series.candidate
    const blocker = this.#blocker(key, series, time)
    if (blocker !== undefined) {
      if (blocker.time > before) series.behind = 0
      return { kind: 'blocked', km: 0 }
    }
    this.state.leader = key
    const added = Math.max(-series.behind, 0)
    if (added === 0) return { kind: 'counted', km: 0 }
    for (const other of Object.values(this.state.series)) {
      other.behind = rounded(other.behind + added)
    }
    series.behind = 0
    return { kind: 'counted', km: added }
  }

  /** What does not follow: a new segment, if it is marked as one or a second point says so. */
  #tieAnew(key: string, series: FoldSeries, point: FoldPoint, isMarked: boolean): Step {
    const { km, time } = point
    const { candidate } = series
    const isConfirmed =
      candidate !== undefined && isDrivable(km - candidate.km, (time - candidate.time) / HOUR)
    if (!isMarked && !isConfirmed) {
      series.candidate = { km, time }
      return { kind: 'doubted', km: 0 }
    }
    series.km = isMarked ? km : (candidate?.km ?? km)
    series.time = isMarked ? time : (candidate?.time ?? time)
    series.behind = 0
    const { km: added } = this.#count(key, series, km, time)
    return { kind: 'segment', km: added }
  }

  /** Who is read, and goes before it. */
  #blocker(key: string, series: FoldSeries, time: Millis): FoldSeries | undefined {
    const { leader, series: all } = this.state
    for (const [otherKey, other] of Object.entries(all)) {
      if (otherKey === key || time - other.time > LEAD) continue
      const leads = other.rank === series.rank && otherKey === leader
      if (other.rank < series.rank || leads) return other
    }
    return undefined
  }

  #forget({ series: key, rank, time }: FoldPoint): void {
    const { series: all } = this.state
    const keys = Object.keys(all)
    for (const other of keys) {
      const { rank: trust, time: heard } = all[other] as FoldSeries
      const silent = time - heard
      if (other !== key && silent > (trust >= rank ? DAY : 30 * DAY)) delete all[other]
    }
    if (keys.length < MAX_SERIES || all[key] !== undefined) return
    const [oldest] = keys.sort((a, b) => (all[a]?.time ?? 0) - (all[b]?.time ?? 0))
    if (oldest !== undefined) delete all[oldest]
  }
}

/** What was checked when it was read may only not go back, or far; its time may have been moved since. */
function follows(last: FoldSeries, { km, time, unchecked }: FoldPoint): boolean {
  const step = km - last.km
  if (isDrivable(step, (time - last.time) / HOUR)) return true
  return unchecked === undefined && step >= 0 && step <= MAX_STEP_KM
}

/** Without the residue of binary fractions, so that sums in another order are the same. */
export function rounded(km: number): number {
  return Math.round(km * 1e9) / 1e9
}
