/** Whether a vehicle is in use, as its ignition, its engine and its activity tell. */
import type { Millis } from '../../model/time.ts'
import type { TripSample } from './sample.ts'

export type Power = 'on' | 'off' | 'unknown'

/** A vehicle that has told nothing of its engine for so long is one that does not. */
const TELLS_MS: Millis = 86_400_000

/** Plain data: when the vehicle last told anything of ignition or engine. */
export interface PowerState {
  toldAt?: Millis
}

/**
 * An engine that rests is not off: it may stand at a light, or be one of two. "Parked" counts only
 * where it was found from an engine: of a vehicle that shows nothing but its position it says little.
 */
export function powerOf(state: PowerState, sample: TripSample): Power {
  const { time, ignition, engineSpeed, motorSpeed, activity } = sample
  if (ignition !== undefined || engineSpeed !== undefined || motorSpeed !== undefined) {
    state.toldAt = time
  }
  if (isRunning(sample)) return 'on'
  if (ignition !== undefined) return ignition ? 'on' : 'off'
  const tells = state.toldAt !== undefined && time - state.toldAt <= TELLS_MS
  if (activity === 'parked' || activity === 'charging') return tells ? 'off' : 'unknown'
  return activity === 'driving' || activity === 'idling' ? 'on' : 'unknown'
}

/** Whether something turns that uses energy. */
export function isRunning({ engineSpeed, motorSpeed }: TripSample): boolean {
  return (engineSpeed ?? 0) > 0 || (motorSpeed ?? 0) !== 0
}

/** Whether an engine runs while it stands: one that tells nothing of itself runs with the ignition. */
export function isIdling({ engineSpeed, ignition, activity }: TripSample): boolean {
  if (engineSpeed !== undefined) return engineSpeed > 0
  return ignition === true || (ignition === undefined && activity === 'idling')
}
