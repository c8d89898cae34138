/**
 * Everything between the readings of a vehicle and its records: odometer of record, run totals,
 * status, recorder. Pure and synchronous; time is that of the readings, or passed in by `tick`.
 */
import type { IssueSink } from '../../model/issue.ts'
import type { CounterPoint, OdometerPoint } from '../../model/ports.ts'
import type { Reading } from '../../model/reading.ts'
import type { Checkpoint, NewRecord, VehicleStatus } from '../../model/record.ts'
import { type Micros, microsToMillis } from '../../model/time.ts'
import type { Counters } from './counters.ts'
import type { Odometer } from './odometer.ts'
import { CLOCK_TOLERANCE, Recorder, type RecorderSettings, type RecordStamp } from './recorder.ts'
import { StatusKeeper } from './status.ts'

export interface VehiclePipelineOptions {
  vehicle: string
  settings: RecorderSettings
  /** The vehicle's odometer of record, shared by all its pipelines. */
  odometer: Odometer
  /** Its engine hours and fuel used, shared likewise; none are kept where absent. */
  counters?: Counters
  /**
   * Status to go on from after a restart. A recording starts without, so that its records hold
   * what was true then.
   */
  status?: VehicleStatus
  /** Whether it is a recording: time is that of the readings alone, and may be set back in it. */
  isRecording?: boolean
  /** Boot, clocks and trust at the moment of a record. */
  stamp: (time: Micros) => RecordStamp
  record: (
    record: NewRecord,
    checkpoint: Checkpoint,
    odometer: OdometerPoint | undefined,
    /** Of counters that it heard since the last record; undefined where it heard none. */
    counters: readonly CounterPoint[] | undefined,
  ) => void
  issue: IssueSink
}

export class VehiclePipeline {
  readings = 0
  records = 0
  readonly #options: VehiclePipelineOptions
  readonly #odometer: Odometer
  readonly #counters: Counters | undefined
  readonly #status: StatusKeeper
  readonly #recorder: Recorder
  #newest: Micros = 0
  #hasCounted = false

  constructor(options: VehiclePipelineOptions) {
    this.#options = options
    this.#odometer = options.odometer
    this.#counters = options.counters
    this.#status = new StatusKeeper({
      issue: options.issue,
      accepts: (reading) => this.#count(reading),
      initial: options.status ?? {},
    })
    this.#recorder = new Recorder(options.vehicle, options.settings)
    for (const { time } of Object.values(this.#status.status)) {
      this.#newest = Math.max(this.#newest, time)
    }
  }

  get status(): VehicleStatus {
    return this.#status.status
  }

  /** Hot. A record that became due by this reading's time holds only what came before it. */
  reading(reading: Reading): void {
    this.readings += 1
    if (reading.time < this.#newest - CLOCK_TOLERANCE && this.#options.isRecording === true) {
      this.#setBack(reading.time)
    }
    if (this.#recorder.isDue(reading.time)) this.#make(reading.time)
    const changed = this.#status.take(reading)
    if (reading.value === undefined) return
    if (reading.time > this.#newest) this.#newest = reading.time
    this.#recorder.heard(reading.time, changed)
  }

  /**
   * Makes a record that became due although nothing more came. `time` is the wall clock's: where it
   * was set back, what it had stamped until then must not outlive it as the newest for ever.
   */
  tick(time: Micros): void {
    const counted = Math.max(this.#odometer.state.time, this.#counters?.time ?? 0)
    if (Math.max(this.#newest, counted) > time + CLOCK_TOLERANCE) {
      this.#setBack(time)
      this.#odometer.notAfter(time)
      this.#counters?.notAfter(time)
    }
    if (this.#recorder.isDue(time)) this.#make(time)
  }

  /** At the end of a recording or of the run: a last record of what no record holds yet. */
  flush(): void {
    if (this.#recorder.isOpen && this.#newest > 0) this.#make(this.#newest)
  }

  /**
   * The clock became known: what it has stamped from `since` on was wrong by `delta`. Odometer and
   * counters are shared, and moved by whoever shares them.
   */
  shift(delta: Micros, since: Micros): void {
    this.#status.shift(delta, since)
    this.#recorder.shift(delta)
    if (this.#newest > 0 && this.#newest >= since) this.#newest += delta
  }

  #setBack(time: Micros): void {
    this.#status.notAfter(time)
    this.#recorder.notAfter(time)
    this.#newest = Math.min(this.#newest, time)
  }

  #count(reading: Reading): boolean {
    if (reading.signal === 'odometer') return this.#countOdometer(reading)
    if (this.#counters?.take(reading) === true) this.#hasCounted = true
    return true
  }

  #countOdometer(reading: Reading): boolean {
    const verdict = this.#odometer.take(reading)
    if (verdict !== 'rejected') return true
    const detail = `${reading.value} km`
    this.#options.issue({
      code: 'odometer-rejected',
      at: reading.source,
      detail,
      time: reading.time,
    })
    return false
  }

  /** However late it is made (silence, a gap in a recording), it holds what was true last. */
  #make(time: Micros): void {
    const { vehicle, stamp, record } = this.#options
    const asOf = Math.min(time, this.#newest)
    const made = this.#recorder.make(time, asOf, this.#status.status, stamp(asOf))
    if (made === undefined) return
    this.records += 1
    const { time: counted, travelled } = this.#odometer.state
    const point = counted === 0 ? undefined : { vehicle, time: microsToMillis(counted), travelled }
    const counters = this.#counters?.states
    const checkpoint: Checkpoint = structuredClone({
      status: this.#status.status,
      odometer: this.#odometer.state,
    })
    if (counters !== undefined) checkpoint.counters = counters
    record(made, checkpoint, point, this.#tellCounters())
  }

  #tellCounters(): readonly CounterPoint[] | undefined {
    if (!this.#hasCounted) return undefined
    this.#hasCounted = false
    return this.#counters?.tell(this.#options.vehicle)
  }
}
