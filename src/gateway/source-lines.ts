/**
 * Puts a source's line together: the source itself, the decoders of its buses, the pipeline and the
 * activity of its vehicle and, where the configuration lets it ask, the governor and the poller.
 */
import type { Config, SourceConfig } from '../config/schema.ts'
import type { Protocol } from '../decoder/bus-decoder.ts'
import type { DecoderTaps } from '../decoder/taps.ts'
import { wantedFrames } from '../decoder/wanted-frames.ts'
import type { FrameRing } from '../device/capture/frame-ring.ts'
import { createSource } from '../device/create-source.ts'
import type { GovernorSettings } from '../device/governor/governor.ts'
import type { PollerSnapshot } from '../device/poller/support.ts'
import type { SentFrame } from '../model/bus-request.ts'
import type { Issue } from '../model/issue.ts'
import type { Clock, GnssTime, Logger } from '../model/ports.ts'
import type { Profile } from '../model/profile.ts'
import { Asking } from './asking.ts'
import type { FrameWatch } from './frame-watch.ts'
import type { Pipelines } from './pipelines.ts'
import { pollCatalogue } from './poll-catalogue.ts'
import { recordingId } from './recording-id.ts'
import { SourceLine } from './source-line.ts'
import type { VehicleActivity } from './vehicle-activity.ts'

export interface SourceLinesOptions {
  config: Config
  profiles: ReadonlyMap<string, Profile>
  pipelines: Pipelines
  activity: (vehicle: string) => VehicleActivity
  /** What the poller found of the vehicle at an earlier run. */
  snapshot: (source: string) => unknown
  discovered: (source: string, snapshot: PollerSnapshot) => void
  /** For what of a vehicle's messages is more than readings. */
  taps: (vehicle: string) => DecoderTaps
  sent: (frame: SentFrame) => void
  /** Who looks at the frames of a vehicle. */
  watch?: (vehicle: string) => FrameWatch
  /** Where frames of a vehicle are held for a while. */
  ring?: (vehicle: string) => FrameRing | undefined
  /** Something of a vehicle cannot be right. */
  noticed?: (vehicle: string, issue: Issue) => void
  logger: Logger
  clock: Clock
  /** Date and time of a valid fix. */
  fix?: (fix: GnssTime) => void
}

export class SourceLines {
  readonly #options: SourceLinesOptions
  readonly #askings: Asking[] = []

  constructor(options: SourceLinesOptions) {
    this.#options = options
  }

  /** Throws `config-invalid` for what no source can be made of. */
  create(config: SourceConfig): SourceLine {
    const { pipelines, profiles, logger, clock, taps } = this.#options
    const { vehicle } = config
    const profile = profiles.get(vehicle)
    const protocols = protocolsOf(config)
    const isPlayback = config.type === 'playback'
    const wanted = 'filters' in config && config.filters === 'decoded'
    return new SourceLine({
      source: createSource(config, wanted ? wantedFrames(protocols, profile) : [], clock),
      type: config.type,
      vehicle,
      protocols,
      profile,
      pipeline: isPlayback
        ? pipelines.recorded(vehicle, recordingId(config.file))
        : pipelines.live(vehicle),
      activity: isPlayback ? undefined : this.#options.activity(vehicle),
      asking: this.#asking(config, protocols, profile),
      taps: isPlayback ? {} : taps(vehicle),
      logger,
      now: () => clock.now(),
      ended: () => pipelines.flush(),
      watch: this.#options.watch?.(vehicle),
      ring: this.#options.ring?.(vehicle),
      noticed: isPlayback ? undefined : (issue) => this.#options.noticed?.(vehicle, issue),
      fix: this.#options.fix,
    })
  }

  /** What can ask a vehicle, in the order of the configuration. */
  askings(vehicle: string): readonly Asking[] {
    return this.#askings.filter((asking) => asking.vehicle === vehicle)
  }

  #asking(
    config: SourceConfig,
    protocols: readonly Protocol[],
    profile: Profile | undefined,
  ): Asking | undefined {
    if (!('listenOnly' in config) || config.listenOnly) return undefined
    const { clock, sent, discovered, snapshot } = this.#options
    const { id: source, vehicle } = config
    const activity = this.#options.activity(vehicle)
    const asking = new Asking({
      source,
      vehicle,
      settings: governorSettings(this.#options.config, profile),
      facts: activity,
      catalogue: config.poll ? pollCatalogue(protocols, profile) : [],
      snapshot: snapshot(source),
      discovered: (found) => discovered(source, found),
      clock,
      sent,
      outcome: (kind, time) => activity.asked(source, kind, time),
    })
    activity.add(asking)
    this.#askings.push(asking)
    return asking
  }
}

function protocolsOf(config: SourceConfig): readonly Protocol[] {
  return 'protocols' in config ? config.protocols : []
}

/** What the configuration makes of the governor's rules for one source that may ask. */
function governorSettings({ governor }: Config, profile: Profile | undefined): GovernorSettings {
  return {
    listenOnly: false,
    profileIds: (profile?.polled ?? []).map(({ request: { id, extended } }) => ({ id, extended })),
    pgns: governor.pgns,
    clearing: governor.clearCodes,
    perSecond: governor.requestsPerSecond,
    perSecondAndUnit: governor.requestsPerSecondAndUnit,
    minGapMs: governor.gapMs,
  }
}
