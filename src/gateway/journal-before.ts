/**
 * The journal around an update. A version that writes another format copies the journal before it touches
 * it, to `journal-before-<format>.db`. When the version before runs again it finds a journal that it
 * cannot read: it moves that aside, with every record in it, and goes on with the copy.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from '../config/durable-file.ts'
import { openDatabase } from '../database/sqlite.ts'
import { OdographError } from '../model/errors.ts'
import { checkCopyOfAny, copyJournal } from '../uplink/store/journal-copy.ts'
import { formatOf, JOURNAL_FORMAT } from '../uplink/store/schema.ts'

const LOGS = ['-wal', '-shm', '-journal']

export interface JournalBeforeOptions {
  journal: string
  /** What this version writes; another one in tests. */
  format?: number
}

/** Copies a journal that the start would bring to another format. Throws where there is no copy then. */
export async function copyJournalBefore(
  options: JournalBeforeOptions,
): Promise<string | undefined> {
  const { journal, format = JOURNAL_FORMAT } = options
  const there = formatAt(journal)
  if (there === undefined || there === 0 || there >= format) return undefined
  const target = join(dirname(journal), copyName(there))
  if (existsSync(target)) return target
  const part = `${target}.part`
  for (const suffix of ['', ...LOGS]) rmSync(part + suffix, { force: true })
  try {
    await copyJournal(journal, part, () => undefined)
    checkCopyOfAny(part)
    sync(part)
    renameSync(part, target)
    syncFolder(dirname(target))
    return target
  } finally {
    for (const suffix of ['', ...LOGS]) rmSync(part + suffix, { force: true })
  }
}

/**
 * Puts the copy in the place of a journal of a later format; a sentence about it. Undefined: nothing had
 * to be done, or there is no copy and the journal is left alone. A power cut in the middle is gone on from.
 */
export function restoreJournalBefore(options: JournalBeforeOptions): string | undefined {
  const { journal, format = JOURNAL_FORMAT } = options
  const copy = join(dirname(journal), copyName(format))
  if (!existsSync(copy)) return undefined
  const there = formatAt(journal)
  if (there !== undefined && there <= format) {
    // Made for a version that did not go on to change the journal.
    if (there > 0) rmSync(copy)
    return undefined
  }
  const aside = there === undefined ? undefined : freeName(journal, there)
  if (aside !== undefined) {
    // All of it in one file: cut off between two, its log would be missing or be taken for another's.
    emptyLog(journal)
    renameSync(journal, aside)
    syncFolder(dirname(journal))
  }
  for (const suffix of LOGS) rmSync(journal + suffix, { force: true })
  renameSync(copy, journal)
  syncFolder(dirname(journal))
  const kept = aside ?? newestAside(journal)
  return `The journal is as it was before the update. What was recorded since stands in ${kept}: a version that knows its format reads it, as journal.db of another data folder.`
}

/** The update has proved itself: the version before is not gone back to by itself any more. */
export function dropJournalBefore(journal: string): void {
  for (const name of readdirSync(dirname(journal))) {
    if (/^journal-before-\d+\.db$/.test(name)) rmSync(join(dirname(journal), name), { force: true })
  }
}

function copyName(format: number): string {
  return `journal-before-${format}.db`
}

/** Undefined where there is no journal, or none that can be read: then others see to it. */
function formatAt(journal: string): number | undefined {
  if (!existsSync(journal)) return undefined
  let database: ReturnType<typeof openDatabase> | undefined
  try {
    database = openDatabase(journal, { readOnly: true })
    return formatOf(database)
  } catch {
    return 0
  } finally {
    database?.close()
  }
}

function emptyLog(journal: string): void {
  const database = openDatabase(journal, { readOnly: false })
  try {
    const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {}
    if (busy !== 0) throw new OdographError('store-failed', journal, 'another process has it open')
  } finally {
    database.close()
  }
}

function freeName(journal: string, format: number): string {
  for (let number = 1; ; number += 1) {
    const name = join(dirname(journal), `journal-of-format-${format}-${number}.db`)
    if (![name, ...LOGS.map((suffix) => name + suffix)].some((path) => existsSync(path)))
      return name
  }
}

function newestAside(journal: string): string {
  const names = readdirSync(dirname(journal)).filter((name) =>
    /^journal-of-format-\d+-\d+\.db$/.test(name),
  )
  return names.toSorted().at(-1) ?? basename(journal)
}

function sync(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
