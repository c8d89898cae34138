/**
 * How full the serial line to an adapter is. A character is ten bits on a real line; what comes faster
 * than the line carries is lost in the adapter, and few adapters say so.
 */
import type { Millis } from '../../model/time.ts'

const WINDOW_MS: Millis = 5000
const CHARACTER_BITS = 10
const FULL = 0.9
/** Not below `FULL` alone: a line at its limit must not come and go. */
const RELAXED = 0.8

export class LineLoad {
  readonly #capacity: number
  #isFull = false
  #framesPerSecond = 0
  #start: { at: Millis; bytes: number; frames: number } | undefined

  /** Without a baud rate, it never is full: USB, network. */
  constructor(baud: number | undefined) {
    this.#capacity = baud === undefined ? Number.POSITIVE_INFINITY : baud / CHARACTER_BITS
  }

  /** Frames a second that come through a line that is full; undefined while it is not. */
  get full(): number | undefined {
    return this.#isFull ? this.#framesPerSecond : undefined
  }

  /** Everything received so far. True when it became full, or is no longer. */
  sample(at: Millis, bytes: number, frames: number): boolean {
    this.#start ??= { at, bytes, frames }
    const start = this.#start
    if (at - start.at < WINDOW_MS) return false
    const seconds = (at - start.at) / 1000
    const share = (bytes - start.bytes) / seconds / this.#capacity
    this.#framesPerSecond = Math.round((frames - start.frames) / seconds)
    this.#start = { at, bytes, frames }
    const isFull = share > (this.#isFull ? RELAXED : FULL)
    const isNews = isFull !== this.#isFull
    this.#isFull = isFull
    return isNews
  }
}

/** Whether a baud rate slows the line: not over USB's modem class, a pseudo-terminal or a network. */
export function hasBaud(device: string): boolean {
  return !/^tcp:|\/(ttyACM|pts\/)\d+$/.test(device)
}
