/**
 * Bytes of a candump recording → frames. Hot: the usual line of `candump -l` is parsed in place in
 * the chunk that was read; every other line goes to candump-console.ts, which tells their forms.
 * The format is that of the `candump` and `log2asc` tools of can-utils.
 *
 *   (1589326646.006935) can1 18D48025#000F
 *   0                        seconds, 1 to 10 digits, and exactly 6 decimals here
 *   then                     interface name
 *   then                     identifier of 3 or 8 digits, `#`, up to 8 bytes of two digits
 *   then                     nothing, ` R` (received) or ` T` (sent); CR LF or LF
 *
 * A line is a frame only if all of it is; anything else is an issue with its line number. Frames
 * without a time follow one another by 1000 µs, from 0. Time may run backwards, as it does where
 * the clock of the recorder was set: the frame is kept as it is.
 */
import { type CanFrame, type FrameSink, newFrame } from '../../model/frame.ts'
import type { IssueCode, IssueSink } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'
import { hexValues, NOT_HEX } from '../serial/slcan-parser.ts'
import { type ParsedLine, parseCandumpLine } from './candump-console.ts'

export interface CandumpParserOptions {
  /** The file, for issues. */
  at: string
  frame: FrameSink
  issue: IssueSink
  /** Names that are known already, with their indices; grows as interfaces appear. */
  buses?: string[]
}

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

/** The longest true line, a CAN FD frame on a console, has about 330 characters. */
const MAX_LINE = 1024
const MAX_BUSES = 64
const MAX_SECONDS = Math.floor(Number.MAX_SAFE_INTEGER / 1_000_000) - 1
const UNTIMED_STEP = 1000
const UNNAMED_BUS = 'can0'
const DETAIL_LENGTH = 60
/** More than a line can have up to its data: `twin` reads this far without looking for the end. */
const TWIN_ROOM = 64

/** Value of an ASCII digit; `NOT_HEX` for others. */
const decimalValues = new Uint8Array(256).fill(NOT_HEX)
for (let digit = 0; digit < 10; digit++) decimalValues[ZERO + digit] = digit

export class CandumpParser {
  /** Names of the interfaces; `CanFrame.bus` is an index into them. */
  readonly buses: string[]
  readonly #busBytes: Uint8Array[] = []
  #lastBus = 0
  readonly #options: CandumpParserOptions
  readonly #frame: CanFrame = newFrame()
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
  readonly #parsed: ParsedLine = { kind: 'malformed', bus: undefined, time: undefined }
  /** The start of a line whose end is in a later chunk. */
  readonly #line = new Uint8Array(MAX_LINE + 1)
  #filled = 0
  #skipping = false
  #lineNumber = 1
  #lastTime = -UNTIMED_STEP
  #timed = false

  constructor(options: CandumpParserOptions) {
    this.#options = options
    this.buses = options.buses ?? []
    for (const name of this.buses) this.#busBytes.push(Buffer.from(name))
  }

  /** Whether any frame so far carried a time. */
  get timed(): boolean {
    return this.#timed
  }

  push(chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(LF) + 1
    if (end === 0) {
      this.#keep(chunk, 0, chunk.length)
      return
    }
    let start = 0
    if (this.#filled > 0 || this.#skipping) {
      start = chunk.indexOf(LF) + 1
      this.#keep(chunk, 0, start)
      this.#flush()
    }
    this.#lines(chunk, start, end)
    this.#keep(chunk, end, chunk.length)
  }

  /**
   * The end of the file. candump ends every line, so a last line without an end was cut: it counts
   * only where a missing rest could not have been data (8 bytes, 64 in FD, something after the data,
   * a console line with all of its bytes, a remote frame with its length). To parse one line as such,
   * push it with a LF.
   */
  end(): void {
    const length = this.#filled
    this.#filled = 0
    if (length === 0 || this.#skipping) return
    const text = Buffer.from(this.#line.buffer, 0, length).toString('latin1')
    parseCandumpLine(text, this.#frame, this.#parsed)
    if (this.#parsed.kind === 'nothing') return
    const { fd, length: bytes } = this.#frame
    const announced = text.includes('[') || /#(R\d|\S*\s)/.test(text)
    const full = this.#parsed.kind === 'frame' && (announced || bytes === (fd ? 64 : 8))
    if (full) this.#deliver(text)
    else this.#report('file-truncated', text)
  }

  /** Whole lines, of which each but the first starts after a LF and the last ends with one. */
  #lines(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const lastTwin = to - TWIN_ROOM
    let start = from
    while (start < to) {
      let next = start < lastTwin ? this.#twin(bytes, view, start) : 0
      if (next === 0) next = this.#usual(bytes, start)
      if (next === 0) {
        next = bytes.indexOf(LF, start) + 1
        this.#rare(bytes, start, next - 1)
      }
      start = next
      this.#lineNumber++
    }
  }

  /**
   * The usual line: delivers its frame and returns the index after its LF, or 0 if it is another.
   * Needs no bound: the region ends with a LF, which is in none of the classes that are passed.
   */
  #usual(bytes: Uint8Array, start: number): number {
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

    this.#remember(bytes, start, nameStart, at, seconds, bus)
    return this.#rest(bytes, at + 1, seconds * 1_000_000 + micros, bus)
  }

  /**
   * A line that begins like the one before, in the same second and on the same interface: whole
   * words are compared instead of digits read. 0 if it is another; then `usual` looks at it.
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

  /** The part after the interface: identifier, data, end of line. As `usual`. */
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

    const frame = this.#frame
    const data = frame.data
    let length = 0
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
        if (byte === SPACE && (bytes[at + 1] === LETTER_R || bytes[at + 1] === LETTER_T)) at += 2
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
    frame.length = length
    frame.time = this.#lastTime = time
    this.#timed = true
    this.#options.frame(frame)
    return at + 1
  }

  /** Index of a known interface, -1 for one not met before: that one makes the line a rare one. */
  #busOf(bytes: Uint8Array, start: number, end: number): number {
    for (let tried = 0, bus = this.#lastBus; tried < this.#busBytes.length; tried++, bus++) {
      if (bus >= this.#busBytes.length) bus = 0
      const name = this.#busBytes[bus] as Uint8Array
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

  #rare(bytes: Uint8Array, start: number, lineEnd: number): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd
    const shownEnd = Math.min(end, start + MAX_LINE)
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, shownEnd - start)
    const line = text.toString('latin1')
    if (end > shownEnd) {
      this.#report('line-too-long', line)
      return
    }
    parseCandumpLine(line, this.#frame, this.#parsed)
    if (this.#parsed.kind === 'frame') this.#deliver(line)
    else if (this.#parsed.kind === 'overflow') this.#report('adapter-overflow', line)
    else if (this.#parsed.kind === 'malformed') this.#report('line-malformed', line)
  }

  /** Hands on the frame that was parsed from a rare line. */
  #deliver(line: string): void {
    const { bus = UNNAMED_BUS, time } = this.#parsed
    const index = this.#register(bus)
    if (index < 0) {
      this.#report('line-malformed', line)
      return
    }
    this.#frame.bus = index
    this.#lastTime = time ?? this.#lastTime + UNTIMED_STEP
    this.#frame.time = this.#lastTime
    if (time !== undefined) this.#timed = true
    this.#options.frame(this.#frame)
  }

  #register(name: string): number {
    const known = this.buses.indexOf(name)
    if (known >= 0) return known
    if (this.buses.length === MAX_BUSES || !/^[!-~]{1,32}$/.test(name)) return -1
    this.#busBytes.push(Buffer.from(name))
    return this.buses.push(name) - 1
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    if (this.#skipping) return
    if (this.#filled + end - start > this.#line.length) {
      const room = this.#line.length - this.#filled
      this.#line.set(chunk.subarray(start, start + room), this.#filled)
      this.#report('line-too-long', Buffer.from(this.#line).toString('latin1'))
      this.#filled = 0
      this.#skipping = true
      return
    }
    this.#line.set(chunk.subarray(start, end), this.#filled)
    this.#filled += end - start
  }

  /** Parses the kept line, which has its LF by now. */
  #flush(): void {
    const end = this.#filled
    this.#filled = 0
    if (this.#skipping) this.#lineNumber++
    else this.#lines(this.#line, 0, end)
    this.#skipping = false
  }

  #report(code: IssueCode, line: string): void {
    const text = line.slice(0, DETAIL_LENGTH).replace(/[^\x20-\x7e]/g, '·')
    const detail = `"${text}${line.length > DETAIL_LENGTH ? '…' : ''}"`
    const at = `${this.#options.at}:${this.#lineNumber}`
    this.#options.issue({ code, at, detail, time: Math.max(this.#lastTime, 0) })
  }
}
