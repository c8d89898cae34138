/**
 * Everything between the readings of a vehicle and its records: odometers, distance estimates, run
 * totals, status, recorder. Pure and synchronous; time is that of the readings, or passed in by `tick`.
 */
import type { IssueSink } from '../../model/issue.ts'
import type { OdometerPoint, OdometerRejection } from '../../model/odometer.ts'
import type { CounterPoint, TimedValue } from '../../model/ports.ts'
import type { Reading } from '../../model/reading.ts'
import type { Checkpoint, NewRecord, RecordData, VehicleStatus } from '../../model/record.ts'
import type { Report } from '../../model/report.ts'
import { signals } from '../../model/signals.ts'
import { type Micros, millisToMicros } from '../../model/time.ts'
import type { Counters } from './counters.ts'
import { DistanceEstimate, estimates } from './distance-estimate.ts'
import type { Odometer } from './odometer.ts'
import { OdometerPoints } from './odometer-points.ts'
import { isInRange } from './plausibility.ts'
import { CLOCK_TOLERANCE, Recorder, type RecorderSettings, type RecordStamp } from './recorder.ts'
import { StatusKeeper } from './status.ts'

export interface VehiclePipelineOptions {
  vehicle: string
  settings: RecorderSettings
  odometer: Odometer
  /** km at the start of what is estimated, for a vehicle that has no odometer. */
  startOdometer?: number
  /** Name of the recording: what it estimates is counted beside what is estimated live. */
  recording?: string
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
    /** Of odometers that it heard since the last record; undefined where it heard none. */
    odometer: readonly OdometerPoint[] | undefined,
    /** Of counters that it heard since the last record; undefined where it heard none. */
    counters: readonly CounterPoint[] | undefined,
  ) => void
  issue: IssueSink
}

const rejections: ReadonlyMap<string, string> = new Map<OdometerRejection, string>([
  ['bogus', 'instruments show it where they know no better'],
  ['unit', 'it is the last reading in another unit'],
  ['backwards', 'it goes back'],
  ['jump', 'no vehicle drives so far in the time'],
])

/** A control unit on a bus is trusted more, as long as it is fresh. */
const REPORTED = { sender: 0, rank: 30 }
/** Whoever it is, what measures by itself is trusted more. */
const TOLD = { sender: 0, rank: 40 }

export class VehiclePipeline {
  readings = 0
  records = 0
  readonly #options: VehiclePipelineOptions
  readonly #odometer: Odometer
  readonly #counters: Counters | undefined
  readonly #status: StatusKeeper
  readonly #recorder: Recorder
  readonly #points: OdometerPoints
  readonly #estimate: DistanceEstimate
  #newest: Micros = 0
  #hasCounted = false
  /** An estimate has grown since the last record. */
  #hasMoved = false

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
    this.#points = new OdometerPoints(options.vehicle)
    this.#estimate = new DistanceEstimate(options.odometer.state.estimates)
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
    if (reading.signal === 'odometer' && !this.#countOdometer(reading)) return
    const changed = this.#status.take(reading)
    if (reading.value === undefined) return
    if (reading.signal === 'speed' || reading.signal === 'longitude') this.#countEstimate(reading)
    if (reading.time > this.#newest) this.#newest = reading.time
    this.#recorder.heard(reading.time, changed)
  }

  /**
   * Makes a record of its own of a report. What is newer than the status goes there too, as far as it
   * can be true; odometers count where they were read, however late. Values that cannot be true
   * are left out; without any other, and nothing else to tell, there is no record.
   */
  report(report: Report): NewRecord | undefined {
    const { source, time, receivedAt, clockTrust, lora, isPast } = report
    const data: RecordData = {}
    for (const { signal, value, time: own = time } of report.values) {
      // No device measures what has not been yet, whatever its clock says.
      const measured = millisToMicros(Math.min(own, receivedAt))
      const reading: Reading = { signal, value, quality: 'ok', time: measured, source, ...REPORTED }
      if (this.#takeReported(reading, isPast)) Object.assign(data, { [signal]: value })
    }
    if (lora !== undefined) data.lora = lora
    if (Object.keys(data).length === 0) return undefined
    const own = this.#options.stamp(millisToMicros(time))
    const stamp = { ...own, receivedAt, clockTrust: clockTrust ?? own.clockTrust }
    const made = this.#recorder.report(time, source, stamp, data)
    this.#tell(made)
    return made
  }

  /**
   * Takes one value that somebody outside measured, for the next record. False if it cannot be true.
   */
  told(source: string, { signal, value, time }: TimedValue): boolean {
    return this.noted({
      ...{ signal, value, quality: 'ok', source, ...TOLD },
      time: millisToMicros(time),
    })
  }

  /** The same for what is told when it changes, and no sooner: it has no rhythm. */
  noted(reading: Reading): boolean {
    const { signal, time } = reading
    if (this.#recorder.isDue(time)) this.#make(time)
    const before = this.#status.status[signal]?.value
    if (!this.#takeReported(reading, false)) return false
    this.#recorder.heard(time, this.#status.status[signal]?.value !== before)
    return true
  }

  /** False if it cannot be true. */
  #takeReported(reading: Reading, isPast: boolean): boolean {
    const { signal, source, value, time } = reading
    if (!isInRange(reading, signals[signal])) {
      this.#options.issue({ code: 'implausible', at: source, detail: `${signal} ${value}`, time })
      return false
    }
    if (signal === 'odometer' && !this.#countOdometer(reading)) return false
    if (isPast) return true
    this.#status.takeReported(reading)
    if (signal === 'speed' || signal === 'longitude') this.#countEstimate(reading)
    this.#newest = Math.max(this.#newest, time)
    return true
  }

  /**
   * Makes a record that became due although nothing more came. `time` is the wall clock's: where it
   * was set back, what it had stamped until then must not outlive it as the newest for ever.
   */
  tick(time: Micros): void {
    const counted = Math.max(this.#odometer.state.time, this.#counters?.time ?? 0)
    if (Math.max(this.#newest, counted) > time + CLOCK_TOLERANCE) {
      this.#setBack(time)
      this.#counters?.notAfter(time)
    }
    if (this.#recorder.isDue(time)) this.#make(time)
  }

  /** At the end of a recording or of the run: a last record of what no record holds yet. */
  flush(): void {
    if ((this.#recorder.isOpen || this.#hasMoved) && this.#newest > 0) this.#make(this.#newest)
  }

  /**
   * The clock became known: what it has stamped from `since` on was wrong by `delta`. Counters are
   * shared, and moved by whoever shares them.
   */
  shift(delta: Micros, since: Micros): void {
    this.#status.shift(delta, since)
    this.#recorder.shift(delta)
    this.#odometer.shift(delta, since)
    this.#points.shift(delta, since)
    this.#estimate.shift(delta, since)
    if (this.#newest > 0 && this.#newest >= since) this.#newest += delta
  }

  #setBack(time: Micros): void {
    this.#status.notAfter(time)
    this.#recorder.notAfter(time)
    this.#odometer.notAfter(time)
    this.#estimate.notAfter(time)
    this.#newest = Math.min(this.#newest, time)
  }

  #count(reading: Reading): boolean {
    if (this.#counters?.take(reading) === true) this.#hasCounted = true
    return true
  }

  /** Of every instrument, also of those that the status does not show. False if it cannot be true. */
  #countOdometer(reading: Reading): boolean {
    // The status says so.
    if (reading.value === undefined || !isInRange(reading, signals.odometer)) return true
    const verdict = this.#odometer.take(reading)
    this.#points.reading(reading, verdict, this.#odometer.begun)
    const reason = rejections.get(verdict)
    if (reason === undefined) return true
    const { source, value, time } = reading
    const detail = `${value} km: ${reason}`
    this.#options.issue({ code: 'odometer-rejected', at: source, detail, time })
    return false
  }

  /** From what the status took for true. */
  #countEstimate({ signal, time }: Reading): void {
    const { status } = this.#status
    const state = status[signal]
    if (state?.time !== time || typeof state.value !== 'number') return
    const kind = signal === 'speed' ? 'speed' : 'gnss'
    const before = this.#estimate.state[kind]?.km
    if (!this.#takeEstimate(kind, time)) return
    const at = this.#estimate.state[kind]
    if (at === undefined) return
    if (before !== undefined && at.km > before) this.#hasMoved = true
    const { recording } = this.#options
    const series = recording === undefined ? kind : `${kind}/${recording}`
    this.#points.estimate(series, estimates[kind], { km: at.km, time })
    this.#tellOdometer(time)
  }

  #takeEstimate(kind: 'speed' | 'gnss', time: Micros): boolean {
    const { speed, latitude, longitude, hdop } = this.#status.status
    if (kind === 'speed') return this.#estimate.speed(Number(speed?.value), time)
    const precision = hdop?.time === time && typeof hdop.value === 'number' ? hdop.value : undefined
    return this.#estimate.position(
      Number(latitude?.value),
      Number(longitude?.value),
      time,
      precision,
    )
  }

  /** An odometer for a vehicle that has none, where it is known what it would have shown. */
  #tellOdometer(time: Micros): void {
    const { startOdometer } = this.#options
    if (startOdometer === undefined || Object.keys(this.#odometer.state.series).length > 0) return
    const { speed, gnss } = this.#estimate.state
    const { rank } = speed === undefined ? estimates.gnss : estimates.speed
    this.#status.take({
      signal: 'odometer',
      value: startOdometer + (speed ?? gnss ?? { km: 0 }).km,
      quality: 'estimated',
      time,
      source: 'estimate',
      sender: 0,
      rank,
    })
  }

  /** However late it is made (silence, a gap in a recording), it holds what was true last. */
  #make(time: Micros): void {
    const asOf = Math.min(time, this.#newest)
    const { stamp } = this.#options
    const made = this.#recorder.make(time, asOf, this.#status.status, stamp(asOf))
    if (made === undefined) return
    this.#hasMoved = false
    this.#tell(made)
  }

  #tell(made: NewRecord): void {
    this.records += 1
    const counters = this.#counters?.states
    const { state: estimated } = this.#estimate
    const isEstimated = Object.keys(estimated).length > 0
    const checkpoint: Checkpoint = structuredClone({
      status: this.#status.status,
      odometer: { ...this.#odometer.state, ...(isEstimated ? { estimates: estimated } : {}) },
    })
    if (counters !== undefined) checkpoint.counters = counters
    this.#options.record(made, checkpoint, this.#points.take(), this.#tellCounters())
  }

  #tellCounters(): readonly CounterPoint[] | undefined {
    if (!this.#hasCounted) return undefined
    this.#hasCounted = false
    return this.#counters?.tell(this.#options.vehicle)
  }
}
