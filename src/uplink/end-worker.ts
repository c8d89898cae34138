/**
 * A thread is asked to end, never killed: ended from outside in the middle of a query, SQLite takes the
 * whole process with it.
 */
import type { Worker } from 'node:worker_threads'
import type { Millis } from '../model/time.ts'

/** What a worker is sent to end: it closes what it has open, and its port. */
export const CLOSE = 'close'

const LIMIT_MS: Millis = 10_000

/** Resolves when it has ended, or when it does not: then it holds up nothing any more. */
export function endWorker(worker: Worker): Promise<void> {
  // one that has ended has no id any more
  if (worker.threadId === -1) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      worker.unref()
      resolve()
    }, LIMIT_MS)
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    worker.ref()
    worker.postMessage(CLOSE)
  })
}
