/**
 * GVRET CSV, the usual log of SavvyCAN. Grammar, from its files:
 *
 *   Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8       or without Dir, as it once was
 *   <µs>,<id>,true|false,Rx|Tx,<bus>,<n>,<byte>×n,…
 *
 * Identifier and bytes in hexadecimal; the flag in either case, or 1 and 0. Buses count from 0,
 * which is `can0` here. Columns behind the n bytes are empty or filled with 00. A length beyond 8
 * that CAN FD has is an FD frame; whether its bit rate was switched is not said. Neither remote nor
 * error frames nor short FD frames can be told, so none of these is written.
 */
import type { CanFrame } from '../../../model/frame.ts'
import { isFdLength } from '../fd-lengths.ts'
import { type CaptureOutput, countLeft, type StreamFormat, type Writer } from '../format.ts'
import { byteOf, decimalNumber, fillBytes, hexNumber, microsOf, setId } from './fields.ts'
import {
  headText,
  type LineOutcome,
  type LineParser,
  type LineTarget,
  readerOf,
} from './line-reader.ts'
import { BusNumbers, dataText, hexText } from './text-fields.ts'

const HEADER = 'Time Stamp,ID,Extended,'
const COLUMNS = `${HEADER}Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8\n`
const DATA_COLUMNS = 8

const gvretLines: LineParser = {
  line(text: string, into: LineTarget): LineOutcome {
    if (text.startsWith(HEADER)) return 'nothing'
    const fields = text.trim().split(',')
    const [stamp = '', id = '', extended = '', direction = ''] = fields
    const { frame } = into
    frame.sent = direction === 'Tx'
    const at = direction === 'Rx' || direction === 'Tx' ? 4 : 3
    const [bus = '', length = ''] = fields.slice(at, at + 2)
    if (!/^(?:true|false|[01])$/i.test(extended) || !/^\d{1,2}$/.test(bus)) return 'malformed'
    into.time = /^\d+$/.test(stamp) ? microsOf(stamp, 1) : undefined
    into.bus = `can${Number(bus)}`
    const isExtended = extended === '1' || extended.toLowerCase() === 'true'
    if (into.time === undefined || !setId(frame, hexNumber(id), isExtended)) return 'malformed'
    return setData(frame, fields, at + 2, decimalNumber(length)) ? 'frame' : 'malformed'
  },
}

function setData(frame: CanFrame, fields: string[], from: number, length: number): boolean {
  if (!isFdLength(length) || !fillBytes(frame, fields, from, from + length)) return false
  frame.fd = length > 8
  for (let at = from + length; at < fields.length; at++) {
    if (fields[at] !== '' && byteOf(fields[at]) < 0) return false
  }
  return true
}

function writeGvret(output: CaptureOutput): Writer {
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
      else if (frame.remote) countLeft(left, 'remote frame')
      else if (frame.fd) countLeft(left, 'CAN FD frame')
      else output.write(lineOf(frame, buses.of(bus)))
    },
    end: begin,
  }
}

function lineOf(frame: CanFrame, bus: number): string {
  const id = `${hexText(frame.id, 8)},${frame.extended}`
  const bytes = frame.length === 0 ? '' : `${dataText(frame, ',')},`
  const filling = '00,'.repeat(DATA_COLUMNS - frame.length)
  const direction = frame.sent ? 'Tx' : 'Rx'
  return `${frame.time},${id},${direction},${bus},${frame.length},${bytes}${filling}\n`
}

export const gvretCsvFormat: StreamFormat = {
  kind: 'stream',
  name: 'gvret-csv',
  label: 'SavvyCAN (GVRET) CSV',
  extensions: ['.csv'],
  magic: (head) => headText(head, HEADER.length).startsWith(HEADER),
  reader: readerOf(() => gvretLines),
  writer: writeGvret,
}
