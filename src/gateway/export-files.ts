/**
 * The files of exports, in the data folder's `exports/`: written aside, flushed, then renamed, so that a
 * file that is there is whole. They never take the room that the journal needs.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { syncFolder } from '../config/durable-file.ts'
import { systemCode } from '../model/errors.ts'

/** What stays free for the journal, or a tenth of a small card. */
const RESERVE_BYTES = 256_000_000
const RESERVE_PART = 0.1
/** How much is written between two looks at what is free. */
const LOOK_BYTES = 4_000_000
/** Ours, and nothing else that somebody may have put there. */
const OURS = /^([0-9A-Za-z]{27})\.json(\.part)?$/

/** There is no room for the file. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom'
}

export interface CardSpace {
  free: number
  total: number
}

export class ExportFiles {
  readonly #folder: string
  readonly #space: (folder: string) => CardSpace

  constructor(folder: string, space: (folder: string) => CardSpace = spaceOf) {
    this.#folder = folder
    this.#space = space
  }

  path(id: string): string {
    return join(this.#folder, `${id}.json`)
  }

  /** Bytes of a whole file; undefined where there is none. */
  bytes(id: string): number | undefined {
    return statSync(this.path(id), { throwIfNoEntry: false })?.size
  }

  /** Returns its bytes. Throws `NoRoom`, what the pieces throw, or a system error; then there is no file. */
  async write(id: string, pieces: AsyncIterable<string>, signal: AbortSignal): Promise<number> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const part = `${this.path(id)}.part`
    // Open before anything can fail: what is removed then does not come back.
    const target = (await open(part, 'w', 0o600)).createWriteStream({ flush: true })
    try {
      await pipeline(Readable.from(this.#whileThereIsRoom(pieces)), target, { signal })
      renameSync(part, this.path(id))
    } catch (error) {
      rmSync(part, { force: true })
      if (systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT') throw noRoom(0, 0)
      throw error
    }
    syncFolder(this.#folder)
    return target.bytesWritten
  }

  /** Never throws. */
  remove(id: string): void {
    try {
      rmSync(this.path(id), { force: true })
      rmSync(`${this.path(id)}.part`, { force: true })
    } catch {
      // A card that can only be read: it is tried again at the next start.
    }
  }

  /** Removes whatever belongs to none of these. */
  removeAllBut(ids: ReadonlySet<string>): void {
    for (const name of this.#names()) {
      const [, id = '', part] = OURS.exec(name) ?? []
      if (id !== '' && (part !== undefined || !ids.has(id))) this.remove(id)
    }
  }

  /** Whether so little is left that records are worth more than files that can be made again. */
  isScarce(): boolean {
    try {
      const space = this.#space(this.#folder)
      return space.free < reserveOf(space) / 4
    } catch {
      return false // There is no such folder, and so no file.
    }
  }

  async *#whileThereIsRoom(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
    let written = 0
    let looked = Number.NEGATIVE_INFINITY
    for await (const piece of pieces) {
      if (written - looked >= LOOK_BYTES) {
        const space = this.#space(this.#folder)
        if (space.free < reserveOf(space)) throw noRoom(written, space.free)
        looked = written
      }
      const bytes = Buffer.from(piece)
      written += bytes.length
      yield bytes
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder)
    } catch {
      return [] // There was never an export here.
    }
  }
}

function reserveOf({ total }: CardSpace): number {
  return Math.min(RESERVE_BYTES, total * RESERVE_PART)
}

function noRoom(written: number, free: number): NoRoom {
  const known = free === 0 ? '' : ` (${megabytes(written)} written, ${megabytes(free)} left)`
  return new NoRoom(
    `there is not enough room on the card for the file${known}: fetch …/export/json, which needs none`,
  )
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`
}

function spaceOf(folder: string): CardSpace {
  const { bavail, blocks, bsize } = statfsSync(folder)
  return { free: bavail * bsize, total: blocks * bsize }
}
