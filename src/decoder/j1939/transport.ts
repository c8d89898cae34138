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
import type { IssueCode } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'
import { GLOBAL_ADDRESS } from '../can-id.ts'

export const PF_TP_CM = 0xec
export const PF_TP_DT = 0xeb

const RTS = 16
const CTS = 17
const END_OF_MESSAGE = 19
const BAM = 32
const ABORT = 255

const MIN_SIZE = 9
const MAX_SIZE = 1785
const BAM_SILENCE: Micros = 750_000
const CMDT_SILENCE: Micros = 1_250_000
const MAX_SESSIONS = 256

export type TransportKind = 'BAM' | 'BAM_DA' | 'CMDT'

export interface TransportMessage {
  kind: TransportKind
  pgn: number
  source: number
  destination: number
  data: Uint8Array
}

interface Session extends TransportMessage {
  packets: number
  /** Sequence number of the packet that must come next, from 1. */
  next: number
  heard: Micros
}

export interface TransportSinks {
  message(message: TransportMessage, time: Micros): void
  issue(code: IssueCode, detail: string, time: Micros): void
}

export class Transport {
  #sessions = new Map<number, Session>()
  readonly #sinks: TransportSinks

  constructor(sinks: TransportSinks) {
    this.#sinks = sinks
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
    const pgn =
      (data[5] as number) | ((data[6] as number) << 8) | (((data[7] as number) & 0x03) << 16)
    switch (data[0]) {
      case BAM:
        this.#open(
          destination === GLOBAL_ADDRESS ? 'BAM' : 'BAM_DA',
          source,
          destination,
          pgn,
          data,
          time,
        )
        return
      case RTS:
        if (destination !== GLOBAL_ADDRESS) this.#open('CMDT', source, destination, pgn, data, time)
        else this.#sinks.issue('tp-malformed', `RTS from ${source} to all`, time)
        return
      case CTS:
        this.#clear(source, destination, pgn, data, time)
        return
      case END_OF_MESSAGE:
        this.#drop(
          destination,
          source,
          pgn,
          'tp-sequence',
          'acknowledged, but not heard whole',
          time,
        )
        return
      case ABORT:
        this.#drop(source, destination, pgn, 'tp-aborted', `reason ${data[1]}`, time)
        this.#drop(destination, source, pgn, 'tp-aborted', `reason ${data[1]}`, time)
        return
      default:
        this.#sinks.issue('tp-malformed', `control byte ${data[0]} from ${source}`, time)
    }
  }

  /** A TP.DT frame. */
  data(source: number, destination: number, data: Uint8Array, length: number, time: Micros): void {
    const key = (source << 8) | destination
    const session = this.#sessions.get(key)
    if (session === undefined) {
      this.#sinks.issue('tp-orphan', `from ${source} to ${destination}`, time)
      return
    }
    if (time - session.heard > silenceOf(session)) {
      this.#end(key, session, 'tp-timeout', '', time)
      return
    }
    const sequence = data[0] as number
    if (sequence === session.next - 1 && isRepeat(session, data, length)) return
    const start = (session.next - 1) * 7
    const size = Math.min(7, session.data.length - start)
    if (length < size + 1 || sequence !== session.next) {
      const found = length < size + 1 ? `${length} bytes` : `packet ${sequence}`
      this.#end(key, session, 'tp-sequence', `${found} instead of packet ${session.next}`, time)
      return
    }
    for (let i = 0; i < size; i += 1) session.data[start + i] = data[i + 1] as number
    session.heard = time
    session.next += 1
    if (session.next <= session.packets) return
    this.#sessions.delete(key)
    this.#sinks.message(session, time)
  }

  #open(
    kind: TransportKind,
    source: number,
    destination: number,
    pgn: number,
    data: Uint8Array,
    time: Micros,
  ): void {
    const size = (data[1] as number) | ((data[2] as number) << 8)
    const packets = data[3] as number
    const key = (source << 8) | destination
    const running = this.#sessions.get(key)
    if (running !== undefined) {
      const late = time - running.heard > silenceOf(running)
      this.#end(key, running, late ? 'tp-timeout' : 'tp-replaced', '', time)
    }
    if (size < MIN_SIZE || size > MAX_SIZE || packets !== Math.ceil(size / 7)) {
      this.#sinks.issue('tp-size', `${size} bytes in ${packets} packets from ${source}`, time)
      return
    }
    if (this.#sessions.size >= MAX_SESSIONS) this.#endOldest(time)
    this.#sessions.set(key, {
      kind,
      pgn,
      source,
      destination,
      data: new Uint8Array(size),
      packets,
      next: 1,
      heard: time,
    })
  }

  /**
   * A CTS travels against the data: it may hold the session, or ask for packets again. One that
   * comes late or names another PGN clears a session whose RTS was not heard, not this one.
   */
  #clear(receiver: number, sender: number, pgn: number, data: Uint8Array, time: Micros): void {
    const key = (sender << 8) | receiver
    const session = this.#sessions.get(key)
    if (session === undefined) return
    if (time - session.heard > silenceOf(session)) {
      this.#end(key, session, 'tp-timeout', '', time)
      return
    }
    if (pgn !== session.pgn) {
      this.#end(key, session, 'tp-replaced', `cleared to send PGN ${pgn}`, time)
      return
    }
    session.heard = time
    if (data[1] === 0) return
    const next = data[2] as number
    if (next >= 1 && next <= session.next) session.next = next
    else this.#end(key, session, 'tp-sequence', `packets before ${next} were not heard`, time)
  }

  #drop(
    source: number,
    destination: number,
    pgn: number,
    code: IssueCode,
    detail: string,
    time: Micros,
  ): void {
    const key = (source << 8) | destination
    const session = this.#sessions.get(key)
    if (session !== undefined && session.pgn === pgn) this.#end(key, session, code, detail, time)
  }

  #end(key: number, session: Session, code: IssueCode, detail: string, time: Micros): void {
    this.#sessions.delete(key)
    const what = `PGN ${session.pgn} from ${session.source}`
    this.#sinks.issue(code, detail === '' ? what : `${what}: ${detail}`, time)
  }

  #endOldest(time: Micros): void {
    let oldest: [number, Session] | undefined
    for (const entry of this.#sessions) {
      if (oldest === undefined || entry[1].heard < oldest[1].heard) oldest = entry
    }
    if (oldest !== undefined) this.#end(oldest[0], oldest[1], 'tp-timeout', '', time)
  }
}

/**
 * Whether the packet heard last came once more, byte for byte. A different one with its number is
 * of another session, whose announcement was not heard.
 */
function isRepeat(session: Session, data: Uint8Array, length: number): boolean {
  const start = (session.next - 2) * 7
  const size = Math.min(7, session.data.length - start)
  if (start < 0 || length < size + 1) return false
  for (let i = 0; i < size; i += 1) if (session.data[start + i] !== data[i + 1]) return false
  return true
}

function silenceOf(session: Session): Micros {
  return session.kind === 'CMDT' ? CMDT_SILENCE : BAM_SILENCE
}
