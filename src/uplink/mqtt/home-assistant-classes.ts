/**
 * How each signal looks in Home Assistant: platform, device class, a unit that the class accepts,
 * statistics. Follows the public documentation of the integrations sensor and binary_sensor of Home
 * Assistant (device classes with their units and state classes), as of release 2024.11: a class that
 * took a unit only later (litres per hour) is left away, since unit and number are true without it.
 */
import type { SignalName } from '../../model/signals.ts'

export type StateClass = 'measurement' | 'total_increasing'

interface Common {
  /** Diagnostic: shown apart from what people look at every day. */
  diagnostic?: true
  /**
   * The last known value stays true while the vehicle stands and says nothing (its odometer, what
   * is in its tank). All else is unknown as soon as it is stale.
   */
  lasting?: true
  icon?: string
}

export interface SensorClass extends Common {
  platform: 'sensor'
  deviceClass?: string
  /** Home Assistant's spelling. */
  unit?: string
  /** The value in the signal's unit times this is the value in `unit`. */
  factor?: number
  stateClass?: StateClass
  /** Digits after the point that are shown. */
  precision?: number
  /** All values of an enumeration. */
  options?: readonly string[]
}

export interface BinaryClass extends Common {
  platform: 'binary_sensor'
  deviceClass?: string
}

export type HomeAssistantClass = SensorClass | BinaryClass

/** Parts of the position, which is one thing in Home Assistant; identity, which leaves the vehicle only on request. */
type NotShown = 'latitude' | 'longitude' | 'hdop' | 'vin' | 'vinLast8'

type Extra = Omit<SensorClass, 'platform' | 'deviceClass' | 'unit'>

const PERCENT = { unit: '%', factor: 100, precision: 0 }

function measured(deviceClass: string | undefined, unit: string, extra: Extra = {}): SensorClass {
  return {
    platform: 'sensor',
    ...(deviceClass === undefined ? {} : { deviceClass }),
    ...(unit === '' ? {} : { unit }),
    stateClass: 'measurement',
    precision: 1,
    ...extra,
  }
}

function share(extra: Extra & { deviceClass?: string } = {}): SensorClass {
  return { platform: 'sensor', ...PERCENT, stateClass: 'measurement', ...extra }
}

function total(deviceClass: string, unit: string, precision: number, extra: Extra = {}) {
  const counter = { stateClass: 'total_increasing', precision, lasting: true } as const
  return measured(deviceClass, unit, { ...counter, ...extra })
}

const temperature = measured('temperature', '°C', { precision: 0 })
const pressure = measured('pressure', 'kPa', { precision: 0 })
const tyre = measured('pressure', 'kPa', { precision: 0, lasting: true })
const revolutions = measured(undefined, 'rpm', { precision: 0, icon: 'mdi:gauge' })
const diagnostic = { diagnostic: true } as const
const lasting = { lasting: true } as const
const distance = measured('distance', 'km', { precision: 0, lasting: true })
const truth: BinaryClass = { platform: 'binary_sensor' }

export const homeAssistantClasses: Readonly<
  Record<Exclude<SignalName, NotShown>, HomeAssistantClass>
> = {
  odometer: total('distance', 'km', 0, { icon: 'mdi:counter' }),
  speed: measured('speed', 'km/h', { precision: 0 }),
  engineSpeed: revolutions,
  engineLoad: share(diagnostic),
  fuelPercentRemaining: share({ ...lasting, icon: 'mdi:gas-station' }),
  batteryVoltage: measured('voltage', 'V', { precision: 2 }),
  coolantTemp: temperature,
  ambientTemp: measured('temperature', '°C'),
  intakeTemp: { ...temperature, ...diagnostic },
  intakePressure: { ...pressure, ...diagnostic },
  barometricPressure: measured('atmospheric_pressure', 'kPa'),
  throttlePosition: share(diagnostic),
  engineHours: total('duration', 'h', 1),
  tripDistance: distance,
  tirePressureFrontLeft: tyre,
  tirePressureFrontRight: tyre,
  tirePressureBackLeft: tyre,
  tirePressureBackRight: tyre,
  charging: { ...truth, deviceClass: 'battery_charging' },
  soc: share({ ...lasting, deviceClass: 'battery' }),
  chargeLimit: share({ ...lasting, icon: 'mdi:battery-lock' }),
  batteryCapacity: measured('energy_storage', 'kWh', { ...diagnostic, ...lasting }),
  tractionVoltage: measured('voltage', 'V', { precision: 0 }),
  tractionCurrent: measured('current', 'A', { precision: 0 }),
  tractionPower: measured('power', 'kW'),
  tractionTemp: temperature,
  motorSpeed: revolutions,
  range: distance,
  oil: share({ ...lasting, icon: 'mdi:oil-level' }),
  oilPressure: { ...pressure, icon: 'mdi:oil' },
  oilTemp: temperature,
  fuelRate: measured(undefined, 'L/h', { icon: 'mdi:gas-station' }),
  fuelUsed: total('volume', 'L', 1),
  fuelEconomy: measured(undefined, 'km/L', { icon: 'mdi:leaf' }),
  fuelTemp: { ...temperature, ...diagnostic },
  fuelPressure: { ...pressure, ...diagnostic },
  acceleratorPosition: share(diagnostic),
  brakePedalPosition: share(diagnostic),
  brakePedal: { ...truth, ...diagnostic },
  parkingBrake: { ...truth, icon: 'mdi:car-brake-parking' },
  clutchPedal: { ...truth, ...diagnostic },
  cruiseControl: { ...truth, icon: 'mdi:car-cruise-control' },
  pto: { ...truth, deviceClass: 'running' },
  engineTorque: share({ ...diagnostic, icon: 'mdi:engine' }),
  gear: measured(undefined, '', { precision: 0, icon: 'mdi:car-shift-pattern' }),
  transmissionTemp: temperature,
  boostPressure: { ...pressure, ...diagnostic },
  exhaustTemp: temperature,
  massAirFlow: measured(undefined, 'g/s', diagnostic),
  timingAdvance: measured(undefined, '°', diagnostic),
  shortFuelTrim: share({ ...diagnostic, precision: 1 }),
  longFuelTrim: share({ ...diagnostic, precision: 1 }),
  runTime: measured('duration', 's', { precision: 0 }),
  idleHours: total('duration', 'h', 1),
  idleFuelUsed: total('volume', 'L', 1),
  defLevel: share({ ...lasting, icon: 'mdi:cup-water' }),
  grossWeight: measured('weight', 'kg', { precision: 0 }),
  malfunctionLamp: { ...truth, ...lasting, deviceClass: 'problem' },
  dtcCount: measured(undefined, '', { ...diagnostic, ...lasting, precision: 0 }),
  distanceWithMil: { ...distance, ...diagnostic },
  distanceSinceClear: { ...distance, ...diagnostic },
  altitude: measured('distance', 'm', { precision: 0 }),
  heading: { platform: 'sensor', unit: '°', precision: 0, icon: 'mdi:compass' },
  nsat: measured(undefined, '', { ...diagnostic, precision: 0, icon: 'mdi:satellite-variant' }),
  activity: {
    platform: 'sensor',
    deviceClass: 'enum',
    options: ['driving', 'idling', 'charging', 'parked'],
    icon: 'mdi:car',
    lasting: true,
  },
  activityReason: { platform: 'sensor', diagnostic: true, lasting: true },
  ignition: { ...truth, ...lasting, deviceClass: 'power' },
}

export function homeAssistantClass(name: SignalName): HomeAssistantClass | undefined {
  return (homeAssistantClasses as Partial<Record<SignalName, HomeAssistantClass>>)[name]
}
