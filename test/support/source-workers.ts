/** Workers from their sources: a thread needs the loader of this process given anew. */
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { StartScriptWorker } from '../../src/sandbox/script-thread.ts'
import type { StartJsonlWorker } from '../../src/uplink/export/parallel-jsonl.ts'
import type { StartReaderWorker } from '../../src/uplink/store/reader.ts'

const root = new URL('../../src/', import.meta.url).href

export const startReaderWorker: StartReaderWorker = (work) =>
  workerOf('uplink/store/reader-worker.ts', { workerData: work })

export const startJsonlWorker: StartJsonlWorker = (work) =>
  workerOf('uplink/export/jsonl-worker.ts', { workerData: work })

export const startScriptWorker: StartScriptWorker = (options) =>
  workerOf('sandbox/script-worker.ts', options)

/** A file of test/support. */
export function startSupportWorker(name: string, workerData: unknown): Worker {
  return workerOf(`../test/support/${name}`, { workerData })
}

function workerOf(file: string, options: WorkerOptions): Worker {
  return new Worker(
    `import('tsx/esm/api').then(({ register }) => { register(); return import('${root}${file}') })`,
    { ...options, eval: true },
  )
}
