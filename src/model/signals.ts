/**
 * The signal table: every quantity a vehicle can have here, once. REST, MQTT, the journal's
 * columns, the dashboard and the documentation are generated from it. Names are those of the DIMO
 * Device Data API where it has one; `vss` is the COVESA Vehicle Signal Specification path.
 *
 * A row: unit and type of the value · the range outside which a value cannot be true · the
 * privilege class that may see it · for how many seconds a value still describes the present.
 */
export type PrivilegeClass = 'location' | 'identity' | 'non-location'

export interface SignalDefinition {
  readonly label: string
  readonly vss: string
  /** Empty for texts, truth values and counts. */
  readonly unit: string
  readonly type: 'number' | 'text' | 'boolean'
  readonly min?: number
  readonly max?: number
  readonly privilege: PrivilegeClass
  readonly freshSeconds: number
  /** Stored in a column of its own in the journal; the rest share one. */
  readonly column?: true
}

const table = {
  odometer: {
    label: 'Odometer',
    vss: 'Vehicle.TraveledDistance',
    unit: 'km',
    type: 'number',
    min: 0,
    max: 10_000_000,
    privilege: 'non-location',
    freshSeconds: 300,
    column: true,
  },
  speed: {
    label: 'Speed',
    vss: 'Vehicle.Speed',
    unit: 'km/h',
    type: 'number',
    min: 0,
    max: 300,
    privilege: 'non-location',
    freshSeconds: 10,
    column: true,
  },
  engineSpeed: {
    label: 'Engine speed',
    vss: 'Vehicle.Powertrain.CombustionEngine.Speed',
    unit: 'rpm',
    type: 'number',
    min: 0,
    max: 12_000,
    privilege: 'non-location',
    freshSeconds: 10,
    column: true,
  },
  engineLoad: {
    label: 'Engine load',
    vss: 'Vehicle.OBD.EngineLoad',
    unit: 'ratio',
    type: 'number',
    min: 0,
    max: 1.25,
    privilege: 'non-location',
    freshSeconds: 10,
    column: true,
  },
  fuelPercentRemaining: {
    label: 'Fuel level',
    vss: 'Vehicle.Powertrain.FuelSystem.RelativeLevel',
    unit: 'ratio',
    type: 'number',
    min: 0,
    max: 1,
    privilege: 'non-location',
    freshSeconds: 300,
    column: true,
  },
  batteryVoltage: {
    label: 'Battery voltage',
    vss: 'Vehicle.LowVoltageBattery.CurrentVoltage',
    unit: 'V',
    type: 'number',
    min: 3,
    max: 60,
    privilege: 'non-location',
    freshSeconds: 60,
    column: true,
  },
  coolantTemp: {
    label: 'Coolant temperature',
    vss: 'Vehicle.Powertrain.CombustionEngine.ECT',
    unit: '°C',
    type: 'number',
    min: -40,
    max: 160,
    privilege: 'non-location',
    freshSeconds: 60,
    column: true,
  },
  ambientTemp: {
    label: 'Outside temperature',
    vss: 'Vehicle.Exterior.AirTemperature',
    unit: '°C',
    type: 'number',
    min: -60,
    max: 85,
    privilege: 'non-location',
    freshSeconds: 300,
    column: true,
  },
  intakeTemp: {
    label: 'Intake air temperature',
    vss: 'Vehicle.OBD.IntakeTemp',
    unit: '°C',
    type: 'number',
    min: -40,
    max: 215,
    privilege: 'non-location',
    freshSeconds: 60,
  },
  intakePressure: {
    label: 'Intake manifold pressure',
    vss: 'Vehicle.OBD.MAP',
    unit: 'kPa',
    type: 'number',
    min: 0,
    max: 500,
    privilege: 'non-location',
    freshSeconds: 60,
  },
  barometricPressure: {
    label: 'Barometric pressure',
    vss: 'Vehicle.OBD.BarometricPressure',
    unit: 'kPa',
    type: 'number',
    min: 40,
    max: 125,
    privilege: 'non-location',
    freshSeconds: 300,
    column: true,
  },
  throttlePosition: {
    label: 'Throttle position',
    vss: 'Vehicle.OBD.ThrottlePosition',
    unit: 'ratio',
    type: 'number',
    min: 0,
    max: 1,
    privilege: 'non-location',
    freshSeconds: 10,
  },
  engineHours: {
    label: 'Engine hours',
    vss: 'Vehicle.Powertrain.CombustionEngine.EngineHours',
    unit: 'h',
    type: 'number',
    min: 0,
    max: 1_000_000,
    privilege: 'non-location',
    freshSeconds: 600,
    column: true,
  },
  tripDistance: {
    label: 'Trip distance',
    vss: 'Vehicle.TripMeterReading',
    unit: 'km',
    type: 'number',
    min: 0,
    max: 10_000_000,
    privilege: 'non-location',
    freshSeconds: 300,
  },
  latitude: {
    label: 'Latitude',
    vss: 'Vehicle.CurrentLocation.Latitude',
    unit: '°',
    type: 'number',
    min: -90,
    max: 90,
    privilege: 'location',
    freshSeconds: 30,
    column: true,
  },
  longitude: {
    label: 'Longitude',
    vss: 'Vehicle.CurrentLocation.Longitude',
    unit: '°',
    type: 'number',
    min: -180,
    max: 180,
    privilege: 'location',
    freshSeconds: 30,
    column: true,
  },
  vin: {
    label: 'VIN',
    vss: 'Vehicle.VehicleIdentification.VIN',
    unit: '',
    type: 'text',
    privilege: 'identity',
    freshSeconds: 86_400,
  },
  vinLast8: {
    label: 'VIN, last eight',
    vss: 'Vehicle.VehicleIdentification.VIN',
    unit: '',
    type: 'text',
    privilege: 'identity',
    freshSeconds: 86_400,
  },
} as const satisfies Record<string, SignalDefinition>

export type SignalName = keyof typeof table

export const signals: Readonly<Record<SignalName, SignalDefinition>> = table

export const signalNames = Object.keys(table) as readonly SignalName[]

export function isSignalName(name: string): name is SignalName {
  return Object.hasOwn(table, name)
}
