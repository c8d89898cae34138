/**
 * Packet captures of SocketCAN interfaces (tcpdump, Wireshark), classic pcap and pcapng, both byte
 * orders. Only what carries CAN is read: link type 227, and 113 and 276 (Linux cooked) with CAN.
 *
 * pcap: 24-byte header — magic A1B2C3D4 (µs) or A1B23C4D (ns), version, zone, accuracy, snap length,
 * link type — then per packet 16 bytes (seconds, fraction, bytes kept, bytes on the wire) and the
 * packet.
 *
 * pcapng: blocks of type, total length, body, total length again. Section header 0A0D0D0A carries
 * the byte order (1A2B3C4D); interface description 1 carries link type and, as options, name (2) and
 * time resolution (9: power of ten, or of two with the top bit); enhanced packet 6 carries
 * interface, time in two halves, bytes kept, bytes on the wire; simple packet 3 has no time.
 *
 * A SocketCAN packet, big-endian identifier: 4 bytes identifier with flags (80000000 extended,
 * 40000000 remote, 20000000 error), length, FD flags (1 BRS, 2 ESI, 4 FD), two reserved, data.
 */
import type { CanFrame } from '../../model/frame.ts'
import { newFrame } from '../../model/frame.ts'
import type { IssueCode } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'
import { isFdLength } from './fd-lengths.ts'
import {
  type CaptureOutput,
  countLeft,
  type Reader,
  type ReaderOptions,
  type StreamFormat,
  type Writer,
} from './format.ts'

const LINK_CAN = 227
const LINK_COOKED = 113
const LINK_COOKED_2 = 276
const ETHERTYPES_CAN = new Set([0x000c, 0x000d])
const COOKED_HEADER = 16
const COOKED_2_HEADER = 20

const EXTENDED = 0x80000000
const REMOTE = 0x40000000
const ERROR = 0x20000000
const FD_BRS = 1
const FD_ESI = 2
const FD_FRAME = 4
const CAN_MTU = 16
const CAN_HEADER = 8

const SECTION = 0x0a0d0d0a
const INTERFACE = 1
const SIMPLE_PACKET = 3
const ENHANCED_PACKET = 6
const OPTION_NAME = 2
const OPTION_RESOLUTION = 9
/** No packet and no block of a CAN capture is longer. */
const MAX_BLOCK = 1024 * 1024
const MAX_BUSES = 64

interface Interface {
  bus: number
  link: number
  /** Units of the time per microsecond; below 1 for coarser ones. */
  perMicro: number
}

function magicOf(head: Uint8Array): number {
  if (head.length < 4) return 0
  return new DataView(head.buffer, head.byteOffset, head.length).getUint32(0)
}

const classicMagics = new Map([
  [0xa1b2c3d4, { little: false, perMicro: 1 }],
  [0xd4c3b2a1, { little: true, perMicro: 1 }],
  [0xa1b23c4d, { little: false, perMicro: 1000 }],
  [0x4d3cb2a1, { little: true, perMicro: 1000 }],
])

class PcapReader implements Reader {
  timed = false
  readonly #options: ReaderOptions
  readonly #frame: CanFrame = newFrame()
  #kept = new Uint8Array(0)
  #started = false
  #classic: { little: boolean; perMicro: number } | undefined
  #little = false
  #interfaces: Interface[] = []
  #offset = 0
  #broken = false

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  push(chunk: Uint8Array): void {
    if (this.#broken) return
    const bytes = new Uint8Array(this.#kept.length + chunk.length)
    bytes.set(this.#kept)
    bytes.set(chunk, this.#kept.length)
    let at = 0
    while (!this.#broken) {
      const view = new DataView(bytes.buffer, at, bytes.length - at)
      const taken = this.#next(view)
      if (taken === 0) break
      at += taken
      this.#offset += taken
    }
    this.#kept = this.#broken ? new Uint8Array(0) : bytes.slice(at)
  }

  end(): void {
    if (this.#kept.length > 0) this.#report('file-truncated', 'the last packet is not whole')
  }

  /** Takes one header, packet or block; 0 where more bytes are needed. */
  #next(view: DataView): number {
    if (!this.#started) return this.#start(view)
    return this.#classic === undefined ? this.#block(view) : this.#packet(view, this.#classic)
  }

  #start(view: DataView): number {
    if (view.byteLength < 24) return 0
    this.#started = true
    const magic = view.getUint32(0)
    if (magic === SECTION) return this.#block(view)
    this.#classic = classicMagics.get(magic)
    if (this.#classic === undefined) return this.#break('no packet capture')
    const link = view.getUint32(20, this.#classic.little) & 0xffff
    this.#interfaces = [{ bus: -1, link, perMicro: this.#classic.perMicro }]
    return 24
  }

  #packet(view: DataView, { little, perMicro }: { little: boolean; perMicro: number }): number {
    if (view.byteLength < 16) return 0
    const kept = view.getUint32(8, little)
    if (kept > MAX_BLOCK) return this.#break(`a packet of ${kept} bytes`)
    if (view.byteLength < 16 + kept) return 0
    const time = view.getUint32(0, little) * 1e6 + Math.floor(view.getUint32(4, little) / perMicro)
    this.#deliver(this.#interfaces[0], view, 16, kept, time)
    return 16 + kept
  }

  #block(view: DataView): number {
    if (view.byteLength < 12) return 0
    const isSection = view.getUint32(0) === SECTION
    if (isSection) {
      const order = view.getUint32(8)
      if (order !== 0x1a2b3c4d && order !== 0x4d3c2b1a) return this.#break('no byte order')
      this.#little = order === 0x4d3c2b1a
      this.#interfaces = []
    }
    const little = this.#little
    const length = view.getUint32(4, little)
    if (length < 12 || length > MAX_BLOCK || length % 4 !== 0) {
      return this.#break(`a block of ${length} bytes`)
    }
    if (view.byteLength < length) return 0
    const type = view.getUint32(0, little)
    if (type === INTERFACE && length >= 20) this.#interface(view, length)
    else if (type === ENHANCED_PACKET && length >= 32) this.#enhanced(view, length)
    else if (type === SIMPLE_PACKET && length >= 16) {
      this.#deliver(this.#interfaces[0], view, 12, length - 16, this.#frame.time + 1000)
    }
    return length
  }

  #interface(view: DataView, length: number): void {
    const little = this.#little
    const known: Interface = { bus: -1, link: view.getUint16(8, little), perMicro: 1 }
    for (let at = 16; at + 4 <= length - 4; ) {
      const code = view.getUint16(at, little)
      const size = view.getUint16(at + 2, little)
      if (code === 0 || at + 4 + size > length - 4) break
      if (code === OPTION_NAME) known.bus = this.#bus(textAt(view, at + 4, size))
      if (code === OPTION_RESOLUTION && size >= 1) {
        const unit = view.getUint8(at + 4)
        known.perMicro = (unit & 0x80 ? 2 ** (unit & 0x7f) : 10 ** unit) / 1e6
      }
      at += 4 + size + ((4 - (size % 4)) % 4)
    }
    this.#interfaces.push(known)
  }

  #enhanced(view: DataView, length: number): void {
    const little = this.#little
    const from = this.#interfaces[view.getUint32(8, little)]
    const high = BigInt(view.getUint32(12, little))
    const ticks = (high << 32n) | BigInt(view.getUint32(16, little))
    const perMicro = from?.perMicro ?? 1
    const time =
      perMicro >= 1
        ? Number(ticks / BigInt(Math.round(perMicro)))
        : Math.floor(Number(ticks) / perMicro)
    const kept = view.getUint32(20, little)
    if (kept > length - 32) this.#report('line-malformed', `a packet of ${kept} bytes`)
    else this.#deliver(from, view, 28, kept, time)
  }

  #deliver(
    from: Interface | undefined,
    view: DataView,
    start: number,
    size: number,
    time: Micros,
  ): void {
    const can = from === undefined ? undefined : canPart(view, start, size, from.link)
    if (from === undefined || can === undefined) return
    const at = start + can.skip
    const length = size - can.skip
    if (!Number.isSafeInteger(time) || !this.#fill(view, at, length)) {
      this.#report('line-malformed', `a CAN packet of ${length} bytes`)
      return
    }
    if (from.bus < 0) from.bus = this.#bus(`can${Math.max(0, this.#interfaces.indexOf(from))}`)
    this.#frame.bus = from.bus
    this.#frame.sent = can.sent
    this.#frame.time = time
    this.timed = true
    this.#options.frame(this.#frame)
  }

  /** Whether the packet is a frame; then `#frame` is it. */
  #fill(view: DataView, at: number, size: number): boolean {
    if (size < CAN_HEADER) return false
    const word = view.getUint32(at)
    const length = view.getUint8(at + 4)
    const flags = view.getUint8(at + 5)
    const fd = length > 8 || (flags & FD_FRAME) !== 0 || size > CAN_MTU
    const frame = this.#frame
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

  #bus(name: string): number {
    const { buses } = this.#options
    const known = buses.indexOf(name)
    if (known >= 0) return known
    return buses.length < MAX_BUSES ? buses.push(name) - 1 : 0
  }

  /** What follows cannot be found: where one block ends, the next begins. */
  #break(detail: string): number {
    this.#broken = true
    this.#report('file-truncated', `${detail}; what follows cannot be read`)
    return 0
  }

  #report(code: IssueCode, detail: string): void {
    const at = `${this.#options.at}: byte ${this.#offset}`
    this.#options.issue({ code, at, detail, time: this.#frame.time })
  }
}

/** Where the SocketCAN frame starts within a packet; undefined for packets of something else. */
function canPart(
  view: DataView,
  start: number,
  size: number,
  link: number,
): { skip: number; sent: boolean } | undefined {
  if (link === LINK_CAN) return { skip: 0, sent: false }
  if (link === LINK_COOKED && size >= COOKED_HEADER) {
    const isCan = ETHERTYPES_CAN.has(view.getUint16(start + 14))
    return isCan ? { skip: COOKED_HEADER, sent: view.getUint16(start) === 4 } : undefined
  }
  if (link === LINK_COOKED_2 && size >= COOKED_2_HEADER) {
    const isCan = ETHERTYPES_CAN.has(view.getUint16(start))
    return isCan ? { skip: COOKED_2_HEADER, sent: view.getUint8(start + 10) === 4 } : undefined
  }
  return undefined
}

function textAt(view: DataView, at: number, size: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + at, size)
  return bytes.toString('latin1').replace(/[^!-~]/g, '') || 'can0'
}

/** Classic pcap with microseconds, big-endian, link type 227; it knows no names of buses. */
function write(output: CaptureOutput): Writer {
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

export const pcapFormat: StreamFormat = {
  kind: 'stream',
  name: 'pcap',
  label: 'pcap or pcapng with SocketCAN',
  extensions: ['.pcap', '.pcapng', '.cap'],
  magic: (head) => classicMagics.has(magicOf(head)) || magicOf(head) === SECTION,
  reader: (options) => new PcapReader(options),
  writer: write,
}
