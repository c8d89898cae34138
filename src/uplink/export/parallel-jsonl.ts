/**
 * JSON lines of a long window, made by several threads and put together in order: most of an export's
 * time is the making of text. Each thread is at most two slices ahead, so memory stays flat however
 * long the window is.
 */
import { Worker } from 'node:worker_threads'
import { OdographError } from '../../model/errors.ts'
import type { RecordQuery } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import { endWorker } from '../end-worker.ts'
import type { JsonlRequest, JsonlSlice, JsonlWork } from './jsonl-worker.ts'
import type { ExportOutput } from './output.ts'

/** Starts a thread that runs `jsonl-worker`. */
export type StartJsonlWorker = (work: JsonlWork) => Worker

export interface ParallelOptions {
  work: JsonlWork
  /** In order of time (store/range-slices.ts). */
  slices: readonly RecordQuery[]
  threads: number
  output: ExportOutput
  signal?: AbortSignal
  /** Now and then: the time of the record that was just written. */
  progress?: (time: Millis) => void
  startWorker?: StartJsonlWorker
}

const AHEAD = 2

const startJsonlWorker: StartJsonlWorker = (work) =>
  new Worker(new URL('./jsonl-worker.js', import.meta.url), { workerData: work })

/** How many records were written. Rejects with `store-failed`, or when aborted. */
export async function parallelJsonl(options: ParallelOptions): Promise<number> {
  const { work, threads, slices, startWorker = startJsonlWorker } = options
  const workers = Array.from({ length: Math.min(threads, slices.length) }, () => startWorker(work))
  try {
    return await written(new Slices(workers, slices, work.path), options)
  } finally {
    await Promise.all(workers.map(endWorker))
  }
}

async function written(slices: Slices, options: ParallelOptions): Promise<number> {
  const { output, signal, progress } = options
  let count = 0
  for (let index = 0; index < options.slices.length; index += 1) {
    const slice = await slices.take(index)
    for (const piece of slice.pieces) {
      output.write(piece)
      await output.pressure()
    }
    count += slice.count
    if (slice.last !== undefined) progress?.(slice.last)
    signal?.throwIfAborted()
  }
  return count
}

/** Slice n is made by worker n modulo their number; each has at most `AHEAD` of them asked for. */
class Slices {
  readonly #workers: readonly Worker[]
  readonly #queries: readonly RecordQuery[]
  readonly #made = new Map<number, JsonlSlice>()
  #failure: OdographError | undefined
  #arrived: () => void = () => undefined

  constructor(workers: readonly Worker[], queries: readonly RecordQuery[], path: string) {
    this.#workers = workers
    this.#queries = queries
    const failed = (reason: string) => {
      this.#failure ??= new OdographError('store-failed', path, reason)
      this.#arrived()
    }
    for (const worker of workers) {
      worker.on('message', (slice: JsonlSlice) => {
        this.#made.set(slice.index, slice)
        this.#arrived()
      })
      worker.on('error', (error) => failed(error.message))
      worker.on('exit', () => failed('a thread of the export has stopped'))
    }
    for (let index = 0; index < workers.length * AHEAD; index += 1) this.#ask(index)
  }

  async take(index: number): Promise<JsonlSlice> {
    for (;;) {
      const slice = this.#made.get(index)
      if (slice !== undefined) {
        this.#made.delete(index)
        this.#ask(index + this.#workers.length * AHEAD)
        return slice
      }
      if (this.#failure !== undefined) throw this.#failure
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
  }

  #ask(index: number): void {
    const query = this.#queries[index]
    if (query === undefined) return
    const request: JsonlRequest = { index, query }
    this.#workers[index % this.#workers.length]?.postMessage(request)
  }
}
