/**
 * The extended transport protocol (ISO 11783-3 and J1939-21 as public knowledge), heard passively:
 * messages of 1786 to 117,440,505 bytes from one node to another. Its data packets are numbered
 * anew from 1 in every window; a DPO says where in the message a window begins.
 *
 * ETP.CM, PGN 51200, 8 bytes, little-endian:
 *   byte 1      20 RTS · 21 CTS · 22 DPO · 23 end of message · 255 abort
 *   bytes 2–5   RTS, end of message: message size
 *   byte 2      CTS, DPO: packets of the window, at most 255; CTS 0 holds
 *   bytes 3–5   CTS: number of the next packet, from 1 · DPO: packets before the window
 *   bytes 6–8   PGN of the message
 * ETP.DT, PGN 50944: byte 1 sequence number within the window, bytes 2–8 data.
 *
 * An announcement costs next to no memory: bytes are taken as data come. A message above the
 * limit is refused, because a gateway has little memory and such sizes are rare (object pools of
 * implements); the limit is an option.
 */
import type { Micros } from '../../model/time.ts'
import { GLOBAL_ADDRESS } from '../can-id.ts'
import { pgnAt, word24, word32 } from './bytes.ts'
import { PACKET_BYTES, packetsFor, type Session, type TransportSinks } from './session.ts'
import { defaultLimits, type SessionLimits, Sessions } from './sessions.ts'

export const PF_ETP_CM = 0xc8
export const PF_ETP_DT = 0xc7

/** Largest message that the protocol can carry: 2²⁴ − 1 packets of 7 bytes. */
export const MAX_ETP_SIZE = 117_440_505

const RTS = 20
const CTS = 21
const DPO = 22
const END_OF_MESSAGE = 23
const ABORT = 255

const MIN_SIZE = 1786
const FIRST_BYTES = 2048

interface WindowedSession extends Session {
  /** Packets of the message before the window. */
  offset: number
  /** Packets of the window; none between a window's end or a CTS and the next DPO. */
  window: number
}

export interface ExtendedLimits extends SessionLimits {
  /** Bytes of the largest message that is followed. */
  size: number
}

export class ExtendedTransport {
  readonly #sinks: TransportSinks
  readonly #sessions: Sessions<WindowedSession>
  readonly #maxSize: number

  constructor(sinks: TransportSinks, limits: Partial<ExtendedLimits> = {}) {
    const { size, sessions, bytes } = { size: defaultLimits.bytes, ...defaultLimits, ...limits }
    this.#sinks = sinks
    this.#maxSize = size
    this.#sessions = new Sessions(sinks, { sessions, bytes: Math.max(bytes, size) })
  }

  /** Sessions that run, and the bytes that they hold. */
  get held(): { sessions: number; bytes: number } {
    return { sessions: this.#sessions.count, bytes: this.#sessions.bytes }
  }

  /** An ETP.CM frame. */
  control(
    source: number,
    destination: number,
    data: Uint8Array,
    length: number,
    time: Micros,
  ): void {
    if (length < 8 || destination === GLOBAL_ADDRESS) {
      const what = length < 8 ? `of ${length} bytes` : 'to all'
      this.#sinks.issue('tp-malformed', `ETP.CM ${what} from ${source}`, time)
      return
    }
    const pgn = pgnAt(data, 5)
    switch (data[0]) {
      case RTS:
        this.#open(source, destination, pgn, data, time)
        return
      case CTS:
        this.#clear(source, destination, pgn, data, time)
        return
      case DPO:
        this.#offset(source, destination, pgn, data, time)
        return
      case END_OF_MESSAGE:
        this.#sessions.acknowledge(destination, source, pgn, time)
        return
      case ABORT:
        this.#sessions.abort(source, destination, pgn, data[1] as number, time)
        return
      default:
        this.#sinks.issue('tp-malformed', `control byte ${data[0]} from ${source}`, time)
    }
  }

  /** An ETP.DT frame. */
  data(source: number, destination: number, data: Uint8Array, length: number, time: Micros): void {
    const session = this.#sessions.receiving(source, destination, time)
    if (session === undefined) return
    const { next, offset, window } = session
    const isLastAgain = data[0] === next - 1 - offset
    if (next > offset + window && !isLastAgain) {
      this.#sessions.drop(session, 'tp-sequence', `packet ${next} in no window`, time)
      return
    }
    const needed = Math.min(session.size, next * PACKET_BYTES)
    if (needed > session.data.length) {
      const bytes = Math.min(session.size, Math.max(needed, session.data.length * 2))
      this.#sessions.grow(session, bytes, time)
    }
    this.#sessions.receive(session, next - offset, data, length, time)
  }

  /** Reports the sessions whose senders have fallen silent; nobody has to call this. */
  sweep(time: Micros): void {
    this.#sessions.sweep(time)
  }

  /** At the end of a recording: what is still open is reported. */
  end(time: Micros): void {
    this.#sessions.end(time)
  }

  #open(source: number, destination: number, pgn: number, data: Uint8Array, time: Micros): void {
    const size = word32(data, 1)
    const packets = packetsFor(size)
    const announced = { kind: 'ETP', pgn, source, destination, size, packets } as const
    if (this.#sessions.isRepeated(announced, time)) return
    if (size < MIN_SIZE || size > MAX_ETP_SIZE || size > this.#maxSize) {
      const isPossible = size >= MIN_SIZE && size <= MAX_ETP_SIZE
      const code = isPossible ? 'tp-too-large' : 'tp-size'
      this.#sinks.issue(code, `${size} bytes from ${source}`, time)
      return
    }
    const first = new Uint8Array(Math.min(size, FIRST_BYTES))
    const session = { ...announced, data: first, next: 1, heard: time, offset: 0, window: 0 }
    this.#sessions.add(session, time)
  }

  #clear(receiver: number, sender: number, pgn: number, data: Uint8Array, time: Micros): void {
    const session = this.#sessions.running(sender, receiver, time)
    if (session === undefined) return
    const goesOn = this.#sessions.clear(session, pgn, data[1] as number, word24(data, 2), time)
    if (!goesOn) return
    session.offset = session.next - 1
    session.window = 0
  }

  /** A DPO opens a window; it may begin with packets that were heard already, not behind them. */
  #offset(source: number, destination: number, pgn: number, data: Uint8Array, time: Micros): void {
    const session = this.#sessions.receiving(source, destination, time)
    if (session === undefined) return
    const window = data[1] as number
    const offset = word24(data, 2)
    if (pgn !== session.pgn) {
      this.#sessions.drop(session, 'tp-replaced', `offset for PGN ${pgn}`, time)
    } else if (window === 0 || offset >= session.next || offset + window > session.packets) {
      const detail = `${window} packets after ${offset}, with ${session.next} due`
      this.#sessions.drop(session, 'tp-sequence', detail, time)
    } else {
      session.offset = offset
      session.window = window
      session.next = offset + 1
      session.heard = time
    }
  }
}
