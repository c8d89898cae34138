/** Movement over ground as a satellite receiver sees it; it cannot tell driving from being towed. */
import type { Millis } from '../../model/time.ts'

/** Faster than a receiver at rest ever seems to be for two fixes in a row. */
const MOVING_KMH = 8
const STANDING_KMH = 3
const FRESH_MS: Millis = 10_000
/** A position farther away than this from the last one that counted is another place. */
const PLACE_M = 100
/** A vehicle leaves a place within this; a receiver that drifts takes longer. */
const PLACE_MS: Millis = 60_000
const M_PER_DEGREE = 111_320

interface Place {
  latitude: number
  longitude: number
  at: Millis
}

export class Motion {
  /** km/h of the newest fix, told or from two positions. */
  speed: number | undefined
  #at: Millis = Number.NEGATIVE_INFINITY
  movedAt: Millis = Number.NEGATIVE_INFINITY
  #run = 0
  #place: Place | undefined
  #latitude: number | undefined

  sample(speedKmh: number, now: Millis): void {
    this.speed = speedKmh
    this.#at = now
    this.#run = speedKmh >= MOVING_KMH ? this.#run + 1 : 0
    if (this.#run >= 2) this.movedAt = now
  }

  /** Latitude comes before longitude; the two of one fix come together. */
  latitude(degrees: number): void {
    this.#latitude = degrees
  }

  longitude(degrees: number, now: Millis): void {
    const latitude = this.#latitude
    if (latitude === undefined) return
    this.#latitude = undefined
    const here = { latitude, longitude: degrees, at: now }
    const before = this.#place
    if (before === undefined) {
      this.#place = here
      return
    }
    const metres = distance(before, here)
    const age = now - before.at
    if (metres < PLACE_M) return
    this.#place = here
    if (age > 0 && age <= PLACE_MS) this.sample((metres / age) * 3600, now)
  }

  moves(now: Millis): boolean {
    return now - this.movedAt <= FRESH_MS && (this.speed ?? 0) >= STANDING_KMH
  }

  stands(now: Millis): boolean {
    return now - this.#at <= FRESH_MS && (this.speed ?? 0) < STANDING_KMH
  }
}

/** In metres; good enough for some hundred of them. */
function distance(from: Place, to: Place): number {
  const north = (to.latitude - from.latitude) * M_PER_DEGREE
  const scale = M_PER_DEGREE * Math.cos((from.latitude * Math.PI) / 180)
  return Math.hypot(north, (to.longitude - from.longitude) * scale)
}
