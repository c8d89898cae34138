/**
 * One CAN frame as it was on the wire.
 *
 * Hot: a source fills one object again and again and hands it to its sink, which must be done with
 * it when it returns and copies what it wants to keep. Only `data[0 .. length-1]` is the frame's.
 */
import type { Micros } from './time.ts'

export interface CanFrame {
  /** Index into the source's list of bus names (`can0`, …). */
  bus: number
  /** 11 or 29 bits, without flag bits. */
  id: number
  extended: boolean
  /** A remote frame asks for data and carries none; `length` is what it asks for. */
  remote: boolean
  /** An error frame is the controller's report, not traffic: no decoder looks inside. */
  error: boolean
  fd: boolean
  /** CAN FD: the data part was sent at the higher bit rate. */
  brs: boolean
  /** CAN FD: the sender is error-passive. */
  esi: boolean
  /** Sent by whoever recorded it, as far as the recording says. */
  sent: boolean
  length: number
  data: Uint8Array
  time: Micros
}

export type FrameSink = (frame: CanFrame) => void

export const MAX_FRAME_DATA = 64

export function newFrame(): CanFrame {
  return {
    bus: 0,
    id: 0,
    extended: false,
    remote: false,
    error: false,
    fd: false,
    brs: false,
    esi: false,
    sent: false,
    length: 0,
    data: new Uint8Array(MAX_FRAME_DATA),
    time: 0,
  }
}

/** Builds a frame that may be kept; for simulators and tests, not for the hot path. */
export function frameOf(
  id: number,
  data: ArrayLike<number>,
  options: Partial<Omit<CanFrame, 'id' | 'data' | 'length'>> = {},
): CanFrame {
  const frame = newFrame()
  frame.id = id
  frame.extended = id > 0x7ff
  frame.length = data.length
  frame.data.set(data)
  return Object.assign(frame, options)
}
