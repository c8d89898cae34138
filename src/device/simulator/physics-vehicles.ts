/** What tells one simulated vehicle from another: figures of no vehicle in particular. */

export interface VehicleParameters {
  powertrain: 'petrol' | 'diesel' | 'electric'
  /** Of the supply, V. */
  nominalVolts: 12 | 24
  batteryAh: number
  /** kg */
  mass: number
  /** Drag coefficient times frontal area, m². */
  drag: number
  /** kW */
  power: number
  /** Nm; the reference of torques in per cent. */
  torque: number
  /** rpm; of the engine, or of a motor at 100 km/h. */
  idleSpeed: number
  shiftDown: number
  shiftUp: number
  /** Speeds in km/h at which it changes up; the last one is its top speed. */
  gears: readonly number[]
  /** L; 0 for an electric vehicle. */
  tank: number
  /** L/h while idling, and L per kWh at the wheels. */
  idleFuel: number
  fuelPerKwh: number
  /** Of the traction battery, kWh and V; 0 where there is none. */
  tractionKwh: number
  tractionVolts: number
  /** km when a scenario starts. */
  odometer: number
}

export const petrolCar: VehicleParameters = {
  powertrain: 'petrol',
  nominalVolts: 12,
  batteryAh: 60,
  mass: 1400,
  drag: 0.65,
  power: 92,
  torque: 200,
  idleSpeed: 780,
  shiftDown: 1250,
  shiftUp: 2400,
  gears: [17, 32, 47, 64, 85, 200],
  tank: 50,
  idleFuel: 0.8,
  fuelPerKwh: 0.31,
  tractionKwh: 0,
  tractionVolts: 0,
  odometer: 48_217.3,
}

export const dieselTruck: VehicleParameters = {
  powertrain: 'diesel',
  nominalVolts: 24,
  batteryAh: 180,
  mass: 12_000,
  drag: 5,
  power: 240,
  torque: 1600,
  idleSpeed: 620,
  shiftDown: 1050,
  shiftUp: 1750,
  gears: [8, 14, 21, 30, 42, 58, 110],
  tank: 300,
  idleFuel: 2.2,
  fuelPerKwh: 0.24,
  tractionKwh: 0,
  tractionVolts: 0,
  odometer: 114_300,
}

export const electricCar: VehicleParameters = {
  powertrain: 'electric',
  nominalVolts: 12,
  batteryAh: 45,
  mass: 1800,
  drag: 0.62,
  power: 150,
  torque: 310,
  idleSpeed: 9000,
  shiftDown: 0,
  shiftUp: 0,
  gears: [160],
  tank: 0,
  idleFuel: 0,
  fuelPerKwh: 0,
  tractionKwh: 60,
  tractionVolts: 370,
  odometer: 21_840.6,
}
