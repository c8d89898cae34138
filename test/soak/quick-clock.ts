/** A clock that is cranked, without an event loop between two timers: promises alone settle. */
import type { Clock } from '../../src/model/ports.ts'

interface Timer {
  due: number
  run: () => void
}

export class QuickClock implements Clock {
  #elapsed = 0
  readonly #start = Date.UTC(2026, 2, 1)
  readonly #timers = new Set<Timer>()

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

  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms
    await settled()
    for (;;) {
      let next: Timer | undefined
      for (const timer of this.#timers)
        if (timer.due < (next?.due ?? Number.POSITIVE_INFINITY)) next = timer
      if (next === undefined || next.due > end) break
      this.#timers.delete(next)
      this.#elapsed = Math.max(next.due, this.#elapsed)
      next.run()
      await settled()
    }
    this.#elapsed = end
  }
}

/** Long enough for the chains of promises here. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await undefined
}
