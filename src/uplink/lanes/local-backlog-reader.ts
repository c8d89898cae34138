/**
 * Reads and encodes the backlog on the thread that asks. For tests, and where there is no thread for
 * it: a batch takes a few milliseconds.
 */
import type { StoredRecord } from '../../model/record.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { type BatchFormat, encodeRecords } from '../batch-codec.ts'
import type { BacklogPart, BacklogReader, Batch, BatchLimit, LaneStore } from './lane-store.ts'

export interface LocalBacklogReaderOptions {
  store: Pick<LaneStore, 'read'>
  vehicles(): readonly Vehicle[]
  format: BatchFormat
}

/** Of the records that would fit by their mean size: the next ones may be greater. */
const HEADROOM = 0.9

export class LocalBacklogReader implements BacklogReader {
  readonly #options: LocalBacklogReaderOptions
  /** Bytes a record, in the largest batch of the part before. */
  #recordBytes = 1

  constructor(options: LocalBacklogReaderOptions) {
    this.#options = options
  }

  async next(from: number, to: number, limit: BatchLimit): Promise<BacklogPart> {
    const fitting = Math.floor((limit.bytes * HEADROOM) / this.#recordBytes)
    let count = Math.max(1, Math.min(limit.records, fitting))
    const found = this.#options.store.read(from, count).filter(({ seq }) => seq <= to)
    // the store had nothing more before the end of the range
    const isAll = found.length < count
    for (;;) {
      const records = found.slice(0, count)
      const part = this.#encoded(records)
      const size = Math.max(0, ...part.batches.map(({ payload }) => payload.byteLength))
      if (size <= limit.bytes || records.length <= 1) {
        const last = isAll && count >= found.length ? to : (records.at(-1)?.seq ?? to)
        return { ...part, last }
      }
      count = Math.max(1, Math.min(records.length - 1, Math.floor(count / 2)))
    }
  }

  #encoded(records: readonly StoredRecord[]): Omit<BacklogPart, 'last'> {
    const { vehicles, format } = this.#options
    const part: Required<Omit<BacklogPart, 'last'>> = { batches: [], leftOut: [] }
    for (const [id, own] of byVehicle(records)) {
      const vehicle = vehicles().find((known) => known.id === id)
      if (vehicle === undefined) {
        part.leftOut.push({ vehicle: id, count: own.length })
        continue
      }
      const batch = encodeRecords(own, vehicle, format)
      part.batches.push({ vehicle: id, count: own.length, span: spanOf(own), ...batch })
      this.#recordBytes = Math.max(1, batch.payload.byteLength / own.length)
    }
    return part
  }
}

function byVehicle(records: readonly StoredRecord[]): Map<string, StoredRecord[]> {
  const groups = new Map<string, StoredRecord[]>()
  for (const record of records) {
    const group = groups.get(record.vehicle)
    if (group === undefined) groups.set(record.vehicle, [record])
    else group.push(record)
  }
  return groups
}

/** Of one record at least. */
function spanOf(records: readonly StoredRecord[]): Batch['span'] {
  const first = records[0] as StoredRecord
  const last = records.at(-1) as StoredRecord
  return { firstSeq: first.seq, lastSeq: last.seq, firstTime: first.time }
}
