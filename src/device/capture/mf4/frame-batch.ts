/**
 * Frames on their way from records to the sink: a few thousand, field by field in arrays that are
 * used again and again. Hot: nothing is made for a frame.
 */
import { type CanFrame, MAX_FRAME_DATA } from '../../../model/frame.ts'
import { isFdLength } from '../fd-lengths.ts'

export const frameFlags = {
  extended: 1,
  remote: 2,
  error: 4,
  fd: 8,
  brs: 16,
  esi: 32,
  sent: 64,
  /** Its data did not come. */
  dropped: 128,
} as const

/** In `FrameBatch.length`, until the data have come: the record does not say. */
export const UNKNOWN_LENGTH = 255

const USUAL = 2048
const FIRST = 64

export class FrameBatch {
  count = 0
  time = new Float64Array(FIRST)
  id = new Uint32Array(FIRST)
  bus = new Uint16Array(FIRST)
  flags = new Uint8Array(FIRST)
  length = new Uint8Array(FIRST)
  /** Which of the channel groups of its data group it is from. */
  group = new Uint16Array(FIRST)
  data = new Uint8Array(FIRST * MAX_FRAME_DATA)

  isFull(): boolean {
    return this.count >= USUAL
  }

  /** The place of the next frame; it counts once `count` is raised. */
  next(): number {
    if (this.count === this.time.length) this.#grow()
    return this.count
  }

  /** Fills the frame with the one at a place. */
  lend(at: number, frame: CanFrame): void {
    const flags = this.flags[at] as number
    const length = this.length[at] as number
    frame.time = this.time[at] as number
    frame.id = this.id[at] as number
    frame.bus = this.bus[at] as number
    frame.length = length
    frame.extended = (flags & frameFlags.extended) !== 0
    frame.remote = (flags & frameFlags.remote) !== 0
    frame.error = (flags & frameFlags.error) !== 0
    frame.fd = (flags & frameFlags.fd) !== 0
    frame.brs = (flags & frameFlags.brs) !== 0
    frame.esi = (flags & frameFlags.esi) !== 0
    frame.sent = (flags & frameFlags.sent) !== 0
    const { data } = this
    const start = at * MAX_FRAME_DATA
    for (let i = 0; i < length; i += 1) frame.data[i] = data[start + i] as number
  }

  /** Gives the frame at a place its data; false if they cannot be its own. */
  complete(place: number, from: Uint8Array, at: number, bytes: number): boolean {
    const declared = this.length[place] as number
    const length = declared === UNKNOWN_LENGTH ? bytes : declared
    if (length > bytes || !isFdLength(length)) return false
    if (length > 8) this.flags[place] = (this.flags[place] as number) | frameFlags.fd
    this.length[place] = length
    const start = place * MAX_FRAME_DATA
    for (let i = 0; i < length; i += 1) this.data[start + i] = from[at + i] as number
    return true
  }

  /** Dropped frames make room. */
  compact(): void {
    let kept = 0
    for (let at = 0; at < this.count; at += 1) {
      if ((this.flags[at] as number) & frameFlags.dropped) continue
      if (kept < at) this.move(at, kept)
      kept += 1
    }
    this.count = kept
  }

  /** Copies a frame to a place before it. */
  move(from: number, to: number): void {
    for (const list of [this.time, this.id, this.bus, this.flags, this.length, this.group]) {
      list[to] = list[from] as number
    }
    const start = from * MAX_FRAME_DATA
    this.data.copyWithin(to * MAX_FRAME_DATA, start, start + MAX_FRAME_DATA)
  }

  #grow(): void {
    const size = this.time.length * 2
    this.time = copied(this.time, new Float64Array(size))
    this.id = copied(this.id, new Uint32Array(size))
    this.bus = copied(this.bus, new Uint16Array(size))
    this.flags = copied(this.flags, new Uint8Array(size))
    this.length = copied(this.length, new Uint8Array(size))
    this.group = copied(this.group, new Uint16Array(size))
    this.data = copied(this.data, new Uint8Array(size * MAX_FRAME_DATA))
  }
}

function copied<T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(
  from: T,
  to: T,
): T {
  to.set(from)
  return to
}
