/**
 * Gas engines: fuel, valves, oxygen and ignition: rows of the SPN table (J1939-71 as public
 * knowledge, checked against the public j1939-84 tables and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  gasFlowWord,
  loadByte,
  massFlowWord,
  percentByte,
  percentWord,
  pressureWord01,
  pressureWord05,
  signedAngleWord,
  signedPercentByte,
  state2,
  temperatureByte,
} = slots
const { noYes } = states

export const gasEngineGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65153,
    label: 'GFI2',
    name: 'Gas flow',
    spns: [
      { spn: 1440, label: 'Gas flow 1', at: 1, slot: gasFlowWord },
      { spn: 1441, label: 'Gas flow 2', at: 3, slot: gasFlowWord },
      { spn: 1442, label: 'Gas valve 1', at: 5, slot: percentByte },
      { spn: 1443, label: 'Gas valve 2', at: 6, slot: percentByte },
      { spn: 1765, label: 'Gas valve 1, wanted', at: 7, slot: percentByte },
      { spn: 1766, label: 'Gas valve 2, wanted', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        'AA43337830172E94',
        { 1440: 1732.2, 1441: 3077.1, 1442: 19.2, 1443: 9.2, 1765: 18.4, 1766: 59.2 },
      ],
    ],
  },
  {
    pgn: 65154,
    label: 'IT1',
    name: 'Ignition timing 1',
    spns: [
      { spn: 1413, label: 'Ignition timing, cylinder 1', at: 1, slot: signedAngleWord },
      { spn: 1414, label: 'Ignition timing, cylinder 2', at: 3, slot: signedAngleWord },
      { spn: 1415, label: 'Ignition timing, cylinder 3', at: 5, slot: signedAngleWord },
      { spn: 1416, label: 'Ignition timing, cylinder 4', at: 7, slot: signedAngleWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['25671263AB65DF66', { 1413: 6.2890625, 1414: -1.859375, 1415: 3.3359375, 1416: 5.7421875 }],
    ],
  },
  {
    pgn: 65155,
    label: 'IT2',
    name: 'Ignition timing 2',
    spns: [
      { spn: 1417, label: 'Ignition timing, cylinder 5', at: 1, slot: signedAngleWord },
      { spn: 1418, label: 'Ignition timing, cylinder 6', at: 3, slot: signedAngleWord },
      { spn: 1419, label: 'Ignition timing, cylinder 7', at: 5, slot: signedAngleWord },
      { spn: 1420, label: 'Ignition timing, cylinder 8', at: 7, slot: signedAngleWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['F061EE65C6660962', { 1417: -4.125, 1418: 3.859375, 1419: 5.546875, 1420: -3.9296875 }],
    ],
  },
  {
    pgn: 65156,
    label: 'IT3',
    name: 'Ignition timing 3',
    spns: [
      { spn: 1421, label: 'Ignition timing, cylinder 9', at: 1, slot: signedAngleWord },
      { spn: 1422, label: 'Ignition timing, cylinder 10', at: 3, slot: signedAngleWord },
      { spn: 1423, label: 'Ignition timing, cylinder 11', at: 5, slot: signedAngleWord },
      { spn: 1424, label: 'Ignition timing, cylinder 12', at: 7, slot: signedAngleWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['ED643A639B667766', { 1421: 1.8515625, 1422: -1.546875, 1423: 5.2109375, 1424: 4.9296875 }],
    ],
  },
  {
    pgn: 65157,
    label: 'IT4',
    name: 'Ignition timing 4',
    spns: [
      { spn: 1425, label: 'Ignition timing, cylinder 13', at: 1, slot: signedAngleWord },
      { spn: 1426, label: 'Ignition timing, cylinder 14', at: 3, slot: signedAngleWord },
      { spn: 1427, label: 'Ignition timing, cylinder 15', at: 5, slot: signedAngleWord },
      { spn: 1428, label: 'Ignition timing, cylinder 16', at: 7, slot: signedAngleWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['386609622264C162', { 1425: 4.4375, 1426: -3.9296875, 1427: 0.265625, 1428: -2.4921875 }],
    ],
  },
  {
    pgn: 65158,
    label: 'IT5',
    name: 'Ignition timing 5',
    spns: [
      { spn: 1429, label: 'Ignition timing, cylinder 17', at: 1, slot: signedAngleWord },
      { spn: 1430, label: 'Ignition timing, cylinder 18', at: 3, slot: signedAngleWord },
      { spn: 1431, label: 'Ignition timing, cylinder 19', at: 5, slot: signedAngleWord },
      { spn: 1432, label: 'Ignition timing, cylinder 20', at: 7, slot: signedAngleWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['BE65996610660862', { 1429: 3.484375, 1430: 5.1953125, 1431: 4.125, 1432: -3.9375 }],
    ],
  },
  {
    pgn: 65159,
    label: 'IT6',
    name: 'Ignition timing 6',
    spns: [
      { spn: 1433, label: 'Ignition timing, wanted 1', at: 1, slot: signedAngleWord },
      { spn: 1434, label: 'Ignition timing, wanted 2', at: 3, slot: signedAngleWord },
      { spn: 1435, label: 'Ignition timing, wanted 3', at: 5, slot: signedAngleWord },
      { spn: 1436, label: 'Ignition timing', at: 7, slot: signedAngleWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['7F67AC6364661067', { 1433: 6.9921875, 1434: -0.65625, 1435: 4.78125, 1436: 6.125 }],
    ],
  },
  {
    pgn: 65163,
    label: 'GFP1',
    name: 'Gas pressures',
    spns: [
      { spn: 1390, label: 'Gas valve 1 intake', at: 1, slot: pressureWord01 },
      { spn: 1391, label: 'Gas valve 1 pressure drop', at: 3, slot: pressureWord01 },
      { spn: 1392, label: 'Air against gas pressure', at: 5, slot: pressureWord01 },
      { spn: 2980, label: 'Gas valve 1 outlet', at: 7, slot: pressureWord01 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['4D31877087046106', { 1390: 1262.1, 1391: 2880.7, 1392: 115.9, 2980: 163.3 }],
    ],
  },
  {
    pgn: 65193,
    label: 'EO1',
    name: 'Exhaust oxygen',
    spns: [
      { spn: 1117, label: 'Exhaust oxygen, rated', at: 1, slot: percentWord },
      { spn: 1118, label: 'Exhaust oxygen, wanted', at: 3, slot: percentWord },
      { spn: 1119, label: 'Exhaust oxygen', at: 5, slot: percentWord },
      { spn: 1695, label: 'Fuel correction by oxygen', at: 7, slot: signedPercentByte },
      { spn: 1696, label: 'Oxygen control closed', at: [8, 7], slot: state2, states: noYes },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['7A1D3C5266686C7F', { 1117: 18.865, 1118: 52.63, 1119: 66.815, 1695: -17, 1696: 1 }],
    ],
  },
  {
    pgn: 65194,
    label: 'AF2',
    name: 'Alternate fuel 2',
    spns: [
      { spn: 1116, label: 'Gas correction', at: 1, slot: loadByte },
      { spn: 1692, label: 'Intake manifold pressure, wanted', at: 2, slot: pressureWord01 },
      { spn: 1693, label: 'Wastegate valve', at: 4, slot: percentByte },
      { spn: 1694, label: 'Fuel correction by gas flow', at: 5, slot: signedPercentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['23C431AD6EFFFFFF', { 1116: 35, 1692: 1274, 1693: 69.2, 1694: -15 }],
    ],
  },
  {
    pgn: 65277,
    label: 'AF1',
    name: 'Alternate fuel 1',
    spns: [
      { spn: 72, label: 'Blower bypass valve', at: 1, slot: percentByte },
      { spn: 159, label: 'Gas supply pressure', at: 2, slot: pressureWord05 },
      { spn: 6814, label: 'Gas vent pressure', at: 4, slot: pressureWord05 },
      { spn: 7020, label: 'Gas vaporiser coolant, out', at: 6, slot: temperatureByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['5EBB68966B3DFFFF', { 72: 37.6, 159: 13405.5, 6814: 13771, 7020: 21 }],
    ],
  },
  {
    pgn: 64930,
    label: 'GFI3',
    name: 'Gas 3',
    spns: [
      { spn: 3466, label: 'Gas valve 2 intake', at: 1, slot: pressureWord01 },
      { spn: 3467, label: 'Gas mass flow 2', at: 3, slot: massFlowWord },
      { spn: 3468, label: 'Fuel temperature 2', at: 5, slot: temperatureByte },
      { spn: 3469, label: 'Gas valve 2 outlet', at: 7, slot: pressureWord01 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['6577206D7BFF5E26', { 3466: 3056.5, 3467: 1396.8, 3468: 83, 3469: 982.2 }],
    ],
  },
])
