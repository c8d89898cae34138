/**
 * A SocketCAN packet, bare or inside a Linux cooked one: 4 bytes identifier with flags (80000000
 * extended, 40000000 remote, 20000000 error), length, FD flags (1 BRS, 2 ESI, 4 FD), two reserved,
 * data. The identifier is big-endian; in cooked packets some programs leave it in the order of their
 * machine (identifier-order.ts). A cooked packet says by its protocol whether it is CAN or CAN FD.
 */
import type { CanFrame } from '../../../model/frame.ts'
import { isFdLength } from '../fd-lengths.ts'

export const LINK_CAN = 227
const LINK_COOKED = 113
const LINK_COOKED_2 = 276
const PROTOCOL_CAN = 0x000c
const PROTOCOL_CAN_FD = 0x000d
const COOKED_HEADER = 16
const COOKED_2_HEADER = 20
const OUTGOING = 4

export const EXTENDED = 0x80000000
export const REMOTE = 0x40000000
export const ERROR = 0x20000000
export const FD_BRS = 1
export const FD_ESI = 2
export const FD_FRAME = 4
const CAN_MTU = 16
export const CAN_HEADER = 8

export interface SocketcanPacket {
  view: DataView
  /** Where it starts in the view. */
  at: number
  length: number
  isFd: boolean
  /** The identifier is little-endian. */
  isSwapped: boolean
}

export interface CanPart {
  /** Bytes before the SocketCAN packet. */
  skip: number
  sent: boolean
  isFd: boolean
}

/** Where the SocketCAN frame starts within a packet; undefined for packets of something else. */
export function canPart(
  view: DataView,
  start: number,
  size: number,
  link: number,
): CanPart | undefined {
  if (link === LINK_CAN) return { skip: 0, sent: false, isFd: false }
  if (link === LINK_COOKED && size >= COOKED_HEADER) {
    const isSent = view.getUint16(start) === OUTGOING
    return partOf(view.getUint16(start + 14), COOKED_HEADER, isSent)
  }
  if (link === LINK_COOKED_2 && size >= COOKED_2_HEADER) {
    const isSent = view.getUint8(start + 10) === OUTGOING
    return partOf(view.getUint16(start), COOKED_2_HEADER, isSent)
  }
  return undefined
}

function partOf(protocol: number, skip: number, sent: boolean): CanPart | undefined {
  if (protocol !== PROTOCOL_CAN && protocol !== PROTOCOL_CAN_FD) return undefined
  return { skip, sent, isFd: protocol === PROTOCOL_CAN_FD }
}

/** Whether the packet is a frame; then `frame` is it, but for bus, direction and time. */
export function fillFrame(frame: CanFrame, packet: SocketcanPacket): boolean {
  const { view, at, length: size } = packet
  if (size < CAN_HEADER) return false
  const word = view.getUint32(at, packet.isSwapped)
  const length = view.getUint8(at + 4)
  const flags = view.getUint8(at + 5)
  const fd = packet.isFd || length > 8 || (flags & FD_FRAME) !== 0 || size > CAN_MTU
  frame.extended = (word & EXTENDED) !== 0
  frame.remote = (word & REMOTE) !== 0
  frame.error = (word & ERROR) !== 0
  frame.id = word & 0x1fffffff
  frame.fd = fd
  frame.brs = fd && (flags & FD_BRS) !== 0
  frame.esi = fd && (flags & FD_ESI) !== 0
  if (!frame.extended && !frame.error && frame.id > 0x7ff) return false
  if (!isFdLength(length) || (fd && frame.remote)) return false
  if (!frame.remote && size < CAN_HEADER + length) return false
  frame.length = length
  if (frame.remote) return true
  for (let i = 0; i < length; i += 1) frame.data[i] = view.getUint8(at + CAN_HEADER + i)
  return true
}
