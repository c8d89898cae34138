/**
 * Raw frames for one client, as they come from the wire: filtered, then ten times a second as one
 * message. What is more than it wants in a second, or comes while it is slow to read, is dropped and
 * counted, so that neither a busy bus nor a slow client costs anybody else anything.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Millis } from '../../model/time.ts'
import { isoMicros } from '../views/time-text.ts'
import type { StreamSink } from './event-stream.ts'

export const FRAME_TICK_MS: Millis = 100
const HEARTBEAT_MS: Millis = 15_000
/** A client that takes nothing for so long is gone. */
const STUCK_MS: Millis = 60_000
const CHECK_MS: Millis = 5000
/** Identifiers of which the last data are known. */
const MAX_KNOWN = 4096

export interface FrameFilter {
  /** All where absent. */
  ids?: ReadonlySet<number>
  pgns?: ReadonlySet<number>
  buses?: ReadonlySet<string>
  /** Only frames with other data than the last of the same identifier. */
  changes: boolean
  perSecond: number
}

/** A frame as JSON: `id` in hexadecimal (three digits, or eight), `data` likewise. */
export interface FrameView {
  time: string
  bus: string
  id: string
  data: string
  remote?: true
  error?: true
  fd?: true
}

export interface FrameFeedOptions {
  filter: FrameFilter
  sink: StreamSink
  /** Whether the token is as good as when the stream began. */
  isGood: () => boolean
  now: () => Millis
  /** The stream has ended by itself. */
  ended: () => void
}

export class FrameFeed {
  readonly #options: FrameFeedOptions
  readonly #last = new Map<string, string>()
  #frames: FrameView[] = []
  #dropped = 0
  #isReady = true
  #budget: number
  #budgetAt: Millis
  #sentAt: Millis
  #checkedAt: Millis
  #id = 0

  constructor(options: FrameFeedOptions) {
    const now = options.now()
    this.#options = options
    this.#budget = options.filter.perSecond
    this.#budgetAt = now
    this.#sentAt = now
    this.#checkedAt = now
  }

  /** Hot while somebody looks. */
  frame(frame: CanFrame, bus: string): void {
    const { ids, pgns, buses, changes } = this.#options.filter
    if (ids !== undefined && !ids.has(frame.id)) return
    if (pgns !== undefined && !(frame.extended && pgns.has(groupOf(frame.id)))) return
    if (buses !== undefined && !buses.has(bus)) return
    if (changes && !this.#isNews(frame, bus)) return
    if (!this.#isReady || this.#budget < 1) {
      this.#dropped += 1
      return
    }
    this.#budget -= 1
    this.#frames.push(viewOf(frame, bus))
  }

  /** Ten times a second. */
  tick(): void {
    const { now: time, filter } = this.#options
    const now = time()
    const earned = (Math.max(now - this.#budgetAt, 0) / 1000) * filter.perSecond
    this.#budget = Math.min(this.#budget + earned, filter.perSecond)
    this.#budgetAt = now
    if (!this.#isReady && now - this.#sentAt >= STUCK_MS) this.#end(undefined)
    else if (!this.#check(now)) this.#end('the token is no longer valid')
    else if (this.#isReady) this.#flush(now)
  }

  #check(now: Millis): boolean {
    if (now - this.#checkedAt < CHECK_MS) return true
    this.#checkedAt = now
    return this.#options.isGood()
  }

  #flush(now: Millis): void {
    if (this.#frames.length > 0 || this.#dropped > 0) {
      const data = { frames: this.#frames, dropped: this.#dropped }
      this.#frames = []
      this.#dropped = 0
      this.#send('frames', data, now)
    } else if (now - this.#sentAt >= HEARTBEAT_MS) {
      this.#sentAt = now
      this.#options.sink.heartbeat()
    }
  }

  /** The client takes more again. */
  ready(): void {
    this.#isReady = true
  }

  stop(reason: string): void {
    this.#end(reason)
  }

  /** Without a reason: it does not even take one. */
  #end(reason: string | undefined): void {
    if (reason !== undefined && this.#isReady) this.#send('end', { reason }, this.#options.now())
    this.#options.sink.close(reason === undefined)
    this.#options.ended()
  }

  #send(type: string, data: object, now: Millis): void {
    this.#id = Math.max(this.#id + 1, now)
    this.#sentAt = now
    this.#isReady = this.#options.sink.send({ type, id: this.#id, data })
  }

  #isNews(frame: CanFrame, bus: string): boolean {
    const key = `${bus} ${frame.id}${frame.extended ? 'x' : ''}`
    const data = hex(frame)
    if (this.#last.get(key) === data) return false
    if (this.#last.size < MAX_KNOWN || this.#last.has(key)) this.#last.set(key, data)
    return true
  }
}

function viewOf(frame: CanFrame, bus: string): FrameView {
  const id = frame.id.toString(16).toUpperCase()
  return {
    time: isoMicros(frame.time),
    bus,
    id: id.padStart(frame.extended ? 8 : 3, '0'),
    data: frame.remote ? '' : hex(frame),
    ...(frame.remote ? { remote: true as const } : {}),
    ...(frame.error ? { error: true as const } : {}),
    ...(frame.fd ? { fd: true as const } : {}),
  }
}

function hex({ data, length }: CanFrame): string {
  return Buffer.from(data.buffer, data.byteOffset, length).toString('hex').toUpperCase()
}

/** The parameter group of a J1939 identifier. */
function groupOf(id: number): number {
  const group = (id >>> 8) & 0x3ffff
  return ((id >>> 16) & 0xff) < 240 ? group & 0x3ff00 : group
}
