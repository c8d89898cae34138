/** An update that was checked, unpacked and chosen: at every moment one version can be started. */
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { OdographError } from '../model/errors.ts'
import type { Millis } from '../model/time.ts'
import { type Choice, readChoice, writeChoice } from './choice.ts'
import { unpack } from './unpack.ts'
import type { UpdateFile } from './update-file.ts'
import { compareVersions } from './version.ts'
import { tidy } from './versions-folder.ts'

/** A program of this size would be no gateway. */
export const LIMITS = { entries: 50_000, bytes: 1_000_000_000 }
/** Left free for the journal. */
const ROOM_BYTES = 50_000_000

export interface InstallOptions {
  file: UpdateFile
  folder: string
  /** Versions that run and that the package has. */
  running: string
  packaged: string
  isForced: boolean
  now: Millis
  signal: AbortSignal
  step?: (name: string) => void
}

/** Throws `update-refused` where it must not be installed. */
export function requireNewer(version: string, running: string, isForced: boolean): void {
  const order = compareVersions(version, running)
  if (order > 0 || (isForced && order < 0)) return
  const detail =
    order === 0
      ? `is the version that runs`
      : `is older than ${running}, which runs; --force installs it all the same`
  throw new OdographError('update-refused', version, detail)
}

export async function install(options: InstallOptions): Promise<Choice> {
  const { file, folder, running, packaged, isForced, now, signal, step = () => undefined } = options
  requireNewer(file.version, running, isForced)
  const known = readChoice(folder) ?? { packaged, current: null }
  // A package that was replaced by a newer one runs whatever was chosen before.
  const before = running === packaged ? { ...known, current: null } : known
  tidy(folder, before)
  requireRoom(folder, file)
  const target = join(folder, file.version)
  const archive = { path: file.path, start: file.start, sha512: file.sha512 }
  await unpack({ archive, target, limits: LIMITS, signal, step })
  const { refused: _refused, ...kept } = before
  const trial = { version: file.version, since: now, starts: 0 }
  const choice = { ...kept, packaged, trial }
  step('choose')
  writeChoice(folder, choice)
  step('chosen')
  return choice
}

function requireRoom(folder: string, { unpacked }: UpdateFile): void {
  const { bavail, bsize } = statfsSync(folder)
  const needed = unpacked + ROOM_BYTES
  if (bavail * bsize >= needed) return
  const detail = `there is no room: ${Math.ceil(needed / 1e6)} MB are needed, ${Math.floor((bavail * bsize) / 1e6)} MB are free; nothing was changed`
  throw new OdographError('file-unwritable', folder, detail)
}
