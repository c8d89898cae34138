/**
 * Raw frames of the vehicles: the newest in memory, and captures on the card of what was before and
 * after a moment that somebody or something has named.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { CapturesConfig } from '../../config/captures-schema.ts'
import { FrameRing, type FrameSnapshot } from '../../device/capture/frame-ring.ts'
import type { Capture, CaptureDesk, CaptureRequest, CaptureTrigger } from '../../model/capture.ts'
import { messageOf } from '../../model/errors.ts'
import type { VehicleEvent } from '../../model/event.ts'
import { type Issue, type IssueCode, issueTexts } from '../../model/issue.ts'
import type { Clock, ExportedFile, Logger, StatusReader } from '../../model/ports.ts'
import { isoTime, type Micros, type Millis, microsToMillis } from '../../model/time.ts'
import { CaptureFiles, type CaptureNote } from './capture-files.ts'
import { BrakingWatch, TriggerPace } from './trigger-rules.ts'

export interface CapturesOptions {
  settings: CapturesConfig
  folder: string
  status: StatusReader
  clock: Clock
  logger: Logger
}

interface Pending extends Omit<CaptureNote, 'frames'> {
  /** Of the gateway's own clock, which never steps. */
  due: Millis
}

const MEGABYTE = 1_000_000
const MAX_CAUSE = 500
const CONTINUOUS_EVERY: Millis = 300_000
/** Findings that say: look at the frames. */
const anomalies: ReadonlySet<IssueCode> = new Set([
  'implausible',
  'odometer-rejected',
  'readings-disagree',
  'checksum-wrong',
])

export class Captures implements CaptureDesk {
  readonly #options: CapturesOptions
  readonly #files: CaptureFiles
  readonly #rings = new Map<string, FrameRing>()
  readonly #braking = new Map<string, BrakingWatch>()
  readonly #pace = new TriggerPace()
  /** Up to when frames of a vehicle are on the card, where all are kept. */
  readonly #keptTo = new Map<string, Millis>()
  #pending: Pending[] = []
  #writing: Promise<void> = Promise.resolve()
  #failure: string | undefined

  constructor(options: CapturesOptions) {
    const { settings, folder } = options
    this.#options = options
    this.#files = new CaptureFiles(join(folder, 'captures'), settings.megabytes * MEGABYTE)
  }

  /** Where frames of a vehicle go; undefined where none are held. */
  ring(vehicle: string): FrameRing | undefined {
    const { memoryMegabytes } = this.#options.settings
    const known = this.#rings.get(vehicle)
    if (known !== undefined || memoryMegabytes === 0) return known
    const ring = new FrameRing(memoryMegabytes * MEGABYTE)
    this.#rings.set(vehicle, ring)
    return ring
  }

  /** What is in memory. */
  snapshot(vehicle: string): FrameSnapshot | undefined {
    return this.#rings.get(vehicle)?.snapshot()
  }

  captures(vehicle: string): Capture[] {
    const isOf = (one: { vehicle: string }) => one.vehicle === vehicle
    const pending = this.#pending
      .filter(isOf)
      .map(({ due: _, ...note }): Capture => ({ ...note, state: 'recording', frames: 0, bytes: 0 }))
    return [...pending.reverse(), ...this.#files.list().filter(isOf)]
  }

  start(vehicle: string, request: CaptureRequest): Capture {
    return this.#begin(vehicle, 'request', request)
  }

  file(vehicle: string, id: string): ExportedFile | undefined {
    const capture = this.#files.list().find((one) => one.id === id && one.vehicle === vehicle)
    if (capture === undefined) return undefined
    return { path: this.#files.path(id), name: `${vehicle}-${id}.log.gz`, bytes: capture.bytes }
  }

  remove(vehicle: string, id: string): boolean {
    return this.file(vehicle, id) !== undefined && this.#files.remove(id)
  }

  /** Somebody has pressed the button: of all vehicles. */
  pressed(): void {
    const { before, after } = this.#options.settings
    for (const vehicle of this.#rings.keys()) {
      this.#begin(vehicle, 'button', { cause: 'the button was pressed', before, after })
    }
  }

  /** Something happened to a vehicle. */
  happened({ vehicle, type, data }: VehicleEvent): void {
    if (type !== 'dtc.set') return
    this.#trigger(vehicle, 'trouble-code', String(data.code ?? ''), `${data.code} was set`)
  }

  /** Something that was read of a vehicle cannot be right. */
  issue(vehicle: string, { code, detail }: Issue): void {
    if (!anomalies.has(code)) return
    const cause = detail === undefined ? issueTexts[code] : `${issueTexts[code]}: ${detail}`
    this.#trigger(vehicle, 'anomaly', code, cause)
  }

  /** The status of a vehicle has changed. */
  changed(vehicle: string): void {
    const { settings, status } = this.#options
    if (!settings.triggers.includes('harsh-braking')) return
    const speed = status.status(vehicle).speed
    if (speed === undefined || typeof speed.value !== 'number' || speed.quality !== 'ok') return
    const watch = this.#braking.get(vehicle) ?? new BrakingWatch(settings.braking)
    this.#braking.set(vehicle, watch)
    const cause = watch.take({ value: speed.value, time: microsToMillis(speed.time) })
    if (cause !== undefined) this.#trigger(vehicle, 'harsh-braking', '', cause)
  }

  tick(): void {
    const monotonic = this.#options.clock.monotonic()
    const due = this.#pending.filter((one) => one.due <= monotonic)
    for (const one of due) {
      one.due = Number.POSITIVE_INFINITY
      this.#write(one)
    }
    if (this.#options.settings.continuous) this.#keepAll()
  }

  shift(delta: Micros, since: Micros): void {
    for (const ring of this.#rings.values()) ring.shift(delta, since)
    const move = (time: Millis) => (time * 1000 >= since ? time + Math.round(delta / 1000) : time)
    this.#pending = this.#pending.map((one) => ({
      ...one,
      ...{ at: move(one.at), from: move(one.from), to: move(one.to) },
    }))
    for (const [vehicle, time] of this.#keptTo) this.#keptTo.set(vehicle, move(time))
  }

  /** Sentences about what is wrong. */
  findings(): string[] {
    return this.#failure === undefined ? [] : [`Raw frames: ${this.#failure}`]
  }

  /** What was begun is written as far as it came. */
  async stop(): Promise<void> {
    for (const one of this.#pending) {
      if (Number.isFinite(one.due)) this.#write(one)
    }
    if (this.#options.settings.continuous) this.#keepAll(0)
    await this.#writing
  }

  #trigger(vehicle: string, trigger: CaptureTrigger, kind: string, cause: string): void {
    const { settings, clock, logger } = this.#options
    if (!(settings.triggers as readonly string[]).includes(trigger)) return
    if (!this.#rings.has(vehicle)) return
    // Several codes that are set at once are one moment.
    const same = this.#pending.find((one) => one.vehicle === vehicle && one.trigger === trigger)
    if (same !== undefined && same.cause.length < MAX_CAUSE) {
      if (!same.cause.includes(cause)) same.cause += `; ${cause}`
      return
    }
    if (!this.#pace.take(`${vehicle} ${trigger} ${kind}`, clock.monotonic())) return
    const { before, after } = settings
    const { id } = this.#begin(vehicle, trigger, { cause, before, after })
    logger.info({ vehicle, capture: id, trigger }, `raw frames are kept: ${cause}`)
  }

  #begin(vehicle: string, trigger: CaptureTrigger, request: CaptureRequest): Capture {
    const { clock } = this.#options
    const { cause, before, after } = request
    const at = clock.now()
    const pending: Pending = {
      ...{ id: newId(at, trigger), vehicle, trigger, cause, at },
      from: at - Math.round(before * 1000),
      to: at + Math.round(after * 1000),
      due: clock.monotonic() + after * 1000,
    }
    this.#pending.push(pending)
    const { due: _, ...note } = pending
    return { ...note, state: 'recording', frames: 0, bytes: 0 }
  }

  /**
   * Every few minutes, or sooner where the memory would lose frames that are not on the card; at the end
   * (`least` 0) up to the last frame.
   */
  #keepAll(least = CONTINUOUS_EVERY): void {
    const { clock, settings } = this.#options
    const now = clock.now()
    for (const [vehicle, ring] of this.#rings) {
      const since = this.#keptTo.get(vehicle) ?? microsToMillis(ring.oldest ?? now * 1000)
      const isFull = ring.bytes > settings.memoryMegabytes * MEGABYTE * 0.9
      const held = now - microsToMillis(ring.oldest ?? now * 1000)
      const isDue = now - since >= least || (isFull && now - since > held / 2)
      if (!isDue || ring.oldest === undefined) continue
      this.#keptTo.set(vehicle, now)
      this.#write({
        ...{ id: newId(now, 'continuous'), vehicle, trigger: 'continuous', at: since },
        ...{ cause: 'all frames are kept', from: since, to: least === 0 ? now : now - 1, due: 0 },
      })
    }
  }

  #write(pending: Pending): void {
    const { due: _, ...note } = pending
    const { clock, logger } = this.#options
    const snapshot = this.snapshot(note.vehicle)
    this.#writing = this.#writing
      .then(async () => {
        if (snapshot === undefined) return
        const to = Math.min(note.to, clock.now())
        const kept = await this.#files.write({ ...note, to }, snapshot)
        if (kept === undefined && note.trigger !== 'continuous')
          logger.warn({ capture: note.id }, 'no frames came, so that there is no capture')
        this.#failure = undefined
      })
      .catch((error) => {
        this.#failure = messageOf(error)
        logger.warn({ capture: note.id }, this.#failure)
      })
      .finally(() => {
        this.#pending = this.#pending.filter((one) => one.id !== note.id)
      })
  }
}

function newId(at: Millis, trigger: CaptureTrigger): string {
  const time = isoTime(at).slice(0, 19).replace(/:/g, '-')
  return `${time}Z-${trigger}-${randomBytes(2).toString('hex')}`
}
