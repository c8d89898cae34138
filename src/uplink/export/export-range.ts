/** A window of the journal as a file of one format: by several threads where that is sooner. */
import { availableParallelism } from 'node:os'
import type { RecordQuery } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import { rangeSlices } from '../store/range-slices.ts'
import { readRange } from '../store/read-range.ts'
import type { Reading } from '../store/reading.ts'
import { type ExportFormat, type ExportOptions, exportWriter, pump } from './export.ts'
import type { ExportOutput } from './output.ts'
import { parallelJsonl, type StartJsonlWorker } from './parallel-jsonl.ts'

export interface RangeExport {
  reading: Reading
  query: RecordQuery
  format: ExportFormat
  options: ExportOptions
  output: ExportOutput
  signal?: AbortSignal
  /** Now and then: the time of the record that was just written. */
  progress?: (time: Millis) => void
  startWorker?: StartJsonlWorker
}

/** A few megabytes of text. */
const SLICE_RECORDS = 4000
/** What is shorter is written before a thread has started. */
const MANY_SLICES = 8
/** A gateway may run beside it. */
const MAX_THREADS = 3

/** How many records were written. Rejects with `store-failed`, or when aborted. */
export async function exportRange(work: RangeExport): Promise<number> {
  const { reading, query, format, options, output, signal, progress, startWorker } = work
  const threads = Math.min(availableParallelism(), MAX_THREADS)
  const slices = rangeSlices(reading.database, query, SLICE_RECORDS)
  if (format === 'jsonl' && threads > 1 && slices.length >= MANY_SLICES) {
    const { vehicle, signals } = options
    return await parallelJsonl({
      work: { path: reading.path, vehicle, signals },
      ...{ slices, threads, output },
      ...(signal && { signal }),
      ...(progress && { progress }),
      ...(startWorker && { startWorker }),
    })
  }
  return await pump(readRange(reading, query), exportWriter(format, output, options), output, {
    ...(signal && { signal }),
    progress: ({ time }) => progress?.(time),
  })
}
