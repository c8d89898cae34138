/**
 * Packets of an RP1210 adapter as the J1939 tools of Equipment & Tool Institute print them, by
 * themselves or within the lines of a program's log. Grammar, from such a log:
 *
 *   [<date> <time> <level> <class> <method>] <hh:mm:ss.ffff> <id> [<n>] <byte>×n [(TX)]
 *
 * The packet has the time of day only; the date is that of the log line, chosen so that both are
 * less than half a day apart. Without a date the days are counted from 0. Identifiers of 8 digits
 * have 29 bits. Lines of the log without a packet are passed over. No bus is named (`can0` here).
 */
import type { Micros } from '../../../model/time.ts'
import type { StreamFormat } from '../format.ts'
import { dayOf, nearest, parseTimeOfDay } from './day-clock.ts'
import { decimalNumber, fieldsOf, fillBytes, hexNumber, setId } from './fields.ts'
import { type LineOutcome, type LineParser, type LineTarget, readerOf } from './line-reader.ts'

const packet = /(?:^|\s)(\d\d:\d\d:\d\d\.\d{1,6}) ([0-9A-Fa-f]+) \[(\d+)\](.*)$/
const logged = /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d[.,]\d{3})\s/

class Rp1210Lines implements LineParser {
  #last: Micros = 0

  line(text: string, into: LineTarget): LineOutcome {
    const near = logTime(text)
    const found = packet.exec(text)
    // A line of the log alone; one that names a length is a damaged packet.
    if (found === null) return near !== undefined && !/\[\d+\]/.test(text) ? 'nothing' : 'malformed'
    const [, stamp = '', id = '', length, rest = ''] = found
    const { frame } = into
    const timeOfDay = parseTimeOfDay(stamp)
    if (timeOfDay === undefined || (id.length !== 3 && id.length !== 8)) return 'malformed'
    const fields = rest.trim() === '' ? [] : fieldsOf(rest)
    frame.sent = fields.at(-1) === '(TX)'
    if (frame.sent) fields.pop()
    const whole = fields.length === decimalNumber(length) && fields.length <= 8
    if (!whole || !fillBytes(frame, fields, 0, fields.length)) return 'malformed'
    if (!setId(frame, hexNumber(id), id.length === 8)) return 'malformed'
    into.time = nearest(timeOfDay, near ?? this.#last)
    this.#last = into.time
    return 'frame'
  }
}

function logTime(text: string): Micros | undefined {
  const [, year, month, day, time = ''] = logged.exec(text) ?? []
  const date = dayOf(Number(year), Number(month), Number(day))
  const timeOfDay = parseTimeOfDay(time)
  return date === undefined || timeOfDay === undefined ? undefined : date + timeOfDay
}

export const rp1210TextFormat: StreamFormat = {
  kind: 'stream',
  name: 'rp1210',
  label: 'RP1210 packet text',
  extensions: ['.rp1210.log'],
  reader: readerOf(() => new Rp1210Lines()),
}
