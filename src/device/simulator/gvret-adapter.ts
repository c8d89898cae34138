/**
 * A fake GVRET adapter (ESP32RET, M2RET) as a protocol engine over a simulated bus: bytes in by
 * `receive`, out by `write`, time by `advance`. After the public sources of SavvyCAN and ESP32RET.
 *
 * `E7 E7` enters binary mode. Then `F1`, a command byte and what belongs to it, low bytes first:
 * 0 frame to the bus: identifier (4, bit 31: 29 bits), bus, length, data, checksum · 1 time ·
 * 5 set up two buses (4 each: bit rate, bit 31: flags follow, 30 on, 29 listen-only) · 6 how they
 * are set up · 7 device · 8 single wire (1) · 9 are you there · 12 number of buses · 13 further
 * buses · 14 set those up (12) · 20 CAN FD frame to the bus.
 * Frames come as `F1 00`, µs (4), identifier (4), length and in the upper half the bus, data, a zero;
 * CAN FD as `F1 14`, µs (4), identifier (4), length, bus, data, a zero.
 */
import { type CanFrame, frameOf } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { BusModel } from './bus-model.ts'
import { Random } from './random.ts'

export const gvretFaults = {
  split: 'output cut at random places; a rest comes with the next output',
  garbage: 'line noise between frames',
  silent: 'says nothing at all',
} as const

export type GvretFault = keyof typeof gvretFaults

export interface GvretAdapterOptions {
  /** The first bus; the others are silent. */
  model: BusModel
  /** The bytes are lent: what is to be kept must be copied. */
  write: (bytes: Uint8Array) => void
  buses?: number
  faults?: Iterable<GvretFault>
  seed?: number
  build?: number
}

export interface GvretBus {
  isOn: boolean
  isListening: boolean
  bitrate: number
}

const START = 0xf1
const ENTER_BINARY = 0xe7
const CLASSIC = 0
const SET_UP = 5
const FD = 20
const ECHO = 11
const EXTENDED_BIT = 0x8000_0000
const FAULT_EVERY = 10
const KEPT = 1000
/** It was plugged in a while ago. */
const UPTIME: Micros = 5_000_000
/** Bytes that follow a command; for frames, those before the data. */
const argumentBytes = new Map([
  [CLASSIC, 6],
  [4, 1],
  [SET_UP, 8],
  [8, 1],
  [10, 1],
  [ECHO, 6],
  [14, 12],
  [FD, 6],
])

export class GvretAdapter {
  isBinary = false
  readonly faults: Set<GvretFault>
  /** What it put on the bus, oldest first; bounded. */
  readonly transmitted: CanFrame[] = []
  readonly setup: readonly GvretBus[]
  readonly #options: GvretAdapterOptions
  readonly #random: Random
  readonly #sink = (frame: CanFrame) => this.#frame(frame)
  /** A command under way, from its command byte on; undefined between commands. */
  #command: number[] | undefined
  #started: Micros | undefined
  #now: Micros = 0
  #held = Buffer.alloc(0)

  constructor(options: GvretAdapterOptions) {
    this.#options = options
    this.faults = new Set(options.faults)
    this.#random = new Random(options.seed ?? 1)
    // As these boards start: on, and no mere listeners.
    this.setup = Array.from({ length: options.buses ?? 2 }, (_, index) => ({
      isOn: index === 0,
      isListening: false,
      bitrate: 500_000,
    }))
  }

  /** Whether it answers every frame of the bus with the acknowledge bit. */
  get acknowledges(): boolean {
    const bus = this.setup[0]
    return bus?.isOn === true && !bus.isListening
  }

  get isBusy(): boolean {
    return this.isBinary
  }

  /** Bytes from the host at a time. */
  receive(bytes: Uint8Array, time: Micros): void {
    this.advance(time)
    for (const byte of bytes) this.#byte(byte)
  }

  advance(time: Micros): void {
    this.#started ??= time - UPTIME
    this.#now = Math.max(this.#now, time)
    this.#flush()
    this.#options.model.framesUntil(this.#now, this.#sink)
  }

  #byte(byte: number): void {
    if (this.#command === undefined) {
      if (byte === START) this.#command = []
      else if (byte === ENTER_BINARY) this.isBinary = true
      return
    }
    this.#command.push(byte)
    const command = this.#command
    if (command.length < 1 + this.#wanted(command)) return
    this.#command = undefined
    this.#obey(command[0] ?? 0, command.slice(1))
  }

  /** How many bytes belong to the command, as far as it is known. */
  #wanted(command: readonly number[]): number {
    const [code = 0] = command
    const count = argumentBytes.get(code) ?? 0
    if (code !== CLASSIC && code !== FD && code !== ECHO) return count
    if (command.length < 7) return count
    const limit = code === FD ? 64 : 8
    return count + Math.min(command[6] ?? 0, limit) + 1
  }

  #obey(code: number, content: readonly number[]): void {
    if (code === CLASSIC || code === FD) this.#put(code, content)
    else if (code === SET_UP) this.#setUp(content)
    else {
      const answer = this.#answer(code, content)
      if (answer !== undefined) this.#say([START, ...answer])
    }
  }

  #answer(code: number, content: readonly number[]): number[] | undefined {
    switch (code) {
      case 1:
        return [1, ...this.#stamp(this.#now)]
      case 2:
        return [2, 0, 0]
      case 3:
        return [3, ...new Uint8Array(15)]
      case 6:
        return [6, ...this.#parameters(0), ...this.#parameters(1)]
      case 7:
        return [7, ...word(this.#options.build ?? 618, 2), 0x20, 0, 0, 0]
      case 9:
        return [9, 0xde, 0xad]
      case ECHO: {
        const length = content[5] ?? 0
        const bus = (content[4] ?? 0) << 4
        const data = content.slice(6, 6 + length)
        return [
          CLASSIC,
          ...this.#stamp(this.#now),
          ...content.slice(0, 4),
          length | bus,
          ...data,
          0,
        ]
      }
      case 12:
        return [12, this.setup.length]
      case 13:
        return [13, ...new Uint8Array(15)]
    }
    return undefined
  }

  #put(code: number, content: readonly number[]): void {
    const id = wordAt(content, 0)
    const bus = this.setup[content[4] ?? 0]
    const length = Math.min(content[5] ?? 0, code === FD ? 64 : 8)
    const { model } = this.#options
    if (bus === undefined || !bus.isOn || bus.isListening) return
    const frame = frameOf(id % EXTENDED_BIT, content.slice(6, 6 + length), {
      extended: id >= EXTENDED_BIT,
      fd: code === FD,
      bus: content[4] ?? 0,
      time: this.#now,
      sent: true,
    })
    this.transmitted.push(frame)
    if (this.transmitted.length > KEPT) this.transmitted.shift()
    if (bus === this.setup[0] && bus.bitrate === model.bitrate) model.send(frame)
  }

  #setUp(content: readonly number[]): void {
    for (const [index, bus] of this.setup.slice(0, 2).entries()) {
      const value = wordAt(content, 4 * index)
      const hasFlags = value >= EXTENDED_BIT
      bus.isOn = hasFlags ? (value & 0x4000_0000) !== 0 : value !== 0
      bus.isListening = hasFlags && (value & 0x2000_0000) !== 0
      bus.bitrate = Math.min(value & 0xfffff, 1_000_000)
    }
  }

  #parameters(index: number): number[] {
    const bus = this.setup[index] ?? { isOn: false, isListening: false, bitrate: 0 }
    return [(bus.isOn ? 1 : 0) | (bus.isListening ? 0x10 : 0), ...word(bus.bitrate, 4)]
  }

  /** µs since the board started, four bytes. */
  #stamp(time: Micros): number[] {
    return word((time - (this.#started ?? time)) % 2 ** 32, 4)
  }

  #frame(frame: CanFrame): void {
    const [bus] = this.setup
    if (!this.isBinary || bus?.isOn !== true || bus.bitrate !== this.#options.model.bitrate) return
    if (frame.error || frame.remote) return
    const id = frame.id + (frame.extended ? EXTENDED_BIT : 0)
    const stamp = this.#stamp(frame.time)
    const data = frame.data.subarray(0, frame.length)
    const head = frame.fd ? [frame.length, 0] : [frame.length]
    if (this.faults.has('garbage') && this.#random.below(FAULT_EVERY) === 0) this.#noise()
    this.#say([START, frame.fd ? FD : CLASSIC, ...stamp, ...word(id, 4), ...head, ...data, 0])
  }

  /** Bytes that begin nothing. */
  #noise(): void {
    this.#say(Array.from({ length: 1 + this.#random.below(12) }, () => this.#random.below(START)))
  }

  #say(bytes: readonly number[]): void {
    if (this.faults.has('silent')) return
    const whole = Buffer.concat([this.#held, Buffer.from(bytes)])
    const cut = this.faults.has('split') ? this.#random.below(whole.length) : whole.length
    this.#held = whole.subarray(cut)
    if (cut > 0) this.#options.write(whole.subarray(0, cut))
  }

  #flush(): void {
    const held = this.#held
    this.#held = Buffer.alloc(0)
    if (held.length > 0) this.#options.write(held)
  }
}

/** Low byte first. */
function word(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** index) & 0xff)
}

function wordAt(content: readonly number[], at: number): number {
  return [0, 1, 2, 3].reduce((sum, index) => sum + (content[at + index] ?? 0) * 256 ** index, 0)
}
