/**
 * Air supply, brake pressures, linings and strokes: rows of the SPN table (J1939-71 as public
 * knowledge, checked against the public j1939-84 tables and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  percentByte,
  pressureByte16,
  pressureByte4,
  pressureByte5,
  pressureByte8,
  state2,
  state3,
  state8,
  temperatureByte,
} = slots
const { noYes, offOn } = states

const compressor = { 0: 'off', 1: 'on' }
const actuators = { 0: 'released', 1: 'applied' }

export const brakePressureGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65198,
    label: 'AIR1',
    name: 'Air supply',
    spns: [
      { spn: 46, label: 'Air supply pressure', at: 1, slot: pressureByte8 },
      { spn: 1086, label: 'Parking brake or trailer air', at: 2, slot: pressureByte8 },
      { spn: 1087, label: 'Service brake circuit 1 air', at: 3, slot: pressureByte8 },
      { spn: 1088, label: 'Service brake circuit 2 air', at: 4, slot: pressureByte8 },
      { spn: 1089, label: 'Auxiliary equipment air', at: 5, slot: pressureByte8 },
      { spn: 1090, label: 'Air suspension supply', at: 6, slot: pressureByte8 },
      { spn: 1351, label: 'Air compressor', at: [7, 1], slot: state2, states: compressor },
      { spn: 6305, label: 'Powertrain air', at: 8, slot: pressureByte8 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '1E3C553D1F18FD41',
        { 46: 240, 1086: 480, 1087: 680, 1088: 488, 1089: 248, 1090: 192, 1351: 1, 6305: 520 },
      ],
    ],
  },
  {
    pgn: 65196,
    label: 'EBC4',
    name: 'Brake linings',
    spns: [
      { spn: 1099, label: 'Lining, front left', at: 1, slot: percentByte },
      { spn: 1100, label: 'Lining, front right', at: 2, slot: percentByte },
      { spn: 1101, label: 'Lining, rear axle 1, left', at: 3, slot: percentByte },
      { spn: 1102, label: 'Lining, rear axle 1, right', at: 4, slot: percentByte },
      { spn: 1103, label: 'Lining, rear axle 2, left', at: 5, slot: percentByte },
      { spn: 1104, label: 'Lining, rear axle 2, right', at: 6, slot: percentByte },
      { spn: 1105, label: 'Lining, rear axle 3, left', at: 7, slot: percentByte },
      { spn: 1106, label: 'Lining, rear axle 3, right', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '6E377D487236C1DE',
        {
          1099: 44,
          1100: 22,
          1101: 50,
          1102: 28.8,
          1103: 45.6,
          1104: 21.6,
          1105: 77.2,
          1106: 88.8,
        },
      ],
    ],
  },
  {
    pgn: 65197,
    label: 'EBC3',
    name: 'Brake pressures',
    spns: [
      { spn: 1091, label: 'Brake pressure, front left', at: 1, slot: pressureByte5 },
      { spn: 1092, label: 'Brake pressure, front right', at: 2, slot: pressureByte5 },
      { spn: 1093, label: 'Brake pressure, rear axle 1, left', at: 3, slot: pressureByte5 },
      { spn: 1094, label: 'Brake pressure, rear axle 1, right', at: 4, slot: pressureByte5 },
      { spn: 1095, label: 'Brake pressure, rear axle 2, left', at: 5, slot: pressureByte5 },
      { spn: 1096, label: 'Brake pressure, rear axle 2, right', at: 6, slot: pressureByte5 },
      { spn: 1097, label: 'Brake pressure, rear axle 3, left', at: 7, slot: pressureByte5 },
      { spn: 1098, label: 'Brake pressure, rear axle 3, right', at: 8, slot: pressureByte5 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '5028500D47664A6B',
        { 1091: 400, 1092: 200, 1093: 400, 1094: 65, 1095: 355, 1096: 510, 1097: 370, 1098: 535 },
      ],
    ],
  },
  {
    pgn: 65274,
    label: 'B1',
    name: 'Brakes',
    spns: [
      { spn: 116, label: 'Brake application pressure', at: 1, slot: pressureByte4 },
      { spn: 117, label: 'Brake primary pressure', at: 2, slot: pressureByte4 },
      { spn: 118, label: 'Brake secondary pressure', at: 3, slot: pressureByte4 },
      { spn: 619, label: 'Parking brake actuator', at: [4, 1], slot: state2, states: actuators },
      { spn: 3557, label: 'Parking brake warning', at: [4, 3], slot: state2, states: offOn },
      {
        spn: 3808,
        label: 'Parking brake release inhibited',
        at: [4, 5],
        slot: state2,
        states: noYes,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['495616D0FFFFFFFF', { 116: 292, 117: 344, 118: 88, 619: 0, 3557: 0, 3808: 1 }],
    ],
  },
  {
    pgn: 64881,
    label: 'BSA',
    name: 'Brake strokes',
    spns: [
      { spn: 3785, label: 'Tractor axle 1, left, stroke', at: [1, 1], slot: state3 },
      { spn: 3786, label: 'Tractor axle 1, right, stroke', at: [1, 4], slot: state3 },
      { spn: 3787, label: 'Tractor axle 2, left, stroke', at: [1, 7], slot: state3 },
      { spn: 3788, label: 'Tractor axle 2, right, stroke', at: [2, 2], slot: state3 },
      { spn: 3789, label: 'Tractor axle 3, left, stroke', at: [2, 5], slot: state3 },
      { spn: 3790, label: 'Tractor axle 3, right, stroke', at: [2, 8], slot: state3 },
      { spn: 3791, label: 'Tractor axle 4, left, stroke', at: [3, 3], slot: state3 },
      { spn: 3792, label: 'Tractor axle 4, right, stroke', at: [3, 6], slot: state3 },
      { spn: 3793, label: 'Tractor axle 5, left, stroke', at: [4, 1], slot: state3 },
      { spn: 3794, label: 'Tractor axle 5, right, stroke', at: [4, 4], slot: state3 },
      { spn: 3795, label: 'Trailer axle 1, left, stroke', at: [4, 7], slot: state3 },
      { spn: 3796, label: 'Trailer axle 1, right, stroke', at: [5, 2], slot: state3 },
      { spn: 3797, label: 'Trailer axle 2, left, stroke', at: [5, 5], slot: state3 },
      { spn: 3798, label: 'Trailer axle 2, right, stroke', at: [5, 8], slot: state3 },
      { spn: 3799, label: 'Trailer axle 3, left, stroke', at: [6, 3], slot: state3 },
      { spn: 3800, label: 'Trailer axle 3, right, stroke', at: [6, 6], slot: state3 },
      { spn: 3801, label: 'Trailer axle 4, left, stroke', at: [7, 1], slot: state3 },
      { spn: 3802, label: 'Trailer axle 4, right, stroke', at: [7, 4], slot: state3 },
      { spn: 3803, label: 'Trailer axle 5, left, stroke', at: [7, 7], slot: state3 },
      { spn: 3804, label: 'Trailer axle 5, right, stroke', at: [8, 2], slot: state3 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '61414C61180E25F6',
        {
          3785: 1,
          3786: 4,
          3787: 5,
          3788: 0,
          3789: 4,
          3790: 0,
          3791: 3,
          3792: 2,
          3793: 1,
          3794: 4,
          3795: 1,
          3796: 4,
          3797: 1,
          3798: 4,
          3799: 3,
          3800: 0,
          3801: 5,
          3802: 4,
          3803: 0,
          3804: 3,
        },
      ],
    ],
  },
  {
    pgn: 65275,
    label: 'RF',
    name: 'Retarder fluids',
    spns: [
      { spn: 119, label: 'Retarder oil pressure', at: 1, slot: pressureByte16 },
      { spn: 120, label: 'Retarder oil temperature', at: 2, slot: temperatureByte },
      { spn: 5346, label: 'Retarder too hot', at: [3, 1], slot: state2, states: noYes },
      { spn: 5656, label: 'Retarder coolant, out', at: 4, slot: temperatureByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['6066FD72FFFFFFFF', { 119: 1536, 120: 62, 5346: 1, 5656: 74 }],
    ],
  },
  {
    pgn: 65273,
    label: 'AI',
    name: 'Axles',
    instance: 930,
    spns: [
      { spn: 75, label: 'Steering axle temperature', at: 1, slot: temperatureByte },
      { spn: 930, label: 'Drive axle location', at: 2, slot: state8 },
      { spn: 579, label: 'Drive axle lift pressure', at: 3, slot: pressureByte4 },
      { spn: 578, label: 'Drive axle temperature', at: 4, slot: temperatureByte },
      { spn: 2613, label: 'Drive axle oil pressure', at: 5, slot: pressureByte4 },
      { spn: 2614, label: 'Steering axle oil pressure', at: 8, slot: pressureByte4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['6C106B637CFFFF70', { 75: 68, 930: 16, 579: 428, 578: 59, 2613: 496, 2614: 448 }],
    ],
  },
  {
    pgn: 65246,
    label: 'AIR2',
    name: 'Starting air',
    spns: [
      { spn: 82, label: 'Starting air pressure', at: 1, slot: pressureByte4 },
      { spn: 6831, label: 'Starting air pressure, wide', at: 2, slot: pressureByte16 },
      { spn: 6832, label: 'Stopping air pressure', at: 3, slot: pressureByte4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['697169FFFFFFFFFF', { 82: 420, 6831: 1808, 6832: 420 }],
    ],
  },
])
