/**
 * The text of a recorded file, plain or gzip, in chunks: first the start of it, to tell its format,
 * then all of it. Two buffers take turns, so memory does not grow with the file.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { messageOf, OdographError, systemCode } from '../../model/errors.ts'
import { inflate, isGzip } from './inflate.ts'

/** How much of a file is looked at to tell its format. */
const HEAD_BYTES = 64 * 1024

export interface OpenFile {
  handle: FileHandle
  size: number
}

/** Throws `file-unreadable` for what is missing, forbidden or a directory. */
export async function openFile(path: string): Promise<OpenFile> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const stats = await handle.stat()
    if (!stats.isDirectory()) return { handle, size: stats.size }
  } catch (error) {
    await handle?.close()
    throw unreadable(path, error)
  }
  await handle.close()
  throw new OdographError('file-unreadable', path, 'is a directory, not a file')
}

function unreadable(path: string, error: unknown): OdographError {
  const code = systemCode(error)
  const detail =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'does not exist'
      : code === 'EACCES' || code === 'EPERM'
        ? 'may not be read by this user (permission denied)'
        : `cannot be read: ${messageOf(error)}`
  return new OdographError('file-unreadable', path, detail, error)
}

/** Two buffers in turn: the next read is under way while the last chunk is parsed. */
export async function* readChunks(
  handle: FileHandle,
  path: string,
  size: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let filling = Buffer.allocUnsafeSlow(size)
  let lent = Buffer.allocUnsafeSlow(size)
  let total = 0
  const read = () => handle.read(filling, 0, size).catch((error) => unreadable(path, error))
  let pending = read()
  try {
    for (;;) {
      const result = await pending
      if (result instanceof OdographError) throw result
      if (result.bytesRead === 0) return
      total += result.bytesRead
      const chunk = filling.subarray(0, result.bytesRead)
      filling = lent
      lent = result.buffer
      pending = read()
      yield chunk
      onRead(total)
    }
  } finally {
    await pending
  }
}

export class Content {
  readonly #raw: AsyncGenerator<Uint8Array>
  #chunks: AsyncGenerator<Uint8Array>
  /** Why the content ends before its end, in words. */
  damage: string | undefined
  /** Whether the head was all there is. */
  whole = false
  isCompressed = false

  constructor(raw: AsyncGenerator<Uint8Array>) {
    this.#raw = raw
    this.#chunks = raw
  }

  /** A copy of the first bytes, after decompression. */
  async head(): Promise<Buffer> {
    const first = await this.#raw.next()
    if (first.done === true) {
      this.whole = true
      return Buffer.alloc(0)
    }
    const joined = concat(first.value, this.#raw)
    this.isCompressed = isGzip(first.value)
    this.#chunks = this.isCompressed ? this.#inflated(joined) : joined
    const parts: Buffer[] = []
    for (let length = 0; length < HEAD_BYTES; ) {
      const next = await this.#chunks.next()
      if (next.done === true) {
        this.whole = true
        break
      }
      parts.push(Buffer.from(next.value))
      length += next.value.length
    }
    return Buffer.concat(parts)
  }

  async *all(head: Buffer): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head
      if (!this.whole) yield* this.#chunks
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined)
    await this.#raw.return(undefined)
  }

  async *#inflated(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* inflate(input)
    } catch (error) {
      if (error instanceof OdographError) throw error
      const cut = systemCode(error) === 'Z_BUF_ERROR'
      this.damage = cut
        ? 'the compressed file was cut; what came before the cut was read'
        : `the compressed data is damaged (${messageOf(error)}); what came before was read`
    }
  }
}

async function* concat(first: Uint8Array, rest: AsyncIterable<Uint8Array>) {
  yield first
  yield* rest
}
