/**
 * The status of a vehicle: the newest reading per signal that can be true. Hot: called for every
 * reading. What it refuses, and why:
 *
 * - readings without a value (`absent`, `error`): the last value stays and ages;
 * - values outside the signal's range, and a position of exactly 0°, 0°: counted as `implausible`;
 * - readings older than the one it has: a late arrival never replaces a newer value;
 * - a definition of less trust (PID A6 after SPN 917), and within one source another control unit,
 *   as long as the one heard before is fresh: two senders of one signal never alternate;
 * - half a position: latitude and longitude come from one message or not at all.
 */
import type { IssueSink } from '../model/issue.ts'
import type { Reading } from '../model/reading.ts'
import type { SignalState, VehicleStatus } from '../model/record.ts'
import { type SignalDefinition, signals } from '../model/signals.ts'
import type { Micros } from '../model/time.ts'

const MICROS_PER_SECOND = 1_000_000

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
    if (!this.#prevails(reading, definition)) return false
    if (!isPlausible(reading, definition)) {
      this.#implausible(reading)
      return false
    }
    if (reading.signal === 'latitude') {
      this.#latitude = reading
      return false
    }
    if (reading.signal === 'longitude') return this.#position(reading)
    if (this.#accepts !== undefined && !this.#accepts(reading)) return false
    return this.#set(reading)
  }

  /** The clock was set back: what was stamped later than `time` was heard by then. */
  notAfter(time: Micros): void {
    for (const state of Object.values(this.status)) state.time = Math.min(state.time, time)
  }

  #prevails(reading: Reading, definition: SignalDefinition): boolean {
    const known = this.status[reading.signal]
    if (known === undefined) return true
    if (reading.time < known.time) return false
    if (reading.rank < known.rank) return true
    const isSame = known.sender === reading.sender || known.source !== reading.source
    if (reading.rank === known.rank && isSame) return true
    return reading.time - known.time > definition.freshSeconds * MICROS_PER_SECOND
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
      this.#implausible(longitude)
      return false
    }
    const moved = this.#set(latitude)
    return this.#set(longitude) || moved
  }

  #set(reading: Reading): boolean {
    const known = this.status[reading.signal]
    if (known === undefined) {
      this.status[reading.signal] = stateOf(reading)
      return true
    }
    const changed = known.value !== reading.value || known.quality !== reading.quality
    known.value = reading.value ?? known.value
    known.quality = reading.quality
    known.time = reading.time
    known.source = reading.source
    known.sender = reading.sender
    known.rank = reading.rank
    return changed
  }

  #implausible(reading: Reading): void {
    const { signal, value, source, time } = reading
    this.#issue({ code: 'implausible', at: source, detail: `${signal} ${value}`, time })
  }
}

function stateOf(reading: Reading): SignalState {
  const { value, quality, time, source, sender, rank } = reading
  return { value: value as SignalState['value'], quality, time, source, sender, rank }
}

function isPlausible(reading: Reading, definition: SignalDefinition): boolean {
  const { value } = reading
  if (typeof value !== 'number') return true
  const { min, max } = definition
  return (min === undefined || value >= min) && (max === undefined || value <= max)
}
