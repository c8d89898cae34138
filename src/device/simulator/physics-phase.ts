/** What a phase says of a moment in it without its past: who runs, how fast the vehicle goes. */
import { cityProfile, type SpeedPoint } from './drive.ts'
import type { Phase } from './physics-scenario.ts'

export type EngineState = 'off' | 'cranking' | 'running' | 'stopped'

export interface Moment {
  phase: Phase
  /** Seconds since the phase began. */
  elapsed: number
  ignition: boolean
  /** `stopped`: for a red light. */
  engine: EngineState
  /** km/h. */
  speed: number
  /** km/h per second. */
  acceleration: number
}

/** The hardest start and stop, km/h per second. */
const STEEPEST = 9
const GRADIENT_S = 0.5
const resting: ReadonlySet<Phase['kind']> = new Set(['parked', 'keyless', 'charging', 'jump'])

export function momentOf(phase: Phase, elapsed: number): Moment {
  const speed = speedAt(phase, elapsed)
  const before = speedAt(phase, Math.max(elapsed - GRADIENT_S, 0))
  return {
    phase,
    elapsed,
    ignition: !isResting(phase),
    engine: engineOf(phase),
    speed,
    acceleration: (speed - before) / GRADIENT_S,
  }
}

/** Ignition off. */
export function isResting({ kind }: Phase): boolean {
  return resting.has(kind)
}

function engineOf({ kind }: Phase): EngineState {
  if (kind === 'cranking') return 'cranking'
  if (kind === 'stop-start') return 'stopped'
  return kind === 'idle' || kind === 'drive' ? 'running' : 'off'
}

function speedAt(phase: Phase, elapsed: number): number {
  if (phase.kind !== 'drive') return 0
  const limit = STEEPEST * Math.min(elapsed, phase.seconds - elapsed)
  return Math.max(Math.min(profileSpeed(phase.speeds ?? cityProfile, elapsed), limit), 0)
}

/** The profile begins anew when it is through, from the speed it ended with. */
function profileSpeed(points: readonly SpeedPoint[], elapsed: number): number {
  const whole = points.reduce((sum, [seconds]) => sum + seconds, 0)
  let left = elapsed % whole
  let from = elapsed < whole ? 0 : (points.at(-1)?.[1] ?? 0)
  for (const [seconds, to] of points) {
    if (left <= seconds) return from + ((to - from) * left) / seconds
    left -= seconds
    from = to
  }
  return from
}
