/**
 * Hardware filters by experiment. Adapters read the acceptance registers in different ways, or take
 * them and do nothing; which it is, the traffic tells: first all of it is watched, then registers are
 * set as one way has them and it is watched again. What should be left out must not come, and what is
 * wanted and came often must come again. Else they are taken back and the next way is tried, and in
 * the end none.
 */
import type { Millis } from '../../model/time.ts'
import type { FrameFilter } from '../../model/transmit.ts'
import {
  type Acceptance,
  type AcceptanceMode,
  acceptanceModes,
  acceptanceOf,
  commandsOf,
  isPassed,
  passAll,
} from './slcan-acceptance.ts'

const WATCH_MS: Millis = 10_000
/** What the adapter still had when the registers were set. */
const LEFT_OVER_MS: Millis = 1000
const MIN_FRAMES = 50
/** An identifier that came so often must come again. */
const OFTEN = 10
/** Filters that leave out less than this share are not worth a closed channel. */
const WORTH = 0.1
const MAX_LEAK = 0.02
/** A bus that falls asleep looks like a filter that loses everything: twice is no accident. */
const STRIKES = 2
const FAILED = 'its filters do not do what they should and were taken back'
/** Stands for 29 bits in the keys of the counts. */
const EXTENDED = 0x20000000

type Phase = 'watch' | 'trial' | 'proven' | 'off'

export class SlcanFiltering {
  readonly #wanted: readonly FrameFilter[]
  readonly #strikes = new Map<AcceptanceMode, number>()
  #phase: Phase = 'watch'
  #acceptance: Acceptance | undefined
  #counts = new Map<number, number>()
  /** Wanted, and often there before the trial. */
  #expected: number[] = []
  #since: Millis | undefined
  #problem = ''

  constructor(wanted: readonly FrameFilter[]) {
    this.#wanted = wanted
    if (wanted.length === 0) this.#phase = 'off'
  }

  /** Commands for the closed channel; none where the registers are to be left alone. */
  get commands(): readonly string[] {
    if (this.#wanted.length === 0) return []
    return this.#acceptance === undefined ? passAll : commandsOf(this.#acceptance)
  }

  /** Frames have to be shown to `heard`. */
  get isWatching(): boolean {
    return this.#phase === 'watch' || this.#phase === 'trial'
  }

  /** What works or does not, as a part of a sentence. */
  get text(): string | undefined {
    if (this.#phase === 'proven') return 'its filters leave out what nothing here understands'
    return this.#problem === '' ? undefined : this.#problem
  }

  /** Why filters were given up, until then undefined. */
  get problem(): string | undefined {
    return this.#phase === 'off' && this.#problem !== '' ? this.#problem : undefined
  }

  /** Commands that undo what was set, for whoever uses the adapter next. */
  get undoing(): readonly string[] {
    return this.#acceptance === undefined ? [] : passAll
  }

  /** Hot while it watches. */
  readonly heard = (id: number, extended: boolean): void => {
    const key = extended ? id + EXTENDED : id
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  /** The adapter takes no registers. */
  refused(): void {
    this.#giveUp('it takes no filters')
  }

  /** All passes from now on, and it is watched anew: after a silence nobody knows why it was silent. */
  restart(): void {
    if (this.#phase !== 'off') this.#watch()
  }

  /** Now and then. True: the channel has to be opened anew, with other commands. */
  tick(now: Millis): boolean {
    if (!this.isWatching) return false
    this.#since ??= now
    const age = now - this.#since
    if (this.#phase === 'trial' && age < LEFT_OVER_MS) this.#counts.clear()
    if (age < WATCH_MS) return false
    return this.#acceptance === undefined ? this.#begin() : this.#judge(this.#acceptance)
  }

  /** Out of what was heard: is there a way that is worth trying? */
  #begin(): boolean {
    const counts = this.#counts
    const total = sumOf(counts.values())
    const best = acceptanceModes
      .filter((mode) => (this.#strikes.get(mode) ?? 0) < STRIKES)
      .map((mode) => acceptanceOf(this.#wanted, mode))
      .find((acceptance) => acceptance !== undefined && this.#leftOut(acceptance) >= WORTH * total)
    if (best === undefined || total < MIN_FRAMES) {
      const hasFailed = [...this.#strikes.values()].some((strikes) => strikes >= STRIKES)
      if (hasFailed && total >= MIN_FRAMES) this.#giveUp(FAILED)
      else this.#watch()
      return false
    }
    const expected = [...counts]
      .filter(([key, count]) => count >= OFTEN && this.#isWanted(key))
      .map(([key]) => key)
    if (expected.length === 0) {
      // Nothing would show whether what is wanted still comes.
      this.#watch()
      return false
    }
    this.#expected = expected
    this.#phase = 'trial'
    this.#acceptance = best
    this.#clear()
    return true
  }

  #judge(acceptance: Acceptance): boolean {
    const leak = this.#leftOut(acceptance) > MAX_LEAK * sumOf(this.#counts.values())
    const isLost = this.#expected.some((key) => !this.#counts.has(key))
    if (!leak && !isLost && this.#counts.size > 0) {
      this.#phase = 'proven'
      this.#clear()
      return false
    }
    const { mode } = acceptance
    const strikes = leak ? STRIKES : (this.#strikes.get(mode) ?? 0) + 1
    this.#strikes.set(mode, strikes)
    this.#watch()
    return true
  }

  /** Frames so far that would have been left out. */
  #leftOut(acceptance: Acceptance): number {
    let sum = 0
    for (const [key, count] of this.#counts) {
      if (!isPassed(key & ~EXTENDED, key >= EXTENDED, acceptance)) sum += count
    }
    return sum
  }

  #isWanted(key: number): boolean {
    const isExtended = key >= EXTENDED
    return this.#wanted.some(
      ({ id, mask, extended }) => extended === isExtended && ((key ^ id) & mask & ~EXTENDED) === 0,
    )
  }

  #watch(): void {
    this.#phase = 'watch'
    this.#acceptance = undefined
    this.#clear()
  }

  #giveUp(problem: string): void {
    this.#watch()
    this.#phase = 'off'
    this.#problem = problem
  }

  #clear(): void {
    this.#counts = new Map()
    this.#since = undefined
  }
}

function sumOf(counts: Iterable<number>): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}
