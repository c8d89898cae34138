/**
 * Distance for a vehicle that tells none: from its speed, and from satellite positions. Pure; its state
 * is plain data that is stored with the records. Each is a series of its own beside the odometers
 * (odometer.ts), trusted less, with the share by which it may be wrong.
 *
 * - Speed: the mean of two readings over the time between them, where that is no more than ten seconds.
 * - Positions: the way from an anchor, which moves along. A receiver that stands drifts: a fix counts
 *   as movement 30 m from the anchor, if it came there at 5 km/h or more since it was last at it, and
 *   150 m from it anyway; never while the speed is known to be 0. Where fixes are missing (a
 *   tunnel, a tracker that reports every ten minutes) the straight line counts. What no vehicle can
 *   drive is a bad fix; five of them in a row are a new place, and nothing was driven to it.
 */
import { isDrivable } from '../../model/odometer.ts'
import type { EstimateState } from '../../model/record.ts'
import type { Micros } from '../../model/time.ts'

export const estimates = {
  speed: { rank: 100, error: 0.03 },
  gnss: { rank: 101, error: 0.1 },
} as const

const MAX_GAP: Micros = 10_000_000
const MICROS_PER_HOUR = 3_600_000_000
const AT_KM = 0.01
const NEAR_KM = 0.03
const FAR_KM = 0.15
const WALKING_KMH = 5
/** A speed of 0 counts as known for so long. */
const STANDING: Micros = 5_000_000
const MAX_HDOP = 10
const BAD_FIXES = 5
const EARTH_KM = 6371.0088

export class DistanceEstimate {
  readonly state: EstimateState

  constructor(state: EstimateState = {}) {
    this.state = structuredClone(state)
  }

  /** km/h. Whether there is a distance to tell of. */
  speed(value: number, time: Micros): boolean {
    const last = this.state.speed
    if (last === undefined) {
      this.state.speed = { km: 0, time, kmh: value }
      return true
    }
    if (time <= last.time) return false
    const gap = time - last.time
    if (gap <= MAX_GAP) last.km += ((last.kmh + value) / 2) * (gap / MICROS_PER_HOUR)
    last.kmh = value
    last.time = time
    return true
  }

  /** Degrees. Whether there is a distance to tell of. */
  position(latitude: number, longitude: number, time: Micros, hdop?: number): boolean {
    if (hdop !== undefined && hdop > MAX_HDOP) return false
    const last = this.state.gnss
    const fix = { latitude, longitude, time }
    if (last === undefined) {
      this.state.gnss = { km: 0, ...fix, bad: 0 }
      return true
    }
    if (time <= last.time) return false
    const km = distanceKm(last, fix)
    const hours = (time - last.time) / MICROS_PER_HOUR
    if (km < NEAR_KM || this.#stands(time)) {
      // A fix that has crept to the edge is not taken for one that set out from the anchor just now.
      if (km < AT_KM || this.#stands(time)) last.time = time
      last.bad = 0
      return true
    }
    if (!isDrivable(km, hours)) return this.#bad(fix)
    if (km < FAR_KM && km < hours * WALKING_KMH) return true
    Object.assign(last, fix, { km: last.km + km, bad: 0 })
    return true
  }

  /** The clock was set back: what was stamped later than `time` was heard by then. */
  notAfter(time: Micros): void {
    for (const part of Object.values(this.state)) part.time = Math.min(part.time, time)
  }

  /** The clock became known: what it has stamped from `since` on was wrong by `delta`. */
  shift(delta: Micros, since: Micros): void {
    for (const part of Object.values(this.state)) if (part.time >= since) part.time += delta
  }

  #stands(time: Micros): boolean {
    const { speed } = this.state
    return speed?.kmh === 0 && Math.abs(time - speed.time) <= STANDING
  }

  #bad(fix: { latitude: number; longitude: number; time: Micros }): boolean {
    const { gnss } = this.state
    if (gnss === undefined) return false
    gnss.bad += 1
    if (gnss.bad >= BAD_FIXES) Object.assign(gnss, fix, { bad: 0 })
    return false
  }
}

interface Place {
  latitude: number
  longitude: number
}

/** Along the great circle (haversine), on a sphere of the mean radius. */
function distanceKm(from: Place, to: Place): number {
  const [up, along] = [
    radians(to.latitude - from.latitude) / 2,
    radians(to.longitude - from.longitude) / 2,
  ]
  const narrowing = Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude))
  const square = Math.sin(up) ** 2 + narrowing * Math.sin(along) ** 2
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(square)))
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
