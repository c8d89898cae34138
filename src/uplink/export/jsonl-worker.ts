/** The worker that makes JSON lines of slices of the journal, one after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import type { RecordQuery } from '../../model/ports.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { CLOSE } from '../end-worker.ts'
import { readRange } from '../store/read-range.ts'
import { openReading } from '../store/reading.ts'
import { JsonlWriter } from './jsonl.ts'

export interface JsonlWork {
  path: string
  vehicle: Vehicle
  signals: readonly SignalName[] | undefined
}

export interface JsonlRequest {
  index: number
  query: RecordQuery
}

/** A slice as it was made; `last`: the time of its last record, undefined where it has none. */
export interface JsonlSlice {
  index: number
  count: number
  last: Millis | undefined
  pieces: Uint8Array<ArrayBuffer>[]
}

const { path, vehicle, signals } = workerData as JsonlWork
const reading = openReading(path)

parentPort?.on('message', (request: JsonlRequest | typeof CLOSE) => {
  if (request === CLOSE) {
    reading.database.close()
    parentPort?.close()
    return
  }
  const made = sliceOf(request.index, request.query)
  const moved = made.pieces.map(({ buffer }) => buffer)
  parentPort?.postMessage(made, moved)
})

function sliceOf(index: number, query: RecordQuery): JsonlSlice {
  const made: JsonlSlice = { index, count: 0, last: undefined, pieces: [] }
  const output = {
    // a text comes alone only where it is longer than a piece
    write: (piece: string | Uint8Array) => made.pieces.push(bytesOf(piece)),
    pressure: () => undefined,
  }
  const writer = new JsonlWriter(output, vehicle, signals)
  for (const record of readRange(reading, query)) {
    writer.record(record)
    made.count += 1
    made.last = record.time
  }
  writer.end()
  return made
}

/** Of a memory of its own, so that it can be given away. */
function bytesOf(piece: string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (typeof piece === 'string') return new Uint8Array(Buffer.from(piece))
  return piece as Uint8Array<ArrayBuffer>
}
