/**
 * What a format of recorded files is to the rest: how it is recognised, a reader that makes frames
 * of it, and a writer that makes it of frames. Text formats are pushed chunk by chunk; formats made
 * of linked blocks (MF4, BLF, SQLite) are read from a file that allows any place of it.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { IssueSink } from '../../model/issue.ts'

export interface ReaderOptions {
  /** The file's name, for the `at` of issues. */
  at: string
  /** Names of the buses; `CanFrame.bus` is an index into it. Grows as buses appear. */
  buses: string[]
  /** Hot. The frame is only lent; every field of it is set for every frame. */
  frame(frame: CanFrame): void
  issue: IssueSink
}

/** Takes a stream in chunks of any size. Never throws for what stands in it. */
export interface Reader {
  /** The chunk is only lent. */
  push(chunk: Uint8Array): void
  /** The end of the file: what is kept of an unfinished line or block is delivered or reported. */
  end(): void
  /** Whether times of the file were found; without them frames follow one another by 1000 µs. */
  readonly timed: boolean
}

/** A file of which any place can be read. */
export interface RandomFile {
  readonly path: string
  readonly size: number
  /** At most `length` bytes from `offset`; shorter only at the end of the file. Not lent. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** Where a writer's bytes go: in order, and for headers that are known last, at a place before. */
export interface CaptureOutput {
  /** The bytes are copied or written before it returns. */
  write(bytes: Uint8Array | string): void
  /** Overwrites bytes already written. Undefined where the output is no file (a pipe). */
  patch?: (offset: number, bytes: Uint8Array) => void
  /** Bytes written so far. */
  readonly length: number
}

export interface Writer {
  /** The frame is only lent. */
  frame(frame: CanFrame, bus: string): void
  /** Finishes the file; called once, after the last frame. */
  end(): void
  /** Frames that the format cannot express, by reason (`remote frame`, `CAN FD frame`), if any. */
  readonly left?: ReadonlyMap<string, number>
}

interface FormatBase {
  /** As `--to` and summaries name it: `candump`, `asc`, `mf4`, … */
  readonly name: string
  /** For people. */
  readonly label: string
  /** Usual endings of file names, with the dot, lower case; the first is the preferred one. */
  readonly extensions: readonly string[]
  readonly writer?: (output: CaptureOutput) => Writer
  /** For formats that are no stream of bytes: writes the file at this path. */
  readonly fileWriter?: (path: string) => Writer
}

export interface StreamFormat extends FormatBase {
  readonly kind: 'stream'
  /** Surely this format, by its first bytes. Formats without it are told apart by trial. */
  readonly magic?: (head: Uint8Array) => boolean
  readonly reader: (options: ReaderOptions) => Reader
}

export interface BlockFormat extends FormatBase {
  readonly kind: 'blocks'
  readonly magic: (head: Uint8Array) => boolean
  /**
   * Reads the whole file in order of recording; yields every few thousand frames, with how far in
   * the file it is, so that the caller can report progress, wait or stop.
   */
  readonly read: (file: RandomFile, options: ReaderOptions) => AsyncGenerator<number, void>
}

export type Format = StreamFormat | BlockFormat

/** Counts a frame, or a part of it, that a format cannot express. */
export function countLeft(left: Map<string, number>, reason: string): void {
  left.set(reason, (left.get(reason) ?? 0) + 1)
}
