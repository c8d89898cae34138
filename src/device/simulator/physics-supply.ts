/**
 * The 12 V supply (24 V is two of it): a battery with an inner resistance, whose voltage at rest
 * follows from its charge, a surface charge that fades after driving, and a generator.
 */
import type { Moment } from './physics-phase.ts'
import type { Scenario } from './physics-scenario.ts'
import type { VehicleParameters } from './physics-vehicles.ts'

/** What the past left. */
export interface SupplyTotals {
  /** Of the battery, 0 to 1. */
  charge: number
  /** V that a charged plate surface adds. */
  surface: number
  /** V that the generator gives. */
  generator: number
}

const RESISTANCE = 0.0129
const SURFACE_TAU = 900
const SURFACE_FULL = 0.35
const GENERATOR_TAU = 2.5
const MAX_CHARGE_AMPERES = 40
const CHARGE_RESISTANCE = 0.05
/** Starter: at first, then while it turns. A */
const INRUSH = 250
const TURNING = 165
const INRUSH_S = 0.25

/** V at rest. */
export function restVoltage(charge: number): number {
  return 11.75 + 0.95 * charge
}

/** At 12 V. `off`: seconds since ignition was switched off. */
export function supplyVoltage(
  totals: SupplyTotals,
  moment: Moment,
  off: number,
  isElectric: boolean,
): number {
  const battery = restVoltage(totals.charge) + totals.surface
  const { phase } = moment
  if (isFed(moment, isElectric)) return totals.generator
  if (phase.kind === 'jump') return Math.max(phase.volts, battery)
  return battery - RESISTANCE * amperes(moment, off)
}

/** After `seconds` more of the same. */
export function nextSupply(
  totals: SupplyTotals,
  moment: Moment,
  off: number,
  seconds: number,
  { vehicle, scenario }: { vehicle: VehicleParameters; scenario: Scenario },
): SupplyTotals {
  const isElectric = vehicle.powertrain === 'electric'
  const isOn = isFed(moment, isElectric)
  const battery = restVoltage(totals.charge)
  const wanted = isOn ? generatorTarget(moment, totals.charge, isElectric, scenario) : battery
  const lag = isOn ? Math.exp(-seconds / GENERATOR_TAU) : 0
  const generator = wanted + (totals.generator - wanted) * lag
  const volts = isOn ? generator : moment.phase.kind === 'jump' ? moment.phase.volts : 0
  const into =
    volts > battery
      ? Math.min((volts - battery) / CHARGE_RESISTANCE, MAX_CHARGE_AMPERES)
      : isOn
        ? 0
        : -amperes(moment, off)
  const charge = totals.charge + (into * seconds) / (vehicle.batteryAh * 3600)
  const full = volts > battery + 0.3 ? SURFACE_FULL : 0
  const surface = full + (totals.surface - full) * Math.exp(-seconds / SURFACE_TAU)
  return { charge: Math.min(Math.max(charge, 0), 1), surface, generator }
}

/** Whether a generator, or the converter of an electric vehicle, feeds the supply. */
function isFed({ engine, phase }: Moment, isElectric: boolean): boolean {
  if (engine === 'running') return true
  return isElectric && (phase.kind === 'charging' || engine !== 'off')
}

function generatorTarget(
  { acceleration, speed, elapsed, phase }: Moment,
  charge: number,
  isElectric: boolean,
  { alternator }: Scenario,
): number {
  if (isElectric) return phase.kind === 'charging' ? 13.5 : 14
  if (alternator !== 'smart') return speed === 0 ? 14.05 : 14.25
  if (charge < 0.6) return 14.5
  if (acceleration < -1) return 14.8
  if (acceleration > 1.5) return 12.4
  return 13.1 + 0.55 * Math.sin(elapsed / 15)
}

/** What everything takes from the battery while nothing feeds it. */
function amperes({ phase, elapsed }: Moment, off: number): number {
  switch (phase.kind) {
    case 'cranking':
      return elapsed < INRUSH_S ? INRUSH : TURNING + 25 * Math.sin(elapsed * 20)
    case 'ignition-on':
      return 13
    case 'stop-start':
      return 32
    case 'keyless':
      return 5
    default:
      return off < AFTER_RUN_S ? 6 : 0.03
  }
}

/** Body electronics go to sleep so long after ignition was switched off. */
export const AFTER_RUN_S = 40
