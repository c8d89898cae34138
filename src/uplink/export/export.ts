/**
 * Records to a file of one format, in constant memory: as fast as the output takes them. Stands
 * beside REST and MQTT as a reader of the journal.
 */
import type { StoredRecord } from '../../model/record.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { CsvWriter } from './csv.ts'
import { geojsonWriter } from './geojson.ts'
import { GpxWriter } from './gpx.ts'
import { JsonlWriter } from './jsonl.ts'
import type { ExportOutput, ExportWriter } from './output.ts'
import { RecordParquetWriter } from './parquet.ts'

export const exportFormats = ['jsonl', 'csv', 'parquet', 'gpx', 'geojson'] as const

export type ExportFormat = (typeof exportFormats)[number]

export interface ExportOptions {
  vehicle: Vehicle
  /** The columns of a table; of the other formats what is left of a record, all where absent. */
  signals?: readonly SignalName[] | undefined
  /** CSV: units in the header. */
  units?: boolean
  /** GeoJSON: points instead of lines. */
  points?: boolean
  createdBy: string
}

export function exportWriter(
  format: ExportFormat,
  output: ExportOutput,
  options: ExportOptions,
): ExportWriter {
  const { vehicle, signals = [], units = false, points = false, createdBy } = options
  switch (format) {
    case 'jsonl':
      return new JsonlWriter(output, vehicle, options.signals)
    case 'csv':
      return new CsvWriter(output, { signals, units })
    case 'parquet':
      return new RecordParquetWriter(output, { signals, createdBy })
    case 'gpx':
      return new GpxWriter(output, vehicle.id)
    case 'geojson':
      return geojsonWriter(output, { vehicle: vehicle.id, points, signals: options.signals })
  }
}

export interface PumpOptions {
  signal?: AbortSignal
  /** Now and then: the record that was just written. */
  progress?: (record: StoredRecord) => void
}

/** So many records are written before others get a turn. */
const TURN = 2000

/** Writes all records and the end of the file; how many there were. Rejects when aborted. */
export async function pump(
  records: Iterable<StoredRecord> | AsyncIterable<StoredRecord>,
  writer: ExportWriter,
  output: ExportOutput,
  options: PumpOptions = {},
): Promise<number> {
  let count = 0
  const write = (record: StoredRecord): Promise<void> | undefined => {
    writer.record(record)
    count += 1
    if (count % TURN === 0) {
      options.progress?.(record)
      return turn(output, options.signal)
    }
    return output.pressure()
  }
  if (Symbol.asyncIterator in records) {
    for await (const record of records) await write(record)
  } else {
    for (const record of records) {
      // Not awaited where there is nothing to wait for: that would cost more than the writing.
      const waiting = write(record)
      if (waiting !== undefined) await waiting
    }
  }
  options.signal?.throwIfAborted()
  writer.end()
  await output.pressure()
  return count
}

async function turn(output: ExportOutput, signal: AbortSignal | undefined): Promise<void> {
  await output.pressure()
  await new Promise((resolve) => setImmediate(resolve))
  signal?.throwIfAborted()
}
