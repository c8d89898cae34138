/** What a vehicle is doing, as far as it decides what the gateway may do. */
import type { Micros } from './time.ts'

/**
 * driving: it moves, or stands only for a moment on its way · idling: awake and standing: engine
 * running, ignition on · charging: a traction battery is being charged · parked: nobody uses it;
 * nothing is asked.
 */
export const activities = ['driving', 'idling', 'charging', 'parked'] as const

export type Activity = (typeof activities)[number]

export interface ActivityState {
  /** `unknown` until something tells. */
  activity: Activity | 'unknown'
  /** Why, in a sentence for people. */
  reason: string
  since: Micros
}

/** Whether something other than what a request brings may tell that the vehicle woke up. */
export type WakeCue = 'voltage' | 'traffic' | 'ignition' | 'motion'
