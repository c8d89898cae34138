/**
 * What wakes a vehicle that is parked, and what decides when nothing is known yet. The order
 * matters: the first rule that has something to say decides.
 *
 * Traffic alone wakes nothing (a key in somebody's pocket makes it), nor does voltage alone (it may
 * be a charger in a workshop), nor movement alone (it may be a trailer). They allow a probe.
 */
import type { WakeCue } from '../../model/activity.ts'
import type { Millis } from '../../model/time.ts'
import type { Verdict } from './course.ts'
import { duration, reasonOf } from './sentences.ts'
import { type Rule, type Situation, usedAnewFor } from './situation.ts'
import { CHARGING_V } from './voltage.ts'

/** What is seen at work so soon after the end is what comes to rest. */
const SETTLE_MS: Millis = 3000
const RECENT_MS: Millis = 5000
const RISE_RECENT_MS: Millis = 60_000
/** Longer than the chatter of keys and doors. */
const LISTENED_MS: Millis = 90_000
const LISTENED_FIRST_MS: Millis = 10_000
const USED_MS: Millis = 5000
/** After an answer its values may take a moment. */
const PROBE_MS: Millis = 1000
const QUIET_FIRST_MS: Millis = 5000
const UNHEARD_MS: Millis = 15_000
const CHARGED_FIRST_MS: Millis = 600_000
const INTERRUPTED_MS: Millis = 120_000

export const restingRules: readonly Rule[] = [
  atWork,
  ignitionOn,
  charging,
  cranked,
  voltageAndTraffic,
  movesAndAwake,
  heardLongEnough,
  answeredProbe,
  stillAdapterLost,
  ignitionOffAtStart,
  nothingAtStart,
  neverCameBack,
]

function atWork({ evidence, now, activity, since }: Situation): Verdict | undefined {
  const { signs } = evidence
  const after = activity === 'parked' ? since + SETTLE_MS : Number.NEGATIVE_INFINITY
  const isRecent = (at: Millis): boolean => at > after && now - at <= RECENT_MS
  if (isRecent(signs.turnedAt)) {
    const how = `moving at ${(signs.speed.value ?? 0).toFixed(0)} km/h`
    return { to: 'driving', reason: reasonOf(evidence, now, how), cue: 'traffic' }
  }
  if (!isRecent(signs.ranAt)) return undefined
  return { to: 'idling', reason: reasonOf(evidence, now), cue: 'traffic' }
}

/** Switched on, not left on: it may have been parked because of that. */
function ignitionOn({ evidence, now, activity, since }: Situation): Verdict | undefined {
  const { isOn, changedAt } = evidence.ignition
  if (isOn !== true || (activity === 'parked' && changedAt < since)) return undefined
  return { to: 'idling', reason: reasonOf(evidence, now, 'ignition on'), cue: 'ignition' }
}

function charging({ evidence, now, activity, since }: Situation): Verdict | undefined {
  const { charge, ignition } = evidence
  const reason = charge.reason(now)
  if (reason === undefined || evidence.moves(now)) return undefined
  if (activity === 'parked' && charge.at <= since + SETTLE_MS) return undefined
  const cue: WakeCue = ignition.changedAt > since ? 'ignition' : 'traffic'
  return { to: 'charging', reason, cue }
}

function cranked({ evidence, now, activity, since }: Situation): Verdict | undefined {
  const { voltage } = evidence
  const after = activity === 'parked' ? since : 0
  if (voltage.crankedAt <= after || now - voltage.crankedAt > RECENT_MS) return undefined
  const reason = reasonOf(evidence, now, 'a dip as of a starter came before')
  return { to: 'idling', reason, cue: 'voltage', isLook: true }
}

/** A DC-DC converter or an alternator at work, and control units that talk. */
function voltageAndTraffic({ evidence, now, activity }: Situation): Verdict | undefined {
  const { voltage, traffic } = evidence
  if (traffic.usedFor(now) < USED_MS) return undefined
  const roseAt = voltage.roseAt
  const hasRisen = roseAt !== undefined && now - roseAt <= RISE_RECENT_MS
  const isUp = hasRisen || (activity === 'unknown' && voltage.charges(now, CHARGING_V))
  if (!isUp) return undefined
  const reason = reasonOf(evidence, now, 'traffic as in use')
  return { to: 'idling', reason, cue: 'voltage', isLook: true }
}

function movesAndAwake({ evidence, now }: Situation): Verdict | undefined {
  const { motion, traffic, voltage } = evidence
  if (!motion.moves(now)) return undefined
  const isAwake = traffic.usedFor(now) >= USED_MS || voltage.roseAt !== undefined
  if (!isAwake) return undefined
  const how = `moving at ${(motion.speed ?? 0).toFixed(0)} km/h`
  return { to: 'driving', reason: reasonOf(evidence, now, how), cue: 'motion' }
}

/** Where nothing can be asked, nothing is at stake either. */
function heardLongEnough(situation: Situation): Verdict | undefined {
  const { evidence, now, activity, settings } = situation
  if (!settings.listenOnly) return undefined
  const { signs, voltage } = evidence
  if (signs.engine(now) === 'no' && signs.wheels(now) !== 'yes') return undefined
  const usedFor = usedAnewFor(situation)
  const limit = activity === 'parked' ? LISTENED_MS : LISTENED_FIRST_MS
  if (usedFor < limit) return undefined
  if (activity === 'parked' && voltage.isKnown(now) && voltage.roseAt === undefined)
    return undefined
  const reason = reasonOf(evidence, now, `traffic as in use for ${duration(usedFor)}`)
  return { to: 'idling', reason, cue: 'traffic' }
}

function answeredProbe(situation: Situation): Verdict | undefined {
  const { evidence, now, activity, probe } = situation
  if (probe === undefined || probe.outcome !== 'answered' || now - probe.at < PROBE_MS) {
    return undefined
  }
  const { signs } = evidence
  if (activity === 'unknown') {
    return { to: 'idling', reason: reasonOf(evidence, now, 'it answers') }
  }
  // An engine that is told to be at rest is an answer; that of a hybrid is none.
  const isTold = signs.wasToldSince(probe.at - RECENT_MS) && !signs.isElectric
  if (isTold || now - probe.at > RECENT_MS) return undefined
  const cue = probe.cue === 'traffic' || probe.cue === 'motion' ? probe.cue : 'voltage'
  return { to: 'idling', reason: reasonOf(evidence, now, 'it answers'), cue, isLook: true }
}

function stillAdapterLost({ evidence, now }: Situation): Verdict | undefined {
  return evidence.traffic.lostFor(now) === undefined ? undefined : { to: 'same' }
}

function ignitionOffAtStart({ evidence, now, activity }: Situation): Verdict | undefined {
  if (activity !== 'unknown' || evidence.ignition.isOn !== false) return undefined
  return { to: 'parked', reason: reasonOf(evidence, now, 'ignition off'), rest: 'ignition' }
}

function nothingAtStart(situation: Situation): Verdict | undefined {
  const { evidence, now, rest, probe, since, activity, startProbesLeft } = situation
  if (activity !== 'unknown' || rest === 'interrupted' || evidence.motion.moves(now))
    return undefined
  const silentFor = Math.min(evidence.traffic.silentFor(now), now - since)
  const isAnswerless =
    probe?.outcome === 'silent' && startProbesLeft === 0 && silentFor >= QUIET_FIRST_MS
  if (!isAnswerless && silentFor < UNHEARD_MS) return undefined
  // Something charges the battery: an engine, as far as anybody knows.
  if (evidence.voltage.charges(now) && now - since < CHARGED_FIRST_MS) return undefined
  const what = isAnswerless ? ['nobody answers'] : []
  const reason = reasonOf(evidence, now, ...what, `bus silent for ${duration(silentFor)}`)
  return { to: 'parked', reason, rest: 'ended' }
}

function neverCameBack({ evidence, now, rest, since, activity }: Situation): Verdict | undefined {
  if (activity !== 'unknown' || rest !== 'interrupted' || evidence.motion.moves(now))
    return undefined
  const silentFor = Math.min(evidence.traffic.silentFor(now), now - since)
  if (silentFor < INTERRUPTED_MS) return undefined
  const reason = reasonOf(evidence, now, `bus silent for ${duration(silentFor)}`)
  return { to: 'parked', reason, rest: 'ended' }
}
