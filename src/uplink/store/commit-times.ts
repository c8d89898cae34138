/** What commits take, the last few hundred of them: a card that dies, or is too slow, shows here first. */
import type { Millis } from '../../model/time.ts'

const KEPT = 500

export class CommitTimes {
  readonly #times: Millis[] = []
  #count = 0

  /** A commit that fails does not count. */
  measure(commit: () => void): void {
    const begun = performance.now()
    commit()
    this.#times[this.#count % KEPT] = performance.now() - begun
    this.#count += 1
  }

  summary(): { lastMs: Millis; p99Ms: Millis } | undefined {
    const last = this.#times[(this.#count - 1 + KEPT) % KEPT]
    if (last === undefined) return undefined
    const sorted = this.#times.toSorted((a, b) => a - b)
    const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? last
    return { lastMs: rounded(last), p99Ms: rounded(p99) }
  }
}

function rounded(ms: Millis): Millis {
  return Math.round(ms * 1000) / 1000
}
