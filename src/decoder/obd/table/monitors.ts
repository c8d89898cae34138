/**
 * PIDs 01 and 41 (SAE J1979 as public knowledge): the malfunction lamp, the number of trouble codes,
 * and which self-tests (monitors) exist and have run. B3 says whether C and D mean those of an
 * engine with spark or with compression ignition. A test that does not exist is absent, not
 * "complete".
 */
import { item, offOn, type PidItem, type PidRow } from '../rows.ts'

const ignitions = { 0: 'spark', 1: 'compression' }
const readiness = { 0: 'complete', 1: 'incomplete' }
const SPARK = '!B3'
const COMPRESSION = 'B3'

/** Name, label, bit of C and D. */
type Monitor = readonly [name: string, label: string, bit: number]

const continuous: readonly Monitor[] = [
  ['misfire', 'Misfire', 0],
  ['fuelSystem', 'Fuel system', 1],
  ['components', 'Components', 2],
]

const withSpark: readonly Monitor[] = [
  ['catalyst', 'Catalyst', 0],
  ['heatedCatalyst', 'Heated catalyst', 1],
  ['evaporative', 'Evaporative system', 2],
  ['secondaryAir', 'Secondary air', 3],
  // Once the refrigerant of the air conditioning.
  ['particulateFilter', 'Gasoline particulate filter', 4],
  ['oxygenSensor', 'Oxygen sensors', 5],
  ['oxygenSensorHeater', 'Oxygen sensor heaters', 6],
  ['egr', 'EGR or valve timing', 7],
]

const withCompression: readonly Monitor[] = [
  ['nmhcCatalyst', 'NMHC catalyst', 0],
  ['noxAftertreatment', 'NOx aftertreatment', 1],
  ['boostPressure', 'Boost pressure', 3],
  ['exhaustGasSensor', 'Exhaust gas sensor', 5],
  ['particulateFilterDiesel', 'Diesel particulate filter', 6],
  ['egrDiesel', 'EGR or valve timing', 7],
]

function tests(ignition: string, list: readonly Monitor[]): PidItem[] {
  return list.map(([name, label, bit]) =>
    item('plain', name, `${label} test`, `D${bit}`, {
      states: readiness,
      when: [ignition, `C${bit}`],
      overlaps: true,
    }),
  )
}

const readinessItems: readonly PidItem[] = [
  item('plain', 'ignition', 'Ignition', 'B3', { states: ignitions }),
  ...continuous.map(([name, label, bit]) =>
    item('plain', name, `${label} test`, `B${bit + 4}`, { states: readiness, when: [`B${bit}`] }),
  ),
  ...tests(SPARK, withSpark),
  ...tests(COMPRESSION, withCompression),
]

export const monitors: PidRow = {
  pid: 0x01,
  label: 'Monitor status since codes were cleared',
  bytes: 4,
  items: [
    item('plain', 'codes', 'Trouble codes', 'A0-6', { signal: 'dtcCount' }),
    item('plain', 'lamp', 'Malfunction lamp', 'A7', { states: offOn, signal: 'malfunctionLamp' }),
    ...readinessItems,
  ],
  samples: [
    [
      '12345678',
      {
        codes: 18,
        lamp: 'off',
        ignition: 'spark',
        misfire: null,
        components: 'complete',
        catalyst: null,
        evaporative: 'complete',
        egr: null,
        nmhcCatalyst: null,
      },
    ],
    [
      '827BABFF',
      {
        codes: 2,
        lamp: 'on',
        ignition: 'compression',
        nmhcCatalyst: 'incomplete',
        boostPressure: 'incomplete',
        catalyst: null,
      },
    ],
  ],
}

export const driveCycleMonitors: PidRow = {
  pid: 0x41,
  label: 'Monitor status in this drive cycle',
  bytes: 4,
  items: readinessItems,
  samples: [['00070000', { ignition: 'spark', misfire: 'complete', catalyst: null }]],
}
