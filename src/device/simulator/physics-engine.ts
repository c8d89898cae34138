/**
 * The powertrain at a moment: what moving takes (mass, air, tyres), and what engine speed, load, air
 * and fuel follow from it. Rough and consistent: no value contradicts another.
 */
import type { Moment } from './physics-phase.ts'
import type { VehicleParameters } from './physics-vehicles.ts'

export interface EngineValues {
  /** kW at the wheels, negative where braking gives it back. */
  power: number
  /** rpm */
  engineSpeed: number
  /** 0 to 1. */
  engineLoad: number
  /** Actual torque as a share of the reference, 0 to 1. */
  engineTorque: number
  throttle: number
  accelerator: number
  /** kPa */
  intakePressure: number
  /** g/s */
  massAirFlow: number
  /** L/h */
  fuelRate: number
  gear: number
}

const IDLE_LOAD = 0.19
const CRANK_RPM = 210
const CRANK_FUEL = 1.5
const ROLLING = 0.011
const GRAVITY = 9.81
const AIR_DENSITY = 1.2
/** g/L of fuel, and g of air to burn 1 g. */
const PETROL = { density: 745, air: 14.7 }
const DIESEL = { density: 835, air: 24 }
const ATMOSPHERE = 100

export function wheelPower(moment: Moment, vehicle: VehicleParameters): number {
  const speed = moment.speed / 3.6
  const force =
    (vehicle.mass * moment.acceleration) / 3.6 +
    (speed > 0 ? ROLLING * vehicle.mass * GRAVITY : 0) +
    0.5 * AIR_DENSITY * vehicle.drag * speed * speed
  return Math.max(Math.min((force * speed) / 1000, vehicle.power), -vehicle.power)
}

export function engineAt(moment: Moment, vehicle: VehicleParameters): EngineValues {
  const power = wheelPower(moment, vehicle)
  const accelerator = Math.min(Math.max(power / vehicle.power, 0), 1)
  if (vehicle.powertrain === 'electric') {
    const engineSpeed = (vehicle.idleSpeed * moment.speed) / 100
    return { ...still, power, engineSpeed, accelerator, engineTorque: accelerator }
  }
  if (moment.engine === 'cranking') {
    const engineSpeed = CRANK_RPM + 25 * Math.sin(moment.elapsed * 20)
    return { ...still, power, engineSpeed, fuelRate: CRANK_FUEL, massAirFlow: 1.2 }
  }
  if (moment.engine !== 'running') return { ...still, power }
  return running(moment, vehicle, power, accelerator)
}

const still: Omit<EngineValues, 'power'> = {
  engineSpeed: 0,
  engineLoad: 0,
  engineTorque: 0,
  throttle: 0,
  accelerator: 0,
  intakePressure: ATMOSPHERE,
  massAirFlow: 0,
  fuelRate: 0,
  gear: 0,
}

function running(
  moment: Moment,
  vehicle: VehicleParameters,
  power: number,
  accelerator: number,
): EngineValues {
  const { gear, engineSpeed } = gearAt(moment.speed, vehicle)
  const available = vehicle.power * Math.min(engineSpeed / (2 * vehicle.shiftUp), 1)
  const isOverrun = power < -1 && engineSpeed > vehicle.shiftDown
  const used = Math.max(power, 0)
  const engineLoad = isOverrun ? 0.04 : Math.min(IDLE_LOAD + (0.8 * used) / available, 1)
  const fuelRate = isOverrun ? 0 : vehicle.idleFuel + vehicle.fuelPerKwh * used
  const { density, air } = vehicle.powertrain === 'diesel' ? DIESEL : PETROL
  const idleAir = (vehicle.idleFuel * density * air) / 3600
  return {
    power,
    engineSpeed,
    engineLoad,
    engineTorque: Math.min(0.08 + 0.9 * engineLoad, 1),
    throttle: 0.1 + 0.75 * engineLoad,
    accelerator,
    intakePressure: 24 + (ATMOSPHERE - 26) * engineLoad,
    massAirFlow: Math.max((fuelRate * density * air) / 3600, idleAir),
    fuelRate,
    gear,
  }
}

function gearAt(
  speed: number,
  { idleSpeed, shiftDown, shiftUp, gears }: VehicleParameters,
): { gear: number; engineSpeed: number } {
  if (speed < 1) return { gear: 0, engineSpeed: idleSpeed }
  const found = gears.findIndex((top) => speed <= top)
  const index = found === -1 ? gears.length - 1 : found
  const bottom = gears[index - 1] ?? 0
  const top = gears[index] ?? speed
  const share = Math.min((speed - bottom) / (top - bottom), 1)
  return { gear: index + 1, engineSpeed: shiftDown + (shiftUp - shiftDown) * share }
}
