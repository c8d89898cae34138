/**
 * Frames that wait for their time: copies in objects that are used again, because a frame is only
 * lent. As large as the fullest it ever was.
 */
import { type CanFrame, newFrame } from '../../model/frame.ts'

export class FrameQueue {
  readonly #frames: CanFrame[] = []
  #filled = 0
  #taken = 0

  add(frame: CanFrame): void {
    if (this.#filled === this.#frames.length) this.#frames.push(newFrame())
    const copy = this.#frames[this.#filled++] as CanFrame
    copy.bus = frame.bus
    copy.id = frame.id
    copy.extended = frame.extended
    copy.remote = frame.remote
    copy.error = frame.error
    copy.fd = frame.fd
    copy.length = frame.length
    copy.time = frame.time
    for (let index = 0; index < frame.length; index++) {
      copy.data[index] = frame.data[index] as number
    }
  }

  /** The oldest frame, lent until the next call, or undefined when all were taken. */
  next(): CanFrame | undefined {
    if (this.#taken < this.#filled) return this.#frames[this.#taken++]
    this.clear()
    return undefined
  }

  clear(): void {
    this.#filled = 0
    this.#taken = 0
  }
}
