/**
 * Finds the trips of a vehicle in its records, in order of time. Pure: records in, trips out; its state
 * is plain data, so that it can go on where it was.
 *
 * A trip starts with movement that goes on for some seconds, unless ignition or engine are known to be
 * off. It ends
 * - when ignition or engine are off for a while: there, the last idling included;
 * - when the vehicle stands for several minutes: where it came to stand, or, if the engine was switched
 *   off meanwhile, then;
 * - with a gap without data: where the data end.
 *
 * An engine at rest alone ends nothing (stop-start, hybrids), nor does a position that is lost
 * (tunnels), nor a shorter gap (trackers that report every few minutes).
 *
 * A finder that begins in the middle does not know whether a trip was under way: it takes it that one was, and what it
 * finds is true from the first end on (`sureFrom`).
 */
import type { Millis } from '../../model/time.ts'
import type { Place, TripSettings } from '../../model/trip.ts'
import {
  DENSE_MS,
  forgetMotion,
  type Motion,
  type MotionState,
  motionOf,
  newMotion,
} from './motion.ts'
import {
  cameFrom,
  endOf,
  type FoundTrip,
  foundTrip,
  goOn,
  isRunningOn,
  newOpenTrip,
  type OpenTrip,
  watch,
} from './open-trip.ts'
import { isIdling, type Power, type PowerState, powerOf } from './power.ts'
import { placeOf, type TripSample } from './sample.ts'
import { extend, stoodSince } from './tail.ts'

/** Plain data. */
export interface FinderState {
  /** Undefined while it is not known whether a trip is under way. */
  sureFrom?: Millis
  motion: MotionState
  power: PowerState
  last?: { time: Millis; isStill: boolean; isIdling: boolean; isDense: boolean }
  /** While that is not known: since when it is off. */
  offSince?: Millis
  /** When it last was known whether it moves. */
  evidenceAt?: Millis
  place?: { place: Place; time: Millis }
  trip?: OpenTrip
}

/** Unknown for so much longer than a gap while the engine runs. */
const BLIND_FACTOR = 4
/** Where nothing tells of an engine, a receiver that says it moves has to have come that far. */
const WANDER_METRES = 60
/** What has come so far has moved, however few records have seen it. */
const LEFT_METRES = 200

export function newFinderState(): FinderState {
  return { motion: newMotion(), power: {} }
}

export class TripFinder {
  readonly state: FinderState
  readonly #settings: TripSettings
  readonly #found: (trip: FoundTrip) => void

  /** `found`: told of each trip when it has ended. */
  constructor(settings: TripSettings, found: (trip: FoundTrip) => void, state: FinderState) {
    this.#settings = settings
    this.#found = found
    this.state = state
  }

  /** The next record. One that is older than the last is left out. */
  take(sample: TripSample): void {
    const { state } = this
    const { last, place: before } = state
    const { time } = sample
    if (last !== undefined && time < last.time) return
    this.tick(time)
    const power = powerOf(state.power, sample)
    const motion = motionOf(state.motion, sample, this.#settings.startSpeed)
    if (motion.kind !== 'unknown') state.evidenceAt = time
    const place = placeOf(sample)
    if (place !== undefined) state.place = { place, time }
    const step = { sample, motion, power, before: before?.place }
    if (state.sureFrom === undefined) this.#makeSure(step)
    else if (state.trip === undefined) this.#rest(step)
    else this.#drive(state.trip, step)
    const isDense = last !== undefined && time - last.time <= DENSE_MS
    state.last = { time, isStill: !state.motion.isMoving, isIdling: isIdling(sample), isDense }
  }

  /** It is that late, and nothing more came. */
  tick(now: Millis): void {
    const { last, trip, motion } = this.state
    const { gap, off, standing } = this.#settings
    if (last === undefined) return
    if (now - last.time > gap) {
      this.state.sureFrom ??= now
      this.#end(this.state.evidenceAt ?? last.time)
      forgetMotion(motion)
      delete this.state.place
      delete this.state.evidenceAt
      return
    }
    if (trip === undefined) return
    if (trip.offSince !== undefined && now - trip.offSince >= off) this.#end(last.time)
    // What reports every few minutes may have gone on meanwhile.
    const isSilent = last.isDense && now - last.time > DENSE_MS
    const { stillSince } = trip
    if (isSilent && stillSince !== undefined && now - stillSince >= standing) this.#end(last.time)
  }

  /** When the trip under way started. */
  get start(): Millis | undefined {
    const { trip } = this.state
    return trip?.isConfirmed === true ? trip.start : undefined
  }

  /** The trip under way, as far as it goes. */
  get open(): FoundTrip | undefined {
    const { trip, last } = this.state
    if (trip?.isConfirmed !== true || last === undefined) return undefined
    return foundTrip(trip, last.time, this.#endPlace(trip), true)
  }

  /** Nothing of what was under way before is known: it has ended when any trip would have. */
  #makeSure({ sample: { time }, motion, power }: Step): void {
    const { state } = this
    const { off, standing } = this.#settings
    if (power !== 'off') delete state.offSince
    else state.offSince ??= time
    const isOff = state.offSince !== undefined && time - state.offSince >= off
    const hasStood = motion.kind === 'still' && time - motion.since >= standing
    if (!isOff && !hasStood) return
    delete state.offSince
    state.sureFrom = time
  }

  #rest(step: Step): void {
    const { motion, power, sample, before } = step
    if (motion.kind !== 'moving' || power === 'off') return
    const start = motion.since
    const startPlace = (start === sample.time ? placeOf(sample) : undefined) ?? before
    const trip = newOpenTrip(start, startPlace)
    if (start < sample.time) {
      trip.tail.push({ from: start, to: sample.time, isStill: false, isIdling: false })
    }
    this.state.trip = trip
    this.#judge(trip, step)
  }

  #drive(trip: OpenTrip, step: Step): void {
    const { last } = this.state
    const { sample } = step
    if (last !== undefined && sample.time > last.time) {
      const { isStill, isIdling } = last
      extend(trip.tail, { from: last.time, to: sample.time, isStill, isIdling })
    }
    this.#judge(trip, step)
  }

  #judge(trip: OpenTrip, step: Step): void {
    const { sample, motion, power } = step
    if (power === 'off') trip.offSince ??= sample.time
    else delete trip.offSince
    if (power === 'on') trip.hasEngine = true
    watch(trip, sample)
    if (motion.kind === 'moving') this.#moved(trip, step, motion.since)
    else if (motion.kind === 'still') this.#stood(trip, sample, motion.since)
    const { off } = this.#settings
    if (trip.offSince !== undefined && sample.time - trip.offSince >= off) this.#end(sample.time)
    else this.#endWhereDue(trip, step)
  }

  #moved(trip: OpenTrip, { sample }: Step, since: Millis): void {
    trip.moved += 1
    // Away from the vehicle's own power (on a ferry, on a hook) it is no trip of its own.
    if (trip.offSince !== undefined) return
    if (!trip.isConfirmed) trip.isConfirmed = this.#isConfirmed(trip, sample, since)
    for (const stretch of trip.tail) if (stretch.from >= since) stretch.isStill = false
    goOn(trip, since, this.#settings.stop)
  }

  #isConfirmed(trip: OpenTrip, sample: TripSample, since: Millis): boolean {
    if (since < sample.time) return true
    if (trip.moved < 2 || sample.time - trip.start < this.#settings.moving) return false
    return trip.hasEngine || (cameFrom(trip, sample) ?? WANDER_METRES) >= WANDER_METRES
  }

  #stood(trip: OpenTrip, sample: TripSample, since: Millis): void {
    if (!trip.isConfirmed && (cameFrom(trip, sample) ?? 0) < LEFT_METRES) {
      delete this.state.trip
      return
    }
    trip.isConfirmed = true
    if (trip.stillSince === undefined) {
      trip.stillSince = Math.max(since, trip.start)
      const place = this.#endPlace(trip)
      if (place !== undefined) trip.stillPlace = place
      stoodSince(trip.tail, trip.stillSince)
    }
    if (isIdling(sample)) trip.idledUntil = sample.time
  }

  #endWhereDue(trip: OpenTrip, { sample: { time }, motion, power }: Step): void {
    const { standing, gap } = this.#settings
    const { evidenceAt = time } = this.state
    const blind = power === 'on' ? gap * BLIND_FACTOR : gap
    const isLost = motion.kind === 'unknown' && time - evidenceAt > blind
    // It may be on its way through a tunnel.
    const maySit = motion.kind === 'still' || (motion.kind === 'unknown' && power !== 'on')
    const { stillSince } = trip
    const hasStood = maySit && stillSince !== undefined && time - stillSince >= standing
    if (hasStood && isRunningOn(trip, time)) delete trip.idledUntil
    if (isLost || hasStood) this.#end(evidenceAt)
  }

  /** `until`: up to when anything is known of it. */
  #end(until: Millis): void {
    const { state } = this
    const { trip } = state
    delete state.trip
    if (trip?.isConfirmed !== true) return
    this.#found(foundTrip(trip, endOf(trip, until), this.#endPlace(trip), false))
  }

  #endPlace(trip: OpenTrip): Place | undefined {
    const { place } = this.state
    if (trip.stillPlace !== undefined) return trip.stillPlace
    return place !== undefined && place.time >= trip.start ? place.place : undefined
  }
}

interface Step {
  sample: TripSample
  motion: Motion
  power: Power
  /** Where it was before. */
  before: Place | undefined
}
