/**
 * What is asked next, and what an answer changes: discovery first, then who sleeps, then what is due.
 * Pure but for the callbacks: it neither sends nor reads a clock (poller.ts does). Times are
 * milliseconds of the monotonic clock.
 */
import type { Activity } from '../../model/activity.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import { isSameAddress } from './addresses.ts'
import type { PollItem } from './catalogue.ts'
import type { Answers, Question } from './discovery.ts'
import type { Entry } from './entry.ts'
import { Explorer } from './explorer.ts'
import { ItemTask } from './item-task.ts'
import { Pace } from './pace.ts'
import { plan, sizedOf } from './plan.ts'
import { requestOf } from './request.ts'
import { type Openness, Schedule } from './schedule.ts'
import { type PollerSnapshot, parseSnapshot, type VehicleSupport } from './support.ts'
import type { Task } from './task.ts'
import { Units } from './units.ts'

export interface PollingOptions {
  readonly catalogue: readonly PollItem[]
  /** What `snapshot()` gave for this vehicle; anything else is ignored. */
  readonly snapshot?: unknown
  /** 0 to 1, exclusive. */
  readonly random: () => number
  /** Everybody who used to answer has fallen silent. Told once, until somebody answers. */
  readonly silentBus?: (() => void) | undefined
  /** A vehicle was found that was not known, or is another one. */
  readonly discovered?: ((snapshot: PollerSnapshot) => void) | undefined
}

/** Who was not awake yet when all were asked is found by asking once more. */
const LATECOMERS_MS: Millis = 30_000

export class Polling {
  readonly schedule: Schedule
  readonly units = new Units()
  readonly pace = new Pace()
  readonly #options: PollingOptions
  readonly #needsDiscovery: boolean
  #explorer: Explorer | undefined
  /** When all are asked once more. */
  #recheckAt: Millis = Number.POSITIVE_INFINITY
  #support: VehicleSupport | undefined
  #activity: Activity | undefined
  #isSilent = false

  constructor(options: PollingOptions) {
    this.#options = options
    this.#needsDiscovery = options.catalogue.some(({ request }) => request.to === 'functional')
    this.schedule = new Schedule(options.random)
    const known = parseSnapshot(options.snapshot)
    this.#support = known?.support
    this.#plan(known?.dead ?? {}, 0)
  }

  /** In words. */
  get discovery(): string {
    if (!this.#needsDiscovery) return 'not needed'
    return this.#explorer?.describe() ?? 'not begun'
  }

  setActivity(activity: Activity | undefined, now: Millis): void {
    this.#activity = activity
    this.schedule.activity(activity, now)
  }

  /** It starts, or may be asked again: is it the same vehicle, and then everything at once. */
  wake(now: Millis): void {
    this.#isSilent = false
    this.units.wake()
    this.schedule.wake(now)
    if (this.#needsDiscovery) this.#explore(now + LATECOMERS_MS)
  }

  watch(signals: readonly SignalName[], until: Millis, now: Millis): void {
    this.schedule.watch(signals, until, now)
  }

  /** Undefined: nothing before `nextAt`. */
  next(now: Millis): Task | undefined {
    if (now >= this.#recheckAt && this.units.isVerified) this.#explore(Number.POSITIVE_INFINITY)
    const question = this.#explorer?.question(now)
    if (question !== undefined) return this.#exploration(question)
    const probe = this.#sleeperProbe(now)
    if (probe !== undefined) return probe
    const [first, ...more] = this.schedule.pick(now, this.pace.itemsPerSecond, this.#openness(now))
    return first === undefined ? undefined : this.#question([first, ...more])
  }

  /** Infinity: never, unless something changes. */
  nextAt(now: Millis): Millis {
    return Math.min(
      this.#explorer?.nextAt() ?? Number.POSITIVE_INFINITY,
      this.units.isVerified ? this.#recheckAt : Number.POSITIVE_INFINITY,
      this.units.nextAt(now),
      this.schedule.nextAt(this.#openness(now)),
    )
  }

  /** For the next start; undefined as long as nothing was found. */
  snapshot(): PollerSnapshot | undefined {
    if (this.#support === undefined) return undefined
    const dead = this.schedule.entries
      .filter(({ health }) => health.isDead)
      .map(({ planned, health }) => [planned.id, health.failures])
    return { version: 1, support: this.#support, dead: Object.fromEntries(dead) }
  }

  #openness(now: Millis): Openness {
    return {
      isOpen: (unit) => this.units.isOpen(unit, now),
      answerBytes: (unit) => this.units.state(unit).several.answerBytes,
    }
  }

  #plan(dead: Readonly<Record<string, number>>, now: Millis): void {
    const items = plan(this.#options.catalogue, this.#support)
    this.units.reset(this.#support, new Set(items.map(({ unit }) => unit)))
    this.schedule.plan(items, dead, now)
  }

  #explore(recheckAt: Millis): void {
    this.#recheckAt = recheckAt
    const pids = this.#options.catalogue.map(sizedOf).filter((pid) => pid !== undefined)
    this.#explorer = new Explorer({ known: this.#support, pids })
  }

  #exploration(question: Question): Task {
    const explorer = this.#explorer
    const heard = (answers: Answers, now: Millis) => {
      // A discovery that was given up meanwhile has nothing to say any more.
      if (explorer === undefined || explorer !== this.#explorer) return
      explorer.heard(answers, now)
      if (explorer.support !== undefined) this.#discovered(explorer.support, now)
      // Looking for latecomers is not worth insisting.
      else if (answers.length === 0 && this.units.isVerified) explorer.end(this.#support)
      this.#heard(answers.length > 0)
    }
    return {
      request: requestOf(question),
      answered: heard,
      forbidden: (now) => heard([], now),
    }
  }

  #discovered(support: VehicleSupport, now: Millis): void {
    if (support !== this.#support) {
      const isSame = this.#support?.units.every((unit) => support.units.includes(unit)) ?? true
      // What another vehicle did not answer says nothing of this one.
      if (!isSame) this.schedule.plan([], {}, now)
      this.#support = support
      this.#plan({}, now)
      const snapshot = this.snapshot()
      if (snapshot !== undefined) this.#options.discovered?.(snapshot)
    }
    this.units.isVerified = true
  }

  #sleeperProbe(now: Millis): Task | undefined {
    const unit = this.units.toProbe(now)
    if (unit === undefined) return undefined
    const entry = this.#entryToProbe(unit)
    if (entry !== undefined) return this.#probe(unit, entry)
    // Of one that nothing is wanted from now, nobody needs to know whether it sleeps.
    this.units.state(unit).isBack()
    return undefined
  }

  /** What has been answered before, the last of them first; else one after the other. */
  #entryToProbe(unit: string): Entry | undefined {
    const own = this.schedule.entries.filter(
      ({ planned, wanted }) => planned.unit === unit && wanted !== undefined,
    )
    const newest = (one: Entry, other: Entry) => (other.askedAt ?? 0) - (one.askedAt ?? 0)
    const proven = own.filter(({ health }) => health.isProven).toSorted(newest)
    return proven[0] ?? own.toSorted(newest).at(-1)
  }

  #probe(unit: string, entry: Entry): Task {
    const { planned } = entry
    const support = this.units.support(unit)
    const data = support === undefined ? planned.item.request.data : Uint8Array.of(1, 0)
    const cause = `does ${unit} answer again`
    const stillSilent = (now: Millis) => {
      entry.askedAt = now
      this.units.state(unit).probed(now)
    }
    return {
      request: requestOf({ to: support?.asked ?? planned.to, data, cause }, planned),
      unit,
      answered: (answers, now) => {
        const isFromIt = answers.some(
          ({ from }) => planned.from === undefined || isSameAddress(from, planned.from),
        )
        if (!isFromIt) {
          stillSilent(now)
          return
        }
        this.units.state(unit).isBack()
        this.schedule.revive(unit, now)
        this.#heard(true)
      },
      forbidden: stillSilent,
    }
  }

  #question(entries: readonly [Entry, ...Entry[]]): Task {
    return new ItemTask({
      entries,
      schedule: this.schedule,
      units: this.units,
      pace: this.pace,
      activity: this.#activity,
      heard: (isAnswered) => this.#heard(isAnswered),
    })
  }

  #heard(isAnswered: boolean): void {
    const explorer = this.#explorer
    const isFound = explorer === undefined || explorer.support !== undefined
    if (isAnswered) this.#isSilent = false
    if (isAnswered || this.#isSilent || !(isFound || explorer.isUnanswered)) return
    if (!this.units.areSilent(this.schedule.entries)) return
    this.#isSilent = true
    this.#options.silentBus?.()
  }
}
