/**
 * What is done when the card is full, so that the newest is stored none the less. SQLite needs room to
 * make room: a removal goes through the log, too. Hence a reserve, a file of real bytes beside the
 * journal, which goes first; then the log is moved into the file and cut; then the oldest records
 * go, in the order of retention.ts, until what comes next fits into pages that are free in the file.
 * No more than that goes: where the log itself cannot grow, removing records would not help. The
 * reserve is made again when there is room for it.
 */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from '../../database/sqlite.ts'

export interface CardRoomOptions {
  database: Database
  path: string
  /** Removes some of the oldest records, in a transaction of its own; how many. */
  remove: () => number
}

const RESERVE_BYTES = 1024 * 1024
/** So much is left to others when the reserve is made. */
const LEFT_FREE = 8 * RESERVE_BYTES
/** More than a commit takes. */
const FREE_PAGES = 64
const FULL = 13
/** The index of the log could not grow. */
const NO_SHARED_MEMORY = 4874

export class CardRoom {
  readonly #options: CardRoomOptions
  readonly #reserve: string

  constructor(options: CardRoomOptions) {
    this.#options = options
    this.#reserve = `${options.path}.reserve`
  }

  /** Makes the reserve, where there is room. Never throws. */
  prepare(): void {
    try {
      if (existsSync(this.#reserve)) return
      const { bavail, bsize } = statfsSync(dirname(this.#reserve))
      if (bavail * bsize >= RESERVE_BYTES + LEFT_FREE) makeReserve(this.#reserve)
    } catch {
      // Without one there is less to be done when the card is full.
    }
  }

  /**
   * After a transaction that failed: whether to try once more. `attempt`: how often it has failed.
   */
  made(error: unknown, attempt: number): boolean {
    if (!isFull(error)) return false
    try {
      if (attempt === 1) {
        rmSync(this.#reserve, { force: true })
        this.#cutLog()
        return true
      }
      if (attempt > 2 || !this.#freePages()) return false
      this.#cutLog()
      return true
    } catch {
      return false
    }
  }

  #cutLog(): void {
    this.#options.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  /** Whether any became free. */
  #freePages(): boolean {
    let hasRemoved = false
    while (this.#freeCount() < FREE_PAGES) {
      if (this.#options.remove() === 0) break
      hasRemoved = true
    }
    return hasRemoved
  }

  #freeCount(): number {
    const row = this.#options.database.prepare('PRAGMA freelist_count').get() ?? {}
    return Number(Object.values(row)[0])
  }
}

export function isFull(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown }
  if (typeof errcode === 'number') return (errcode & 0xff) === FULL || errcode === NO_SHARED_MEMORY
  return /\bfull\b|ENOSPC/i.test(String(error))
}

/** Bytes that are no zeros: a file system may keep a hole in their place. */
function makeReserve(path: string): void {
  const file = openSync(path, 'w')
  try {
    writeSync(file, Buffer.alloc(RESERVE_BYTES, 'reserve '))
    fsyncSync(file)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}
