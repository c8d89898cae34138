/**
 * The odometer of record: which odometer readings count, and the distance they add up to. Pure;
 * its state is plain data that is stored with the records.
 *
 * A reading counts if the vehicle can have driven from the last one to it: not backwards, and no
 * faster than 250 km/h. One that does not follow is rejected; but when five more in a row follow
 * from it, for ten seconds and more, the instrument itself has changed (a new cluster, a roll-over, a
 * reset), and a new segment starts: the distance goes on from where it was and nothing is added for
 * the step. 0 and the values that instruments are known to invent are never readings.
 */
import type { Reading } from '../model/reading.ts'
import type { OdometerState } from '../model/record.ts'
import type { Micros } from '../model/time.ts'

const BOGUS: ReadonlySet<number> = new Set([0, 65_538, 65_539, 983_040])
const MAX_SPEED_KMH = 250
/** Two readings of one instrument may differ by this much at no distance (resolution, latency). */
const SLACK_KM = 2
/** Another sender, or one of less trust, may stand this far behind without a new segment. */
const SENDER_OFFSET_KM = 10
const CONFIRMATIONS = 5
const CONFIRMATION_TIME: Micros = 10_000_000
const MICROS_PER_HOUR = 3_600_000_000

/** `late` readings may be shown and stored but add no distance. */
export type OdometerVerdict = 'counted' | 'segment' | 'late' | 'rejected'

export function newOdometerState(): OdometerState {
  return { travelled: 0, segment: 0 }
}

export class Odometer {
  readonly state: OdometerState

  constructor(state: OdometerState = newOdometerState()) {
    this.state = { ...state }
  }

  /** Whether the reading counts; adds its distance if so. */
  take(reading: Reading): OdometerVerdict {
    const km = reading.value
    if (typeof km !== 'number' || BOGUS.has(km)) return 'rejected'
    const { last } = this.state
    if (last === undefined) return this.#follow(reading, km, 0, 'counted')
    if (reading.time < last.time) return 'late'
    const step = km - last.km
    if (step >= 0 && step <= reach(last.time, reading.time)) {
      return this.#follow(reading, km, step, 'counted')
    }
    const other =
      last.source !== reading.source ||
      last.sender !== reading.sender ||
      last.rank !== reading.rank
    if (other && Math.abs(step) <= SENDER_OFFSET_KM) return this.#follow(reading, km, 0, 'counted')
    return this.#doubt(reading, km)
  }

  /** A reading that does not follow: rejected, until enough others follow from it. */
  #doubt(reading: Reading, km: number): OdometerVerdict {
    const { candidate } = this.state
    const follows =
      candidate !== undefined &&
      km >= candidate.km &&
      km - candidate.km <= reach(candidate.time, reading.time)
    if (!follows) {
      this.state.candidate = { km, time: reading.time, since: reading.time, confirmed: 0 }
      return 'rejected'
    }
    const confirmed = candidate.confirmed + 1
    const since = candidate.since
    if (confirmed >= CONFIRMATIONS && reading.time - since >= CONFIRMATION_TIME) {
      this.state.segment += 1
      return this.#follow(reading, km, 0, 'segment')
    }
    this.state.candidate = { km, time: reading.time, since, confirmed }
    return 'rejected'
  }

  #follow(reading: Reading, km: number, step: number, verdict: OdometerVerdict): OdometerVerdict {
    const { time, source, sender, rank } = reading
    this.state.travelled += step
    this.state.last = { km, time, source, sender, rank }
    delete this.state.candidate
    return verdict
  }
}

/** How far a vehicle can have come between two moments, in km. */
function reach(from: Micros, to: Micros): number {
  return SLACK_KM + ((to - from) / MICROS_PER_HOUR) * MAX_SPEED_KMH
}
