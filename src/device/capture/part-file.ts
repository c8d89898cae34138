/**
 * A file that is written beside its name and gets it when it is whole, so that work that was cut
 * leaves no half file under a good name.
 */
import { renameSync, rmSync } from 'node:fs'
import { messageOf, OdographError } from '../../model/errors.ts'

export interface PartFile {
  /** Where to write. */
  readonly path: string
  /** It is whole and gets its name. */
  keep(): void
  remove(): void
}

/** All methods throw `file-unwritable` for what the file system refuses. */
export function partOf(path: string): PartFile {
  const part = `${path}.part`
  return {
    path: part,
    keep: () => attempt(path, () => renameSync(part, path)),
    remove: () => attempt(path, () => rmSync(part, { force: true })),
  }
}

export function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new OdographError('file-unwritable', path, messageOf(error), error)
  }
}
