/**
 * When which question is asked: earliest deadline first, with periods by what the vehicle does and by
 * who watches, stretched as far as the pace of this bus demands. Pure: time is passed in, as
 * milliseconds of the monotonic clock.
 */
import type { Activity } from '../../model/activity.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import { isSameAddress } from './addresses.ts'
import { ONCE } from './catalogue.ts'
import { Entry } from './entry.ts'
import { MAX_PIDS } from './pid-batch.ts'
import type { PlannedItem } from './plan.ts'
import { FAST_MS, fit } from './stretch.ts'

/** Which control units may be asked now. */
export interface Openness {
  isOpen(unit: string): boolean
  /** How long an answer to several PIDs may be; 0: one is asked for at a time. */
  answerBytes(unit: string): number
}

const WATCHED_MS: Millis = 1000
const WATCHED_FAST_MS: Millis = 500
/** The pace changes all the time; periods follow it in steps. */
const FIT_EVERY_MS: Millis = 5000
/** One that is due soon goes along with one that is due now. */
const EARLY_PART = 0.25
/** But no more than so much earlier. */
const EARLY_MS: Millis = 1000

export class Schedule {
  readonly #random: () => number
  #entries: Entry[] = []
  readonly #watches = new Map<SignalName, Millis>()
  #activity: Activity | undefined
  #fitAt: Millis = Number.NEGATIVE_INFINITY

  /** `random`: 0 to 1. */
  constructor(random: () => number) {
    this.#random = random
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** Takes what is planned now; a question that was there before goes on as it was. */
  plan(items: readonly PlannedItem[], dead: Readonly<Record<string, number>>, now: Millis): void {
    const before = new Map(this.#entries.map((entry) => [entry.planned.id, entry]))
    this.#entries = items.map((planned) => {
      const old = before.get(planned.id)
      const isSame = old !== undefined && isSameAddress(old.planned.to, planned.to)
      return isSame ? old : new Entry(planned, now, dead[planned.id] ?? 0)
    })
    this.#setWanted(now)
  }

  /** Undefined: nothing is asked. */
  activity(activity: Activity | undefined, now: Millis): void {
    this.#activity = activity
    this.#setWanted(now)
  }

  /** Somebody looks at these until then. */
  watch(signals: readonly SignalName[], until: Millis, now: Millis): void {
    for (const signal of signals) {
      this.#watches.set(signal, Math.max(until, this.#watches.get(signal) ?? until))
    }
    this.#setWatched(now)
  }

  /** Everything is due. */
  wake(now: Millis): void {
    for (const entry of this.#entries) entry.wake(now)
  }

  /** Trouble codes are due: the lamp or their number changed. */
  refreshCodes(now: Millis): void {
    for (const entry of this.#entries) {
      if (entry.planned.item.kind !== 'codes' || entry.health.isDead) continue
      entry.release = now
      entry.isFirst = true
    }
  }

  /** What is asked now: one, or several PIDs in one request. Empty: nothing is due. */
  pick(now: Millis, pace: number, units: Openness): Entry[] {
    this.#refit(now, pace)
    const open = this.#entries.filter(
      (entry) => entry.wanted !== undefined && units.isOpen(entry.planned.unit),
    )
    const first = open.filter((entry) => entry.isDue(now)).reduce(sooner, undefined)
    if (first === undefined) return []
    return [first, ...companions(first, open, units.answerBytes(first.planned.unit), now)]
  }

  /** When the next one is due; infinity: none is. */
  nextAt(units: Pick<Openness, 'isOpen'>): Millis {
    return this.#entries
      .filter(({ wanted, planned }) => wanted !== undefined && units.isOpen(planned.unit))
      .reduce((soonest, { release }) => Math.min(soonest, release), Number.POSITIVE_INFINITY)
  }

  answered(entry: Entry, now: Millis): void {
    if (entry.health.isDead) this.#fitAt = now
    entry.answered(now)
  }

  refused(entry: Entry, now: Millis): void {
    entry.refused(now, this.#random())
    this.#fitAt = now
  }

  silent(entry: Entry, now: Millis): void {
    entry.silent(now, this.#random())
    if (entry.health.isDead) this.#fitAt = now
  }

  /** The control unit is there again: all that it was not asked is due. */
  revive(unit: string, now: Millis): void {
    for (const entry of this.#entries) {
      if (entry.planned.unit !== unit) continue
      entry.health.forgive()
      if (!entry.health.isDead) entry.release = Math.min(entry.release, now)
    }
    this.retry(unit, now)
  }

  /** What used to be answered, and died in a bad time, gets one try. */
  retry(unit: string, now: Millis): void {
    for (const entry of this.#entries) {
      const { planned, health } = entry
      if (planned.unit === unit && health.isDead && health.isProven) entry.release = now
    }
  }

  #setWanted(now: Millis): void {
    for (const entry of this.#entries) {
      const seconds = this.#activity && entry.planned.item.every[this.#activity]
      const wanted = seconds === undefined ? undefined : seconds * 1000
      if (wanted === ONCE && !entry.isFirst) entry.release = Number.POSITIVE_INFINITY
      entry.wanted = wanted
    }
    this.#setWatched(now)
  }

  #setWatched(now: Millis): void {
    for (const [signal, until] of this.#watches) if (until <= now) this.#watches.delete(signal)
    for (const entry of this.#entries) {
      const isWatched = entry.planned.item.signals.some((signal) => this.#watches.has(signal))
      const isFast = entry.wanted !== undefined && entry.wanted <= FAST_MS
      entry.watched = isWatched ? (isFast ? WATCHED_FAST_MS : WATCHED_MS) : undefined
    }
    this.#fitAt = now
  }

  #refit(now: Millis, pace: number): void {
    if (now < this.#fitAt) return
    if (now >= Math.min(...this.#watches.values())) this.#setWatched(now)
    this.#fitAt = Math.min(now + FIT_EVERY_MS, ...this.#watches.values())
    const steady = this.#entries.filter((entry) => entry.isSteady)
    const wishes = steady.map(({ wanted = ONCE, watched }) => ({ period: wanted, watched }))
    const periods = fit(wishes, pace)
    for (const [index, entry] of steady.entries()) entry.fits(periods[index] ?? entry.period)
  }
}

function sooner(best: Entry | undefined, entry: Entry): Entry {
  if (best === undefined) return entry
  const order =
    best.deadline - entry.deadline || best.planned.item.priority - entry.planned.item.priority
  return order <= 0 ? best : entry
}

/** Others of the same control unit whose answers find room beside the first one's. */
function companions(
  first: Entry,
  open: readonly Entry[],
  answerBytes: number,
  now: Millis,
): Entry[] {
  const size = joinableSize(first)
  if (size === undefined || answerBytes === 0) return []
  let room = answerBytes - 1 - size
  const chosen: Entry[] = []
  const candidates = open
    .filter((entry) => entry !== first && entry.planned.unit === first.planned.unit)
    .filter(({ release, period }) => release <= now + Math.min(period * EARLY_PART, EARLY_MS))
    .toSorted((one, other) => one.deadline - other.deadline)
  for (const entry of candidates) {
    const more = joinableSize(entry)
    if (more === undefined || more > room || chosen.length === MAX_PIDS - 1) continue
    chosen.push(entry)
    room -= more
  }
  return chosen
}

/** Bytes in an answer; undefined for what is asked for alone. */
function joinableSize({ planned, health, isOddlySized }: Entry): number | undefined {
  if (planned.sized === undefined || !health.isProven || health.isDead || isOddlySized) {
    return undefined
  }
  return planned.sized.length + 1
}
