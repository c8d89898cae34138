/**
 * One running session of a transport protocol that is heard passively (J1939-21 as public
 * knowledge): what transport.ts and extended-transport.ts share of it. A data packet is a sequence
 * number and seven bytes of the message; the last one may be shorter.
 */
import type { IssueCode } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'

export type TransportKind = 'BAM' | 'BAM_DA' | 'CMDT' | 'ETP'

export interface TransportMessage {
  kind: TransportKind
  pgn: number
  source: number
  destination: number
  data: Uint8Array
}

export interface TransportSinks {
  message(message: TransportMessage, time: Micros): void
  issue(code: IssueCode, detail: string, time: Micros): void
}

/** What an announcement says. */
export interface Announcement extends Omit<TransportMessage, 'data'> {
  /** Bytes of the message. */
  size: number
  packets: number
}

export interface Session extends TransportMessage, Announcement {
  /** Number of the packet that must come next, from 1. */
  next: number
  heard: Micros
}

export const PACKET_BYTES = 7
const BROADCAST_SILENCE: Micros = 750_000
const DESTINATION_SILENCE: Micros = 1_250_000

export function packetsFor(size: number): number {
  return Math.ceil(size / PACKET_BYTES)
}

export function isSilent({ kind, heard }: Session, time: Micros): boolean {
  const isBroadcast = kind === 'BAM' || kind === 'BAM_DA'
  return time - heard > (isBroadcast ? BROADCAST_SILENCE : DESTINATION_SILENCE)
}

/**
 * Whether the packet heard last came once more, byte for byte. A different one with its number is
 * of another session, whose announcement was not heard.
 */
export function isLastPacket(session: Session, data: Uint8Array, length: number): boolean {
  const start = (session.next - 2) * PACKET_BYTES
  const size = Math.min(PACKET_BYTES, session.size - start)
  if (start < 0 || length < size + 1) return false
  for (let i = 0; i < size; i += 1) if (session.data[start + i] !== data[i + 1]) return false
  return true
}

/** Bytes that the packet that must come next has to carry. */
export function nextPacketBytes({ next, size }: Session): number {
  return Math.min(PACKET_BYTES, size - (next - 1) * PACKET_BYTES)
}

/** Puts the packet that must come next where it belongs; `data` of the session is large enough. */
export function store(session: Session, data: Uint8Array, time: Micros): void {
  const start = (session.next - 1) * PACKET_BYTES
  const size = nextPacketBytes(session)
  for (let i = 0; i < size; i += 1) session.data[start + i] = data[i + 1] as number
  session.heard = time
  session.next += 1
}
