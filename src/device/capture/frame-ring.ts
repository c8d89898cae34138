/**
 * The newest frames of a vehicle in memory, bounded by bytes: what a trigger can still look back at.
 * Frames stand one behind the other in chunks; the oldest chunk goes when there is no more room. A
 * snapshot holds chunks as they were, whatever is added meanwhile.
 *
 * A frame: time (float64, µs), identifier with flags (uint32), bus, length, flags (one byte each), a
 * byte unused, then its data, rounded up to eight bytes.
 */
import { type CanFrame, type FrameSink, newFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'

const HEADER = 16
const CHUNK_BYTES = 128 * 1024
const EXTENDED = 1
const REMOTE = 2
const ERROR = 4
const FD = 8
const BRS = 16
const ESI = 32
const SENT = 64

interface Chunk {
  times: Float64Array
  words: Uint32Array
  bytes: Uint8Array
  used: number
  first: Micros
  last: Micros
}

export interface FrameSnapshot {
  /** Names of the buses; `CanFrame.bus` is an index into them. */
  readonly buses: readonly string[]
  /** Number of frames from `from` to `to`, both inclusive, lent one after the other. */
  each(from: Micros, to: Micros, sink: FrameSink): number
  /** The same in parts, so that somebody else gets a turn in between. */
  parts(from: Micros, to: Micros): Iterable<(sink: FrameSink) => number>
}

export class FrameRing {
  readonly #maxChunks: number
  readonly #buses: string[] = []
  #chunks: Chunk[] = []
  #current: Chunk | undefined

  constructor(maxBytes: number) {
    this.#maxChunks = Math.max(Math.floor(maxBytes / CHUNK_BYTES), 2)
  }

  /** The number under which frames of this bus are added. */
  bus(name: string): number {
    const known = this.#buses.indexOf(name)
    return known >= 0 ? known : this.#buses.push(name) - 1
  }

  /** When the oldest frame came that is still here. */
  get oldest(): Micros | undefined {
    return this.#chunks[0]?.first
  }

  get bytes(): number {
    return this.#chunks.length * CHUNK_BYTES
  }

  /** Hot. The frame is copied. */
  add(frame: CanFrame, bus: number): void {
    const size = HEADER + ((frame.length + 7) & ~7)
    let chunk = this.#current
    if (chunk === undefined || chunk.used + size > CHUNK_BYTES) chunk = this.#next(frame.time)
    const at = chunk.used
    const { bytes, words } = chunk
    chunk.times[at >>> 3] = frame.time
    words[(at >>> 2) + 2] = frame.id
    bytes[at + 12] = bus
    bytes[at + 13] = frame.length
    bytes[at + 14] = flagsOf(frame)
    const { data } = frame
    const start = at + HEADER
    for (let i = 0; i < frame.length; i += 1) bytes[start + i] = data[i] as number
    chunk.used = at + size
    if (frame.time > chunk.last) chunk.last = frame.time
    else if (frame.time < chunk.first) chunk.first = frame.time
  }

  /** Times of frames from `since` on were wrong by `delta`. */
  shift(delta: Micros, since: Micros): void {
    for (const chunk of this.#chunks) {
      eachPlace(chunk, chunk.used, (at) => {
        const time = chunk.times[at >>> 3] as number
        if (time >= since) chunk.times[at >>> 3] = time + delta
      })
      chunk.first = chunk.times[0] as number
      chunk.last = chunk.first
      eachPlace(chunk, chunk.used, (at) => {
        chunk.first = Math.min(chunk.first, chunk.times[at >>> 3] as number)
        chunk.last = Math.max(chunk.last, chunk.times[at >>> 3] as number)
      })
    }
  }

  snapshot(): FrameSnapshot {
    const parts = this.#chunks.map((chunk) => ({ chunk, used: chunk.used }))
    const buses = [...this.#buses]
    const read = function* (from: Micros, to: Micros) {
      for (const { chunk, used } of parts) {
        if (chunk.last < from || chunk.first > to) continue
        yield (sink: FrameSink) => lend(chunk, used, { from, to }, sink)
      }
    }
    return {
      buses,
      parts: read,
      each: (from, to, sink) => [...read(from, to)].reduce((sum, part) => sum + part(sink), 0),
    }
  }

  #next(time: Micros): Chunk {
    const buffer = new ArrayBuffer(CHUNK_BYTES)
    const chunk: Chunk = {
      times: new Float64Array(buffer),
      words: new Uint32Array(buffer),
      bytes: new Uint8Array(buffer),
      used: 0,
      first: time,
      last: time,
    }
    // Snapshots keep the list that they were made of.
    this.#chunks = [...this.#chunks.slice(-(this.#maxChunks - 1)), chunk]
    this.#current = chunk
    return chunk
  }
}

function flagsOf({ extended, remote, error, fd, brs, esi, sent }: CanFrame): number {
  return (
    (extended ? EXTENDED : 0) |
    (remote ? REMOTE : 0) |
    (error ? ERROR : 0) |
    (fd ? FD : 0) |
    (brs ? BRS : 0) |
    (esi ? ESI : 0) |
    (sent ? SENT : 0)
  )
}

function eachPlace(chunk: Chunk, used: number, visit: (at: number) => void): void {
  for (let at = 0; at < used; ) {
    visit(at)
    at += HEADER + (((chunk.bytes[at + 13] as number) + 7) & ~7)
  }
}

function lend(
  chunk: Chunk,
  used: number,
  { from, to }: { from: Micros; to: Micros },
  sink: FrameSink,
): number {
  const frame = newFrame()
  let count = 0
  eachPlace(chunk, used, (at) => {
    const time = chunk.times[at >>> 3] as number
    if (time < from || time > to) return
    const flags = chunk.bytes[at + 14] as number
    frame.time = time
    frame.id = chunk.words[(at >>> 2) + 2] as number
    frame.bus = chunk.bytes[at + 12] as number
    frame.length = chunk.bytes[at + 13] as number
    frame.extended = (flags & EXTENDED) !== 0
    frame.remote = (flags & REMOTE) !== 0
    frame.error = (flags & ERROR) !== 0
    frame.fd = (flags & FD) !== 0
    frame.brs = (flags & BRS) !== 0
    frame.esi = (flags & ESI) !== 0
    frame.sent = (flags & SENT) !== 0
    frame.data.set(chunk.bytes.subarray(at + HEADER, at + HEADER + frame.length))
    count += 1
    sink(frame)
  })
  return count
}
