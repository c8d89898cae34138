/** The receptions whose window is open, by the bytes of their frame. */
import type { LoraFrame, LoraUplink } from '../../model/lora.ts'
import type { Millis } from '../../model/time.ts'
import type { Reception } from './reception.ts'

const LONGEST_MS = 2000
/** Windows that may be open at once; the oldest is closed early for one more. */
const MAX_OPEN = 4096

export class Windows {
  readonly #lengthMs: number
  readonly #complete: (uplink: LoraUplink) => void
  /** In the order of their first copies. */
  readonly #open = new Map<string, Reception>()

  constructor(lengthMs: number, complete: (uplink: LoraUplink) => void) {
    this.#lengthMs = Math.min(Math.max(lengthMs, 0), LONGEST_MS)
    this.#complete = complete
  }

  get lengthMs(): number {
    return this.#lengthMs
  }

  /** Whether the frame is a copy of an open one, which then has it. */
  add(key: string, frame: LoraFrame): boolean {
    const reception = this.#open.get(key)
    reception?.add(frame)
    return reception !== undefined
  }

  open(key: string, reception: Reception): void {
    this.#open.set(key, reception)
    if (this.#lengthMs === 0) this.#close(key, reception)
    for (const [oldest, first] of this.#open) {
      if (this.#open.size <= MAX_OPEN) break
      this.#close(oldest, first)
    }
  }

  /** Closes those whose time is over. */
  tick(now: Millis): void {
    for (const [key, reception] of this.#open) {
      const age = now - reception.start
      // A clock that was set back without a word leaves no window open for ever.
      const isOver = age >= this.#lengthMs || age < -LONGEST_MS
      // The others came later: this is asked for every frame.
      if (!isOver) return
      this.#close(key, reception)
    }
  }

  flush(): void {
    for (const [key, reception] of this.#open) this.#close(key, reception)
  }

  /** When the next one closes. */
  get due(): Millis | undefined {
    for (const { start } of this.#open.values()) return start + this.#lengthMs
    return undefined
  }

  shift(delta: Millis, since: Millis): void {
    for (const reception of this.#open.values()) {
      if (reception.start >= since) reception.start += delta
    }
  }

  #close(key: string, reception: Reception): void {
    this.#open.delete(key)
    this.#complete(reception.uplink())
  }
}
