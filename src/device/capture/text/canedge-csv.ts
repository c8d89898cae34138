/**
 * The CSV files that CSS Electronics' converters make of CANedge recordings. Grammar, from their
 * files and public documentation; the first line names the columns, in any order:
 *
 *   TimestampEpoch;BusChannel;ID;IDE;DLC;DataLength;Dir;EDL;BRS;ESI;RTR;DataBytes
 *   <s>;<1…>;<id>;0|1;<code>;<n>;0|1;0|1;0|1;0|1;0|1;<two digits>×n
 *
 * Separated by semicolons, or commas where the first line has them. Identifier and data in
 * hexadecimal, everything else decimal. IDE 1: 29 bit; Dir 1: sent; EDL 1: CAN FD. BusChannel 1 is
 * `can0` here. ESI, RTR, Dir, DLC and BusChannel may be missing. A remote frame asks for DLC bytes.
 */
import type { CanFrame } from '../../../model/frame.ts'
import { isFdLength, lengthOfCode } from '../fd-lengths.ts'
import { type CaptureOutput, countLeft, type StreamFormat, type Writer } from '../format.ts'
import { decimalNumber, fillDigits, hexNumber, microsOf, setId } from './fields.ts'
import {
  headText,
  type LineOutcome,
  type LineParser,
  type LineTarget,
  readerOf,
} from './line-reader.ts'
import { BusNumbers, codeOf, dataText, hexText, secondsText } from './text-fields.ts'

const FIRST_COLUMN = 'TimestampEpoch'
const COLUMNS = `${FIRST_COLUMN};BusChannel;ID;IDE;DLC;DataLength;Dir;EDL;BRS;ESI;RTR;DataBytes\n`
const needed = ['ID', 'IDE', 'DataLength', 'DataBytes']

class CanedgeLines implements LineParser {
  #separator = ';'
  #columns = new Map<string, number>()
  #fields: string[] = []

  line(text: string, into: LineTarget): LineOutcome {
    const line = text.trim()
    if (line.startsWith(FIRST_COLUMN)) return this.#header(line)
    this.#fields = line.split(this.#separator)
    if (this.#columns.size === 0 || this.#fields.length !== this.#columns.size) return 'malformed'
    const bus = this.#field('BusChannel') ?? '1'
    into.bus = `can${Number(bus) - 1}`
    into.time = microsOf(this.#field(FIRST_COLUMN), 1_000_000)
    if (into.time === undefined || !/^[1-9]\d?$/.test(bus)) return 'malformed'
    return this.#fill(into.frame) ? 'frame' : 'malformed'
  }

  #header(line: string): LineOutcome {
    this.#separator = line.includes(';') ? ';' : ','
    const names = line.split(this.#separator)
    this.#columns = new Map(names.map((name, index) => [name, index]))
    return needed.every((name) => this.#columns.has(name)) ? 'nothing' : 'malformed'
  }

  #field(name: string): string | undefined {
    const at = this.#columns.get(name)
    return at === undefined ? undefined : this.#fields[at]
  }

  #fill(frame: CanFrame): boolean {
    const flags = ['IDE', 'Dir', 'EDL', 'BRS', 'ESI', 'RTR'].map((name) => this.#field(name) ?? '0')
    if (!flags.every((flag) => flag === '0' || flag === '1')) return false
    const [extended, sent, fd, brs, esi, remote] = flags.map((flag) => flag === '1')
    frame.sent = sent === true
    frame.fd = fd === true
    frame.brs = brs === true
    frame.esi = esi === true
    frame.remote = remote === true
    return setId(frame, hexNumber(this.#field('ID') ?? ''), extended === true) && this.#data(frame)
  }

  #data(frame: CanFrame): boolean {
    const digits = this.#field('DataBytes') ?? ''
    const length = decimalNumber(this.#field('DataLength'))
    const code = decimalNumber(this.#field('DLC') ?? String(length))
    if (frame.remote) {
      frame.length = code
      return !frame.fd && code >= 0 && code <= 8 && digits === ''
    }
    const announced = this.#columns.has('DLC') ? lengthOfCode(code) : length
    if (!fillDigits(frame, digits) || frame.length !== length || length !== announced) return false
    return frame.fd ? isFdLength(length) : length <= 8
  }
}

function writeCanedge(output: CaptureOutput): Writer {
  const left = new Map<string, number>()
  const buses = new BusNumbers(left)
  let begun = false
  const begin = () => {
    if (!begun) output.write(COLUMNS)
    begun = true
  }
  return {
    left,
    frame(frame, bus) {
      begin()
      if (frame.error) countLeft(left, 'error frame')
      else output.write(lineOf(frame, buses.of(bus) + 1))
    },
    end: begin,
  }
}

function lineOf(frame: CanFrame, channel: number): string {
  const flags = [frame.sent, frame.fd, frame.brs, frame.esi, frame.remote].map(Number)
  return [
    secondsText(frame.time),
    channel,
    hexText(frame.id, 1),
    Number(frame.extended),
    codeOf(frame),
    frame.remote ? 0 : frame.length,
    ...flags,
    `${dataText(frame)}\n`,
  ].join(';')
}

export const canedgeCsvFormat: StreamFormat = {
  kind: 'stream',
  name: 'canedge-csv',
  label: 'CANedge CSV',
  extensions: ['.canedge.csv'],
  magic: (head) => headText(head, FIRST_COLUMN.length).startsWith(FIRST_COLUMN),
  reader: readerOf(() => new CanedgeLines()),
  writer: writeCanedge,
}
