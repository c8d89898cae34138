/** Frames that simulated control units will send, in order of time, and what they remember. */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'

const KEPT = 10_000

export class DueFrames {
  #frames: CanFrame[] = []

  /** Frames of the same moment keep the order in which they were put. */
  put(frame: CanFrame): void {
    const after = this.#frames.findLastIndex(({ time }) => time <= frame.time)
    this.#frames.splice(after + 1, 0, frame)
  }

  /** Takes out the first one, if it is due. */
  next(time: Micros): CanFrame | undefined {
    const [first] = this.#frames
    return first !== undefined && first.time <= time ? this.#frames.shift() : undefined
  }

  clear(): void {
    this.#frames = []
  }
}

/** Adds to a list of what happened, of which only the newest are kept. */
export function keep<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > KEPT) list.shift()
}
