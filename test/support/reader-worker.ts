/** The reader's worker from its source: a thread needs the loader of this process given anew. */
import { Worker } from 'node:worker_threads'
import type { StartReaderWorker } from '../../src/uplink/store/reader.ts'

const source = new URL('../../src/uplink/store/reader-worker.ts', import.meta.url).href

export const startReaderWorker: StartReaderWorker = (path) =>
  new Worker(
    `import('tsx/esm/api').then(({ register }) => { register(); return import('${source}') })`,
    { eval: true, workerData: { path } },
  )
