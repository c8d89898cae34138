/**
 * The two lanes that records take to one sink. LIVE: a record alone, as soon as it is committed, in
 * order. BACKLOG: everything that could not go out within `liveMs` of its commit, in batches, in
 * order, in what the live lane leaves of the line and of the byte budget. New records so never wait
 * behind last week's.
 *
 * Both lanes are outboxes: at least once, in order, never a skip. What becomes too old for the live
 * lane is handed over as a range of places, durably, before a newer record is sent; a record is
 * therefore always behind one of the two cursors. A link that is too slow for the live lane makes
 * it hand over in pieces of half of `liveMs`, so that ranges stay few.
 */
import type { Clock, Logger } from '../../model/ports.ts'
import type { StoredRecord } from '../../model/record.ts'
import type { Millis } from '../../model/time.ts'
import { Outbox, type OutboxHealth, type OutboxOptions } from '../outbox.ts'
import { systemTimers, type Timers } from '../outbox-port.ts'
import { type BacklogItem, BacklogQueue } from './backlog-queue.ts'
import { ByteBudget } from './byte-budget.ts'
import { LaneBook } from './lane-book.ts'
import type { BacklogReader, Batch, LaneStore } from './lane-store.ts'
import { OldestUnsent } from './oldest-unsent.ts'
import { Pace } from './pace.ts'
import { PlaceAges } from './place-ages.ts'

/** Tells how many bytes a message took on its way; not told, they are not counted. */
export type Spent = (bytes: number) => void

export interface LanesOptions
  extends Pick<
    OutboxOptions,
    'saveEvery' | 'saveMs' | 'retryMs' | 'maxRetryMs' | 'parkMs' | 'drainMs'
  > {
  sink: string
  store: LaneStore
  reader: BacklogReader
  /** Both resolve on acknowledgement, and are called in order without waiting for the one before. */
  deliver(record: StoredRecord, spent: Spent): Promise<void>
  deliverBatch(batch: Batch, spent: Spent): Promise<void>
  /** Records in the backlog whose vehicle is not configured, once for each. */
  leftOut?(vehicle: string, count: number): void
  logger: Logger
  clock: Clock
  timers?: Timers
  /** How long after its commit a record may still go out alone; 0: none ever does. */
  liveMs?: Millis
  /** Records, and batches, in flight at most. */
  window?: number
  backlogWindow?: number
  batchRecords?: number
  batchBytes?: number
  /** Without it there is no limit. */
  bytesPerHour?: number | undefined
}

export interface LanesHealth {
  live: OutboxHealth
  /** `unsent` counts records, `inFlight` batches. */
  backlog: OutboxHealth
  /** When the oldest record that is not acknowledged was received; undefined where there is none. */
  oldestUnsent: Millis | undefined
  /** Bytes of the last sixty minutes. */
  bytesLastHour: number
  /** Records that the store had removed before they could be sent. */
  gone: number
  /** A sentence for each reason why something waits. */
  waits: string[]
}

const DEFAULTS = {
  liveMs: 60_000,
  window: 16,
  backlogWindow: 4,
  batchRecords: 2000,
  batchBytes: 65_536,
  saveEvery: 200,
  saveMs: 5_000,
  retryMs: 1_000,
  maxRetryMs: 60_000,
}

export class Lanes {
  readonly #options: LanesOptions & typeof DEFAULTS
  readonly #timers: Timers
  readonly #book: LaneBook
  readonly #ages: PlaceAges
  readonly #budget: ByteBudget
  readonly #queue: BacklogQueue
  readonly #pace = new Pace()
  readonly #oldest: OldestUnsent
  readonly #live: Outbox
  readonly #backlog: Outbox<BacklogItem>
  /** The newest place when it was started: what is behind it has an age by the wall clock only. */
  #boundary: number | undefined
  /** Since when the newest place could not be read; undefined: it could. */
  #missedAt: Millis | undefined
  /** A connection was made, and the live lane has not been looked at since. */
  #fresh = false
  #held: string | undefined
  #maxBytes = Infinity
  #cancelBudget: (() => void) | undefined
  #stopping: Promise<void> | undefined

  constructor(options: LanesOptions) {
    this.#options = { ...DEFAULTS, ...options }
    this.#timers = options.timers ?? systemTimers
    const { sink, store, clock, reader, bytesPerHour } = this.#options
    this.#ages = new PlaceAges(this.#options.liveMs)
    this.#budget = new ByteBudget(bytesPerHour, () => clock.monotonic())
    this.#book = new LaneBook({ ...this.#options, timers: this.#timers })
    this.#oldest = new OldestUnsent(store, clock)
    this.#queue = new BacklogQueue({
      ...this.#options,
      reader,
      book: this.#book,
      timers: this.#timers,
      limit: () => this.#batchLimit(),
      wake: () => this.#backlog.wake(),
      leftOut: (vehicle, count) => options.leftOut?.(vehicle, count),
    })
    // the book saves for both, so the outboxes tell it of every move
    const lane = { ...this.#options, timers: this.#timers, saveEvery: 1 }
    const spent = (bytes: number) => this.#budget.spend(bytes)
    this.#live = new Outbox({
      ...lane,
      store: this.#liveView(),
      deliver: (record) => options.deliver(record, spent),
      rules: {
        may: () => this.#held === undefined,
        staleUpTo: (position) => this.#staleUpTo(position),
        cede: (from, to) => this.#cede(from, to),
        moved: () => this.#backlog.wake(),
      },
    })
    this.#backlog = new Outbox<BacklogItem>({
      ...lane,
      sink: `${sink} backlog`,
      store: this.#queue,
      deliver: ({ batch }) =>
        batch === undefined
          ? Promise.resolve()
          : this.#pace.judged(options.deliverBatch(batch, spent)),
      window: this.#options.backlogWindow,
      batch: 1,
      rules: { may: (item) => this.#mayDrain(item) },
    })
  }

  start(): void {
    if (this.#stopping !== undefined) {
      void this.#stopping.then(() => this.start())
      return
    }
    this.#boundary = undefined
    this.#noteNewest()
    this.#live.start()
    this.#backlog.start()
  }

  /** Waits a moment for what is in flight, then saves how far the lanes are. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= Promise.all([this.#live.stop(), this.#backlog.stop()]).then(() => {
      this.#cancelBudget?.()
      this.#cancelBudget = undefined
      this.#queue.forget()
      this.#book.close()
      this.#ages.forget()
      this.#stopping = undefined
    })
    return this.#stopping
  }

  /** The journal has committed. */
  wake(): void {
    this.#noteNewest()
    this.#live.wake()
    this.#backlog.wake()
  }

  /** The far side can be reached; it takes so many messages at once, and none that is greater. */
  connected(window = Infinity, maxBytes = Infinity): void {
    this.#fresh = true
    if (maxBytes < this.#maxBytes) this.#queue.forget()
    this.#maxBytes = maxBytes
    this.#live.connected(Math.min(window, this.#options.window))
    this.#backlog.connected(Math.min(window, this.#pace.of(this.#options.backlogWindow)))
  }

  disconnected(): void {
    this.#live.disconnected()
    this.#backlog.disconnected()
  }

  /**
   * With a reason, nothing is sent until it is called without one. Records may change in the store
   * meanwhile: what was read of them is read anew.
   */
  hold(reason: string | undefined): void {
    if (reason === this.#held) return
    this.#held = reason
    if (reason !== undefined) return
    this.#fresh = true
    this.#queue.forget()
    this.#live.reread()
    this.#backlog.reread()
  }

  health(): LanesHealth {
    const live = this.#live.health()
    const backlog = this.#backlog.health()
    return {
      live,
      backlog,
      oldestUnsent: this.#oldestUnsent(),
      bytesLastHour: this.#budget.spent,
      gone: this.#queue.gone,
      waits: this.#waits(live, backlog),
    }
  }

  #oldestUnsent(): Millis | undefined {
    try {
      const { live, backlog } = this.#book.state
      const after = backlog[0]?.from ?? live
      return after < this.#options.store.newest() ? this.#oldest.after(after) : undefined
    } catch {
      // the lanes themselves say that the store cannot be read
      return undefined
    }
  }

  #waits(live: OutboxHealth, backlog: OutboxHealth): string[] {
    const unsent = live.unsent + backlog.unsent
    if (this.#held !== undefined) return [`records are held back: ${this.#held}`]
    if (unsent === 0) return []
    if (live.state === 'stopped') return ['stopped']
    if (live.state === 'offline') return ['there is no connection']
    const waits: string[] = []
    if (live.detail !== '') waits.push(`records wait: ${live.detail}`)
    if (backlog.detail !== '') waits.push(`the backlog waits: ${backlog.detail}`)
    if (backlog.unsent === 0) return waits
    if (this.#queue.failure !== undefined) waits.push(this.#queue.failure)
    if (this.#live.waiting && live.detail === '') {
      waits.push('the backlog waits for newer records to be sent first')
    }
    if (this.#cancelBudget !== undefined) {
      waits.push('the backlog waits: the byte budget of the hour is used up for now')
    }
    return waits
  }

  #liveView() {
    const { store } = this.#options
    return {
      read: (after: number, limit: number) => store.read(after, limit),
      cursor: () => this.#book.state.live,
      saveCursor: (_sink: string, seq: number) => this.#book.liveAt(seq),
      unsent: () => Math.max(0, store.newest() - this.#book.state.live),
    }
  }

  /** What could not be noted, for the store could not be read, is as old as that. */
  #noteNewest(): void {
    const now = this.#options.clock.monotonic()
    try {
      const newest = this.#options.store.newest()
      this.#boundary ??= newest
      this.#ages.note(newest, this.#missedAt ?? now)
      this.#missedAt = undefined
    } catch {
      this.#missedAt ??= now
    }
  }

  /** The last place that is too old for the live lane, seen from the last place it has sent. */
  #staleUpTo(position: number): number {
    const { liveMs, store } = this.#options
    if (liveMs === 0) return store.newest()
    // what is measured long ago may be sealed as soon as it is stored: only the backlog finds it then
    return Math.max(this.#oldUpTo(position), store.sealedUpTo())
  }

  #oldUpTo(position: number): number {
    const { clock, liveMs } = this.#options
    const now = clock.monotonic()
    if (this.#missedAt !== undefined) this.#noteNewest()
    const fresh = this.#fresh
    this.#fresh = false
    let stale = this.#ages.olderThan(liveMs, now)
    if (stale > position && !fresh) stale = this.#ages.olderThan(liveMs / 2, now)
    const boundary = this.#boundary ?? 0
    if (position >= boundary || stale >= boundary) return stale
    return Math.max(stale, this.#staleByWallClock(position, boundary))
  }

  /** For what was committed before the start. A time to come is no age; the backlog takes it too. */
  #staleByWallClock(position: number, boundary: number): number {
    const { store, clock, liveMs } = this.#options
    const now = clock.now()
    const last = store.lastReceivedOutside(position, now - liveMs, now)
    return Math.min(last ?? 0, boundary)
  }

  #cede(from: number, to: number): void {
    this.#book.handOver(from, to)
    const fields = { sink: this.#options.sink, records: to - from }
    this.#options.logger.info(fields, 'records go to the backlog: newer ones are sent first')
  }

  #mayDrain(item?: BacklogItem): boolean {
    if (this.#held !== undefined || this.#live.waiting) return false
    if (item?.batch === undefined) return true
    const waitMs = this.#budget.waitFor(item.batch.payload.byteLength)
    if (waitMs === 0) return true
    this.#cancelBudget ??= this.#timers.after(waitMs, () => {
      this.#cancelBudget = undefined
      this.#backlog.wake()
    })
    return false
  }

  #batchLimit() {
    const { batchRecords, batchBytes } = this.#options
    const bytes = Math.min(this.#pace.of(batchBytes), this.#budget.burst, this.#maxBytes)
    return { records: batchRecords, bytes: Math.floor(bytes) }
  }
}
