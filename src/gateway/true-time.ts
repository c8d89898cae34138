/**
 * The gateway's clock, and what becomes of what was stamped before it was right. Everything that
 * stamps goes by `clock`; `moved` is told, once, by how much this boot's times were wrong.
 */
import type { Config } from '../config/schema.ts'
import type { Clock, GatewayHealth, GnssTime, Logger } from '../model/ports.ts'
import type { ClockTrust } from '../model/record.ts'
import { type Millis, microsToMillis } from '../model/time.ts'
import type { Journal, Provisional } from '../uplink/store/journal.ts'
import type { Restamp } from '../uplink/store/restamp.ts'
import { SystemWatch } from '../uplink/time/system-watch.ts'
import { TimeKeeper, type TimeReport } from '../uplink/time/time-keeper.ts'
import type { TimeWorld } from '../uplink/time/time-world.ts'

export interface TrueTimeOptions {
  settings: Config['time']
  journal: Pick<Journal, 'keep' | 'kept' | 'newestStored'>
  /** The machine, with the system clock. */
  world: TimeWorld
  monotonic: () => Millis
  logger: Logger
  /** This run. */
  boot: string
  /** The clock has jumped: what was stored and what is in memory is to follow. */
  moved: (change: Restamp) => void
}

/** Of this program. A machine that shows an earlier date does not know the date. */
export const BUILD_DATE: Millis = Date.UTC(2026, 0, 1)

const PART = 'time'
const NEWEST = 'newest'
/** How often the newest time is written down: while it is not known, and when it is. */
const KEEP_UNKNOWN_MS: Millis = 30_000
const KEEP_KNOWN_MS: Millis = 600_000

/** What came in at the start may have been stamped before it. */
const EARLY_MS: Millis = 10_000

interface Newest {
  trusted?: Millis | undefined
  seen: Millis
}

export class TrueTime {
  readonly clock: Clock
  readonly #options: TrueTimeOptions
  readonly #keeper: TimeKeeper
  readonly #watch: SystemWatch
  /** When this run began, as it stamps now. */
  #begun: Millis
  /** By how much the times of this run were moved. */
  #moved: Millis = 0
  #keptAt: Millis

  constructor(options: TrueTimeOptions) {
    const { settings, journal, world, monotonic } = options
    this.#options = options
    this.#watch = new SystemWatch({
      setting: settings.trust,
      world,
      monotonic,
      tell: (time) => this.#keeper.system(time),
    })
    const kept = newestOf(journal.kept(PART, NEWEST))
    this.#keeper = new TimeKeeper({
      buildDate: BUILD_DATE,
      newestTrusted: kept.trusted,
      newestSeen: Math.max(kept.seen, microsToMillis(journal.newestStored() ?? 0)),
      first: this.#watch.first(),
      changed: (report) => this.#changed(report),
    })
    this.clock = { now: () => this.#keeper.now(monotonic()), monotonic }
    this.#begun = this.clock.now()
    this.#keptAt = monotonic()
  }

  get trust(): ClockTrust {
    return this.#keeper.trust
  }

  /** This run, while it does not know the time. */
  get provisional(): Provisional | undefined {
    if (this.trust !== 'none') return undefined
    return { boot: this.#options.boot, since: this.#begun - EARLY_MS }
  }

  /** Why records are not published yet; undefined if they may be. */
  get holdReason(): string | undefined {
    const { provisional } = this.#options.settings
    return this.trust === 'none' && provisional === 'hold' ? this.health().detail : undefined
  }

  /** Earlier runs may have left records without their time, though this one knows it at once. */
  start(): void {
    if (this.trust !== 'none') this.#tellMoved(this.trust, 0)
    this.#keep()
  }

  /** Several times a second. */
  tick(): void {
    this.#watch.tick()
    const every = this.trust === 'none' ? KEEP_UNKNOWN_MS : KEEP_KNOWN_MS
    if (this.clock.monotonic() - this.#keptAt >= every) this.#keep()
  }

  stop(): void {
    this.#keep()
  }

  /** A valid fix with a date. */
  fix(fix: GnssTime): void {
    this.#keeper.gnss(fix)
  }

  health(): NonNullable<GatewayHealth['clock']> {
    const { world } = this.#options
    const details: Record<string, string> = {
      none: 'The time is not known: neither the network nor a satellite receiver has told it, and nothing has kept it. Records keep their order and get their times as soon as it is.',
      rtc: `The time is that of ${this.#watch.witness || 'the real-time clock'}; the network has not confirmed it yet.`,
      network: `The time is confirmed by ${this.#watch.witness || 'the network'}.`,
      gnss: 'The time is that of the satellites.',
    }
    return {
      trust: this.trust,
      detail: details[this.trust] ?? '',
      movedMs: this.#moved,
      systemOffMs: Math.round(world.wall() - this.clock.now()),
    }
  }

  #changed({ trust, previous, delta }: TimeReport): void {
    const { logger } = this.#options
    const fields = { trust, previous, delta }
    if (previous === 'none') {
      logger.info(fields, trust === 'none' ? 'the system clock was set' : 'the time is known now')
      this.#tellMoved(trust, delta)
      this.#begun += delta
      this.#moved += delta
    } else if (delta < 0) logger.warn(fields, 'the time was wrong: the clock is set back')
    else logger.info(fields, 'the time is known better now')
    this.#keep()
  }

  #tellMoved(trust: ClockTrust, delta: Millis): void {
    const { boot, moved } = this.#options
    const until = this.clock.now() - delta
    const begun = this.#begun
    moved({ boot, delta, trust, begun, since: begun - EARLY_MS, until })
  }

  #keep(): void {
    const { journal, monotonic } = this.#options
    this.#keptAt = monotonic()
    const newest: Newest = {
      trusted: this.#keeper.newestTrusted(this.#keptAt),
      seen: this.clock.now(),
    }
    journal.keep(PART, NEWEST, newest)
  }
}

/** What was kept is what an earlier version may have kept. */
function newestOf(kept: unknown): Newest {
  const { trusted, seen } = (kept ?? {}) as { trusted?: unknown; seen?: unknown }
  return {
    trusted: typeof trusted === 'number' ? trusted : undefined,
    seen: typeof seen === 'number' ? seen : 0,
  }
}
