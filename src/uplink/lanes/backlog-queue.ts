/**
 * The backlog as an outbox reads it: encoded batches with places. A part of the backlog is read
 * ahead, off the main thread; until it is there, nothing is.
 *
 * A part has a batch for each vehicle in it. Only its last batch carries the place up to which the
 * part goes, so that the cursor moves over whole parts: what was acknowledged of a part that was not
 * acknowledged as a whole is repeated.
 */
import { messageOf } from '../../model/errors.ts'
import type { Logger } from '../../model/ports.ts'
import type { OutboxStore, Placed, Timers } from '../outbox-port.ts'
import type { LaneBook } from './lane-book.ts'
import type { BacklogPart, BacklogReader, Batch, BatchLimit, PlaceRange } from './lane-store.ts'

export interface BacklogItem extends Placed {
  /** undefined: nothing is left of these places. */
  batch?: Batch
}

export interface BacklogQueueOptions {
  book: LaneBook
  reader: BacklogReader
  limit(): BatchLimit
  /** More can be read. */
  wake(): void
  leftOut(vehicle: string, count: number): void
  logger: Logger
  timers: Timers
  retryMs: number
  maxRetryMs: number
  /** A reading that takes longer is given up. */
  readMs?: number
}

const READ_MS = 60_000

interface Part extends BacklogPart {
  from: number
}

export class BacklogQueue implements OutboxStore<BacklogItem> {
  readonly #options: BacklogQueueOptions
  #ready: Part | undefined
  #loading = false
  /** Counts what makes a reading under way worthless. */
  #epoch = 0
  #failures = 0
  #cancelRetry: (() => void) | undefined
  /** Why nothing can be read; undefined where it can. */
  failure: string | undefined
  /** Records that the store no longer had when their turn came. */
  gone = 0
  #counted = 0

  constructor(options: BacklogQueueOptions) {
    this.#options = options
  }

  cursor(): number {
    return this.#options.book.state.backlog[0]?.from ?? 0
  }

  saveCursor(_sink: string, seq: number): void {
    this.#options.book.backlogAt(seq)
  }

  unsent(): number {
    return this.#options.book.waiting
  }

  /** The batches of one part, if it has been read already. */
  read(after: number): BacklogItem[] {
    const range = this.#options.book.backlogAfter(after)
    if (range === undefined) return []
    const part = this.#ready
    if (part?.from !== range.from) {
      this.#load(range)
      return []
    }
    this.#ready = undefined
    this.#count(part)
    const next = this.#options.book.backlogAfter(part.last)
    if (next !== undefined) this.#load(next)
    return itemsOf(part)
  }

  /** The records have changed in the store, or are not wanted any more. */
  forget(): void {
    this.#epoch += 1
    this.#ready = undefined
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
  }

  #load(range: PlaceRange): void {
    if (this.#loading || this.#cancelRetry !== undefined) return
    this.#loading = true
    const epoch = this.#epoch
    this.#next(range).then(
      (part) => {
        this.#loading = false
        this.#failures = 0
        this.failure = undefined
        if (epoch === this.#epoch) this.#ready = { ...part, from: range.from }
        this.#options.wake()
      },
      (error) => {
        this.#loading = false
        this.#failed(messageOf(error))
      },
    )
  }

  async #next({ from, to }: PlaceRange): Promise<BacklogPart> {
    const part = await this.#inTime(this.#options.reader.next(from, to, this.#options.limit()))
    if (part.last > from && part.last <= to) return part
    throw new Error(`places ${from} to ${to} were read up to ${part.last}`)
  }

  #inTime<T>(reading: Promise<T>): Promise<T> {
    const { timers, readMs = READ_MS } = this.#options
    return new Promise((resolve, reject) => {
      const cancel = timers.after(readMs, () => reject(new Error(`no answer in ${readMs} ms`)))
      reading.then(resolve, reject).finally(cancel)
    })
  }

  #failed(detail: string): void {
    const { logger, timers, retryMs, maxRetryMs, wake } = this.#options
    this.failure = `the backlog cannot be read: ${detail}`
    const delayMs = Math.min(maxRetryMs, retryMs * 2 ** this.#failures)
    this.#failures += 1
    logger.warn({ detail, delayMs }, 'the backlog cannot be read')
    this.#cancelRetry?.()
    this.#cancelRetry = timers.after(delayMs, () => {
      this.#cancelRetry = undefined
      wake()
    })
  }

  /** Once for each place, however often it is read. */
  #count(part: Part): void {
    if (part.last <= this.#counted) return
    this.#counted = part.last
    let records = 0
    for (const { count } of part.batches) records += count
    for (const { vehicle, count } of part.leftOut ?? []) {
      records += count
      this.#options.leftOut(vehicle, count)
    }
    this.gone += part.last - part.from - records
  }
}

function itemsOf({ from, last, batches }: Part): BacklogItem[] {
  if (batches.length === 0) return [{ seq: last }]
  return batches.map((batch, index) => ({
    seq: index === batches.length - 1 ? last : from,
    batch,
  }))
}
