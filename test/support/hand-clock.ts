/** A clock that a test cranks by hand: time passes only in `advance`, timers fire in order. */
import type { Clock } from '../../src/model/ports.ts'

interface Timer {
  due: number
  run: () => void
}

export class HandClock implements Clock {
  #elapsed = 0
  readonly #start: number
  readonly #timers = new Set<Timer>()

  constructor(start = Date.UTC(2026, 2, 1)) {
    this.#start = start
  }

  /** Timers that are still waiting. */
  get waiting(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#start + this.#elapsed
  }

  monotonic(): number {
    return this.#elapsed
  }

  readonly after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { due: this.#elapsed + delayMs, run }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Lets time pass, and everything that follows from it happen. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms
    await settled()
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.due - b.due)[0]
      if (next === undefined || next.due > end) break
      this.#timers.delete(next)
      this.#elapsed = Math.max(next.due, this.#elapsed)
      next.run()
      await settled()
    }
    this.#elapsed = end
  }
}

/** Resolves when every promise that can settle without time passing has settled. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
