/**
 * What the transmission shows to the driver: rows of the SPN table (J1939-71 as public knowledge,
 * checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { gearByte, state2, state3 } = slots
const { noYes, offOn } = states

export const shiftDisplayGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65098,
    label: 'ETC7',
    name: 'Transmission controller 7',
    spns: [
      { spn: 4176, label: 'Current range blank', at: [1, 1], slot: state2, states: noYes },
      { spn: 4178, label: 'Service indicator', at: [1, 3], slot: state2, states: offOn },
      { spn: 1850, label: 'Requested range blank', at: [1, 5], slot: state2, states: noYes },
      { spn: 1849, label: 'Requested range flashing', at: [1, 7], slot: state2, states: noYes },
      { spn: 3086, label: 'Ready for brake release', at: [2, 1], slot: state2, states: noYes },
      { spn: 2945, label: 'Shift console active', at: [2, 3], slot: state2, states: noYes },
      { spn: 2900, label: 'Engine crank enabled', at: [2, 5], slot: state2, states: noYes },
      { spn: 1851, label: 'Shift inhibit indicator', at: [2, 7], slot: state2, states: offOn },
      { spn: 2539, label: 'Mode 4 indicator', at: [3, 1], slot: state2, states: offOn },
      { spn: 2538, label: 'Mode 3 indicator', at: [3, 3], slot: state2, states: offOn },
      { spn: 2537, label: 'Mode 2 indicator', at: [3, 5], slot: state2, states: offOn },
      { spn: 2536, label: 'Mode 1 indicator', at: [3, 7], slot: state2, states: offOn },
      { spn: 3289, label: 'Requested gear, feedback', at: 4, slot: gearByte },
      { spn: 4250, label: 'Mode 5 indicator', at: [5, 1], slot: state2, states: offOn },
      { spn: 4251, label: 'Mode 6 indicator', at: [5, 3], slot: state2, states: offOn },
      { spn: 4252, label: 'Mode 7 indicator', at: [5, 5], slot: state2, states: offOn },
      { spn: 4253, label: 'Mode 8 indicator', at: [5, 7], slot: state2, states: offOn },
      { spn: 4261, label: 'Reverse shift inhibited', at: [6, 1], slot: state2, states: noYes },
      { spn: 5344, label: 'Warning indicator', at: [6, 3], slot: state2, states: offOn },
      { spn: 6567, label: 'Mode 9 indicator', at: [6, 5], slot: state2, states: offOn },
      { spn: 6568, label: 'Mode 10 indicator', at: [6, 7], slot: state2, states: offOn },
      { spn: 6566, label: 'Air supply pressure indicator', at: [7, 1], slot: state3 },
      { spn: 7696, label: 'Auto-neutral state', at: [7, 4], slot: state3 },
      { spn: 8291, label: 'Manual mode indicator', at: [7, 7], slot: state2, states: offOn },
      { spn: 11747, label: 'Load reduction indicator', at: [8, 1], slot: state2, states: offOn },
      { spn: 11748, label: 'Range limit indicator', at: [8, 3], slot: state2, states: offOn },
      { spn: 11749, label: 'Coast mode indicator', at: [8, 5], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['434F4FFFFFF3FFFF', { 4178: 0, 1850: 0, 1849: 1, 2900: 0, 1851: 1, 2537: 0, 2536: 1 }],
      ['434F4FFFFFF3FFFF', { 5344: 0 }],
      ['D1C4D164444411D1', { 4176: 1, 4178: 0, 1850: 1, 3086: 0, 2945: 1, 2900: 0, 2539: 1 }],
      ['D1C4D164444411D1', { 2538: 0, 2537: 1, 3289: -25, 4250: 0, 4251: 1, 4252: 0, 4253: 1 }],
      ['D1C4D164444411D1', { 4261: 0, 5344: 1, 6567: 0, 6568: 1, 6566: 1, 7696: 2, 8291: 0 }],
      ['D1C4D164444411D1', { 11747: 1, 11748: 0, 11749: 1 }],
    ],
  },
])
