/**
 * A recorded file → frames: candump or SLCAN text, plain or gzip, told apart by content, in chunks:
 * memory does not grow with the file. Times are those of the file.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { IssueSink } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'
import { Content, type OpenFile, openFile, readChunks } from './capture-content.ts'
import { type CaptureFormat, createReader, recognise } from './capture-format.ts'

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
  format: CaptureFormat
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
    return await readOpen(file, path, sinks, options)
  } finally {
    await file.handle.close()
  }
}

async function readOpen(
  file: OpenFile,
  path: string,
  sinks: CaptureSinks,
  options: CaptureOptions,
): Promise<CaptureSummary> {
  const buses = options.buses ?? []
  const summary: CaptureSummary = {
    format: 'candump',
    buses,
    frames: 0,
    remote: 0,
    errors: 0,
    bytes: 0,
    firstTime: undefined,
    lastTime: undefined,
    timed: false,
  }
  // A typed array takes a number in place; a variable would be a new object with every frame.
  const lastTime = new Float64Array(1)
  const frame = (frame: CanFrame) => {
    if (frame.error) summary.errors++
    else if (frame.remote) summary.remote++
    else summary.frames++
    if (summary.firstTime === undefined) summary.firstTime = frame.time
    lastTime[0] = frame.time
    sinks.frame(frame, buses)
  }
  const onRead = (bytes: number) => {
    summary.bytes = bytes
    sinks.progress?.(bytes, Math.max(file.size, bytes))
  }
  const raw = readChunks(file.handle, path, options.chunkBytes ?? CHUNK_BYTES, onRead)
  const content = new Content(raw)
  const head = await content.head()
  summary.format = recognise(head, path, content)
  const reader = createReader(summary.format, path, buses, { frame, issue: sinks.issue })
  for await (const chunk of content.all(head)) {
    options.signal?.throwIfAborted()
    reader.push(chunk)
    summary.timed = reader.timed
    if (summary.firstTime !== undefined) summary.lastTime = lastTime[0]
    await options.afterChunk?.()
  }
  if (content.damage === undefined) reader.end()
  else {
    const time = Math.max(summary.lastTime ?? 0, 0)
    sinks.issue({ code: 'file-truncated', at: path, detail: content.damage, time })
  }
  if (summary.firstTime !== undefined) summary.lastTime = lastTime[0]
  await options.afterChunk?.()
  options.signal?.throwIfAborted()
  summary.timed = reader.timed
  return summary
}
