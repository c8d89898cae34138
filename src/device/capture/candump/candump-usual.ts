/**
 * The usual line of `candump -l`, parsed in place. Hot: everything that is no such line is left to
 * candump-console.ts.
 *
 *   (1589326646.006935) can1 18D48025#000F
 *   0                        seconds, 1 to 10 digits, and exactly 6 decimals here
 *   then                     name of an interface that was met before
 *   then                     identifier of 3 or 8 digits, `#`, up to 8 bytes of two digits
 *   then                     nothing, ` R` (received) or ` T` (sent); CR LF or LF
 */
import { type CanFrame, type FrameSink, newFrame } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { hexValues, NOT_HEX } from '../../serial/slcan-parser.ts'

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const HASH = 0x23
const OPEN = 0x28
const CLOSE = 0x29
const DOT = 0x2e
const ZERO = 0x30
const LETTER_R = 0x52
const LETTER_T = 0x54

const MAX_SECONDS = Math.floor(Number.MAX_SAFE_INTEGER / 1_000_000) - 1
/** More than a line can have up to its data: `twin` reads this far without looking for the end. */
const TWIN_ROOM = 64

/** Value of an ASCII digit; `NOT_HEX` for others. */
const decimalValues = new Uint8Array(256).fill(NOT_HEX)
for (let digit = 0; digit < 10; digit++) decimalValues[ZERO + digit] = digit

export class UsualLines {
  /** The one frame that is lent; whoever parses other lines may fill it as well. */
  readonly frame: CanFrame = newFrame()
  /** Whether there was any so far. */
  found = false
  readonly #sink: FrameSink
  readonly #names: Uint8Array[] = []
  #lastBus = 0
  /** How the last usual line began; words of four bytes, -1 where there was none. */
  readonly #lastLine = {
    seconds1: -1,
    seconds2: -1,
    seconds3: -1,
    name1: -1,
    name2: -1,
    name2At: 0,
    time: 0,
    bus: 0,
  }

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Makes an interface known; its index counts from 0. */
  addBus(name: string): void {
    this.#names.push(Buffer.from(name))
  }

  /**
   * Delivers the frame of the line that begins at `start` and returns the index after its LF; 0 if
   * it is no usual line. There must be a LF before `end`, and nothing that matters after it.
   */
  parse(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const next = start < end - TWIN_ROOM ? this.#twin(bytes, view, start) : 0
    return next === 0 ? this.#first(bytes, start) : next
  }

  /**
   * The usual line: delivers its frame and returns the index after its LF, or 0 if it is another.
   * Needs no bound: the region ends with a LF, which is in none of the classes that are passed.
   */
  #first(bytes: Uint8Array, start: number): number {
    let at = start
    if (bytes[at++] !== OPEN) return 0
    let digit = (bytes[at++] as number) - ZERO
    if (digit < 0 || digit > 9) return 0
    let seconds = digit
    for (;;) {
      digit = (bytes[at++] as number) - ZERO
      if (digit < 0 || digit > 9) break
      seconds = seconds * 10 + digit
    }
    if (digit !== DOT - ZERO || at - start > 12 || seconds > MAX_SECONDS) return 0
    let micros = 0
    for (const end = at + 6; at < end; at++) {
      digit = (bytes[at] as number) - ZERO
      if (digit < 0 || digit > 9) return 0
      micros = micros * 10 + digit
    }
    if (bytes[at++] !== CLOSE) return 0
    if (bytes[at++] !== SPACE) return 0

    const nameStart = at
    let byte = bytes[at] as number
    while (byte > SPACE && byte !== HASH) byte = bytes[++at] as number
    if (byte !== SPACE) return 0
    const bus = this.#busOf(bytes, nameStart, at)
    if (bus < 0) return 0

    this.found = true
    this.#remember(bytes, start, nameStart, at, seconds, bus)
    return this.#rest(bytes, at + 1, seconds * 1_000_000 + micros, bus)
  }

  /**
   * A line that begins like the one before, in the same second and on the same interface: whole
   * words are compared instead of digits read. 0 if it is another; then `first` looks at it.
   */
  #twin(bytes: Uint8Array, view: DataView, start: number): number {
    const twin = this.#lastLine
    if (
      view.getUint32(start + 8) !== twin.seconds3 ||
      view.getUint32(start + 4) !== twin.seconds2 ||
      view.getUint32(start) !== twin.seconds1 ||
      view.getUint32(start + 18) !== twin.name1 ||
      view.getUint32(start + twin.name2At) !== twin.name2
    ) {
      return 0
    }
    const d0 = decimalValues[bytes[start + 12] as number] as number
    const d1 = decimalValues[bytes[start + 13] as number] as number
    const d2 = decimalValues[bytes[start + 14] as number] as number
    const d3 = decimalValues[bytes[start + 15] as number] as number
    const d4 = decimalValues[bytes[start + 16] as number] as number
    const d5 = decimalValues[bytes[start + 17] as number] as number
    if ((d0 | d1 | d2 | d3 | d4 | d5) >= NOT_HEX) return 0
    const micros = ((((d0 * 10 + d1) * 10 + d2) * 10 + d3) * 10 + d4) * 10 + d5
    return this.#rest(bytes, start + twin.name2At + 4, twin.time + micros, twin.bus)
  }

  /** Keeps the beginning of a line for `twin`, where its parts have the sizes that it compares. */
  #remember(
    bytes: Uint8Array,
    start: number,
    nameStart: number,
    nameEnd: number,
    seconds: number,
    bus: number,
  ): void {
    const twin = this.#lastLine
    // `(` with ten digits and `.`, six digits, `) `: the name starts at 20; 1 to 5 characters.
    if (nameStart - start !== 20 || nameEnd - nameStart > 5) {
      twin.seconds3 = -1
      return
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    twin.seconds1 = view.getUint32(start)
    twin.seconds2 = view.getUint32(start + 4)
    twin.seconds3 = view.getUint32(start + 8)
    twin.name1 = view.getUint32(start + 18)
    twin.name2At = nameEnd - 3 - start
    twin.name2 = view.getUint32(start + twin.name2At)
    twin.time = seconds * 1_000_000
    twin.bus = bus
  }

  /** The part after the interface: identifier, data, end of line. As `first`. */
  #rest(bytes: Uint8Array, start: number, time: Micros, bus: number): number {
    let at = start
    let id = 0
    let extended = false
    if (bytes[at + 8] === HASH) {
      const i0 = hexValues[bytes[at] as number] as number
      const i1 = hexValues[bytes[at + 1] as number] as number
      const i2 = hexValues[bytes[at + 2] as number] as number
      const i3 = hexValues[bytes[at + 3] as number] as number
      const i4 = hexValues[bytes[at + 4] as number] as number
      const i5 = hexValues[bytes[at + 5] as number] as number
      const i6 = hexValues[bytes[at + 6] as number] as number
      const i7 = hexValues[bytes[at + 7] as number] as number
      // Above 29 bits the first digit would be 2 or more: flags, which are rare.
      if (i0 > 1 || (i1 | i2 | i3 | i4 | i5 | i6 | i7) >= NOT_HEX) return 0
      id =
        (i0 << 28) | (i1 << 24) | (i2 << 20) | (i3 << 16) | (i4 << 12) | (i5 << 8) | (i6 << 4) | i7
      extended = true
      at += 9
    } else if (bytes[at + 3] === HASH) {
      const i0 = hexValues[bytes[at] as number] as number
      const i1 = hexValues[bytes[at + 1] as number] as number
      const i2 = hexValues[bytes[at + 2] as number] as number
      if (i0 > 7 || (i1 | i2) >= NOT_HEX) return 0
      id = (i0 << 8) | (i1 << 4) | i2
      at += 4
    } else return 0

    const frame = this.frame
    const data = frame.data
    let length = 0
    let sent = false
    if (bytes[at + 16] === LF) {
      let seen = 0
      for (; length < 8; length++) {
        const high = hexValues[bytes[at] as number] as number
        const low = hexValues[bytes[at + 1] as number] as number
        seen |= high | low
        data[length] = (high << 4) | low
        at += 2
      }
      if (seen >= NOT_HEX) return 0
    } else {
      let value = hexValues[bytes[at] as number] as number
      while (value < NOT_HEX) {
        const low = hexValues[bytes[at + 1] as number] as number
        if (low === NOT_HEX || length === 8) return 0
        data[length++] = (value << 4) | low
        at += 2
        value = hexValues[bytes[at] as number] as number
      }
      const byte = bytes[at] as number
      if (byte !== LF) {
        if (byte === SPACE && (bytes[at + 1] === LETTER_R || bytes[at + 1] === LETTER_T)) {
          sent = bytes[at + 1] === LETTER_T
          at += 2
        }
        if (bytes[at] === CR) at++
        if (bytes[at] !== LF) return 0
      }
    }

    frame.bus = bus
    frame.id = id
    frame.extended = extended
    frame.remote = false
    frame.error = false
    frame.fd = false
    frame.brs = false
    frame.esi = false
    frame.sent = sent
    frame.length = length
    frame.time = time
    this.#sink(frame)
    return at + 1
  }

  /** Index of a known interface, -1 for one not met before: that one makes the line a rare one. */
  #busOf(bytes: Uint8Array, start: number, end: number): number {
    for (let tried = 0, bus = this.#lastBus; tried < this.#names.length; tried++, bus++) {
      if (bus >= this.#names.length) bus = 0
      const name = this.#names[bus] as Uint8Array
      if (name.length !== end - start) continue
      let same = 0
      while (same < name.length && name[same] === bytes[start + same]) same++
      if (same === name.length) {
        this.#lastBus = bus
        return bus
      }
    }
    return -1
  }
}
