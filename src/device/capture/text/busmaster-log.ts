/**
 * Logs of BUSMASTER. Grammar, from its files; lines in three stars are the heading, of which these
 * matter:
 *
 *   ***START DATE AND TIME 23:9:2015 22:17:28:928***     day first
 *   ***HEX*** or ***DEC***                               base of identifiers and bytes
 *   ***SYSTEM MODE***                                    times of the day
 *   ***ABSOLUTE MODE***                                  times since the start
 *   ***RELATIVE MODE***                                  times since the frame before
 *
 *   <h:m:s:fraction> Rx|Tx <channel> <id> s|x|sr|xr <n> <byte>×n
 *                                    s: 11 bit, x: 29 bit, r: remote
 *
 * The fraction has decimals of a second. Channel n is `can<n>` here. The date is taken as UTC.
 */
import type { CanFrame } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import type { StreamFormat } from '../format.ts'
import { dayOf, nearest, parseTimeOfDay } from './day-clock.ts'
import { decimalNumber, fieldsOf, fillBytes, hexNumber, setId } from './fields.ts'
import {
  headText,
  type LineOutcome,
  type LineParser,
  type LineTarget,
  readerOf,
} from './line-reader.ts'

const MAGIC = '***BUSMASTER'
const startDate = /^START DATE AND TIME (\d{1,2}):(\d{1,2}):(\d{4}) (\S+)$/
type Mode = 'system' | 'absolute' | 'relative'

class BusmasterLines implements LineParser {
  #decimal = false
  #mode: Mode = 'system'
  #start: Micros = 0
  #last: Micros = 0

  line(text: string, into: LineTarget): LineOutcome {
    const line = text.trim()
    if (line.startsWith('***')) return this.#heading(line.replace(/^\*+|\*+$/g, ''))
    const fields = fieldsOf(line)
    const [stamp = '', direction, channel = '', id = '', type = '', length] = fields
    const time = parseTimeOfDay(stamp)
    if (time === undefined || (direction !== 'Rx' && direction !== 'Tx')) return 'malformed'
    if (!/^\d{1,2}$/.test(channel) || !/^[sx]r?$/.test(type)) return 'malformed'
    const { frame } = into
    into.bus = `can${Number(channel)}`
    into.time = this.#timeOf(time)
    frame.sent = direction === 'Tx'
    frame.remote = type.endsWith('r')
    if (!setId(frame, this.#number(id), type.startsWith('x'))) return 'malformed'
    return this.#data(frame, decimalNumber(length), fields) ? 'frame' : 'malformed'
  }

  #heading(text: string): LineOutcome {
    const date = startDate.exec(text)
    if (date !== null) {
      const day = dayOf(Number(date[3]), Number(date[2]), Number(date[1]))
      const time = parseTimeOfDay(date[4] ?? '')
      if (day !== undefined && time !== undefined) this.#begin(day + time)
    } else if (text === 'HEX' || text === 'DEC') this.#decimal = text === 'DEC'
    const mode = /^(SYSTEM|ABSOLUTE|RELATIVE) MODE$/.exec(text)?.[1]?.toLowerCase()
    if (mode === 'system' || mode === 'absolute' || mode === 'relative') this.#mode = mode
    return 'nothing'
  }

  #begin(time: Micros): void {
    this.#start = time
    this.#last = time
  }

  #timeOf(stamp: Micros): Micros {
    if (this.#mode === 'absolute') return this.#start + stamp
    this.#last = this.#mode === 'system' ? nearest(stamp, this.#last) : this.#last + stamp
    return this.#last
  }

  #number(text: string): number {
    return this.#decimal ? decimalNumber(text) : hexNumber(text.replace(/^0x/, ''))
  }

  #data(frame: CanFrame, length: number, fields: string[]): boolean {
    const listed = fields.length - 6
    if (length < 0 || length > 8) return false
    if (listed === length && !frame.remote) {
      return fillBytes(frame, fields, 6, fields.length, this.#decimal)
    }
    frame.length = length
    return frame.remote && listed === 0
  }
}

export const busmasterLogFormat: StreamFormat = {
  kind: 'stream',
  name: 'busmaster',
  label: 'BUSMASTER log',
  extensions: ['.busmaster.log'],
  magic: (head) => headText(head, MAGIC.length).startsWith(MAGIC),
  reader: readerOf(() => new BusmasterLines()),
}
