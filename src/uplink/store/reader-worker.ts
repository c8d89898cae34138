/** The worker that reads the journal: long reads never hold up frames, records or requests. */
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../model/errors.ts'
import type { TripQuery } from '../../model/ports.ts'
import type { TripSettings } from '../../model/trip.ts'
import { CLOSE } from '../end-worker.ts'
import { BacklogParts, type BacklogQuery } from './backlog-parts.ts'
import { blockToSeal } from './blocks/block-to-seal.ts'
import {
  days,
  distanceBetween,
  explainDistance,
  totalDistance,
} from './distance/distance-queries.ts'
import { loraUplinks } from './lora-log.ts'
import { buckets, events, page, sample, span, usage } from './queries.ts'
import { reads } from './read-log.ts'
import { inSnapshot, openReading, type Reading } from './reading.ts'
import { sentFrames } from './sent-frames.ts'
import { TripBook } from './trips/trip-book.ts'

const queries = {
  blockToSeal,
  buckets,
  days,
  distanceBetween,
  events,
  explainDistance,
  loraUplinks,
  page,
  reads,
  sample,
  sentFrames,
  span,
  totalDistance,
  usage,
}

export type ReaderMethod = keyof typeof queries | 'backlogPart' | 'trips'

export interface ReaderRequest {
  id: number
  method: ReaderMethod
  args: unknown[]
}

export type ReaderAnswer = { id: number; result: unknown } | { id: number; error: string }

interface Open {
  reading: Reading
  backlog: BacklogParts
  trips: TripBook
}

/** What the thread is given; `closing` holds 1 as soon as what waits need not be answered any more. */
export interface ReaderWork {
  path: string
  closing: Int32Array
  trips: TripSettings
}

const { path, closing, trips: tripSettings } = workerData as ReaderWork
let open: Open | undefined

parentPort?.on('message', async (request: ReaderRequest | typeof CLOSE) => {
  if (request === CLOSE) {
    open?.reading.database.close()
    parentPort?.close()
    return
  }
  parentPort?.postMessage(await answerOf(request))
})

async function answerOf({ id, method, args }: ReaderRequest): Promise<ReaderAnswer> {
  try {
    // nobody waits for what was asked before the end
    if (Atomics.load(closing, 0) === 1) throw new Error('the reader is closing')
    open ??= opened(path)
    const { reading, backlog, trips } = open
    if (method === 'backlogPart') {
      const [query] = args as [BacklogQuery]
      return { id, result: await inSnapshot(reading, () => backlog.next(query)) }
    }
    if (method === 'trips') {
      const [query] = args as [TripQuery]
      return { id, result: inSnapshot(reading, () => trips.answer(query)) }
    }
    const query = queries[method] as (reading: Reading, ...args: unknown[]) => unknown
    return { id, result: inSnapshot(reading, () => query(reading, ...args)) }
  } catch (error) {
    return { id, error: messageOf(error) }
  }
}

function opened(path: string): Open {
  const reading = openReading(path)
  return {
    reading,
    backlog: new BacklogParts(reading),
    trips: new TripBook(reading, tripSettings),
  }
}
