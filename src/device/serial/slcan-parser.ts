/**
 * Bytes of a serial CAN adapter → frames: the ASCII protocol of the Lawicel CAN232 and CANUSB
 * manuals, known as SLCAN, with the dialects of CANDapter and CANable. Hot.
 *
 * A line ends with CR; a LF after it, or in its place, is tolerated. Digits are hexadecimal in
 * either case. Offsets within a line:
 *
 *   0        type
 *              t  11 bit        T, x  29 bit               (x: CANDapter)
 *              r  11 bit remote    R  29 bit remote
 *              d  11 bit FD        D  29 bit FD
 *              b  11 bit FD, BRS   B  29 bit FD, BRS
 *   1        identifier: 3 digits up to 7FF, or 8 digits up to 1FFFFFFF
 *   4 | 9    length code: 0 to 8; in FD also 9 … F for 12, 16, 20, 24, 32, 48 and 64 bytes
 *   5 | 10   data, two digits a byte; none in a remote frame
 *   then     nothing, or a time stamp of 4 digits: ms of the adapter's minute, 0 to 59999 (EA5F)
 *
 * Answers: an empty line is an accepted command · BEL (07), which ends whatever it interrupts, a
 * refused one · `z`, `Z` a frame handed to the bus; some firmware glues them in front of the next
 * line · `Vhhss` or a text: version · `Nxxxx`: serial number · `Fhh`: status flags.
 *
 * A line of any other length or character is an issue and never a frame. A time stamp above 59999
 * leaves the frame alone and counts as none.
 */
import { type CanFrame, type FrameSink, newFrame } from '../../model/frame.ts'
import type { IssueCode, IssueSink } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'

export type SlcanReply =
  | { kind: 'ack' }
  | { kind: 'refused' }
  | { kind: 'sent' }
  | { kind: 'version'; text: string }
  | { kind: 'serial'; text: string }
  | { kind: 'status'; flags: number }

export interface SlcanParserOptions {
  /** The port or file, for issues. */
  at: string
  frame: FrameSink
  issue: IssueSink
  reply?: (reply: SlcanReply) => void
}

/** Value of an ASCII hex digit; `NOT_HEX`, which no digit's bits can add up to, for others. */
export const hexValues = new Uint8Array(256).fill(0x80)
export const NOT_HEX = 0x80
for (let value = 0; value < 16; value++) {
  hexValues[value.toString(16).charCodeAt(0)] = value
  hexValues[value.toString(16).toUpperCase().charCodeAt(0)] = value
}

/** Data bytes by length code. */
const fdLengths = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64)

/** The flags of a type byte, 0 for bytes that are no type of a frame. */
const FRAME = 1
const EXTENDED = 2
const REMOTE = 4
const FD = 8
const BRS = 16
const types = new Uint8Array(256)
for (const [letters, flags] of [
  ['t', FRAME],
  ['Tx', FRAME | EXTENDED],
  ['r', FRAME | REMOTE],
  ['R', FRAME | EXTENDED | REMOTE],
  ['d', FRAME | FD],
  ['D', FRAME | EXTENDED | FD],
  ['b', FRAME | FD | BRS],
  ['B', FRAME | EXTENDED | FD | BRS],
] as const) {
  for (const letter of letters) types[letter.charCodeAt(0)] = flags
}

const BEL = 0x07
const LF = 0x0a
const CR = 0x0d
const SENT = 0x7a
const SENT_EXTENDED = 0x5a

/** The longest frame has 142 characters; version texts of some firmware are longer. */
const MAX_LINE = 256
const STAMP_DIGITS = 4
const STAMP_WRAP = 60_000
const DETAIL_LENGTH = 48

const ack: SlcanReply = { kind: 'ack' }
const refused: SlcanReply = { kind: 'refused' }
const sent: SlcanReply = { kind: 'sent' }

export class SlcanParser {
  readonly #options: SlcanParserOptions
  readonly #frame: CanFrame = newFrame()
  /** The start of a line whose end is in a later chunk. */
  readonly #line = new Uint8Array(MAX_LINE)
  #filled = 0
  #skipping = false
  #timestamp = -1

  constructor(options: SlcanParserOptions) {
    this.#options = options
  }

  /** ms of the newest frame's adapter time stamp (0 to 59999), -1 if it had none. */
  get lastTimestamp(): number {
    return this.#timestamp
  }

  /** `time` is when the chunk came in: the time of every frame that ends in it. */
  push(chunk: Uint8Array, time: Micros): void {
    const length = chunk.length
    let start = 0
    for (let at = 0; at < length; at++) {
      const byte = chunk[at] as number
      if (byte > CR || (byte !== CR && byte !== LF && byte !== BEL)) continue
      if (this.#filled === 0 && !this.#skipping) this.#finish(chunk, start, at, byte, time)
      else {
        this.#keep(chunk, start, at, time)
        const end = this.#skipping ? 0 : this.#filled
        const wasSkipping = this.#skipping
        this.#filled = 0
        this.#skipping = false
        if (!wasSkipping) this.#finish(this.#line, 0, end, byte, time)
        else if (byte === BEL) this.#options.reply?.(refused)
      }
      start = at + 1
    }
    if (start < length) this.#keep(chunk, start, length, time)
  }

  /** A line that nothing ended, at the end of a file: it counts if it is whole. */
  end(time: Micros): void {
    const end = this.#filled
    this.#filled = 0
    this.#skipping = false
    if (end > 0 && !this.#parse(this.#line, 0, end, time)) {
      this.#report('file-truncated', this.#line, 0, end, time)
    }
  }

  /** Forgets a half-received line: the port was closed, or its input flushed. */
  reset(): void {
    this.#filled = 0
    this.#skipping = false
    this.#timestamp = -1
  }

  #keep(chunk: Uint8Array, start: number, end: number, time: Micros): void {
    if (this.#skipping) return
    if (this.#filled + end - start > MAX_LINE) {
      this.#skipping = true
      this.#filled = 0
      this.#report('line-too-long', chunk, start, end, time)
      return
    }
    for (let at = start; at < end; at++) this.#line[this.#filled++] = chunk[at] as number
  }

  #finish(bytes: Uint8Array, start: number, end: number, ending: number, time: Micros): void {
    const empty = start === end
    if (ending === BEL) {
      if (!empty) this.#report('line-malformed', bytes, start, end, time)
      this.#options.reply?.(refused)
    } else if (empty) {
      if (ending === CR) this.#options.reply?.(ack)
    } else if (end - start > MAX_LINE) {
      this.#report('line-too-long', bytes, start, end, time)
    } else if (!this.#parse(bytes, start, end, time)) {
      this.#report('line-malformed', bytes, start, end, time)
    }
  }

  /** One line without its ending; false if it is neither a frame nor an answer. */
  #parse(bytes: Uint8Array, start: number, end: number, time: Micros): boolean {
    let at = start
    let type = bytes[at] as number
    while (type === SENT || type === SENT_EXTENDED) {
      this.#options.reply?.(sent)
      if (++at === end) return true
      type = bytes[at] as number
    }
    const flags = types[type] as number
    return flags === 0
      ? this.#answer(type, bytes, at + 1, end)
      : this.#parseFrame(flags, bytes, at + 1, end, time)
  }

  #parseFrame(flags: number, bytes: Uint8Array, at: number, end: number, time: Micros): boolean {
    const extended = (flags & EXTENDED) !== 0
    let next = at + (extended ? 8 : 3)
    if (next >= end) return false
    let id = 0
    // Bits of all digits, so that one comparison finds a character that is none.
    let seen = 0
    for (; at < next; at++) {
      const value = hexValues[bytes[at] as number] as number
      seen |= value
      id = (id << 4) | value
    }
    const code = hexValues[bytes[next++] as number] as number
    seen |= code
    if (seen >= NOT_HEX || id > (extended ? 0x1fffffff : 0x7ff) || id < 0) return false
    if (code > 8 && (flags & FD) === 0) return false

    const length = fdLengths[code] as number
    const frame = this.#frame
    const data = frame.data
    const dataLength = (flags & REMOTE) === 0 ? length : 0
    const rest = end - next - 2 * dataLength
    if (rest !== 0 && rest !== STAMP_DIGITS) return false
    for (let index = 0; index < dataLength; index++, next += 2) {
      const high = hexValues[bytes[next] as number] as number
      const low = hexValues[bytes[next + 1] as number] as number
      seen |= high | low
      data[index] = (high << 4) | low
    }
    let stamp = 0
    for (; next < end; next++) {
      const value = hexValues[bytes[next] as number] as number
      seen |= value
      stamp = (stamp << 4) | value
    }
    if (seen >= NOT_HEX) return false

    this.#timestamp = rest === STAMP_DIGITS && stamp < STAMP_WRAP ? stamp : -1
    frame.id = id
    frame.extended = extended
    frame.remote = (flags & REMOTE) !== 0
    frame.fd = (flags & FD) !== 0
    frame.brs = (flags & BRS) !== 0
    frame.length = length
    frame.time = time
    this.#options.frame(frame)
    return true
  }

  #answer(type: number, bytes: Uint8Array, start: number, end: number): boolean {
    const kind = String.fromCharCode(type)
    const text = printable(bytes, start, end)
    if (text === undefined) return false
    if (kind === 'V' || kind === 'v') this.#options.reply?.({ kind: 'version', text })
    else if (kind === 'N') this.#options.reply?.({ kind: 'serial', text })
    else if (kind === 'F' && /^[0-9A-Fa-f]{2}$/.test(text)) {
      this.#options.reply?.({ kind: 'status', flags: Number.parseInt(text, 16) })
    } else return false
    return true
  }

  #report(code: IssueCode, bytes: Uint8Array, start: number, end: number, time: Micros): void {
    const shown = bytes.subarray(start, Math.min(end, start + DETAIL_LENGTH))
    const text = Buffer.from(shown)
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, '·')
    const detail = `"${text}${end - start > DETAIL_LENGTH ? '…' : ''}"`
    this.#options.issue({ code, at: this.#options.at, detail, time })
  }
}

function printable(bytes: Uint8Array, start: number, end: number): string | undefined {
  const text = Buffer.from(bytes.subarray(start, end)).toString('latin1')
  return /^[\x20-\x7e]*$/.test(text) ? text : undefined
}
