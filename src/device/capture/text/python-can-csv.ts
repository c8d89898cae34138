/**
 * The CSV files of python-can. Grammar, from its files:
 *
 *   timestamp,arbitration_id,extended,remote,error,dlc,data
 *   <s>,0x<id>,0|1,0|1,0|1,<n>,<data in Base64>
 *
 * Seconds as Python prints a number, so also as `1e-05`. n is the length of the data, or what a
 * remote frame asks for. No bus and no direction is named (`can0` here); that a frame is CAN FD
 * shows only where it has more than 8 bytes.
 */
import type { CanFrame } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { isFdLength } from '../fd-lengths.ts'
import { type CaptureOutput, countLeft, type StreamFormat, type Writer } from '../format.ts'
import { decimalNumber, hexNumber, setId } from './fields.ts'
import {
  headText,
  type LineOutcome,
  type LineParser,
  type LineTarget,
  readerOf,
} from './line-reader.ts'
import { hexText, oneBusOnly, secondsText } from './text-fields.ts'

const HEADER = 'timestamp,arbitration_id,extended,remote,error,dlc,data'
const line =
  /^([\d.]+(?:e[+-]?\d+)?),0x([0-9a-fA-F]{1,8}),([01]),([01]),([01]),(\d{1,2}),([A-Za-z0-9+/=]*)$/
const ID_BITS = 0x20000000

const pythonCanLines: LineParser = {
  line(text: string, into: LineTarget): LineOutcome {
    const found = line.exec(text.trim())
    if (found === null) return text.startsWith(HEADER) ? 'nothing' : 'malformed'
    const [, stamp, id = '', extended, remote, error, length, data = ''] = found
    const { frame } = into
    frame.remote = remote === '1'
    frame.error = error === '1'
    into.time = secondsOf(stamp)
    // In an error frame the bits above the identifier only repeat that it is one.
    const number = frame.error ? hexNumber(id) % ID_BITS : hexNumber(id)
    const isExtended = extended === '1' || frame.error
    if (into.time === undefined || !setId(frame, number, isExtended)) return 'malformed'
    return setData(frame, decimalNumber(length), data) ? 'frame' : 'malformed'
  },
}

function secondsOf(text: string | undefined): Micros | undefined {
  const micros = Math.round(Number(text) * 1_000_000)
  return Number.isSafeInteger(micros) ? micros : undefined
}

function setData(frame: CanFrame, length: number, text: string): boolean {
  frame.length = length
  frame.fd = length > 8
  if (frame.remote) return length <= 8 && text === ''
  const data = Buffer.from(text, 'base64')
  // Anything that is no Base64, or not in its one form, does not come back as it was.
  if (data.toString('base64') !== text) return false
  if (!isFdLength(length) || data.length !== length) return false
  frame.data.set(data)
  return true
}

function writePythonCan(output: CaptureOutput): Writer {
  const left = new Map<string, number>()
  const onBus = oneBusOnly(left)
  let begun = false
  const begin = () => {
    if (!begun) output.write(`${HEADER}\n`)
    begun = true
  }
  return {
    left,
    frame(frame, bus) {
      begin()
      onBus(bus)
      if (frame.sent) countLeft(left, 'direction')
      if (frame.fd && (frame.length <= 8 || frame.brs || frame.esi)) {
        countLeft(left, 'CAN FD flags')
      }
      output.write(lineOf(frame))
    },
    end: begin,
  }
}

function lineOf(frame: CanFrame): string {
  const flags = [frame.extended, frame.remote, frame.error].map(Number).join(',')
  const bytes = frame.data.subarray(0, frame.remote ? 0 : frame.length)
  const data = Buffer.from(bytes).toString('base64')
  const id = hexText(frame.id, 1).toLowerCase()
  return `${secondsText(frame.time)},0x${id},${flags},${frame.length},${data}\n`
}

export const pythonCanCsvFormat: StreamFormat = {
  kind: 'stream',
  name: 'python-can-csv',
  label: 'python-can CSV',
  extensions: ['.pythoncan.csv'],
  magic: (head) => headText(head, HEADER.length).startsWith(HEADER),
  reader: readerOf(() => pythonCanLines),
  writer: writePythonCan,
}
