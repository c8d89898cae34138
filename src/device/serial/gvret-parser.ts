/**
 * Bytes of a GVRET adapter → frames and answers (public sources of SavvyCAN and ESP32RET). Hot.
 *
 *   F1 00  time (4, µs)  identifier (4, bit 31: 29 bits)  length | bus << 4  data  0
 *   F1 14  the same for CAN FD, with length and bus in a byte each
 *   F1 06  set-up of two buses: 5 bytes each, flags (bit 0 on, bit 4 listen-only), bit rate (4)
 *   F1 09 DE AD  it is alive · F1 07 (6) device · F1 01 (4) time · F1 0C (1) number of buses
 *
 * Low bytes first. There is no checksum that anybody fills in, so what begins like a frame is none if
 * it has an identifier, a length or a bus that cannot be, does not end in 0, holds another whole frame
 * where nothing that is known follows it, or has a time that neither ours nor the next frame bears
 * out. The search goes on with the byte after its start.
 */
import { type FrameSink, newFrame } from '../../model/frame.ts'
import type { IssueSink } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'

export interface GvretBusSetup {
  isOn: boolean
  isListenOnly: boolean
  bitrate: number
}

export type GvretReply =
  | { kind: 'alive' }
  | { kind: 'setup'; buses: GvretBusSetup[] }
  | { kind: 'buses'; count: number }

export interface GvretParserOptions {
  at: string
  /** `timeOf` turns the adapter's microseconds into ours. */
  timeOf: (stamp: number, arrival: Micros) => Micros
  frame: FrameSink
  issue: IssueSink
  reply: (reply: GvretReply) => void
}

const START = 0xf1
const CLASSIC = 0x00
const FD = 0x14
/** Bytes of answers after `F1` and their code. */
const answers: ReadonlyMap<number, number> = new Map([
  [0x01, 4],
  [0x06, 10],
  [0x07, 6],
  [0x09, 2],
  [0x0c, 1],
])
const MAX_BUS = 4
const HEAD = 11
const HEAD_FD = 12
/** The longest frame, with room for what is being read. */
const CAPACITY = 4096
const EXTENDED = 0x80000000
const MAX_STANDARD = 0x7ff
const MAX_EXTENDED = 0x1fffffff
const STAMPS = 2 ** 32
/** So much the adapter's clock and ours may differ from one frame to the next. */
const MAX_DRIFT: Micros = 10_000_000

export class GvretParser {
  readonly #options: GvretParserOptions
  readonly #frame = newFrame()
  readonly #bytes = new Uint8Array(CAPACITY)
  readonly #view = new DataView(this.#bytes.buffer)
  #filled = 0
  #noise = 0
  /** Of the last frame, good or not; −1 before the first. */
  #stamp = -1
  #arrival: Micros = 0

  constructor(options: GvretParserOptions) {
    this.#options = options
  }

  push(chunk: Uint8Array, time: Micros): void {
    for (let from = 0; from < chunk.length; ) {
      const room = Math.min(CAPACITY - this.#filled, chunk.length - from)
      this.#bytes.set(chunk.subarray(from, from + room), this.#filled)
      this.#filled += room
      from += room
      this.#consume(time)
    }
  }

  /** Forgets what was half received. */
  reset(): void {
    this.#filled = 0
  }

  #consume(time: Micros): void {
    let at = 0
    while (at < this.#filled) {
      const used = this.#bytes[at] === START ? this.#take(at, time) : 0
      if (used < 0) break
      if (used === 0) this.#noise += 1
      else this.#quiet(time)
      at += Math.max(used, 1)
    }
    this.#bytes.copyWithin(0, at, this.#filled)
    this.#filled -= at
  }

  /** Bytes used: 0 where nothing begins here, −1 where the rest has not come yet. */
  #take(at: number, time: Micros): number {
    if (at + 2 > this.#filled) return -1
    const code = this.#bytes[at + 1] as number
    if (code === CLASSIC || code === FD) return this.#takeFrame(at, code === FD, time)
    const length = answers.get(code)
    if (length === undefined) return 0
    if (at + 2 + length > this.#filled) return -1
    return this.#answer(code, at + 2) ? 2 + length : 0
  }

  #takeFrame(at: number, fd: boolean, time: Micros): number {
    const size = this.#sizeOf(at, fd)
    if (size <= 0) return size
    const torn = this.#tornBy(at, size)
    if (torn !== 0) return torn < 0 ? -1 : 0
    const stamp = this.#view.getUint32(at + 2, true)
    if (!this.#isInTime(stamp, time)) return 0
    this.#deliver(at, fd, this.#options.timeOf(stamp, time))
    return size
  }

  /** All bytes of the frame that begins here, as `#take` tells it. */
  #sizeOf(at: number, fd: boolean): number {
    const head = fd ? HEAD_FD : HEAD
    if (at + head > this.#filled) return -1
    const raw = this.#view.getUint32(at + 6, true)
    const packed = this.#bytes[at + 10] as number
    const length = fd ? packed : packed & 0x0f
    const bus = fd ? (this.#bytes[at + 11] as number) : packed >> 4
    const isId = raw >= EXTENDED ? raw - EXTENDED <= MAX_EXTENDED : raw <= MAX_STANDARD
    if (!isId || bus > MAX_BUS || length > (fd ? 64 : 8)) return 0
    const size = head + length + 1
    if (at + size > this.#filled) return -1
    return this.#bytes[at + size - 1] === 0 ? size : 0
  }

  /**
   * A frame that lost bytes is filled up with those of the next one. Above 0: another frame begins
   * within it; −1: that is not known yet.
   */
  #tornBy(at: number, size: number): number {
    const end = at + size
    if (end < this.#filled && this.#bytes[end] === START) return 0
    for (let i = at + 2; i < end - 1; i++) {
      if (this.#bytes[i] !== START) continue
      const code = this.#bytes[i + 1]
      if (code !== CLASSIC && code !== FD) continue
      const inner = this.#sizeOf(i, code === FD)
      if (inner !== 0) return inner
    }
    return 0
  }

  /** A jump is believed if the next frame bears it out: the adapter has started anew. */
  #isInTime(stamp: number, arrival: Micros): boolean {
    const isFirst = this.#stamp < 0
    const drift = (stamp - this.#stamp - (arrival - this.#arrival)) % STAMPS
    this.#stamp = stamp
    this.#arrival = arrival
    const late = drift < 0 ? drift + STAMPS : drift
    return isFirst || late <= MAX_DRIFT || late >= STAMPS - MAX_DRIFT
  }

  #deliver(at: number, fd: boolean, time: Micros): void {
    const raw = this.#view.getUint32(at + 6, true)
    const head = fd ? HEAD_FD : HEAD
    const packed = this.#bytes[at + 10] as number
    const length = fd ? packed : packed & 0x0f
    const frame = this.#frame
    frame.extended = raw >= EXTENDED
    frame.id = frame.extended ? raw - EXTENDED : raw
    frame.fd = fd
    frame.bus = fd ? (this.#bytes[at + 11] as number) : packed >> 4
    frame.length = length
    for (let i = 0; i < length; i++) frame.data[i] = this.#bytes[at + head + i] as number
    frame.time = time
    this.#options.frame(frame)
  }

  /** False: it only looked like one. */
  #answer(code: number, at: number): boolean {
    const { reply } = this.#options
    if (code === 0x09) {
      if (this.#bytes[at] !== 0xde || this.#bytes[at + 1] !== 0xad) return false
      reply({ kind: 'alive' })
    } else if (code === 0x06) {
      reply({ kind: 'setup', buses: [this.#setup(at), this.#setup(at + 5)] })
    } else if (code === 0x0c) reply({ kind: 'buses', count: this.#bytes[at] as number })
    return true
  }

  #setup(at: number): GvretBusSetup {
    const flags = this.#bytes[at] as number
    const bitrate = this.#view.getUint32(at + 1, true)
    return { isOn: (flags & 0x01) !== 0, isListenOnly: (flags & 0x10) !== 0, bitrate }
  }

  /** After noise, with the next thing that is known: how much of it there was. */
  #quiet(time: Micros): void {
    if (this.#noise === 0) return
    const detail = `${this.#noise} bytes that belong to nothing`
    this.#noise = 0
    this.#options.issue({ code: 'line-malformed', at: this.#options.at, detail, time })
  }
}
