/** A connection that reads the journal, and the blocks that it has open. */
import { type Database, openDatabase } from '../../database/sqlite.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import { BlockCache } from './blocks/block-cache.ts'
import { requireVersion } from './schema.ts'

export interface Connection {
  database: Database
}

export interface Reading extends Connection {
  path: string
  blocks: BlockCache
}

/** Throws `store-failed`, also for a journal of an earlier or a later version. */
export function openReading(path: string): Reading {
  const database = openDatabase(path, { readOnly: true })
  try {
    requireVersion(database, path)
    return { path, database, blocks: new BlockCache(database) }
  } catch (error) {
    database.close()
    if (error instanceof OdographError) throw error
    throw new OdographError('store-failed', path, messageOf(error), error)
  }
}

/**
 * Runs in a read transaction, its own or one that is open already: records become parts of blocks at
 * any time.
 */
export function inSnapshot<T>({ database }: Reading, read: () => T): T {
  database.exec('SAVEPOINT reading')
  try {
    return read()
  } finally {
    database.exec('RELEASE reading')
  }
}
