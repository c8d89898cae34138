/**
 * The values of a VLSD group among mixed records, on their way to the frames that they belong to. A
 * value is known by its place: the bytes (lengths and values) before it, or in a file whose places
 * were not written yet, the number of values. It may come before or after its frame.
 */
import type { FrameBatch } from './frame-batch.ts'

export const LENGTH_BYTES = 4
/** Values that are kept for frames to come. */
const MAX_EARLY = 65_536
const MAX_FRAME_VALUE = 64

export class AwaitedValues {
  readonly #batch: FrameBatch
  readonly #byBytes: boolean
  readonly #waiting = new Map<number, number>()
  readonly #early = new Map<number, Uint8Array>()
  #position = 0

  constructor(batch: FrameBatch, byBytes: boolean) {
    this.#batch = batch
    this.#byBytes = byBytes
  }

  /** Frames of the batch whose values have not come. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Gives a frame of the batch its value, or lets it wait; false if it cannot have it any more. */
  expect(key: number, place: number): boolean {
    const early = this.#early.get(key)
    if (early !== undefined) {
      this.#early.delete(key)
      return this.#batch.complete(place, early, 0, early.length)
    }
    if (!(key >= this.#position) || this.#waiting.has(key)) return false
    this.#waiting.set(key, place)
    return true
  }

  /** Takes the next value; returns the place of a frame that cannot have it as its data. */
  arrive(bytes: Uint8Array, at: number, size: number): number | undefined {
    const key = this.#position
    this.#position += this.#byBytes ? LENGTH_BYTES + size : 1
    const place = this.#waiting.get(key)
    if (place === undefined) {
      if (size <= MAX_FRAME_VALUE) this.#keep(key, bytes.slice(at, at + size))
      return undefined
    }
    this.#waiting.delete(key)
    return this.#batch.complete(place, bytes, at, size) ? undefined : place
  }

  /** Gives up on the frames that wait; returns their places. */
  giveUp(): number[] {
    const places = [...this.#waiting.values()]
    this.#waiting.clear()
    return places
  }

  #keep(key: number, value: Uint8Array): void {
    this.#early.set(key, value)
    if (this.#early.size <= MAX_EARLY) return
    const oldest = this.#early.keys().next()
    if (!oldest.done) this.#early.delete(oldest.value)
  }
}
