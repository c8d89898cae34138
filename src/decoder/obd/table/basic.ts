/**
 * Service 01, PIDs 00–60 (SAE J1979 as public knowledge; checked against python-OBD and public
 * DBC files). The bitmaps of the whole range stand here too.
 */
import { obdStandards } from '../../obd-standards.ts'
import { dtcCode } from '../dtc.ts'
import { hex } from '../hex.ts'
import { byteRow, item, offOn, type PidItem, type PidRow, singleRow, yesNo } from '../rows.ts'
import { emissionRequirements, fuelSystemStates, fuelTypes, secondaryAirStates } from '../states.ts'
import { bitsText, supportedAfter } from '../supported.ts'
import { driveCycleMonitors, monitors } from './monitors.ts'

function bitmap(pid: number): PidRow {
  const items: PidItem[] = [
    item('plain', 'supported', 'Supported PIDs', 'A:D', {
      unit: 'bits',
      read: (bytes) => ({
        value: bitsText(bytes),
        text: supportedAfter(pid, bytes, 0)
          .map((number) => hex(number))
          .join(' '),
      }),
    }),
  ]
  return {
    pid,
    label: `Supported PIDs ${hex(pid + 1)}–${hex(pid + 0x20)}`,
    bytes: 4,
    items,
    samples: [
      ['00000000', '0'.repeat(32)],
      ['80018001', '10000000000000011000000000000001'],
    ],
  }
}

/** Two sensors a bank in PID 1D, four in PID 13. */
function sensorsPresent(pid: number, perBank: 2 | 4): PidRow {
  const items = Array.from({ length: 8 }, (_, bit) => {
    const place = `bank ${Math.floor(bit / perBank) + 1}, sensor ${(bit % perBank) + 1}`
    const name = `b${Math.floor(bit / perBank) + 1}s${(bit % perBank) + 1}`
    return item('plain', name, `Oxygen sensor, ${place}`, `A${bit}`, { states: yesNo })
  })
  const last = perBank === 4 ? 'b2s4' : 'b4s2'
  return {
    pid,
    label: `Oxygen sensors present, ${8 / perBank} banks`,
    bytes: 1,
    items,
    samples: [
      ['03', { b1s1: 'yes', b1s2: 'yes', [last]: 'no' }],
      ['80', { b1s1: 'no', [last]: 'yes' }],
    ],
  }
}

/** Sensors 1–8 of PIDs 14, 24 and 34 on, named by bank and place as with two banks. */
function sensorOf(index: number): string {
  return `bank ${(index >> 2) + 1}, sensor ${(index & 3) + 1}`
}

const narrowSensors = Array.from({ length: 8 }, (_, index): PidRow => {
  const label = `Oxygen sensor, ${sensorOf(index)}`
  return {
    pid: 0x14 + index,
    label,
    bytes: 2,
    items: [
      item('plain', 'voltage', `${label}: voltage`, 'A', { den: 200, unit: 'V' }),
      // 0xFF: the sensor takes no part in the trim.
      item('trim', 'trim', `${label}: short-term fuel trim`, 'B', { absent: [0xff] }),
    ],
    samples: [
      ['1234', { voltage: 0.09, trim: -59.375 }],
      ['5AFF', { voltage: 0.45, trim: null }],
    ],
  }
})

const wideVoltageSensors = Array.from({ length: 8 }, (_, index): PidRow => {
  const label = `Wide-range oxygen sensor, ${sensorOf(index)}`
  return {
    pid: 0x24 + index,
    label,
    bytes: 4,
    items: [
      item('plain', 'voltage', `${label}: voltage`, 'C:D', { num: 8, den: 65_536, unit: 'V' }),
      item('ratio', 'lambda', `${label}: equivalence ratio`, 'A:B'),
    ],
    samples: [
      ['12345678', { voltage: 2.7021484375, lambda: 0.14221191406 }],
      ['80000000', { voltage: 0, lambda: 1 }],
    ],
  }
})

const wideCurrentSensors = Array.from({ length: 8 }, (_, index): PidRow => {
  const label = `Wide-range oxygen sensor, ${sensorOf(index)}`
  return {
    pid: 0x34 + index,
    label,
    bytes: 4,
    items: [
      item('plain', 'current', `${label}: current`, 'C:D', { den: 256, offset: -128, unit: 'mA' }),
      item('ratio', 'lambda', `${label}: equivalence ratio`, 'A:B'),
    ],
    samples: [
      ['12345678', { current: -41.53125, lambda: 0.14221191406 }],
      ['80008000', { current: 0, lambda: 1 }],
    ],
  }
})

const catalysts: readonly (readonly [pid: number, place: string])[] = [
  [0x3c, 'bank 1, sensor 1'],
  [0x3d, 'bank 2, sensor 1'],
  [0x3e, 'bank 1, sensor 2'],
  [0x3f, 'bank 2, sensor 2'],
]

/** Trim behind the catalyst; the byte of the further bank comes only from engines that have it. */
function secondaryTrim(pid: number, term: string, bank: number): PidRow {
  const label = `${term} trim of the second oxygen sensor`
  return {
    pid,
    label: `${label}, bank ${bank}`,
    bytes: 2,
    shortest: 1,
    items: [
      item('trim', `bank${bank}`, `${label}, bank ${bank}`, 'A'),
      item('trim', `bank${bank + 2}`, `${label}, bank ${bank + 2}`, 'B'),
    ],
    samples: [
      ['1280', { [`bank${bank}`]: -85.9375, [`bank${bank + 2}`]: 0 }],
      ['80', { [`bank${bank}`]: 0, [`bank${bank + 2}`]: null }],
    ],
  }
}

export const basicPids: readonly PidRow[] = [
  ...[0x00, 0x20, 0x40, 0x60, 0x80, 0xa0, 0xc0].map(bitmap),
  monitors,
  {
    pid: 0x02,
    label: 'Trouble code that stored the freeze frame',
    bytes: 2,
    items: [
      item('plain', 'dtc', 'Trouble code', 'A:B', {
        read: (bytes) => ({ value: dtcCode(bytes[0] ?? 0, bytes[1] ?? 0) }),
      }),
    ],
    samples: [
      ['0104', 'P0104'],
      ['8000', 'B0000'],
      ['0000', null],
    ],
  },
  {
    pid: 0x03,
    label: 'Fuel system status',
    bytes: 2,
    items: [
      item('plain', 'system1', 'Fuel system 1', 'A', { states: fuelSystemStates }),
      item('plain', 'system2', 'Fuel system 2', 'B', { states: fuelSystemStates }),
    ],
    samples: [
      ['0200', { system1: 'closed loop', system2: 'off' }],
      ['0104', { system1: 'open loop, warming up', system2: 'open loop, load or overrun' }],
    ],
  },
  byteRow(0x04, 'percent', 'load', 'Calculated engine load', { signal: 'engineLoad' }),
  byteRow(0x05, 'temperature', 'temperature', 'Engine coolant temperature', {
    signal: 'coolantTemp',
  }),
  byteRow(0x06, 'trim', 'trim', 'Short-term fuel trim, bank 1', { signal: 'shortFuelTrim' }),
  byteRow(0x07, 'trim', 'trim', 'Long-term fuel trim, bank 1', { signal: 'longFuelTrim' }),
  byteRow(0x08, 'trim', 'trim', 'Short-term fuel trim, bank 2'),
  byteRow(0x09, 'trim', 'trim', 'Long-term fuel trim, bank 2'),
  singleRow(
    0x0a,
    1,
    item('kilopascal', 'pressure', 'Fuel pressure', 'A', { num: 3, signal: 'fuelPressure' }),
    [
      ['64', 300],
      ['FF', 765],
    ],
  ),
  byteRow(0x0b, 'kilopascal', 'pressure', 'Intake manifold pressure', { signal: 'intakePressure' }),
  singleRow(
    0x0c,
    2,
    item('plain', 'speed', 'Engine speed', 'A:B', { den: 4, unit: 'rpm', signal: 'engineSpeed' }),
    [
      ['1820', 1544],
      ['1AF8', 1726],
    ],
  ),
  singleRow(
    0x0d,
    1,
    item('plain', 'speed', 'Vehicle speed', 'A', { unit: 'km/h', signal: 'speed' }),
    [
      ['39', 57],
      ['FF', 255],
    ],
  ),
  singleRow(
    0x0e,
    1,
    item('plain', 'advance', 'Timing advance', 'A', {
      den: 2,
      offset: -64,
      unit: '°',
      signal: 'timingAdvance',
    }),
    [
      ['70', -8],
      ['FF', 63.5],
    ],
  ),
  byteRow(0x0f, 'temperature', 'temperature', 'Intake air temperature', { signal: 'intakeTemp' }),
  singleRow(
    0x10,
    2,
    item('massFlow', 'flow', 'Mass air flow', 'A:B', { den: 100, signal: 'massAirFlow' }),
    [
      ['1234', 46.6],
      ['FFFF', 655.35],
    ],
  ),
  byteRow(0x11, 'percent', 'position', 'Throttle position', { signal: 'throttlePosition' }),
  singleRow(
    0x12,
    1,
    item('plain', 'state', 'Commanded secondary air', 'A', { states: secondaryAirStates }),
    [
      ['01', 'upstream of the catalyst'],
      ['03', null],
    ],
  ),
  sensorsPresent(0x13, 4),
  ...narrowSensors,
  singleRow(0x1c, 1, item('plain', 'standard', 'OBD standard', 'A', { states: obdStandards }), [
    ['06', 'EOBD'],
    ['FF', null],
  ]),
  sensorsPresent(0x1d, 2),
  singleRow(
    0x1e,
    1,
    item('plain', 'pto', 'Power take-off (auxiliary input)', 'A0', { states: offOn }),
    [
      ['01', 'on'],
      ['80', 'off'],
    ],
  ),
  singleRow(
    0x1f,
    2,
    item('second', 'time', 'Run time since engine start', 'A:B', { signal: 'runTime' }),
    [['1234', 4660]],
  ),
  singleRow(
    0x21,
    2,
    item('kilometre', 'distance', 'Distance with the lamp on', 'A:B', {
      signal: 'distanceWithMil',
    }),
    [['5C8D', 23_693]],
  ),
  singleRow(
    0x22,
    2,
    item('plain', 'pressure', 'Fuel rail pressure above manifold', 'A:B', {
      num: 79,
      den: 1000,
      unit: 'kPa',
    }),
    [
      ['1234', 368.14],
      ['FFFF', 5177.265],
    ],
  ),
  singleRow(0x23, 2, item('railPressure', 'pressure', 'Fuel rail pressure', 'A:B'), [
    ['1234', 46_600],
  ]),
  ...wideVoltageSensors,
  byteRow(0x2c, 'percent', 'position', 'Commanded EGR'),
  byteRow(0x2d, 'trim', 'error', 'EGR error'),
  byteRow(0x2e, 'percent', 'purge', 'Commanded evaporative purge'),
  byteRow(0x2f, 'percent', 'level', 'Fuel tank level', { signal: 'fuelPercentRemaining' }),
  singleRow(
    0x30,
    1,
    item('plain', 'count', 'Warm-ups since codes were cleared', 'A', { unit: 'count' }),
    [['12', 18]],
  ),
  singleRow(
    0x31,
    2,
    item('kilometre', 'distance', 'Distance since codes were cleared', 'A:B', {
      signal: 'distanceSinceClear',
    }),
    [['F967', 63_847]],
  ),
  singleRow(
    0x32,
    2,
    item('plain', 'pressure', 'Evaporative system pressure', 'A:B', {
      den: 4,
      unit: 'Pa',
      signed: true,
    }),
    [
      ['0008', 2],
      ['8000', -8192],
      ['FFFF', -0.25],
    ],
  ),
  byteRow(0x33, 'kilopascal', 'pressure', 'Barometric pressure', { signal: 'barometricPressure' }),
  ...wideCurrentSensors,
  ...catalysts.map(([pid, place]) =>
    singleRow(
      pid,
      2,
      item('exhaustTemperature', 'temperature', `Catalyst temperature, ${place}`, 'A:B'),
      [
        ['1234', 426],
        ['FFFF', 6513.5],
      ],
    ),
  ),
  driveCycleMonitors,
  singleRow(
    0x42,
    2,
    item('plain', 'voltage', 'Control module voltage', 'A:B', {
      den: 1000,
      unit: 'V',
      signal: 'batteryVoltage',
    }),
    [['3430', 13.36]],
  ),
  singleRow(0x43, 2, item('percent', 'load', 'Absolute engine load', 'A:B'), [
    ['1234', 1827.450980392],
    ['FFFF', 25_700],
  ]),
  singleRow(0x44, 2, item('ratio', 'lambda', 'Commanded equivalence ratio', 'A:B'), [
    ['8000', 1],
    ['1234', 0.14221191406],
  ]),
  byteRow(0x45, 'percent', 'position', 'Relative throttle position'),
  byteRow(0x46, 'temperature', 'temperature', 'Ambient air temperature', { signal: 'ambientTemp' }),
  byteRow(0x47, 'percent', 'position', 'Throttle position B'),
  byteRow(0x48, 'percent', 'position', 'Throttle position C'),
  byteRow(0x49, 'percent', 'position', 'Accelerator pedal D', { signal: 'acceleratorPosition' }),
  byteRow(0x4a, 'percent', 'position', 'Accelerator pedal E'),
  byteRow(0x4b, 'percent', 'position', 'Accelerator pedal F'),
  byteRow(0x4c, 'percent', 'position', 'Commanded throttle actuator'),
  singleRow(0x4d, 2, item('minute', 'time', 'Engine run time with the lamp on', 'A:B'), [
    ['5C8D', 23_693],
  ]),
  singleRow(0x4e, 2, item('minute', 'time', 'Time since codes were cleared', 'A:B'), [
    ['4543', 17_731],
  ]),
  {
    pid: 0x4f,
    label: 'Greatest values of ratio, oxygen sensor and manifold pressure',
    bytes: 4,
    items: [
      item('plain', 'lambda', 'Greatest equivalence ratio', 'A', { unit: 'ratio' }),
      item('plain', 'voltage', 'Greatest oxygen sensor voltage', 'B', { unit: 'V' }),
      item('plain', 'current', 'Greatest oxygen sensor current', 'C', { unit: 'mA' }),
      item('railPressure', 'pressure', 'Greatest manifold pressure', 'D'),
    ],
    samples: [['02088019', { lambda: 2, voltage: 8, current: 128, pressure: 250 }]],
  },
  singleRow(
    0x50,
    4,
    item('plain', 'flow', 'Greatest mass air flow', 'A', { num: 10, unit: 'g/s' }),
    [
      ['12345678', 180],
      ['FF000000', 2550],
    ],
  ),
  singleRow(0x51, 1, item('plain', 'fuel', 'Fuel type', 'A', { states: fuelTypes, absent: [0] }), [
    ['04', 'Diesel'],
    ['00', null],
    ['FF', null],
  ]),
  byteRow(0x52, 'percent', 'ethanol', 'Ethanol in the fuel'),
  singleRow(
    0x53,
    2,
    item('plain', 'pressure', 'Evaporative system pressure, absolute', 'A:B', {
      den: 200,
      unit: 'kPa',
    }),
    [['1234', 23.3]],
  ),
  singleRow(
    0x54,
    2,
    item('plain', 'pressure', 'Evaporative system pressure, wide range', 'A:B', {
      unit: 'Pa',
      signed: true,
    }),
    [
      ['0008', 8],
      ['FFFF', -1],
    ],
  ),
  secondaryTrim(0x55, 'Short-term', 1),
  secondaryTrim(0x56, 'Long-term', 1),
  secondaryTrim(0x57, 'Short-term', 2),
  secondaryTrim(0x58, 'Long-term', 2),
  singleRow(0x59, 2, item('railPressure', 'pressure', 'Fuel rail pressure, absolute', 'A:B'), [
    ['1234', 46_600],
  ]),
  byteRow(0x5a, 'percent', 'position', 'Relative accelerator pedal position'),
  byteRow(0x5b, 'percent', 'remaining', 'Hybrid battery remaining', { signal: 'soc', rank: 1 }),
  byteRow(0x5c, 'temperature', 'temperature', 'Engine oil temperature', { signal: 'oilTemp' }),
  singleRow(
    0x5d,
    2,
    item('plain', 'timing', 'Fuel injection timing', 'A:B', {
      den: 128,
      offset: -210,
      unit: '°',
    }),
    [
      ['8000', 46],
      ['1234', -173.59375],
    ],
  ),
  singleRow(
    0x5e,
    2,
    item('plain', 'rate', 'Engine fuel rate', 'A:B', {
      den: 20,
      unit: 'L/h',
      signal: 'fuelRate',
    }),
    [
      ['10E3', 216.15],
      ['1234', 233],
    ],
  ),
  singleRow(
    0x5f,
    1,
    item('plain', 'requirement', 'Emission requirement', 'A', { states: emissionRequirements }),
    [
      ['0E', 'Euro IV B1, heavy duty'],
      ['00', null],
    ],
  ),
]
