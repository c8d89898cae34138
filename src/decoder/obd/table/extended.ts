/**
 * Service 01, PIDs 61–C8 (SAE J1979 as public knowledge; checked against public signal sets and
 * recorded answers). Most begin with a byte A whose bits say which items the vehicle has; the
 * others are absent, whatever their bytes hold. Items whose place or scale is not publicly known
 * for sure are left out, and so are PIDs of which not even the length is (A7, A8, …).
 */
import {
  byteRow,
  type ItemOptions,
  item,
  lengthRow,
  offOn,
  type PidItem,
  type PidRow,
  type Sample,
  type ScaleName,
  singleRow,
  yesNo,
} from '../rows.ts'
import { controlLoopStates } from '../states.ts'

/** Name, label, place, and what differs. */
type Part = readonly [name: string, label: string, at: string, options?: ItemOptions]

/** Items of one scale, in the order of the support bits of byte A, from `firstBit` on. */
function supported(scale: ScaleName, parts: readonly Part[], firstBit = 0): PidItem[] {
  return parts.map(([name, label, at, options], index) =>
    item(scale, name, label, at, { when: [`A${firstBit + index}`], ...options }),
  )
}

function row(
  pid: number,
  bytes: number,
  label: string,
  items: readonly PidItem[],
  samples: readonly Sample[],
): PidRow {
  return { pid, label, bytes, items, samples }
}

const torquePoints = ['idle', 'point 1', 'point 2', 'point 3', 'point 4']

function turboTemperatures(pid: number, turbo: string): PidRow {
  const label = `Turbocharger ${turbo} temperatures`
  return row(
    pid,
    7,
    label,
    [
      item('temperature', 'compressorIn', `Compressor inlet, turbocharger ${turbo}`, 'B', {
        when: ['A0'],
      }),
      item('temperature', 'compressorOut', `Compressor outlet, turbocharger ${turbo}`, 'C', {
        when: ['A1'],
      }),
      item('exhaustTemperature', 'turbineIn', `Turbine inlet, turbocharger ${turbo}`, 'D:E', {
        when: ['A2'],
      }),
      item('exhaustTemperature', 'turbineOut', `Turbine outlet, turbocharger ${turbo}`, 'F:G', {
        when: ['A3'],
      }),
    ],
    [
      [
        '05320019640000',
        { compressorIn: 10, compressorOut: null, turbineIn: 610, turbineOut: null },
      ],
    ],
  )
}

/** Four exhaust gas sensors of a bank; PIDs 78 and 79 have the first four, 98 and 99 the next. */
function exhaustTemperatures(pid: number, bank: number, first: number): PidRow {
  const places = ['B:C', 'D:E', 'F:G', 'H:I']
  return row(
    pid,
    9,
    `Exhaust gas temperatures, bank ${bank}`,
    supported(
      'exhaustTemperature',
      places.map((at, i): Part => {
        const sensor = first + i
        const options = pid === 0x78 && i === 0 ? { signal: 'exhaustTemp' as const } : {}
        return [`sensor${sensor}`, `Exhaust gas, bank ${bank}, sensor ${sensor}`, at, options]
      }),
    ),
    [['05' + '1964' + '0000' + '0BB8' + 'FFFF', sensorSample(first, [610, null, 260, null])]],
  )
}

function sensorSample(first: number, values: (number | null)[]): Record<string, number | null> {
  return Object.fromEntries(values.map((value, i) => [`sensor${first + i}`, value]))
}

function particulateFilter(pid: number, bank: number): PidRow {
  return row(
    pid,
    7,
    `Diesel particulate filter, bank ${bank}`,
    supported('exhaustPressure', [
      [
        'difference',
        `Particulate filter, bank ${bank}: pressure difference`,
        'B:C',
        { signed: true },
      ],
      ['inlet', `Particulate filter, bank ${bank}: inlet pressure`, 'D:E'],
      ['outlet', `Particulate filter, bank ${bank}: outlet pressure`, 'F:G'],
    ]),
    [
      ['03' + '00C8' + '2904' + '0000', { difference: 2, inlet: 105, outlet: null }],
      ['01' + 'FFF6' + '0000' + '0000', { difference: -0.1, inlet: null, outlet: null }],
    ],
  )
}

/** Emission areas of not-to-exceed tests: inside, outside, carved out, deficient. */
function notToExceed(pid: number, what: string): PidRow {
  const label = `${what} not-to-exceed area`
  const part = (name: string, text: string, bit: number) =>
    item('plain', name, `${label}: ${text}`, `A${bit}`, { states: yesNo })
  return row(
    pid,
    1,
    label,
    [
      part('inside', 'inside', 0),
      part('outside', 'outside', 1),
      part('carveOut', 'in the carve-out', 2),
      part('deficiency', 'deficiency active', 3),
    ],
    [['02', { inside: 'no', outside: 'yes', carveOut: 'no', deficiency: 'no' }]],
  )
}

/** Run times of five auxiliary emission controls, two timers each. */
function auxiliaryTimers(pid: number, first: number): PidRow {
  const items = Array.from({ length: 10 }, (_, index) => {
    const device = Math.floor(index / 2)
    const timer = (index % 2) + 1
    const at = `${column(1 + 4 * index)}:${column(4 + 4 * index)}`
    const label = `Auxiliary emission control ${first + device}, timer ${timer}`
    return item('second', `device${first + device}timer${timer}`, label, at, {
      when: [`A${device}`],
      absent: [0xffff_ffff],
    })
  })
  const samples: Sample[] = [
    [
      `01${'00000E10'}${'FFFFFFFF'}${'00'.repeat(32)}`,
      {
        [`device${first}timer1`]: 3600,
        [`device${first}timer2`]: null,
        [`device${first + 1}timer1`]: null,
      },
    ],
  ]
  const label = `Run times of auxiliary emission controls ${first}–${first + 4}`
  return row(pid, 41, label, items, samples)
}

/** A byte's letters, as in a spreadsheet: 0 is A, 26 is AA. */
function column(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26))
  return index < 26 ? letter : `A${letter}`
}

function wideOxygen(pid: number, sensors: readonly string[]): PidRow {
  const concentrations = sensors.map(
    (sensor, i): Part => [
      `oxygen${i + 1}`,
      `Oxygen, ${sensor}`,
      `${column(1 + 2 * i)}:${column(2 + 2 * i)}`,
      { num: 100, den: 65_536, unit: '%' },
    ],
  )
  const ratios = sensors.map(
    (sensor, i): Part => [
      `lambda${i + 1}`,
      `Equivalence ratio, ${sensor}`,
      `${column(9 + 2 * i)}:${column(10 + 2 * i)}`,
      { num: 8, den: 65_536, unit: 'ratio' },
    ],
  )
  return row(
    pid,
    17,
    'Wide-range oxygen sensors',
    [...supported('plain', concentrations), ...supported('plain', ratios, 4)],
    [
      [
        '11' + '2000' + '000000000000' + '2000' + '000000000000',
        { oxygen1: 12.5, oxygen2: null, lambda1: 1, lambda2: null },
      ],
    ],
  )
}

const banks = ['bank 1, sensor 1', 'bank 1, sensor 2', 'bank 2, sensor 1', 'bank 2, sensor 2']
const furtherBanks = banks.map((bank) =>
  bank.replace('sensor 1', 'sensor 3').replace('sensor 2', 'sensor 4'),
)

const fuelUse = [
  'A, bank 1',
  'B, bank 1',
  'A, bank 2',
  'B, bank 2',
  'A, bank 3',
  'B, bank 3',
  'A, bank 4',
  'B, bank 4',
]

export const extendedPids: readonly PidRow[] = [
  byteRow(0x61, 'torque', 'torque', "Driver's demand engine torque"),
  byteRow(0x62, 'torque', 'torque', 'Actual engine torque', { signal: 'engineTorque' }),
  singleRow(0x63, 2, item('plain', 'torque', 'Engine reference torque', 'A:B', { unit: 'Nm' }), [
    ['1234', 4660],
  ]),
  row(
    0x64,
    5,
    'Engine torque at its points',
    torquePoints.map((point, i) =>
      item('torque', i === 0 ? 'idle' : `point${i}`, `Engine torque, ${point}`, column(i)),
    ),
    [['7D91A5FF00', { idle: 0, point1: 20, point2: 40, point3: 130, point4: -125 }]],
  ),
  row(
    0x65,
    2,
    'Auxiliary inputs and outputs',
    [
      ...supported('plain', [
        ['pto', 'Power take-off', 'B0', { states: offOn }],
        [
          'automaticNeutral',
          'Automatic transmission',
          'B1',
          { states: { 0: 'park or neutral', 1: 'drive or reverse' } },
        ],
        [
          'manualNeutral',
          'Manual transmission',
          'B2',
          { states: { 0: 'neutral or clutch pressed', 1: 'in gear' } },
        ],
        ['glowLamp', 'Glow plug lamp', 'B3', { states: offOn }],
        ['recommendedGear', 'Recommended gear', 'B4-7'],
      ]),
    ],
    [['1131', { pto: 'on', automaticNeutral: null, glowLamp: null, recommendedGear: 3 }]],
  ),
  row(
    0x66,
    5,
    'Mass air flow, two sensors',
    supported('massFlow', [
      ['sensorA', 'Mass air flow, sensor A', 'B:C', { signal: 'massAirFlow', rank: 1 }],
      ['sensorB', 'Mass air flow, sensor B', 'D:E'],
    ]),
    [['0101400000', { sensorA: 10, sensorB: null }]],
  ),
  row(
    0x67,
    3,
    'Engine coolant temperature, two sensors',
    supported('temperature', [
      ['sensor1', 'Engine coolant, sensor 1', 'B', { signal: 'coolantTemp', rank: 1 }],
      ['sensor2', 'Engine coolant, sensor 2', 'C'],
    ]),
    [['018500', { sensor1: 93, sensor2: null }]],
  ),
  row(
    0x68,
    7,
    'Intake air temperature, six sensors',
    supported('temperature', [
      ['b1s1', 'Intake air, bank 1, sensor 1', 'B', { signal: 'intakeTemp', rank: 1 }],
      ['b1s2', 'Intake air, bank 1, sensor 2', 'C'],
      ['b1s3', 'Intake air, bank 1, sensor 3', 'D'],
      ['b2s1', 'Intake air, bank 2, sensor 1', 'E'],
      ['b2s2', 'Intake air, bank 2, sensor 2', 'F'],
      ['b2s3', 'Intake air, bank 2, sensor 3', 'G'],
    ]),
    [['03383B00000000', { b1s1: 16, b1s2: 19, b1s3: null, b2s1: null }]],
  ),
  row(
    0x69,
    7,
    'EGR commanded, actual and error',
    [
      ...supported('percent', [
        ['commandedA', 'EGR A, commanded', 'B'],
        ['actualA', 'EGR A, actual', 'C'],
      ]),
      ...supported('trim', [['errorA', 'EGR A, error', 'D']], 2),
      ...supported(
        'percent',
        [
          ['commandedB', 'EGR B, commanded', 'E'],
          ['actualB', 'EGR B, actual', 'F'],
        ],
        3,
      ),
      ...supported('trim', [['errorB', 'EGR B, error', 'G']], 5),
    ],
    [
      [
        '0733FF80000000',
        { commandedA: 20, actualA: 100, errorA: 0, commandedB: null, errorB: null },
      ],
    ],
  ),
  row(
    0x6a,
    5,
    'Diesel intake air flow control',
    supported('percent', [
      ['commandedA', 'Intake air flow A, commanded', 'B'],
      ['relativeA', 'Intake air flow A, relative position', 'C'],
      ['commandedB', 'Intake air flow B, commanded', 'D'],
      ['relativeB', 'Intake air flow B, relative position', 'E'],
    ]),
    [['0333FF0000', { commandedA: 20, relativeA: 100, commandedB: null }]],
  ),
  row(
    0x6b,
    5,
    'EGR temperatures',
    ['b1s1', 'b1s2', 'b2s1', 'b2s2'].flatMap((name, i) => {
      const at = column(i + 1)
      const label = `EGR, ${banks[i]}`
      return [
        item('temperature', name, label, at, { when: [`A${i}`], overlaps: true }),
        // The wide range has 4 °C a bit.
        item('temperature', `${name}Wide`, `${label}, wide range`, at, {
          when: [`A${i + 4}`, `!A${i}`],
          overlaps: true,
          num: 4,
        }),
      ]
    }),
    [
      ['0155000000', { b1s1: 45, b1s1Wide: null, b1s2: null }],
      ['4000000F00', { b1s1: null, b2s1: null, b2s1Wide: 20 }],
    ],
  ),
  row(
    0x6c,
    5,
    'Throttle actuators commanded and relative',
    supported('percent', [
      ['commandedA', 'Throttle actuator A, commanded', 'B'],
      ['relativeA', 'Throttle A, relative position', 'C'],
      ['commandedB', 'Throttle actuator B, commanded', 'D'],
      ['relativeB', 'Throttle B, relative position', 'E'],
    ]),
    [['030E0E0000', { commandedA: 5.490196078, relativeA: 5.490196078, commandedB: null }]],
  ),
  row(
    0x6d,
    11,
    'Fuel pressure control',
    [
      ...supported('railPressure', [
        ['commandedA', 'Fuel rail A, commanded pressure', 'B:C'],
        ['pressureA', 'Fuel rail A, pressure', 'D:E'],
      ]),
      ...supported('temperature', [['temperatureA', 'Fuel rail A, temperature', 'F']], 2),
      ...supported(
        'railPressure',
        [
          ['commandedB', 'Fuel rail B, commanded pressure', 'G:H'],
          ['pressureB', 'Fuel rail B, pressure', 'I:J'],
        ],
        3,
      ),
      ...supported('temperature', [['temperatureB', 'Fuel rail B, temperature', 'K']], 5),
    ],
    [
      [
        '07' + '0BB8' + '0BC2' + '55' + '0000000000',
        { commandedA: 30_000, pressureA: 30_100, temperatureA: 45, commandedB: null },
      ],
    ],
  ),
  row(
    0x6e,
    9,
    'Injection pressure control',
    supported('railPressure', [
      ['commandedA', 'Injection A, commanded pressure', 'B:C'],
      ['pressureA', 'Injection A, pressure', 'D:E'],
      ['commandedB', 'Injection B, commanded pressure', 'F:G'],
      ['pressureB', 'Injection B, pressure', 'H:I'],
    ]),
    [['03' + '0064' + '0065' + '00000000', { commandedA: 1000, pressureA: 1010, pressureB: null }]],
  ),
  row(
    0x6f,
    3,
    'Turbocharger compressor inlet pressure',
    supported('kilopascal', [
      ['turboA', 'Compressor inlet, turbocharger A', 'B'],
      ['turboB', 'Compressor inlet, turbocharger B', 'C'],
    ]),
    [['016400', { turboA: 100, turboB: null }]],
  ),
  row(
    0x70,
    10,
    'Boost pressure control',
    [
      ...supported('finePressure', [
        ['commandedA', 'Boost A, commanded pressure', 'B:C'],
        ['pressureA', 'Boost A, pressure', 'D:E'],
      ]),
      ...supported(
        'plain',
        [['stateA', 'Boost A, control', 'J0-1', { states: controlLoopStates }]],
        2,
      ),
      ...supported(
        'finePressure',
        [
          ['commandedB', 'Boost B, commanded pressure', 'F:G'],
          ['pressureB', 'Boost B, pressure', 'H:I'],
        ],
        3,
      ),
      ...supported(
        'plain',
        [['stateB', 'Boost B, control', 'J2-3', { states: controlLoopStates }]],
        5,
      ),
    ],
    [
      [
        '07' + '0FA0' + '0F80' + '00000000' + '02',
        { commandedA: 125, pressureA: 124, stateA: 'closed loop', pressureB: null, stateB: null },
      ],
    ],
  ),
  row(
    0x71,
    6,
    'Variable turbine geometry',
    [
      ...supported('percent', [
        ['commandedA', 'Turbine geometry A, commanded', 'B'],
        ['positionA', 'Turbine geometry A, position', 'C'],
      ]),
      ...supported(
        'plain',
        [['stateA', 'Turbine geometry A, control', 'F0-1', { states: controlLoopStates }]],
        2,
      ),
      ...supported(
        'percent',
        [
          ['commandedB', 'Turbine geometry B, commanded', 'D'],
          ['positionB', 'Turbine geometry B, position', 'E'],
        ],
        3,
      ),
      ...supported(
        'plain',
        [['stateB', 'Turbine geometry B, control', 'F2-3', { states: controlLoopStates }]],
        5,
      ),
    ],
    [['0733FF000001', { commandedA: 20, positionA: 100, stateA: 'open loop', positionB: null }]],
  ),
  row(
    0x72,
    5,
    'Wastegates',
    supported('percent', [
      ['commandedA', 'Wastegate A, commanded', 'B'],
      ['positionA', 'Wastegate A, position', 'C'],
      ['commandedB', 'Wastegate B, commanded', 'D'],
      ['positionB', 'Wastegate B, position', 'E'],
    ]),
    [['0F76767878', { commandedA: 46.274509804, positionB: 47.058823529 }]],
  ),
  row(
    0x73,
    5,
    'Exhaust pressure',
    supported('exhaustPressure', [
      ['bank1', 'Exhaust pressure, bank 1', 'B:C'],
      ['bank2', 'Exhaust pressure, bank 2', 'D:E'],
    ]),
    [['0127740000', { bank1: 101, bank2: null }]],
  ),
  row(
    0x74,
    5,
    'Turbocharger speed',
    supported('plain', [
      ['turboA', 'Turbocharger A', 'B:C', { num: 10, unit: 'rpm' }],
      ['turboB', 'Turbocharger B', 'D:E', { num: 10, unit: 'rpm' }],
    ]),
    [['0127100000', { turboA: 100_000, turboB: null }]],
  ),
  turboTemperatures(0x75, 'A'),
  turboTemperatures(0x76, 'B'),
  row(
    0x77,
    5,
    'Charge air cooler temperatures',
    supported(
      'temperature',
      banks.map((bank, i): Part => [`sensor${i + 1}`, `Charge air cooler, ${bank}`, column(i + 1)]),
    ),
    [['0155000000', { sensor1: 45, sensor2: null, sensor3: null, sensor4: null }]],
  ),
  exhaustTemperatures(0x78, 1, 1),
  exhaustTemperatures(0x79, 2, 1),
  particulateFilter(0x7a, 1),
  particulateFilter(0x7b, 2),
  row(
    0x7c,
    9,
    'Diesel particulate filter temperatures',
    supported('exhaustTemperature', [
      ['inlet1', 'Particulate filter, bank 1, inlet', 'B:C'],
      ['outlet1', 'Particulate filter, bank 1, outlet', 'D:E'],
      ['inlet2', 'Particulate filter, bank 2, inlet', 'F:G'],
      ['outlet2', 'Particulate filter, bank 2, outlet', 'H:I'],
    ]),
    [['03' + '1964' + '0BB8' + '00000000', { inlet1: 610, outlet1: 260, inlet2: null }]],
  ),
  notToExceed(0x7d, 'NOx'),
  notToExceed(0x7e, 'Particulate'),
  row(
    0x7f,
    13,
    'Engine run times, total',
    supported('second', [
      ['total', 'Engine run time, total', 'B:E', { signal: 'engineHours', rank: 1 }],
      ['idle', 'Idle time, total', 'F:I', { signal: 'idleHours', rank: 1 }],
      ['pto', 'Time with power take-off, total', 'J:M'],
    ]),
    [['03' + '00015180' + '00000E10' + '00000000', { total: 86_400, idle: 3600, pto: null }]],
  ),
  auxiliaryTimers(0x81, 1),
  auxiliaryTimers(0x82, 6),
  lengthRow(0x83, 9, 'NOx sensors'),
  byteRow(0x84, 'temperature', 'temperature', 'Manifold surface temperature'),
  row(
    0x85,
    10,
    'NOx reagent',
    [
      ...supported('plain', [
        ['consumption', 'Reagent consumption, average', 'B:C', { den: 200, unit: 'L/h' }],
        ['demand', 'Reagent demand, average', 'D:E', { den: 200, unit: 'L/h' }],
      ]),
      ...supported(
        'percent',
        [['level', 'Reagent level', 'F', { signal: 'defLevel', rank: 1 }]],
        2,
      ),
      ...supported('second', [['warningTime', 'Time with the NOx warning on', 'G:J']], 3),
    ],
    [
      [
        '05' + '00C8' + '0000' + '88' + '00000000',
        { consumption: 1, demand: null, level: 53.333333333, warningTime: null },
      ],
    ],
  ),
  row(
    0x86,
    5,
    'Particulate matter sensors',
    supported('plain', [
      ['bank1', 'Particulate matter, bank 1', 'B:C', { den: 80, unit: 'mg/m³' }],
      ['bank2', 'Particulate matter, bank 2', 'D:E', { den: 80, unit: 'mg/m³' }],
    ]),
    [['0100500000', { bank1: 1, bank2: null }]],
  ),
  row(
    0x87,
    5,
    'Intake manifold pressure, two sensors',
    supported('finePressure', [
      ['sensorA', 'Intake manifold, sensor A', 'B:C', { signal: 'intakePressure', rank: 1 }],
      ['sensorB', 'Intake manifold, sensor B', 'D:E'],
    ]),
    [['010C800000', { sensorA: 100, sensorB: null }]],
  ),
  lengthRow(0x88, 13, 'SCR inducement'),
  auxiliaryTimers(0x89, 11),
  auxiliaryTimers(0x8a, 16),
  row(
    0x8b,
    7,
    'Particulate filter regeneration',
    [
      item('plain', 'running', 'Regeneration running', 'B0', { when: ['A0'], states: yesNo }),
      item('plain', 'kind', 'Kind of regeneration', 'B1', {
        when: ['A1'],
        states: { 0: 'passive', 1: 'active' },
      }),
      item('percent', 'trigger', 'Trigger of the next regeneration', 'C', { when: ['A4'] }),
      item('minute', 'interval', 'Time between regenerations, average', 'D:E', { when: ['A5'] }),
      item('kilometre', 'distance', 'Distance between regenerations, average', 'F:G', {
        when: ['A6'],
      }),
    ],
    [
      [
        '71' + '01' + '33' + '01F4' + '0190',
        { running: 'yes', kind: null, trigger: 20, interval: 500, distance: 400 },
      ],
    ],
  ),
  wideOxygen(0x8c, banks),
  byteRow(0x8d, 'percent', 'position', 'Throttle position G'),
  byteRow(0x8e, 'torque', 'torque', 'Engine friction torque'),
  lengthRow(0x8f, 7, 'Particulate matter sensors, state'),
  lengthRow(0x90, 3, 'WWH-OBD vehicle information'),
  lengthRow(0x91, 5, 'WWH-OBD control unit information'),
  lengthRow(0x92, 2, 'Fuel system control'),
  row(
    0x93,
    3,
    'WWH-OBD counters',
    [
      item('plain', 'lampTime', 'Time with the lamp on, in all', 'B:C', {
        unit: 'h',
        when: ['A0'],
      }),
    ],
    [
      ['010064', { lampTime: 100 }],
      ['000064', { lampTime: null }],
    ],
  ),
  lengthRow(0x94, 12, 'NOx warning and inducement'),
  exhaustTemperatures(0x98, 1, 5),
  exhaustTemperatures(0x99, 2, 5),
  row(
    0x9a,
    6,
    'Hybrid or electric vehicle battery',
    [
      item('plain', 'voltage', 'Traction battery voltage', 'C:D', {
        den: 64,
        unit: 'V',
        when: ['A1'],
        signal: 'tractionVoltage',
        rank: 1,
      }),
      item('plain', 'current', 'Traction battery current', 'E:F', {
        den: 10,
        unit: 'A',
        signed: true,
        when: ['A2'],
      }),
    ],
    [
      ['0E0040200248', { voltage: 256.5, current: 58.4 }],
      ['02004020FF38', { voltage: 256.5, current: null }],
    ],
  ),
  lengthRow(0x9b, 4, 'Diesel exhaust fluid sensor'),
  wideOxygen(0x9c, furtherBanks),
  row(
    0x9d,
    4,
    'Fuel rates by mass',
    [
      item('plain', 'engine', 'Engine fuel rate', 'A:B', { den: 50, unit: 'g/s' }),
      item('plain', 'vehicle', 'Vehicle fuel rate', 'C:D', { den: 50, unit: 'g/s' }),
    ],
    [['00320064', { engine: 1, vehicle: 2 }]],
  ),
  singleRow(0x9e, 2, item('plain', 'flow', 'Exhaust flow', 'A:B', { den: 5, unit: 'kg/h' }), [
    ['01F4', 100],
  ]),
  row(
    0x9f,
    9,
    'Shares of the fuel systems',
    supported(
      'percent',
      fuelUse.map((use, i): Part => [`use${i + 1}`, `Fuel system ${use}`, column(i + 1)]),
    ),
    [['0F33FF00FF00000000', { use1: 20, use2: 100, use3: 0, use4: 100, use5: null }]],
  ),
  lengthRow(0xa1, 9, 'NOx sensors, corrected'),
  singleRow(
    0xa2,
    2,
    item('plain', 'rate', 'Fuel per cylinder and stroke', 'A:B', { den: 32, unit: 'mg/stroke' }),
    [['0140', 10]],
  ),
  lengthRow(0xa3, 9, 'Evaporative system pressures'),
  row(
    0xa4,
    4,
    'Transmission gear',
    [
      item('plain', 'gear', 'Gear', 'B4-7', { when: ['A0'] }),
      item('plain', 'ratio', 'Gear ratio', 'C:D', { den: 1000, unit: 'ratio', when: ['A1'] }),
    ],
    [
      ['0330044C', { gear: 3, ratio: 1.1 }],
      ['0200044C', { gear: null, ratio: 1.1 }],
    ],
  ),
  row(
    0xa5,
    4,
    'Diesel exhaust fluid dosing',
    [item('plain', 'dosing', 'Commanded dosing', 'B', { den: 2, unit: '%', when: ['A0'] })],
    [
      ['01640000', { dosing: 50 }],
      ['00640000', { dosing: null }],
    ],
  ),
  singleRow(
    0xa6,
    4,
    item('kilometre', 'distance', 'Odometer', 'A:D', { den: 10, signal: 'odometer', rank: 2 }),
    [['0007B12E', 50_411]],
  ),
  row(
    0xa9,
    4,
    'ABS switch',
    [item('plain', 'disabled', 'ABS switched off', 'B0', { when: ['A0'], states: yesNo })],
    [['01010000', { disabled: 'yes' }]],
  ),
  singleRow(0xaa, 1, item('plain', 'limit', 'Vehicle speed limit', 'A', { unit: 'km/h' }), [
    ['5A', 90],
  ]),
  byteRow(0xb2, 'percent', 'health', 'Traction battery state of health'),
  lengthRow(0xc4, 8, 'Particulate control diagnosis'),
  lengthRow(0xc5, 4, 'Fuel pressures A and B'),
  lengthRow(0xc6, 7, 'Particulate control inducement'),
  singleRow(
    0xc7,
    2,
    item('kilometre', 'distance', 'Distance since the control unit was flashed', 'A:B'),
    [['0064', 100]],
  ),
  lengthRow(0xc8, 1, 'Warning lamp of NOx and particulate control'),
]
