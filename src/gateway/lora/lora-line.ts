/** One LoRa source: its feed, what it has brought and what was rejected, as `/health` shows it. */
import { type Issue, IssueCounter, issueTexts } from '../../model/issue.ts'
import {
  type LoraFeed,
  type LoraFeedEvents,
  type LoraFrame,
  type LoraNotice,
  type LoraReject,
  type LoraRejectReason,
  type LoraUplink,
  loraRejectTexts,
} from '../../model/lora.ts'
import type { Logger, SourceHealth, SourceReport } from '../../model/ports.ts'
import { isoTime, type Millis } from '../../model/time.ts'
import { newestOf } from '../newest-issue.ts'

export interface LoraLineOptions {
  feed: LoraFeed
  type: string
  frame(frame: LoraFrame): void
  uplink(uplink: LoraUplink): void
  reject(reject: LoraReject): void
  notice(notice: LoraNotice): void
  logger: Logger
  now: () => Millis
}

interface Rejected {
  count: number
  newest: LoraReject
}

export class LoraLine implements LoraFeedEvents {
  readonly issues = new IssueCounter()
  readonly #options: LoraLineOptions
  readonly #rejects = new Map<LoraRejectReason, Rejected>()
  #frames = 0
  #uplinks = 0
  #health: SourceHealth

  constructor(options: LoraLineOptions) {
    this.#options = options
    const since = options.now()
    this.#health = { state: 'stopped', detail: 'not started', since, frames: 0, reopened: 0 }
  }

  get id(): string {
    return this.#options.feed.id
  }

  start(): void {
    this.#options.feed.start(this)
  }

  async stop(): Promise<void> {
    await this.#options.feed.stop()
  }

  shift(delta: Millis, since: Millis): void {
    this.#options.feed.shift?.(delta, since)
  }

  frame(frame: LoraFrame): void {
    this.#frames += 1
    this.#options.frame(frame)
  }

  uplink(uplink: LoraUplink): void {
    this.#uplinks += 1
    this.#options.uplink(uplink)
  }

  reject(reject: LoraReject): void {
    this.rejected(reject)
    this.#options.reject(reject)
  }

  notice(notice: LoraNotice): void {
    this.#options.notice(notice)
  }

  /** Of something that this source has brought; whoever has rejected it. */
  rejected(reject: LoraReject): void {
    const known = this.#rejects.get(reject.reason)
    this.#rejects.set(reject.reason, { count: (known?.count ?? 0) + 1, newest: reject })
  }

  /** It came, was ours, and counts. */
  took(): void {
    this.#uplinks += 1
  }

  readonly issue = (issue: Issue): void => {
    const isFirst = !this.issues.counts.has(issue.code)
    this.issues.add(issue)
    if (!isFirst) return
    const { code, at, detail } = issue
    this.#options.logger.warn({ source: this.id, at, detail }, `${code}: ${issueTexts[code]}`)
  }

  health(health: SourceHealth): void {
    const isNews = health.state !== this.#health.state
    this.#health = health
    if (!isNews) return
    const fields = { source: this.id, state: health.state }
    if (health.state === 'waiting') this.#options.logger.warn(fields, health.detail)
    else this.#options.logger.info(fields, health.detail)
  }

  report(): SourceReport {
    const { feed, type } = this.#options
    return {
      ...(feed.health?.() ?? this.#health),
      id: this.id,
      type,
      buses: [],
      // A network server sends uplinks, and none of the frames that they came in.
      frames: Math.max(this.#frames, this.#uplinks),
      uplinks: this.#uplinks,
      rejects: [...this.#rejects].map(([reason, { count, newest }]) => ({
        ...{ reason, text: loraRejectTexts[reason], count },
        newest: textOf(newest),
      })),
      issues: [...this.issues.counts].map(([code, count]) => {
        const newest = this.issues.newest.get(code) as Issue
        return { code, text: issueTexts[code], count, newest: newestOf(newest) }
      }),
    }
  }
}

function textOf({ time, detail, devEui, deviceId, devAddr, gateway }: LoraReject): string {
  const who = devEui ?? deviceId ?? devAddr
  const by = gateway === undefined ? '' : ` by ${gateway}`
  return `${isoTime(time)} ${who ?? 'unknown'}${by}${detail === undefined ? '' : `: ${detail}`}`
}
