/**
 * Values of a VLSD channel that lie in blocks of their own (SD): length in 4 bytes, bytes. A record
 * holds the place of its value in the run of all these blocks. Places ascend in practice: a window
 * goes forward over the data; for a place before it the block is read again.
 */
import { LENGTH_BYTES } from './awaited-values.ts'
import type { BlockFile } from './block-file.ts'
import { inflated, type Segment, SLICE, segmentsOf } from './data-blocks.ts'

/** No value of a frame is longer. */
const MAX_VALUE = 64
/** Going back is paid from this: records in any order cannot make the reader inflate for ever. */
const LOADS_PER_BYTE = 32
const LEAST_LOADS = 64 * 1024 * 1024

interface Known {
  /** Where in the run it starts. */
  start: number
  segment: Segment
}

export class SignalData {
  /** A part of the run; `at` and `length` say where in it the value that was found is. */
  window: Uint8Array = new Uint8Array(0)
  at = 0
  length = 0
  readonly #file: BlockFile
  readonly #segments: AsyncGenerator<Segment>
  readonly #known: Known[] = []
  #windowStart = 0
  #end = 0
  #isWhole = false
  #loads: number
  #inflated: { known: Known; bytes: Uint8Array } | undefined

  constructor(file: BlockFile, link: number) {
    this.#file = file
    this.#segments = segmentsOf(file, link, false)
    this.#loads = Math.max(LEAST_LOADS, LOADS_PER_BYTE * file.size)
  }

  /** Whether the value is in the window; then `at` and `length` are set. Hot. */
  find(place: number): boolean {
    const at = place - this.#windowStart
    const { window } = this
    if (!(at >= 0 && at + LENGTH_BYTES <= window.length)) return false
    const length =
      (window[at] as number) |
      ((window[at + 1] as number) << 8) |
      ((window[at + 2] as number) << 16) |
      ((window[at + 3] as number) << 24)
    if (length < 0 || length > MAX_VALUE || at + LENGTH_BYTES + length > window.length) return false
    this.at = at + LENGTH_BYTES
    this.length = length
    return true
  }

  /** Makes the window start at a place. False if there is no value of a frame. */
  async load(place: number): Promise<boolean> {
    let window = await this.#from(place)
    while (window !== undefined && window.length < LENGTH_BYTES + MAX_VALUE) {
      const more = await this.#from(place + window.length)
      if (more === undefined) break
      window = Buffer.concat([window, more])
    }
    this.window = window ?? new Uint8Array(0)
    this.#windowStart = place
    return this.find(place)
  }

  /** Some bytes from a place on, all of one block. */
  async #from(place: number): Promise<Uint8Array | undefined> {
    const known = await this.#segmentOf(place)
    if (known === undefined || this.#loads <= 0) return undefined
    const { segment, start } = known
    if (segment.deflated) {
      if (this.#inflated?.known !== known) {
        this.#loads -= segment.length
        const bytes = (await inflated(this.#file, segment)) ?? new Uint8Array(0)
        this.#inflated = { known, bytes }
      }
      const bytes = this.#inflated.bytes.subarray(place - start)
      return bytes.length > 0 ? bytes : undefined
    }
    const rest = segment.stored - (place - start)
    if (rest <= 0) return undefined
    this.#loads -= Math.min(SLICE, rest)
    return await this.#file.bytes(segment.from + place - start, Math.min(SLICE, rest))
  }

  async #segmentOf(place: number): Promise<Known | undefined> {
    while (place >= this.#end && !this.#isWhole) {
      const { value, done } = await this.#segments.next()
      this.#isWhole = done === true
      if (value === undefined) break
      this.#known.push({ start: this.#end, segment: value })
      this.#end += value.length
    }
    if (!(place >= 0 && place < this.#end)) return undefined
    let low = 0
    let high = this.#known.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#known[middle] as Known).start <= place) low = middle
      else high = middle - 1
    }
    return this.#known[low]
  }
}
