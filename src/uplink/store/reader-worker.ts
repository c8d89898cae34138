/** The worker that reads the journal: long reads never hold up frames, records or requests. */
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../model/errors.ts'
import { BacklogParts, type BacklogQuery } from './backlog-parts.ts'
import { blockToSeal } from './blocks/block-to-seal.ts'
import { buckets, days, events, page, sample, span, totalDistance, usage } from './queries.ts'
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
  usage,
}

export type ReaderMethod = keyof typeof queries | 'backlogPart'

export interface ReaderRequest {
  id: number
  method: ReaderMethod
  args: unknown[]
}

export type ReaderAnswer = { id: number; result: unknown } | { id: number; error: string }

interface Open {
  reading: Reading
  backlog: BacklogParts
}

let open: Open | undefined

parentPort?.on('message', async (request: ReaderRequest | 'close') => {
  if (request === 'close') {
    open?.reading.database.close()
    parentPort?.close()
    return
  }
  parentPort?.postMessage(await answerOf(request))
})

async function answerOf({ id, method, args }: ReaderRequest): Promise<ReaderAnswer> {
  try {
    open ??= opened((workerData as { path: string }).path)
    const { reading, backlog } = open
    if (method === 'backlogPart') {
      const [query] = args as [BacklogQuery]
      return { id, result: await inSnapshot(reading, () => backlog.next(query)) }
    }
    const query = queries[method] as (reading: Reading, ...args: unknown[]) => unknown
    return { id, result: inSnapshot(reading, () => query(reading, ...args)) }
  } catch (error) {
    return { id, error: messageOf(error) }
  }
}

function opened(path: string): Open {
  const reading = openReading(path)
  return { reading, backlog: new BacklogParts(reading) }
}
