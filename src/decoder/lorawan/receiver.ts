/**
 * LoRaWAN frames, as gateways hear them, to uplinks: between the feeds that hear the air and what
 * decodes payloads. A frame whose MIC fits a session that is known here, and whose counter is new,
 * becomes one uplink, with all gateways that heard it while its window was open. Everything else
 * is rejected, by a reason and in words, and changes nothing.
 *
 *   frame ─▶ parse ─▶ copy of an open one? ─▶ session by address ─▶ rate ─▶ MIC with at most three
 *   counters ─▶ counter ─▶ `accepted` at once ─▶ … window … ─▶ `complete`
 *
 * Sources: LoRaWAN 1.0.4 and 1.1, section 4. Joins are seen and told, never answered.
 */
import type {
  LoraFrame,
  LoraNetwork,
  LoraNotice,
  LoraReject,
  LoraRejectReason,
  LoraUplink,
} from '../../model/lora.ts'
import type { Millis } from '../../model/time.ts'
import { type DataFrame, type JoinRequest, parsePhyPayload, refusalOf } from './frame.ts'
import { counterCandidates, counterVerdict } from './frame-counter.ts'
import { JoinWatch } from './join-watch.ts'
import { RateLimit } from './rate-limit.ts'
import { Reception } from './reception.ts'
import { missOf, refusedCounter } from './reject-words.ts'
import type { LoraSession } from './session.ts'
import { SessionBook } from './session-book.ts'

export interface LorawanReceiverOptions {
  sessions: readonly LoraSession[]
  /** AppKey (1.1: NwkKey) by DevEUI in hex, to check join requests with. */
  joinKeys?: ReadonlyMap<string, Uint8Array>
  /** How long copies of other gateways are waited for: 0 to 2000, 200 unless told. */
  windowMs?: number
  /** Frames of one address that may cost cryptography in a second: 50 unless told. */
  perSecond?: number
  /** What the uplinks are labelled with: `lorawan` unless told. */
  network?: LoraNetwork
  /**
   * The counter moves: called once per transmission, from within `frame`, with the gateway that
   * was first. Counter and uplink are to be made durable here, together, before anything else is
   * done with them. If it throws, the counter stays where it was and `frame` throws the same.
   */
  accepted(uplink: LoraUplink): void
  /**
   * The window has closed: the same uplink with all gateways, the best first. Without FPort, or
   * with FPort 0 (MAC commands), it has an empty payload: the device lives, and says no more.
   */
  complete(uplink: LoraUplink): void
  /** Once for each frame that had no effect. */
  rejected(reject: LoraReject): void
  notice(notice: LoraNotice): void
}

const DEFAULT_WINDOW_MS = 200
const LONGEST_WINDOW_MS = 2000
const DEFAULT_PER_SECOND = 50
/** Windows that may be open at once; the oldest is closed early for one more. */
const MAX_OPEN = 4096

export class LorawanReceiver {
  readonly #options: LorawanReceiverOptions
  readonly #windowMs: number
  readonly #book: SessionBook
  readonly #rate: RateLimit
  readonly #joins: JoinWatch
  /** By the bytes of the frame, in the order of their first copies. */
  readonly #open = new Map<string, Reception>()

  /** Throws a RangeError where a key has not 16 bytes. */
  constructor(options: LorawanReceiverOptions) {
    this.#options = options
    this.#windowMs = clamp(options.windowMs ?? DEFAULT_WINDOW_MS)
    this.#book = new SessionBook(options.sessions)
    this.#rate = new RateLimit(options.perSecond ?? DEFAULT_PER_SECOND)
    this.#joins = new JoinWatch(options.joinKeys ?? new Map())
  }

  /** What one gateway heard. Never throws for what is in it. */
  frame(frame: LoraFrame): void {
    this.tick(frame.receivedAt)
    const key = keyOf(frame.data)
    const open = this.#open.get(key)
    if (open !== undefined) {
      open.add(frame)
      return
    }
    const parsed = parsePhyPayload(frame.data)
    const refusal = parsed.kind === 'refused' ? parsed : refusalOf(parsed)
    if (refusal !== undefined) {
      const devAddr = parsed.kind === 'data' ? { devAddr: parsed.devAddr } : {}
      this.#reject(frame, refusal.reason, { detail: refusal.detail, ...devAddr })
    } else if (parsed.kind === 'data') {
      this.#data(frame, parsed, key)
    } else if (parsed.kind === 'join-request') {
      this.#join(frame, parsed, key)
    }
  }

  /** Closes the windows whose time is over. */
  tick(now: Millis): void {
    for (const [key, reception] of this.#open) {
      const age = now - reception.start
      // A clock that was set back without a word leaves no window open for ever.
      if (age >= this.#windowMs || age < -LONGEST_WINDOW_MS) this.#close(key, reception)
    }
  }

  /** Closes all windows: nothing more is coming. */
  flush(): void {
    for (const [key, reception] of this.#open) this.#close(key, reception)
  }

  /** When the first window that is open now will close; undefined where none is. */
  get due(): Millis | undefined {
    let due: Millis | undefined
    for (const { start } of this.#open.values()) {
      if (due === undefined || start + this.#windowMs < due) due = start + this.#windowMs
    }
    return due
  }

  /** What was stamped from `since` on was wrong by `delta`. */
  shift(delta: Millis, since: Millis): void {
    for (const reception of this.#open.values()) {
      if (reception.start >= since) reception.start += delta
    }
    this.#rate.shift(delta, since)
    this.#joins.shift(delta, since)
  }

  /** The last counter that was accepted of a device; undefined before the first. */
  lastFCnt(devEui: string): number | undefined {
    return this.#book.lastFCnt(devEui)
  }

  /**
   * Other devices from now on. A session that goes on (same EUI, address and keys) keeps its
   * counter; any other starts with the one that it brings. Throws as the constructor does, and
   * then changes nothing.
   */
  sessions(list: readonly LoraSession[]): void {
    this.#book.replace(list)
  }

  #data(frame: LoraFrame, parsed: DataFrame, key: string): void {
    const { devAddr } = parsed
    const sessions = this.#book.byAddress(devAddr)
    if (sessions.length === 0) {
      this.#reject(frame, 'unknown_devaddr', { devAddr, detail: `no device has ${devAddr}` })
      return
    }
    if (!this.#rate.take(devAddr, frame.receivedAt)) {
      const detail = `more than ${this.#perSecond} frames of ${devAddr} in a second`
      this.#reject(frame, 'rate', { devAddr, detail })
      return
    }
    for (const session of sessions) {
      const fCnt = counterCandidates(session.last, parsed.fCnt16).find((candidate) =>
        session.isAuthentic(parsed, candidate, frame.radio),
      )
      if (fCnt === undefined) continue
      const { devEui, last, policy } = session
      const verdict = counterVerdict(last, fCnt, policy)
      if (verdict !== 'new' && verdict !== 'reset') {
        const refused = refusedCounter(verdict, { fCnt, last, policy })
        this.#reject(frame, refused.reason, { devAddr, devEui, detail: refused.detail })
        return
      }
      const hasData = parsed.fPort !== undefined && parsed.fPort !== 0
      const reception = new Reception(frame, {
        source: frame.source,
        network: this.#options.network ?? 'lorawan',
        devEui,
        ...session.names,
        devAddr,
        fCnt,
        ...(parsed.fPort !== undefined && { fPort: parsed.fPort }),
        payload: hasData ? session.payloadOf(parsed, fCnt) : new Uint8Array(0),
        confirmed: parsed.confirmed,
        trust: 'mic',
        ...(verdict === 'reset' && { reset: true }),
      })
      this.#accept(session, fCnt, reception)
      this.#hold(key, reception)
      return
    }
    this.#reject(frame, 'mic', { devAddr, ...missOf(parsed, sessions) })
  }

  #accept(session: { last: number | undefined }, fCnt: number, reception: Reception): void {
    const before = session.last
    session.last = fCnt
    try {
      this.#options.accepted(reception.uplink())
    } catch (error) {
      // What could not be stored was not accepted: another gateway's copy may still be.
      session.last = before
      throw error
    }
  }

  #hold(key: string, reception: Reception): void {
    this.#open.set(key, reception)
    if (this.#windowMs === 0) {
      this.#close(key, reception)
      return
    }
    for (const [oldest, first] of this.#open) {
      if (this.#open.size <= MAX_OPEN) break
      this.#close(oldest, first)
    }
  }

  #close(key: string, reception: Reception): void {
    this.#open.delete(key)
    this.#options.complete(reception.uplink())
  }

  #join(frame: LoraFrame, request: JoinRequest, key: string): void {
    const { devEui } = request
    if (this.#joins.isCopy(key, frame.receivedAt, this.#windowMs)) return
    if (!this.#rate.take('join', frame.receivedAt)) {
      const detail = `more than ${this.#perSecond} join requests in a second`
      this.#reject(frame, 'rate', { devEui, detail })
      return
    }
    const result = this.#joins.judge(request, this.#book.has(devEui))
    if (!result.isCredible) {
      this.#reject(frame, 'mic', { devEui, detail: result.detail })
      return
    }
    this.#options.notice({
      kind: 'join',
      source: frame.source,
      time: frame.receivedAt,
      detail: result.detail,
      devEui,
      joinEui: request.joinEui,
      gateway: frame.gateway.id,
      ...(result.isProblem && { isProblem: true }),
    })
  }

  get #perSecond(): number {
    return this.#options.perSecond ?? DEFAULT_PER_SECOND
  }

  #reject(
    frame: LoraFrame,
    reason: LoraRejectReason,
    what: Pick<LoraReject, 'devAddr' | 'devEui' | 'detail'>,
  ): void {
    this.#options.rejected({
      reason,
      source: frame.source,
      time: frame.receivedAt,
      ...what,
      gateway: frame.gateway.id,
    })
  }
}

function clamp(windowMs: number): number {
  return Math.min(Math.max(windowMs, 0), LONGEST_WINDOW_MS)
}

function keyOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1')
}
