/**
 * Switches and requests of the cab: rows of the SPN table (J1939-71 as public knowledge, checked
 * against recordings of trucks, the public j1939-84 tables and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { countByte, percentByte, state2, state4, temperatureWord } = slots
const { noYes, offOn } = states

const heaterModes = {
  0: 'off',
  1: 'off, dangerous goods',
  2: 'economy',
  3: 'normal',
}

export const cabCommandGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 53248,
    label: 'CL',
    name: 'Cab illumination',
    spns: [
      { spn: 1487, label: 'Illumination brightness', at: 1, slot: percentByte },
      { spn: 5532, label: 'Switch backlight brightness', at: 2, slot: percentByte },
      { spn: 6820, label: 'Switch indicator brightness', at: 3, slot: percentByte },
      { spn: 13079, label: 'Display mode command 1', at: [4, 1], slot: state4 },
      { spn: 13080, label: 'Display mode command 2', at: [4, 5], slot: state4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEEEFFFFFFFF', 'error'],
      ['00FFFFFFFFFFFFFF', { 1487: 0 }],
      ['32A09652FFFFFFFF', { 1487: 20, 5532: 64, 6820: 60, 13079: 2, 13080: 5 }],
    ],
  },
  {
    pgn: 57344,
    label: 'CM1',
    name: 'Cab message 1',
    spns: [
      { spn: 986, label: 'Fan 1 speed requested', at: 1, slot: percentByte },
      { spn: 1691, label: 'Cab temperature command', at: 2, slot: temperatureWord },
      {
        spn: 1684,
        label: 'Heater coolant pump requested',
        at: [4, 1],
        slot: state2,
        states: noYes,
      },
      {
        spn: 1682,
        label: 'Battery main switch hold requested',
        at: [4, 3],
        slot: state2,
        states: noYes,
      },
      { spn: 1714, label: 'Seat faces forward', at: [4, 5], slot: state2, states: noYes },
      { spn: 1856, label: 'Seat belt buckled', at: [4, 7], slot: state2, states: noYes },
      { spn: 5630, label: 'Parking brake command', at: [5, 1], slot: state2 },
      {
        spn: 1655,
        label: 'Speed governor decrement switch',
        at: [5, 3],
        slot: state2,
        states: offOn,
      },
      {
        spn: 1654,
        label: 'Speed governor increment switch',
        at: [5, 5],
        slot: state2,
        states: offOn,
      },
      { spn: 1653, label: 'Speed governor switch', at: [5, 7], slot: state2, states: offOn },
      { spn: 3695, label: 'Regeneration inhibit switch', at: [6, 1], slot: state2, states: offOn },
      { spn: 3696, label: 'Regeneration force switch', at: [6, 3], slot: state2, states: offOn },
      {
        spn: 1666,
        label: 'Automatic gear shifting switch',
        at: [6, 5],
        slot: state2,
        states: offOn,
      },
      {
        spn: 1656,
        label: 'Automatic engine start switch',
        at: [6, 7],
        slot: state2,
        states: offOn,
      },
      {
        spn: 1683,
        label: 'Auxiliary heater mode requested',
        at: [7, 1],
        slot: state4,
        states: heaterModes,
      },
      { spn: 1685, label: 'Engine heating requested', at: [7, 5], slot: state2, states: noYes },
      { spn: 1686, label: 'Cab heating requested', at: [7, 7], slot: state2, states: noYes },
      { spn: 2596, label: 'Selected speed limit', at: 8, slot: countByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FE00FEAAAAAAAEFE', 'error'],
      ['00FFFFFFFFFFFFFF', { 986: 0 }],
      ['4BC05D0014110028', { 986: 30, 1691: 477, 1684: 0, 1682: 0, 1714: 0, 1856: 0, 5630: 0 }],
      ['4BC05D0014110028', { 1655: 1, 1654: 1, 1653: 0, 3695: 1, 3696: 0, 1666: 1, 1656: 0 }],
      ['4BC05D0014110028', { 1683: 0, 1685: 0, 1686: 0, 2596: 40 }],
    ],
  },
])
