/** A connection that reads the journal, and the blocks that it has open. */
import { type Database, openDatabase } from '../../database/sqlite.ts'
import { BlockCache } from './blocks/block-cache.ts'

export interface Reading {
  database: Database
  blocks: BlockCache
}

/** Throws `store-failed`. */
export function openReading(path: string): Reading {
  const database = openDatabase(path, { readOnly: true })
  return { database, blocks: new BlockCache(database) }
}

/** Runs in a read transaction: records become parts of blocks at any time. */
export function inSnapshot<T>({ database }: Reading, read: () => T): T {
  database.exec('BEGIN')
  try {
    return read()
  } finally {
    database.exec('COMMIT')
  }
}
