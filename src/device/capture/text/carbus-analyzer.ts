/**
 * Text traces of CAR BUS Analyzer. Grammar, from such a file; lines end with CR alone, fields are
 * separated by tabs:
 *
 *   @ TEXT @ … @                                        heading
 *   <s> <channel> <flags> <id> <n> <byte> <byte> … <4 bytes> <the data as characters>
 *
 * Seconds have a decimal comma. The bytes are one field, separated by blanks. What the flags mean
 * is not known; identifiers up to 7FF are taken as 11 bit. Channel 1 is `can0` here.
 */
import type { StreamFormat } from '../format.ts'
import { decimalNumber, fieldsOf, fillBytes, hexNumber, microsOf, setAnyId } from './fields.ts'
import {
  headText,
  type LineOutcome,
  type LineParser,
  type LineTarget,
  readerOf,
} from './line-reader.ts'

const MAGIC = '@ TEXT @'

const carbusLines: LineParser = {
  line(text: string, into: LineTarget): LineOutcome {
    if (text.startsWith('@')) return 'nothing'
    const [stamp, channel = '', flags = '', id = '', length = '', bytes] = text.split('\t')
    const { frame } = into
    into.time = microsOf(stamp, 1_000_000)
    into.bus = `can${Number(channel) - 1}`
    if (into.time === undefined || bytes === undefined) return 'malformed'
    if (!/^[1-9]\d?$/.test(channel) || !/^[0-9A-Fa-f]{4}$/.test(flags)) return 'malformed'
    const data = bytes.trim() === '' ? [] : fieldsOf(bytes)
    const whole = decimalNumber(length) === data.length && data.length <= 8
    if (!whole || !setAnyId(frame, hexNumber(id))) return 'malformed'
    return fillBytes(frame, data, 0, data.length) ? 'frame' : 'malformed'
  },
}

export const carbusAnalyzerFormat: StreamFormat = {
  kind: 'stream',
  name: 'carbus-analyzer',
  label: 'CAR BUS Analyzer trace',
  extensions: ['.carbus.trc'],
  magic: (head) => headText(head, MAGIC.length).startsWith(MAGIC),
  reader: readerOf(() => carbusLines),
}
