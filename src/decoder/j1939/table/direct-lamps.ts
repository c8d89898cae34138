/**
 * Lamps that one controller lights for another, and what they report back: rows of the SPN table
 * (J1939-71 as public knowledge, checked against recordings of trucks, the public j1939-84 tables
 * and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { state2 } = slots
const { offOn } = states

export const directLampGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 64775,
    label: 'DLCC1',
    name: 'Lamp commands 1',
    spns: [
      { spn: 5077, label: 'Protect lamp', at: [1, 1], slot: state2, states: offOn },
      { spn: 5078, label: 'Amber lamp', at: [1, 3], slot: state2, states: offOn },
      { spn: 5079, label: 'Red stop lamp', at: [1, 5], slot: state2, states: offOn },
      { spn: 5080, label: 'Malfunction lamp', at: [1, 7], slot: state2, states: offOn },
      { spn: 5081, label: 'Engine brake active lamp', at: [2, 1], slot: state2, states: offOn },
      { spn: 3987, label: 'Engine brake enabled lamp', at: [2, 3], slot: state2, states: offOn },
      { spn: 5082, label: 'Low oil pressure lamp', at: [2, 5], slot: state2, states: offOn },
      { spn: 5083, label: 'Hot coolant lamp', at: [2, 7], slot: state2, states: offOn },
      { spn: 5084, label: 'Low coolant lamp', at: [3, 1], slot: state2, states: offOn },
      { spn: 5085, label: 'Idle management lamp', at: [3, 3], slot: state2, states: offOn },
      { spn: 5086, label: 'Air filter lamp', at: [3, 5], slot: state2, states: offOn },
      { spn: 5469, label: 'Fuel filter lamp', at: [3, 7], slot: state2, states: offOn },
      { spn: 6205, label: 'Engine module 1 ready lamp', at: [4, 1], slot: state2, states: offOn },
      { spn: 6206, label: 'Engine module 2 ready lamp', at: [4, 3], slot: state2, states: offOn },
      { spn: 6207, label: 'Engine module 3 ready lamp', at: [4, 5], slot: state2, states: offOn },
      { spn: 6709, label: 'High speed lamp', at: [4, 7], slot: state2, states: offOn },
      { spn: 6710, label: 'Very high speed lamp', at: [5, 1], slot: state2, states: offOn },
      { spn: 6899, label: 'Acceleration limit lamp', at: [5, 3], slot: state2, states: offOn },
      { spn: 9372, label: 'Idle management pending lamp', at: [5, 5], slot: state2, states: offOn },
      { spn: 9683, label: 'Automatic stop lamp', at: [5, 7], slot: state2, states: offOn },
      { spn: 9684, label: 'Automatic start failed lamp', at: [6, 1], slot: state2, states: offOn },
      { spn: 9685, label: 'Stop-start enabled lamp', at: [6, 3], slot: state2, states: offOn },
      { spn: 13105, label: 'Hot oil lamp', at: [6, 5], slot: state2, states: offOn },
      { spn: 13106, label: 'Hot fuel lamp', at: [6, 7], slot: state2, states: offOn },
      { spn: 13107, label: 'Hot intercooler lamp', at: [7, 1], slot: state2, states: offOn },
      { spn: 13379, label: 'Air shut-off lamp', at: [7, 3], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['AAAAAAAAAAAAFAFF', 'error'],
      ['400FFCFFFFFFFFFF', { 5077: 0, 5078: 0, 5079: 0, 5080: 1, 5082: 0, 5083: 0, 5084: 0 }],
      ['57FFFFFFFFFFFFFF', { 5078: 1, 5079: 1 }],
      ['041555100555F5FF', { 5077: 0, 5078: 1, 5079: 0, 5080: 0, 5081: 1, 3987: 1, 5082: 1 }],
      ['041555100555F5FF', { 5083: 0, 5084: 1, 5085: 1, 5086: 1, 5469: 1, 6205: 0, 6206: 0 }],
      ['041555100555F5FF', { 6207: 1, 6709: 0, 6710: 1, 6899: 1, 9372: 0, 9683: 0, 9684: 1 }],
      ['041555100555F5FF', { 9685: 1, 13105: 1, 13106: 1, 13107: 1, 13379: 1 }],
    ],
  },
  {
    pgn: 64773,
    label: 'DLCD1',
    name: 'Lamp data 1',
    spns: [
      { spn: 5093, label: 'Protect lamp', at: [1, 1], slot: state2 },
      { spn: 5094, label: 'Amber lamp', at: [1, 3], slot: state2 },
      { spn: 5095, label: 'Red stop lamp', at: [1, 5], slot: state2 },
      { spn: 5096, label: 'Malfunction lamp', at: [1, 7], slot: state2 },
      { spn: 5097, label: 'Engine brake active lamp', at: [2, 1], slot: state2 },
      { spn: 5098, label: 'Engine brake enabled lamp', at: [2, 3], slot: state2 },
      { spn: 5099, label: 'Low oil pressure lamp', at: [2, 5], slot: state2 },
      { spn: 5100, label: 'Hot coolant lamp', at: [2, 7], slot: state2 },
      { spn: 5101, label: 'Low coolant lamp', at: [3, 1], slot: state2 },
      { spn: 5102, label: 'Idle management lamp', at: [3, 3], slot: state2 },
      { spn: 5103, label: 'Air filter lamp', at: [3, 5], slot: state2 },
      { spn: 5470, label: 'Fuel filter lamp', at: [3, 7], slot: state2 },
      { spn: 6202, label: 'Engine module 1 ready lamp', at: [4, 1], slot: state2 },
      { spn: 6203, label: 'Engine module 2 ready lamp', at: [4, 3], slot: state2 },
      { spn: 6204, label: 'Engine module 3 ready lamp', at: [4, 5], slot: state2 },
      { spn: 6711, label: 'High speed lamp', at: [4, 7], slot: state2 },
      { spn: 6712, label: 'Very high speed lamp', at: [5, 1], slot: state2 },
      { spn: 6900, label: 'Acceleration limit lamp', at: [5, 3], slot: state2 },
      { spn: 9680, label: 'Automatic stop lamp', at: [5, 7], slot: state2 },
      { spn: 9681, label: 'Automatic start failed lamp', at: [6, 1], slot: state2 },
      { spn: 9682, label: 'Stop-start enabled lamp', at: [6, 3], slot: state2 },
      { spn: 13118, label: 'Hot oil lamp', at: [6, 5], slot: state2 },
      { spn: 13119, label: 'Hot fuel lamp', at: [6, 7], slot: state2 },
      { spn: 13120, label: 'Hot intercooler lamp', at: [7, 1], slot: state2 },
      { spn: 13380, label: 'Air shut-off lamp', at: [7, 3], slot: state2 },
      { spn: 5416, label: 'Wait to start lamp', at: [8, 7], slot: state2 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['AAAAAAAABAAAFABF', 'error'],
      ['110445043415F07F', { 5093: 1, 5094: 0, 5095: 1, 5096: 0, 5097: 0, 5098: 1, 5099: 0 }],
      ['110445043415F07F', { 5100: 0, 5101: 1, 5102: 1, 5103: 0, 5470: 1, 6202: 0, 6203: 1 }],
      ['110445043415F07F', { 6204: 0, 6711: 0, 6712: 0, 6900: 1, 9680: 0, 9681: 1, 9682: 1 }],
      ['110445043415F07F', { 13118: 1, 13119: 0, 13120: 0, 13380: 0, 5416: 1 }],
    ],
  },
])
