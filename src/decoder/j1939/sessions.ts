/**
 * The running sessions of a transport protocol (J1939-21 as public knowledge). A session is found
 * by source and destination alone, because a data packet carries no PGN; so a node can run one
 * broadcast and one session per destination at once.
 *
 * A session ends with its message, or with an issue that says why not. The number of sessions and
 * the bytes that they hold are bounded: the one heard longest ago makes room.
 */
import type { IssueCode } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'
import {
  type Announcement,
  isLastPacket,
  isSilent,
  nextPacketBytes,
  type Session,
  store,
  type TransportSinks,
} from './session.ts'

export interface SessionLimits {
  /** Sessions at once. */
  sessions: number
  /** Bytes that all of them may hold; a single one may have all of them. */
  bytes: number
}

/** Unless said otherwise. */
export const defaultLimits: SessionLimits = { sessions: 256, bytes: 4 * 2 ** 20 }

export class Sessions<S extends Session> {
  readonly #sinks: TransportSinks
  readonly #limits: SessionLimits
  readonly #sessions = new Map<number, S>()
  #bytes = 0

  constructor(sinks: TransportSinks, limits: SessionLimits) {
    this.#sinks = sinks
    this.#limits = limits
  }

  get count(): number {
    return this.#sessions.size
  }

  /** Bytes that the sessions hold now. */
  get bytes(): number {
    return this.#bytes
  }

  /** The session that is running, unless its sender has been silent for too long. */
  running(source: number, destination: number, time: Micros): S | undefined {
    const session = this.#sessions.get(keyOf(source, destination))
    if (session === undefined || !isSilent(session, time)) return session
    this.drop(session, 'tp-timeout', '', time)
    return undefined
  }

  /** As `running`, for a data packet: without a session it belongs to nothing, which is reported. */
  receiving(source: number, destination: number, time: Micros): S | undefined {
    const session = this.#sessions.get(keyOf(source, destination))
    if (session !== undefined) return this.running(source, destination, time)
    this.#sinks.issue('tp-orphan', `from ${source} to ${destination}`, time)
    return undefined
  }

  /**
   * An announcement ends what its sender ran before. True where it is that very announcement once
   * more, before any data: then the session just goes on.
   */
  isRepeated(announced: Announcement, time: Micros): boolean {
    const session = this.running(announced.source, announced.destination, time)
    if (session === undefined) return false
    if (session.next === 1 && isSame(session, announced)) {
      session.heard = time
      return true
    }
    this.drop(session, 'tp-replaced', '', time)
    return false
  }

  add(session: S, time: Micros): void {
    if (this.#sessions.size >= this.#limits.sessions) this.#evict(undefined, time)
    this.#sessions.set(keyOf(session.source, session.destination), session)
    this.#bytes += session.data.length
    this.#makeRoom(session, time)
  }

  /** Gives a session more bytes, and keeps those that it has. */
  grow(session: S, bytes: number, time: Micros): void {
    const data = new Uint8Array(bytes)
    data.set(session.data)
    this.#bytes += bytes - session.data.length
    session.data = data
    this.#makeRoom(session, time)
  }

  /**
   * A data packet; `expected` is the sequence number of the one that must come next. The last one
   * once more is nothing new.
   */
  receive(session: S, expected: number, data: Uint8Array, length: number, time: Micros): void {
    const sequence = data[0] as number
    if (sequence === expected - 1 && isLastPacket(session, data, length)) return
    const isShort = length < nextPacketBytes(session) + 1
    if (isShort || sequence !== expected) {
      const found = isShort ? `${length} bytes` : `packet ${sequence}`
      this.drop(session, 'tp-sequence', `${found} instead of packet ${session.next}`, time)
      return
    }
    store(session, data, time)
    if (session.next <= session.packets) return
    this.#remove(session)
    const { kind, pgn, source, destination, data: message } = session
    this.#sinks.message({ kind, pgn, source, destination, data: message }, time)
  }

  /**
   * A CTS travels against the data: it may hold the session (no packets allowed), or ask for
   * packets again. One that names another PGN clears a session whose announcement was not heard,
   * not this one. True when the session goes on from `next`.
   */
  clear(session: S, pgn: number, allowed: number, next: number, time: Micros): boolean {
    if (pgn !== session.pgn) {
      this.drop(session, 'tp-replaced', `cleared to send PGN ${pgn}`, time)
      return false
    }
    session.heard = time
    if (allowed === 0) return false
    if (next < 1 || next > session.next) {
      this.drop(session, 'tp-sequence', `packets before ${next} were not heard`, time)
      return false
    }
    session.next = next
    return true
  }

  /** The end of a session in its receiver's words; what it ends here was not heard whole. */
  acknowledge(sender: number, receiver: number, pgn: number, time: Micros): void {
    this.#dropPgn(sender, receiver, pgn, 'tp-sequence', 'acknowledged, but not heard whole', time)
  }

  /** Either node may abort; the frame does not say whether it sent or received. */
  abort(one: number, other: number, pgn: number, reason: number, time: Micros): void {
    this.#dropPgn(one, other, pgn, 'tp-aborted', `reason ${reason}`, time)
    this.#dropPgn(other, one, pgn, 'tp-aborted', `reason ${reason}`, time)
  }

  drop(session: S, code: IssueCode, detail: string, time: Micros): void {
    this.#remove(session)
    const what = `PGN ${session.pgn} from ${session.source}`
    this.#sinks.issue(code, detail === '' ? what : `${what}: ${detail}`, time)
  }

  /** Ends the sessions whose senders have been silent for too long. */
  sweep(time: Micros): void {
    for (const session of this.#sessions.values()) {
      if (isSilent(session, time)) this.drop(session, 'tp-timeout', '', time)
    }
  }

  /** Ends all sessions: nothing comes any more. */
  end(time: Micros): void {
    this.sweep(time)
    for (const session of this.#sessions.values()) {
      const heard = `${session.next - 1} of ${session.packets} packets`
      this.drop(session, 'tp-unfinished', heard, time)
    }
  }

  #dropPgn(
    source: number,
    destination: number,
    pgn: number,
    code: IssueCode,
    detail: string,
    time: Micros,
  ): void {
    const session = this.#sessions.get(keyOf(source, destination))
    if (session !== undefined && session.pgn === pgn) this.drop(session, code, detail, time)
  }

  #remove(session: S): void {
    this.#sessions.delete(keyOf(session.source, session.destination))
    this.#bytes -= session.data.length
  }

  #makeRoom(spared: S, time: Micros): void {
    while (this.#bytes > this.#limits.bytes && this.#sessions.size > 1) this.#evict(spared, time)
  }

  #evict(spared: S | undefined, time: Micros): void {
    let oldest: S | undefined
    for (const session of this.#sessions.values()) {
      if (session === spared) continue
      if (oldest === undefined || session.heard < oldest.heard) oldest = session
    }
    if (oldest === undefined) return
    this.drop(oldest, isSilent(oldest, time) ? 'tp-timeout' : 'tp-evicted', '', time)
  }
}

function keyOf(source: number, destination: number): number {
  return (source << 8) | destination
}

function isSame(one: Announcement, other: Announcement): boolean {
  const { kind, pgn, size, packets } = other
  return one.kind === kind && one.pgn === pgn && one.size === size && one.packets === packets
}
