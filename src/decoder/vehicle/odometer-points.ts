/**
 * The odometer points that a vehicle's pipeline tells with its records: what was read of each
 * instrument since the last record, its first and its last reading of each minute.
 */
import type { OdometerPoint, OdometerRejection } from '../../model/odometer.ts'
import type { Reading } from '../../model/reading.ts'
import { type Micros, microsToMillis } from '../../model/time.ts'
import { type OdometerVerdict, seriesOf } from './odometer.ts'

const MINUTE = 60_000
/** Of readings that do not count; more would only say the same. */
const MAX_REJECTED = 4

export class OdometerPoints {
  readonly #vehicle: string
  #points: OdometerPoint[] = []
  /** The minute of a series, and where its last point stands beside its first. */
  readonly #runs = new Map<string, { minute: number; last?: number }>()
  #rejected = 0

  constructor(vehicle: string) {
    this.#vehicle = vehicle
  }

  /** `begun`: of a segment, its first reading. */
  reading(reading: Reading, verdict: OdometerVerdict, begun?: { km: number; time: Micros }): void {
    const { value, time, rank } = reading
    if (typeof value !== 'number') return
    const point = this.#point(seriesOf(reading), rank, value, time)
    if (verdict === 'counted') this.#add(point)
    else if (verdict === 'first') this.#begin({ ...point, unchecked: true })
    else if (verdict === 'late') this.#points.push({ ...point, unchecked: true })
    else if (verdict === 'segment') {
      const { km, time: since } = begun ?? { km: value, time }
      this.#begin({ ...this.#point(point.series, rank, km, since), segment: true })
      this.#add(point)
    } else this.#reject(point, verdict)
  }

  estimate(
    series: string,
    { rank, error }: { rank: number; error: number },
    at: { km: number; time: Micros },
  ): void {
    this.#add({ ...this.#point(series, rank, at.km, at.time), error })
  }

  /** What there is, once. Undefined: nothing. */
  take(): OdometerPoint[] | undefined {
    if (this.#points.length === 0) return undefined
    const points = this.#points
    this.#points = []
    this.#runs.clear()
    this.#rejected = 0
    return points
  }

  /** The clock became known: what it has stamped from `since` on was wrong by `delta`. */
  shift(delta: Micros, since: Micros): void {
    for (const point of this.#points) {
      if (point.time >= microsToMillis(since)) point.time += microsToMillis(delta)
    }
  }

  #point(series: string, rank: number, km: number, time: Micros): OdometerPoint {
    return { vehicle: this.#vehicle, time: microsToMillis(time), series, rank, km }
  }

  #add(point: OdometerPoint): void {
    const run = this.#runs.get(point.series)
    if (run === undefined || run.minute !== minuteOf(point)) this.#begin(point)
    else if (run.last === undefined) run.last = this.#points.push(point) - 1
    else this.#points[run.last] = point
  }

  #begin(point: OdometerPoint): void {
    this.#points.push(point)
    this.#runs.set(point.series, { minute: minuteOf(point) })
  }

  #reject(point: OdometerPoint, rejected: OdometerRejection): void {
    this.#rejected += 1
    if (this.#rejected <= MAX_REJECTED) this.#points.push({ ...point, rejected })
  }
}

function minuteOf({ time }: OdometerPoint): number {
  return Math.floor(time / MINUTE)
}
