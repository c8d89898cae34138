/**
 * The auxiliary heater: rows of the SPN table (J1939-71 as public knowledge, checked against the
 * public j1939-84 tables and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { percentByte, state2, state4, temperatureByte, wattWord } = slots
const { noYes, offOn } = states

const heaterModes = { 0: 'off', 1: 'off for dangerous goods', 2: 'economy', 3: 'normal' }

export const heaterGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65133,
    label: 'HTR',
    name: 'Auxiliary heater',
    spns: [
      { spn: 1687, label: 'Heater coolant, out', at: 1, slot: temperatureByte },
      { spn: 1688, label: 'Heater air, in', at: 2, slot: temperatureByte },
      { spn: 1689, label: 'Heater power', at: 3, slot: percentByte },
      { spn: 1677, label: 'Heater mode', at: [4, 1], slot: state4, states: heaterModes },
      { spn: 1676, label: 'Heater water pump', at: [5, 1], slot: state2, states: offOn },
      { spn: 1678, label: 'Cab ventilation', at: [5, 3], slot: state2, states: offOn },
      { spn: 1679, label: 'Engine heating zone', at: [5, 5], slot: state2, states: offOn },
      { spn: 1680, label: 'Cab heating zone', at: [5, 7], slot: state2, states: offOn },
      { spn: 6821, label: 'Heater for dangerous goods', at: [6, 1], slot: state2, states: noYes },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '3C3D29F300FDFFFF',
        { 1687: 20, 1688: 21, 1689: 16.4, 1677: 3, 1676: 0, 1678: 0, 1679: 0, 1680: 0, 6821: 1 },
      ],
    ],
  },
  {
    pgn: 65127,
    label: 'CCC',
    name: 'Climate configuration',
    spns: [{ spn: 1690, label: 'Heater, highest power', at: 1, slot: wattWord }],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['5427FFFFFFFFFFFF', { 1690: 20136 }],
    ],
  },
])
