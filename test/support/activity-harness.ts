/**
 * Runs a timeline through the monitor with a poller beside it, which asks whenever it may: what is
 * really done to the vehicle is part of what is judged.
 */
import { ActivityMonitor } from '../../src/device/activity/activity-monitor.ts'
import type { ActivityOptions } from '../../src/device/activity/options.ts'
import { Random } from '../../src/device/simulator/random.ts'
import type { ActivityState } from '../../src/model/activity.ts'
import type { SignalName } from '../../src/model/signals.ts'
import type { Scenario, ScenarioEvent, Span, VehicleFace } from './activity-scenarios.ts'

export interface Disturbance {
  seed: number
  /** V, either way. */
  noise: number
  /** Share of requests whose answer is lost. */
  drop: number
  /** Each signal arrives at random intervals from 0.2 s to so many seconds. */
  maxInterval: number
}

export interface Ask {
  at: number
  isProbe: boolean
  outcome: 'answered' | 'silent'
}

export interface Run {
  monitor: ActivityMonitor
  asks: readonly Ask[]
  /** Every state with the moment from which it held. */
  states: readonly { at: number; state: ActivityState }[]
  shutdowns: readonly { at: number; reason: string }[]
  warnings: readonly { at: number; reason: string }[]
  noticed: readonly string[]
}

const START_US = Date.UTC(2026, 2, 1) * 1000
const ASK_EVERY_S = 0.25
const quiet: Disturbance = { seed: 1, noise: 0, drop: 0, maxInterval: 0 }

export function run(
  scenario: Scenario,
  disturbance: Disturbance = quiet,
  options: ActivityOptions = {},
): Run {
  return new Runner(scenario, disturbance, options).run()
}

class Runner {
  readonly #scenario: Scenario
  readonly #disturbance: Disturbance
  readonly #random: Random
  readonly #monitor: ActivityMonitor
  readonly #asks: Ask[] = []
  readonly #states: { at: number; state: ActivityState }[] = []
  readonly #shutdowns: { at: number; reason: string }[] = []
  readonly #warnings: { at: number; reason: string }[] = []
  readonly #noticed: string[] = []
  readonly #due = new Map<SignalName, number>()
  #vehicle: VehicleFace = { answers: false, values: {} }
  #isLost = false
  #answerFrames = 0
  #askAt = 0
  #at = 0

  constructor(scenario: Scenario, disturbance: Disturbance, options: ActivityOptions) {
    this.#scenario = scenario
    this.#disturbance = disturbance
    this.#random = new Random(disturbance.seed)
    this.#monitor = new ActivityMonitor({
      ...scenario.settings,
      ...options,
      changed: (state) => this.#states.push({ at: this.#at, state }),
      shutdown: (reason) => this.#shutdowns.push({ at: this.#at, reason }),
      warned: (reason) => this.#warnings.push({ at: this.#at, reason }),
      noticed: ({ reason }) => this.#noticed.push(reason),
    })
  }

  run(): Run {
    for (const event of this.#scenario.events) {
      this.#at = event.at
      this.#take(event)
      if (event.kind === 'frames' && event.at >= this.#askAt) this.#ask()
    }
    return {
      monitor: this.#monitor,
      asks: this.#asks,
      states: this.#states,
      shutdowns: this.#shutdowns,
      warnings: this.#warnings,
      noticed: this.#noticed,
    }
  }

  #time(): number {
    return START_US + Math.round(this.#at * 1e6)
  }

  #take(event: ScenarioEvent): void {
    const monitor = this.#monitor
    const time = this.#time()
    if (event.kind === 'reading') this.#reading(event.signal, event.value)
    else if (event.kind === 'frames') {
      monitor.frames(event.count + this.#answerFrames, time, event.source)
      this.#answerFrames = 0
    } else if (event.kind === 'ignition') monitor.ignition(event.isOn, time)
    else if (event.kind === 'motion') monitor.motion(event.speed, time)
    else if (event.kind === 'vehicle') this.#vehicle = event
    else {
      this.#isLost = event.kind === 'lost'
      monitor[event.kind](event.source, time)
    }
  }

  #reading(signal: SignalName, value: number | boolean): void {
    const { noise, maxInterval } = this.#disturbance
    if (this.#at < (this.#due.get(signal) ?? 0)) return
    this.#due.set(signal, this.#at + 0.2 + this.#random.next() * Math.max(0, maxInterval - 0.2))
    const isNoisy = signal === 'batteryVoltage' && typeof value === 'number'
    const seen = isNoisy ? value + noise * (2 * this.#random.next() - 1) : value
    this.#monitor.reading(signal, seen, this.#time())
  }

  #ask(): void {
    if (this.#scenario.settings.listenOnly || this.#isLost) return
    const permission = this.#monitor.mayAsk(this.#time())
    if (!permission.ok) return
    this.#askAt = this.#at + ASK_EVERY_S
    const isAnswered = this.#vehicle.answers && this.#random.next() >= this.#disturbance.drop
    const outcome = isAnswered ? 'answered' : 'silent'
    this.#asks.push({ at: this.#at, isProbe: permission.probe === true, outcome })
    if (isAnswered) {
      this.#answerFrames += 2
      for (const [signal, value] of Object.entries(this.#vehicle.values)) {
        this.#reading(signal as SignalName, value)
      }
    }
    this.#monitor.asked(outcome, this.#time(), 'can0')
  }
}

export function stateAt({ states }: Run, at: number): ActivityState['activity'] {
  return states.findLast((entry) => entry.at <= at)?.state.activity ?? 'unknown'
}

/** A vehicle that just parked, or woke up, may be asked, or counted as parked, for so long. */
export const LATE_S = 5

/**
 * Everything that was done wrong, as sentences. `wakeLate`: for so many seconds a vehicle that is in
 * use again may still count as parked.
 */
export function faults(scenario: Scenario, result: Run, wakeLate = 0): string[] {
  return mergedSpans(scenario.spans).flatMap((span) =>
    span.truth === 'parked'
      ? asksWhileParked(span, result)
      : parkedWhileUsed(span, result, scenario.spans, wakeLate),
  )
}

function asksWhileParked(span: Span, result: Run): string[] {
  const asks = result.asks.filter(({ at }) => at > span.from + LATE_S && at < span.to)
  const wrong = asks.filter(({ isProbe }) => !isProbe).map(({ at }) => `asked at ${at} s`)
  const probes = asks.filter(({ isProbe }) => isProbe).length
  if (probes > span.probes) wrong.push(`${probes} probes from ${span.from} s to ${span.to} s`)
  return wrong
}

function parkedWhileUsed(
  span: Span,
  result: Run,
  spans: readonly Span[],
  wakeLate: number,
): string[] {
  if (span.truth === 'any') return []
  const wokeAt = spans.findLast(({ truth, to }) => truth === 'parked' && to <= span.from)?.to
  const from = Math.max(span.from, wokeAt === undefined ? LATE_S : wokeAt + wakeLate)
  if (from >= span.to) return []
  const wrong = result.states
    .filter(({ at, state }) => at > from && at < span.to && state.activity === 'parked')
    .map(({ at, state }) => `parked at ${at} s: ${state.reason}`)
  if (stateAt(result, from) === 'parked') wrong.unshift(`parked at ${from} s`)
  return wrong
}

/** Spans of the same truth in a row are one: a door that opens does not begin a new park. */
function mergedSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  for (const span of spans) {
    const last = merged.at(-1)
    if (last?.truth === 'parked' && span.truth === 'parked') {
      last.to = span.to
      last.probes += span.probes
    } else merged.push({ ...span })
  }
  return merged
}
