/**
 * Fluids beside those of the first messages: coolant, fuel, oil, hydraulics: rows of the SPN table
 * (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939 matrix of
 * canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  fineFuelRateDouble,
  humidityWord,
  levelWord,
  percentByte,
  pressureByte16,
  pressureByte2,
  pressureByte4,
  pressureWord05,
  state2,
  state3,
  sunlightByte,
  temperatureByte,
  temperatureWord,
} = slots
const { noYes, offOn } = states

export const fluidGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 64870,
    label: 'ET4',
    name: 'Engine temperature 4',
    spns: [
      { spn: 4076, label: 'Coolant temperature 2', at: 1, slot: temperatureByte },
      { spn: 4193, label: 'Coolant temperature after the pump', at: 2, slot: temperatureByte },
      { spn: 4194, label: 'Coolant thermostat opening', at: 3, slot: percentByte },
      { spn: 4288, label: 'Exhaust valve oil temperature', at: 4, slot: temperatureWord },
      { spn: 5020, label: 'EGR mixer intake temperature', at: 6, slot: temperatureWord },
      { spn: 6209, label: 'Coolant temperature 3', at: 8, slot: temperatureByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '4C42B77C4BD34763',
        { 4076: 36, 4193: 26, 4194: 73.2, 4288: 330.875, 5020: 301.59375, 6209: 59 },
      ],
    ],
  },
  {
    pgn: 64918,
    label: 'LFI2',
    name: 'Fuel flow',
    spns: [
      { spn: 2773, label: 'Fuel flow to the engine', at: 1, slot: fineFuelRateDouble },
      { spn: 2774, label: 'Fuel flow back', at: 5, slot: fineFuelRateDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['FF1C0100DC970000', { 2773: 72.959, 2774: 38.876 }],
    ],
  },
  {
    pgn: 64919,
    label: 'LFI3',
    name: 'Fuel flow temperatures',
    spns: [
      { spn: 2775, label: 'Fuel temperature to the engine', at: 1, slot: temperatureByte },
      { spn: 2776, label: 'Fuel temperature back', at: 2, slot: temperatureByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['5089FFFFFFFFFFFF', { 2775: 40, 2776: 97 }],
    ],
  },
  {
    pgn: 65130,
    label: 'EFS',
    name: 'Fuel and oil systems',
    spns: [
      { spn: 1380, label: 'Oil level, remote reservoir', at: 1, slot: percentByte },
      { spn: 1381, label: 'Fuel pump intake, absolute pressure', at: 2, slot: pressureByte2 },
      { spn: 1382, label: 'Fuel filter, suction side, pressure drop', at: 3, slot: pressureByte2 },
      { spn: 3548, label: 'Waste oil level', at: 4, slot: percentByte },
      { spn: 3549, label: 'Oil filter outlet pressure', at: 5, slot: pressureByte4 },
      { spn: 3550, label: 'Oil priming switch', at: [6, 1], slot: state2, states: offOn },
      { spn: 3551, label: 'Oil primed', at: [6, 3], slot: state2, states: noYes },
      { spn: 3552, label: 'Oil preheated', at: [6, 5], slot: state2, states: noYes },
      { spn: 3553, label: 'Coolant preheated', at: [6, 7], slot: state2, states: noYes },
      { spn: 3554, label: 'Engine ventilation', at: [7, 1], slot: state3 },
      { spn: 4083, label: 'Fuel pump primer', at: [7, 4], slot: state2 },
      { spn: 11732, label: 'Fuel priming', at: [7, 6], slot: state2 },
      { spn: 7104, label: 'Fuel pump intake pressure', at: 8, slot: pressureByte2 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '953F35E45010AD1A',
        {
          1380: 59.6,
          1381: 126,
          1382: 106,
          3548: 91.2,
          3549: 320,
          3550: 0,
          3551: 0,
          3552: 1,
          3553: 0,
          3554: 5,
          4083: 1,
          11732: 1,
          7104: 52,
        },
      ],
    ],
  },
  {
    pgn: 65172,
    label: 'EAC',
    name: 'Auxiliary coolant',
    spns: [
      { spn: 1203, label: 'Auxiliary coolant pressure', at: 1, slot: pressureByte4 },
      { spn: 1212, label: 'Auxiliary coolant temperature', at: 2, slot: temperatureByte },
      { spn: 2435, label: 'Sea water pump pressure', at: 3, slot: pressureByte2 },
      { spn: 20, label: 'Coolant pressure, wide', at: 4, slot: pressureByte4 },
      { spn: 7313, label: 'Coolant pressure 2, wide', at: 5, slot: pressureByte4 },
      { spn: 8473, label: 'Coolant pump outlet pressure', at: 6, slot: pressureByte2 },
      { spn: 12893, label: 'Sea water pump pressure 2', at: 7, slot: pressureByte2 },
      { spn: 15237, label: 'Aftercooler coolant outlet pressure', at: 8, slot: pressureByte4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '2D6C2F5776247C50',
        { 1203: 180, 1212: 68, 2435: 94, 20: 348, 7313: 472, 8473: 72, 12893: 248, 15237: 320 },
      ],
    ],
  },
  {
    pgn: 65169,
    label: 'FL',
    name: 'Fuel leakage',
    spns: [
      { spn: 1239, label: 'Fuel leak 1', at: [1, 1], slot: state2, states: noYes },
      { spn: 1240, label: 'Fuel leak 2', at: [1, 3], slot: state2, states: noYes },
      { spn: 7785, label: 'Level under the engine', at: 2, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['F1E6FFFFFFFFFFFF', { 1239: 1, 1240: 0, 7785: 92 }],
    ],
  },
  {
    pgn: 65128,
    label: 'VF',
    name: 'Hydraulics',
    spns: [
      { spn: 1638, label: 'Hydraulic oil temperature', at: 1, slot: temperatureByte },
      { spn: 1713, label: 'Hydraulic filter clogged', at: [2, 1], slot: state2, states: noYes },
      { spn: 1857, label: 'Winch oil pressure switch', at: [2, 3], slot: state2 },
      { spn: 2602, label: 'Hydraulic oil level', at: 3, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['6AF025FFFFFFFFFF', { 1638: 66, 1713: 0, 1857: 0, 2602: 14.8 }],
    ],
  },
  {
    pgn: 65167,
    label: 'SP2',
    name: 'Shutdown air supply',
    spns: [{ spn: 1320, label: 'Shutdown air pressure', at: 1, slot: pressureWord05 }],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['1E71FFFFFFFFFFFF', { 1320: 14479 }],
    ],
  },
  {
    pgn: 65278,
    label: 'AWPP',
    name: 'Auxiliary water pump',
    spns: [{ spn: 73, label: 'Auxiliary pump pressure', at: 1, slot: pressureByte16 }],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['4BFFFFFFFFFFFFFF', { 73: 1200 }],
    ],
  },
  {
    pgn: 65164,
    label: 'AAI',
    name: 'Auxiliary inputs',
    spns: [
      { spn: 441, label: 'Auxiliary temperature 1', at: 1, slot: temperatureByte },
      { spn: 442, label: 'Auxiliary temperature 2', at: 2, slot: temperatureByte },
      { spn: 1387, label: 'Auxiliary pressure 1', at: 3, slot: pressureByte16 },
      { spn: 1388, label: 'Auxiliary pressure 2', at: 4, slot: pressureByte16 },
      { spn: 3087, label: 'Auxiliary level', at: 5, slot: levelWord },
      { spn: 354, label: 'Relative humidity', at: 7, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['82635C1BA8239DFF', { 441: 90, 442: 59, 1387: 1472, 1388: 432, 3087: 912.8, 354: 62.8 }],
    ],
  },
  {
    pgn: 65143,
    label: 'AP',
    name: 'Auxiliary pressures',
    spns: [
      { spn: 136, label: 'Auxiliary vacuum', at: 1, slot: pressureWord05 },
      { spn: 137, label: 'Auxiliary gauge pressure', at: 3, slot: pressureWord05 },
      { spn: 138, label: 'Auxiliary absolute pressure', at: 5, slot: pressureWord05 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['4D0A1C69B714FFFF', { 136: 1318.5, 137: 13454, 138: 2651.5 }],
    ],
  },
  {
    pgn: 64992,
    label: 'AMB2',
    name: 'Sun and humidity',
    spns: [
      { spn: 2610, label: 'Sunlight', at: 1, slot: percentByte },
      { spn: 2611, label: 'Sunlight sensor', at: 2, slot: sunlightByte },
      { spn: 4490, label: 'Specific humidity', at: 3, slot: humidityWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['9062BD17FFFFFFFF', { 2610: 57.6, 2611: 39.2, 4490: 60.77 }],
    ],
  },
])
