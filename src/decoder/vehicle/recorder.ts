/**
 * When a record is due, and what stands in it. A record is a status at one moment, that of the last
 * reading: every signal that still described the present then, none that had gone stale. One is made at most every `onChange` while values change, and every `interval` while
 * readings come and nothing changes; silence makes none.
 */
import { freshFor } from '../../model/freshness.ts'
import type { Quality } from '../../model/reading.ts'
import type { NewRecord, RecordData, VehicleStatus } from '../../model/record.ts'
import { idPrefix, recordId } from '../../model/record-id.ts'
import { type SignalName, signals } from '../../model/signals.ts'
import { type Micros, type Millis, microsToMillis, millisToMicros } from '../../model/time.ts'

/** Sources stamp on their own: this much ahead still is the present. */
export const CLOCK_TOLERANCE: Micros = 60_000_000

export interface RecorderSettings {
  onChange: Millis
  interval: Millis
}

/** What the composition root knows about the moment a record is made. */
export interface RecordStamp {
  boot: string
  monotonic: Millis
  receivedAt: Millis
  clockTrust: NewRecord['clockTrust']
}

export class Recorder {
  readonly #vehicle: string
  readonly #onChange: Micros
  readonly #interval: Micros
  #last: Micros | undefined
  #number = 0
  #changed = false
  #heard = false
  #prefix: { boot: string; bytes: Uint8Array } | undefined

  constructor(vehicle: string, settings: RecorderSettings) {
    this.#vehicle = vehicle
    this.#onChange = millisToMicros(settings.onChange)
    this.#interval = millisToMicros(settings.interval)
  }

  /** Tells it that a reading was accepted, and whether it changed a value. */
  heard(time: Micros, changed: boolean): void {
    this.#heard = true
    if (changed) this.#changed = true
    // The first record waits as long as any other, so that it holds more than one signal.
    this.#last ??= time
  }

  isDue(time: Micros): boolean {
    if (!this.#heard || this.#last === undefined) return false
    const elapsed = time - this.#last
    return (this.#changed && elapsed >= this.#onChange) || elapsed >= this.#interval
  }

  /** The clock was set back: the last record was made by `time`. */
  notAfter(time: Micros): void {
    if (this.#last !== undefined) this.#last = Math.min(this.#last, time)
  }

  /** The clock became known: what it has stamped was wrong by `delta`. */
  shift(delta: Micros): void {
    if (this.#last !== undefined) this.#last += delta
  }

  /** Whether anything was heard that no record holds yet. */
  get isOpen(): boolean {
    return this.#changed || (this.#heard && this.#number === 0)
  }

  /**
   * Makes the record of the moment `asOf`, when the last reading came; `time` is when it is made,
   * from which the next one is counted. Undefined if no signal was fresh.
   */
  make(
    time: Micros,
    asOf: Micros,
    status: VehicleStatus,
    stamp: RecordStamp,
  ): NewRecord | undefined {
    this.#last = time
    this.#changed = false
    this.#heard = false
    const fresh = freshSignals(status, asOf)
    if (fresh.newest === undefined) return undefined
    const { newest, data, quality } = fresh
    const record = this.#numbered(microsToMillis(newest.time), newest.source, stamp, data)
    return Object.keys(quality).length === 0 ? record : { ...record, quality }
  }

  /** The record of a report, which waits for nothing and delays nothing. */
  report(time: Millis, source: string, stamp: RecordStamp, data: RecordData): NewRecord {
    return this.#numbered(time, source, stamp, data)
  }

  #numbered(time: Millis, source: string, stamp: RecordStamp, data: RecordData): NewRecord {
    const number = this.#number
    this.#number += 1
    const { boot, receivedAt, monotonic, clockTrust } = stamp
    if (this.#prefix?.boot !== boot) this.#prefix = { boot, bytes: idPrefix(this.#vehicle, boot) }
    const place = { vehicle: this.#vehicle, boot, number, time, receivedAt }
    const id = recordId(place, this.#prefix.bytes)
    return { id, ...place, source, monotonic, clockTrust, data }
  }
}

function freshSignals(status: VehicleStatus, now: Micros) {
  const data: RecordData = {}
  const quality: Partial<Record<SignalName, Quality>> = {}
  let newest: { time: Micros; source: string } | undefined
  for (const [name, state] of Object.entries(status) as [SignalName, VehicleStatus[SignalName]][]) {
    if (state === undefined) continue
    const age = now - state.time
    if (age < -CLOCK_TOLERANCE || age > freshFor(state, signals[name])) continue
    data[name] = state.value
    if (state.quality !== 'ok') quality[name] = state.quality
    if (newest === undefined || state.time > newest.time) newest = state
  }
  return { data, quality, newest }
}
