/**
 * The frames that leave: an ISO-TP single frame (ISO 15765-2: length, message, padding), flow control
 * that lets the sender of our answer go on, and a J1939 request (J1939-21: PGN 59904, three bytes).
 * Nothing else is ever built.
 */
import type { BusRequest } from '../../model/bus-request.ts'
import type { CanAddress } from '../../model/profile.ts'
import type { OutgoingFrame } from '../../model/transmit.ts'

const LENGTH = 8
/** What unused bytes are filled with: neither all ones nor zeros, so no stuff bits are wasted. */
const PADDING = 0xaa
const CLEAR_TO_SEND = 0x30
const REQUEST_PRIORITY = 6
const REQUEST_FORMAT = 0xea

/** The address of an off-board service tool (J1939-81). */
export const OUR_ADDRESS = 0xf9

export function requestFrame(request: BusRequest): OutgoingFrame {
  const { kind, to, data } = request
  if (kind === 'pgn') {
    const id = REQUEST_PRIORITY * 2 ** 26 + REQUEST_FORMAT * 2 ** 16 + to.id * 2 ** 8 + OUR_ADDRESS
    return { id, extended: true, data: Uint8Array.from(data) }
  }
  const bytes = new Uint8Array(LENGTH).fill(PADDING)
  bytes[0] = data.length
  bytes.set(data, 1)
  return { id: to.id, extended: to.extended, data: bytes, payload: Uint8Array.from(data) }
}

/** Block size 0, no separation time: the whole rest at once. */
export function flowControlFrame({ id, extended }: CanAddress): OutgoingFrame {
  const data = new Uint8Array(LENGTH).fill(PADDING)
  data.set([CLEAR_TO_SEND, 0, 0])
  return { id, extended, data }
}
