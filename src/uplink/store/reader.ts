/** The reading ports of the journal: asks the reader's worker, one thread for all requests. */
import { Worker } from 'node:worker_threads'
import type { SentFrame } from '../../model/bus-request.ts'
import type { ReadLogReader, StoredRead } from '../../model/data-read.ts'
import { OdographError } from '../../model/errors.ts'
import type { StoredEvent } from '../../model/event.ts'
import type { LoraLogReader, StoredUplink } from '../../model/lora-log.ts'
import type {
  DistanceDay,
  DistanceExplanation,
  EventReader,
  RecordPage,
  RecordReader,
  SentFrameReader,
  TripReader,
  Usage,
} from '../../model/ports.ts'
import { defaultTripSettings, type TripSettings } from '../../model/trip.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import type { BatchFormat } from '../batch-codec.ts'
import { endWorker } from '../end-worker.ts'
import type { BacklogPart, BacklogReader } from '../lanes/lane-store.ts'
import type { BacklogQuery } from './backlog-parts.ts'
import type { SealQuery } from './blocks/block-to-seal.ts'
import type { SealedBlock } from './blocks/sealed-block.ts'
import type { ReaderAnswer, ReaderMethod, ReaderRequest, ReaderWork } from './reader-worker.ts'

export interface JournalReader
  extends RecordReader,
    EventReader,
    SentFrameReader,
    LoraLogReader,
    ReadLogReader,
    TripReader {
  blockToSeal(query: SealQuery): Promise<SealedBlock | undefined>
  /** Batches for a sink, made on the reader's thread. */
  backlog(format: BatchFormat, vehicles: () => readonly Vehicle[]): BacklogReader
  stop(): Promise<void>
}

import type { TripAnswer } from './trips/trip-book.ts'

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** Starts the thread that runs `reader-worker` on a database file. */
export type StartReaderWorker = (work: ReaderWork) => Worker

const startReaderWorker: StartReaderWorker = (work) =>
  new Worker(new URL('./reader-worker.js', import.meta.url), { workerData: work })

export function createReader(
  path: string,
  startWorker: StartReaderWorker = startReaderWorker,
  tripSettings: TripSettings = defaultTripSettings,
): JournalReader {
  const waiting = new Map<number, Waiting>()
  const closing = new Int32Array(new SharedArrayBuffer(4))
  let worker: Worker | undefined
  let stopped = false
  let count = 0

  /** The worker is started on the first read, and anew if it ever dies. */
  function running(): Worker {
    if (worker !== undefined) return worker
    const started = startWorker({ path, closing, trips: tripSettings })
    started.on('message', (answer: ReaderAnswer) => {
      const request = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (waiting.size === 0) started.unref()
      if ('error' in answer) request?.reject(new OdographError('store-failed', path, answer.error))
      else request?.resolve(answer.result)
    })
    const failed = (reason: string) => {
      if (worker !== started) return
      worker = undefined
      const error = new OdographError('store-failed', path, reason)
      for (const request of waiting.values()) request.reject(error)
      waiting.clear()
    }
    started.on('error', (error) => failed(error.message))
    started.on('exit', () => failed('the reader has stopped'))
    worker = started
    return started
  }

  function ask<T>(method: ReaderMethod, ...args: unknown[]): Promise<T> {
    if (stopped) return Promise.reject(new OdographError('store-failed', path, 'is closed'))
    return new Promise<T>((resolve, reject) => {
      count += 1
      waiting.set(count, { resolve: (result) => resolve(result as T), reject })
      const asked = running()
      // The process stays as long as an answer is awaited, and no longer.
      asked.ref()
      asked.postMessage({ id: count, method, args } satisfies ReaderRequest)
    })
  }

  return {
    sample: (query, limit, part) => ask<RecordPage>('sample', query, limit, part),
    buckets: (query, parts) => ask<RecordPage>('buckets', query, parts),
    page: (query, options) => ask<RecordPage>('page', query, options),
    span: (vehicle) => ask<{ first: number; last: number } | undefined>('span', vehicle),
    days: (vehicle, starts) => ask<DistanceDay[]>('days', vehicle, starts),
    totalDistance: (vehicle) => ask<number>('totalDistance', vehicle),
    explainDistance: (vehicle, from, to) =>
      ask<DistanceExplanation>('explainDistance', vehicle, from, to),
    usage: (vehicle, from, to) => ask<Usage>('usage', vehicle, from, to),
    distanceBetween: (vehicle, from, to) =>
      ask<number | undefined>('distanceBetween', vehicle, from, to),
    async trips(query) {
      for (;;) {
        const answer = await ask<TripAnswer>('trips', query)
        if ('trips' in answer) return answer.trips
      }
    },
    events: (query) => ask<StoredEvent[]>('events', query),
    blockToSeal: (query) => ask<SealedBlock | undefined>('blockToSeal', query),
    backlog: (format, vehicles) => ({
      next(from, to, limit) {
        const query: BacklogQuery = { from, to, limit, format, vehicles: [...vehicles()] }
        return ask<BacklogPart>('backlogPart', query)
      },
    }),
    loraUplinks: (query) => ask<StoredUplink[]>('loraUplinks', query),
    reads: (query) => ask<StoredRead[]>('reads', query),
    sentFrames: (query) => ask<SentFrame[]>('sentFrames', query),
    async stop() {
      stopped = true
      const ending = worker
      worker = undefined
      for (const request of waiting.values()) {
        request.reject(new OdographError('store-failed', path, 'is closing'))
      }
      waiting.clear()
      Atomics.store(closing, 0, 1)
      if (ending !== undefined) await endWorker(ending)
    },
  }
}
