/** Who looks at the frames of a vehicle; costs a look at a flag while nobody does. */
import type { CanFrame } from '../model/frame.ts'
import type { FrameListener, FrameReader } from '../model/ports.ts'

export class FrameWatch {
  isWatched = false
  readonly #listeners = new Set<FrameListener>()

  add(listener: FrameListener): () => void {
    this.#listeners.add(listener)
    this.isWatched = true
    return () => {
      this.#listeners.delete(listener)
      this.isWatched = this.#listeners.size > 0
    }
  }

  /** Hot while it is watched. */
  tell(frame: CanFrame, bus: string): void {
    for (const listener of this.#listeners) listener(frame, bus)
  }
}

export class FrameWatches implements FrameReader {
  readonly #watches = new Map<string, FrameWatch>()

  of(vehicle: string): FrameWatch {
    const known = this.#watches.get(vehicle)
    if (known !== undefined) return known
    const watch = new FrameWatch()
    this.#watches.set(vehicle, watch)
    return watch
  }

  watch(vehicle: string, listener: FrameListener): () => void {
    return this.of(vehicle).add(listener)
  }
}
