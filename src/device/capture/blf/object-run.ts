/**
 * A run of objects, as containers carry it: they may start and end anywhere in the containers.
 * Bytes between objects are padding; where there are more of them than that, something was damaged
 * and the next object is looked for.
 */
import { type CanFrame, newFrame } from '../../../model/frame.ts'
import type { IssueCode } from '../../../model/issue.ts'
import type { Micros } from '../../../model/time.ts'
import { ChannelBuses } from '../bus-channels.ts'
import type { ReaderOptions } from '../format.ts'
import { BASE_BYTES, fillFrame, isFrame, otherBuses } from './objects.ts'

export const SIGNATURE = Buffer.from('LOBJ')
export const MAX_PADDING = 7
/** No frame needs more, no other object has more. */
const MAX_FRAME_OBJECT = 4096
const MAX_OBJECT = 16 * 1024 * 1024

/** Whether an object of the type can have the size; else the bytes are none. */
export function isPlausible(type: number, size: number): boolean {
  return size >= BASE_BYTES && size <= (isFrame(type) ? MAX_FRAME_OBJECT : MAX_OBJECT)
}

export class ObjectRun {
  /** The start of the recording. */
  start: Micros = 0
  /** Where in the file it is being read. */
  position = 0
  readonly #options: ReaderOptions
  readonly #buses: ChannelBuses
  readonly #frame: CanFrame = newFrame()
  readonly #others = new Map<string, number>()
  #kept: Buffer = Buffer.alloc(0)
  #skip = 0

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#buses = new ChannelBuses(options.buses, 1)
  }

  push(bytes: Buffer): void {
    const all = this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes])
    const view = new DataView(all.buffer, all.byteOffset, all.length)
    let at = Math.min(this.#skip, all.length)
    this.#skip -= at
    while (this.#skip === 0) {
      const found = all.indexOf(SIGNATURE, at)
      const next = found < 0 ? this.#end(all, at) : found
      if (next - at > MAX_PADDING)
        this.report('block-malformed', `${next - at} bytes are no object`)
      at = next
      if (at + BASE_BYTES > all.length) break
      const taken = this.#object(view, at)
      if (taken === 0) break
      at += taken
    }
    this.#kept = Buffer.from(all.subarray(at))
  }

  /** What was begun cannot be finished: the bytes that belong to it are lost. */
  lose(): void {
    this.#kept = Buffer.alloc(0)
    this.#skip = 0
  }

  end(): void {
    if (this.#skip > 0 || this.#kept.includes(SIGNATURE)) {
      this.report('file-truncated', 'the last object is not whole')
    }
    for (const [bus, count] of this.#others) {
      this.report('bus-unsupported', `${count} objects of ${bus}`)
    }
    this.#others.clear()
  }

  report(code: IssueCode, detail: string): void {
    const at = `${this.#options.at}: byte ${this.position}`
    this.#options.issue({ code, at, detail, time: this.#frame.time })
  }

  /** Without a signature: where it could begin still. */
  #end(all: Buffer, at: number): number {
    for (let keep = Math.min(SIGNATURE.length - 1, all.length - at); keep > 0; keep -= 1) {
      const start = all.length - keep
      if (all.compare(SIGNATURE, 0, keep, start, all.length) === 0) return start
    }
    return all.length
  }

  /** Takes an object; 0 where it is not whole yet. */
  #object(view: DataView, at: number): number {
    const size = view.getUint32(at + 8, true)
    const type = view.getUint32(at + 12, true)
    const isWanted = isFrame(type)
    if (!isPlausible(type, size)) {
      this.report('block-malformed', `an object of ${size} bytes`)
      return SIGNATURE.length
    }
    const rest = view.byteLength - at
    if (!isWanted) {
      const other = otherBuses.get(type)
      if (other !== undefined) this.#others.set(other, (this.#others.get(other) ?? 0) + 1)
      this.#skip = Math.max(0, size - rest)
      return Math.min(size, rest)
    }
    if (size > rest) return 0
    const recording = { start: this.start, buses: this.#buses }
    if (fillFrame(this.#frame, view, { at, end: at + size, type }, recording)) {
      this.#options.frame(this.#frame)
    } else this.report('line-malformed', `an object of type ${type} is no frame`)
    return size
  }
}
