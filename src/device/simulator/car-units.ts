/**
 * The control units of a simulated car. Engine and transmission (of an electric car: what drives
 * it) answer OBD-II; brakes and instrument cluster answer UDS with identifiers of their own.
 */
import { drivePids, transmissionPids } from './car-pids.ts'
import { bigEndian } from './car-reply.ts'
import type { UnitFacts, UnitHabits, UnitIdentity } from './car-unit-facts.ts'
import type { VehicleParameters } from './physics-vehicles.ts'

export type UnitName = 'engine' | 'transmission' | 'brakes' | 'cluster'

export interface UnitsOptions {
  vin: string
  vehicle: VehicleParameters
  habits: UnitHabits
  /** What differs from one to another. */
  unitHabits: Partial<Record<UnitName, UnitHabits>>
}

/**
 * Identifiers of the maker, big-endian: brakes 4001 speed of four wheels, 0.01 km/h each; cluster
 * 2001 odometer in 0.1 km, 2002 fuel in 0.1 L, 2003 outside temperature in 0.5 °C from −40 °C.
 */
export const makersDids = {
  wheelSpeeds: 0x4001,
  odometer: 0x2001,
  fuel: 0x2002,
  outside: 0x2003,
} as const

export function carUnits(names: readonly UnitName[], options: UnitsOptions): UnitFacts[] {
  return names.map((name) => {
    const { vin, vehicle, habits, unitHabits } = options
    const own = places[name]
    const isElectric = vehicle.powertrain === 'electric'
    return {
      name,
      ...own,
      vin,
      pids:
        name === 'engine' ? drivePids(vehicle) : name === 'transmission' ? transmissionPids : [],
      isObd: name === 'engine' || name === 'transmission',
      hasVin: name === 'engine',
      hasMonitorTests: name === 'engine' && !isElectric,
      identity: identityOf(
        isElectric && name === 'engine' ? 'DMCM-DriveMotor' : titles[name],
        name,
      ),
      dids: didsOf(name, vehicle),
      habits: { ...habits, ...unitHabits[name] },
    }
  })
}

const places: Readonly<Record<UnitName, Pick<UnitFacts, 'request' | 'answer' | 'address'>>> = {
  engine: { request: 0x7e0, answer: 0x7e8, address: 0x10 },
  transmission: { request: 0x7e1, answer: 0x7e9, address: 0x18 },
  brakes: { request: 0x760, answer: 0x768, address: 0x28 },
  cluster: { request: 0x720, answer: 0x728, address: 0x60 },
}

const titles: Readonly<Record<UnitName, string>> = {
  engine: 'ECM-EngineControl',
  transmission: 'TCM-TransmisCtrl',
  brakes: 'ABS-AntiLockBrake',
  cluster: 'IPC-InstrumentPnl',
}

function identityOf(title: string, name: UnitName): UnitIdentity {
  const { address } = places[name]
  const number = String(address).padStart(4, '0')
  return {
    name: title,
    calibration: `OD${number}SIM00104`,
    checkSum: [0x5a, address, 0x17, 0xc4],
    part: `OD-${number}-A`,
    version: '0104',
    serial: `S${number}0000042`,
  }
}

function didsOf(name: UnitName, vehicle: VehicleParameters): UnitFacts['dids'] {
  if (name === 'brakes') {
    return {
      [makersDids.wheelSpeeds]: ({ speed }) =>
        Array.from({ length: 4 }, () => bigEndian(speed * 100, 2)).flat(),
    }
  }
  if (name !== 'cluster') return {}
  return {
    [makersDids.odometer]: ({ odometer }) => bigEndian(Math.floor(odometer * 10), 4),
    [makersDids.fuel]: ({ fuelLevel }) => bigEndian(fuelLevel * vehicle.tank * 10, 2),
    [makersDids.outside]: ({ ambientTemp }) => bigEndian((ambientTemp + 40) * 2, 1),
  }
}
