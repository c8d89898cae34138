/**
 * Doors and ramps of buses and vans: rows of the SPN table (J1939-71 as public knowledge, checked
 * against the public j1939-84 tables and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const { state2, state4 } = slots

const positions = { 0: 'one open', 1: 'last one closing', 2: 'all closed' }
const ramps = { 0: 'inside', 1: 'outside' }
const releases = { 0: 'none enabled', 1: 'one enabled' }
const locks = { 0: 'unlocked', 1: 'locked' }
const openings = { 0: 'closed', 1: 'open' }
const enablings = { 0: 'disabled', 1: 'enabled' }

export const doorGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65102,
    label: 'DC1',
    name: 'Doors 1',
    spns: [
      { spn: 1821, label: 'Doors', at: [1, 1], slot: state4, states: positions },
      { spn: 1820, label: 'Wheelchair ramp', at: [1, 5], slot: state2, states: ramps },
      { spn: 3411, label: 'Doors enabled', at: [1, 7], slot: state2, states: releases },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['12FFFFFFFFFFFFFF', { 1821: 2, 1820: 1, 3411: 0 }],
    ],
  },
  {
    pgn: 64933,
    label: 'DC2',
    name: 'Doors 2',
    spns: [
      { spn: 3412, label: 'Door 1, lock', at: [1, 1], slot: state2, states: locks },
      { spn: 3413, label: 'Door 1', at: [1, 3], slot: state2, states: openings },
      { spn: 3414, label: 'Door 1, enabled', at: [1, 5], slot: state2, states: enablings },
      { spn: 3415, label: 'Door 2, lock', at: [1, 7], slot: state2, states: locks },
      { spn: 3416, label: 'Door 2', at: [2, 1], slot: state2, states: openings },
      { spn: 3417, label: 'Door 2, enabled', at: [2, 3], slot: state2, states: enablings },
      { spn: 3418, label: 'Door 3, lock', at: [2, 5], slot: state2, states: locks },
      { spn: 3419, label: 'Door 3', at: [2, 7], slot: state2, states: openings },
      { spn: 3420, label: 'Door 3, enabled', at: [3, 1], slot: state2, states: enablings },
      { spn: 3421, label: 'Door 4, lock', at: [3, 3], slot: state2, states: locks },
      { spn: 3422, label: 'Door 4', at: [3, 5], slot: state2, states: openings },
      { spn: 3423, label: 'Door 4, enabled', at: [3, 7], slot: state2, states: enablings },
      { spn: 3424, label: 'Door 5, lock', at: [4, 1], slot: state2, states: locks },
      { spn: 3425, label: 'Door 5', at: [4, 3], slot: state2, states: openings },
      { spn: 3426, label: 'Door 5, enabled', at: [4, 5], slot: state2, states: enablings },
      { spn: 3427, label: 'Door 6, lock', at: [4, 7], slot: state2, states: locks },
      { spn: 3428, label: 'Door 6', at: [5, 1], slot: state2, states: openings },
      { spn: 3429, label: 'Door 6, enabled', at: [5, 3], slot: state2, states: enablings },
      { spn: 3430, label: 'Door 7, lock', at: [5, 5], slot: state2, states: locks },
      { spn: 3431, label: 'Door 7', at: [5, 7], slot: state2, states: openings },
      { spn: 3432, label: 'Door 7, enabled', at: [6, 1], slot: state2, states: enablings },
      { spn: 3433, label: 'Door 8, lock', at: [6, 3], slot: state2, states: locks },
      { spn: 3434, label: 'Door 8', at: [6, 5], slot: state2, states: openings },
      { spn: 3435, label: 'Door 8, enabled', at: [6, 7], slot: state2, states: enablings },
      { spn: 3436, label: 'Door 9, lock', at: [7, 1], slot: state2, states: locks },
      { spn: 3437, label: 'Door 9', at: [7, 3], slot: state2, states: openings },
      { spn: 3438, label: 'Door 9, enabled', at: [7, 5], slot: state2, states: enablings },
      { spn: 3439, label: 'Door 10, lock', at: [7, 7], slot: state2, states: locks },
      { spn: 3440, label: 'Door 10', at: [8, 1], slot: state2, states: openings },
      { spn: 3441, label: 'Door 10, enabled', at: [8, 3], slot: state2, states: enablings },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '55514014401505F0',
        {
          3412: 1,
          3413: 1,
          3414: 1,
          3415: 1,
          3416: 1,
          3417: 0,
          3418: 1,
          3419: 1,
          3420: 0,
          3421: 0,
          3422: 0,
          3423: 1,
          3424: 0,
          3425: 1,
          3426: 1,
          3427: 0,
          3428: 0,
          3429: 0,
          3430: 0,
          3431: 1,
          3432: 1,
          3433: 1,
          3434: 1,
          3435: 0,
          3436: 1,
          3437: 1,
          3438: 0,
          3439: 0,
          3440: 0,
          3441: 0,
        },
      ],
    ],
  },
  {
    pgn: 64880,
    label: 'DRC',
    name: 'Door ramps',
    spns: [
      { spn: 3810, label: 'Ramp 1, retracted', at: [1, 1], slot: state2 },
      { spn: 3811, label: 'Ramp 1, enabled', at: [1, 3], slot: state2 },
      { spn: 3812, label: 'Ramp 1, moving', at: [1, 5], slot: state2 },
      { spn: 3813, label: 'Ramp 2, retracted', at: [2, 1], slot: state2 },
      { spn: 3814, label: 'Ramp 2, enabled', at: [2, 3], slot: state2 },
      { spn: 3815, label: 'Ramp 2, moving', at: [2, 5], slot: state2 },
      { spn: 3816, label: 'Ramp 3, retracted', at: [3, 1], slot: state2 },
      { spn: 3817, label: 'Ramp 3, enabled', at: [3, 3], slot: state2 },
      { spn: 3818, label: 'Ramp 3, moving', at: [3, 5], slot: state2 },
      { spn: 4454, label: 'Ramp 4, retracted', at: [4, 1], slot: state2 },
      { spn: 4455, label: 'Ramp 4, enabled', at: [4, 3], slot: state2 },
      { spn: 4456, label: 'Ramp 4, moving', at: [4, 5], slot: state2 },
      { spn: 4457, label: 'Ramp 5, retracted', at: [5, 1], slot: state2 },
      { spn: 4458, label: 'Ramp 5, enabled', at: [5, 3], slot: state2 },
      { spn: 4459, label: 'Ramp 5, moving', at: [5, 5], slot: state2 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        'D5D1C0D5C0FFFFFF',
        {
          3810: 1,
          3811: 1,
          3812: 1,
          3813: 1,
          3814: 0,
          3815: 1,
          3816: 0,
          3817: 0,
          3818: 0,
          4454: 1,
          4455: 1,
          4456: 1,
          4457: 0,
          4458: 0,
          4459: 0,
        },
      ],
    ],
  },
])
