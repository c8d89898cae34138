/**
 * Trips and lives: fuel, distance and time by what the vehicle was doing: rows of the SPN table
 * (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939 matrix of
 * canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  applicationsDouble,
  countWord,
  distanceDouble,
  fuelEconomyWord,
  fuelRateWord,
  gasEconomyWord,
  gravityWord,
  hoursDouble,
  litresDouble,
  massDouble,
  massFlowWord,
  percentByte,
  percentWord,
  rotationWord,
  speedWord,
} = slots

export const tripGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65199,
    label: 'GFC',
    name: 'Fuel used, gas',
    spns: [
      { spn: 1039, label: 'Gas used, trip', at: 1, slot: massDouble },
      { spn: 1040, label: 'Gas used, total', at: 5, slot: massDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['5A6F08006AA40A00', { 1039: 276397, 1040: 348725 }],
    ],
  },
  {
    pgn: 65200,
    label: 'TTI2',
    name: 'Trip times 2',
    spns: [
      { spn: 1034, label: 'Trip time in cruise control', at: 1, slot: hoursDouble },
      { spn: 1035, label: 'Trip time with PTO governor', at: 5, slot: hoursDouble },
      { spn: 1036, label: 'Trip time with engine running', at: 9, slot: hoursDouble },
      { spn: 1037, label: 'Trip time at idle', at: 13, slot: hoursDouble },
      { spn: 1038, label: 'Trip time with air compressor on', at: 17, slot: hoursDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      [
        'F5120000CB470100219700007B9D0000A4800000',
        { 1034: 242.65, 1035: 4195.75, 1036: 1934.45, 1037: 2015.75, 1038: 1646.6 },
      ],
    ],
  },
  {
    pgn: 65201,
    label: 'EH',
    name: 'Life of the controller',
    spns: [
      { spn: 1032, label: 'Distance of the controller', at: 1, slot: distanceDouble },
      { spn: 1033, label: 'Running time of the controller', at: 5, slot: hoursDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['0C67770028690000', { 1032: 978145.5, 1033: 1346 }],
    ],
  },
  {
    pgn: 65202,
    label: 'GFI1',
    name: 'Gas, averages',
    spns: [
      { spn: 1030, label: 'Gas used by PTO governor, total', at: 1, slot: massDouble },
      { spn: 1031, label: 'Gas rate, trip average', at: 5, slot: massFlowWord },
      { spn: 1389, label: 'Specific gravity of the fuel', at: 7, slot: gravityWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['ED200600D476011D', { 1030: 200822.5, 1031: 1521, 1389: 0.7425 }],
    ],
  },
  {
    pgn: 65203,
    label: 'LFI1',
    name: 'Fuel, averages',
    spns: [
      { spn: 1028, label: 'Fuel used by PTO governor, total', at: 1, slot: litresDouble },
      { spn: 1029, label: 'Fuel rate, trip average', at: 5, slot: fuelRateWord },
      { spn: 5458, label: 'Share of flexible fuel', at: 7, slot: percentWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['C2BA03007252BD6B', { 1028: 122209, 1029: 1055.3, 5458: 68.9525 }],
    ],
  },
  {
    pgn: 65204,
    label: 'TTI1',
    name: 'Trip times 1',
    spns: [
      { spn: 1024, label: 'Trip time at the speed limit', at: 1, slot: hoursDouble },
      { spn: 1025, label: 'Trip time in top gear', at: 5, slot: hoursDouble },
      { spn: 1026, label: 'Trip time one gear down', at: 9, slot: hoursDouble },
      { spn: 1027, label: 'Trip time with reduced torque', at: 13, slot: hoursDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      [
        'C97A0000DB63000093350100F43F0000',
        { 1024: 1571.65, 1025: 1278.15, 1026: 3962.55, 1027: 818.6 },
      ],
    ],
  },
  {
    pgn: 65205,
    label: 'TSI',
    name: 'Trip counts',
    spns: [
      { spn: 1020, label: 'Hot shutdowns, trip', at: 1, slot: countWord },
      { spn: 1021, label: 'Idle shutdowns, trip', at: 3, slot: countWord },
      { spn: 1022, label: 'Idle shutdowns overridden, trip', at: 5, slot: countWord },
      { spn: 1023, label: 'Sudden decelerations, trip', at: 7, slot: countWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['1601C6003001C100', { 1020: 278, 1021: 198, 1022: 304, 1023: 193 }],
    ],
  },
  {
    pgn: 65206,
    label: 'TVI',
    name: 'Trip speed',
    spns: [
      { spn: 1018, label: 'Highest speed, trip', at: 1, slot: speedWord },
      { spn: 1019, label: 'Distance in cruise control, trip', at: 3, slot: distanceDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['273E89736500FFFF', { 1018: 62.15234375, 1019: 831089.125 }],
    ],
  },
  {
    pgn: 65207,
    label: 'LF',
    name: 'Trip engine speed and load',
    spns: [
      { spn: 1013, label: 'Highest engine speed, trip', at: 1, slot: rotationWord },
      { spn: 1014, label: 'Average engine speed, trip', at: 3, slot: rotationWord },
      { spn: 1015, label: 'Average load while driving, trip', at: 5, slot: percentByte },
      { spn: 1016, label: 'Average load while driving, total', at: 6, slot: percentByte },
      { spn: 1017, label: 'Time in cruise control, total', at: 7, slot: hoursDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFE', 'error'],
      ['D817C5286AE185710000', { 1013: 763, 1014: 1304.625, 1015: 42.4, 1016: 90, 1017: 1453.05 }],
    ],
  },
  {
    pgn: 65208,
    label: 'GTFI',
    name: 'Trip fuel, gas',
    spns: [
      { spn: 1007, label: 'Gas used driving, trip', at: 1, slot: massDouble },
      { spn: 1008, label: 'Gas used by PTO governor moving, trip', at: 5, slot: massDouble },
      { spn: 1009, label: 'Gas used by PTO governor standing, trip', at: 9, slot: massDouble },
      { spn: 1010, label: 'Gas used at idle, trip', at: 13, slot: massDouble },
      { spn: 1011, label: 'Gas used in cruise control, trip', at: 17, slot: massDouble },
      { spn: 1012, label: 'Gas economy driving, trip', at: 21, slot: gasEconomyWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      [
        'FF510600D3950800237E0A009469090060AD09009962',
        {
          1007: 207103.5,
          1008: 281321.5,
          1009: 343825.5,
          1010: 308426,
          1011: 317104,
          1012: 49.298828125,
        },
      ],
    ],
  },
  {
    pgn: 65209,
    label: 'LTFI',
    name: 'Trip fuel',
    spns: [
      { spn: 1001, label: 'Fuel used driving, trip', at: 1, slot: litresDouble },
      { spn: 1002, label: 'Fuel used by PTO governor moving, trip', at: 5, slot: litresDouble },
      { spn: 1003, label: 'Fuel used by PTO governor standing, trip', at: 9, slot: litresDouble },
      { spn: 1004, label: 'Fuel used at idle, trip', at: 13, slot: litresDouble },
      { spn: 1005, label: 'Fuel used in cruise control, trip', at: 17, slot: litresDouble },
      { spn: 1006, label: 'Fuel economy driving, trip', at: 21, slot: fuelEconomyWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      [
        '458E00001B00010026CB090031330B007B7E0800EB38',
        {
          1001: 18210.5,
          1002: 32781.5,
          1003: 320915,
          1004: 367000.5,
          1005: 278333.5,
          1006: 28.458984375,
        },
      ],
    ],
  },
  {
    pgn: 65210,
    label: 'TDI',
    name: 'Trip distances',
    spns: [
      { spn: 998, label: 'Distance at the speed limit, trip', at: 1, slot: distanceDouble },
      { spn: 999, label: 'Distance one gear down, trip', at: 5, slot: distanceDouble },
      { spn: 1000, label: 'Distance in top gear, trip', at: 9, slot: distanceDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      ['203F56005379240062D14800', { 998: 706532, 999: 298794.375, 1000: 596524.25 }],
    ],
  },
  {
    pgn: 65211,
    label: 'TFI',
    name: 'Trip fan times',
    spns: [
      { spn: 994, label: 'Fan on, trip', at: 1, slot: hoursDouble },
      { spn: 995, label: 'Fan on for the engine, trip', at: 5, slot: hoursDouble },
      { spn: 996, label: 'Fan on by hand, trip', at: 9, slot: hoursDouble },
      { spn: 997, label: 'Fan on for air conditioning, trip', at: 13, slot: hoursDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      ['90C100005108000020D80000FF330000', { 994: 2477.6, 995: 106.45, 996: 2766.4, 997: 665.55 }],
    ],
  },
  {
    pgn: 65212,
    label: 'CBI',
    name: 'Braking distances',
    spns: [
      { spn: 990, label: 'Engine brake distance, total', at: 1, slot: distanceDouble },
      { spn: 991, label: 'Engine brake distance, trip', at: 5, slot: distanceDouble },
      { spn: 992, label: 'Service brake distance, trip', at: 9, slot: distanceDouble },
      { spn: 993, label: 'Service brake applications, trip', at: 13, slot: applicationsDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      [
        '47436E002C4663003C2B7200A7100000',
        { 990: 903272.875, 991: 813253.5, 992: 935271.5, 993: 4263 },
      ],
    ],
  },
  {
    pgn: 65101,
    label: 'TAVG',
    name: 'Averages of the life',
    spns: [
      { spn: 1834, label: 'Fuel rate, average of the life', at: 1, slot: fuelRateWord },
      { spn: 1835, label: 'Fuel economy, average of the life', at: 3, slot: fuelEconomyWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['7460E10EFFFFFFFF', { 1834: 1234.6, 1835: 7.439453125 }],
    ],
  },
])
