/** What a rule decides from, and how a list of rules decides. */
import type { Millis } from '../../model/time.ts'
import type { Course, Verdict } from './course.ts'
import type { Evidence } from './evidence.ts'
import type { ActivitySettings } from './options.ts'

export interface Situation extends Course {
  readonly now: Millis
  readonly evidence: Evidence
  readonly settings: ActivitySettings
}

/** Undefined: this rule has nothing to say. */
export type Rule = (situation: Situation) => Verdict | undefined

/** The first rule that has something to say decides. */
export function firstVerdict(rules: readonly Rule[], situation: Situation): Verdict | undefined {
  for (const rule of rules) {
    const verdict = rule(situation)
    if (verdict !== undefined) return verdict
  }
  return undefined
}

/** For how long traffic has been as in use that was not there already when it was parked. */
export function usedAnewFor({ evidence, now, activity, since }: Situation): Millis {
  const usedFor = evidence.traffic.usedFor(now)
  return activity === 'parked' && now - usedFor <= since ? 0 : usedFor
}
