/**
 * Recordings in Vector's binary log format (`.blf`). All little-endian.
 *
 *    0  4  `LOGG`
 *    4  4  bytes of this header, 144
 *    8  4  program and its version, 12 4 version of the format
 *   16  8  bytes of the file, 24 8 bytes of it with its containers inflated
 *   32  4  objects, 36 4 objects read
 *   40 16  start, 56 16 end of the recording (`system-time.ts`)
 *
 * then objects (`objects.ts`), most of them containers of objects, type 10:
 *
 *   16  2  0 as they are, 2 deflated (zlib, RFC 1950)
 *   24  4  bytes that they are when inflated
 *   32     the bytes
 *
 * Sizes and counts of the header are not relied on: a recorder that lost power did not write them.
 * Another header may follow where files were joined. Frames come in the order of the file.
 */
import { constants, inflateSync } from 'node:zlib'
import { messageOf, OdographError } from '../../../model/errors.ts'
import type { RandomFile, ReaderOptions } from '../format.ts'
import { isPlausible, MAX_PADDING, ObjectRun, SIGNATURE } from './object-run.ts'
import { BASE_BYTES, objectTypes } from './objects.ts'
import { readSystemTime, SYSTEM_TIME_BYTES } from './system-time.ts'

export const FILE_SIGNATURE = 'LOGG'
export const FILE_HEADER = 144
export const START = 40
export const CONTAINER_HEADER = 32
const BODY_HEADER = CONTAINER_HEADER - BASE_BYTES
export const DEFLATED = 2
const MAX_HEADER = 64 * 1024
const WINDOW = 256 * 1024
/** Writers fill containers with 128 KiB. */
const MAX_CONTAINER = 64 * 1024 * 1024

export async function* readBlf(
  file: RandomFile,
  options: ReaderOptions,
): AsyncGenerator<number, void> {
  const reading = new Reading(file, options)
  if (!(await reading.header(0))) {
    throw new OdographError('file-unrecognised', file.path, 'is a BLF file without a whole header')
  }
  while (await reading.next()) yield reading.position
}

class Reading {
  position = 0
  readonly #file: RandomFile
  readonly #run: ObjectRun
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0

  constructor(file: RandomFile, options: ReaderOptions) {
    this.#file = file
    this.#run = new ObjectRun(options)
  }

  /** Takes the header of a file, at its start or where another one was joined to it. */
  async header(at: number): Promise<boolean> {
    const bytes = await this.#bytes(at, FILE_HEADER)
    if (bytes.length < START + SYSTEM_TIME_BYTES) return false
    const view = viewOf(bytes)
    const length = view.getUint32(4, true)
    this.#run.start = readSystemTime(view, START)
    this.position = at + (length > START && length <= MAX_HEADER ? length : FILE_HEADER)
    return true
  }

  /** Takes some objects, up to a container; false at the end of the file. */
  async next(): Promise<boolean> {
    for (const until = this.position + WINDOW; this.position < until; ) {
      this.#run.position = this.position
      const head = await this.#bytes(this.position, BASE_BYTES)
      if (head.length < SIGNATURE.length) return this.#end()
      if (head.subarray(0, 4).toString('latin1') === FILE_SIGNATURE) {
        this.#run.end()
        this.#run.lose()
        if (!(await this.header(this.position))) return this.#end()
      } else if (!head.subarray(0, 4).equals(SIGNATURE)) await this.#seek()
      else if (head.length < BASE_BYTES) return this.#cut()
      else {
        const view = viewOf(head)
        const type = view.getUint32(12, true)
        const size = view.getUint32(8, true)
        if (type === objectTypes.container) return await this.#container(view)
        if (!isPlausible(type, size)) this.#skip(`an object of ${size} bytes`)
        else if (!(await this.#bare(size))) return this.#cut()
      }
    }
    return true
  }

  /** An object without a container. */
  async #bare(size: number): Promise<boolean> {
    const end = this.position + size
    while (this.position < end) {
      const bytes = await this.#bytes(this.position, Math.min(end - this.position, WINDOW / 2))
      if (bytes.length === 0) return false
      this.#run.push(bytes)
      this.position += bytes.length
    }
    return true
  }

  async #container(head: DataView): Promise<boolean> {
    const size = head.getUint32(8, true)
    const headerBytes = Math.max(head.getUint16(4, true), BASE_BYTES)
    const bodyAt = this.position + headerBytes
    const end = this.position + size
    if (end < bodyAt + BODY_HEADER || size > MAX_CONTAINER) {
      this.#skip(`a container of ${size} bytes`)
      return true
    }
    const bytes = await this.#bytes(bodyAt, end - bodyAt)
    const isCut = end > this.#file.size
    if (isCut) this.#run.report('file-truncated', 'the last container is not whole')
    const method = bytes.length > BODY_HEADER ? this.#content(bytes, isCut) : undefined
    this.position = end
    if (!isCut) return true
    if (method !== DEFLATED) return this.#end()
    // Not the file may be cut but the size be wrong.
    this.position = bodyAt
    await this.#find()
    return true
  }

  /** What a container holds, from its method on; returns the method. */
  #content(bytes: Buffer, isCut: boolean): number {
    const method = bytes.readUInt16LE(0)
    const length = bytes.readUInt32LE(8)
    const data = bytes.subarray(BODY_HEADER)
    if (method === 0) {
      this.#run.push(data)
      return method
    }
    if (method !== DEFLATED || length > MAX_CONTAINER) {
      this.#damaged(`a container of ${length} bytes, method ${method}`)
      return method
    }
    try {
      const options = { maxOutputLength: length + 1, finishFlush: constants.Z_SYNC_FLUSH }
      const content = inflateSync(data, options)
      this.#run.push(content)
      if (content.length !== length && !isCut) this.#damaged('a container holds too little')
    } catch (error) {
      this.#damaged(`a container: ${messageOf(error)}`)
    }
    return method
  }

  /** What begins here is no object. */
  #skip(detail: string): void {
    this.#damaged(detail)
    this.position += SIGNATURE.length
  }

  #damaged(detail: string): void {
    this.#run.report('block-malformed', detail)
    this.#run.lose()
  }

  /** To the next object: behind some padding, or behind what is damaged. */
  async #seek(): Promise<void> {
    const from = this.position
    await this.#find()
    const passed = this.position - from
    if (passed > MAX_PADDING) this.#damaged(`${passed} bytes are no object`)
  }

  /** To the next signature, or to the end of the file. */
  async #find(): Promise<void> {
    for (;;) {
      const bytes = await this.#bytes(this.position, WINDOW / 2)
      const found = [SIGNATURE, FILE_SIGNATURE].map((text) => bytes.indexOf(text))
      const next = Math.min(...found.filter((at) => at >= 0))
      const isLast = this.position + bytes.length >= this.#file.size
      if (next < bytes.length) this.position += next
      else this.position += isLast ? bytes.length : bytes.length - SIGNATURE.length + 1
      if (next < bytes.length || isLast || bytes.length < SIGNATURE.length) return
    }
  }

  #cut(): false {
    this.#run.report('file-truncated', 'the last object is not whole')
    this.#run.lose()
    return this.#end()
  }

  #end(): false {
    this.#run.end()
    return false
  }

  async #bytes(at: number, length: number): Promise<Buffer> {
    const start = at - this.#windowStart
    if (start >= 0 && start + length <= this.#window.length) {
      return this.#window.subarray(start, start + length)
    }
    const bytes = await this.#file.read(at, Math.max(length, WINDOW))
    this.#window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#windowStart = at
    return this.#window.subarray(0, length)
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
