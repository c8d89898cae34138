/**
 * Whether a vehicle moves or stands, from whatever its records have: a speed, positions, an odometer.
 *
 * A speed decides where there is one. Between two records that are far apart, or without a speed,
 * positions do: they are compared with an anchor, the place where it was last known to be. A
 * receiver that stands wanders and sometimes jumps, so the anchor of a vehicle at rest follows slowly,
 * and what leaves it has to be seen away twice. Where there is neither, an odometer that has grown
 * tells. What cannot be told is unknown, and is neither.
 */
import type { Millis } from '../../model/time.ts'
import type { Place } from '../../model/trip.ts'
import { metresBetween, placeOf, type TripSample } from './sample.ts'

export type Motion =
  /** `since`: when it last was known not to. */
  { kind: 'moving'; since: Millis } | { kind: 'still'; since: Millis } | { kind: 'unknown' }

/** Plain data. */
export interface MotionState {
  /** What the last evidence said. */
  isMoving: boolean
  stillSince?: Millis
  anchor?: { place: Place; since: Millis; seen: Millis }
  /** A fix away from the anchor that no second one has confirmed. */
  away?: { time: Millis }
  odometer?: { km: number; since: Millis; seen: Millis }
  /** When a speed was last known. */
  speedAt?: Millis
}

/** Records that are no further apart leave no time to go and stop in between. */
export const DENSE_MS: Millis = 30_000
/** km/h: slower than this stands, where it moved before. */
const STILL_SPEED = 2
const LEAVE_METRES = 200
const GO_ON_METRES = 100
/** At one place for so long is standing. */
const SETTLE_MS: Millis = 60_000
const FOLLOW_MS: Millis = 600_000
const GROWN_KM = 0.3
const FASTEST_KMH = 250
/** An odometer of whole kilometres may show none for so long. */
const ODOMETER_STILL_MS: Millis = 300_000

export function newMotion(): MotionState {
  return { isMoving: false }
}

/** After a gap nothing that was known of a place holds. */
export function forgetMotion(state: MotionState): void {
  state.isMoving = false
  delete state.stillSince
  delete state.anchor
  delete state.away
  delete state.odometer
  delete state.speedAt
}

/** Takes the next record into account. `startSpeed`: km/h that count as movement after standing. */
export function motionOf(state: MotionState, sample: TripSample, startSpeed: number): Motion {
  const motion = judged(state, sample, startSpeed)
  if (sample.speed !== undefined) state.speedAt = sample.time
  if (motion.kind === 'moving') {
    state.isMoving = true
    delete state.stillSince
  } else if (motion.kind === 'still') {
    state.isMoving = false
    state.stillSince = motion.since
  }
  return motion
}

function judged(state: MotionState, sample: TripSample, startSpeed: number): Motion {
  const { time, speed } = sample
  if (speed === undefined) {
    const byPlace = motionByPlace(state, sample)
    const byOdometer = motionByOdometer(state, sample)
    return byPlace.kind === 'unknown' && state.away === undefined ? byOdometer : byPlace
  }
  if (speed > (state.isMoving ? STILL_SPEED : startSpeed)) {
    const since = leftBefore(state, sample) ?? time
    moveTo(state, sample)
    return { kind: 'moving', since }
  }
  const isSeen = state.speedAt !== undefined && time - state.speedAt <= DENSE_MS
  const hops = isSeen ? undefined : motionByPlace(state, sample)
  // It went on in between, and stands at the moment.
  if (hops?.kind === 'moving') return hops
  if (isSeen) dropAnchor(state, sample)
  keepOdometer(state, sample)
  if (hops?.kind === 'still' || (hops !== undefined && state.away !== undefined)) return hops
  return { kind: 'still', since: state.stillSince ?? time }
}

/** When it was last seen at its place, where it is far from it already when it is seen to move. */
function leftBefore({ isMoving, anchor }: MotionState, sample: TripSample): Millis | undefined {
  const place = placeOf(sample)
  if (isMoving || anchor === undefined || place === undefined) return undefined
  const isSparse = sample.time - anchor.seen > DENSE_MS
  return isSparse && metresBetween(anchor.place, place) > LEAVE_METRES ? anchor.seen : undefined
}

function motionByPlace(state: MotionState, sample: TripSample): Motion {
  const place = placeOf(sample)
  const { anchor } = state
  const { time } = sample
  if (place === undefined) return { kind: 'unknown' }
  if (anchor === undefined) {
    state.anchor = { place, since: time, seen: time }
    return { kind: 'unknown' }
  }
  const limit = state.isMoving ? GO_ON_METRES : LEAVE_METRES
  if (metresBetween(anchor.place, place) > limit) {
    if (!state.isMoving && anchor.seen === anchor.since) {
      // The first fix of a receiver that wakes is often a bad one.
      state.anchor = { place, since: time, seen: time }
      return { kind: 'unknown' }
    }
    if (!state.isMoving && state.away === undefined) {
      state.away = { time }
      return { kind: 'unknown' }
    }
    const since = anchor.seen
    moveTo(state, sample)
    return { kind: 'moving', since }
  }
  delete state.away
  if (!state.isMoving) follow(anchor, place, time)
  anchor.seen = time
  return time - anchor.since >= SETTLE_MS
    ? { kind: 'still', since: state.stillSince ?? anchor.since }
    : { kind: 'unknown' }
}

function motionByOdometer(state: MotionState, { time, odometer }: TripSample): Motion {
  if (odometer === undefined) return { kind: 'unknown' }
  const known = state.odometer
  if (known === undefined) {
    state.odometer = { km: odometer, since: time, seen: time }
    return { kind: 'unknown' }
  }
  const grown = odometer - known.km
  const hours = (time - known.seen) / 3_600_000
  if (grown < 0 || grown > 1 + hours * FASTEST_KMH) {
    state.odometer = { km: odometer, since: time, seen: time }
    return { kind: 'unknown' }
  }
  if (grown >= GROWN_KM) {
    state.odometer = { km: odometer, since: time, seen: time }
    return { kind: 'moving', since: known.seen }
  }
  known.seen = time
  return time - known.since >= ODOMETER_STILL_MS
    ? { kind: 'still', since: state.stillSince ?? known.since }
    : { kind: 'unknown' }
}

function moveTo(state: MotionState, sample: TripSample): void {
  const place = placeOf(sample)
  delete state.away
  keepOdometer(state, sample)
  if (place === undefined) delete state.anchor
  else state.anchor = { place, since: sample.time, seen: sample.time }
}

/** It is seen to stand: wherever the receiver says it is, it is still there. */
function dropAnchor(state: MotionState, sample: TripSample): void {
  const place = placeOf(sample)
  delete state.away
  if (place === undefined) return
  const since = state.anchor?.since ?? sample.time
  state.anchor = { place, since, seen: sample.time }
}

function keepOdometer(state: MotionState, { time, odometer }: TripSample): void {
  if (odometer !== undefined) state.odometer = { km: odometer, since: time, seen: time }
}

function follow(anchor: { place: Place; seen: Millis }, place: Place, time: Millis): void {
  const share = Math.min(1, (time - anchor.seen) / FOLLOW_MS)
  const { latitude, longitude } = anchor.place
  // Across the antimeridian it does not follow, and need not.
  if (Math.abs(place.longitude - longitude) > 180) return
  anchor.place = {
    latitude: latitude + (place.latitude - latitude) * share,
    longitude: longitude + (place.longitude - longitude) * share,
  }
}
