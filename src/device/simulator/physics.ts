/**
 * One physical model of a vehicle: everything that can be asked of it at a moment, consistent with
 * everything else. A pure function of its scenario and of wall time, without a clock of its own.
 *
 * A scenario that repeats itself goes on for ever, from a fixed day on, so that distances go on over
 * restarts and never fall. One that does not begins at `start`; before it the vehicle is as it is
 * at its first moment, afterwards as it was at its last.
 */
import type { Micros } from '../../model/time.ts'
import { BUILT } from './drive.ts'
import {
  type Course,
  courseOf,
  isCharging,
  type Stretch,
  type Totals,
  totalsAt,
  tractionAmperes,
} from './physics-course.ts'
import { type EngineValues, engineAt } from './physics-engine.ts'
import { type EngineState, type Moment, momentOf } from './physics-phase.ts'
import { type Fault, type PhaseKind, type Scenario, scenarios } from './physics-scenario.ts'
import { supplyVoltage } from './physics-supply.ts'
import { ambientAt, barometricAt, noise } from './physics-surroundings.ts'
import { petrolCar, type VehicleParameters } from './physics-vehicles.ts'
import { type Place, Route } from './route.ts'

export interface PhysicsOptions {
  scenario?: Scenario
  vehicle?: VehicleParameters
  /** When the scenario begins; a day in 2026 unless said. */
  start?: Micros
  seed?: number
}

export interface VehicleState extends Place, EngineValues {
  time: Micros
  phase: PhaseKind
  ignition: boolean
  engine: EngineState
  /** Seconds since ignition was switched off; 0 while it is on. */
  offSeconds: number
  /** km/h. */
  speed: number
  /** km/h per second. */
  acceleration: number
  /** km. */
  odometer: number
  /** Of the tank, 0 to 1. */
  fuelLevel: number
  /** L since it was built. */
  fuelUsed: number
  /** V at the diagnostic connector. */
  voltage: number
  /** °C. */
  coolantTemp: number
  oilTemp: number
  intakeTemp: number
  ambientTemp: number
  /** kPa. */
  barometricPressure: number
  /** Seconds since the engine was started. */
  runSeconds: number
  /** Seconds the engine has run since it was built. */
  engineSeconds: number
  /** Times the engine warmed up since it was built. */
  warmUps: number
  /** Undefined without a traction battery: state of charge 0 to 1, A (charging is positive), V. */
  soc: number | undefined
  tractionCurrent: number | undefined
  tractionVoltage: number | undefined
  charging: boolean | undefined
}

/** A clock that was never set lies before the start: then a loop repeats after so many rounds. */
const ROUNDS_LIMIT = 500_000
const FULL = 0.92
const LOW = 0.1
const KM_PER_ENGINE_HOUR = 38
const L_PER_KM = 0.068

export class Physics {
  readonly vehicle: VehicleParameters
  readonly start: Micros
  readonly faults: readonly Fault[]
  readonly #scenario: Scenario
  readonly #seed: number
  readonly #course: Course
  readonly #route = new Route()
  readonly #roundsPerTank: number

  constructor(options: PhysicsOptions = {}) {
    const { scenario = scenarios.demo, vehicle = petrolCar, start = BUILT, seed = 1 } = options
    this.vehicle = vehicle
    this.start = start
    this.faults = scenario.faults ?? []
    this.#scenario = scenario
    this.#seed = seed
    this.#course = courseOf({ scenario, vehicle, start })
    const perRound = this.#course.end.fuel / Math.max(vehicle.tank, 1)
    this.#roundsPerTank = Math.max(Math.floor((FULL - LOW) / perRound), 1)
  }

  /** Seconds of one round. */
  get seconds(): number {
    return this.#course.seconds
  }

  at(time: Micros): VehicleState {
    const { rounds, within } = this.#place(time)
    const stretch = stretchAt(this.#course, within)
    const elapsed = Math.min(within - stretch.start, stretch.phase.seconds)
    const moment = momentOf(stretch.phase, elapsed)
    const totals = totalsAt(stretch, elapsed)
    const { vehicle } = this
    return {
      ...engineAt(moment, vehicle),
      ...this.#added(totals, rounds),
      ...this.#supply(moment, totals, within, stretch, time),
      ...this.#air(moment, totals, time),
      time,
      phase: stretch.phase.kind,
      ignition: moment.ignition,
      engine: vehicle.powertrain === 'electric' ? 'off' : moment.engine,
      offSeconds: moment.ignition ? 0 : within - stretch.offAt,
      speed: moment.speed,
      acceleration: moment.acceleration,
      runSeconds: totals.runSeconds,
    }
  }

  #place(time: Micros): { rounds: number; within: number } {
    const { seconds } = this.#course
    const at = (time - this.start) / 1e6
    if (this.#scenario.isRepeated !== true) {
      return { rounds: 0, within: Math.min(Math.max(at, 0), seconds) }
    }
    const rounds = Math.floor(at / seconds)
    const count = ((rounds % ROUNDS_LIMIT) + ROUNDS_LIMIT) % ROUNDS_LIMIT
    return { rounds: count, within: at - rounds * seconds }
  }

  /** What grows from round to round. */
  #added(totals: Totals, rounds: number) {
    const { end } = this.#course
    const { odometer: base, tank } = this.vehicle
    const odometer = inMillimetres(base + rounds * end.distance + totals.distance)
    const burnt = (rounds % this.#roundsPerTank) * end.fuel + totals.fuel
    return {
      odometer,
      ...this.#route.at(odometer),
      fuelUsed: base * L_PER_KM + rounds * end.fuel + totals.fuel,
      fuelLevel: tank === 0 ? 0 : Math.max(FULL - burnt / tank, 0),
      engineSeconds:
        (base / KM_PER_ENGINE_HOUR) * 3600 + rounds * end.engineSeconds + totals.engineSeconds,
      warmUps: rounds * end.warmUps + totals.warmUps,
    }
  }

  #supply(moment: Moment, totals: Totals, within: number, stretch: Stretch, time: Micros) {
    const { vehicle } = this
    const isElectric = vehicle.powertrain === 'electric'
    const off = within - stretch.offAt
    const volts = supplyVoltage(totals, moment, off, isElectric) * (vehicle.nominalVolts / 12)
    const voltage = volts + 0.02 * noise(this.#seed, time, 1)
    if (!isElectric) {
      return {
        voltage,
        soc: undefined,
        tractionCurrent: undefined,
        tractionVoltage: undefined,
        charging: undefined,
      }
    }
    const tractionCurrent = tractionAmperes(moment, vehicle, totals.soc)
    return {
      voltage,
      soc: totals.soc,
      tractionCurrent,
      tractionVoltage: vehicle.tractionVolts * (0.92 + 0.12 * totals.soc) + tractionCurrent / 25,
      charging: isCharging(moment.phase, totals.soc),
    }
  }

  #air(moment: Moment, totals: Totals, time: Micros) {
    const ambientTemp = ambientAt(time)
    const heat = Math.max(totals.coolant - ambientTemp, 0)
    return {
      ambientTemp,
      barometricPressure: barometricAt(time),
      coolantTemp: totals.coolant,
      oilTemp: totals.oil,
      intakeTemp: ambientTemp + heat * (0.08 + 0.25 * Math.exp(-moment.speed / 25)),
    }
  }
}

function stretchAt({ stretches }: Course, within: number): Stretch {
  const found = stretches.findLast(({ start }) => start <= within)
  return found ?? (stretches[0] as Stretch)
}

/** km, rounded so that the seam of two rounds shows no step back. */
function inMillimetres(distance: number): number {
  return Math.round(distance * 1e6) / 1e6
}
