/**
 * Bytes of a GVRET adapter → frames and answers (public sources of SavvyCAN and ESP32RET). Hot.
 *
 *   F1 00  time (4, µs)  identifier (4, bit 31: 29 bits)  length | bus << 4  data  0
 *   F1 14  the same for CAN FD, with length and bus in a byte each
 *   F1 06  set-up of two buses: 5 bytes each, flags (bit 0 on, bit 4 listen-only), bit rate (4)
 *   F1 09 DE AD  it is alive · F1 07 (6) device · F1 01 (4) time · F1 0C (1) number of buses
 *
 * Low bytes first. There is no checksum that anybody fills in, so what begins like a frame and has an
 * identifier, a length or a bus that cannot be, or does not end in 0, is none, and the search goes on
 * with the byte after its start.
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
  | { kind: 'device'; build: number }

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

export class GvretParser {
  readonly #options: GvretParserOptions
  readonly #frame = newFrame()
  readonly #bytes = new Uint8Array(CAPACITY)
  readonly #view = new DataView(this.#bytes.buffer)
  #filled = 0
  #noise = 0

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
    const head = fd ? HEAD_FD : HEAD
    if (at + head > this.#filled) return -1
    const view = this.#view
    const raw = view.getUint32(at + 6, true)
    const extended = raw >= EXTENDED
    const id = extended ? raw - EXTENDED : raw
    const packed = this.#bytes[at + 10] as number
    const length = fd ? packed : packed & 0x0f
    const bus = fd ? (this.#bytes[at + 11] as number) : packed >> 4
    if (id > (extended ? MAX_EXTENDED : MAX_STANDARD) || bus > MAX_BUS) return 0
    if (length > (fd ? 64 : 8)) return 0
    const end = at + head + length
    if (end + 1 > this.#filled) return -1
    if (this.#bytes[end] !== 0) return 0
    const frame = this.#frame
    frame.id = id
    frame.extended = extended
    frame.fd = fd
    frame.bus = bus
    frame.length = length
    for (let i = 0; i < length; i++) frame.data[i] = this.#bytes[at + head + i] as number
    frame.time = this.#options.timeOf(view.getUint32(at + 2, true), time)
    this.#options.frame(frame)
    return head + length + 1
  }

  /** False: it only looked like one. */
  #answer(code: number, at: number): boolean {
    const { reply } = this.#options
    if (code === 0x09) {
      if (this.#bytes[at] !== 0xde || this.#bytes[at + 1] !== 0xad) return false
      reply({ kind: 'alive' })
    } else if (code === 0x06) {
      reply({ kind: 'setup', buses: [this.#setup(at), this.#setup(at + 5)] })
    } else if (code === 0x07) reply({ kind: 'device', build: this.#view.getUint16(at, true) })
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
