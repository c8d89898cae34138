/**
 * The rarer lines of candump recordings, one at a time: what `candump` of can-utils prints on a
 * console, and every `-l` form that the hot parser in candump.ts leaves to it. Not hot: a line is
 * a string here and is matched with expressions.
 *
 *   log       [(time)] [interface] ID#DATA [R|T]        up to 8 bytes, two digits each; T: sent
 *             …ID#R, ID#R3                              remote, with the length it asks for
 *             …ID##fDATA                                CAN FD: one digit of flags, then data;
 *                                                       1: bit rate switched, 2: error state
 *             …ID#DATA_9                                8 bytes with a raw length code of 9 to F
 *   console   [(time)] [interface [RX|TX - -]] ID [8] 00 11 …  ['ascii' | ERRORFRAME]
 *                                                       B for the first dash: bit rate switched;
 *                                                       E for the second: error state
 *             …ID [3] remote request                    two digits in the brackets: CAN FD
 *
 * ID has 3 digits (11 bit, up to 7FF) or 8 (29 bit); bit 29 marks an error frame. Time is either
 * seconds with 1 to 9 decimals or `2020-12-19 12:04:45.485261`, which candump prints in its local
 * time and which is read as UTC. Digits beyond microseconds are cut off. The length is that of the
 * data: a console line with more or fewer bytes than announced is malformed, as is an FD line whose
 * length CAN FD does not have.
 */
import { type CanFrame, MAX_FRAME_DATA } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { hexValues, NOT_HEX } from '../../serial/slcan-parser.ts'
import { isFdLength } from '../fd-lengths.ts'

/** What a line was: a frame was filled in, something to pass over, or lost frames told by candump. */
export type LineKind = 'frame' | 'nothing' | 'overflow' | 'malformed'

export interface ParsedLine {
  kind: LineKind
  /** Undefined where the line names none. */
  bus: string | undefined
  /** Undefined where the line has none. */
  time: Micros | undefined
}

export const ERROR_FLAG = 0x20000000
/** In the digit of a CAN FD line. */
export const FLAG_BRS = 1
export const FLAG_ESI = 2
const MAX_TIME = Number.MAX_SAFE_INTEGER / 1_000_000

const head = /^\s*(?:\(([^()]*)\)\s+)?(.*)$/
const logForm = /^(?:([^\s#()[\]]+)\s+)?([0-9A-Fa-f]+)#(#?)(\S*)(?:\s+([RT]))?\s*$/
const consoleForm =
  /^(?:([^\s#()[\]]+)\s+(?:([RT]X [-B] [-E])\s+)?)?([0-9A-Fa-f]+)\s+\[(\d{1,2})\](?:\s+(.*))?$/
const consoleData = /^((?:[0-9A-Fa-f]{2}(?:\s+|$))*)(.*)$/
const unixTime = /^(\d{1,10})\.(\d{1,9})$/
const dateTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\.(\d{1,9})$/

/** Fills `frame` but for its bus and time, and `into` with these two. `line` is without its end. */
export function parseCandumpLine(line: string, frame: CanFrame, into: ParsedLine): void {
  into.kind = 'malformed'
  into.bus = undefined
  into.time = undefined
  // Comments, blank lines, and the tab-indented explanation of an error frame (`candump -e`).
  if (/^\s*(#|$)|^\t/.test(line)) {
    into.kind = 'nothing'
    return
  }
  if (line.startsWith('DROPCOUNT')) {
    into.kind = 'overflow'
    return
  }
  const [, time, rest = ''] = head.exec(line) ?? []
  if (time !== undefined) {
    into.time = parseTime(time)
    if (into.time === undefined) return
  }
  const log = logForm.exec(rest)
  const whole = log === null ? fillConsole(rest, frame, into) : fillLog(log, frame, into)
  // Without a time, a first word that is no name is something else: a bare number of seconds.
  if (time === undefined && into.bus !== undefined && !/^[A-Za-z_]/.test(into.bus)) return
  if (whole) into.kind = 'frame'
}

function fillLog(found: RegExpExecArray, frame: CanFrame, into: ParsedLine): boolean {
  const [, bus, id = '', double, data = '', direction] = found
  into.bus = bus
  if (!fillId(id, frame)) return false
  frame.sent = direction === 'T'
  return double === '#' ? fillFdData(data, frame) : fillLogData(data, frame)
}

function fillConsole(rest: string, frame: CanFrame, into: ParsedLine): boolean {
  const found = consoleForm.exec(rest)
  if (found === null) return false
  const [, bus, extra = '', id = '', length = '', data = ''] = found
  into.bus = bus
  if (!fillId(id, frame) || !fillConsoleData(length, data, frame)) return false
  frame.sent = extra.startsWith('T')
  frame.brs = frame.fd && extra.includes('B')
  frame.esi = frame.fd && extra.includes('E')
  return true
}

function parseTime(text: string): Micros | undefined {
  const unix = unixTime.exec(text)
  if (unix !== null) {
    const seconds = Number(unix[1])
    return seconds < MAX_TIME ? seconds * 1_000_000 + fraction(unix[2]) : undefined
  }
  const date = dateTime.exec(text)
  if (date === null) return undefined
  const millis = Date.parse(`${date[1]}T${date[2]}Z`)
  return millis >= 0 ? millis * 1000 + fraction(date[3]) : undefined
}

function fraction(digits = ''): Micros {
  return Number(digits.slice(0, 6).padEnd(6, '0'))
}

function fillId(digits: string, frame: CanFrame): boolean {
  const extended = digits.length === 8
  if (!extended && digits.length !== 3) return false
  const value = Number.parseInt(digits, 16)
  if (value > (extended ? 0x3fffffff : 0x7ff)) return false
  frame.extended = extended
  frame.error = value >= ERROR_FLAG
  frame.id = frame.error ? value - ERROR_FLAG : value
  frame.remote = false
  frame.fd = false
  frame.brs = false
  frame.esi = false
  return true
}

function fillLogData(text: string, frame: CanFrame): boolean {
  const remote = /^R([0-8]?)(?:_[9A-Fa-f])?$/.exec(text)
  if (remote !== null) {
    frame.remote = true
    frame.length = Number(remote[1])
    return true
  }
  const raw = /^([0-9A-Fa-f]{16})_[9A-Fa-f]$/.exec(text)
  return fillData(raw?.[1] ?? text, frame) && frame.length <= 8
}

function fillFdData(text: string, frame: CanFrame): boolean {
  const flags = hexValues[text.charCodeAt(0)] ?? NOT_HEX
  frame.fd = true
  frame.brs = (flags & FLAG_BRS) !== 0
  frame.esi = (flags & FLAG_ESI) !== 0
  return flags !== NOT_HEX && fillData(text.slice(1), frame) && isFdLength(frame.length)
}

function fillConsoleData(announced: string, text: string, frame: CanFrame): boolean {
  const length = Number(announced)
  frame.fd = announced.length === 2
  if (/^remote request\s*$/.test(text)) {
    frame.remote = true
    frame.length = length
    return !frame.fd && length <= 8
  }
  const [, bytes = '', rest = ''] = consoleData.exec(text) ?? []
  if (!/^('.*|ERRORFRAME.*)?$/.test(rest)) return false
  if (!fillData(bytes.replace(/\s+/g, ''), frame) || frame.length !== length) return false
  return frame.fd ? isFdLength(length) : length <= 8
}

function fillData(digits: string, frame: CanFrame): boolean {
  if (digits.length % 2 !== 0 || digits.length > 2 * MAX_FRAME_DATA) return false
  frame.length = digits.length / 2
  for (let index = 0; index < frame.length; index++) {
    const high = hexValues[digits.charCodeAt(2 * index)] ?? NOT_HEX
    const low = hexValues[digits.charCodeAt(2 * index + 1)] ?? NOT_HEX
    if ((high | low) >= NOT_HEX) return false
    frame.data[index] = (high << 4) | low
  }
  return true
}
