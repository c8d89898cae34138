/** Readers and writers of recorded files in tests: frames as plain objects, outputs in memory. */
import type {
  BlockFormat,
  CaptureOutput,
  Format,
  RandomFile,
  StreamFormat,
} from '../../src/device/capture/format.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'

export interface Captured {
  frames: CapturedFrame[]
  issues: Issue[]
  buses: string[]
}

export type CapturedFrame = Omit<CanFrame, 'bus' | 'data'> & { bus: string; data: string }

export function plain(frame: CanFrame, bus: string): CapturedFrame {
  const { data, length, remote, ...rest } = frame
  const hex = remote ? '' : Buffer.from(data.subarray(0, length)).toString('hex')
  return { ...rest, length, remote, bus, data: hex }
}

function collector() {
  const captured: Captured = { frames: [], issues: [], buses: [] }
  const { frames, issues, buses } = captured
  const options = {
    at: 'file',
    buses,
    frame: (frame: CanFrame) => {
      frames.push(plain(frame, buses[frame.bus] ?? `#${frame.bus}`))
    },
    issue: (issue: Issue) => {
      issues.push(issue)
    },
  }
  return { captured, options }
}

/** Reads a stream format, in chunks of the given size. */
export function readStream(format: StreamFormat, bytes: Uint8Array, chunk = bytes.length) {
  const { captured, options } = collector()
  const reader = format.reader(options)
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk))
  reader.end()
  return { ...captured, timed: reader.timed }
}

/** Reads a block format from a file in memory, or from one on the disk where it needs the path. */
export async function readBlocks(format: BlockFormat, bytes: Uint8Array, path = 'file') {
  const { captured, options } = collector()
  const file: RandomFile = {
    path,
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  }
  for await (const _ of format.read(file, options));
  return captured
}

export class MemoryOutput implements CaptureOutput {
  #bytes = Buffer.alloc(0)

  get length(): number {
    return this.#bytes.length
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  write(bytes: Uint8Array | string): void {
    this.#bytes = Buffer.concat([this.#bytes, Buffer.from(bytes as Uint8Array)])
  }

  patch = (offset: number, bytes: Uint8Array): void => {
    this.#bytes.set(bytes, offset)
  }
}

/** Writes frames in a format; each frame with the bus it is on. */
export function written(format: Format, frames: readonly { frame: CanFrame; bus: string }[]) {
  const output = new MemoryOutput()
  const writer = format.writer?.(output)
  for (const { frame, bus } of frames) writer?.frame(frame, bus)
  writer?.end()
  return { bytes: output.bytes, left: writer?.left ?? new Map<string, number>() }
}

const START = 1_750_000_000_000_000

/** One frame of every kind that CAN and CAN FD know, a microsecond and more apart. */
export function variousFrames(bus = 'can0'): { frame: CanFrame; bus: string }[] {
  const data = (length: number) => Array.from({ length }, (_, i) => (i * 37 + length) & 0xff)
  const frames = [
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((length) => frameOf(0x100 + length, data(length))),
    frameOf(0x7ff, data(8), { sent: true }),
    frameOf(0x18fef100, data(8)),
    frameOf(0x1fffffff, data(3), { sent: true }),
    frameOf(0x123, data(8), { extended: true }),
    frameOf(0x321, [], { remote: true }),
    Object.assign(frameOf(0x18eaff00, [], { remote: true }), { length: 8 }),
    frameOf(0x123, data(8), { fd: true }),
    frameOf(0x123, data(12), { fd: true, brs: true }),
    frameOf(0x18fef1aa, data(48), { fd: true, esi: true }),
    frameOf(0x18fef1ab, data(64), { fd: true, brs: true, esi: true, sent: true }),
    frameOf(4, data(8), { error: true, extended: false }),
  ]
  return frames.map((frame, i) => ({
    frame: Object.assign(frame, { time: START + i * 12_345 + (i % 3) }),
    bus,
  }))
}
