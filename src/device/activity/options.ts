/** What an integrator can set of how a vehicle's activity is recognised, and the usual values. */
import type { ActivityState, WakeCue } from '../../model/activity.ts'
import type { Micros } from '../../model/time.ts'

export interface ActivitySettings {
  /** Nothing can be asked: frames and what they carry decide alone. */
  listenOnly: boolean
  /** Engine off, standing, not charging for so long: parked, even if control units answer. */
  standingMinutes: number
  /** The same after a wake-up that neither engine, wheels nor ignition confirmed. */
  lookSeconds: number
  /** Standing for so long is no longer a moment on the way: driving becomes idling. */
  pauseSeconds: number
  /** With every adapter lost, what is known counts for so long; after that it is unknown. */
  lostSeconds: number
  /** So many single requests at the start, until one is answered. */
  startProbes: number
  /** While parked, ask once every so many minutes whether the vehicle is awake; 0: never. */
  probeMinutes: number
  /** V of a 12 V battery, twice that with 24 V. Below it everything stops; 0: never. */
  lowVoltage: number
  /** For how long the voltage has to be below; longer than any crank. */
  lowVoltageSeconds: number
}

/** Why the vehicle woke up, was parked, or was noticed without either. */
export interface WakeEntry {
  time: Micros
  /** Absent where a state ended by itself. */
  cue?: WakeCue
  reason: string
  from: ActivityState['activity']
  to: ActivityState['activity']
}

export interface ActivityCallbacks {
  changed?: (state: ActivityState, previous: ActivityState) => void
  /** Something was noticed of a parked vehicle that does not wake it, such as being towed. */
  noticed?: (entry: WakeEntry) => void
  /** Told once each time, such as of an alternator that does not charge. */
  warned?: (reason: string) => void
  /** The battery is low and the engine off: once, until it recovered. */
  shutdown?: (reason: string) => void
}

export interface ActivityOptions extends Partial<ActivitySettings>, ActivityCallbacks {}

export const defaultSettings: ActivitySettings = {
  listenOnly: false,
  standingMinutes: 10,
  lookSeconds: 120,
  pauseSeconds: 60,
  lostSeconds: 60,
  startProbes: 1,
  probeMinutes: 0,
  lowVoltage: 11.8,
  lowVoltageSeconds: 60,
}
