/**
 * Bytes of a candump recording → frames: cuts them into lines, gives the usual ones to
 * candump-usual.ts, where they are parsed in place, and all others to candump-console.ts, which
 * tells their forms. The format is that of the `candump` and `log2asc` tools of can-utils.
 *
 * A line is a frame only if all of it is; anything else is an issue with its line number. Frames
 * without a time follow one another by 1000 µs, from 0. Time may run backwards, as it does where
 * the clock of the recorder was set: the frame is kept as it is.
 */
import type { CanFrame, FrameSink } from '../../../model/frame.ts'
import type { IssueCode, IssueSink } from '../../../model/issue.ts'
import { type ParsedLine, parseCandumpLine } from './candump-console.ts'
import { UsualLines } from './candump-usual.ts'

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

/** The longest true line, a CAN FD frame on a console, has about 330 characters. */
const MAX_LINE = 1024
const MAX_BUSES = 64
const UNTIMED_STEP = 1000
const UNNAMED_BUS = 'can0'
const DETAIL_LENGTH = 60

export class CandumpParser {
  /** Names of the interfaces; `CanFrame.bus` is an index into them. */
  readonly buses: string[]
  readonly #options: CandumpParserOptions
  readonly #usual: UsualLines
  readonly #frame: CanFrame
  readonly #parsed: ParsedLine = { kind: 'malformed', bus: undefined, time: undefined }
  /** The start of a line whose end is in a later chunk. */
  readonly #line = new Uint8Array(MAX_LINE + 1)
  #filled = 0
  #skipping = false
  #lineNumber = 1
  /** Whether one of the other lines carried a time. */
  #timed = false

  constructor(options: CandumpParserOptions) {
    this.#options = options
    this.buses = options.buses ?? []
    this.#usual = new UsualLines(options.frame)
    this.#frame = this.#usual.frame
    this.#frame.time = -UNTIMED_STEP
    for (const name of this.buses) this.#usual.addBus(name)
  }

  /** Whether any frame so far carried a time. */
  get timed(): boolean {
    return this.#timed || this.#usual.found
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
   * only where a missing rest could not have been data (8 bytes, 64 in FD, the direction after the
   * data, a console line with all of its bytes, a remote frame with its length). To parse one line
   * as such, push it with a LF.
   */
  end(): void {
    const length = this.#filled
    this.#filled = 0
    if (length === 0 || this.#skipping) return
    const text = Buffer.from(this.#line.buffer, 0, length).toString('latin1')
    parseCandumpLine(text, this.#frame, this.#parsed)
    if (this.#parsed.kind === 'nothing') return
    const { fd, length: bytes } = this.#frame
    const announced = text.includes('[') || /#(R\d|\S*\s+[RT])/.test(text)
    const full = this.#parsed.kind === 'frame' && (announced || bytes === (fd ? 64 : 8))
    if (full) this.#deliver(text)
    else this.#report('file-truncated', text)
  }

  /** Whole lines, of which each but the first starts after a LF and the last ends with one. */
  #lines(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    let start = from
    while (start < to) {
      let next = this.#usual.parse(bytes, view, start, to)
      if (next === 0) {
        next = bytes.indexOf(LF, start) + 1
        this.#rare(bytes, start, next - 1)
      }
      start = next
      this.#lineNumber++
    }
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
    this.#frame.time = time ?? this.#frame.time + UNTIMED_STEP
    if (time !== undefined) this.#timed = true
    this.#options.frame(this.#frame)
  }

  #register(name: string): number {
    const known = this.buses.indexOf(name)
    if (known >= 0) return known
    if (this.buses.length === MAX_BUSES || !/^[!-~]{1,32}$/.test(name)) return -1
    this.#usual.addBus(name)
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
    this.#options.issue({ code, at, detail, time: Math.max(this.#frame.time, 0) })
  }
}
