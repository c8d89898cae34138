/**
 * What goes when the journal reaches its limits, or its card is full (card-room.ts). By age: whatever is older. By size: the oldest
 * records that every sink has, then the oldest of all; what was never sent is counted and said.
 * Odometer slots, events and states stay: they are small, and distances need them for ever.
 */
import type { Database, Row } from '../../database/sqlite.ts'
import type { Millis } from '../../model/time.ts'
import type { RecordTable } from './record-table.ts'

export interface RetentionLimits {
  /** Undefined: none. */
  maxAge: Millis | undefined
  maxBytes: number
}

export interface Removed {
  sent: number
  unsent: number
}

const INCREMENTAL = 2
/** Fewer are kept for what comes next. */
const FREE_PAGES = 1000
const PAGES_AT_ONCE = 500
const ROWS_AT_ONCE = 100
/** So many blocks go in one transaction. */
const BLOCKS_AT_ONCE = 50

export class Retention {
  readonly #database: Database
  readonly #records: RecordTable
  readonly #limits: RetentionLimits

  constructor(database: Database, records: RecordTable, limits: RetentionLimits) {
    this.#database = database
    this.#records = records
    this.#limits = limits
  }

  /** Bytes that hold something: pages that are free already are used again. */
  get bytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size')
  }

  /** Bytes of pages that are free. */
  get freeBytes(): number {
    return this.#pragma('freelist_count') * this.#pragma('page_size')
  }

  /**
   * Gives free pages back to the file system, some at a time, where many are free: rows that became
   * blocks leave them behind. Whether any were. Outside a transaction.
   */
  shrink(): boolean {
    const free = this.#pragma('freelist_count')
    if (free < FREE_PAGES || free < this.#pragma('page_count') / 4) return false
    return this.giveBack(PAGES_AT_ONCE)
  }

  /** Whether free pages can be given back: not those of a journal of an early version. */
  get shrinks(): boolean {
    return this.#pragma('auto_vacuum') === INCREMENTAL
  }

  /** Gives some free pages back to the file system. Whether there were any. Outside a transaction. */
  giveBack(pages: number): boolean {
    if (!this.shrinks || this.#pragma('freelist_count') === 0) return false
    this.#database.prepare(`PRAGMA incremental_vacuum(${pages})`).all()
    return true
  }

  /** Whether anything has to go. */
  isDue(now: Millis): boolean {
    return this.bytes > this.#limits.maxBytes || this.#tooOld(now) !== undefined
  }

  /** Within a transaction: one step. `sentUpTo`: the place up to which every sink has all. */
  step(now: Millis, sentUpTo: number): Removed {
    return this.#remove(this.#limits.maxBytes, sentUpTo, () => this.#tooOld(now))
  }

  /** Within a transaction: the oldest that hold so many bytes, in the same order. */
  giveWay(bytes: number, sentUpTo: number): Removed {
    return this.#remove(this.bytes - bytes, sentUpTo, () => undefined)
  }

  #remove(maxBytes: number, sentUpTo: number, tooOld: () => Row | undefined): Removed {
    const removed: Removed = { sent: 0, unsent: 0 }
    for (let left = BLOCKS_AT_ONCE; left > 0; left--) {
      const old = tooOld()
      if (old === undefined && this.bytes <= maxBytes) break
      const block =
        old ??
        this.#records.oldestBlock('last_seq <= ?', sentUpTo) ??
        this.#sentRows(sentUpTo, removed) ??
        this.#records.oldestBlock()
      if (block === 'rows') continue
      if (block === undefined) {
        const gone = this.#records.dropRows(Number.MAX_SAFE_INTEGER, ROWS_AT_ONCE)
        removed.unsent += gone
        if (gone === 0) break
        continue
      }
      const gone = this.#records.dropBlock(Number(block.num), Number(block.count))
      removed[Number(block.last_seq) <= sentUpTo ? 'sent' : 'unsent'] += gone
    }
    return removed
  }

  #sentRows(sentUpTo: number, removed: Removed): 'rows' | undefined {
    const gone = this.#records.dropRows(sentUpTo, ROWS_AT_ONCE)
    removed.sent += gone
    return gone > 0 ? 'rows' : undefined
  }

  #tooOld(now: Millis): Row | undefined {
    const { maxAge } = this.#limits
    if (maxAge === undefined) return undefined
    return this.#records.oldestBlock('last_time < ?', now - maxAge)
  }

  #pragma(name: string): number {
    const row = this.#database.prepare(`PRAGMA ${name}`).get() ?? {}
    return Number(Object.values(row)[0])
  }
}
