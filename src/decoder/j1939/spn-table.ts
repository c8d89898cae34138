/**
 * The SPN table: which parameter stands where in which parameter group (J1939-71 as public
 * knowledge; checked against pretty_j1939 and the public j1939-84 tables). The shape of a row is
 * told in rows.ts.
 */
import type { PgnRow } from './rows.ts'
import { slots } from './slots.ts'

export const pgnTable: readonly PgnRow[] = [
  {
    pgn: 61443,
    label: 'EEC2',
    name: 'Engine controller 2',
    spns: [
      {
        spn: 92,
        label: 'Engine load at current speed',
        at: 3,
        slot: slots.loadByte,
        signal: 'engineLoad',
        samples: [
          ['D1004EFFFFFFFFFF', 78],
          ['FFFFFFFFFFFFFFFF', 'na'],
          ['FFFFFEFFFFFFFFFF', 'error'],
        ],
      },
    ],
  },
  {
    pgn: 61444,
    label: 'EEC1',
    name: 'Engine controller 1',
    spns: [
      {
        spn: 190,
        label: 'Engine speed',
        at: 4,
        slot: slots.rotationWord,
        signal: 'engineSpeed',
        samples: [
          ['F07D87801400F47D', 656],
          ['F07D87FFFFFFFFFF', 'na'],
          ['F07D8700FEFFFFFF', 'error'],
          ['F07D8700FBFFFFFF', 'specific'],
        ],
      },
    ],
  },
  {
    pgn: 65217,
    label: 'VDHR',
    name: 'Vehicle distance, high resolution',
    spns: [
      {
        spn: 917,
        label: 'Total vehicle distance, high resolution',
        at: 1,
        slot: slots.fineDistanceDouble,
        signal: 'odometer',
        rank: 0,
        samples: [
          ['40420F0000000000', 5_000_000],
          ['FFFFFFFF00000000', 'na'],
        ],
      },
      {
        spn: 918,
        label: 'Trip distance, high resolution',
        at: 5,
        slot: slots.fineDistanceDouble,
        signal: 'tripDistance',
        rank: 0,
        samples: [
          ['00000000E8030000', 5000],
          ['00000000FFFFFFFF', 'na'],
        ],
      },
    ],
  },
  {
    pgn: 65248,
    label: 'VD',
    name: 'Vehicle distance',
    spns: [
      {
        spn: 244,
        label: 'Trip distance',
        at: 1,
        slot: slots.distanceDouble,
        signal: 'tripDistance',
        rank: 1,
        samples: [
          ['BB00000000000000', 23.375],
          ['FFFFFFFF00000000', 'na'],
        ],
      },
      {
        spn: 245,
        label: 'Total vehicle distance',
        at: 5,
        slot: slots.distanceDouble,
        signal: 'odometer',
        rank: 1,
        samples: [
          ['FFFFFFFF40420F00', 125_000],
          ['00000000FFFFFFFF', 'na'],
        ],
      },
    ],
  },
  {
    pgn: 65253,
    label: 'HOURS',
    name: 'Engine hours and revolutions',
    spns: [
      {
        spn: 247,
        label: 'Engine hours',
        at: 1,
        slot: slots.hoursDouble,
        signal: 'engineHours',
        samples: [
          ['20110000FFFFFFFF', 219.2],
          ['FFFFFFFFFFFFFFFF', 'na'],
        ],
      },
    ],
  },
  {
    pgn: 65260,
    label: 'VI',
    name: 'Vehicle identification',
    spns: [
      {
        spn: 237,
        label: 'VIN',
        text: 'vin',
        samples: [
          ['31584B594450395837464A3436393035382A', '1XKYDP9X7FJ469058'],
          ['2A', 'na'],
        ],
      },
    ],
  },
  {
    pgn: 65262,
    label: 'ET1',
    name: 'Engine temperature 1',
    spns: [
      {
        spn: 110,
        label: 'Engine coolant temperature',
        at: 1,
        slot: slots.temperatureByte,
        signal: 'coolantTemp',
        samples: [
          ['7EFFFFFFFFFFFFFF', 86],
          ['FFFFFFFFFFFFFFFF', 'na'],
          ['FEFFFFFFFFFFFFFF', 'error'],
        ],
      },
    ],
  },
  {
    pgn: 65265,
    label: 'CCVS1',
    name: 'Cruise control and vehicle speed 1',
    spns: [
      {
        spn: 84,
        label: 'Wheel-based vehicle speed',
        at: 2,
        slot: slots.speedWord,
        signal: 'speed',
        samples: [
          ['FF0050FFFFFFFFFF', 80],
          ['FFFFFFFFFFFFFFFF', 'na'],
          ['FF00FEFFFFFFFFFF', 'error'],
        ],
      },
    ],
  },
  {
    pgn: 65267,
    label: 'VP',
    name: 'Vehicle position',
    spns: [
      {
        spn: 584,
        label: 'Latitude',
        at: 1,
        slot: slots.positionDouble,
        signal: 'latitude',
        samples: [
          ['00A6FB9C00A6FB9C', 53.3737728],
          ['FFFFFFFFFFFFFFFF', 'na'],
        ],
      },
      {
        spn: 585,
        label: 'Longitude',
        at: 5,
        slot: slots.positionDouble,
        signal: 'longitude',
        samples: [
          ['FFFFFFFF00752B7D', 0],
          ['FFFFFFFFFFFFFFFF', 'na'],
        ],
      },
    ],
  },
  {
    pgn: 65269,
    label: 'AMB',
    name: 'Ambient conditions',
    spns: [
      {
        spn: 108,
        label: 'Barometric pressure',
        at: 1,
        slot: slots.barometerByte,
        signal: 'barometricPressure',
        samples: [
          ['C5FFFFFFFFFFFFFF', 98.5],
          ['FFFFFFFFFFFFFFFF', 'na'],
        ],
      },
      {
        spn: 171,
        label: 'Ambient air temperature',
        at: 4,
        slot: slots.temperatureWord,
        signal: 'ambientTemp',
        samples: [
          ['FFFFFFA024FFFFFF', 20],
          ['FFFFFFFFFFFFFFFF', 'na'],
          ['FFFFFFFFFEFFFFFF', 'error'],
        ],
      },
    ],
  },
  {
    pgn: 65271,
    label: 'VEP1',
    name: 'Electrical power 1',
    spns: [
      {
        spn: 168,
        label: 'Battery potential',
        at: 5,
        slot: slots.voltageWord,
        signal: 'batteryVoltage',
        rank: 0,
        samples: [
          ['FFFFFFFFE700FFFF', 11.55],
          ['FFFFFFFFFFFFFFFF', 'na'],
        ],
      },
      {
        spn: 158,
        label: 'Key switch battery potential',
        at: 7,
        slot: slots.voltageWord,
        signal: 'batteryVoltage',
        rank: 1,
        samples: [
          ['FFFFFFFFFFFFDB00', 10.95],
          ['FFFFFFFFFFFFFFFF', 'na'],
        ],
      },
    ],
  },
  {
    pgn: 65276,
    label: 'DD',
    name: 'Dash display',
    spns: [
      {
        spn: 96,
        label: 'Fuel level',
        at: 2,
        slot: slots.percentByte,
        signal: 'fuelPercentRemaining',
        samples: [
          ['FFCCFFFFFFFFFFFF', 81.6],
          ['FFFFFFFFFFFFFFFF', 'na'],
        ],
      },
    ],
  },
]
