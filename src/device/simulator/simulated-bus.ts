/** The simulated vehicles by name: a truck on J1939, a car and an electric car on OBD-II. */
import type { Micros } from '../../model/time.ts'
import type { BusModel } from './bus-model.ts'
import { type CarFault, SimulatedCar } from './car.ts'
import { Physics } from './physics.ts'
import { type ScenarioName, scenarios } from './physics-scenario.ts'
import type { VehicleParameters } from './physics-vehicles.ts'
import { dieselTruck, electricCar, petrolCar } from './physics-vehicles.ts'
import { SimulatedTruck } from './truck.ts'

export const simulatedVehicles = {
  truck: 'a truck on J1939, which talks by itself',
  car: 'a car on OBD-II, which has to be asked',
  ev: 'an electric car on OBD-II, which has to be asked',
} as const

export type SimulatedVehicleName = keyof typeof simulatedVehicles

export interface SimulatedBusModelOptions {
  seed?: number
  /** Goes on for ever if it is the demo's, else begins at `start`. */
  scenario?: ScenarioName
  start?: Micros
  faults?: readonly CarFault[]
  /** A car answers one PID a request, as many do. */
  singlePid?: boolean
}

export function simulatedBus(
  name: SimulatedVehicleName,
  options: SimulatedBusModelOptions = {},
): BusModel {
  const { seed = 1, scenario, start, faults = [], singlePid = false } = options
  const begun = start === undefined ? {} : { start }
  const usual = name === 'ev' ? 'electricDemo' : 'demo'
  const physicsOf = (vehicle: VehicleParameters) =>
    new Physics({ scenario: scenarios[scenario ?? usual], vehicle, seed, ...begun })
  if (name === 'truck') {
    // Without a scenario it drives all the time.
    const physics = scenario === undefined ? {} : { physics: physicsOf(dieselTruck) }
    return new SimulatedTruck({ seed, faults, ...physics })
  }
  const physics = physicsOf(name === 'ev' ? electricCar : petrolCar)
  const multiPid = singlePid ? 'none' : 'all'
  return new SimulatedCar({ physics, seed, faults, multiPid, gatewayed: true })
}
