/**
 * What fields mean that no field map names: the usual names of the usual things. A name counts only
 * at the top, or within objects that are about the vehicle or its position (`gps.latitude`, but not
 * `gateway.latitude`).
 */
import type { SignalName } from '../../model/signals.ts'
import { isSignalName, isToldSignal, signalNames } from '../../model/signals.ts'
import type { FieldLeaf } from './field-leaves.ts'
import { fieldKey } from './field-leaves.ts'

export interface DefaultRule {
  signal: SignalName
  scale?: number
  /** The lower, the clearer the name. */
  rank: number
  /** Usually a percentage, but its name does not say so: up to 1 it could be a share. */
  isUnclear?: true
}

const PERCENT = 0.01
const MILES = 1.609344

type Alias = string | readonly [name: string, scale: number]

const aliases: Partial<Record<SignalName, readonly Alias[]>> = {
  latitude: ['lat', 'latitudeDeg', 'latitudeDegrees', 'gpsLatitude', 'gpsLat'],
  longitude: [
    'lon',
    'lng',
    'long',
    'longitudeDeg',
    'longitudeDegrees',
    'gpsLongitude',
    'gpsLon',
    'gpsLng',
  ],
  altitude: ['alt', 'altitudeM', 'elevation', 'gpsAltitude', 'altitudeMeters'],
  heading: ['course', 'headingDeg', 'bearing', 'courseDeg', 'gpsHeading', 'gpsCourse', 'cog'],
  speed: [
    'speedKmph',
    'speedKmh',
    'speedKph',
    'vehicleSpeed',
    'gpsSpeed',
    ['speedMps', 3.6],
    ['speedMph', MILES],
    ['speedKnots', 1.852],
  ],
  odometer: [
    'mileage',
    'odometerKm',
    'mileageKm',
    ['odometerM', 0.001],
    ['odometerMeters', 0.001],
    ['odometerMiles', MILES],
  ],
  ignition: ['ignitionOn', 'ignitionStatus', 'ignitionState', 'ign'],
  fuelPercentRemaining: [
    ['fuelLevel', PERCENT],
    ['fuelLevelPercent', PERCENT],
    ['fuelPercent', PERCENT],
    ['fuelPercentage', PERCENT],
    ['fuelPct', PERCENT],
  ],
  engineLoad: [
    ['engineLoadPercent', PERCENT],
    ['engineLoadPct', PERCENT],
  ],
  throttlePosition: [['throttlePositionPercent', PERCENT]],
  engineSpeed: ['rpm', 'engineRpm', 'engineSpeedRpm'],
  engineHours: ['hourMeter', 'engineHoursTotal'],
  coolantTemp: ['coolantTemperature', 'engineCoolantTemp', 'coolantTempC'],
  ambientTemp: [
    'ambientTemperature',
    'ambientAirTemp',
    'ambientTempC',
    'outsideTemp',
    'outsideTemperature',
  ],
  nsat: ['satellites', 'sats', 'numSat', 'numSats', 'satelliteCount', 'satellitesInUse'],
  hdop: ['gpsHdop'],
  batteryVoltage: [
    'externalVoltage',
    'vExt',
    'supplyVoltage',
    'externalPowerVoltage',
    'extVoltage',
    'vehicleVoltage',
    'vehicleBatteryVoltage',
    'carBatteryVoltage',
    ['externalVoltageMv', 0.001],
    ['vExtMv', 0.001],
  ],
  massAirFlow: ['maf'],
  shortFuelTrim: [['shortTermFuelTrim1', PERCENT]],
  longFuelTrim: [['longTermFuelTrim1', PERCENT]],
  distanceWithMil: ['distanceWMil'],
  distanceSinceClear: ['distanceSinceDtcClear'],
  dtcCount: ['obdStatusDtcCount'],
  gear: ['gearSelection', 'currentGear'],
  transmissionTemp: ['atfTemperature'],
  tractionVoltage: ['hvBatteryVoltage'],
  tirePressureFrontLeft: ['tiresFrontLeft'],
  tirePressureFrontRight: ['tiresFrontRight'],
  tirePressureBackLeft: ['tiresBackLeft'],
  tirePressureBackRight: ['tiresBackRight'],
}

const byKey: ReadonlyMap<string, DefaultRule> = new Map([
  ...signalNames
    .filter(isToldSignal)
    .map((signal) => [fieldKey(signal), { signal, rank: 1 }] as const),
  ...(Object.entries(aliases) as [SignalName, readonly Alias[]][]).flatMap(([signal, names]) =>
    names.map((alias, index) => [fieldKey(nameOf(alias)), ruleOf(signal, alias, index)] as const),
  ),
])

function nameOf(alias: Alias): string {
  return typeof alias === 'string' ? alias : alias[0]
}

function ruleOf(signal: SignalName, alias: Alias, index: number): DefaultRule {
  const rank = index + 2
  if (typeof alias === 'string') return { signal, rank }
  const [name, scale] = alias
  const isUnclear = scale === PERCENT && !/percent|pct/i.test(name)
  return { signal, scale, rank, ...(isUnclear && { isUnclear }) }
}

/** Objects that are about the vehicle, its position or the whole message; `gps_1` too. */
const containers: ReadonlySet<string> = new Set([
  'gps',
  'gnss',
  'position',
  'location',
  'fix',
  'coordinates',
  'vehicle',
  'device',
  'obd',
  'obd2',
  'can',
  'j1939',
  'data',
  'status',
  'telemetry',
  'decoded',
  'payload',
  'object',
  'values',
  'report',
  'tracker',
  'signals',
  'measurements',
  'history',
  'normalizedpayload',
  'tires',
])
const NUMBERED_FIX = /^(gps|gnss)\d+$/

/** What a field means by its name alone. */
export function defaultRuleOf({ name, parents }: FieldLeaf): DefaultRule | undefined {
  if (!isAboutVehicle(parents)) return undefined
  if (isSignalName(name) && isToldSignal(name)) return { signal: name, rank: 0 }
  const last = parents.at(-1)
  const inTires = last !== undefined && fieldKey(last) === 'tires'
  return byKey.get(inTires ? `tires${fieldKey(name)}` : fieldKey(name))
}

export function isAboutVehicle(parents: readonly string[]): boolean {
  return parents.every((parent) => {
    const key = fieldKey(parent)
    return containers.has(key) || NUMBERED_FIX.test(key)
  })
}
