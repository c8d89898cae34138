/**
 * What the tachograph says of the drivers, their cards and the road: rows of the SPN table
 * (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939 matrix of
 * canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { rotationWord, speedWord, state2, state3, state4 } = slots
const { noYes } = states

const workingStates = { 0: 'rest', 1: 'available', 2: 'work', 3: 'driving' }
const timeStates = {
  0: 'normal',
  1: '4½ h in 15 min',
  2: '4½ h reached',
  3: '9 h in 15 min',
  4: '9 h reached',
  5: '16 h in 15 min',
  6: '16 h reached',
  13: 'other',
}
const cardStates = { 0: 'absent', 1: 'present' }
const directions = { 0: 'forward', 1: 'reverse' }

export const tachographGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65132,
    label: 'TCO1',
    name: 'Tachograph',
    spns: [
      { spn: 1612, label: 'Driver 1, state', at: [1, 1], slot: state3, states: workingStates },
      { spn: 1613, label: 'Driver 2, state', at: [1, 4], slot: state3, states: workingStates },
      { spn: 1611, label: 'Motion detected', at: [1, 7], slot: state2, states: noYes },
      {
        spn: 1617,
        label: 'Driver 1, hours of driving',
        at: [2, 1],
        slot: state4,
        states: timeStates,
      },
      { spn: 1615, label: 'Driver 1, card', at: [2, 5], slot: state2, states: cardStates },
      { spn: 1614, label: 'Overspeed', at: [2, 7], slot: state2, states: noYes },
      {
        spn: 1618,
        label: 'Driver 2, hours of driving',
        at: [3, 1],
        slot: state4,
        states: timeStates,
      },
      { spn: 1616, label: 'Driver 2, card', at: [3, 5], slot: state2, states: cardStates },
      { spn: 1622, label: 'System event', at: [4, 1], slot: state2, states: noYes },
      { spn: 1621, label: 'Handling information', at: [4, 3], slot: state2, states: noYes },
      { spn: 1620, label: 'Performance analysis', at: [4, 5], slot: state2, states: noYes },
      { spn: 1619, label: 'Direction of travel', at: [4, 7], slot: state2, states: directions },
      { spn: 1623, label: 'Output shaft speed', at: 5, slot: rotationWord },
      {
        spn: 1624,
        label: 'Speed of the tachograph',
        at: 7,
        slot: speedWord,
        signal: 'speed',
        rank: 2,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '5100D3449B22AC20',
        {
          1612: 1,
          1613: 2,
          1611: 1,
          1617: 0,
          1615: 0,
          1614: 0,
          1618: 3,
          1616: 1,
          1622: 0,
          1621: 1,
          1620: 0,
          1619: 1,
          1623: 1107.375,
          1624: 32.671875,
        },
      ],
    ],
  },
])
