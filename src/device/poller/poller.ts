/**
 * Asks the vehicle, through the governor, for what is on the catalogue: what it supports, everything
 * at once at the start, then steadily by what the vehicle does. It sends nothing itself and reads no
 * values; answers go the way of all frames. One request at a time, one timer for the next one that
 * is due, and none at all while the vehicle is parked or nobody can send.
 */
import type { Activity, ActivityState } from '../../model/activity.ts'
import type { Asker, RefusalReason, RequestOutcome } from '../../model/bus-request.ts'
import type { Clock } from '../../model/ports.ts'
import type { SignalName } from '../../model/signals.ts'
import { type Micros, type Millis, millisToMicros } from '../../model/time.ts'
import { type After, systemAfter, systemClock } from '../supervisor.ts'
import type { PollItem } from './catalogue.ts'
import { Polling } from './polling.ts'
import { type PollerReport, reportOf } from './report.ts'
import { RequestRate } from './request-rate.ts'
import type { PollerSnapshot } from './support.ts'
import type { Task } from './task.ts'

export interface PollerOptions {
  readonly asker: Asker
  readonly catalogue: readonly PollItem[]
  /** What `snapshot()` gave for this vehicle; anything else is ignored. */
  readonly snapshot?: unknown
  /**
   * Told of each request, how it ended: whether the vehicle answers says whether it is awake. Silence
   * to what was never answered is left out.
   */
  readonly outcome?: (kind: RequestOutcome['kind'], time: Micros) => void
  /** Everybody who used to answer has fallen silent. Told once, until somebody answers. */
  readonly silentBus?: () => void
  /** A vehicle was found that was not known, or is another one; worth keeping. */
  readonly discovered?: (snapshot: PollerSnapshot) => void
  readonly clock?: Clock
  readonly after?: After
  /** 0 to 1, exclusive. */
  readonly random?: () => number
}

/** Refusals that only a change of the vehicle or of the adapter heals. */
const lasting: ReadonlySet<RefusalReason> = new Set([
  'parked',
  'listen-only',
  'no-adapter',
  'privilege',
  'stopped',
])
/** Refusals that say how full the bus is: waiting for them is part of what a request costs. */
const fullness: ReadonlySet<RefusalReason> = new Set(['budget', 'busy'])
/** Where a refusal does not say when to ask again. */
const AGAIN_MS: Millis = 30_000
const FIRST_FAILURE_MS: Millis = 1000
const MAX_FAILURE_MS: Millis = 10_000
const MAX_TIMER_MS: Millis = 86_400_000

export class Poller {
  readonly #asker: Asker
  readonly #options: PollerOptions
  readonly #clock: Clock
  readonly #after: After
  readonly #polling: Polling
  readonly #rate = new RequestRate()
  #isStarted = false
  #isStopped = false
  #isAvailable = false
  #activity: ActivityState | undefined
  /** Why nothing is asked until something changes. */
  #refusal: string | undefined
  #inFlight: Promise<void> | undefined
  #cancelTimer: () => void = () => undefined
  #notBefore: Millis = Number.NEGATIVE_INFINITY
  /** Since when the next request has been waiting for room on the bus. */
  #wantedSince: Millis | undefined
  #failures = 0

  constructor(options: PollerOptions) {
    const { catalogue, snapshot, silentBus, discovered, random = Math.random } = options
    this.#asker = options.asker
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#after = options.after ?? systemAfter
    this.#polling = new Polling({ catalogue, snapshot, random, silentBus, discovered })
  }

  /** Nothing is asked before `available(true)` and `activity` have been told, too. */
  start(): void {
    this.#change(() => {
      this.#isStarted = true
    })
  }

  /** Idempotent; resolves when nothing is under way and no timer is left. It stays stopped. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTimer()
    await this.#inFlight
  }

  /** What the vehicle does. While that is unknown it is asked as if it were idling. */
  activity(state: ActivityState): void {
    this.#change((now) => {
      const before = this.#activity
      if (before?.activity !== state.activity || before.since !== state.since) this.#forgive()
      this.#activity = state
      this.#polling.setActivity(kindOf(state), now)
    })
  }

  /** Whether an adapter is open that can send. */
  available(isAvailable: boolean): void {
    this.#change(() => {
      this.#isAvailable = isAvailable
      if (isAvailable) this.#forgive()
    })
  }

  /** Somebody looks at these signals until then, of the wall clock: they are asked for faster. */
  watch(signals: readonly SignalName[], untilTime: Millis): void {
    const now = this.#now()
    const forMs = untilTime - this.#clock.now()
    if (forMs <= 0) return
    this.#polling.watch(signals, now + forMs, now)
    this.#step()
  }

  /** Plain JSON for the next start; undefined as long as nothing was found. */
  snapshot(): PollerSnapshot | undefined {
    return this.#polling.snapshot()
  }

  report(): PollerReport {
    const perSecond = this.#rate.perSecond(this.#now())
    return reportOf(this.#polling, this.#state(), perSecond)
  }

  #now(): Millis {
    return this.#clock.monotonic()
  }

  #forgive(): void {
    this.#refusal = undefined
    this.#failures = 0
    this.#notBefore = Number.NEGATIVE_INFINITY
  }

  /** Why it does not ask, in words; undefined: it does. */
  #obstacle(): string | undefined {
    if (this.#isStopped || !this.#isStarted) return 'stopped'
    if (!this.#isAvailable) return 'no adapter is open that can send'
    if (this.#activity === undefined) return 'it is not known what the vehicle does'
    if (kindOf(this.#activity) === undefined) return 'the vehicle is parked: nothing is asked'
    return this.#refusal
  }

  #state(): string {
    const obstacle = this.#obstacle()
    if (obstacle !== undefined) return obstacle
    return `asking as for a vehicle that is ${this.#activity?.activity ?? 'unknown'}`
  }

  /** Whenever it begins to ask, or may again, everything is due. */
  #change(apply: (now: Millis) => void): void {
    const now = this.#now()
    const wasAsking = this.#obstacle() === undefined
    apply(now)
    if (!wasAsking && this.#obstacle() === undefined) this.#polling.wake(now)
    this.#step()
  }

  /** Sends what is due, or sets the timer for it. */
  #step(): void {
    this.#cancelTimer()
    if (this.#inFlight !== undefined || this.#obstacle() !== undefined) return
    const now = this.#now()
    const task = now < this.#notBefore ? undefined : this.#polling.next(now)
    if (task === undefined) {
      this.#arm(Math.max(this.#notBefore, this.#polling.nextAt(now)) - now)
      return
    }
    this.#wantedSince ??= now
    this.#inFlight = this.#run(task)
  }

  #arm(delayMs: Millis): void {
    if (delayMs === Number.POSITIVE_INFINITY) return
    this.#cancelTimer = this.#after(Math.min(Math.max(delayMs, 1), MAX_TIMER_MS), () =>
      this.#step(),
    )
  }

  async #run(task: Task): Promise<void> {
    const outcome = await this.#asker.request(task.request)
    this.#inFlight = undefined
    this.#settle(task, outcome, this.#now())
    if (outcome.kind !== 'silent' || task.isProven !== false) {
      this.#options.outcome?.(outcome.kind, millisToMicros(this.#clock.now()))
    }
    this.#step()
  }

  #settle(task: Task, outcome: RequestOutcome, now: Millis): void {
    if (outcome.kind === 'refused') {
      this.#refused(task, outcome, now)
      return
    }
    const elapsed = now - (this.#wantedSince ?? now)
    this.#wantedSince = undefined
    if (outcome.kind === 'failed') {
      this.#notBefore = now + Math.min(FIRST_FAILURE_MS * 2 ** this.#failures, MAX_FAILURE_MS)
      this.#failures = Math.min(this.#failures + 1, 10)
      return
    }
    this.#failures = 0
    this.#rate.count(now)
    task.answered(outcome.kind === 'answered' ? outcome.answers : [], now, elapsed)
  }

  #refused(
    task: Task,
    { reason, detail, again }: Extract<RequestOutcome, { kind: 'refused' }>,
    now: Millis,
  ): void {
    if (!fullness.has(reason)) this.#wantedSince = undefined
    const until = now + (again ?? AGAIN_MS)
    if (lasting.has(reason)) this.#refusal = detail
    else if (reason === 'not-allowed') task.forbidden(now)
    else if (reason === 'back-off' && task.unit !== undefined) {
      this.#polling.units.state(task.unit).blockedUntil = until
    } else this.#notBefore = until
  }
}

function kindOf({ activity }: ActivityState): Activity | undefined {
  if (activity === 'parked') return undefined
  return activity === 'unknown' ? 'idling' : activity
}
