/**
 * Shafts, gears and converter of the transmission: rows of the SPN table (J1939-71 as public
 * knowledge, checked against recordings of trucks, the public j1939-84 tables and the J1939 matrix
 * of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { addressByte, gearByte, percentByte, rangeWord, ratioWord, rotationWord, state2, state8 } =
  slots
const { noYes } = states

export const transmissionControlGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 61442,
    label: 'ETC1',
    name: 'Transmission controller 1',
    spns: [
      { spn: 560, label: 'Driveline engaged', at: [1, 1], slot: state2, states: noYes },
      { spn: 573, label: 'Converter lock-up engaged', at: [1, 3], slot: state2, states: noYes },
      { spn: 574, label: 'Shift in process', at: [1, 5], slot: state2, states: noYes },
      { spn: 4816, label: 'Converter lock-up changing', at: [1, 7], slot: state2, states: noYes },
      { spn: 191, label: 'Output shaft speed', at: 2, slot: rotationWord },
      { spn: 522, label: 'Clutch slip', at: 4, slot: percentByte },
      { spn: 606, label: 'Momentary overspeed enabled', at: [5, 1], slot: state2, states: noYes },
      { spn: 607, label: 'Progressive shift disabled', at: [5, 3], slot: state2, states: noYes },
      { spn: 5015, label: 'Momentary full power enabled', at: [5, 5], slot: state2, states: noYes },
      { spn: 161, label: 'Input shaft speed', at: 6, slot: rotationWord },
      { spn: 1482, label: 'Address that controls the transmission', at: 8, slot: addressByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['AA00FEFEEA00FEFE', 'error'],
      ['C00000FFF7000003', { 560: 0, 573: 0, 574: 0, 191: 0, 607: 1, 161: 0, 1482: 3 }],
      ['54409C64D0007D4B', { 560: 0, 573: 1, 574: 1, 4816: 1, 191: 5000, 522: 40, 606: 0, 607: 0 }],
      ['54409C64D0007D4B', { 5015: 1, 161: 4000, 1482: 75 }],
    ],
  },
  {
    pgn: 61445,
    label: 'ETC2',
    name: 'Transmission controller 2',
    spns: [
      { spn: 524, label: 'Selected gear', at: 1, slot: gearByte },
      { spn: 526, label: 'Gear ratio', at: 2, slot: ratioWord },
      { spn: 523, label: 'Current gear', at: 4, slot: gearByte, signal: 'gear' },
      { spn: 162, label: 'Requested range', at: 5, slot: rangeWord },
      { spn: 163, label: 'Current range', at: 7, slot: rangeWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FE00FEFE00FE00FE', 'error'],
      ['7D00007D36204E43', { 524: 0, 526: 0, 523: 0, 162: 8246, 163: 17_230 }],
      ['8C88132888131027', { 524: 15, 526: 5, 523: -85, 162: 5000, 163: 10_000 }],
    ],
  },
  {
    pgn: 61452,
    label: 'ETC8',
    name: 'Transmission controller 8',
    spns: [
      { spn: 3030, label: 'Converter ratio', at: 1, slot: ratioWord },
      { spn: 5052, label: 'Converter input speed', at: 3, slot: rotationWord },
      { spn: 10152, label: 'Reason to inhibit shifts', at: 5, slot: state8 },
      { spn: 10151, label: 'Reason to inhibit lock-up', at: 6, slot: state8 },
      { spn: 10150, label: 'Lock-up inhibited', at: [7, 1], slot: state2, states: noYes },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FE00FEFEFEFEFF', 'error'],
      ['00FB0000FFFFFFFF', { 3030: 'specific', 5052: 0 }],
      ['803E1027C87DFDFF', { 3030: 16, 5052: 1250, 10152: 200, 10151: 125, 10150: 1 }],
    ],
  },
])
