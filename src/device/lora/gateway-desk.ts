/**
 * What the feeds that hear gateways have in common: the book of gateways, and telling of frames,
 * refusals and gateways in the shapes of the model.
 */
import type { LoraFeedEvents, LoraFrame, LoraReject, LoraRejectReason } from '../../model/lora.ts'
import type { Clock } from '../../model/ports.ts'
import type { After } from '../supervisor.ts'
import { GatewayBook, type GatewayReport } from './gateway-book.ts'
import { OnceAMinute } from './once-a-minute.ts'

export interface RefusedWhat {
  reason: LoraRejectReason
  /** In words. */
  detail: string
  gateway?: string
}

export interface HeardWhat extends Pick<LoraFrame, 'data' | 'radio'> {
  rssi?: number
  snr?: number
  time?: number
}

/** A forwarder calls every 5 to 30 s; The Things Stack takes it for gone after 3 min as well. */
const SILENT_MS = 180_000

export class GatewayDesk {
  readonly book = new GatewayBook()
  frames = 0
  /** What came faster than it is taken. */
  unread = 0
  readonly #source: string
  readonly #clock: Clock
  // Each with room of its own: strangers must not silence those who are known.
  readonly #notices = new OnceAMinute()
  readonly #problems = new OnceAMinute()
  readonly #strangers = new OnceAMinute()
  readonly #refusals = new OnceAMinute()
  #events: LoraFeedEvents | undefined
  /** ms, monotonic: when a gateway was last heard, or since when it is listened. */
  #heardAt = 0

  constructor(source: string, clock: Clock) {
    this.#source = source
    this.#clock = clock
  }

  open(events: LoraFeedEvents): void {
    this.#events = events
  }

  /** A gateway was heard, or nothing was to be heard before. */
  touch(): void {
    this.#heardAt = this.#clock.monotonic()
  }

  state(): 'running' | 'silent' {
    return this.#clock.monotonic() - this.#heardAt < SILENT_MS ? 'running' : 'silent'
  }

  frame(report: GatewayReport, { data, radio, ...signal }: HeardWhat): void {
    this.frames += 1
    report.frames += 1
    this.#events?.frame({
      source: this.#source,
      data,
      gateway: { ...this.book.gateway(report), ...signal },
      radio,
      receivedAt: this.#clock.now(),
    })
  }

  reject(what: RefusedWhat): void {
    const reject: LoraReject = { ...what, source: this.#source, time: this.#clock.now() }
    this.#events?.reject(reject)
  }

  /** Of a gateway that is not on the list, once a minute: that it asks again is no news. */
  stranger(gateway: string, address: string): void {
    if (!this.#strangers.mayTell(gateway, this.#clock.monotonic())) return
    const detail = `gateway ${gateway} at ${address} is not heard; add it to gateways to hear it`
    this.reject({ reason: 'gateway', detail, gateway })
  }

  /** Of somebody who may not connect, once a minute: a station tries again for ever. */
  refused(address: string, reason: string): void {
    if (!this.#refusals.mayTell(address, this.#clock.monotonic())) return
    this.reject({ reason: 'gateway', detail: `a connection of ${address} was refused: ${reason}` })
  }

  /** Words for the health: who called, and what was left. */
  detail(): string {
    const unread = this.unread > 0 ? `; ${this.unread} were left unread, too many at once` : ''
    return `${this.book.sentence()}${unread}`
  }

  /** What a rate limit says; whether to go on. `what` follows a number. */
  isInTime(dropped: true | number, what: string, gateway?: string): boolean {
    if (dropped === true) return true
    this.unread += 1
    if (dropped > 0) this.tooMany(`${dropped} ${what}`, gateway)
    return false
  }

  tooMany(what: string, gateway?: string): void {
    const detail = `${what} were left unread: more came than are taken in a second`
    this.reject({ reason: 'rate', detail, ...(gateway === undefined ? {} : { gateway }) })
  }

  /** Once a minute for a gateway at most, and problems beside it. */
  notice(gateway: string, what: string, isProblem = false): void {
    const told = isProblem ? this.#problems : this.#notices
    if (!told.mayTell(gateway, this.#clock.monotonic())) return
    this.#events?.notice({
      kind: 'gateway',
      source: this.#source,
      time: this.#clock.now(),
      detail: `gateway ${gateway}: ${what}`,
      gateway,
      ...(isProblem ? { isProblem } : {}),
    })
  }
}

/** Again and again until the result is called. */
export function every(after: After, ms: number, run: () => void): () => void {
  const next = () => {
    cancel = after(ms, next)
    run()
  }
  let cancel = after(ms, next)
  return () => cancel()
}

const LOOK_MS = 10_000
const LOOKS = 6

/** Tells of a change of state within 10 s, and of what is new else once a minute. */
export function watch(
  after: After,
  state: () => 'running' | 'silent',
  tell: (state: 'running' | 'silent') => void,
): () => void {
  let told = state()
  let looks = 0
  return every(after, LOOK_MS, () => {
    looks += 1
    const now = state()
    if (now === told && looks % LOOKS !== 0) return
    told = now
    tell(now)
  })
}
