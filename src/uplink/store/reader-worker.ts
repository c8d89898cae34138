/** The worker that reads the journal: long reads never hold up frames, records or requests. */
import { parentPort, workerData } from 'node:worker_threads'
import { type Database, openDatabase } from '../../database/sqlite.ts'
import { messageOf } from '../../model/errors.ts'
import { buckets, days, events, page, sample, span, totalDistance } from './queries.ts'
import { sentFrames } from './sent-frames.ts'

const queries = { buckets, days, events, page, sample, sentFrames, span, totalDistance }

export type ReaderMethod = keyof typeof queries

export interface ReaderRequest {
  id: number
  method: ReaderMethod
  args: unknown[]
}

export type ReaderAnswer = { id: number; result: unknown } | { id: number; error: string }

const database = openDatabase((workerData as { path: string }).path, { readOnly: true })

parentPort?.on('message', (request: ReaderRequest | 'close') => {
  if (request === 'close') {
    database.close()
    parentPort?.close()
    return
  }
  const { id, method, args } = request
  let answer: ReaderAnswer
  try {
    const query = queries[method] as (database: Database, ...args: unknown[]) => unknown
    answer = { id, result: query(database, ...args) }
  } catch (error) {
    answer = { id, error: messageOf(error) }
  }
  parentPort?.postMessage(answer)
})
