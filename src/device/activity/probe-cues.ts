/** Which cues for a probe a vehicle that rests gives now. */
import type { Millis } from '../../model/time.ts'
import type { ProbeCue } from './probes.ts'
import { type Situation, usedAnewFor } from './situation.ts'

/** After this a battery that was just charged is below the level of one that is being charged. */
const STILL_CHARGED_MS: Millis = 60_000
const STILL_CHARGED_V = 13.3
const STILL_CHARGED_DROP_V = 0.4
const CHARGED_FIRST_MS: Millis = 5000
const USED_MS: Millis = 30_000
/** Longer than keys and doors make it, where the voltage did not rise. */
const USED_LONG_MS: Millis = 90_000

export function probeCues(situation: Situation): ProbeCue[] {
  const { evidence, now, activity, rest, settings } = situation
  const { traffic, voltage, motion } = evidence
  if (settings.listenOnly || traffic.lostFor(now) !== undefined) return []
  const cues: ProbeCue[] = []
  if (situation.startProbesLeft > 0 && rest !== 'ignition') cues.push('start')
  if (activity === 'unknown' && rest === 'interrupted') cues.push('interrupted')
  if (voltage.roseAt !== undefined || isStillCharged(situation)) cues.push('voltage')
  // Where the voltage is known it tells more of a start than traffic does, or movement.
  const isGuess = !voltage.isKnown(now) || activity === 'unknown'
  if (usedAnewFor(situation) >= (isGuess ? USED_MS : USED_LONG_MS)) cues.push('traffic')
  if ((isGuess || voltage.charges(now)) && motion.moves(now)) cues.push('motion')
  const { probeMinutes } = settings
  const restedFor = now - Math.max(situation.probe?.at ?? 0, situation.since)
  if (probeMinutes > 0 && restedFor >= probeMinutes * 60_000) cues.push('schedule')
  return cues
}

/**
 * It was taken for parked because it went quiet, and its battery is charged as before; or nothing is
 * known yet but that.
 */
function isStillCharged({ evidence, now, activity, rest, since, restVolts }: Situation): boolean {
  const { voltage } = evidence
  const level = voltage.level(now)
  if (level === undefined || !voltage.charges(now, STILL_CHARGED_V)) return false
  if (activity === 'unknown') return now - since >= CHARGED_FIRST_MS
  if (rest !== 'ended' || now - since < STILL_CHARGED_MS) return false
  return restVolts === undefined || level >= restVolts - STILL_CHARGED_DROP_V * voltage.scale
}
