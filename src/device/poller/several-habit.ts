/**
 * How a control unit does with several PIDs in one request: whether it still takes them, and whether
 * short answers or long ones bring a PID quicker, which depends on the adapter as much as on it.
 */
import type { Millis } from '../../model/time.ts'
import { SINGLE_FRAME_BYTES } from './pid-batch.ts'

/** So often in a row several PIDs are not answered, and one of them alone is. */
const STRIKES = 3
/** The longest answer to several PIDs that is asked for. */
const LONG_ANSWER_BYTES = 32
/** One batch in so many is of the other size, to see which is quicker. */
const COMPARE_EVERY = 16
const AVERAGE = 1 / 8

export class SeveralHabit {
  /** Several PIDs may be asked for. */
  isTaken: boolean
  #strikes = 0
  /** Several were asked for and nothing came; the next one is asked alone. */
  #isSuspect = false
  #batches = 0
  #shortCost: Millis | undefined
  #longCost: Millis | undefined

  constructor(isTaken: boolean) {
    this.isTaken = isTaken
  }

  /** How long the next answer should be at most; 0: ask for one PID. */
  get answerBytes(): number {
    if (!this.isTaken || this.#isSuspect) return 0
    const isLongQuicker =
      this.#longCost !== undefined && this.#longCost < (this.#shortCost ?? Number.POSITIVE_INFINITY)
    const isComparing = this.#batches % COMPARE_EVERY === COMPARE_EVERY - 1
    return isLongQuicker !== isComparing ? LONG_ANSWER_BYTES : SINGLE_FRAME_BYTES
  }

  /** Answered as it should be, in that time for each PID. */
  answered(bytes: number, cost: Millis): void {
    this.#strikes = 0
    this.#batches += 1
    if (bytes > SINGLE_FRAME_BYTES) this.#longCost = averaged(this.#longCost, cost)
    else this.#shortCost = averaged(this.#shortCost, cost)
  }

  /** Answered with something else than what was asked for: never again. */
  garbled(): void {
    this.isTaken = false
  }

  missed(): void {
    this.#isSuspect = true
  }

  /** One PID was answered alone. Where several before it were not, that is a strike. */
  answeredAlone(): void {
    if (!this.#isSuspect) return
    this.#isSuspect = false
    this.#strikes += 1
    if (this.#strikes >= STRIKES) this.isTaken = false
  }
}

function averaged(average: Millis | undefined, value: Millis): Millis {
  return average === undefined ? value : average + (value - average) * AVERAGE
}
