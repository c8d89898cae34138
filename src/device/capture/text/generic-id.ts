/**
 * The plainest log of SavvyCAN, without times: `ID,Data Bytes` and then, in hexadecimal,
 *
 *   <id>,<byte> <byte> …
 *
 * Identifiers are written with 8 digits, whatever they are: up to 7FF they are taken as 11 bit. The
 * length is not written, so that only 8 bytes show that a line is whole.
 */
import type { StreamFormat } from '../format.ts'
import { fieldsOf, fillBytes, hexNumber, setAnyId } from './fields.ts'
import {
  headText,
  type LineOutcome,
  type LineParser,
  type LineTarget,
  readerOf,
} from './line-reader.ts'

const HEADER = 'ID,Data Bytes'

class GenericIdLines implements LineParser {
  #begun = false

  line(text: string, { frame }: LineTarget): LineOutcome {
    if (text.startsWith(HEADER)) {
      this.#begun = true
      return 'nothing'
    }
    // Too much else looks like these lines.
    if (!this.#begun) return 'malformed'
    const [id = '', bytes, ...more] = text.trim().split(',')
    if (bytes === undefined || more.length > 0) return 'malformed'
    const fields = bytes === '' ? [] : fieldsOf(bytes)
    if (fields.length > 8 || !setAnyId(frame, hexNumber(id))) return 'malformed'
    if (!fillBytes(frame, fields, 0, fields.length)) return 'malformed'
    return frame.length === 8 ? 'frame' : 'open'
  }
}

export const genericIdFormat: StreamFormat = {
  kind: 'stream',
  name: 'generic-id',
  label: 'SavvyCAN generic ID/data CSV',
  extensions: ['.id.csv'],
  magic: (head) => headText(head, HEADER.length).startsWith(HEADER),
  reader: readerOf(() => new GenericIdLines()),
}
