/**
 * What the vehicle is doing: driving, idling, charging or parked, and so whether it may be asked
 * anything. Signals, traffic, answers, ignition and movement go in with their times; the state, its
 * reason and the permission come out. Pure and synchronous: no clock, no timer.
 *
 * Evidence is kept in evidence.ts; awake-rules.ts and resting-rules.ts decide, as lists of rules read
 * from the top. A vehicle that rests may be asked single things where a cue allows it (probes.ts).
 *
 * `frames` or `tick` have to come several times a second; they are the gateway's own time. Readings
 * carry the time of their source, which is used only to leave out what is old.
 */
import type { ActivityState, WakeCue } from '../../model/activity.ts'
import type { SignalValue } from '../../model/reading.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Micros, Millis } from '../../model/time.ts'
import type { AskOutcome } from './answers.ts'
import { awakeRules } from './awake-rules.ts'
import { BatteryGuard } from './battery-guard.ts'
import { type Change, type Course, changed, firstCourse, isAwake } from './course.ts'
import { ElapsedTime } from './elapsed-time.ts'
import { Evidence } from './evidence.ts'
import {
  type ActivityOptions,
  type ActivitySettings,
  defaultSettings,
  type WakeEntry,
} from './options.ts'
import { probeCues } from './probe-cues.ts'
import { Probes } from './probes.ts'
import { restingRules } from './resting-rules.ts'
import { firstVerdict, type Situation } from './situation.ts'
import { WakeLog } from './wake-log.ts'

export type AskPermission =
  /** `probe`: one single request, best for engine speed and speed (01 0C, 01 0D). */
  | { ok: true; probe?: true; detail?: string }
  | { ok: false; reason: 'parked' | 'voltage'; detail: string }

/** A reading older than this is no news. */
const OLD_MS: Millis = 30_000
/** A verdict holds for so long: whoever asks in between gets the same. */
const FRESH_MS: Millis = 100
/** A tow that stands for less is the same one. */
const SAME_TOW_MS: Millis = 5 * 60_000
const DEFAULT_SOURCE = ''

export class ActivityMonitor {
  readonly #options: ActivityOptions
  readonly #settings: ActivitySettings
  readonly #time = new ElapsedTime()
  readonly #evidence = new Evidence()
  readonly #probes = new Probes()
  readonly #guard: BatteryGuard
  readonly #log = new WakeLog()
  #course: Course
  #decidedAt: Millis = Number.NEGATIVE_INFINITY
  #isTowed = false

  constructor(options: ActivityOptions = {}) {
    this.#options = options
    this.#settings = settingsOf(options)
    this.#course = firstCourse(this.#settings.startProbes)
    this.#guard = new BatteryGuard({
      lowVoltage: this.#settings.lowVoltage,
      lowVoltageSeconds: this.#settings.lowVoltageSeconds,
      warned: (reason) => this.#options.warned?.(reason),
      shutdown: (reason) => this.#options.shutdown?.(reason),
    })
  }

  get state(): ActivityState {
    const { activity, reason, since } = this.#course
    return { activity, reason, since: this.#time.wallOf(since) }
  }

  /** Newest last. */
  get wakeLog(): readonly WakeEntry[] {
    return this.#log.entries
  }

  /** What the vehicle says of itself; a speed that a satellite receiver saw goes to `motion`. */
  reading(signal: SignalName, value: SignalValue | undefined, time: Micros): void {
    if (value === undefined || this.#time.ageOf(time) > OLD_MS) return
    this.#evidence.reading(signal, value, this.#time.now)
  }

  /** Frames of a bus since the last call, none too; several times a second. */
  frames(count: number, time: Micros, source = DEFAULT_SOURCE): void {
    const now = this.#time.advance(time)
    this.#evidence.traffic.frames(source, count, now)
    this.#decide()
  }

  /** What became of a request that was not refused. */
  asked(outcome: AskOutcome, time: Micros, source = DEFAULT_SOURCE): void {
    const now = this.#time.advance(time)
    this.#evidence.asked(outcome, source, now)
    // Answers of a vehicle that is awake come many times a second, and are no news.
    if (isAwake(this.#course) && outcome === 'answered') return
    if (!isAwake(this.#course)) this.#probed(outcome, now)
    this.#decide()
  }

  /** Undefined: there is no such input, or it cannot be read. */
  ignition(isOn: boolean | undefined, time: Micros): void {
    const now = this.#time.advance(time)
    this.#evidence.ignition.set(isOn, now)
    this.#decide()
  }

  /** Speed over ground of a satellite receiver. */
  motion(speedKmh: number, time: Micros): void {
    if (this.#time.ageOf(time) > OLD_MS || !Number.isFinite(speedKmh)) return
    this.#evidence.motion.sample(speedKmh, this.#time.now)
  }

  /**
   * The adapter of a source is gone, or not open yet: that nothing is heard is no evidence. Told at
   * the start too, so that the first request is not used up on an adapter that is not there.
   */
  lost(source: string, time: Micros): void {
    this.#evidence.lost(source, true, this.#time.advance(time))
    this.#decide()
  }

  found(source: string, time: Micros): void {
    this.#evidence.lost(source, false, this.#time.advance(time))
    this.#decide()
  }

  tick(time: Micros): void {
    const age = this.#time.advance(time) - this.#decidedAt
    if (!(age >= 0 && age < FRESH_MS)) this.#decide()
  }

  /** A probe stays allowed until `asked` tells what became of it. */
  mayAsk(time: Micros): AskPermission {
    this.tick(time)
    const low = this.#guard.reason
    if (low !== undefined) return { ok: false, reason: 'voltage', detail: low }
    if (isAwake(this.#course)) return { ok: true }
    const cue = this.#probes.due(this.#time.now)
    if (cue !== undefined)
      return { ok: true, probe: true, detail: `to see whether it woke: ${cue}` }
    return { ok: false, reason: 'parked', detail: this.#course.reason }
  }

  /** Only if it is known that it stands still. */
  stands(time: Micros): boolean {
    this.tick(time)
    const { now } = this.#time
    return this.#evidence.stands(now) && !this.#evidence.moves(now)
  }

  /** Whether the battery is so low that everything has to stop, and why. */
  lowVoltage(time: Micros): { isLow: boolean; reason?: string } {
    this.tick(time)
    const { reason } = this.#guard
    return reason === undefined ? { isLow: false } : { isLow: true, reason }
  }

  #decide(): void {
    const { now } = this.#time
    this.#decidedAt = now
    const rules = isAwake(this.#course) ? awakeRules : restingRules
    const verdict = firstVerdict(rules, this.#situation(now))
    if (verdict !== undefined && verdict.to !== 'same' && verdict.to !== this.#course.activity) {
      this.#become(verdict, now)
    }
    if (isAwake(this.#course)) this.#whileAwake(now)
    else this.#whileResting(now)
    this.#guardBattery(now)
  }

  #whileAwake(now: Millis): void {
    const { signs, traffic } = this.#evidence
    const { isLook, since, activity } = this.#course
    if (isLook && Math.max(signs.ranAt, signs.turnedAt) > since) {
      this.#course = { ...this.#course, isLook: false }
    }
    const isUsed = signs.engine(now) === 'yes' || signs.wheels(now) === 'yes'
    if (isUsed || activity === 'driving') traffic.learn(now)
  }

  #whileResting(now: Millis): void {
    this.#probes.offer(probeCues(this.#situation(now)), now)
    const { motion } = this.#evidence
    if (this.#course.activity !== 'parked' || now - motion.movedAt > SAME_TOW_MS) {
      this.#isTowed = false
    } else if (!this.#isTowed && motion.moves(now)) {
      this.#isTowed = true
      const speed = (motion.speed ?? 0).toFixed(0)
      this.#notice('motion', `moving at ${speed} km/h with the engine off`)
    }
  }

  #guardBattery(now: Millis): void {
    const { signs, voltage, traffic } = this.#evidence
    const isBlind = isAwake(this.#course) && traffic.lostFor(now) !== undefined
    const volts = isBlind ? undefined : voltage.level(now)
    const level = { volts, scale: voltage.scale, at: voltage.at }
    this.#guard.update(level, signs.engine(now) === 'yes' || signs.wheels(now) === 'yes')
  }

  #probed(outcome: AskOutcome, now: Millis): void {
    const { activity, startProbesLeft } = this.#course
    const cue = this.#probes.due(now) ?? (activity === 'unknown' ? 'start' : undefined)
    // One that was under way when it was parked is no probe.
    if (cue === undefined) return
    if (outcome === 'failed' && !this.#probes.failed(now)) return
    this.#probes.used(now)
    this.#course = {
      ...this.#course,
      probe: { cue, at: now, outcome: outcome === 'answered' ? 'answered' : 'silent' },
      startProbesLeft: Math.max(0, startProbesLeft - 1),
    }
  }

  #become(change: Change, now: Millis): void {
    const { voltage } = this.#evidence
    const { startProbes } = this.#settings
    const previous = this.state
    const wasAwake = isAwake(this.#course)
    this.#course = changed(this.#course, change, { now, volts: voltage.level(now), startProbes })
    if (this.#course.phaseSince === now) this.#enterPhase(now)
    const cue = 'cue' in change ? change.cue : undefined
    if (!wasAwake || !isAwake(this.#course)) this.#write(cue, change.reason, previous.activity)
    this.#options.changed?.(this.state, previous)
  }

  #enterPhase(now: Millis): void {
    const { voltage, answers } = this.#evidence
    answers.forget()
    if (!isAwake(this.#course)) {
      voltage.rests(now)
      return
    }
    this.#probes.clear()
    voltage.wakes()
  }

  #notice(cue: WakeCue, reason: string): void {
    const entry = this.#write(cue, reason, this.#course.activity)
    this.#options.noticed?.(entry)
  }

  #write(cue: WakeCue | undefined, reason: string, from: ActivityState['activity']): WakeEntry {
    const time = this.#time.wallOf(this.#time.now)
    const entry: WakeEntry = { time, reason, from, to: this.#course.activity }
    if (cue !== undefined) entry.cue = cue
    this.#log.add(entry)
    return entry
  }

  #situation(now: Millis): Situation {
    return { ...this.#course, now, evidence: this.#evidence, settings: this.#settings }
  }
}

function settingsOf(options: ActivityOptions): ActivitySettings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...defaultSettings, ...Object.fromEntries(given) }
}
