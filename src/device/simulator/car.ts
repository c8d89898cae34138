/**
 * A simulated car on its diagnostic connector: the physics seen through control units that answer
 * OBD-II and UDS over ISO-TP (ISO 15765-4, 11 or 29 bits), and what they tell each other unasked.
 *
 * Control units answer while ignition is on, while the car charges, and for a while after. Later the
 * bus sleeps: nothing comes, nothing is acknowledged. A key that comes near wakes the body
 * electronics, which talk and answer nothing.
 */
import { type CanFrame, type FrameSink, frameOf, newFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { BusModel } from './bus-model.ts'
import { type Talk, trafficAt } from './car-traffic.ts'
import { CarUnit } from './car-unit.ts'
import type { UnitHabits } from './car-unit-facts.ts'
import { carUnits, type UnitName } from './car-units.ts'
import { DueFrames, keep } from './ecu-frames.ts'
import { Grid } from './ecu-grid.ts'
import { singleRequest } from './isotp-node.ts'
import { Physics, type VehicleState } from './physics.ts'
import { CodeMemory } from './physics-codes.ts'
import { AFTER_RUN_S } from './physics-supply.ts'
import { vinOf } from './vehicle.ts'

export const carFaults = {
  silence: 'no control unit answers; traffic goes on',
  'bus-off': 'nobody is on the bus: nothing comes, nothing is acknowledged',
  slow: 'answers take most of a second',
} as const

export type CarFault = keyof typeof carFaults

export interface SimulatedCarOptions extends UnitHabits {
  /** A car that drives most of the time, unless said. */
  physics?: Physics
  seed?: number
  /** Diagnostics with 29 bits. */
  extendedDiagnostics?: boolean
  bitrate?: number
  /** Engine and transmission unless said. */
  units?: readonly UnitName[]
  /** What is different of one control unit. */
  unitHabits?: Partial<Record<UnitName, UnitHabits>>
  /** A gateway of the maker keeps the traffic from the connector. */
  gatewayed?: boolean
  /** Control units answer so long after ignition was switched off. */
  afterRunSeconds?: number
  /** And so long after a request that they answered. */
  wakefulSeconds?: number
  /** What fills frames. */
  padding?: number | 'none'
  faults?: Iterable<CarFault>
}

/** What the tester asked, whole; `data` begins with the service. */
export interface Asked {
  time: Micros
  id: number
  data: Uint8Array
}

const FUNCTIONAL = { standard: 0x7df, extended: 0x18db33f1 }
const DEFAULT_UNITS: readonly UnitName[] = ['engine', 'transmission']

export class SimulatedCar implements BusModel {
  readonly bitrate: number
  readonly extendedDiagnostics: boolean
  readonly physics: Physics
  readonly codes: CodeMemory
  readonly vin: string
  /** May be changed while it runs. */
  readonly faults: Set<CarFault>
  /** Every request in a single frame, answered or not; oldest first, bounded. */
  readonly asked: Asked[] = []
  /** Every frame the tester put on the bus, flow control too; bounded. */
  readonly received: CanFrame[] = []
  readonly #options: SimulatedCarOptions
  readonly #units: readonly CarUnit[]
  readonly #due = new DueFrames()
  readonly #frame = newFrame()
  readonly #grid = new Grid()
  #heldAwakeUntil: Micros = 0

  constructor(options: SimulatedCarOptions = {}) {
    const { seed = 1, extendedDiagnostics = false, padding = 0, physics = new Physics() } = options
    const { units = DEFAULT_UNITS, unitHabits = {} } = options
    this.#options = options
    this.bitrate = options.bitrate ?? 500_000
    this.extendedDiagnostics = extendedDiagnostics
    this.physics = physics
    this.codes = new CodeMemory(physics)
    this.vin = vinOf('1X9CR7SM', 'ES', seed)
    this.faults = new Set(options.faults ?? [])
    const deps = {
      extended: extendedDiagnostics,
      padding,
      seed,
      put: (frame: CanFrame) => this.#due.put(frame),
      context: (unit: string, time: Micros) => this.#context(unit, time),
      clear: (unit: string, time: Micros) => this.codes.clear(unit, time),
      isSlow: () => this.faults.has('slow'),
    }
    const facts = { vin: this.vin, vehicle: physics.vehicle, habits: options, unitHabits }
    this.#units = carUnits(units, facts).map((unit) => new CarUnit(unit, deps))
  }

  send(frame: CanFrame): void {
    if (frame.remote || frame.error) return
    const { id, extended, time } = frame
    const kept = frameOf(id, frame.data.subarray(0, frame.length), { extended, time })
    keep(this.received, kept)
    const data = singleRequest(kept.data, kept.length)
    if (data !== undefined) keep(this.asked, { time, id, data })
    if (extended !== this.extendedDiagnostics || !this.#answersAt(time)) return
    const { wakefulSeconds = 0 } = this.#options
    this.#heldAwakeUntil = time + wakefulSeconds * 1e6
    const isForAll = id === (extended ? FUNCTIONAL.extended : FUNCTIONAL.standard)
    for (const unit of this.#units) {
      if (isForAll) unit.receiveForAll(kept)
      else if (id === unit.requestId) unit.receive(kept)
    }
  }

  framesUntil(time: Micros, sink: FrameSink): void {
    // A clock that jumped back: what was due then would be due for ever.
    if (this.#grid.isBefore(time) || this.faults.has('bus-off')) this.#reset()
    for (const now of this.#grid.until(time)) {
      this.#answersUntil(now - 1, sink)
      this.#traffic(now, sink)
    }
    this.#answersUntil(time, sink)
  }

  voltage(time: Micros): number {
    return this.physics.at(time).voltage
  }

  isAwake(time: Micros): boolean {
    if (this.faults.has('bus-off')) return false
    return time < this.#heldAwakeUntil || this.#talk(this.physics.at(time)) !== 'none'
  }

  #reset(): void {
    this.#due.clear()
    this.#heldAwakeUntil = 0
    for (const unit of this.#units) unit.reset()
  }

  #answersUntil(time: Micros, sink: FrameSink): void {
    for (let frame = this.#due.next(time); frame !== undefined; frame = this.#due.next(time)) {
      sink(frame)
    }
  }

  #traffic(time: Micros, sink: FrameSink): void {
    if (this.#options.gatewayed === true || this.faults.has('bus-off')) return
    const state = this.physics.at(time)
    trafficAt(state, this.#talk(state), this.#frame, sink)
  }

  #talk(state: VehicleState): Talk {
    const { afterRunSeconds = 15 } = this.#options
    if (state.ignition || state.charging === true) return 'all'
    const isNear = state.phase === 'keyless'
    return isNear || state.offSeconds < Math.max(AFTER_RUN_S, afterRunSeconds) ? 'body' : 'none'
  }

  #answersAt(time: Micros): boolean {
    if (this.faults.has('bus-off') || this.faults.has('silence')) return false
    const { afterRunSeconds = 15 } = this.#options
    const { ignition, charging, offSeconds } = this.physics.at(time)
    if (ignition || charging === true || offSeconds < afterRunSeconds) return true
    return time < this.#heldAwakeUntil
  }

  #context(unit: string, time: Micros) {
    const { physics, codes } = this
    return { state: physics.at(time), codes: codes.at(unit, time), vehicle: physics.vehicle }
  }
}
