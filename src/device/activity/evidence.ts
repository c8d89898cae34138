/**
 * All that is known of a vehicle and bears on what it is doing, kept apart from the decision
 * (awake-rules.ts, resting-rules.ts). Inputs go in with the time that passed; questions are answered
 * for a moment.
 */
import type { SignalValue } from '../../model/reading.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import { Answers, type AskOutcome } from './answers.ts'
import { ChargeSigns } from './charge-signs.ts'
import { Ignition } from './ignition.ts'
import { Motion } from './motion.ts'
import { Signs } from './signs.ts'
import { Traffic } from './traffic.ts'
import { Voltage } from './voltage.ts'

export class Evidence {
  readonly voltage = new Voltage()
  readonly traffic = new Traffic()
  readonly answers = new Answers()
  readonly signs = new Signs()
  readonly charge = new ChargeSigns()
  readonly motion = new Motion()
  readonly ignition = new Ignition()

  reading(signal: SignalName, value: SignalValue, now: Millis): void {
    if (typeof value === 'number') this.#number(signal, value, now)
    else if (typeof value !== 'boolean') return
    else if (signal === 'charging') this.charge.says(value, now)
    else if (signal === 'parkingBrake') this.signs.isBraked = value
    else if (signal === 'ignition') this.signs.ignition(value, now)
  }

  asked(outcome: AskOutcome, source: string, now: Millis): void {
    this.answers.outcome(outcome, now)
    if (outcome === 'answered') this.traffic.answered(source, now)
  }

  lost(source: string, isLost: boolean, now: Millis): void {
    this.traffic.lost(source, isLost, now)
    this.answers.forget()
  }

  /** It moves: the wheels turn, or it changes its place. */
  moves(now: Millis): boolean {
    return this.signs.wheels(now) === 'yes' || this.motion.moves(now)
  }

  /** It is known to stand; in a tunnel, or with answers lost, that is not known. */
  stands(now: Millis): boolean {
    const wheels = this.signs.wheels(now)
    return wheels === 'no' || (wheels !== 'yes' && this.motion.stands(now))
  }

  /** It stands, or stood when that was last told; a vehicle that tells nothing of it may stand. */
  stoodLast(now: Millis): boolean {
    if (this.moves(now)) return false
    return (
      this.stands(now) ||
      this.signs.turnedAt < this.signs.speed.at ||
      this.signs.wheels(now) === 'never'
    )
  }

  /** The last thing known of its wheels, shortly before everything went quiet, is that they turned fast. */
  wasMoving(now: Millis): boolean {
    const { signs, answers, traffic } = this
    const lifeAt = Math.max(answers.answeredAt, now - traffic.silentFor(now))
    const isRecent = lifeAt - signs.speed.at <= SPEED_COUNTS_MS
    return isRecent && (signs.speed.value ?? 0) >= FAST_KMH
  }

  /** When engine, wheels or a charger were last seen at work. */
  get workedAt(): Millis {
    return Math.max(this.signs.ranAt, this.signs.turnedAt, this.charge.at)
  }

  #number(signal: SignalName, value: number, now: Millis): void {
    if (signal === 'batteryVoltage') this.voltage.add(value, now)
    else if (signal === 'latitude') this.motion.latitude(value)
    else if (signal === 'longitude') this.motion.longitude(value, now)
    else {
      this.signs.number(signal, value, now)
      if (this.signs.ranAt === now || this.signs.turnedAt === now) this.charge.interrupt()
      else this.charge.number(signal, value, now)
    }
  }
}

/** A speed this old, seen from the last sign of life, is still the speed then. */
const SPEED_COUNTS_MS: Millis = 6000
/** Nobody switches off at this speed. */
const FAST_KMH = 10
