/**
 * The status of a vehicle: the newest reading per signal that can be true. Hot: called for every
 * reading. What it refuses, and why:
 *
 * - readings without a value (`absent`, `error`): the last value stays and ages;
 * - values outside the signal's range, and a position of exactly 0°, 0°: counted as `implausible`;
 * - values that changed faster than the signal can, until a second reading confirms them;
 * - readings older than the one it has: a late arrival never replaces a newer value;
 * - a definition of less trust (PID A6 after SPN 917), and within one source another control unit,
 *   as long as the one heard before is fresh: two senders of one signal never alternate;
 * - half a position: latitude and longitude come from one message or not at all.
 *
 * Fresh is what the rhythm of its sender makes likely (model/freshness.ts). Senders that disagree are
 * reported; nothing is averaged.
 */
import { freshFor, learnPeriod } from '../../model/freshness.ts'
import type { IssueCode, IssueSink } from '../../model/issue.ts'
import type { Reading } from '../../model/reading.ts'
import type { SignalState, VehicleStatus } from '../../model/record.ts'
import { type SignalDefinition, signals } from '../../model/signals.ts'
import type { Micros } from '../../model/time.ts'
import { Agreement, nameOf } from './agreement.ts'
import { ChangeCheck, isInRange } from './plausibility.ts'

export interface StatusKeeperOptions {
  issue: IssueSink
  /** A last word on a reading that would be accepted; says so itself when it refuses. */
  accepts?: (reading: Reading) => boolean
  initial?: VehicleStatus
}

export class StatusKeeper {
  readonly status: VehicleStatus
  readonly #issue: IssueSink
  readonly #accepts: ((reading: Reading) => boolean) | undefined
  readonly #changes = new ChangeCheck()
  readonly #agreement = new Agreement()
  #latitude: Reading | undefined

  constructor(options: StatusKeeperOptions) {
    this.#issue = options.issue
    this.#accepts = options.accepts
    this.status = { ...options.initial }
  }

  /** Takes a reading; true if a value of the status changed. */
  take(reading: Reading): boolean {
    // Whatever it says, it begins a new position: the one before it will not be completed.
    if (reading.signal === 'latitude') this.#latitude = undefined
    if (reading.value === undefined) return false
    const definition: SignalDefinition = signals[reading.signal]
    const known = this.status[reading.signal]
    if (known !== undefined && isOther(reading, known)) {
      this.#compare(reading, known, definition)
    }
    if (known !== undefined && !prevails(reading, known, definition)) return false
    if (!isInRange(reading, definition)) {
      this.#report('implausible', reading)
      return false
    }
    if (reading.signal === 'latitude') {
      this.#latitude = { ...reading }
      return false
    }
    if (reading.signal === 'longitude') return this.#position(reading)
    if (!this.#canFollow(reading)) return false
    if (this.#accepts !== undefined && !this.#accepts(reading)) return false
    return this.#set(reading)
  }

  /** The same for one that comes when it likes: two in a row say nothing about the next. */
  takeReported(reading: Reading): void {
    this.take(reading)
    const { signal, source, time } = reading
    for (const name of signal === 'longitude' ? (['latitude', signal] as const) : [signal]) {
      const known = this.status[name]
      if (known?.time === time && known.source === source) known.period = undefined
    }
  }

  /** The clock was set back: what was stamped later than `time` was heard by then. */
  notAfter(time: Micros): void {
    this.#changes.forget()
    for (const state of Object.values(this.status)) state.time = Math.min(state.time, time)
  }

  /** The clock became known: what it has stamped from `since` on was wrong by `delta`. */
  shift(delta: Micros, since: Micros): void {
    shiftStatus(this.status, delta, since)
    this.#changes.shift(delta, since)
    if (this.#latitude !== undefined && this.#latitude.time >= since) this.#latitude.time += delta
  }

  /** Two senders of one signal: do they agree? */
  #compare(reading: Reading, known: SignalState, definition: SignalDefinition): void {
    if (Math.abs(reading.time - known.time) > freshFor(known, definition)) return
    if (!this.#agreement.begins(reading, known, definition)) return
    const { signal, value, source, time } = reading
    const detail = `${signal}: ${nameOf(reading)} says ${value}, ${nameOf(known)} ${known.value}`
    this.#issue({ code: 'readings-disagree', at: source, detail, time })
  }

  /** The longitude completes the position that the latitude of the same message began. */
  #position(longitude: Reading): boolean {
    const latitude = this.#latitude
    this.#latitude = undefined
    if (
      latitude === undefined ||
      latitude.time !== longitude.time ||
      latitude.source !== longitude.source ||
      latitude.sender !== longitude.sender
    ) {
      return false
    }
    if (latitude.value === 0 && longitude.value === 0) {
      this.#report('implausible', longitude)
      return false
    }
    if (!this.#canFollow(latitude) || !this.#canFollow(longitude)) return false
    const moved = this.#set(latitude)
    return this.#set(longitude) || moved
  }

  #canFollow(reading: Reading): boolean {
    const known = this.status[reading.signal]
    const before = known === undefined || isOther(reading, known) ? undefined : known
    if (this.#changes.accepts(reading, before, signals[reading.signal])) return true
    this.#report('implausible-change', reading)
    return false
  }

  #set(reading: Reading): boolean {
    const known = this.status[reading.signal]
    if (known === undefined) {
      this.status[reading.signal] = stateOf(reading)
      return true
    }
    const changed = known.value !== reading.value || known.quality !== reading.quality
    if (isOther(reading, known)) known.period = undefined
    else this.#learn(known, reading)
    known.value = reading.value ?? known.value
    known.quality = reading.quality
    known.time = reading.time
    known.source = reading.source
    known.sender = reading.sender
    known.rank = reading.rank
    return changed
  }

  #learn(known: SignalState, { time, signal }: Reading): void {
    const period = learnPeriod(known.period, time - known.time, signals[signal])
    if (period !== undefined) known.period = period
  }

  #report(code: IssueCode, { signal, value, source, time }: Reading): void {
    this.#issue({ code, at: source, detail: `${signal} ${value}`, time })
  }
}

/** Moves what was stamped from `since` on. */
export function shiftStatus(status: VehicleStatus, delta: Micros, since: Micros): void {
  for (const state of Object.values(status)) if (state.time >= since) state.time += delta
}

function isOther(reading: Reading, known: SignalState): boolean {
  return (
    reading.sender !== known.sender ||
    reading.source !== known.source ||
    reading.rank !== known.rank
  )
}

/** Whether the reading takes the place of what is known. */
function prevails(reading: Reading, known: SignalState, definition: SignalDefinition): boolean {
  if (reading.time < known.time) return false
  if (reading.rank < known.rank) return true
  const isSame = known.sender === reading.sender || known.source !== reading.source
  if (reading.rank === known.rank && isSame) return true
  return reading.time - known.time > freshFor(known, definition)
}

function stateOf(reading: Reading): SignalState {
  const { value, quality, time, source, sender, rank } = reading
  return { value: value as SignalState['value'], quality, time, source, sender, rank }
}
