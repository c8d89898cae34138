/**
 * What the journal does when its card is full. To remove records SQLite has to write first, and so a
 * file of real blocks, `journal.reserve`, lies beside the journal while there is room. It is as large
 * as the log grows before it is taken over into the database, which may grow by as much.
 *
 * When a commit finds no room, the log is taken over and begins anew. Is that not enough, the
 * reserve goes, and then the oldest records give way to new ones (retention.ts has the order), a
 * little at a time. Their pages are used again: the journal goes round at the size that it has.
 *
 * So does a journal that takes a good part of what is full. Where other files fill the card, records
 * wait in memory for ten minutes, since somebody may put that right, before the reserve and
 * history are given for them, and nothing is given back: what fills the card would take that, too.
 *
 * Afterwards, in steps of `Journal.retain`, a journal that fills the card gives pages back until there
 * is room for the reserve, and as much again. It is made in pieces, one with each turn of the timer.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Database } from '../../database/sqlite.ts'
import type { Millis } from '../../model/time.ts'

/** A log is taken over at 1,000 pages of 4 KiB; some more for the commit that is under way. */
export const RESERVE_BYTES = 4_718_592
/** Less is no room to open a journal. */
const SCARCE_BYTES = 1_000_000
/** The part of all that is on the card from which on the journal is what fills it. */
const MAIN_PART = 0.25
const PATIENCE_MS: Millis = 600_000
const STEP_BYTES = 256 * 1024
const PIECE_BYTES = 512 * 1024
/** Moving a page to give one back needs room in the log, too. */
const PAGES_AT_ONCE = 100

export interface CardRoomOptions {
  path: string
  database: Database
  now: () => Millis
  /** Removes the oldest records that hold so many bytes, and no more. How many went. */
  giveWay: (bytes: number) => number
  /** What the journal holds, and what it has in pages that are free. */
  bytes: () => number
  freeBytes: () => number
  /** Gives free pages back; false where there are none, or they cannot be. */
  giveBack: (pages: number) => boolean
  /** Whether pages can be given back at all. */
  shrinks: () => boolean
}

export class CardRoom {
  readonly #options: CardRoomOptions
  readonly #reserve: string
  #fullSince: Millis | undefined

  constructor(options: CardRoomOptions) {
    this.#options = options
    this.#reserve = reservePath(options.path)
  }

  /** Whether a commit has found no room since there was last a reserve. */
  get isFull(): boolean {
    return this.#fullSince !== undefined
  }

  /**
   * After a commit that found no room: makes some. `bytes`: what waits to be written; `attempt` counts
   * from 0. Whether trying again makes sense. Never throws.
   */
  make(bytes: number, attempt: number): boolean {
    try {
      if (attempt === 0 && this.#takeOver()) return true
      if (!this.#mayGiveWay()) return false
      if (this.#release()) {
        this.before(bytes)
        return true
      }
      const gone = this.#options.giveWay(bytes + attempt * STEP_BYTES)
      this.#takeOver()
      return gone > 0
    } catch {
      // Not even for that is there room: the commit that failed tells of it.
      return false
    }
  }

  /**
   * Before a commit of so many bytes: once the reserve is gone, the database must not grow, for a log
   * that cannot be taken over cannot begin anew. Never throws.
   */
  before(bytes: number): void {
    if (this.#fullSince === undefined || existsSync(this.#reserve)) return
    try {
      if (spaceOf(this.#options.path).free >= RESERVE_BYTES) return
      const missing = bytes + STEP_BYTES - this.#options.freeBytes()
      if (missing > 0) this.#options.giveWay(missing)
    } catch {
      // The commit tells of it.
    }
  }

  #mayGiveWay(): boolean {
    const now = this.#options.now()
    this.#fullSince ??= now
    return this.#isMain() || Math.abs(now - this.#fullSince) >= PATIENCE_MS
  }

  /** Its room is taken at once, before anybody else takes it. False where there is none. */
  #release(): boolean {
    if (!existsSync(this.#reserve)) return false
    rmSync(this.#reserve)
    this.#takeOver()
    return true
  }

  /** What waits now would be lost: nothing is waited for any more. */
  hurry(): void {
    this.#fullSince = Number.NEGATIVE_INFINITY
  }

  /** Regularly: a piece of the reserve, where there is room for it. Never throws. */
  prepare(): void {
    try {
      const size = sizeOf(this.#reserve)
      if (!this.#hasRoom(size)) return
      if (size < RESERVE_BYTES) addTo(this.#reserve)
      else this.#fullSince = undefined
    } catch {
      // A folder that cannot be written: commits tell of it.
    }
  }

  /**
   * Regularly: a step towards room for the reserve, by a journal that fills its card. Whether there may
   * be more to do at once. Throws what SQLite says.
   */
  tend(): boolean {
    const size = sizeOf(this.#reserve)
    if (size >= RESERVE_BYTES || this.#hasRoom(size)) return false
    if (!this.#options.shrinks() || !this.#isMain()) return false
    const isMore = this.#options.giveBack(PAGES_AT_ONCE) || this.#options.giveWay(STEP_BYTES) > 0
    this.#takeOver()
    return isMore
  }

  #hasRoom(size: number): boolean {
    return spaceOf(this.#options.path).free + size >= 2 * RESERVE_BYTES
  }

  /** Whether it is the journal that fills its card. */
  #isMain(): boolean {
    const { used } = spaceOf(this.#options.path)
    return this.#options.bytes() >= used * MAIN_PART
  }

  /**
   * Takes the log over into the database, so that it begins anew. It waits for nobody; readers may
   * hold parts of it up. False if nothing was in it, or there is no room to take it over.
   */
  #takeOver(): boolean {
    try {
      const row = this.#options.database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()
      return Number(row?.checkpointed) > 0
    } catch {
      return false
    }
  }
}

/** Before a journal is opened: where there is no room for its log, the reserve goes. Never throws. */
export function releaseReserve(path: string): void {
  try {
    if (spaceOf(path).free < SCARCE_BYTES) rmSync(reservePath(path), { force: true })
  } catch {
    // No such folder, or one that cannot be written: opening the journal says so.
  }
}

function reservePath(path: string): string {
  return join(dirname(path), 'journal.reserve')
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** A piece at a time, for a card is slow; of what no file system makes smaller. */
function addTo(path: string): void {
  const file = openSync(path, 'a', 0o600)
  try {
    writeFileSync(file, randomBytes(PIECE_BYTES))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function spaceOf(path: string): { free: number; used: number } {
  const { bsize, blocks, bfree, bavail } = statfsSync(dirname(path))
  return { free: bavail * bsize, used: (blocks - bfree) * bsize }
}
