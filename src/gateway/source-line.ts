/**
 * The first half of the way of the data, for one source: its frames go to a decoder per bus, its
 * readings to the vehicle's pipeline. The same for an adapter, a recording and the simulator.
 */
import { BusDecoder, type Protocol } from '../decoder/bus-decoder.ts'
import type { VehiclePipeline } from '../decoder/vehicle/vehicle-pipeline.ts'
import type { CanFrame } from '../model/frame.ts'
import { type Issue, IssueCounter, issueTexts } from '../model/issue.ts'
import type { Logger, Source, SourceEvents, SourceHealth, SourceReport } from '../model/ports.ts'
import type { Profile } from '../model/profile.ts'
import { isoTime, type Millis, microsToMillis } from '../model/time.ts'

export interface SourceLineOptions {
  source: Source
  type: string
  vehicle: string
  protocols: readonly Protocol[]
  /** What is known of the vehicle beyond the standards. */
  profile?: Profile | undefined
  pipeline: VehiclePipeline
  logger: Logger
  now: () => Millis
  /** The name under which a bus appears in readings and records. */
  busName?: (bus: string) => string
  ended?: () => void
}

export class SourceLine implements SourceEvents {
  readonly issues = new IssueCounter()
  frames = 0
  readonly #options: SourceLineOptions
  readonly #decoders: BusDecoder[] = []
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
  }

  async stop(): Promise<void> {
    await this.#options.source.stop()
  }

  /** Hot. */
  frame(frame: CanFrame): void {
    this.frames += 1
    const decoder = this.#decoders[frame.bus] ?? this.#addDecoder(frame.bus)
    decoder.frame(frame)
  }

  issue(issue: Issue): void {
    const isFirst = !this.issues.counts.has(issue.code)
    this.issues.add(issue)
    if (!isFirst) return
    const { id } = this.#options.source
    const { code, at, detail } = issue
    this.#options.logger.warn({ source: id, at, detail }, `${code}: ${issueTexts[code]}`)
  }

  health(health: SourceHealth): void {
    const isNews = health.state !== this.#health.state || health.detail !== this.#health.detail
    this.#health = health
    if (!isNews) return
    const fields = { source: this.#options.source.id, state: health.state }
    if (health.state === 'waiting') this.#options.logger.warn(fields, health.detail)
    else this.#options.logger.info(fields, health.detail)
  }

  end(): void {
    for (const decoder of this.#decoders) decoder?.end()
    this.#options.ended?.()
  }

  report(): SourceReport {
    const { source, type, vehicle } = this.#options
    return {
      ...this.#health,
      id: source.id,
      type,
      vehicle,
      buses: source.buses,
      frames: this.frames,
      issues: [...this.issues.counts].map(([code, count]) => {
        const newest = this.issues.newest.get(code) as Issue
        return { code, text: issueTexts[code], count, newest: newestOf(newest) }
      }),
    }
  }

  #addDecoder(index: number): BusDecoder {
    const { source, protocols, profile, pipeline, busName } = this.#options
    const bus = source.buses[index] ?? `bus${index}`
    const decoder = new BusDecoder({
      bus: busName?.(bus) ?? (bus === source.id ? bus : `${source.id}/${bus}`),
      protocols,
      profile,
      reading: (reading) => pipeline.reading(reading),
      issue: (issue) => this.issue(issue),
    })
    this.#decoders[index] = decoder
    return decoder
  }
}

function newestOf(issue: Issue): string {
  const detail = issue.detail === undefined ? '' : `: ${issue.detail}`
  return `${isoTime(microsToMillis(issue.time))} ${issue.at}${detail}`
}
