/**
 * ASC, the text logs of Vector's CANalyzer and CANoe, and of the many programs that write it too.
 * Grammar, from the published format description and the files of several writers; fields are
 * separated by blanks:
 *
 *   date <date>                        when the measurement began (asc-date.ts)
 *   base hex|dec  timestamps absolute|relative
 *   [no] internal events logged
 *   // …                               comments, among them the version
 *   Begin Triggerblock <date>          the date is that of the time 0 as well, or of this place
 *   End TriggerBlock
 *   <t> …                              an event, of which these are frames:
 *   <t> <ch> <id>[x] Rx|Tx d <n> <byte>×n [more]                  data; x: 29 bit
 *   <t> <ch> <id>[x] Rx|Tx r [<n>] [more]                         remote
 *   <t> <ch> ErrorFrame [more]
 *   <t> CANFD <ch> Rx|Tx <id>[x] [<name>] <brs> <esi> <code> <n> <byte>×n
 *                                      [<duration> <bits> <flags> …]
 *   <t> CANFD <ch> <id>[x] Rx|Tx …                                as some write it
 *   <t> CANFD <ch> Rx|Tx ErrorFrame …
 *
 * t: seconds with decimals, since the date or, `relative`, since the event before. ch: from 1,
 * which is `can0` here. id and bytes in the base; `code` one hexadecimal digit (some write 9 to
 * 15). `more` may hold `ID = <decimal>[x]`, which names the identifier where a symbolic name stands
 * in its place. In flags, bit 12 marks true FD frames and bit 4 remote frames; a channel in FD mode
 * logs classic frames in this form as well. A length of 0 with another code is a remote frame.
 *
 * On `d` lines n is 0 to 8. CSS Electronics' converters put FD frames there, with the code from 9
 * to 15 and all bytes; that they are FD frames is told by the number of bytes. A length of 9 and
 * more that is a number of bytes is no classic frame: it keeps the eight that one can have.
 */
import type { CanFrame } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { isFdLength, lengthOfCode } from '../fd-lengths.ts'
import type { StreamFormat } from '../format.ts'
import { parseAscDate } from './asc-date.ts'
import { writeAsc } from './asc-writer.ts'
import {
  byteOf,
  decimalNumber,
  fieldsOf,
  fillBytes,
  hexNumber,
  microsOf,
  NO_NUMBER,
  setError,
  setId,
} from './fields.ts'
import { type LineOutcome, type LineParser, type LineTarget, readerOf } from './line-reader.ts'

const SECOND = 1_000_000
const FLAG_REMOTE = 0x10
const FLAG_FD = 0x1000
const header = /^(?:date |base |(?:no )?internal events|\/\/|(?:begin|end) triggerblock)/i

class AscLines implements LineParser {
  #decimal = false
  #relative = false
  /** What the times count from: 0 where no date is known. */
  #start: Micros = 0
  #date: Micros | undefined
  /** The date of a block that has begun, until it is known whether its times count from it. */
  #blockStart: Micros | undefined
  #stamped = false
  #offset: Micros = 0

  line(text: string, into: LineTarget): LineOutcome {
    const fields = fieldsOf(text)
    const [stamp = '', second = '', third = ''] = fields
    if (!/^\d+[.,]\d+$/.test(stamp)) return this.#header(text.trim())
    const offset = microsOf(stamp, SECOND)
    if (offset === undefined) return 'malformed'
    into.time = this.#timeOf(offset)
    if (second === 'CANFD') return this.#fdChannel(fields, into)
    if (!/^\d{1,2}$/.test(second)) return /^[A-Za-z]/.test(second) ? 'nothing' : 'malformed'
    if (third === '') return 'malformed'
    into.bus = busOf(second)
    return this.#classic(fields, into.frame, text)
  }

  #header(text: string): LineOutcome {
    if (!header.test(text)) return 'malformed'
    const base = /^base\s+(hex|dec)\b/i.exec(text)?.[1]
    if (base !== undefined) {
      this.#decimal = base.toLowerCase() === 'dec'
      this.#relative = /\btimestamps\s+relative\b/i.test(text)
    }
    const [, kind = '', date = ''] = /^(date|begin triggerblock)\s+(.+)$/i.exec(text) ?? []
    const start = parseAscDate(date)
    if (start === undefined) return 'nothing'
    if (kind.toLowerCase() === 'date' && !this.#stamped) this.#date = start
    else this.#blockStart = start
    return 'nothing'
  }

  #timeOf(offset: Micros): Micros {
    if (!this.#stamped) this.#start = this.#firstStart(offset)
    else if (!this.#relative && offset < this.#offset) this.#start = this.#blockStart ?? this.#start
    this.#blockStart = undefined
    this.#offset = this.#relative ? this.#offset + offset : offset
    this.#stamped = true
    return this.#start + this.#offset
  }

  /**
   * The date of the first block, as some programs put the date of writing into the first line; but
   * that line's where the block began later and its times have run on until then.
   */
  #firstStart(offset: Micros): Micros {
    const date = this.#date ?? this.#blockStart ?? 0
    const block = this.#blockStart ?? date
    this.#blockStart = undefined
    return block > date && offset >= block - date - SECOND ? date : block
  }

  #classic(fields: string[], frame: CanFrame, text: string): LineOutcome {
    const [, , name = '', direction = '', kind] = fields
    if (name === 'ErrorFrame') return setError(frame)
    const isName = !/^[0-9A-Fa-f]+x?$/.test(name)
    if (direction === 'TxRq') return 'nothing'
    if (direction !== 'Rx' && direction !== 'Tx') return isName ? 'nothing' : 'malformed'
    const id = isName ? / ID = (\d+x?)\b/.exec(text)?.[1] : name
    if (id === undefined || !this.#setId(frame, id, isName)) return 'malformed'
    frame.sent = direction === 'Tx'
    if (kind === 'd') return this.#classicData(fields, frame) ? 'frame' : 'malformed'
    return kind === 'r' ? remote(fields[5], frame) : 'malformed'
  }

  #classicData(fields: string[], frame: CanFrame): boolean {
    const code = fields[5] ?? ''
    const listed = this.#bytesFrom(fields, 6)
    if (/^[0-8]$/.test(code)) return listed === Number(code) && this.#fill(frame, fields, 6, listed)
    if (listed <= 8) return false
    if (lengthOfCode(fdCode(code)) === listed) frame.fd = true
    else if (hexNumber(code) !== listed || !isFdLength(listed)) return false
    return this.#fill(frame, fields, 6, frame.fd ? listed : 8)
  }

  #fdChannel(fields: string[], into: LineTarget): LineOutcome {
    const [, , channel = '', third = '', fourth = ''] = fields
    const swapped = fourth === 'Rx' || fourth === 'Tx' || fourth === 'TxRq'
    const direction = swapped ? fourth : third
    const id = swapped ? third : fourth
    const { frame } = into
    if (direction === 'TxRq') return 'nothing'
    if (!/^\d{1,2}$/.test(channel) || (direction !== 'Rx' && direction !== 'Tx')) return 'malformed'
    into.bus = busOf(channel)
    frame.sent = direction === 'Tx'
    if (id === 'ErrorFrame') return setError(frame)
    if (!this.#setId(frame, id, this.#decimal)) return 'malformed'
    // A symbolic name begins with no digit, and may be missing.
    const at = /^[A-Za-z_]/.test(fields[5] ?? '') ? 6 : 5
    return this.#fdData(fields, at, frame) ? 'frame' : 'malformed'
  }

  /** From the field `at` on: brs, esi, code, length, bytes, duration, bits, flags. */
  #fdData(fields: string[], at: number, frame: CanFrame): boolean {
    const [brs = '', esi = '', codeText = '', lengthText = ''] = fields.slice(at, at + 4)
    const code = fdCode(codeText)
    const length = /^\d{1,2}$/.test(lengthText) ? Number(lengthText) : NO_NUMBER
    if (!/^[01]$/.test(brs) || !/^[01]$/.test(esi) || code < 0) return false
    const flags = hexNumber(fields[at + 6 + length] ?? '')
    const marked = flags !== NO_NUMBER
    if (length === 0 && (code > 0 || (marked && (flags & FLAG_REMOTE) !== 0))) {
      frame.remote = true
      frame.length = Math.min(code, 8)
      return true
    }
    if (lengthOfCode(code) !== length) return false
    frame.fd = !marked || (flags & FLAG_FD) !== 0 || length > 8
    frame.brs = frame.fd && brs === '1'
    frame.esi = frame.fd && esi === '1'
    return this.#fill(frame, fields, at + 4, length)
  }

  #setId(frame: CanFrame, text: string, decimal: boolean): boolean {
    const extended = text.endsWith('x')
    const digits = extended ? text.slice(0, -1) : text
    const id = decimal || this.#decimal ? decimalNumber(digits) : hexNumber(digits)
    return setId(frame, id, extended)
  }

  /** How many fields from this one on are bytes. */
  #bytesFrom(fields: string[], from: number): number {
    let at = from
    while (at < fields.length && byteOf(fields[at], this.#decimal) >= 0) at++
    return at - from
  }

  #fill(frame: CanFrame, fields: string[], from: number, length: number): boolean {
    return fillBytes(frame, fields, from, from + length, this.#decimal)
  }
}

/** Channels count from 1; what is on none gets a name of its own. */
function busOf(channel: string): string {
  const number = Number(channel)
  return number === 0 ? 'channel0' : `can${number - 1}`
}

function fdCode(text: string): number {
  if (/^[0-9A-Fa-f]$/.test(text)) return hexNumber(text)
  return /^1[0-5]$/.test(text) ? Number(text) : NO_NUMBER
}

function remote(length: string | undefined, frame: CanFrame): LineOutcome {
  frame.remote = true
  if (length !== undefined && /^[0-8]$/.test(length)) {
    frame.length = Number(length)
    return 'frame'
  }
  if (length === undefined) return 'open'
  return length === 'Length' ? 'frame' : 'malformed'
}

export const ascFormat: StreamFormat = {
  kind: 'stream',
  name: 'asc',
  label: 'Vector ASC',
  extensions: ['.asc'],
  reader: readerOf(() => new AscLines()),
  writer: writeAsc,
}
