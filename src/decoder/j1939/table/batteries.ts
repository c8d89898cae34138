/**
 * Batteries, alternators and supplies beside those of the first power message: rows of the SPN
 * table (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939
 * matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { halfRotationWord, powerWord, signedCurrentWord, state2, temperatureByte, voltageWord } =
  slots
const { noYes } = states

const alternators = { 0: 'not charging', 1: 'charging' }
const mainSwitch = { 0: 'not held', 1: 'held' }

export const batteryGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65104,
    label: 'BT1',
    name: 'Battery temperatures',
    spns: [
      { spn: 1800, label: 'Battery 1 temperature', at: 1, slot: temperatureByte },
      { spn: 1801, label: 'Battery 2 temperature', at: 2, slot: temperatureByte },
      { spn: 2779, label: 'Battery 3 temperature', at: 3, slot: temperatureByte },
      { spn: 2780, label: 'Battery 4 temperature', at: 4, slot: temperatureByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['4D675575FFFFFFFF', { 1800: 37, 1801: 63, 2779: 45, 2780: 77 }],
    ],
  },
  {
    pgn: 65106,
    label: 'VEP3',
    name: 'Electrical power 3',
    spns: [
      { spn: 1795, label: 'Alternator current, wide', at: 1, slot: signedCurrentWord },
      { spn: 2579, label: 'Battery 1 current, wide', at: 3, slot: signedCurrentWord },
      { spn: 7498, label: 'Battery 2 current', at: 5, slot: signedCurrentWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['567D868C548BFFFF', { 1795: 4.3, 2579: 198.7, 7498: 183.4 }],
    ],
  },
  {
    pgn: 65165,
    label: 'VEP2',
    name: 'Electrical power 2',
    spns: [
      { spn: 444, label: 'Battery voltage 2', at: 1, slot: voltageWord },
      { spn: 3597, label: 'Supply output 1', at: 3, slot: voltageWord },
      { spn: 3598, label: 'Supply output 2', at: 5, slot: voltageWord },
      { spn: 3599, label: 'Supply output 3', at: 7, slot: voltageWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['6C0085011E027900', { 444: 5.4, 3597: 19.45, 3598: 27.1, 3599: 6.05 }],
    ],
  },
  {
    pgn: 65237,
    label: 'AS',
    name: 'Alternators',
    spns: [
      { spn: 589, label: 'Alternator speed', at: 1, slot: halfRotationWord },
      { spn: 3353, label: 'Alternator 1', at: [3, 1], slot: state2, states: alternators },
      { spn: 3354, label: 'Alternator 2', at: [3, 3], slot: state2, states: alternators },
      { spn: 3355, label: 'Alternator 3', at: [3, 5], slot: state2, states: alternators },
      { spn: 3356, label: 'Alternator 4', at: [3, 7], slot: state2, states: alternators },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['6F7B55FFFFFFFFFF', { 589: 15799.5, 3353: 1, 3354: 1, 3355: 1, 3356: 1 }],
    ],
  },
  {
    pgn: 65126,
    label: 'BM',
    name: 'Battery main switch',
    spns: [
      { spn: 1681, label: 'Battery main switch', at: [1, 1], slot: state2, states: mainSwitch },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FDFFFFFFFFFFFFFF', { 1681: 1 }],
    ],
  },
  {
    pgn: 64925,
    label: 'SEP1',
    name: 'Sensor supplies 1',
    spns: [
      { spn: 3509, label: 'Sensor supply 1', at: 1, slot: voltageWord },
      { spn: 3510, label: 'Sensor supply 2', at: 3, slot: voltageWord },
      { spn: 3511, label: 'Sensor supply 3', at: 5, slot: voltageWord },
      { spn: 3512, label: 'Sensor supply 4', at: 7, slot: voltageWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['8B011F012E022E01', { 3509: 19.75, 3510: 14.35, 3511: 27.9, 3512: 15.1 }],
    ],
  },
  {
    pgn: 64924,
    label: 'SEP2',
    name: 'Sensor supplies 2',
    spns: [
      { spn: 3513, label: 'Sensor supply 5', at: 1, slot: voltageWord },
      { spn: 3514, label: 'Sensor supply 6', at: 3, slot: voltageWord },
      { spn: 5125, label: 'Sensor supply 7', at: 5, slot: voltageWord },
      { spn: 5126, label: 'Sensor supply 8', at: 7, slot: voltageWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['95008500B2007900', { 3513: 7.45, 3514: 6.65, 5125: 8.9, 5126: 6.05 }],
    ],
  },
  {
    pgn: 65191,
    label: 'AT1',
    name: 'Alternator temperatures',
    spns: [
      { spn: 1122, label: 'Alternator bearing 1', at: 1, slot: temperatureByte },
      { spn: 1123, label: 'Alternator bearing 2', at: 2, slot: temperatureByte },
      { spn: 1124, label: 'Alternator winding 1', at: 3, slot: temperatureByte },
      { spn: 1125, label: 'Alternator winding 2', at: 4, slot: temperatureByte },
      { spn: 1126, label: 'Alternator winding 3', at: 5, slot: temperatureByte },
      { spn: 8463, label: 'Alternator winding 4', at: 6, slot: temperatureByte },
      { spn: 8464, label: 'Alternator winding 5', at: 7, slot: temperatureByte },
      { spn: 8465, label: 'Alternator winding 6', at: 8, slot: temperatureByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '75756C55885B4D6B',
        { 1122: 77, 1123: 77, 1124: 68, 1125: 45, 1126: 96, 8463: 51, 8464: 37, 8465: 67 },
      ],
    ],
  },
  {
    pgn: 65171,
    label: 'EES',
    name: 'Electrical system of the engine',
    spns: [
      { spn: 1204, label: 'Electrical load', at: 1, slot: powerWord },
      { spn: 1205, label: 'Safety wire', at: [3, 1], slot: state2 },
      { spn: 1206, label: 'Turning gear engaged', at: [3, 3], slot: state2, states: noYes },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['6210F0FFFFFFFFFF', { 1204: 2097, 1205: 0, 1206: 0 }],
    ],
  },
])
