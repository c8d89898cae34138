/**
 * The pipelines of all vehicles, between decoders and journal: one that all live sources of a
 * vehicle share, so that their readings merge by time, and one for each recording. They share the
 * vehicle's counters; odometer readings are checked by each, and counted where they are kept.
 */
import { Counters } from '../decoder/vehicle/counters.ts'
import { Odometer } from '../decoder/vehicle/odometer.ts'
import type { RecorderSettings, RecordStamp } from '../decoder/vehicle/recorder.ts'
import { shiftStatus } from '../decoder/vehicle/status.ts'
import { VehiclePipeline } from '../decoder/vehicle/vehicle-pipeline.ts'
import type { IssueSink } from '../model/issue.ts'
import { ksuidOf } from '../model/ksuid.ts'
import type { Clock, ReadingWriter, StatusReader, TimedValue } from '../model/ports.ts'
import {
  type ClockTrust,
  mergeStatus,
  type NewRecord,
  type VehicleStatus,
} from '../model/record.ts'
import type { SignalName } from '../model/signals.ts'
import { type Micros, type Millis, microsToMillis } from '../model/time.ts'
import type { Journal } from '../uplink/store/journal.ts'

export interface PipelinesOptions {
  journal: Journal
  settings: RecorderSettings
  clock: Clock
  /** Id of this run of the gateway. */
  boot: string
  clockTrust: () => ClockTrust
  issue: IssueSink
  /** km at the start of what is estimated for a vehicle that has no odometer. */
  startOdometer?: (vehicle: string) => number | undefined
  /** Called after a record of a vehicle was made. */
  recorded: (vehicle: string) => void
  /** Called with each record of the present; not with those of recordings. */
  live?: (record: NewRecord) => void
}

/** What is older came late: it gets a record of its own, and changes nothing of the present that is newer. */
const PRESENT_MS: Millis = 10_000

export class Pipelines implements StatusReader, ReadingWriter {
  readonly #options: PipelinesOptions
  readonly #live = new Map<string, VehiclePipeline>()
  readonly #all: VehiclePipeline[] = []
  readonly #counters = new Map<string, Counters>()
  /** What the store knew at the start, and what recordings have added. */
  readonly #kept = new Map<string, VehicleStatus>()

  constructor(options: PipelinesOptions) {
    this.#options = options
  }

  live(vehicle: string): VehiclePipeline {
    const known = this.#live.get(vehicle)
    if (known !== undefined) return known
    const { boot, clock, clockTrust } = this.#options
    const kept = { status: this.#keptOf(vehicle) }
    const pipeline = this.#add(vehicle, kept, () => ({
      boot,
      monotonic: Math.floor(clock.monotonic()),
      receivedAt: clock.now(),
      clockTrust: clockTrust(),
    }))
    this.#live.set(vehicle, pipeline)
    return pipeline
  }

  /**
   * For a recording, named by its content: its records carry its own times and are the same however
   * often it is played.
   */
  recorded(vehicle: string, recording: string): VehiclePipeline {
    const boot = ksuidOf(0, 'recording', recording)
    let first: Micros | undefined
    return this.#add(vehicle, { recording: boot }, (time) => {
      first ??= time
      const receivedAt = microsToMillis(time)
      return { boot, monotonic: microsToMillis(time - first), receivedAt, clockTrust: 'recorded' }
    })
  }

  /** Makes the records that became due although nothing more came. */
  tick(time: Micros): void {
    for (const pipeline of this.#live.values()) pipeline.tick(time)
  }

  /** Makes the last records, at the end of a recording or of the run. */
  flush(): void {
    for (const pipeline of this.#all) pipeline.flush()
  }

  /**
   * The clock became known: what it has stamped from `since` on was wrong by `delta`. Recordings have
   * times of their own.
   */
  shift(delta: Micros, since: Micros): void {
    for (const pipeline of this.#live.values()) pipeline.shift(delta, since)
    for (const counters of this.#counters.values()) counters.shift(delta, since)
    for (const [vehicle, status] of this.#kept) {
      // Its parts are also in checkpoints that are on their way to the journal.
      const moved = structuredClone(status)
      shiftStatus(moved, delta, since)
      this.#kept.set(vehicle, moved)
    }
  }

  write(vehicle: string, source: string, values: readonly TimedValue[]): SignalName[] {
    const pipeline = this.live(vehicle)
    const now = this.#options.clock.now()
    const late = new Map<Millis, TimedValue[]>()
    const refused: SignalName[] = []
    // A position begins with its latitude.
    const ordered = [...values].sort(
      (a, b) => Number(b.signal === 'latitude') - Number(a.signal === 'latitude'),
    )
    for (const value of ordered) {
      if (now - value.time > PRESENT_MS)
        late.set(value.time, [...(late.get(value.time) ?? []), value])
      else if (!pipeline.told(source, value)) refused.push(value.signal)
    }
    for (const [time, group] of late) {
      const report = { source, time, receivedAt: now, values: group, isPast: false }
      const kept = pipeline.report(report)?.data ?? {}
      refused.push(...group.map(({ signal }) => signal).filter((signal) => !(signal in kept)))
    }
    return refused
  }

  /** The newest of what was kept and what was heard since. */
  status(vehicle: string): VehicleStatus {
    return mergeStatus(this.#keptOf(vehicle), this.#live.get(vehicle)?.status ?? {})
  }

  storedAt(vehicle: string): Micros | undefined {
    return this.#options.journal.storedAt(vehicle)
  }

  #add(
    vehicle: string,
    origin: { status: VehicleStatus } | { recording: string },
    stamp: (time: Micros) => RecordStamp,
  ): VehiclePipeline {
    const { journal, settings, issue, recorded, live, startOdometer } = this.#options
    const isRecording = 'recording' in origin
    const state = isRecording ? undefined : journal.checkpoint(vehicle)?.odometer
    const start = startOdometer?.(vehicle)
    let newest = Number.NEGATIVE_INFINITY
    const pipeline = new VehiclePipeline({
      vehicle,
      ...(isRecording
        ? { isRecording, recording: origin.recording }
        : { status: structuredClone(origin.status) }),
      ...(start === undefined ? {} : { startOdometer: start }),
      odometer: new Odometer(state),
      counters: this.#countersOf(vehicle),
      settings,
      stamp,
      issue,
      record: (record, { odometer: checked, ...checkpoint }, odometer, counters) => {
        const own = isRecording || checked === undefined ? {} : { odometer: checked }
        journal.append(record, { ...checkpoint, ...own }, odometer, counters)
        this.#kept.set(vehicle, mergeStatus(this.#keptOf(vehicle), checkpoint.status))
        // A report that was delivered late is no news of the present.
        const isNews = record.data.lora === undefined || record.time >= newest
        if (isRecording || !isNews) return recorded(vehicle)
        newest = record.time
        live?.(record)
        recorded(vehicle)
      },
    })
    this.#all.push(pipeline)
    return pipeline
  }

  #countersOf(vehicle: string): Counters {
    const known = this.#counters.get(vehicle)
    if (known !== undefined) return known
    const counters = new Counters(this.#options.journal.counters(vehicle))
    this.#counters.set(vehicle, counters)
    return counters
  }

  #keptOf(vehicle: string): VehicleStatus {
    const known = this.#kept.get(vehicle)
    if (known !== undefined) return known
    const status = this.#options.journal.checkpoint(vehicle)?.status ?? {}
    this.#kept.set(vehicle, status)
    return status
  }
}
