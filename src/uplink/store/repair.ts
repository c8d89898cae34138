/**
 * Puts a new journal in the place of a damaged one: written beside it, and only when it is complete
 * the files change their names. Power that is cut on the way leaves the damaged journal, and the
 * next start begins again, or the new one, which it puts in its place.
 */
import { existsSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { openDatabase } from '../../database/sqlite.ts'
import type { Millis } from '../../model/time.ts'
import { removePatched } from './patched-journal.ts'
import { type Salvaged, salvage } from './salvage.ts'
import { migrate } from './schema.ts'

const SUFFIXES = ['', '-wal', '-shm']
/** Damaged files that are kept. */
const KEPT = 3
/** Nobody waits longer for the present than for the past. */
const SALVAGE_MS: Millis = 600_000

/** A repair that was cut off: what it left is put in place, or away. Never throws. */
export function finishRepair(path: string): void {
  const fresh = freshOf(path)
  try {
    removePatched(path)
    if (!existsSync(fresh)) return
    if (existsSync(path)) {
      removeAll(fresh)
      return
    }
    // A log that stayed behind would be taken for one of the new journal.
    removeAll(path)
    renameAll(fresh, path)
  } catch {
    // A folder that cannot be written: opening the journal says so.
  }
}

/**
 * `monotonic`: ms. Returns a sentence about what was saved and what was not. Throws where no new
 * journal can be written, or the damaged one cannot be moved.
 */
export function repair(path: string, damage: string, monotonic: () => Millis): string {
  removeOld(path, KEPT - 1)
  const isScarce = isSpaceScarce(path)
  const fresh = freshOf(path)
  removeAll(fresh)
  const outcome = salvageInto(fresh, path, monotonic)
  const aside = `${path}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`
  renameAll(path, aside)
  renameAll(fresh, path)
  const kept = `the damaged file is kept as ${aside}`
  const parts = [...savedIn(outcome), kept]
  if (isScarce) parts.push('the card has hardly room for both')
  if (outcome.ended !== undefined) parts.push(`saving ended early: ${outcome.ended}`)
  return `The journal was damaged (${damage}): ${parts.join('; ')}.`
}

function freshOf(path: string): string {
  return `${path}.salvaged`
}

function salvageInto(fresh: string, path: string, monotonic: () => Millis): Salvaged {
  const start = monotonic()
  const target = openDatabase(fresh, { readOnly: false })
  try {
    migrate(target, fresh)
    const salvaged = salvage(path, target, { deadline: () => monotonic() - start > SALVAGE_MS })
    // From here on it is one file, which gets its name in one step.
    target.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return salvaged
  } finally {
    target.close()
  }
}

function savedIn({ saved, missing }: Salvaged): string[] {
  const of = (counts: Record<string, number>, ...tables: string[]) =>
    tables.reduce((sum, table) => sum + (counts[table] ?? 0), 0)
  const kinds = [
    ['records', of(saved, 'record', 'block'), of(missing, 'record', 'block')],
    ['events', of(saved, 'event'), of(missing, 'event')],
  ] as const
  return kinds
    .filter(([kind, had, lost]) => kind === 'records' || had + lost > 0)
    .map(([kind, had, lost]) => {
      if (had + lost === 0) return 'none of its records could be read'
      if (lost === 0) return `all ${counted(had)} ${kind} that were found were saved`
      return `${counted(had)} of about ${counted(had + lost)} ${kind} were saved`
    })
}

function counted(count: number): string {
  return count.toLocaleString('en-US')
}

/** Twice its size: the damaged one stays, the new one comes, and both have a log. */
function isSpaceScarce(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize < 2 * statSync(path).size
  } catch {
    return false
  }
}

/** Their names end in the time, so the newest come last. */
function removeOld(path: string, kept: number): void {
  const start = `${basename(path)}.damaged-`
  const old = readdirSync(dirname(path))
    .filter((name) => name.startsWith(start) && !/-(wal|shm)$/.test(name))
    .sort()
  for (const name of old.slice(0, Math.max(old.length - kept, 0))) {
    removeAll(join(dirname(path), name))
  }
}

function removeAll(path: string): void {
  for (const suffix of SUFFIXES) rmSync(path + suffix, { force: true })
}

/** The database first: `finishRepair` knows by it how far this came. */
function renameAll(from: string, to: string): void {
  for (const suffix of SUFFIXES) {
    if (suffix === '' || existsSync(from + suffix)) renameSync(from + suffix, to + suffix)
  }
}
