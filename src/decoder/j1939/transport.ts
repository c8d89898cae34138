/**
 * The J1939-21 transport protocol, heard passively: BAM (broadcast) and RTS/CTS sessions between
 * other nodes, all at once, kept apart by source and destination.
 *
 * TP.CM, PGN 60416, 8 bytes, little-endian:
 *   byte 1      16 RTS · 17 CTS · 19 end of message · 32 BAM · 255 abort
 *   bytes 2–3   RTS, BAM: message size, 9 to 1785 · CTS: packets allowed, next packet
 *   byte 4      RTS, BAM: number of packets = ⌈size / 7⌉
 *   bytes 6–8   PGN of the message
 * TP.DT, PGN 60160: byte 1 sequence number from 1, bytes 2–8 data; the last one may be short.
 *
 * A message is delivered at its last TP.DT. A session ends without one on a wrong sequence number,
 * silence (750 ms for BAM, 1250 ms for RTS/CTS), abort, or when its sender starts another. Real
 * vehicles also send BAM to a single destination, which the standard does not know: it is delivered
 * as what it is, `BAM_DA`.
 */
import type { Micros } from '../../model/time.ts'
import { GLOBAL_ADDRESS } from '../can-id.ts'
import { pgnAt, word16 } from './bytes.ts'
import { packetsFor, type Session, type TransportKind, type TransportSinks } from './session.ts'
import { defaultLimits, type SessionLimits, Sessions } from './sessions.ts'

export type { TransportKind, TransportMessage, TransportSinks } from './session.ts'

export const PF_TP_CM = 0xec
export const PF_TP_DT = 0xeb

const RTS = 16
const CTS = 17
const END_OF_MESSAGE = 19
const BAM = 32
const ABORT = 255

const MIN_SIZE = 9
const MAX_SIZE = 1785

export class Transport {
  readonly #sinks: TransportSinks
  readonly #sessions: Sessions<Session>

  constructor(sinks: TransportSinks, limits: Partial<SessionLimits> = {}) {
    this.#sinks = sinks
    this.#sessions = new Sessions(sinks, { ...defaultLimits, ...limits })
  }

  /** Sessions that run, and the bytes that they hold. */
  get held(): { sessions: number; bytes: number } {
    return { sessions: this.#sessions.count, bytes: this.#sessions.bytes }
  }

  /** A TP.CM frame. */
  control(
    source: number,
    destination: number,
    data: Uint8Array,
    length: number,
    time: Micros,
  ): void {
    if (length < 8) {
      this.#sinks.issue('tp-malformed', `TP.CM of ${length} bytes from ${source}`, time)
      return
    }
    const pgn = pgnAt(data, 5)
    switch (data[0]) {
      case BAM: {
        const kind = destination === GLOBAL_ADDRESS ? 'BAM' : 'BAM_DA'
        this.#open(kind, source, destination, pgn, data, time)
        return
      }
      case RTS:
        if (destination !== GLOBAL_ADDRESS) this.#open('CMDT', source, destination, pgn, data, time)
        else this.#sinks.issue('tp-malformed', `RTS from ${source} to all`, time)
        return
      case CTS: {
        const session = this.#sessions.running(destination, source, time)
        if (session === undefined) return
        this.#sessions.clear(session, pgn, data[1] as number, data[2] as number, time)
        return
      }
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

  /** A TP.DT frame. */
  data(source: number, destination: number, data: Uint8Array, length: number, time: Micros): void {
    const session = this.#sessions.receiving(source, destination, time)
    if (session !== undefined) this.#sessions.receive(session, session.next, data, length, time)
  }

  /** Reports the sessions whose senders have fallen silent; nobody has to call this. */
  sweep(time: Micros): void {
    this.#sessions.sweep(time)
  }

  /** At the end of a recording: what is still open is reported. */
  end(time: Micros): void {
    this.#sessions.end(time)
  }

  #open(
    kind: TransportKind,
    source: number,
    destination: number,
    pgn: number,
    data: Uint8Array,
    time: Micros,
  ): void {
    const size = word16(data, 1)
    const packets = data[3] as number
    const announced = { kind, pgn, source, destination, size, packets }
    if (this.#sessions.isRepeated(announced, time)) return
    if (size < MIN_SIZE || size > MAX_SIZE || packets !== packetsFor(size)) {
      this.#sinks.issue('tp-size', `${size} bytes in ${packets} packets from ${source}`, time)
      return
    }
    this.#sessions.add({ ...announced, data: new Uint8Array(size), next: 1, heard: time }, time)
  }
}
