/**
 * Bytes of a text recording → lines → frames: what all text formats have in common. A format gives
 * a parser for one line; this cuts the lines, knows the buses, counts times where the file has
 * none, and turns what is no frame into issues.
 *
 * A line ends with LF, CR LF or CR. A blank line is nothing. The last line may lack its end: it
 * counts only if nothing can be missing from it. Characters are taken as Latin 1, so that every
 * byte is one; a UTF-8 mark at the start is passed over.
 */
import { type CanFrame, newFrame } from '../../../model/frame.ts'
import type { IssueCode } from '../../../model/issue.ts'
import type { Micros } from '../../../model/time.ts'
import type { Reader, ReaderOptions, StreamFormat } from '../format.ts'

/**
 * What a line was: a frame; a frame that could be the start of a longer one, were the line cut;
 * something that belongs to the format and is no frame; or none of the format's lines.
 */
export type LineOutcome = 'frame' | 'open' | 'nothing' | 'malformed'

/** What a line fills in: the frame but for its bus and time, and these two. */
export interface LineTarget {
  readonly frame: CanFrame
  bus: string
  /** Undefined where the format has no times. */
  time: Micros | undefined
}

export interface LineParser {
  /** `text` has no line end, and is not blank. Before it, `into` has the defaults of any frame. */
  line(text: string, into: LineTarget): LineOutcome
}

/** The longest lines that are met are reassembled J1939 messages of 1785 bytes in ASC files. */
const MAX_LINE = 8192
const MAX_BUSES = 64
const UNTIMED_STEP = 1000
const DETAIL_LENGTH = 60
const UTF8_MARK = '\xef\xbb\xbf'
const CR = '\r'
const LF = '\n'

const FIRST_BUS = 'can0'

export class LineReader implements Reader {
  timed = false
  readonly #options: ReaderOptions
  readonly #parser: LineParser
  readonly #target: LineTarget = { frame: newFrame(), bus: FIRST_BUS, time: undefined }
  #time: Micros = -UNTIMED_STEP
  #lineNumber = 0
  /** The start of a line whose end is in a later chunk. */
  #rest = ''
  #skipping = false
  #afterCr = false

  constructor(options: ReaderOptions, parser: LineParser) {
    this.#options = options
    this.#parser = parser
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const text = this.#rest + bytes.toString('latin1')
    let start = this.#afterCr && text.startsWith(LF) ? 1 : 0
    let cr = text.indexOf(CR, start)
    let lf = text.indexOf(LF, start)
    while (cr >= 0 || lf >= 0) {
      const atCr = cr >= 0 && (lf < 0 || cr < lf)
      const end = atCr ? cr : lf
      this.#ended(text.slice(start, end))
      start = atCr && lf === end + 1 ? end + 2 : end + 1
      if (cr >= 0 && cr < start) cr = text.indexOf(CR, start)
      if (lf >= 0 && lf < start) lf = text.indexOf(LF, start)
    }
    this.#afterCr = start === text.length && text.endsWith(CR)
    this.#keep(text.slice(start))
  }

  end(): void {
    const text = this.#rest
    this.#rest = ''
    if (this.#skipping || text.trim() === '') return
    this.#lineNumber++
    const outcome = this.#parse(text)
    if (outcome === 'frame') this.#deliver(text)
    else if (outcome !== 'nothing') this.#report('file-truncated', text)
  }

  #keep(rest: string): void {
    this.#rest = this.#skipping ? '' : rest
    if (rest.length <= MAX_LINE || this.#skipping) return
    this.#lineNumber++
    this.#report('line-too-long', rest)
    this.#rest = ''
    this.#skipping = true
  }

  #ended(text: string): void {
    if (this.#skipping) {
      this.#skipping = false
      return
    }
    this.#lineNumber++
    if (text.length > MAX_LINE) {
      this.#report('line-too-long', text)
      return
    }
    if (text.trim() === '') return
    const outcome = this.#parse(text)
    if (outcome === 'frame' || outcome === 'open') this.#deliver(text)
    else if (outcome === 'malformed') this.#report('line-malformed', text)
  }

  #parse(text: string): LineOutcome {
    const { frame } = this.#target
    frame.id = 0
    frame.length = 0
    frame.extended = false
    frame.remote = false
    frame.error = false
    frame.fd = false
    frame.brs = false
    frame.esi = false
    frame.sent = false
    this.#target.bus = FIRST_BUS
    this.#target.time = undefined
    const marked = this.#lineNumber === 1 && text.startsWith(UTF8_MARK)
    return this.#parser.line(marked ? text.slice(UTF8_MARK.length) : text, this.#target)
  }

  #deliver(text: string): void {
    const { frame, bus, time = this.#time + UNTIMED_STEP } = this.#target
    const index = Number.isSafeInteger(time) ? this.#busOf(bus) : -1
    if (index < 0) {
      this.#report('line-malformed', text)
      return
    }
    this.#time = time
    this.timed ||= this.#target.time !== undefined
    frame.bus = index
    frame.time = this.#time
    this.#options.frame(frame)
  }

  /** More buses than a vehicle has are rubbish: -1. */
  #busOf(name: string): number {
    const { buses } = this.#options
    const known = buses.indexOf(name)
    if (known >= 0) return known
    return buses.length < MAX_BUSES ? buses.push(name) - 1 : -1
  }

  #report(code: IssueCode, line: string): void {
    const text = line.slice(0, DETAIL_LENGTH).replace(/[^\x20-\x7e]/g, '·')
    const detail = `"${text}${line.length > DETAIL_LENGTH ? '…' : ''}"`
    const at = `${this.#options.at}:${this.#lineNumber}`
    this.#options.issue({ code, at, detail, time: Math.max(this.#time, 0) })
  }
}

/** The `reader` of a format whose lines this parser knows. */
export function readerOf(parser: () => LineParser): StreamFormat['reader'] {
  return (options) => new LineReader(options, parser())
}

/** The first bytes of a file as text, without the mark of UTF-8. */
export function headText(head: Uint8Array, length: number): string {
  const text = Buffer.from(head.subarray(0, length + UTF8_MARK.length)).toString('latin1')
  return text.startsWith(UTF8_MARK) ? text.slice(UTF8_MARK.length) : text
}
