/**
 * Where versions are unpacked, each in a folder of its name: /var/lib/odograph-versions, or `versions/` in
 * the data folder where there is none. The launcher finds it by the same rule.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { messageOf, OdographError } from '../model/errors.ts'
import type { Choice } from './choice.ts'
import { UNFINISHED } from './unpack.ts'
import { isVersion } from './version.ts'

const SYSTEM_FOLDER = '/var/lib/odograph-versions'

export function versionsFolder(data: string): string {
  const named = process.env.ODOGRAPH_VERSIONS
  return resolve(named ?? (existsSync(SYSTEM_FOLDER) ? SYSTEM_FOLDER : join(data, 'versions')))
}

/** Makes it where it is missing. Throws `update-refused` where the gateway could not go on with it. */
export function openVersionsFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
  } catch (error) {
    const detail = `cannot be made: ${messageOf(error)}`
    throw new OdographError('file-unwritable', folder, detail, error)
  }
  const { uid, mode } = statSync(folder)
  if (uid !== process.getuid?.()) {
    const detail = `belongs to another user (${uid}), and the launcher of this one would not start from it; run this as its owner: sudo -u odograph odograph update …`
    throw new OdographError('update-refused', folder, detail)
  }
  if ((mode & 0o022) !== 0) {
    const detail = 'others may write to it: chmod go-w it, and look at what is in it'
    throw new OdographError('update-refused', folder, detail)
  }
}

/** Whole trees, as far as their names tell. */
export function installedVersions(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => isVersion(name))
}

/** The format of the journal that a version writes; undefined: it does not say. */
export function journalFormatOf(folder: string, version: string): number | undefined {
  try {
    const text = readFileSync(join(folder, version, 'package.json'), 'utf8')
    return (JSON.parse(text) as { odograph?: { journal?: number } }).odograph?.journal
  } catch {
    return undefined // It is broken, and will not be started either.
  }
}

/** What was left of updates that did not end, and versions that nobody goes back to. */
export function tidy(folder: string, choice: Choice | undefined): void {
  const kept = [choice?.current, choice?.previous, choice?.trial?.version]
  for (const name of readdirSync(folder)) {
    const isRubbish = name.endsWith('.tmp') || name.endsWith(UNFINISHED)
    if (isRubbish || (isVersion(name) && !kept.includes(name))) {
      rmSync(join(folder, name), { recursive: true, force: true })
    }
  }
}
