/**
 * A recorded file → frames: whatever its format, plain or gzip, told apart by content, in chunks:
 * memory does not grow with the file. Times are those of the file.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { IssueSink } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'
import { Content, type OpenFile, openFile, readChunks } from './capture-content.ts'
import type { BlockFormat, ReaderOptions, StreamFormat } from './format.ts'
import { recognise } from './formats.ts'
import { randomFile, spooled } from './random-file.ts'

export interface CaptureSinks {
  /** Hot. The frame is only lent; `buses` is one growing list of the names its `bus` points into. */
  frame(frame: CanFrame, buses: readonly string[]): void
  issue: IssueSink
  /** Bytes of the file as it lies on the disk. */
  progress?(bytesRead: number, totalBytes: number): void
}

export interface CaptureOptions {
  signal?: AbortSignal
  chunkBytes?: number
  /** Called after each chunk and at the end; what it returns is awaited before going on. */
  afterChunk?(): Promise<void> | undefined
  /** A list to be used for the bus names, so that a second reading keeps the first one's indices. */
  buses?: string[]
}

export interface CaptureSummary {
  /** Name of the format. */
  format: string
  buses: readonly string[]
  /** Data frames, remote frames and error frames that were delivered. */
  frames: number
  remote: number
  errors: number
  /** Bytes read from the disk. */
  bytes: number
  /** Undefined where there was no frame. */
  firstTime: Micros | undefined
  lastTime: Micros | undefined
  /** Whether the times come from the file. */
  timed: boolean
}

const CHUNK_BYTES = 512 * 1024

/**
 * Reads the whole file. Throws `file-unreadable` (missing, a directory, no permission, an I/O error)
 * and `file-unrecognised`; the signal's reason when aborted. A cut end is an issue.
 */
export async function readCapture(
  path: string,
  sinks: CaptureSinks,
  options: CaptureOptions = {},
): Promise<CaptureSummary> {
  const file = await openFile(path)
  try {
    return await new Reading(path, file, sinks, options).run()
  } finally {
    await file.handle.close()
  }
}

class Reading {
  readonly #path: string
  readonly #file: OpenFile
  readonly #sinks: CaptureSinks
  readonly #options: CaptureOptions
  readonly #summary: CaptureSummary
  /** A typed array takes a number in place; a variable would be a new object with every frame. */
  readonly #lastTime = new Float64Array(1)

  constructor(path: string, file: OpenFile, sinks: CaptureSinks, options: CaptureOptions) {
    this.#path = path
    this.#file = file
    this.#sinks = sinks
    this.#options = options
    this.#summary = {
      format: '',
      buses: options.buses ?? [],
      frames: 0,
      remote: 0,
      errors: 0,
      bytes: 0,
      firstTime: undefined,
      lastTime: undefined,
      timed: false,
    }
  }

  async run(): Promise<CaptureSummary> {
    const { handle } = this.#file
    const chunkBytes = this.#options.chunkBytes ?? CHUNK_BYTES
    const content = new Content(readChunks(handle, this.#path, chunkBytes, this.#read))
    const head = await content.head()
    const { whole, damage } = content
    try {
      const format = recognise({ bytes: head, whole, damage }, this.#path)
      this.#summary.format = format.name
      if (format.kind === 'stream') await this.#stream(format, content, head)
      else await this.#blocks(format, content, head)
    } finally {
      await content.close()
    }
    await this.#options.afterChunk?.()
    this.#options.signal?.throwIfAborted()
    return this.#summary
  }

  async #stream(format: StreamFormat, content: Content, head: Buffer): Promise<void> {
    const reader = format.reader(this.#readerOptions())
    for await (const chunk of content.all(head)) {
      this.#options.signal?.throwIfAborted()
      reader.push(chunk)
      this.#summary.timed = reader.timed
      this.#noteTime()
      await this.#options.afterChunk?.()
    }
    if (content.damage === undefined) reader.end()
    else this.#damaged(content.damage)
    this.#noteTime()
    this.#summary.timed = reader.timed
  }

  async #blocks(format: BlockFormat, content: Content, head: Buffer): Promise<void> {
    const spool = content.isCompressed ? await spooled(content.all(head)) : undefined
    const file = spool?.file ?? randomFile(this.#path, this.#file.handle, this.#file.size)
    try {
      if (content.damage !== undefined) this.#damaged(content.damage)
      this.#summary.timed = true
      for await (const position of format.read(file, this.#readerOptions())) {
        this.#options.signal?.throwIfAborted()
        this.#noteTime()
        if (spool === undefined) this.#read(position)
        await this.#options.afterChunk?.()
      }
      this.#noteTime()
      if (spool === undefined) this.#read(this.#file.size)
    } finally {
      await spool?.remove()
    }
  }

  #readerOptions(): ReaderOptions {
    const summary = this.#summary
    const { issue } = this.#sinks
    const sink = this.#sinks.frame
    const lastTime = this.#lastTime
    const buses = summary.buses as string[]
    const frame = (frame: CanFrame) => {
      if (frame.error) summary.errors++
      else if (frame.remote) summary.remote++
      else summary.frames++
      if (summary.firstTime === undefined) summary.firstTime = frame.time
      lastTime[0] = frame.time
      sink(frame, buses)
    }
    return { at: this.#path, buses, frame, issue }
  }

  #read = (bytes: number): void => {
    this.#summary.bytes = bytes
    this.#sinks.progress?.(bytes, Math.max(this.#file.size, bytes))
  }

  #noteTime(): void {
    if (this.#summary.firstTime !== undefined) this.#summary.lastTime = this.#lastTime[0]
  }

  #damaged(detail: string): void {
    const time = Math.max(this.#summary.lastTime ?? 0, 0)
    this.#sinks.issue({ code: 'file-truncated', at: this.#path, detail, time })
  }
}
