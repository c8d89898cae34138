/**
 * A copy of the journal while the gateway goes on: SQLite's own `VACUUM INTO`, from one state of it,
 * without the room that is free in it. A reader holds up no writer in a write-ahead log; the log only
 * grows by what is written meanwhile. The copy is checked, and gets its name when it is on the card.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { openDatabase } from '../../database/sqlite.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'

export interface Backup {
  records: number
  bytes: number
  /** Of measurement, of the first and the last record; undefined without records. */
  first: Millis | undefined
  last: Millis | undefined
}

/** Replaces `to`. Throws `store-failed`, and leaves nothing behind then. */
export function backUpJournal(from: string, to: string): Backup {
  if (existsSync(to) && realpathSync(to) === realpathSync(from)) {
    throw new OdographError('store-failed', to, 'is the journal itself')
  }
  const part = `${to}.part`
  try {
    rmSync(part, { force: true })
    copyInto(from, part)
    sync(part)
    const found = checked(part)
    renameSync(part, to)
    sync(dirname(to))
    return found
  } catch (error) {
    discard(part)
    if (error instanceof OdographError) throw error
    throw new OdographError('store-failed', to, messageOf(error), error)
  }
}

function copyInto(from: string, part: string): void {
  const database = openDatabase(from, { readOnly: true })
  try {
    database.prepare('VACUUM INTO ?').run(part)
  } finally {
    database.close()
  }
}

/** What is in a copy. Throws `store-failed` where it is damaged, as its source then is. */
function checked(path: string): Backup {
  const database = openDatabase(path, { readOnly: true })
  try {
    const faults = database.prepare('PRAGMA quick_check(1)').all()
    const fault = String(faults[0]?.quick_check)
    if (fault !== 'ok') throw new OdographError('store-failed', path, `is damaged: ${fault}`)
    const row = database
      .prepare(
        `SELECT sum(count) AS records, min(first) AS first, max(last) AS last FROM (
           SELECT count(*) AS count, min(time) AS first, max(time) AS last FROM record
           UNION ALL SELECT sum(count), min(first_time), max(last_time) FROM block)`,
      )
      .get()
    const time = (value: unknown) => (value === null ? undefined : Number(value))
    return {
      records: Number(row?.records ?? 0),
      bytes: statSync(path).size,
      first: time(row?.first),
      last: time(row?.last),
    }
  } finally {
    database.close()
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function discard(part: string): void {
  for (const name of [part, `${part}-journal`]) rmSync(name, { force: true })
}
