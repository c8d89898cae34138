/**
 * RFC 4180: a header, then a record a line. Times in UTC; a signal that is not known is an empty
 * field. With `units` the header says `speed [km/h]` instead of `speed`.
 */
import type { StoredRecord } from '../../model/record.ts'
import { type SignalName, signals } from '../../model/signals.ts'
import { ByteLine } from './byte-line.ts'
import { type ExportOutput, type ExportWriter, TextPieces } from './output.ts'

export interface CsvOptions {
  signals: readonly SignalName[]
  units?: boolean
}

const COMMA = 0x2c
/** RFC 4180, 2: what has to be in quotation marks. */
const SPECIAL = /[",\r\n]/

export function csvField(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = String(value)
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export class CsvWriter implements ExportWriter {
  readonly #signals: readonly SignalName[]
  readonly #line = new ByteLine()
  readonly #pieces: TextPieces
  #header: string

  constructor(output: ExportOutput, options: CsvOptions) {
    this.#signals = options.signals
    this.#pieces = new TextPieces(output)
    const names = options.signals.map((name) => {
      const { unit } = signals[name]
      return csvField(options.units === true && unit !== '' ? `${name} [${unit}]` : name)
    })
    this.#header = `${['time', 'received', 'source', 'clock', ...names].join(',')}\r\n`
  }

  record(record: StoredRecord): void {
    const { time, receivedAt, source, clockTrust, data } = record
    const line = this.#line
    line.length = 0
    line.time(time)
    line.byte(COMMA)
    line.time(receivedAt)
    line.text(`,${csvField(source)},${clockTrust}`)
    for (const name of this.#signals) {
      const value = data[name]
      line.byte(COMMA)
      if (typeof value === 'number') line.number(value)
      else if (value !== undefined) line.text(csvField(value))
    }
    line.text('\r\n')
    this.#begin()
    this.#pieces.addLine(line)
  }

  end(): void {
    this.#begin()
    this.#pieces.flush()
  }

  #begin(): void {
    if (this.#header === '') return
    this.#pieces.add(this.#header)
    this.#header = ''
  }
}
