/** What the vehicle's own signals say: engine, wheels, ignition. */
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import { Track } from './track.ts'

/** Faster than a starter turns an engine. */
const RUNNING_RPM = 400
/** A wheel that turns; slower than this, sensors see what is not there. */
const TURNING_KMH = 3
const TURNING_MOTOR_RPM = 60
/** Litres an hour that only a running engine burns. */
const BURNING = 0.2

/** `gone`: it was known, and is no longer told. */
export type Sign = 'yes' | 'no' | 'gone' | 'never'

export class Signs {
  readonly speed = new Track()
  readonly engineSpeed = new Track()
  readonly #fuelRate = new Track()
  readonly #motorSpeed = new Track()
  readonly #ignition = new Track()
  /** When engine and wheels were last seen at work; a wheel counts from its second reading on. */
  ranAt: Millis = Number.NEGATIVE_INFINITY
  turnedAt: Millis = Number.NEGATIVE_INFINITY
  /** The parking brake is on. */
  isBraked = false
  #turns = 0
  #isElectric = false

  /** An electric motor moves it, or helps to: an engine at rest proves nothing. */
  get isElectric(): boolean {
    return this.#isElectric
  }

  number(signal: SignalName, value: number, now: Millis): void {
    if (signal === 'engineSpeed') this.#engine(this.engineSpeed, value, value >= RUNNING_RPM, now)
    else if (signal === 'fuelRate') this.#engine(this.#fuelRate, value, value >= BURNING, now)
    else if (signal === 'speed') this.#wheels(this.speed, value, value >= TURNING_KMH, now)
    else if (signal === 'motorSpeed') {
      this.#isElectric = true
      this.#wheels(this.#motorSpeed, value, Math.abs(value) >= TURNING_MOTOR_RPM, now)
    } else if (signal === 'soc' || signal === 'tractionCurrent') this.#isElectric = true
  }

  ignition(isOn: boolean, now: Millis): void {
    this.#ignition.note(isOn ? 1 : 0, now)
  }

  engine(now: Millis): Sign {
    const isRunning = now - this.ranAt
    const track = this.engineSpeed.value === undefined ? this.#fuelRate : this.engineSpeed
    if (track.value === undefined) return 'never'
    if (!track.isFresh(now)) return 'gone'
    return isRunning <= track.age(now) ? 'yes' : 'no'
  }

  wheels(now: Millis): Sign {
    const track = this.speed.value === undefined ? this.#motorSpeed : this.speed
    if (track.value === undefined) return 'never'
    if (!track.isFresh(now)) return 'gone'
    return now - this.turnedAt <= track.age(now) ? 'yes' : 'no'
  }

  /** What the bus itself says of the ignition. */
  ignitionOnBus(now: Millis): boolean | undefined {
    return this.#ignition.isFresh(now) ? this.#ignition.value === 1 : undefined
  }

  /** Engine and wheels were told of after that moment, or one of them was. */
  wasToldSince(moment: Millis): boolean {
    return Math.max(this.engineSpeed.at, this.speed.at) >= moment
  }

  #engine(track: Track, value: number, isRunning: boolean, now: Millis): void {
    track.note(value, now)
    if (isRunning) this.ranAt = now
  }

  #wheels(track: Track, value: number, isTurning: boolean, now: Millis): void {
    track.note(value, now)
    this.#turns = isTurning ? this.#turns + 1 : 0
    if (this.#turns >= 2) this.turnedAt = now
  }
}
