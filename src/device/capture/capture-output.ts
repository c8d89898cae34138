/** Where the bytes of a converted recording go: a file, a compressed file, standard output. */
import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { CaptureOutput } from './format.ts'
import { attempt, type PartFile, partOf } from './part-file.ts'

/** Pieces large enough for a card. */
const BUFFER = 256 * 1024
const GZIP_MEMBER = 1024 * 1024

function bytesOf(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes
}

/** Collects what is written to pieces of one size. */
class Pieces {
  readonly #buffer: Uint8Array
  readonly #put: (bytes: Uint8Array) => void
  #filled = 0

  constructor(size: number, put: (bytes: Uint8Array) => void) {
    this.#buffer = new Uint8Array(size)
    this.#put = put
  }

  add(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > this.#buffer.length) this.flush()
    if (bytes.length > this.#buffer.length) this.#put(bytes)
    else {
      this.#buffer.set(bytes, this.#filled)
      this.#filled += bytes.length
    }
  }

  flush(): void {
    if (this.#filled > 0) this.#put(this.#buffer.subarray(0, this.#filled))
    this.#filled = 0
  }
}

export class FileOutput implements CaptureOutput {
  length = 0
  readonly #path: string
  readonly #part: PartFile
  readonly #file: number
  readonly #pieces: Pieces

  private constructor(path: string, part: PartFile, file: number) {
    this.#path = path
    this.#part = part
    this.#file = file
    this.#pieces = new Pieces(BUFFER, (bytes) => this.#put(bytes, null))
  }

  /** Throws `file-unwritable` for what the file system refuses, as all its methods do. */
  static open(path: string): FileOutput {
    const part = partOf(path)
    return new FileOutput(
      path,
      part,
      attempt(path, () => openSync(part.path, 'w')),
    )
  }

  write(bytes: Uint8Array | string): void {
    const data = bytesOf(bytes)
    this.length += data.length
    this.#pieces.add(data)
  }

  patch(offset: number, bytes: Uint8Array): void {
    this.#pieces.flush()
    this.#put(bytes, offset)
  }

  /** The file is whole and gets its name. */
  finish(): void {
    this.#pieces.flush()
    attempt(this.#path, () => closeSync(this.#file))
    this.#part.keep()
  }

  /** What was written is thrown away. */
  discard(): void {
    attempt(this.#path, () => closeSync(this.#file))
    this.#part.remove()
  }

  #put(bytes: Uint8Array, offset: number | null): void {
    attempt(this.#path, () => {
      for (let done = 0; done < bytes.length; ) {
        const place = offset === null ? null : offset + done
        done += writeSync(this.#file, bytes, done, bytes.length - done, place)
      }
    })
  }
}

/** gzip in members of a mebibyte, which any reader takes as one file. */
export class GzipOutput implements CaptureOutput {
  length = 0
  readonly #pieces: Pieces

  constructor(file: CaptureOutput) {
    this.#pieces = new Pieces(GZIP_MEMBER, (bytes) => file.write(gzipSync(bytes)))
  }

  write(bytes: Uint8Array | string): void {
    const data = bytesOf(bytes)
    this.length += data.length
    this.#pieces.add(data)
  }

  end(): void {
    this.#pieces.flush()
  }
}

export class StreamOutput implements CaptureOutput {
  length = 0
  readonly #stream: NodeJS.WritableStream
  #full = false

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
  }

  write(bytes: Uint8Array | string): void {
    const data = bytesOf(bytes)
    this.length += data.length
    // A copy: the stream may keep what it cannot write at once.
    this.#full = !this.#stream.write(Uint8Array.from(data))
  }

  /** Resolves when the stream can take more; undefined if there is nothing to wait for. */
  pressure(): Promise<void> | undefined {
    if (!this.#full) return undefined
    this.#full = false
    return once(this.#stream, 'drain').then(() => undefined)
  }
}
