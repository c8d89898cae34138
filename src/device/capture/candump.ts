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

export class CandumpParser {
  /** Names of the interfaces; `CanFrame.bus` is an index into them. */
  readonly buses: string[]
  readonly #busBytes: Uint8Array[] = []
  #lastBus = 0
  readonly #options: CandumpParserOptions
  readonly #frame: CanFrame = newFrame()
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
    let start = from
    while (start < to) {
      let next = this.#usual(bytes, start)
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

    const idStart = ++at
    let id = 0
    let value = hexValues[bytes[at] as number] as number
    while (value < NOT_HEX) {
      id = (id << 4) | value
      value = hexValues[bytes[++at] as number] as number
    }
    const idDigits = at - idStart
    if (bytes[at++] !== HASH) return 0
    // Above 29 bits the first digit would be 2 or more: flags, which are rare.
    if (idDigits === 8 ? id < 0 || id > 0x1fffffff : idDigits !== 3 || id > 0x7ff) return 0

    const frame = this.#frame
    const data = frame.data
    let length = 0
    value = hexValues[bytes[at] as number] as number
    while (value < NOT_HEX) {
      const low = hexValues[bytes[at + 1] as number] as number
      if (low === NOT_HEX || length === 8) return 0
      data[length++] = (value << 4) | low
      at += 2
      value = hexValues[bytes[at] as number] as number
    }
    byte = bytes[at] as number
    if (byte !== LF) {
      if (byte === SPACE && (bytes[at + 1] === LETTER_R || bytes[at + 1] === LETTER_T)) at += 2
      if (bytes[at] === CR) at++
      if (bytes[at] !== LF) return 0
    }

    frame.bus = bus
    frame.id = id
    frame.extended = idDigits === 8
    frame.remote = false
    frame.error = false
    frame.fd = false
    frame.length = length
    frame.time = this.#lastTime = seconds * 1_000_000 + micros
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
