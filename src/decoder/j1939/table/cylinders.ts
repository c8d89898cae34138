/**
 * Temperatures at each cylinder and bearing, and the second to fourth turbocharger: rows of the SPN
 * table (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939
 * matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  fastRotationWord,
  halfRotationWord,
  percentByte,
  percentWord,
  pressureByte4,
  pressureWord05,
  state2,
  temperatureByte,
  temperatureWord,
} = slots

export const cylinderGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65187,
    label: 'EPT1',
    name: 'Exhaust ports 1',
    spns: [
      { spn: 1137, label: 'Exhaust port 1', at: 1, slot: temperatureWord },
      { spn: 1138, label: 'Exhaust port 2', at: 3, slot: temperatureWord },
      { spn: 1139, label: 'Exhaust port 3', at: 5, slot: temperatureWord },
      { spn: 1140, label: 'Exhaust port 4', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['A92834435840C92C', { 1137: 52.28125, 1138: 264.625, 1139: 241.75, 1140: 85.28125 }],
    ],
  },
  {
    pgn: 65186,
    label: 'EPT2',
    name: 'Exhaust ports 2',
    spns: [
      { spn: 1141, label: 'Exhaust port 5', at: 1, slot: temperatureWord },
      { spn: 1142, label: 'Exhaust port 6', at: 3, slot: temperatureWord },
      { spn: 1143, label: 'Exhaust port 7', at: 5, slot: temperatureWord },
      { spn: 1144, label: 'Exhaust port 8', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['862F4C4B082E2332', { 1141: 107.1875, 1142: 329.375, 1143: 95.25, 1144: 128.09375 }],
    ],
  },
  {
    pgn: 65185,
    label: 'EPT3',
    name: 'Exhaust ports 3',
    spns: [
      { spn: 1145, label: 'Exhaust port 9', at: 1, slot: temperatureWord },
      { spn: 1146, label: 'Exhaust port 10', at: 3, slot: temperatureWord },
      { spn: 1147, label: 'Exhaust port 11', at: 5, slot: temperatureWord },
      { spn: 1148, label: 'Exhaust port 12', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['BB2E1E4171371535', { 1145: 100.84375, 1146: 247.9375, 1147: 170.53125, 1148: 151.65625 }],
    ],
  },
  {
    pgn: 65184,
    label: 'EPT4',
    name: 'Exhaust ports 4',
    spns: [
      { spn: 1149, label: 'Exhaust port 13', at: 1, slot: temperatureWord },
      { spn: 1150, label: 'Exhaust port 14', at: 3, slot: temperatureWord },
      { spn: 1151, label: 'Exhaust port 15', at: 5, slot: temperatureWord },
      { spn: 1152, label: 'Exhaust port 16', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['D13C06253A30634A', { 1149: 213.53125, 1150: 23.1875, 1151: 112.8125, 1152: 322.09375 }],
    ],
  },
  {
    pgn: 65183,
    label: 'EPT5',
    name: 'Exhaust ports 5',
    spns: [
      { spn: 1153, label: 'Exhaust port 17', at: 1, slot: temperatureWord },
      { spn: 1154, label: 'Exhaust port 18', at: 3, slot: temperatureWord },
      { spn: 1155, label: 'Exhaust port 19', at: 5, slot: temperatureWord },
      { spn: 1156, label: 'Exhaust port 20', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['5F281C4078297849', { 1153: 49.96875, 1154: 239.875, 1155: 58.75, 1156: 314.75 }],
    ],
  },
  {
    pgn: 65182,
    label: 'MBT1',
    name: 'Main bearings 1',
    spns: [
      { spn: 1157, label: 'Main bearing 1', at: 1, slot: temperatureWord },
      { spn: 1158, label: 'Main bearing 2', at: 3, slot: temperatureWord },
      { spn: 1159, label: 'Main bearing 3', at: 5, slot: temperatureWord },
      { spn: 1160, label: 'Main bearing 4', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['C245344A17409A45', { 1157: 285.0625, 1158: 320.625, 1159: 239.71875, 1160: 283.8125 }],
    ],
  },
  {
    pgn: 65181,
    label: 'MBT2',
    name: 'Main bearings 2',
    spns: [
      { spn: 1161, label: 'Main bearing 5', at: 1, slot: temperatureWord },
      { spn: 1162, label: 'Main bearing 6', at: 3, slot: temperatureWord },
      { spn: 1163, label: 'Main bearing 7', at: 5, slot: temperatureWord },
      { spn: 1164, label: 'Main bearing 8', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['1335604C6135F725', { 1161: 151.59375, 1162: 338, 1163: 154.03125, 1164: 30.71875 }],
    ],
  },
  {
    pgn: 65180,
    label: 'MBT3',
    name: 'Main bearings 3',
    spns: [
      { spn: 1165, label: 'Main bearing 9', at: 1, slot: temperatureWord },
      { spn: 1166, label: 'Main bearing 10', at: 3, slot: temperatureWord },
      { spn: 1167, label: 'Main bearing 11', at: 5, slot: temperatureWord },
      { spn: 6830, label: 'Main bearing 12', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['2842613FD827744D', { 1165: 256.25, 1166: 234.03125, 1167: 45.75, 6830: 346.625 }],
    ],
  },
  {
    pgn: 65189,
    label: 'IMT2',
    name: 'Intake manifold 2',
    spns: [
      { spn: 1131, label: 'Intake manifold 2', at: 1, slot: temperatureByte },
      { spn: 1132, label: 'Intake manifold 3', at: 2, slot: temperatureByte },
      { spn: 1133, label: 'Intake manifold 4', at: 3, slot: temperatureByte },
      { spn: 1802, label: 'Intake manifold 5', at: 4, slot: temperatureByte },
      { spn: 1803, label: 'Intake manifold 6', at: 5, slot: temperatureByte },
      { spn: 12304, label: 'Intake manifold, wanted', at: 6, slot: temperatureByte },
      { spn: 12305, label: 'Intake manifold, wanted high limit', at: 7, slot: temperatureByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '4D4784524E653DFF',
        { 1131: 37, 1132: 31, 1133: 92, 1802: 42, 1803: 38, 12304: 61, 12305: 21 },
      ],
    ],
  },
  {
    pgn: 65179,
    label: 'TCI1',
    name: 'Turbochargers 1',
    spns: [
      { spn: 1168, label: 'Turbocharger oil pressure 2', at: 1, slot: pressureByte4 },
      { spn: 1169, label: 'Turbocharger 2 speed', at: 2, slot: fastRotationWord },
      { spn: 1170, label: 'Turbocharger 3 speed', at: 4, slot: fastRotationWord },
      { spn: 1171, label: 'Turbocharger 4 speed', at: 6, slot: fastRotationWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['5CF53CC9028C10FF', { 1168: 368, 1169: 62420, 1170: 2852, 1171: 16944 }],
    ],
  },
  {
    pgn: 65174,
    label: 'TCW',
    name: 'Wastegates',
    spns: [
      { spn: 1188, label: 'Wastegate 1', at: 1, slot: percentByte },
      { spn: 1189, label: 'Wastegate 2', at: 2, slot: percentByte },
      { spn: 1190, label: 'Wastegate 3', at: 3, slot: percentByte },
      { spn: 1191, label: 'Wastegate 4', at: 4, slot: percentByte },
      { spn: 1192, label: 'Wastegate control air', at: 5, slot: pressureByte4 },
      { spn: 5370, label: 'Wastegate 1, wanted', at: 6, slot: percentByte },
      { spn: 5373, label: 'Wastegate 2, wanted', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '1FAFB4C54390FF30',
        { 1188: 12.4, 1189: 70, 1190: 72, 1191: 78.8, 1192: 268, 5370: 57.6, 5373: 19.2 },
      ],
    ],
  },
  {
    pgn: 64981,
    label: 'EEC5',
    name: 'Engine controller 5',
    spns: [
      { spn: 2789, label: 'Turbine intake temperature, calculated', at: 1, slot: temperatureWord },
      { spn: 2790, label: 'Turbine outlet temperature, calculated', at: 3, slot: temperatureWord },
      { spn: 2791, label: 'EGR valve control', at: 5, slot: percentWord },
      { spn: 2792, label: 'Turbine geometry, air shut-off', at: [7, 1], slot: state2 },
      { spn: 5323, label: 'Fuel control mode', at: [7, 3], slot: state2 },
      { spn: 5457, label: 'Turbine geometry, control mode', at: [7, 5], slot: state2 },
      { spn: 2795, label: 'Turbine geometry', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '864C0E2AE879C470',
        { 2789: 339.1875, 2790: 63.4375, 2791: 78.02, 2792: 0, 5323: 1, 5457: 0, 2795: 44.8 },
      ],
    ],
  },
  {
    pgn: 64879,
    label: 'EEC8',
    name: 'Engine controller 8',
    spns: [
      { spn: 3821, label: 'EGR valve 2 control', at: 1, slot: percentWord },
      { spn: 4750, label: 'EGR cooler intake temperature', at: 3, slot: temperatureWord },
      { spn: 4751, label: 'EGR cooler intake pressure', at: 5, slot: pressureWord05 },
      { spn: 4752, label: 'EGR cooler efficiency', at: 7, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['0334073582041EFF', { 3821: 33.2875, 4750: 151.21875, 4751: 577, 4752: 12 }],
    ],
  },
  {
    pgn: 61473,
    label: 'ESSI1',
    name: 'Engine speed sensors',
    spns: [
      { spn: 4201, label: 'Engine speed sensor 1', at: 1, slot: halfRotationWord },
      { spn: 723, label: 'Engine speed sensor 2', at: 3, slot: halfRotationWord },
      { spn: 4202, label: 'Engine speed sensor 3', at: 5, slot: halfRotationWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['A167AD784551FFFF', { 4201: 13264.5, 723: 15446.5, 4202: 10402.5 }],
    ],
  },
])
