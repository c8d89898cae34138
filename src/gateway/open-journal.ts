/**
 * Opens the journal, whatever state the card is in. A file that is no database any more is moved
 * aside, not deleted, and a new one begun. Where nothing can be written at all, records go to the
 * temporary folder, so that the present can at least be seen, and the health says so.
 */
import { mkdtempSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../model/errors.ts'
import { Journal, type JournalOptions } from '../uplink/store/journal.ts'

const DAMAGED = /not a database|malformed|corrupt/i
/** Another process writes (a replay): opening waits for 5 s itself. */
const LOCKED = /locked|busy/i
const LOCKED_TRIES = 4

export function openJournal(options: JournalOptions, found: (sentence: string) => void): Journal {
  try {
    return openPatiently(options)
  } catch (error) {
    const reason = messageOf(error)
    if (DAMAGED.test(reason)) {
      try {
        const aside = moveAside(options.path)
        found(
          `The journal was damaged (${reason}); it is kept as ${aside} and a new one was begun.`,
        )
        return new Journal(options)
      } catch (second) {
        return openTemporary(options, messageOf(second), found)
      }
    }
    return openTemporary(options, reason, found)
  }
}

function openPatiently(options: JournalOptions): Journal {
  for (let left = LOCKED_TRIES; ; left -= 1) {
    try {
      return new Journal(options)
    } catch (error) {
      if (left === 1 || !LOCKED.test(messageOf(error))) throw error
      const { path, logger } = options
      logger.warn({ path }, 'the journal is in use by another process; waiting for it')
    }
  }
}

function moveAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      renameSync(path + suffix, aside + suffix)
    } catch (error) {
      if (suffix === '') throw error
    }
  }
  return aside
}

function openTemporary(
  options: JournalOptions,
  reason: string,
  found: (sentence: string) => void,
): Journal {
  const path = join(mkdtempSync(join(tmpdir(), 'odograph-')), 'journal.db')
  found(
    `The journal cannot be used (${reason}): records go to ${path} and are lost with the next restart. Check the card, its space and the permissions of the data folder.`,
  )
  return new Journal({ ...options, path })
}
