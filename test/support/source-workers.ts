/** Workers from their sources: a thread needs the loader of this process given anew. */
import { Worker } from 'node:worker_threads'
import type { StartJsonlWorker } from '../../src/uplink/export/parallel-jsonl.ts'
import type { StartReaderWorker } from '../../src/uplink/store/reader.ts'

const root = new URL('../../src/uplink/', import.meta.url).href

export const startReaderWorker: StartReaderWorker = (work) =>
  workerOf('store/reader-worker.ts', work)

export const startJsonlWorker: StartJsonlWorker = (work) => workerOf('export/jsonl-worker.ts', work)

function workerOf(file: string, workerData: unknown): Worker {
  return new Worker(
    `import('tsx/esm/api').then(({ register }) => { register(); return import('${root}${file}') })`,
    { eval: true, workerData },
  )
}
