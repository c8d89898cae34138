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
 */
import type { CanFrame } from '../../../model/frame.ts'
import { newFrame } from '../../../model/frame.ts'
import type { IssueCode } from '../../../model/issue.ts'
import type { Micros } from '../../../model/time.ts'
import type { Reader, ReaderOptions } from '../format.ts'
import { IdentifierOrder } from './identifier-order.ts'
import {
  CAN_HEADER,
  canPart,
  fillFrame,
  LINK_CAN,
  type SocketcanPacket,
} from './socketcan-packet.ts'

export const SECTION = 0x0a0d0d0a
const INTERFACE = 1
const SIMPLE_PACKET = 3
const ENHANCED_PACKET = 6
const OPTION_NAME = 2
const OPTION_RESOLUTION = 9
/** No packet and no block of a CAN capture is longer. */
const MAX_BLOCK = 1024 * 1024
const MAX_BUSES = 64
const MAX_WAITING = 1000

interface Packet extends SocketcanPacket {
  from: Interface
  sent: boolean
  time: Micros
}

interface Interface {
  bus: number
  link: number
  /** Units of the time per microsecond; below 1 for coarser ones. */
  perMicro: number
}

export function magicOf(head: Uint8Array): number {
  if (head.length < 4) return 0
  return new DataView(head.buffer, head.byteOffset, head.length).getUint32(0)
}

export const classicMagics = new Map([
  [0xa1b2c3d4, { little: false, perMicro: 1 }],
  [0xd4c3b2a1, { little: true, perMicro: 1 }],
  [0xa1b23c4d, { little: false, perMicro: 1000 }],
  [0x4d3cb2a1, { little: true, perMicro: 1000 }],
])

export class PcapReader implements Reader {
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
  readonly #order = new IdentifierOrder()
  /** Cooked packets that wait until the order of their identifiers is known. */
  #waiting: Packet[] = []

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
    this.#release()
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
    const { sent, isFd } = can
    const packet = { from, view, at, length: size - can.skip, sent, isFd, isSwapped: false, time }
    if (from.link === LINK_CAN) this.#frameOf(packet)
    else this.#cooked(packet)
  }

  #cooked(packet: Packet): void {
    const { view, at, length } = packet
    if (length >= CAN_HEADER) this.#order.learn(view.getUint32(at), view.getUint8(at + 4))
    if (!this.#order.isKnown && this.#waiting.length < MAX_WAITING) {
      const bytes = new Uint8Array(length)
      for (let i = 0; i < length; i += 1) bytes[i] = view.getUint8(at + i)
      this.#waiting.push({ ...packet, view: new DataView(bytes.buffer), at: 0 })
      return
    }
    this.#release()
    this.#frameOf(this.#ordered(packet))
  }

  #ordered(packet: Packet): Packet {
    return { ...packet, isSwapped: this.#order.isSwapped }
  }

  #release(): void {
    for (const packet of this.#waiting) this.#frameOf(this.#ordered(packet))
    this.#waiting = []
  }

  #frameOf(packet: Packet): void {
    const { from, length, sent, time } = packet
    if (!Number.isSafeInteger(time) || !fillFrame(this.#frame, packet)) {
      this.#report('line-malformed', `a CAN packet of ${length} bytes`)
      return
    }
    if (from.bus < 0) from.bus = this.#bus(`can${Math.max(0, this.#interfaces.indexOf(from))}`)
    this.#frame.bus = from.bus
    this.#frame.sent = sent
    this.#frame.time = time
    this.timed = true
    this.#options.frame(this.#frame)
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

function textAt(view: DataView, at: number, size: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + at, size)
  return bytes.toString('latin1').replace(/[^!-~]/g, '') || 'can0'
}
