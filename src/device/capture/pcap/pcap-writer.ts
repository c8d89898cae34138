import { type CaptureOutput, countLeft, type Writer } from '../format.ts'
import {
  CAN_HEADER,
  ERROR,
  EXTENDED,
  FD_BRS,
  FD_ESI,
  FD_FRAME,
  LINK_CAN,
  REMOTE,
} from './socketcan-packet.ts'

/** Classic pcap with microseconds, big-endian, link type 227; it knows no names of buses. */
export function writePcap(output: CaptureOutput): Writer {
  const header = new DataView(new ArrayBuffer(24))
  header.setUint32(0, 0xa1b2c3d4)
  header.setUint16(4, 2)
  header.setUint16(6, 4)
  header.setUint32(16, 262_144)
  header.setUint32(20, LINK_CAN)
  output.write(new Uint8Array(header.buffer))
  const left = new Map<string, number>()
  const packet = new DataView(new ArrayBuffer(16 + CAN_HEADER + 64))
  let first: string | undefined
  return {
    left,
    frame(frame, bus) {
      first ??= bus
      if (bus !== first) countLeft(left, 'name of a further bus')
      if (frame.sent) countLeft(left, 'direction')
      const size = CAN_HEADER + (frame.fd ? 64 : 8)
      packet.setUint32(0, Math.floor(frame.time / 1e6))
      packet.setUint32(4, frame.time % 1e6)
      packet.setUint32(8, size)
      packet.setUint32(12, size)
      const flags =
        (frame.extended ? EXTENDED : 0) + (frame.remote ? REMOTE : 0) + (frame.error ? ERROR : 0)
      packet.setUint32(16, frame.id + flags)
      packet.setUint8(20, frame.length)
      const fdFlags = (frame.brs ? FD_BRS : 0) | (frame.esi ? FD_ESI : 0) | FD_FRAME
      packet.setUint8(21, frame.fd ? fdFlags : 0)
      const bytes = new Uint8Array(packet.buffer)
      bytes.fill(0, 24)
      if (!frame.remote) bytes.set(frame.data.subarray(0, frame.length), 24)
      output.write(bytes.subarray(0, 16 + size))
    },
    end: () => undefined,
  }
}
