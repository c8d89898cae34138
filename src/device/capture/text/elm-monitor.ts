/**
 * What an ELM327 prints while it monitors the bus (`AT MA`, headers on), caught in a file. Grammar,
 * from the public data sheet; lines end with CR:
 *
 *   <id> <byte> …               11 bit: 3 digits
 *   <2> <2> <2> <2> <byte> …    29 bit: 4 times 2 digits, up to 1F FF FF FF
 *   <id> <n> <byte> …           with the length shown (`AT D1`), one digit
 *   <id> RTR                    remote
 *
 * or all digits in one word (`AT S0`): an odd number of them has an identifier of 11 bits. There
 * are no times, no bus (`can0` here) and usually no lengths. The adapter's own texts and echoed
 * commands are no frames; bytes followed by one of its error marks (`<DATA ERROR`) are not used. An
 * identifier without data and length is no frame here: too much else looks like that.
 */
import type { CanFrame } from '../../../model/frame.ts'
import type { StreamFormat } from '../format.ts'
import { fieldsOf, fillBytes, fillDigits, hexNumber, setId } from './fields.ts'
import { type LineOutcome, type LineParser, type LineTarget, readerOf } from './line-reader.ts'

/** How the adapter's texts begin. */
const texts = [
  'AT',
  'ELM327',
  'STOPPED',
  'BUFFER FULL',
  'NO DATA',
  '(?:CAN|BUS|FB) (?:ERROR|BUSY|INIT)',
  '<RX ERROR',
  '<DATA ERROR',
  'UNABLE TO CONNECT',
  'LV RESET',
  'ACT ALERT',
]
const adapterText = new RegExp(`^(?:$|\\?$|OK$|ERR\\d\\d$|${texts.join('|')})`, 'i')

const prompt = /^[\s>]*(?:SEARCHING\.*)?/

const elmLines: LineParser = {
  line(text: string, { frame }: LineTarget): LineOutcome {
    // The adapter now and then puts a NUL in between, as its data sheet warns.
    const line = text.replace(/\0/g, '').replace(prompt, '').trim()
    if (adapterText.test(line)) return 'nothing'
    const fields = fieldsOf(line)
    const [first = '', second = ''] = fields
    if (fields.length === 1) return oneWord(first, frame)
    const extended = first.length === 2
    const idFields = extended ? 4 : 1
    if (first.length !== 3 && !extended) return 'malformed'
    if (extended && fields.slice(0, 4).some(({ length }) => length !== 2)) return 'malformed'
    if (!setId(frame, hexNumber(fields.slice(0, idFields).join('')), extended)) return 'malformed'
    if (fields.length === idFields + 1 && fields[idFields] === 'RTR') return remote(frame)
    const announced = /^[0-8]$/.test(fields[idFields] ?? second) ? idFields : -1
    const dataAt = announced < 0 ? idFields : idFields + 1
    if (fields.length - dataAt > 8 || !fillBytes(frame, fields, dataAt, fields.length)) {
      return 'malformed'
    }
    if (announced < 0) return outcome(frame)
    if (Number(fields[announced]) !== frame.length) return 'malformed'
    // A cut line may end in the first digit of a byte, which looks like a length.
    return frame.length === 0 ? 'open' : 'frame'
  },
}

function oneWord(digits: string, frame: CanFrame): LineOutcome {
  const idDigits = digits.length % 2 === 1 ? 3 : 8
  const data = digits.slice(idDigits)
  if (data.length > 16) return 'malformed'
  if (!setId(frame, hexNumber(digits.slice(0, idDigits)), idDigits === 8)) return 'malformed'
  return fillDigits(frame, data) ? outcome(frame) : 'malformed'
}

function outcome({ length }: CanFrame): LineOutcome {
  if (length === 0) return 'malformed'
  return length === 8 ? 'frame' : 'open'
}

function remote(frame: CanFrame): LineOutcome {
  frame.remote = true
  frame.length = 0
  return 'frame'
}

export const elmMonitorFormat: StreamFormat = {
  kind: 'stream',
  name: 'elm-monitor',
  label: 'ELM327 monitor text',
  extensions: ['.elm.txt'],
  reader: readerOf(() => elmLines),
}
