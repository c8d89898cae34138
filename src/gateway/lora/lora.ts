/**
 * LoRa in the gateway: the sources, the receiver that all of them share (a frame may be heard by
 * gateways of several), the devices, and the way of their uplinks to the journal and the vehicles.
 *
 *   feed ─▶ frame ─▶ receiver ─▶ accepted ─▶ stored at once ─▶ … complete ─┐
 *   feed ─▶ uplink of a network server ─────▶ stored at once ──────────────┴▶ intake ─▶ record
 */
import type { Config } from '../../config/schema.ts'
import { loraSources } from '../../config/schema.ts'
import { LorawanReceiver } from '../../decoder/lorawan/receiver.ts'
import { messageOf } from '../../model/errors.ts'
import {
  type LoraFeed,
  type LoraHooks,
  type LoraNotice,
  type LoraReject,
  type LoraReply,
  type LoraRequest,
  type LoraUplink,
  loraRejectTexts,
} from '../../model/lora.ts'
import type { LoraDesk, LoraReport } from '../../model/lora-desk.ts'
import type { LoraLogReader, StoredUplink } from '../../model/lora-log.ts'
import type { Clock, Logger } from '../../model/ports.ts'
import type { NewRecord } from '../../model/record.ts'
import type { Report } from '../../model/report.ts'
import type { Millis } from '../../model/time.ts'
import type { Journal } from '../../uplink/store/journal.ts'
import { type LoraCodecs, loraCodecs } from './codecs.ts'
import { DeviceLog } from './device-log.ts'
import { type LoraDevice, LoraDevices } from './devices.ts'
import { COUNTER, LoraIntake } from './intake.ts'
import { LoraLine } from './lora-line.ts'
import { loraReport } from './lora-report.ts'

export interface LoraOptions {
  config: Config
  gatewayId: string
  journal: Journal
  reader: LoraLogReader
  /** The present run, while it does not know the time. */
  provisional: () => string | undefined
  isTimeKnown: () => boolean
  report: (vehicle: string, report: Report) => NewRecord | undefined
  clock: Clock
  logger: Logger
  found: (sentence: string) => void
}

/** Uplinks of earlier runs that a network server may send again. */
const SEEN = 10_000
/** A wall clock cannot be behind a network's by more. */
const AHEAD_MS: Millis = 300_000

export class Lora implements LoraDesk {
  readonly lines: LoraLine[] = []
  readonly devices: LoraDevices
  readonly heard = new DeviceLog()
  readonly #options: LoraOptions
  readonly #codecs: LoraCodecs
  readonly #intake: LoraIntake
  readonly #receiver: LorawanReceiver
  readonly #hooks = new Map<string, LoraFeed & { receive: LoraHooks['receive'] | unknown }>()
  #commit: NodeJS.Immediate | undefined
  #window: NodeJS.Timeout | undefined

  #isStopped = false

  constructor(options: LoraOptions) {
    const { config, journal, provisional, report, logger, found } = options
    this.#options = options
    this.#codecs = loraCodecs(config.lora.scriptMs)
    this.devices = new LoraDevices({
      devices: config.lora.devices,
      codec: (name) => this.#codecs.codec(name),
      lastFCnt: (devEui) => lastFCnt(journal, devEui),
      found,
    })
    const { devices, heard } = this
    const told = () => this.#soon()
    this.#intake = new LoraIntake({
      ...{ devices, heard, journal, provisional, report, told, logger },
    })
    this.#receiver = new LorawanReceiver({
      sessions: this.devices.sessions,
      joinKeys: this.devices.joinKeys,
      windowMs: config.lora.windowMs,
      accepted: (uplink) => this.#accepted(uplink),
      complete: (uplink) => this.#complete(uplink),
      rejected: (reject) => this.#rejected(reject),
      notice: (notice) => this.#notice(notice),
    })
  }

  async start(): Promise<void> {
    const { config, clock, logger, gatewayId, journal, found } = this.#options
    const sources = loraSources(config)
    if (sources.length === 0) return
    // A good part of the program, which a gateway without LoRa does not need.
    const { createLoraFeed } = await import('./feeds.ts')
    if (this.#isStopped) return
    const known = journal.lora.latest(SEEN).map(({ uplink }) => uplink)
    const seen = (source: string) => known.filter((uplink) => uplink.source === source)
    this.#intake.resume()
    for (const source of sources) {
      try {
        const feed = createLoraFeed(source, { clock, logger, gatewayId, seen })
        this.#add(feed, source.type)
      } catch (error) {
        found(messageOf(error))
      }
    }
    for (const line of this.lines) line.start()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.lines.map((line) => line.stop()))
    clearTimeout(this.#window)
    clearImmediate(this.#commit)
    this.#receiver.flush()
    await this.#intake.settled()
    await this.#codecs.stop()
  }

  receive(source: string, request: LoraRequest, event: string | undefined): LoraReply {
    const hook = this.#hooks.get(source)
    if (hook === undefined || typeof hook.receive !== 'function') {
      return { status: 404, message: `No source ${source} takes requests.` }
    }
    return hook.receive(request, event) as LoraReply
  }

  report(): LoraReport {
    return loraReport(this.devices.all, this.heard)
  }

  async uplinks(device: string, limit: number): Promise<StoredUplink[] | undefined> {
    if (this.devices.byId(device) === undefined) return undefined
    return await this.#options.reader.loraUplinks({ device, limit })
  }

  /** The clock has jumped. */
  shift(delta: Millis, since: Millis): void {
    this.#receiver.shift(delta, since)
    this.heard.shift(delta, since)
    for (const line of this.lines) line.shift(delta, since)
  }

  #add(feed: LoraFeed, type: string): void {
    const { logger, clock } = this.#options
    const line = new LoraLine({
      ...{ feed, type, logger, now: () => clock.now() },
      frame: (frame) => {
        this.#receiver.frame(frame)
        this.#expectWindow()
      },
      uplink: (uplink) => this.#whole(uplink),
      reject: (reject) => this.#heardReject(reject),
      notice: (notice) => this.#notice(notice),
    })
    this.lines.push(line)
    if ('receive' in feed) this.#hooks.set(feed.id, feed as typeof feed & { receive: unknown })
  }

  #accepted(uplink: LoraUplink): void {
    const device = this.devices.of(uplink)
    if (device === undefined) return
    this.#line(uplink.source)?.took()
    this.#intake.accepted(device, this.#timed(uplink))
    this.#soon()
  }

  #complete(uplink: LoraUplink): void {
    const device = this.devices.of(uplink)
    if (device === undefined) return
    this.#intake.complete(device, this.#timed(uplink))
  }

  /** Of a network server, which is told that it is stored when this returns. Throws if it is not. */
  #whole(uplink: LoraUplink): void {
    const device = this.devices.of(uplink)
    if (device === undefined) {
      const { source, receivedAt: time, devEui, deviceId, devAddr } = uplink
      const who = { devEui, deviceId, devAddr }
      this.#rejected({ reason: 'unknown_device', source, time, ...defined(who) })
      return
    }
    this.#intake.whole(device, this.#timed(uplink))
    if (!this.#options.journal.commit()) throw new Error('the journal cannot be written')
  }

  /** What nobody can be sure of is taken as of now: it moves with everything else then. */
  #timed(uplink: LoraUplink): LoraUplink {
    if (uplink.timeSource === 'clock') return uplink
    const now = this.#options.clock.now()
    const isTrue = this.#options.isTimeKnown() && uplink.receivedAt <= now + AHEAD_MS
    return isTrue ? uplink : { ...uplink, receivedAt: now, timeSource: 'clock' }
  }

  #rejected(reject: LoraReject): void {
    this.#line(reject.source)?.rejected(reject)
    this.#heardReject(reject)
  }

  #heardReject(reject: LoraReject): void {
    const device = this.#deviceOf(reject)
    const isFirst = this.heard.reject(reject, device?.id)
    const { reason, time: _time, ...fields } = reject
    const text = `a LoRa frame or message had no effect (${reason}): ${loraRejectTexts[reason]}`
    if (isFirst) this.#options.logger.warn(fields, text)
    else this.#options.logger.debug(fields, text)
  }

  #notice(notice: LoraNotice): void {
    const device = this.#deviceOf(notice)
    this.heard.notice(notice, device?.id)
    const { kind, source, devEui, detail } = notice
    const level = notice.isProblem === true ? 'warn' : 'debug'
    this.#options.logger[level]({ source, kind, ...defined({ devEui }) }, detail)
  }

  #deviceOf(told: LoraReject | LoraNotice): LoraDevice | undefined {
    const { devEui, deviceId } = told
    const devAddr = 'devAddr' in told ? told.devAddr : undefined
    const byName = this.devices.of(defined({ devEui, deviceId }))
    return byName ?? (devAddr === undefined ? undefined : this.devices.byAddress(devAddr))
  }

  #line(source: string): LoraLine | undefined {
    return this.lines.find(({ id }) => id === source)
  }

  /** All that one turn has brought is one commit. */
  #soon(): void {
    this.#commit ??= setImmediate(() => {
      this.#commit = undefined
      this.#options.journal.commit()
    })
  }

  #expectWindow(): void {
    const { due } = this.#receiver
    if (due === undefined || this.#window !== undefined) return
    const wait = Math.max(due - this.#options.clock.now(), 0)
    this.#window = setTimeout(() => {
      this.#window = undefined
      this.#receiver.tick(this.#options.clock.now())
      this.#expectWindow()
    }, wait)
  }
}

function lastFCnt(journal: Journal, devEui: string): number | undefined {
  const kept = journal.kept(COUNTER, devEui) as { fCnt?: unknown } | undefined
  return typeof kept?.fCnt === 'number' ? kept.fCnt : undefined
}

/** Without what is undefined. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as never
}
