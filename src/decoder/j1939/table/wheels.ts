/**
 * Speeds of axles and wheels: rows of the SPN table (J1939-71 as public knowledge, checked against
 * pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const { relativeSpeedByte, speedWord } = slots

export const wheelGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65134,
    label: 'HRW',
    name: 'Wheel speeds, high resolution',
    spns: [
      { spn: 1592, label: 'Front left wheel speed', at: 1, slot: speedWord },
      { spn: 1593, label: 'Front right wheel speed', at: 3, slot: speedWord },
      { spn: 1594, label: 'Rear left wheel speed', at: 5, slot: speedWord },
      { spn: 1595, label: 'Rear right wheel speed', at: 7, slot: speedWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFFEFFFEFFFEFFFE', { 1592: 'error', 1593: 'error', 1594: 'error', 1595: 'error' }],
      ['005000320019803E', { 1592: 80, 1593: 50, 1594: 25, 1595: 62.5 }],
    ],
  },
  {
    pgn: 65215,
    label: 'EBC2',
    name: 'Wheel speeds against the front axle',
    spns: [
      { spn: 904, label: 'Front axle speed', at: 1, slot: speedWord },
      { spn: 905, label: 'Front axle, left, relative speed', at: 3, slot: relativeSpeedByte },
      { spn: 906, label: 'Front axle, right, relative speed', at: 4, slot: relativeSpeedByte },
      { spn: 907, label: 'Rear axle 1, left, relative speed', at: 5, slot: relativeSpeedByte },
      { spn: 908, label: 'Rear axle 1, right, relative speed', at: 6, slot: relativeSpeedByte },
      { spn: 909, label: 'Rear axle 2, left, relative speed', at: 7, slot: relativeSpeedByte },
      { spn: 910, label: 'Rear axle 2, right, relative speed', at: 8, slot: relativeSpeedByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00007D7D7D7DFFFF', { 904: 0, 905: 0, 906: 0, 907: 0, 908: 0 }],
      ['FFFEFFFFFFFFFFFF', { 904: 'error' }],
      ['0050FFFFFFFF643C', { 904: 80, 909: -1.5625, 910: -4.0625 }],
    ],
  },
])
