/**
 * What is done when the card is full, so that the newest is stored none the less. SQLite needs room to
 * make room: a removal goes through the log, and what is in the log needs room in the file. Hence a
 * reserve, a file of real bytes beside the journal, more than the log ever holds: it goes first. When
 * half of that is used, too, the journal does not grow any more: before a commit the oldest records
 * go, in the order of retention.ts, until what comes fits into pages that are free in the file, and
 * after it the log begins anew in the room that it has. When others have left enough room, the
 * reserve is made again.
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

const MEBIBYTE = 1024 * 1024
/** Twice what the log holds before it is moved into the file. */
const RESERVE_BYTES = 8 * MEBIBYTE
/** So much is left to others when the reserve is made. */
const LEFT_FREE = 2 * MEBIBYTE
/** More than what comes takes. */
const FREE_PAGES = 256
const FULL = 13
/** The index of the log could not grow. */
const NO_SHARED_MEMORY = 4874

export class CardRoom {
  readonly #options: CardRoomOptions
  readonly #reserve: string
  #isTight = false

  constructor(options: CardRoomOptions) {
    this.#options = options
    this.#reserve = `${options.path}.reserve`
  }

  /** Makes the reserve, where there is room. Never throws. */
  prepare(): void {
    try {
      if (!existsSync(this.#reserve)) this.#makeReserve()
      this.#isTight = !existsSync(this.#reserve)
    } catch {
      this.#isTight = true
    }
  }

  /** Before a transaction. Never throws. */
  before(): void {
    if (this.#isTight) quietly(() => this.#freePages())
  }

  /** After one that went well. Never throws. */
  after(): void {
    if (this.#isTight) quietly(() => this.#restartLog())
  }

  /** After one that failed, rolled back: whether to try it once more. Never throws. */
  made(error: unknown): boolean {
    if (!isFull(error) || !existsSync(this.#reserve)) return false
    this.#isTight = true
    return quietly(() => {
      rmSync(this.#reserve)
      this.#restartLog()
      this.#freePages()
    })
  }

  #makeReserve(): void {
    const { bavail, bsize } = statfsSync(dirname(this.#reserve))
    if (bavail * bsize < RESERVE_BYTES + LEFT_FREE) return
    const file = openSync(this.#reserve, 'w')
    try {
      // no zeros: a file system may keep a hole in their place
      writeSync(file, Buffer.alloc(RESERVE_BYTES, 'reserve '))
      fsyncSync(file)
    } catch (error) {
      rmSync(this.#reserve, { force: true })
      throw error
    } finally {
      closeSync(file)
    }
  }

  /** It keeps the room that it has. */
  #restartLog(): void {
    this.#options.database.exec('PRAGMA wal_checkpoint(RESTART)')
  }

  /** While half of what the reserve held is there, the journal may grow into the other half. */
  #freePages(): void {
    const { bavail, bsize } = statfsSync(dirname(this.#reserve))
    if (bavail * bsize > RESERVE_BYTES / 2) return
    while (this.#freeCount() < FREE_PAGES && this.#options.remove() > 0) this.#restartLog()
  }

  #freeCount(): number {
    const row = this.#options.database.prepare('PRAGMA freelist_count').get() ?? {}
    return Number(Object.values(row)[0])
  }
}

/** Whether it went well. What did not is tried again with the next commit. */
function quietly(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

function isFull(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown }
  if (typeof errcode === 'number') return (errcode & 0xff) === FULL || errcode === NO_SHARED_MEMORY
  return /\bfull\b|ENOSPC/i.test(String(error))
}
