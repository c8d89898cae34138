/**
 * Which of the rows that come become messages: only wanted signals, only what has changed, no more
 * often than wanted — then the newest, when its time has come.
 */
import type { Row } from './live-stream.ts'
import { isValid } from './signal-message.ts'

export interface SignalFilterOptions {
  /** All where empty. */
  signals: readonly string[]
  /** Only values that differ from the last one that was sent. */
  onChange: boolean
  /** How far a number has to move to have changed. */
  deadband: number
  /** What was known at the start, too. */
  onStart: boolean
  /** Also when a value grows old or is not available. */
  withInvalid: boolean
  intervalMs: number
  send(row: Row): void
  /** Calls once, later; returns how not to. */
  after(ms: number, run: () => void): () => void
  now(): number
}

interface Sent {
  row: Row
  at: number
  /** A newer one that waits for its time. */
  waiting: Row | undefined
  cancel: (() => void) | undefined
}

export class SignalFilter {
  readonly #options: SignalFilterOptions
  readonly #wanted: ReadonlySet<string> | undefined
  readonly #sent = new Map<string, Sent>()
  #isFirst = true

  constructor(options: SignalFilterOptions) {
    this.#options = options
    this.#wanted = options.signals.length === 0 ? undefined : new Set(options.signals)
  }

  rows(rows: readonly Row[]): void {
    const isStart = this.#isFirst
    this.#isFirst = false
    for (const row of rows) {
      if (this.#wanted?.has(row.name) === false) continue
      if (!this.#options.withInvalid && !isValid(row)) continue
      this.#row(row, isStart && !this.#options.onStart)
    }
  }

  close(): void {
    for (const { cancel } of this.#sent.values()) cancel?.()
    this.#sent.clear()
  }

  #row(row: Row, isSilent: boolean): void {
    const { now, send, intervalMs, after } = this.#options
    const known = this.#sent.get(row.name)
    if (known === undefined) {
      const at = isSilent ? Number.NEGATIVE_INFINITY : now()
      this.#sent.set(row.name, { row, at, waiting: undefined, cancel: undefined })
      if (!isSilent) send(row)
      return
    }
    if (!this.#isNews(row, known.row)) {
      // Back where it was before its time came.
      known.waiting = undefined
      return
    }
    const wait = known.at + intervalMs - now()
    if (wait <= 0) {
      this.#send(known, row)
      return
    }
    known.waiting = row
    known.cancel ??= after(wait, () => {
      known.cancel = undefined
      if (known.waiting !== undefined) this.#send(known, known.waiting)
    })
  }

  #send(known: Sent, row: Row): void {
    known.row = row
    known.at = this.#options.now()
    known.waiting = undefined
    this.#options.send(row)
  }

  #isNews(row: Row, last: Row): boolean {
    const { onChange, deadband } = this.#options
    if (isValid(row) !== isValid(last)) return true
    if (!onChange) return row.time !== last.time
    // What has grown old has no other value than before.
    if (!isValid(row)) return row.quality !== last.quality
    if (typeof row.value !== 'number' || typeof last.value !== 'number')
      return row.value !== last.value
    return row.value !== last.value && Math.abs(row.value - last.value) >= deadband
  }
}
