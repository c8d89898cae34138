/**
 * Batches of the backlog, made where the journal is read: from blocks and rows, on the reader's
 * thread. Keeps what it learned of the size of a record, for each encoding.
 */
import type { Vehicle } from '../../model/vehicle.ts'
import type { BatchFormat } from '../batch-codec.ts'
import type { BacklogPart, BatchLimit } from '../lanes/lane-store.ts'
import { LocalBacklogReader } from '../lanes/local-backlog-reader.ts'
import { readPlaces } from './blocks/read-places.ts'
import type { Reading } from './reading.ts'

export interface BacklogQuery {
  from: number
  to: number
  limit: BatchLimit
  format: BatchFormat
  vehicles: readonly Vehicle[]
}

interface Maker {
  reader: LocalBacklogReader
  query: BacklogQuery
}

export class BacklogParts {
  readonly #reading: Reading
  readonly #makers = new Map<string, Maker>()

  constructor(reading: Reading) {
    this.#reading = reading
  }

  /** All that is read is read before it returns. */
  next(query: BacklogQuery): Promise<BacklogPart> {
    const maker = this.#makerOf(query)
    maker.query = query
    return maker.reader.next(query.from, query.to, query.limit)
  }

  #makerOf(first: BacklogQuery): Maker {
    const { format } = first
    const key = JSON.stringify(format)
    const known = this.#makers.get(key)
    if (known !== undefined) return known
    const maker: Maker = {
      query: first,
      reader: new LocalBacklogReader({
        store: {
          read: (after, limit) => readPlaces(this.#reading, after, maker.query.to, limit),
        },
        vehicles: () => maker.query.vehicles,
        format,
      }),
    }
    this.#makers.set(key, maker)
    return maker
  }
}
