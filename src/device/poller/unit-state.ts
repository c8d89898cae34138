/**
 * What is known of a control unit while it is asked. Three different questions in a row that used to
 * be answered, and now are not: it sleeps, or is gone, and is asked no more than one question after
 * growing pauses until it answers.
 */
import type { Millis } from '../../model/time.ts'
import { SeveralHabit } from './several-habit.ts'

const SILENT_AFTER = 3
/** So many answers in a row after misses are trust again. */
const RECOVERED_AFTER = 3
const FIRST_PROBE_MS: Millis = 2000
/** Short, since this is no parked vehicle: then nothing is asked at all. */
const MAX_PROBE_MS: Millis = 10_000

export class UnitState {
  /** When it is asked whether it is back; undefined: it is there. */
  probeAt: Millis | undefined
  /** The governor says that it wants to be left alone until then. */
  blockedUntil: Millis = Number.NEGATIVE_INFINITY
  /** A request to it is answered once, and by it alone. */
  answersOnce: boolean
  readonly several: SeveralHabit
  #probeDelay = FIRST_PROBE_MS
  readonly #unanswered = new Set<string>()
  #misses = 0
  /** Answers since one was missed; undefined: nothing was missed, or all is well again. */
  #answersSince: number | undefined
  #lamp: number | undefined

  constructor(support: { isPhysical: boolean; multi: boolean } | undefined) {
    this.answersOnce = support?.isPhysical ?? false
    this.several = new SeveralHabit(support?.multi ?? false)
  }

  get isSilent(): boolean {
    return this.probeAt !== undefined
  }

  /** Any answer: it is there. */
  isBack(): void {
    this.probeAt = undefined
    this.#probeDelay = FIRST_PROBE_MS
    this.#unanswered.clear()
    this.#misses = 0
  }

  /** True if answers come as they should again, after some were missed. */
  hasRecovered(): boolean {
    if (this.#answersSince === undefined) return false
    this.#answersSince += 1
    if (this.#answersSince < RECOVERED_AFTER) return false
    this.#answersSince = undefined
    return true
  }

  /**
   * A question that should have been answered was not. True if that makes the unit silent; `limit` is
   * how many such questions there are.
   */
  missed(id: string, limit: number, now: Millis): boolean {
    this.answersOnce = false
    this.#answersSince = 0
    this.#unanswered.add(id)
    this.#misses += 1
    const isEnough = this.#misses >= Math.min(SILENT_AFTER, limit * 2)
    if (this.isSilent || !isEnough || this.#unanswered.size < Math.min(SILENT_AFTER, limit)) {
      return false
    }
    this.sleeps(now)
    return true
  }

  /** It is asked no more than whether it is back. */
  sleeps(now: Millis): void {
    this.probeAt ??= now + this.#probeDelay
  }

  /** It is still silent. */
  probed(now: Millis): void {
    this.#probeDelay = Math.min(this.#probeDelay * 2, MAX_PROBE_MS)
    this.probeAt = now + this.#probeDelay
  }

  /** The byte of lamp and number of trouble codes; true if it was another one before. */
  lampChanged(byte: number): boolean {
    const before = this.#lamp
    this.#lamp = byte
    return before !== undefined && before !== byte
  }
}
