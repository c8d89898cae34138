/**
 * TRC, the trace files of PEAK-System (PCAN-View, PCAN-Explorer, PEAK-Converter). Grammar, from
 * PEAK's published description of versions 1.0 to 2.1; fields are separated by blanks, lines that
 * begin with `;` are comments, of which three matter:
 *
 *   ;$FILEVERSION=<major>.<minor>   missing: 1.0; not needed here, the lines tell their form
 *   ;$STARTTIME=<days>              since 1899-12-30, with decimals; read as UTC
 *   ;$COLUMNS=N,O,T,…               2.x: what the columns are
 *
 *   1.0  <n>) <ms> <id> <length> <byte>…            or RTR, or ERROR <byte>… ; id FFFFFFFF: warning
 *   1.1  <n>) <ms> <type> <id> <length> <byte>…     type Rx, Tx, Warng, Error
 *   1.2  <n>) <ms> <bus> <type> <id> <length> …
 *   1.3  <n>) <ms> <bus> <type> <id> - <length> …
 *   2.x  <n> <ms> <type> …                          by columns: N number, O time, T type, B bus,
 *                                                   I id, d Rx or Tx, R reserved, L length code,
 *                                                   l length, D data
 *
 * Types of 2.x: DT classic, FD, FB (bit rate switched), FE (error state), BI (both), RR remote, ER
 * error frame; ST, EC, EV and others are no frames. An id of 4 digits has 11 bits, one of more has
 * 29. Buses count from 1, which is `can0` here. Without $COLUMNS those of 2.1 are taken where a bus
 * stands in the line, else those of 2.0.
 */
import type { CanFrame } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { isFdLength, lengthOfCode } from '../fd-lengths.ts'
import type { StreamFormat } from '../format.ts'
import {
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
import { parseStartTime, writeTrc } from './trc-writer.ts'

const MILLISECOND = 1000
const WARNING_ID = 'FFFFFFFF'
const columns20 = ['N', 'O', 'T', 'I', 'd', 'l', 'D']
const columns21 = ['N', 'O', 'T', 'B', 'I', 'd', 'R', 'L', 'D']
const dataTypes = new Set(['DT', 'FD', 'FB', 'FE', 'BI'])

class TrcLines implements LineParser {
  #start: Micros = 0
  #columns: string[] | undefined

  line(text: string, into: LineTarget): LineOutcome {
    const line = text.trim()
    if (line.startsWith(';')) return this.#comment(line)
    const fields = fieldsOf(line)
    const [number = '', stamp] = fields
    const numbered = /^\d{1,10}\)?$/.test(number)
    const offset = microsOf(stamp, MILLISECOND)
    if (!numbered || offset === undefined) return 'malformed'
    into.time = this.#start + offset
    return number.endsWith(')') ? oldLine(fields, into) : this.#newLine(fields, into)
  }

  #comment(line: string): LineOutcome {
    const [, key, value = ''] = /^;\s*\$(\w+)\s*=\s*(.*)$/.exec(line) ?? []
    if (key === 'STARTTIME') this.#start = parseStartTime(value) ?? this.#start
    if (key === 'COLUMNS') {
      const columns = value.trim().split(',')
      this.#columns = columns.includes('T') && columns.includes('I') ? columns : undefined
    }
    return 'nothing'
  }

  #newLine(fields: string[], into: LineTarget): LineOutcome {
    const columns = this.#columns ?? usualColumns(fields)
    const type = fields[columns.indexOf('T')] ?? ''
    if (!/^[A-Z]{2}$/.test(type)) return 'malformed'
    if (type !== 'ER' && type !== 'RR' && !dataTypes.has(type)) return 'nothing'
    const { frame } = into
    const field = (letter: string) => fields[columns.indexOf(letter)] ?? ''
    if (columns.includes('B')) {
      if (!/^[1-9]\d?$/.test(field('B'))) return 'malformed'
      into.bus = busOf(field('B'))
    }
    if (type === 'ER') return setError(frame)
    if (columns.includes('d')) {
      if (!/^[RT]x$/.test(field('d'))) return 'malformed'
      frame.sent = field('d') === 'Tx'
    }
    const lengthAt = columns.findIndex((letter) => letter === 'l' || letter === 'L')
    if (!setTrcId(frame, field('I')) || lengthAt < 0) return 'malformed'
    const known = /^\d{1,2}$/.test(fields[lengthAt] ?? '') ? Number(fields[lengthAt]) : NO_NUMBER
    const length = columns[lengthAt] === 'L' ? (lengthOfCode(known) ?? NO_NUMBER) : known
    if (type === 'RR') return setRemote(frame, length)
    frame.fd = type !== 'DT'
    frame.brs = type === 'FB' || type === 'BI'
    frame.esi = type === 'FE' || type === 'BI'
    const dataAt = columns.includes('D') ? columns.indexOf('D') : columns.length
    return setData(frame, fields, dataAt, length) ? 'frame' : 'malformed'
  }
}

/** A line of version 1.x; the fields behind the time tell which. */
function oldLine(fields: string[], into: LineTarget): LineOutcome {
  const { frame } = into
  let at = 2
  if (/^[1-9]\d?$/.test(fields[at] ?? '') && isOldType(fields[at + 1])) {
    into.bus = busOf(fields[at] ?? '')
    at++
  }
  const type = isOldType(fields[at]) ? fields[at++] : undefined
  const id = fields[at++] ?? ''
  if (fields[at] === '-') at++
  if (type === 'Warng' || id.toUpperCase() === WARNING_ID) return 'nothing'
  const length = /^\d$/.test(fields[at] ?? '') ? Number(fields[at]) : NO_NUMBER
  at++
  if (type === 'Error' || fields[at] === 'ERROR') return length < 0 ? 'malformed' : setError(frame)
  frame.sent = type === 'Tx'
  if (!setTrcId(frame, id)) return 'malformed'
  if (fields[at] === 'RTR') return fields.length === at + 1 ? setRemote(frame, length) : 'malformed'
  return setData(frame, fields, at, length) ? 'frame' : 'malformed'
}

function isOldType(field: string | undefined): boolean {
  return field === 'Rx' || field === 'Tx' || field === 'Warng' || field === 'Error'
}

function usualColumns(fields: string[]): string[] {
  const hasBus = /^\d{1,2}$/.test(fields[3] ?? '') && /^[RT]x$/.test(fields[5] ?? '')
  return hasBus ? columns21 : columns20
}

function busOf(number: string): string {
  return `can${decimalNumber(number) - 1}`
}

function setTrcId(frame: CanFrame, digits: string): boolean {
  return setId(frame, hexNumber(digits), digits.length > 4)
}

function setRemote(frame: CanFrame, length: number): LineOutcome {
  frame.remote = true
  frame.length = length
  return length >= 0 && length <= 8 ? 'frame' : 'malformed'
}

/** All fields behind the length are the data; their number must be the length. */
function setData(frame: CanFrame, fields: string[], from: number, length: number): boolean {
  if (fields.length - from !== length || !isFdLength(length)) return false
  return (frame.fd || length <= 8) && fillBytes(frame, fields, from, fields.length)
}

export const trcFormat: StreamFormat = {
  kind: 'stream',
  name: 'trc',
  label: 'PEAK TRC',
  extensions: ['.trc'],
  reader: readerOf(() => new TrcLines()),
  writer: writeTrc,
}
