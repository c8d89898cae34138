/**
 * The first half of the way of the data, for one source: its frames go to a decoder per bus, its
 * readings to the vehicle's pipeline. The same for an adapter, a recording and the simulator.
 */
import { BusDecoder, type Protocol } from '../decoder/bus-decoder.ts'
import type { DecoderTaps } from '../decoder/taps.ts'
import type { VehiclePipeline } from '../decoder/vehicle/vehicle-pipeline.ts'
import type { FrameRing } from '../device/capture/frame-ring.ts'
import type { CanFrame } from '../model/frame.ts'
import { type Issue, IssueCounter, issueTexts } from '../model/issue.ts'
import type {
  GnssTime,
  Logger,
  Source,
  SourceEvents,
  SourceHealth,
  SourceReport,
} from '../model/ports.ts'
import type { Profile } from '../model/profile.ts'
import type { SignalValue } from '../model/reading.ts'
import type { SignalName } from '../model/signals.ts'
import type { Micros, Millis } from '../model/time.ts'
import type { BusState, Transmitter } from '../model/transmit.ts'
import type { Asking } from './asking.ts'
import type { FrameWatch } from './frame-watch.ts'
import { newestOf } from './newest-issue.ts'
import { GNSS_SPEED_RANK, type VehicleActivity } from './vehicle-activity.ts'

export interface SourceLineOptions {
  source: Source
  type: string
  vehicle: string
  protocols: readonly Protocol[]
  /** What is known of the vehicle beyond the standards. */
  profile?: Profile | undefined
  pipeline: VehiclePipeline
  /** What the vehicle is doing, for sources that tell of the present. */
  activity?: VehicleActivity | undefined
  /** Where the source may send: what asks through it. */
  asking?: Asking | undefined
  /** For what is more than readings, such as trouble codes. */
  taps?: DecoderTaps
  logger: Logger
  now: () => Millis
  /** The name under which a bus appears in readings and records. */
  busName?: (bus: string) => string
  ended?: () => void
  /** Somebody may look at its frames. */
  watch?: FrameWatch | undefined
  /** Where its frames are held for a while. */
  ring?: FrameRing | undefined
  /** Something of it cannot be right. */
  noticed?: ((issue: Issue) => void) | undefined
  fix?: ((fix: GnssTime) => void) | undefined
}

/** What an adapter measures at its own pins says less than a control unit does. */
const MEASURED_RANK = 20

export class SourceLine implements SourceEvents {
  readonly issues = new IssueCounter()
  frames = 0
  readonly #options: SourceLineOptions
  readonly #decoders: BusDecoder[] = []
  /** Of its buses, as readings have them. */
  readonly #names: string[] = []
  /** Their numbers in the ring. */
  readonly #places: number[] = []
  #framesTold = 0
  #health: SourceHealth

  constructor(options: SourceLineOptions) {
    this.#options = options
    this.#health = {
      state: 'stopped',
      detail: 'not started',
      since: options.now(),
      frames: 0,
      reopened: 0,
    }
  }

  get id(): string {
    return this.#options.source.id
  }

  get messages(): number {
    return this.#decoders.reduce((sum, decoder) => sum + decoder.messages, 0)
  }

  start(): void {
    this.#options.source.start(this)
    this.#options.asking?.start()
  }

  async stop(): Promise<void> {
    // First whoever sends: an adapter is closed in peace.
    await this.#options.asking?.stop()
    await this.#options.source.stop()
  }

  /** Hot. The asking half first: a control unit waits for flow control. */
  frame(frame: CanFrame): void {
    this.frames += 1
    this.#options.asking?.frame(frame)
    const decoder = this.#decoders[frame.bus] ?? this.#addDecoder(frame.bus)
    decoder.frame(frame)
    const { watch, ring } = this.#options
    ring?.add(frame, this.#places[frame.bus] ?? 0)
    if (watch?.isWatched === true) watch.tell(frame, this.#names[frame.bus] ?? this.id)
  }

  issue(issue: Issue): void {
    const isFirst = !this.issues.counts.has(issue.code)
    this.issues.add(issue)
    this.#options.noticed?.(issue)
    if (!isFirst) return
    const { id } = this.#options.source
    const { code, at, detail } = issue
    this.#options.logger.warn({ source: id, at, detail }, `${code}: ${issueTexts[code]}`)
  }

  health({ isUpdate, ...health }: SourceHealth): void {
    const isNews = health.state !== this.#health.state || health.detail !== this.#health.detail
    this.#health = health
    this.#options.activity?.sourceState(this.id, health.state)
    if (!isNews || isUpdate === true) return
    const fields = { source: this.#options.source.id, state: health.state }
    if (health.state === 'waiting') this.#options.logger.warn(fields, health.detail)
    else this.#options.logger.info(fields, health.detail)
  }

  transmitter(transmitter: Transmitter | undefined): void {
    this.#options.asking?.transmitter(transmitter)
  }

  busState(state: BusState, detail: string): void {
    this.#options.asking?.busState(state)
    const fields = { source: this.id, bus: state }
    if (state === 'ok') this.#options.logger.info(fields, detail)
    else this.#options.logger.warn(fields, detail)
  }

  measured(signal: SignalName, value: SignalValue, time: Micros): void {
    const isGroundSpeed = signal === 'speed' && typeof value === 'number'
    if (isGroundSpeed) this.#options.activity?.motion(value, time)
    const rank = isGroundSpeed ? GNSS_SPEED_RANK : MEASURED_RANK
    const reading = { signal, value, quality: 'ok', time, source: this.id } as const
    this.#options.pipeline.reading({ ...reading, sender: 0, rank })
  }

  time(fix: GnssTime): void {
    this.#options.fix?.(fix)
  }

  /** Several times a second: tells how much was heard since the last time. */
  tick(): void {
    this.#options.activity?.heard(this.id, this.frames - this.#framesTold)
    this.#framesTold = this.frames
  }

  end(): void {
    for (const decoder of this.#decoders) decoder?.end()
    this.#options.ended?.()
  }

  report(): SourceReport {
    const { source, type, vehicle, asking } = this.#options
    return {
      ...this.#health,
      id: source.id,
      type,
      vehicle,
      buses: source.buses,
      frames: this.frames,
      ...(asking === undefined ? {} : { asking: asking.report() }),
      issues: [...this.issues.counts].map(([code, count]) => {
        const newest = this.issues.newest.get(code) as Issue
        return { code, text: issueTexts[code], count, newest: newestOf(newest) }
      }),
    }
  }

  #addDecoder(index: number): BusDecoder {
    const { source, protocols, profile, pipeline, busName, asking, taps = {}, ring } = this.#options
    const bus = source.buses[index] ?? `bus${index}`
    const name = busName?.(bus) ?? (bus === source.id ? bus : `${source.id}/${bus}`)
    this.#names[index] = name
    this.#places[index] = ring?.bus(name) ?? 0
    const decoder = new BusDecoder({
      bus: name,
      protocols,
      profile,
      reading: (reading) => pipeline.reading(reading),
      issue: (issue) => this.issue(issue),
      taps: asking === undefined ? taps : { ...taps, isotp: toAsking(asking, taps) },
    })
    this.#decoders[index] = decoder
    return decoder
  }
}

function toAsking(asking: Asking, { isotp }: DecoderTaps): NonNullable<DecoderTaps['isotp']> {
  return (message, time) => {
    isotp?.(message, time)
    asking.message(message.id, message.extended, message.data, time)
  }
}
