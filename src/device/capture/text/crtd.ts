/**
 * CRTD, the logs of the Open Vehicle Monitoring System, which SavvyCAN writes too. Grammar, from
 * the public description of OVMS and from files; fields are separated by blanks:
 *
 *   <s> [<bus>]R11|R29|T11|T29 <id> <byte>…     received or sent, 11 or 29 bit
 *   <s> [<bus>]C<XX> …                          comments, events, commands, states: no frames
 *   # …
 *
 * Seconds with up to six decimals, since the start or since 1970. A bus of one digit counts from 1;
 * none is the first: `can0` here. The length is not written, so that only 8 bytes show that a line
 * is whole.
 */
import type { StreamFormat } from '../format.ts'
import { fieldsOf, fillBytes, hexNumber, microsOf, setId } from './fields.ts'
import { type LineOutcome, type LineParser, type LineTarget, readerOf } from './line-reader.ts'

const record = /^([1-9]?)([RT])(11|29)$/
const note = /^[1-9]?C[A-Z]{2}$/

const crtdLines: LineParser = {
  line(text: string, into: LineTarget): LineOutcome {
    if (text.trimStart().startsWith('#')) return 'nothing'
    const fields = fieldsOf(text)
    const [stamp = '', type = '', id = ''] = fields
    const time = /^\d+\.\d+$/.test(stamp) ? microsOf(stamp, 1_000_000) : undefined
    if (time === undefined) return 'malformed'
    const found = record.exec(type)
    if (found === null) return note.test(type) ? 'nothing' : 'malformed'
    const [, bus, direction, bits] = found
    const { frame } = into
    into.time = time
    into.bus = `can${Number(bus || 1) - 1}`
    frame.sent = direction === 'T'
    if (fields.length > 11 || !setId(frame, hexNumber(id), bits === '29')) return 'malformed'
    if (!fillBytes(frame, fields, 3, fields.length)) return 'malformed'
    return frame.length === 8 ? 'frame' : 'open'
  },
}

export const crtdFormat: StreamFormat = {
  kind: 'stream',
  name: 'crtd',
  label: 'OVMS CRTD',
  extensions: ['.crtd'],
  reader: readerOf(() => crtdLines),
}
