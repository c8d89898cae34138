/**
 * Writes the tree of an archive under a name that nobody starts from, makes every file and folder
 * durable, and gives it its name last: a power cut leaves a whole tree, or rubbish that the next
 * update removes.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { syncFolder } from '../config/durable-file.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import { TarReader, type TarTarget } from './tar.ts'

export interface Archive {
  /** The file, and where in it the archive begins. */
  path: string
  start: number
  sha512: string
}

export interface UnpackOptions {
  archive: Archive
  /** The folder of the tree; replaced where there is one. */
  target: string
  limits: { entries: number; bytes: number }
  signal: AbortSignal
  /** Told before each step that changes something. */
  step: (name: string) => void
}

export const UNFINISHED = '.unfinished'

/** Throws `update-refused` for what the archive is, `file-unwritable` for what the card does. */
export async function unpack(options: UnpackOptions): Promise<void> {
  const { archive, target, limits, signal, step } = options
  const temporary = `${target}${UNFINISHED}`
  const tree = new Tree(temporary, step)
  const reader = new TarReader(archive.path, tree, limits)
  const hash = createHash('sha512')
  try {
    rmSync(temporary, { recursive: true, force: true })
    mkdirSync(temporary, { recursive: true, mode: 0o755 })
    await pipeline(
      createReadStream(archive.path, { start: archive.start }),
      async function* (chunks) {
        for await (const chunk of chunks) {
          hash.update(chunk as Uint8Array)
          yield chunk
        }
      },
      createGunzip(),
      async (chunks) => {
        for await (const chunk of chunks) reader.write(chunk as Uint8Array)
      },
      { signal },
    )
    reader.end()
    // It was read twice: what was unpacked is what was checked.
    if (hash.digest('hex') !== archive.sha512) {
      throw new OdographError('update-refused', archive.path, 'has changed while it was read')
    }
    tree.sync()
    step('replace')
    if (existsSync(target)) rmSync(target, { recursive: true })
    step('rename')
    renameSync(temporary, target)
    step('sync')
    syncFolder(dirname(target))
  } catch (error) {
    tree.abandon()
    rmSync(temporary, { recursive: true, force: true })
    throw failureOf(error, target, archive.path)
  }
}

function failureOf(error: unknown, target: string, archive: string): unknown {
  if (error instanceof OdographError) return error
  const { code = '', name } = error as NodeJS.ErrnoException
  if (name === 'AbortError') return error
  if (code.startsWith('Z_')) {
    return new OdographError('update-refused', archive, 'the archive is damaged', error)
  }
  const detail =
    code === 'ENOSPC'
      ? 'the card is full; nothing was changed'
      : `${messageOf(error)}; nothing was changed`
  return new OdographError('file-unwritable', target, detail, error)
}

class Tree implements TarTarget {
  readonly #root: string
  readonly #step: (name: string) => void
  readonly #folders: Set<string>
  #file: number | undefined

  constructor(root: string, step: (name: string) => void) {
    this.#root = root
    this.#step = step
    this.#folders = new Set([root])
  }

  entry({ path, isFolder, isExecutable }: Parameters<TarTarget['entry']>[0]): void {
    const full = join(this.#root, path)
    this.#folder(isFolder ? full : dirname(full))
    if (isFolder) return
    this.#step('file')
    // Not one that is there: a name that comes twice is an attempt at something.
    this.#file = openSync(full, 'wx', isExecutable ? 0o755 : 0o644)
  }

  content(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file ?? -1, bytes, at)
  }

  done(): void {
    if (this.#file === undefined) return
    this.#step('fsync')
    fsyncSync(this.#file)
    this.abandon()
  }

  abandon(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  sync(): void {
    this.#step('folders')
    for (const folder of this.#folders) syncFolder(folder)
  }

  #folder(full: string): void {
    if (this.#folders.has(full)) return
    this.#folder(dirname(full))
    mkdirSync(full, { mode: 0o755 })
    this.#folders.add(full)
  }
}
