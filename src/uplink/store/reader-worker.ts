/** The worker that reads the journal: long reads never hold up frames, records or requests. */
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../model/errors.ts'
import { blockToSeal } from './blocks/block-to-seal.ts'
import { buckets, days, events, page, sample, span, totalDistance } from './queries.ts'
import { inSnapshot, openReading, type Reading } from './reading.ts'
import { sentFrames } from './sent-frames.ts'

const queries = {
  blockToSeal,
  buckets,
  days,
  events,
  page,
  sample,
  sentFrames,
  span,
  totalDistance,
}

export type ReaderMethod = keyof typeof queries

export interface ReaderRequest {
  id: number
  method: ReaderMethod
  args: unknown[]
}

export type ReaderAnswer = { id: number; result: unknown } | { id: number; error: string }

let reading: Reading | undefined

parentPort?.on('message', (request: ReaderRequest | 'close') => {
  if (request === 'close') {
    reading?.database.close()
    parentPort?.close()
    return
  }
  parentPort?.postMessage(answerOf(request))
})

function answerOf({ id, method, args }: ReaderRequest): ReaderAnswer {
  try {
    reading ??= openReading((workerData as { path: string }).path)
    const open = reading
    const query = queries[method] as (reading: Reading, ...args: unknown[]) => unknown
    return { id, result: inSnapshot(open, () => query(open, ...args)) }
  } catch (error) {
    return { id, error: messageOf(error) }
  }
}
