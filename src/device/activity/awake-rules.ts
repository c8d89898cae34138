/**
 * What a vehicle in use is doing, and when it no longer is in use. The order matters: the first rule
 * that has something to say decides.
 *
 * Parked needs two things: nothing is seen at work (engine, wheels, charger), and the vehicle went
 * quiet by itself. An engine at rest alone is a red light; a bus that is not heard alone may be our
 * adapter's fault.
 */
import type { Millis } from '../../model/time.ts'
import type { Rest, Verdict } from './course.ts'
import { duration, reasonOf } from './sentences.ts'
import type { Rule, Situation } from './situation.ts'

/** No answer for so long, with enough requests in it. */
const UNANSWERED_MS: Millis = 2500
/** Longer where the bus goes on talking as it does in use. */
const UNANSWERED_LIVELY_MS: Millis = 4000
const SILENT_MS: Millis = 4000
/** An engine that comes to rest is seen to turn for a moment after the ignition went off. */
const SPIN_DOWN_MS: Millis = 3000
/** The ignition on the bus is told several times before it is believed. */
const BUS_IGNITION_MS: Millis = 2000
const GONE_MS: Millis = 3500
/** Nothing was asked for so long: what is told is told unasked. */
const UNASKED_MS: Millis = 30_000
/** A value that comes so long after the last answer is not one of that answer. */
const UNASKED_AFTER_MS: Millis = 3000
const LIVELY_SHARE = 0.6
/** So many times as long a vehicle may stand that is electric and ready to drive. */
const READY_FACTOR = 6
/** Without any sign of standing, a drive lasts no longer than this after the last movement. */
const TUNNEL_MS: Millis = 30 * 60_000

export const awakeRules: readonly Rule[] = [
  ignitionOff,
  adapterLost,
  ignitionOffOnBus,
  nobodyAnswers,
  busFellSilent,
  engineGoneUnasked,
  charging,
  moving,
  stoodTooLong,
  pausing,
  chargingEnded,
]

/** An input that says off while the engine is seen to run is wired to something else. */
function ignitionOff({ evidence, now }: Situation): Verdict | undefined {
  const { ignition, charge, signs } = evidence
  if (ignition.isOn !== false || charge.reason(now) !== undefined) return undefined
  const worksAt = Math.max(signs.ranAt, signs.turnedAt)
  const worksAnyway = worksAt > ignition.changedAt + SPIN_DOWN_MS && now - worksAt <= GONE_MS * 3
  if (worksAnyway) return undefined
  return { to: 'parked', reason: reasonOf(evidence, now, 'ignition off'), rest: 'ignition' }
}

/** What cannot be heard is no evidence: the state is kept, for a while. */
function adapterLost({ evidence, now, settings }: Situation): Verdict | undefined {
  const lostFor = evidence.traffic.lostFor(now)
  if (lostFor === undefined) return undefined
  if (lostFor < settings.lostSeconds * 1000) return { to: 'same' }
  const reason = `the adapter has been lost for ${duration(lostFor)}`
  return { to: 'unknown', reason, rest: 'lost' }
}

function ignitionOffOnBus(situation: Situation): Verdict | undefined {
  const { evidence, now } = situation
  const { signs, charge } = evidence
  if (evidence.ignition.isOn !== undefined || signs.ignitionOnBus(now) !== false) return undefined
  if (now - evidence.workedAt < BUS_IGNITION_MS || charge.reason(now) !== undefined)
    return undefined
  return ended(situation, 'the vehicle says that the ignition is off')
}

function nobodyAnswers(situation: Situation): Verdict | undefined {
  const { evidence, now } = situation
  const { answers, traffic, voltage } = evidence
  const isSilent = traffic.silentFor(now) >= UNANSWERED_MS
  const run = answers.run(isSilent)
  if (run < (voltage.hasDropped(now) && isSilent ? 2 : answers.enough)) return undefined
  const isLively = (traffic.share(now) ?? 0) >= LIVELY_SHARE
  const quietFor = now - Math.max(answers.answeredAt, evidence.workedAt, situation.phaseSince)
  if (quietFor < (isLively ? UNANSWERED_LIVELY_MS : UNANSWERED_MS)) return undefined
  if (isSeenUnasked(situation)) return undefined
  if (isLively && (evidence.moves(now) || evidence.wasMoving(now))) return undefined
  return ended(situation, `${run} requests in a row unanswered`)
}

/** Engine or wheels are told of at work though nothing answers. */
function isSeenUnasked({ evidence, now }: Situation): boolean {
  const { signs, answers } = evidence
  const since = answers.answeredAt + UNASKED_AFTER_MS
  if (signs.ranAt > since && signs.engine(now) === 'yes') return true
  return signs.turnedAt > since && signs.wheels(now) === 'yes'
}

function busFellSilent(situation: Situation): Verdict | undefined {
  const { evidence, now, phaseSince } = situation
  const silentFor = evidence.traffic.silentFor(now)
  if (silentFor < SILENT_MS || !evidence.traffic.wasLively(phaseSince)) return undefined
  return ended(situation, `bus silent for ${duration(silentFor)}`)
}

/** Where nothing is asked: the engine's control unit fell silent, others still talk. */
function engineGoneUnasked(situation: Situation): Verdict | undefined {
  const { evidence, now } = situation
  const { signs, answers, traffic, voltage } = evidence
  if (now - answers.askedAt < UNASKED_MS || signs.engine(now) !== 'gone') return undefined
  const askedAt = Math.max(answers.askedAt + UNASKED_AFTER_MS, situation.phaseSince)
  if (signs.ranAt <= askedAt) return undefined
  if (now - evidence.workedAt < GONE_MS || !evidence.stoodLast(now)) return undefined
  const isThin = (traffic.share(now) ?? 1) < LIVELY_SHARE
  if (!isThin && !voltage.hasDropped(now)) return undefined
  return ended(situation, isThin ? 'only a part of the bus still talks' : 'voltage down to rest')
}

function charging({ evidence, now }: Situation): Verdict | undefined {
  const { signs } = evidence
  if (evidence.moves(now) || signs.engine(now) === 'yes') return undefined
  const reason = evidence.charge.reason(now)
  return reason === undefined ? undefined : { to: 'charging', reason }
}

function moving({ evidence, now }: Situation): Verdict | undefined {
  if (!evidence.moves(now)) return undefined
  const isSeen = evidence.signs.wheels(now) === 'yes'
  const speed = isSeen ? evidence.signs.speed.value : evidence.motion.speed
  const how = speed === undefined ? 'the motor turns' : `moving at ${speed.toFixed(0)} km/h`
  return { to: 'driving', reason: reasonOf(evidence, now, how) }
}

/** Control units that answer because somebody asks, or an ignition that was left on. */
function stoodTooLong(situation: Situation): Verdict | undefined {
  const { evidence, now, settings } = situation
  const { signs, charge } = evidence
  const engine = signs.engine(now)
  if (engine === 'yes' || charge.reason(now) !== undefined) return undefined
  const isTold = engine !== 'never' || signs.wheels(now) !== 'never'
  if (settings.listenOnly && !isTold) return undefined
  if (evidence.moves(now)) return undefined
  const moment = Math.max(evidence.workedAt, evidence.motion.movedAt, situation.phaseSince)
  const stoodFor = now - moment
  if (stoodFor < standingLimit(situation)) return undefined
  const what = `nothing but answers for ${duration(stoodFor)}`
  return { to: 'parked', reason: reasonOf(evidence, now, what), rest: 'standing' }
}

function standingLimit(situation: Situation): Millis {
  const { settings, isLook } = situation
  if (isLook) return settings.lookSeconds * 1000
  return settings.standingMinutes * 60_000 * (isReadyElectric(situation) ? READY_FACTOR : 1)
}

/** An electric car in a jam has no engine that would tell; its 12 V battery is charged meanwhile. */
function isReadyElectric({ evidence, now }: Situation): boolean {
  const { signs, voltage } = evidence
  return signs.isElectric && !signs.isBraked && voltage.charges(now)
}

function pausing({ evidence, now, activity, settings }: Situation): Verdict | undefined {
  if (activity !== 'driving') return undefined
  const movedAt = Math.max(evidence.signs.turnedAt, evidence.motion.movedAt)
  const stoodFor = now - movedAt
  const limit = evidence.stands(now) ? settings.pauseSeconds * 1000 : TUNNEL_MS
  if (stoodFor < limit) return undefined
  const what = `standing for ${duration(stoodFor)}`
  return { to: 'idling', reason: reasonOf(evidence, now, what) }
}

function chargingEnded({ evidence, now, activity }: Situation): Verdict | undefined {
  if (activity !== 'charging') return undefined
  return { to: 'idling', reason: reasonOf(evidence, now, 'charging ended'), isLook: true }
}

/** A vehicle that went quiet at speed is not parked: a plug came off, or a bus broke. */
function ended({ evidence, now }: Situation, what: string): Verdict {
  const reason = reasonOf(evidence, now, what)
  const rest: Rest = 'interrupted'
  if (evidence.motion.moves(now)) return { to: 'unknown', reason: `${reason}, yet it moves`, rest }
  if (!evidence.wasMoving(now)) return { to: 'parked', reason, rest: 'ended' }
  const speed = (evidence.signs.speed.value ?? 0).toFixed(0)
  return { to: 'unknown', reason: `${reason}, after ${speed} km/h`, rest }
}
