/**
 * Opens the journal, whatever state the card is in. A damaged one is moved aside, not deleted, and a
 * new one takes its place with all that can still be read (salvage.ts). Where nothing can be written
 * at all, records go to the temporary folder, so that the present can at least be seen, and the
 * health says so.
 */
import { accessSync, constants, mkdtempSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../database/sqlite.ts'
import { messageOf } from '../../model/errors.ts'
import { releaseReserve } from './card-room.ts'
import { damageOf, findDamage, isDamage, isFull } from './check.ts'
import { Journal, type JournalOptions } from './journal.ts'
import { isLogForeign } from './open-damaged.ts'
import { finishRepair, repair } from './repair.ts'
import { versionOf } from './schema.ts'

/** Another process writes (a replay): opening waits for 5 s itself. */
const LOCKED = /locked|busy/i
const LOCKED_TRIES = 4
/** A file system in memory that every Linux has. */
const IN_MEMORY = '/dev/shm'
const ROOM_BYTES = 10_000_000
const FOREIGN_LOG = 'its log, journal.db-wal, belongs to another or an earlier one'

export function openJournal(options: JournalOptions, found: (sentence: string) => void): Journal {
  try {
    releaseReserve(options.path)
    finishRepair(options.path)
    const damage = damageIn(options.path)
    if (damage !== undefined) return openRepaired(options, damage, found)
    return openPatiently(options)
  } catch (error) {
    if (!isDamage(error)) return openTemporary(options, reasonOf(error), found)
    return openRepaired(options, damageOf(error), found)
  }
}

function openRepaired(
  options: JournalOptions,
  damage: string,
  found: (sentence: string) => void,
): Journal {
  try {
    found(repair(options.path, damage, () => performance.now()))
    return openPatiently(options)
  } catch (error) {
    return openTemporary(options, `it is damaged: ${damage}; ${messageOf(error)}`, found)
  }
}

/**
 * Undefined where there is no damage, or where opening it to write will tell what is wrong. Only
 * read: closing a connection that may write would put a log that does not belong to it into it.
 */
function damageIn(path: string): string | undefined {
  if (!isFilled(path)) return undefined
  let database: ReturnType<typeof openDatabase> | undefined
  try {
    database = openDatabase(path, { readOnly: true })
    versionOf(database, path)
    return isLogForeign(path, database) ? FOREIGN_LOG : findDamage(database)
  } catch (error) {
    return isDamage(error) ? damageOf(error) : undefined
  } finally {
    database?.close()
  }
}

function isFilled(path: string): boolean {
  try {
    const stats = statSync(path)
    return stats.isFile() && stats.size > 0
  } catch {
    return false
  }
}

function openPatiently(options: JournalOptions): Journal {
  for (let left = LOCKED_TRIES; ; left -= 1) {
    try {
      return new Journal(options)
    } catch (error) {
      if (left === 1 || !LOCKED.test(damageOf(error))) throw error
      const { path, logger } = options
      logger.warn({ path }, 'the journal is in use by another process; waiting for it')
    }
  }
}

function reasonOf(error: unknown): string {
  return isFull(error) ? `the card is full: ${messageOf(error)}` : messageOf(error)
}

function openTemporary(
  options: JournalOptions,
  reason: string,
  found: (sentence: string) => void,
): Journal {
  const path = join(temporaryFolder(), 'journal.db')
  found(
    `The journal cannot be used (${reason}): records go to ${path} and are lost with the next restart. Check the card, its space and the permissions of the data folder.`,
  )
  return new Journal({ ...options, path })
}

/** The folder for temporary files may be on the same card. */
function temporaryFolder(): string {
  const [folder = tmpdir()] = [tmpdir(), IN_MEMORY].filter(hasRoom)
  return mkdtempSync(join(folder, 'odograph-'))
}

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > ROOM_BYTES
  } catch {
    return false
  }
}
