/**
 * Lines that an ELM327 or STN prints while it monitors (`AT MA`, headers on; ELM327 data sheet) → CAN
 * frames. On a line is the identifier, 3 or 8 digits, with `AT D1` one digit for the length, then the
 * bytes, or `RTR`. Spaces may be on or off.
 *
 * Clones glue lines together, lose digits and cut lines short. So a line counts only if its length is
 * that of the protocol in use, and once lengths have been seen only with a length that is right.
 */
import type { CanFrame } from '../../../model/frame.ts'

export type MonitorLine =
  | 'frame'
  /** Its memory ran full: it has stopped, and frames are lost. */
  | 'full'
  /** It has stopped. */
  | 'ended'
  /** Neither a frame nor a loss. */
  | 'nothing'
  | 'bad'

/** Which identifiers the protocol in use lets through. */
export type MonitorIds = 'standard' | 'extended' | 'both'

const FULL = /(BUFFERFULL|OUTOFMEMORY)$/
const ENDED = /(STOPPED|(CAN|BUS|FB)ERROR|BUSBUSY|UNABLETOCONNECT|NODATA|ERR\d\d|\?)$/
const NOTHING = /^(OK|(AT|ST)[A-Z].*|!?ACTALERT)?$/

const standardId = '([0-7][0-9A-F]{2})'
const extendedId = '([01][0-9A-F]{7})'
const plain = '(?:[0-9A-F]{2}){1,8}'
const withLength = '([0-8])((?:[0-9A-F]{2}){0,8}|RTR)'
/** A line that says how long it is has an even number of digits, or an odd one with 29 bits. */
const plainForms = [standardId, extendedId].map((id) => new RegExp(`^${id}()(${plain}|RTR)$`))
const lengthForms = [standardId, extendedId].map((id) => new RegExp(`^${id}${withLength}$`))

/** Lines without a length until it is believed that the adapter shows none. */
const PLAIN_ENOUGH = 3
/** Bad lines in a row after which it is looked anew. */
const BAD_ENOUGH = 8

export class ElmMonitorLines {
  readonly #ids: MonitorIds
  readonly #mayHaveLength: boolean
  #form: 'plain' | 'length' | undefined
  #plainInRow = 0
  #badInRow = 0

  /** `mayHaveLength`: the adapter took `AT D1`, which says nothing of whether it does it. */
  constructor(ids: MonitorIds, mayHaveLength: boolean) {
    this.#ids = ids
    this.#mayHaveLength = mayHaveLength
    this.#form = mayHaveLength ? undefined : 'plain'
  }

  /** Hot. Fills `frame` where the line is one. */
  read(text: string, frame: CanFrame): MonitorLine {
    const line = text.replaceAll(' ', '').toUpperCase()
    const match = this.#match(line)
    if (match !== null) {
      this.#badInRow = 0
      fill(frame, match)
      return 'frame'
    }
    if (FULL.test(line)) return 'full'
    if (ENDED.test(line)) return 'ended'
    if (NOTHING.test(line)) return 'nothing'
    this.#bad()
    return 'bad'
  }

  #match(line: string): RegExpExecArray | null {
    if (this.#form !== 'plain') {
      const match = this.#oneOf(lengthForms, line)
      if (match !== null && isAsLong(match)) {
        this.#form = 'length'
        return match
      }
      if (this.#form === 'length') return null
    }
    const match = this.#oneOf(plainForms, line)
    if (this.#form === 'plain') return match
    this.#plainInRow = match === null ? 0 : this.#plainInRow + 1
    if (this.#plainInRow < PLAIN_ENOUGH) return null
    this.#form = 'plain'
    return match
  }

  #oneOf([standard, extended]: readonly RegExp[], line: string): RegExpExecArray | null {
    const match = this.#ids === 'extended' ? null : standard?.exec(line)
    return match ?? (this.#ids === 'standard' ? null : (extended?.exec(line) ?? null))
  }

  #bad(): void {
    this.#badInRow += 1
    if (this.#badInRow < BAD_ENOUGH || !this.#mayHaveLength) return
    this.#badInRow = 0
    this.#plainInRow = 0
    this.#form = undefined
  }
}

function isAsLong([, , length = '', data = '']: RegExpExecArray): boolean {
  return data === 'RTR' || data.length === 2 * Number(length)
}

function fill(frame: CanFrame, [, id = '', length = '', data = '']: RegExpExecArray): void {
  frame.id = Number.parseInt(id, 16)
  frame.extended = id.length === 8
  frame.remote = data === 'RTR'
  frame.length = frame.remote ? Number(length) : data.length / 2
  if (frame.remote) return
  for (let i = 0; i < frame.length; i++) {
    frame.data[i] = Number.parseInt(data.slice(2 * i, 2 * i + 2), 16)
  }
}
