/**
 * Objects of Vector BLF files, as public readers of the format have them. All little-endian.
 *
 *    0  4  `LOBJ`
 *    4  2  bytes of this header: 16 for containers, 32, or 40
 *    6  2  version of the header: 1, 2
 *    8  4  bytes of the object with its header; objects are followed by up to 3 bytes of padding
 *   12  4  type
 *   16  4  flags: 1 times in units of 10 µs, 2 of 1 ns
 *   24  8  time since the start of the recording
 *   ..     after the header, by type:
 *
 *     1  CAN message     0 channel (2), 2 flags (1), 3 data length code (1), 4 identifier (4),
 *    86  CAN message 2   8 data (8); 86 goes on. Flags: 1 sent, 2 to be sent, 128 remote
 *     2  CAN error       0 channel (2)
 *    73  CAN error, ext  0 channel (2), 12 data length code (1), 16 identifier (4), 24 data (8)
 *   100  CAN FD message  0 channel (2), 2 flags (1), 3 data length code (1), 4 identifier (4),
 *                        13 FD flags (1): 1 FD, 2 BRS, 4 ESI; 14 bytes of data (1), 20 data (64)
 *   101  CAN FD 64       0 channel (1), 1 data length code (1), 2 bytes of data (1), 4 identifier
 *                        (4), 12 flags (4): 10 remote, 1000 FD, 2000 BRS, 4000 ESI (hexadecimal),
 *                        34 direction (1), 40 data
 *   104  CAN FD error    0 channel (1), 12 identifier (4)
 *
 * Channels count from 1, which is the bus `can0`. The top bit of an identifier: extended.
 */
import { type CanFrame, MAX_FRAME_DATA } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import type { ChannelBuses } from '../bus-channels.ts'
import { isFdLength, lengthOfCode } from '../fd-lengths.ts'

export const objectTypes = {
  message: 1,
  error: 2,
  container: 10,
  errorExt: 73,
  message2: 86,
  fdMessage: 100,
  fdMessage64: 101,
  fdError64: 104,
} as const

export const BASE_BYTES = 16
export const HEADER_BYTES = 32
export const EXTENDED = 0x80000000
export const FLAG_TEN_MICROS = 1
export const FLAG_NANOS = 2
export const REMOTE = 0x80
export const fdFlags = { fd: 1, brs: 2, esi: 4 } as const
export const fd64Flags = { remote: 0x10, fd: 0x1000, brs: 0x2000, esi: 0x4000 } as const
const MAX_STANDARD = 0x7ff
const DIRECTION = 0x0f
const TIME = 24

/** Where the parts of an object of a type are, after its header. */
interface Shape {
  /** Bytes without data of variable length. */
  bytes: number
  channelBytes: 1 | 2
  id: number
  fill(frame: CanFrame, view: DataView, body: number, end: number): boolean
}

/** Types of traffic on other buses that are counted, not read. */
export const otherBuses: ReadonlyMap<number, string> = new Map([
  [11, 'LIN'],
  [57, 'LIN'],
  [22, 'MOST'],
  [29, 'FlexRay'],
  [41, 'FlexRay'],
  [50, 'FlexRay'],
  [66, 'FlexRay'],
  [71, 'Ethernet'],
  [120, 'Ethernet'],
])

const classic: Shape = {
  bytes: 16,
  channelBytes: 2,
  id: 4,
  fill(frame, view, body) {
    const flags = view.getUint8(body + 2)
    frame.remote = (flags & REMOTE) !== 0
    frame.sent = (flags & DIRECTION) !== 0
    return take(frame, view, body + 8, Math.min(view.getUint8(body + 3), 8))
  },
}

const shapes: ReadonlyMap<number, Shape> = new Map<number, Shape>([
  [objectTypes.message, classic],
  [objectTypes.message2, classic],
  [objectTypes.error, { bytes: 2, channelBytes: 2, id: -1, fill: asError }],
  [objectTypes.fdError64, { bytes: 16, channelBytes: 1, id: 12, fill: asError }],
  [
    objectTypes.errorExt,
    {
      bytes: 32,
      channelBytes: 2,
      id: 16,
      fill(frame, view, body) {
        frame.error = true
        return take(frame, view, body + 24, Math.min(view.getUint8(body + 12), 8))
      },
    },
  ],
  [
    objectTypes.fdMessage,
    {
      bytes: 20,
      channelBytes: 2,
      id: 4,
      fill(frame, view, body, end) {
        const flags = view.getUint8(body + 2)
        const fd = view.getUint8(body + 13)
        frame.remote = (flags & REMOTE) !== 0
        frame.sent = (flags & DIRECTION) !== 0
        frame.fd = (fd & fdFlags.fd) !== 0
        frame.brs = frame.fd && (fd & fdFlags.brs) !== 0
        frame.esi = frame.fd && (fd & fdFlags.esi) !== 0
        const length = fdLength(frame, view.getUint8(body + 3), view.getUint8(body + 14))
        return body + 20 + carried(frame, length) <= end && take(frame, view, body + 20, length)
      },
    },
  ],
  [
    objectTypes.fdMessage64,
    {
      bytes: 40,
      channelBytes: 1,
      id: 4,
      fill(frame, view, body, end) {
        const flags = view.getUint32(body + 12, true)
        frame.remote = (flags & fd64Flags.remote) !== 0
        frame.sent = view.getUint8(body + 34) !== 0
        frame.fd = (flags & fd64Flags.fd) !== 0
        frame.brs = frame.fd && (flags & fd64Flags.brs) !== 0
        frame.esi = frame.fd && (flags & fd64Flags.esi) !== 0
        const length = fdLength(frame, view.getUint8(body + 1), view.getUint8(body + 2))
        return body + 40 + carried(frame, length) <= end && take(frame, view, body + 40, length)
      },
    },
  ],
])

/** Whether objects of the type are frames. */
export function isFrame(type: number): boolean {
  return shapes.has(type)
}

/**
 * Fills the frame from an object that is whole, from `at` to `end`; false if it cannot be one. Hot.
 * `start` is the start of the recording.
 */
export function fillFrame(
  frame: CanFrame,
  view: DataView,
  { at, end, type }: { at: number; end: number; type: number },
  { start, buses }: { start: Micros; buses: ChannelBuses },
): boolean {
  const shape = shapes.get(type)
  const body = at + view.getUint16(at + 4, true)
  if (shape === undefined || body < at + HEADER_BYTES || body + shape.bytes > end) return false
  const time = start + timeAt(view, at)
  if (!Number.isSafeInteger(time)) return false
  const id = shape.id < 0 ? 0 : view.getUint32(body + shape.id, true)
  frame.time = time
  frame.id = id & 0x1fffffff
  // Not every writer sets the bit; in 11 bits such an identifier cannot be.
  frame.extended = id >= EXTENDED || frame.id > MAX_STANDARD
  frame.remote = false
  frame.error = false
  frame.fd = false
  frame.brs = false
  frame.esi = false
  frame.sent = false
  frame.length = 0
  if (!shape.fill(frame, view, body, end)) return false
  const channel = shape.channelBytes === 1 ? view.getUint8(body) : view.getUint16(body, true)
  const bus = buses.bus(Math.max(channel, 1))
  frame.bus = bus ?? 0
  return bus !== undefined
}

function timeAt(view: DataView, at: number): Micros {
  const isTens = (view.getUint32(at + 16, true) & 3) === FLAG_TEN_MICROS
  const high = view.getUint32(at + TIME + 4, true)
  const low = view.getUint32(at + TIME, true)
  // A double holds 104 days in nanoseconds.
  if (high >= 0x200000 && !isTens) {
    return Number((view.getBigUint64(at + TIME, true) + 500n) / 1000n)
  }
  const units = high * 0x100000000 + low
  return isTens ? units * 10 : Math.round(units / 1000)
}

function asError(frame: CanFrame): boolean {
  frame.error = true
  return true
}

/** By the data length code, unless fewer bytes were recorded; more than 64 if it cannot be. */
function fdLength(frame: CanFrame, code: number, recorded: number): number {
  const length = lengthOfCode(code) ?? MAX_FRAME_DATA + 1
  if (length > MAX_FRAME_DATA) return length
  const most = frame.fd ? length : Math.min(length, 8)
  return frame.remote ? most : Math.min(most, recorded)
}

function carried(frame: CanFrame, length: number): number {
  return frame.remote ? 0 : length
}

function take(frame: CanFrame, view: DataView, at: number, length: number): boolean {
  if (!isFdLength(length)) return false
  frame.length = length
  if (frame.remote) return !frame.fd
  for (let i = 0; i < length; i += 1) frame.data[i] = view.getUint8(at + i)
  return true
}
