/** How things stand with the vehicle, and what a decision makes of it. Plain values, never changed in place. */
import type { ActivityState, WakeCue } from '../../model/activity.ts'
import type { Millis } from '../../model/time.ts'
import type { ProbeCue } from './probes.ts'

export interface Course {
  readonly activity: ActivityState['activity']
  readonly reason: string
  /** Since when it is this activity. */
  readonly since: Millis
  /** Since when it is in use, or is parked or unknown. */
  readonly phaseSince: Millis
  /** Woken by something that neither engine nor wheels nor ignition confirmed yet. */
  readonly isLook: boolean
  /** Why it rests, for what may wake it depends on it. */
  readonly rest: Rest
  /** The voltage when it came to rest. */
  readonly restVolts: number | undefined
  /** The last single request while it rested: the cue that allowed it, and what came of it. */
  readonly probe: Probe | undefined
  /** Single requests still to come because nothing is known yet. */
  readonly startProbesLeft: number
}

export interface Probe {
  cue: ProbeCue
  at: Millis
  outcome: 'answered' | 'silent'
}

/**
 * `start`: nothing known yet · `ended`: bus or answers went · `ignition`: its input is off ·
 * `standing`: it stood too long, and may still answer · `interrupted`: it went quiet while moving ·
 * `lost`: no adapter.
 */
export type Rest = 'start' | 'ended' | 'ignition' | 'standing' | 'interrupted' | 'lost'

export type Verdict =
  | { to: 'driving' | 'idling' | 'charging'; reason: string; cue?: WakeCue; isLook?: boolean }
  | { to: 'parked' | 'unknown'; reason: string; rest: Rest }
  /** No rule after this one may change anything. */
  | { to: 'same' }

export type Change = Exclude<Verdict, { to: 'same' }>

export interface ChangeFacts {
  now: Millis
  volts: number | undefined
  /** How many single requests are allowed where nothing is known. */
  startProbes: number
}

export function firstCourse(startProbes: number): Course {
  return {
    activity: 'unknown',
    reason: 'nothing is known yet',
    since: 0,
    phaseSince: 0,
    isLook: false,
    rest: 'start',
    restVolts: undefined,
    probe: undefined,
    startProbesLeft: startProbes,
  }
}

/** In use, whatever for. */
export function isAwake({ activity }: Course): boolean {
  return activity !== 'parked' && activity !== 'unknown'
}

export function changed(course: Course, change: Change, facts: ChangeFacts): Course {
  const { now } = facts
  const next = {
    ...course,
    activity: change.to,
    reason: change.reason,
    since: now,
    isLook: 'isLook' in change && change.isLook === true,
  }
  if ('rest' in change) return resting(next, change.rest, facts)
  if (isAwake(course)) return next
  return { ...next, phaseSince: now, probe: undefined, startProbesLeft: 0 }
}

function resting(course: Course, rest: Rest, { now, volts, startProbes }: ChangeFacts): Course {
  return {
    ...course,
    phaseSince: now,
    rest,
    restVolts: volts,
    probe: undefined,
    startProbesLeft: rest === 'lost' ? startProbes : course.startProbesLeft,
  }
}
