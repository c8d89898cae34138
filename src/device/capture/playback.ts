/**
 * A recorded file as a source: its frames come as they came when it was recorded, N times as fast,
 * or as fast as the machine reads. Stands where a serial adapter stands.
 *
 * Times before 2001-09-09 (10⁹ s) count from some start of their own and are shifted to `startTime`.
 * Each round of a loop follows on the one before.
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { CanFrame } from '../../model/frame.ts'
import type { Clock, Source, SourceEvents, SourceState } from '../../model/ports.ts'
import { type Micros, type Millis, millisToMicros } from '../../model/time.ts'
import { type CaptureSummary, readCapture } from './capture-file.ts'
import { FrameQueue } from './frame-queue.ts'
import { Pace } from './pace.ts'

/** A clock that can also be waited on; `sleep` ends early, without an error, when aborted. */
export interface PlaybackClock extends Clock {
  sleep(duration: Millis, signal: AbortSignal): Promise<void>
}

export interface PlaybackOptions {
  id: string
  path: string
  /** 1 is as recorded, 10 ten times as fast; `max` knows no pace. */
  speed: number | 'max'
  /** Where relative times begin; without it, when the file was last written. */
  startTime?: Millis
  loop?: boolean
  /** false: a file that cannot be read ends the playback with `onError` instead of trying again. */
  retry?: boolean
  onProgress?(bytesRead: number, totalBytes: number): void
  onError?(error: OdographError): void
  onSummary?(summary: CaptureSummary): void
  clock?: PlaybackClock
}

const RETRY_MS = 5000
const HEALTH_MS = 1000
/** The longest stretch without letting the event loop run. */
const BUSY_MS = 8
/** Frames due this soon come now: timers are no more exact. */
const BURST_MS = 2
const EARLIEST_WALL: Micros = 1e15
const LOOP_STEP: Micros = 1000
/** At a pace, frames wait in memory until they are due: small chunks keep them few. */
const PACED_CHUNK = 16 * 1024
const UNPACED_CHUNK = 64 * 1024

const systemClock: PlaybackClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (duration, signal) => delay(duration, undefined, { signal }).catch(() => undefined),
}

export function createPlayback(options: PlaybackOptions): Source {
  const { speed } = options
  if (speed !== 'max' && !(speed > 0 && Number.isFinite(speed))) {
    throw new OdographError('config-invalid', options.id, `speed ${speed} is not above 0`)
  }
  return new Playback(options)
}

class Playback implements Source {
  readonly id: string
  readonly buses: string[] = []
  readonly #options: PlaybackOptions
  readonly #clock: PlaybackClock
  readonly #abort = new AbortController()
  readonly #queue = new FrameQueue()
  #events: SourceEvents | undefined
  #running: Promise<void> | undefined
  #frames = 0
  #reopened = 0
  #state: SourceState | undefined
  #detail = ''
  #since: Millis = 0
  #reported: Millis = 0
  #yielded: Millis = 0
  readonly #pace: Pace | undefined
  /** Added to the file's times; undefined until the first frame of a round. */
  #shift: Micros | undefined
  #startTime: Millis = 0
  #lastTime: Micros | undefined

  constructor(options: PlaybackOptions) {
    this.id = options.id
    this.#options = options
    this.#clock = options.clock ?? systemClock
    if (options.speed !== 'max') this.#pace = new Pace(options.speed)
  }

  start(events: SourceEvents): void {
    if (this.#running !== undefined || this.#abort.signal.aborted) return
    this.#events = events
    this.#running = this.#run(events)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
    if (this.#state !== 'stopped') this.#health('stopped', 'stopped')
  }

  /** Rounds and retries until the end, an error that is not retried, or `stop`. Never rejects. */
  async #run(events: SourceEvents): Promise<void> {
    const { signal } = this.#abort
    const { loop = false, retry = true } = this.#options
    const name = basename(this.#options.path)
    this.#health('starting', `opening ${name}`)
    while (!signal.aborted) {
      try {
        const summary = await this.#round(events)
        this.#options.onSummary?.(summary)
        if (loop) continue
        this.#health('finished', `replayed all of ${name}: ${this.#frames} frames`)
        events.end()
        return
      } catch (error) {
        if (signal.aborted) return
        if (!retry) {
          this.#health('stopped', messageOf(error))
          this.#options.onError?.(asOdographError(error, this.#options.path))
          return
        }
        const again = `trying again every ${RETRY_MS / 1000} s`
        this.#health('waiting', `${messageOf(error)}; ${again}`)
        this.#reopened++
        await this.#clock.sleep(RETRY_MS, signal)
      }
    }
  }

  /** The file once, from its start to its end. */
  async #round(events: SourceEvents): Promise<CaptureSummary> {
    const { path, startTime, onProgress } = this.#options
    const pace = this.#pace
    this.#shift = undefined
    this.#queue.clear()
    this.#yielded = this.#clock.monotonic()
    // A file that is not there is readCapture's to tell.
    const stats = await stat(path).catch(() => undefined)
    this.#startTime = startTime ?? Math.floor(stats?.mtimeMs ?? 0)
    return await readCapture(
      path,
      {
        issue: events.issue,
        ...(onProgress === undefined ? {} : { progress: onProgress }),
        frame: (frame) => {
          this.#shiftTime(frame)
          if (pace !== undefined) this.#queue.add(frame)
          else this.#deliver(frame)
        },
      },
      {
        signal: this.#abort.signal,
        buses: this.buses,
        chunkBytes: pace !== undefined ? PACED_CHUNK : UNPACED_CHUNK,
        afterChunk: () => (pace === undefined ? this.#breathe() : this.#drain(pace)),
      },
    )
  }

  #shiftTime(frame: CanFrame): void {
    if (this.#shift === undefined) {
      const first = frame.time
      const relative = first < EARLIEST_WALL
      this.#shift = relative ? millisToMicros(this.#startTime) - first : 0
      // A further round of the same file goes on where the last one ended.
      if (this.#lastTime !== undefined && this.#options.loop === true) {
        this.#shift = this.#lastTime + LOOP_STEP - first
      }
      this.#health('running', `replaying ${basename(this.#options.path)} ${this.#speed()}`)
    }
    frame.time += this.#shift
    this.#lastTime = frame.time
  }

  #speed(): string {
    const { speed } = this.#options
    if (speed === 'max') return 'as fast as possible'
    return speed === 1 ? 'at its own speed' : `at ${speed} times its speed`
  }

  #deliver(frame: CanFrame): void {
    this.#frames++
    this.#events?.frame(frame)
  }

  /** Delivers what is queued, each frame when it is due. */
  async #drain(pace: Pace): Promise<void> {
    const { signal } = this.#abort
    for (let frame = this.#queue.next(); frame !== undefined; frame = this.#queue.next()) {
      const due = pace.due(frame.time, this.#clock.monotonic())
      for (;;) {
        const early = due - this.#clock.monotonic()
        if (signal.aborted) return
        if (early < BURST_MS) break
        await this.#clock.sleep(Math.min(early, HEALTH_MS), signal)
        this.#yielded = this.#clock.monotonic()
        this.#healthNow()
      }
      this.#deliver(frame)
      const wait = this.#breathe()
      if (wait !== undefined) await wait
    }
  }

  /** Lets the event loop run if it has not for a while. */
  #breathe(): Promise<void> | undefined {
    const now = this.#clock.monotonic()
    if (now - this.#yielded < BUSY_MS) return undefined
    this.#healthNow()
    return new Promise((resolve) =>
      setImmediate(() => {
        this.#yielded = this.#clock.monotonic()
        resolve()
      }),
    )
  }

  /** The count of frames, once a second. */
  #healthNow(): void {
    if (this.#clock.monotonic() - this.#reported >= HEALTH_MS) this.#emitHealth()
  }

  /** A state and its sentence, told when one of them changes. */
  #health(state: SourceState, detail: string): void {
    if (state === this.#state && detail === this.#detail) return
    if (state !== this.#state) this.#since = this.#clock.now()
    this.#state = state
    this.#detail = detail
    this.#emitHealth()
  }

  #emitHealth(): void {
    this.#reported = this.#clock.monotonic()
    this.#events?.health({
      state: this.#state ?? 'starting',
      detail: this.#detail,
      since: this.#since,
      frames: this.#frames,
      reopened: this.#reopened,
    })
  }
}

function asOdographError(error: unknown, path: string): OdographError {
  return error instanceof OdographError
    ? error
    : new OdographError('file-unreadable', path, messageOf(error), error)
}
