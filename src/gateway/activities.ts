/**
 * What every vehicle is doing. A change becomes signals of the vehicle, and so a record, and an event;
 * a battery that is low makes the shutdown program run.
 */
import { type Config, vehicleSources } from '../config/schema.ts'
import type { ActivityState } from '../model/activity.ts'
import type { EventType } from '../model/event.ts'
import type { Clock, Logger } from '../model/ports.ts'
import type { Reading } from '../model/reading.ts'
import { millisToMicros } from '../model/time.ts'
import type { Pipelines } from './pipelines.ts'
import { runShutdownHook } from './shutdown-hook.ts'
import { VehicleActivity } from './vehicle-activity.ts'

export interface ActivitiesOptions {
  config: Config
  pipelines: Pipelines
  clock: Clock
  logger: Logger
  /** Something happened to a vehicle that is worth keeping and telling. */
  event: (vehicle: string, type: EventType, data: Record<string, unknown>) => void
}

/** As the sender of its own signals the gateway is a source of the vehicle. */
const SOURCE = 'gateway'

export class Activities {
  readonly #options: ActivitiesOptions
  readonly #vehicles = new Map<string, VehicleActivity>()

  constructor(options: ActivitiesOptions) {
    this.#options = options
  }

  of(vehicle: string): VehicleActivity {
    const known = this.#vehicles.get(vehicle)
    if (known !== undefined) return known
    const made = this.#make(vehicle)
    this.#vehicles.set(vehicle, made)
    return made
  }

  all(): readonly VehicleActivity[] {
    return [...this.#vehicles.values()]
  }

  tick(): void {
    for (const vehicle of this.#vehicles.values()) vehicle.tick()
  }

  /** The ignition input is the gateway's own: it tells of every vehicle that has sources here. */
  ignition(isOn: boolean | undefined): void {
    for (const vehicle of this.#vehicles.values()) {
      vehicle.ignition(isOn)
      if (isOn === undefined) continue
      this.#read(vehicle.vehicle, 'ignition', isOn)
      this.#options.event(vehicle.vehicle, 'ignition.changed', { on: isOn })
    }
  }

  #make(vehicle: string): VehicleActivity {
    const { config, pipelines, clock, logger, event } = this.#options
    const { standingMinutes, probeMinutes, lowVoltage, lowVoltageSeconds } = config.parked
    const asks = vehicleSources(config).some(
      (source) => source.vehicle === vehicle && 'listenOnly' in source && !source.listenOnly,
    )
    return new VehicleActivity({
      vehicle,
      settings: {
        ...{ listenOnly: !asks, standingMinutes, probeMinutes, lowVoltage, lowVoltageSeconds },
        noticed: ({ reason }) => event(vehicle, 'moved-while-off', { reason }),
        warned: (reason) => {
          logger.warn({ vehicle }, reason)
          event(vehicle, 'voltage.warning', { reason })
        },
        shutdown: (reason) => {
          event(vehicle, 'voltage.low', { reason })
          void runShutdownHook(config.parked.shutdown, reason, logger)
        },
      },
      status: () => pipelines.live(vehicle).status,
      clock,
      changed: (state, previous) => this.#changed(vehicle, state, previous),
    })
  }

  #changed(vehicle: string, state: ActivityState, previous: ActivityState): void {
    const { activity, reason } = state
    const { logger, event } = this.#options
    logger.info({ vehicle, activity, before: previous.activity }, reason)
    if (activity !== 'unknown') this.#read(vehicle, 'activity', activity)
    this.#read(vehicle, 'activityReason', reason)
    event(vehicle, 'activity.changed', { activity, reason, before: previous.activity })
  }

  #read(
    vehicle: string,
    signal: 'activity' | 'activityReason' | 'ignition',
    value: string | boolean,
  ): void {
    const { pipelines, clock } = this.#options
    const time = millisToMicros(clock.now())
    const reading: Reading = {
      ...{ signal, value, quality: 'ok', time, source: SOURCE },
      ...{ sender: 0, rank: 0 },
    }
    pipelines.live(vehicle).noted(reading)
  }
}
