/**
 * Logs of Microchip's CAN BUS Analyzer, which SavvyCAN writes too. Grammar, from its files:
 *
 *   //----…                                        two such lines around the heading
 *   <ms>;RX|TX;0x<id>[x];<n>;0x<byte>;×n           ends with a semicolon
 *
 * Identifiers up to 7FF are 11 bit, unless an `x` says otherwise. No bus is named (`can0` here).
 */
import type { StreamFormat } from '../format.ts'
import { decimalNumber, fillDigits, hexNumber, microsOf, setId } from './fields.ts'
import { type LineOutcome, type LineParser, type LineTarget, readerOf } from './line-reader.ts'

const line = /^(\d+);([RT])X;0x([0-9A-Fa-f]{1,8})(x?);(\d);((?:0x[0-9A-Fa-f]{2};?)*)$/
const MILLISECOND = 1000
const MAX_STANDARD = 0x7ff

class MicrochipLines implements LineParser {
  #inHeading = false

  line(text: string, into: LineTarget): LineOutcome {
    if (text.startsWith('//')) {
      this.#inHeading = !this.#inHeading
      return 'nothing'
    }
    const found = line.exec(text.trim())
    if (found === null) return this.#inHeading ? 'nothing' : 'malformed'
    const [, millis, direction, digits = '', mark, length, bytes = ''] = found
    const { frame } = into
    into.time = microsOf(millis, MILLISECOND)
    frame.sent = direction === 'T'
    const id = hexNumber(digits)
    const hasId = setId(frame, id, mark === 'x' || id > MAX_STANDARD)
    const hasData = fillDigits(frame, bytes.replace(/0x|;/g, ''))
    const whole = frame.length === decimalNumber(length) && frame.length <= 8
    return into.time !== undefined && hasId && hasData && whole ? 'frame' : 'malformed'
  }
}

export const microchipLogFormat: StreamFormat = {
  kind: 'stream',
  name: 'microchip',
  label: 'Microchip CAN BUS Analyzer',
  extensions: ['.microchip.log'],
  reader: readerOf(() => new MicrochipLines()),
}
