/**
 * A scenario worked out from its start: what adds up (distance, fuel, heat, charge), in steps of a
 * second while anything runs and of ten while nothing does. Between the steps are straight lines, so
 * that asking for a moment is the same however often and in whatever order it is asked.
 */
import type { Micros } from '../../model/time.ts'
import { engineAt } from './physics-engine.ts'
import { isResting, type Moment, momentOf } from './physics-phase.ts'
import type { Phase, Scenario } from './physics-scenario.ts'
import { nextSupply, restVoltage, type SupplyTotals } from './physics-supply.ts'
import { ambientAt, MEAN_AMBIENT } from './physics-surroundings.ts'
import type { VehicleParameters } from './physics-vehicles.ts'

export interface Totals extends SupplyTotals {
  /** km, L and seconds of engine since the start. */
  distance: number
  fuel: number
  engineSeconds: number
  /** Since the engine was started, without the stops at red lights. */
  runSeconds: number
  /** °C */
  coolant: number
  oil: number
  /** Of the traction battery, 0 to 1. */
  soc: number
  /** Times the engine warmed up. */
  warmUps: number
}

export interface Stretch {
  phase: Phase
  /** Seconds from the start of the course. */
  start: number
  totals: readonly Totals[]
  /** Second at which ignition was switched off last, where it is off. */
  offAt: number
}

export interface Course {
  seconds: number
  stretches: readonly Stretch[]
  end: Totals
}

export interface CourseOptions {
  scenario: Scenario
  vehicle: VehicleParameters
  start: Micros
}

const LIVELY_STEP_S = 1
const RESTING_STEP_S = 10
/** A course that repeats itself is driven so often before the one that counts. */
const SETTLING = 3
const COOLANT_HOT = 90
const OIL_HOT = 97
const COOLANT_TAU = 210
const OIL_TAU = 420
const COOLING_TAU = 5400
const WARM = 70
/** A converter and the heating of an electric vehicle, A at the traction battery. */
const IDLE_AMPERES = 3

export function courseOf(options: CourseOptions): Course {
  const { scenario } = options
  const total = scenario.phases.reduce((sum, { seconds }) => sum + seconds, 0)
  if (!(total > 0)) throw new RangeError('a scenario needs phases with a length')
  let course = drive(options, coldStart(options), Number.NEGATIVE_INFINITY)
  if (scenario.isRepeated !== true) return course
  for (let i = 0; i < SETTLING; i++) {
    const { end, seconds, stretches } = course
    const offAt = (stretches.at(-1)?.offAt ?? Number.NEGATIVE_INFINITY) - seconds
    course = drive(options, { ...coldStart(options), ...lasting(end) }, offAt)
  }
  return course
}

/** What goes on from one round to the next; what is counted per round does not. */
function lasting({ charge, surface, generator, coolant, oil, runSeconds }: Totals) {
  return { charge, surface, generator, coolant, oil, runSeconds }
}

/** The totals in a stretch after so many seconds of it. */
export function totalsAt({ phase, totals }: Stretch, elapsed: number): Totals {
  const last = totals.length - 1
  const place = Math.min((elapsed / phase.seconds) * last, last)
  const index = Math.min(Math.floor(place), Math.max(last - 1, 0))
  const before = totals[index] as Totals
  const after = totals[index + 1] ?? before
  return between(before, after, place - index)
}

export function isCharging(phase: Phase, soc: number): boolean {
  return phase.kind === 'charging' && soc < (phase.upTo ?? 1)
}

/** A, charging is positive. */
export function tractionAmperes(moment: Moment, vehicle: VehicleParameters, soc: number): number {
  const { phase } = moment
  if (phase.kind === 'charging') {
    return isCharging(phase, soc) ? (phase.kilowatts * 1000) / vehicle.tractionVolts : 0
  }
  if (isResting(phase)) return 0
  const { power } = engineAt(moment, vehicle)
  const recovered = power < 0 ? 0.6 : 1.1
  return -IDLE_AMPERES - (power * recovered * 1000) / vehicle.tractionVolts
}

function coldStart({ scenario, vehicle, start }: CourseOptions): Totals {
  const ambient = scenario.isRepeated === true ? MEAN_AMBIENT : ambientAt(start)
  const charge = scenario.charge ?? 0.9
  const counted = { distance: 0, fuel: 0, engineSeconds: 0, runSeconds: 0, warmUps: 0 }
  const soc = vehicle.tractionKwh > 0 ? (scenario.soc ?? 0.7) : 0
  const supply = { charge, surface: 0, generator: restVoltage(charge) }
  return { ...counted, ...supply, coolant: ambient, oil: ambient, soc }
}

function drive(options: CourseOptions, from: Totals, offBefore: number): Course {
  const stretches: Stretch[] = []
  let start = 0
  let end = from
  let offAt = offBefore
  let wasOn = false
  for (const phase of options.scenario.phases) {
    if (phase.seconds <= 0) continue
    if (isResting(phase) && wasOn) offAt = start
    wasOn = !isResting(phase)
    const stretch = { phase, start, totals: stepsOf(options, phase, start, end, offAt), offAt }
    stretches.push(stretch)
    start += phase.seconds
    end = stretch.totals.at(-1) ?? end
  }
  return { seconds: start, stretches, end }
}

function stepsOf(
  options: CourseOptions,
  phase: Phase,
  start: number,
  from: Totals,
  offAt: number,
): Totals[] {
  const longest = isResting(phase) ? RESTING_STEP_S : LIVELY_STEP_S
  const count = Math.ceil(phase.seconds / longest)
  const step = phase.seconds / count
  let now = isResting(phase) ? { ...from, runSeconds: 0 } : from
  const totals = [now]
  for (let i = 0; i < count; i++) {
    const off = start + i * step - offAt
    now = next(now, phase, i * step, step, { ...options, off, at: start + i * step })
    totals.push(now)
  }
  return totals
}

function next(
  totals: Totals,
  phase: Phase,
  elapsed: number,
  seconds: number,
  options: CourseOptions & { off: number; at: number },
): Totals {
  const { vehicle, scenario, start, off, at } = options
  const now = momentOf(phase, elapsed)
  const middle = momentOf(phase, elapsed + seconds / 2)
  const after = momentOf(phase, elapsed + seconds)
  const isElectric = vehicle.powertrain === 'electric'
  const runs = isElectric ? (middle.ignition ? 1 : 0) : middle.engine === 'running' ? 1 : 0
  const ambient = scenario.isRepeated === true ? MEAN_AMBIENT : ambientAt(start + at * 1e6)
  const isHot = runs === 1 && !isElectric
  const coolant = towards(totals.coolant, isHot ? COOLANT_HOT : ambient, seconds, isHot, true)
  const hours = seconds / 3600
  const amperes = isElectric ? tractionAmperes(middle, vehicle, totals.soc) : 0
  const gained = isElectric ? (amperes * vehicle.tractionVolts * hours) / 1000 : 0
  const most = amperes > 0 && phase.kind === 'charging' ? (phase.upTo ?? 1) : 1
  const soc = isElectric ? totals.soc + gained / vehicle.tractionKwh : 0
  return {
    ...nextSupply(totals, middle, off, seconds, { vehicle, scenario }),
    distance: totals.distance + ((now.speed + 2 * middle.speed + after.speed) / 4) * hours,
    fuel: totals.fuel + engineAt(middle, vehicle).fuelRate * hours,
    engineSeconds: totals.engineSeconds + runs * seconds,
    runSeconds: totals.runSeconds + runs * seconds,
    coolant,
    oil: towards(totals.oil, isHot ? OIL_HOT : ambient, seconds, isHot, false),
    soc: Math.min(Math.max(soc, 0), most),
    warmUps: totals.warmUps + (totals.coolant < WARM && coolant >= WARM ? 1 : 0),
  }
}

function towards(
  value: number,
  target: number,
  seconds: number,
  isHeated: boolean,
  isCoolant: boolean,
): number {
  const tau = isHeated ? (isCoolant ? COOLANT_TAU : OIL_TAU) : COOLING_TAU
  return target + (value - target) * Math.exp(-seconds / tau)
}

function between(a: Totals, b: Totals, share: number): Totals {
  const mix = (from: number, to: number) => from + (to - from) * share
  return {
    distance: mix(a.distance, b.distance),
    fuel: mix(a.fuel, b.fuel),
    engineSeconds: mix(a.engineSeconds, b.engineSeconds),
    runSeconds: mix(a.runSeconds, b.runSeconds),
    coolant: mix(a.coolant, b.coolant),
    oil: mix(a.oil, b.oil),
    soc: mix(a.soc, b.soc),
    charge: mix(a.charge, b.charge),
    surface: mix(a.surface, b.surface),
    generator: mix(a.generator, b.generator),
    warmUps: a.warmUps,
  }
}
