/**
 * What one vehicle is doing, from everything that its sources bring: its status, the traffic of its
 * buses, what became of requests, an ignition input. Tells its askers, and lets a parked vehicle be
 * asked once where something says that it may have woken up.
 */
import { ActivityMonitor } from '../device/activity/activity-monitor.ts'
import type { ActivityOptions, WakeEntry } from '../device/activity/options.ts'
import type { VehicleFacts } from '../device/governor/governor.ts'
import type { ActivityState } from '../model/activity.ts'
import type { RequestOutcome } from '../model/bus-request.ts'
import type { Clock, SourceHealth } from '../model/ports.ts'
import type { VehicleStatus } from '../model/record.ts'
import { type SignalName, signals } from '../model/signals.ts'
import { type Micros, millisToMicros } from '../model/time.ts'
import type { Asking } from './asking.ts'

export interface VehicleActivityOptions {
  vehicle: string
  settings: Omit<ActivityOptions, 'changed'>
  status: () => VehicleStatus
  clock: Clock
  changed: (state: ActivityState, previous: ActivityState) => void
}

/** One answer may be lost. */
const START_PROBES = 2

/** What the monitor looks at; of a position the longitude comes last. */
const watched = [
  'engineSpeed',
  'motorSpeed',
  'speed',
  'batteryVoltage',
  'charging',
  'soc',
  'tractionCurrent',
  'tractionPower',
  'fuelRate',
  'runTime',
  'gear',
  'parkingBrake',
  'ignition',
  'latitude',
  'longitude',
] as const satisfies readonly SignalName[]

/** Of a speed over ground, which the vehicle itself knows better. */
export const GNSS_SPEED_RANK = 30

/** An adapter in one of these hears nothing. */
const SOURCE_STATES_LOST: ReadonlySet<SourceHealth['state']> = new Set(['waiting', 'starting'])

export class VehicleActivity implements VehicleFacts {
  readonly vehicle: string
  readonly #options: VehicleActivityOptions
  readonly #monitor: ActivityMonitor
  readonly #askings: Asking[] = []
  /** Frames heard and not yet told, by source. */
  readonly #frames = new Map<string, number>()
  readonly #seen = new Map<SignalName, Micros>()
  readonly #lost = new Set<string>()
  #isProbing = false

  constructor(options: VehicleActivityOptions) {
    this.vehicle = options.vehicle
    this.#options = options
    this.#monitor = new ActivityMonitor({
      startProbes: START_PROBES,
      ...options.settings,
      changed: (state, previous) => this.#changed(state, previous),
    })
  }

  get state(): ActivityState {
    return this.#monitor.state
  }

  get wakeLog(): readonly WakeEntry[] {
    return this.#monitor.wakeLog
  }

  /** Something that asks this vehicle and wants to know what it does. */
  add(asking: Asking): void {
    this.#askings.push(asking)
    asking.activity(this.state)
  }

  /** Frames of a source since the last call. */
  heard(source: string, count: number): void {
    this.#frames.set(source, (this.#frames.get(source) ?? 0) + count)
  }

  /** What a source says of itself: an adapter that is gone hears nothing, and that means nothing. */
  sourceState(source: string, state: SourceHealth['state']): void {
    const isLost = SOURCE_STATES_LOST.has(state)
    if (isLost === this.#lost.has(source)) return
    if (isLost) {
      this.#lost.add(source)
      this.#monitor.lost(source, this.#now())
    } else {
      this.#lost.delete(source)
      this.#monitor.found(source, this.#now())
    }
  }

  asked(source: string, kind: RequestOutcome['kind'], time: Micros): void {
    if (kind !== 'refused') this.#monitor.asked(kind, time, source)
  }

  ignition(isOn: boolean | undefined): void {
    this.#monitor.ignition(isOn, this.#now())
  }

  motion(speedKmh: number, time: Micros): void {
    this.#monitor.motion(speedKmh, time)
  }

  /** Several times a second. */
  tick(): void {
    const now = this.#now()
    this.#takeStatus()
    for (const [source, count] of this.#frames) {
      this.#monitor.frames(count, now, source)
      this.#frames.set(source, 0)
    }
    if (this.#frames.size === 0) this.#monitor.tick(now)
    this.#probe()
  }

  mayAsk(): ReturnType<VehicleFacts['mayAsk']> {
    const permission = this.#monitor.mayAsk(this.#now())
    return permission.ok ? { ok: true } : permission
  }

  /** Only a fresh speed of 0 says so, and nothing else that moves. */
  stands(): boolean {
    const now = this.#now()
    const { speed } = this.#options.status()
    if (speed === undefined || speed.value !== 0 || !this.#monitor.stands(now)) return false
    return now - speed.time <= signals.speed.freshSeconds * 1e6
  }

  #now(): Micros {
    return millisToMicros(this.#options.clock.now())
  }

  #takeStatus(): void {
    const status = this.#options.status()
    for (const signal of watched) {
      const state = status[signal]
      if (state === undefined || this.#seen.get(signal) === state.time) continue
      this.#seen.set(signal, state.time)
      // What satellites saw is told by `motion`; it is no sign of the wheels.
      if (signal === 'speed' && state.rank === GNSS_SPEED_RANK) continue
      this.#monitor.reading(signal, state.value, state.time)
    }
  }

  /** A vehicle that rests is asked at most once, where its monitor has a cue for it. */
  #probe(): void {
    const { activity } = this.state
    if (this.#isProbing || (activity !== 'parked' && activity !== 'unknown')) return
    const asking = this.#askings.find(({ canAsk }) => canAsk)
    // At the start a poller asks by itself.
    if (asking === undefined || (activity === 'unknown' && asking.polls)) return
    const permission = this.#monitor.mayAsk(this.#now())
    if (!permission.ok || permission.probe !== true) return
    this.#isProbing = true
    void asking.probe(permission.detail ?? 'to see whether it woke').finally(() => {
      this.#isProbing = false
    })
  }

  #changed(state: ActivityState, previous: ActivityState): void {
    for (const asking of this.#askings) asking.activity(state)
    this.#options.changed(state, previous)
  }
}
