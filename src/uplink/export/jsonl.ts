/** One CloudEvent a line: the event that REST history and MQTT have for the record. */
import type { StoredRecord } from '../../model/record.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { EventLines } from './event-lines.ts'
import { type ExportOutput, type ExportWriter, TextPieces } from './output.ts'

export class JsonlWriter implements ExportWriter {
  readonly #lines: EventLines
  readonly #pieces: TextPieces
  readonly #signals: readonly SignalName[] | undefined

  /** `signals`: what is kept of the data; all where absent. The position follows from it. */
  constructor(output: ExportOutput, vehicle: Vehicle, signals?: readonly SignalName[]) {
    this.#lines = new EventLines(vehicle)
    this.#pieces = new TextPieces(output)
    this.#signals = signals
  }

  record(record: StoredRecord): void {
    const shown = this.#signals === undefined ? record : narrowed(record, this.#signals)
    this.#pieces.addLine(this.#lines.line(shown))
  }

  end(): void {
    this.#pieces.flush()
  }
}

function narrowed(record: StoredRecord, signals: readonly SignalName[]): StoredRecord {
  const data: Record<string, unknown> = {}
  for (const name of signals) if (record.data[name] !== undefined) data[name] = record.data[name]
  return { ...record, data }
}
