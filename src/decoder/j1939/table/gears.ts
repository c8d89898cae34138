/**
 * Gears that the transmission recommends, its switches, fingers and clutches, and the locks of
 * axles: rows of the SPN table (J1939-71 as public knowledge, checked against the public j1939-84
 * tables and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { gearByte, percentByte, speedWord, state2, state3, state8 } = slots
const { noYes, offOn } = states

const lockStates = { 0: 'released', 1: 'engaged' }
const activities = { 0: 'off', 1: 'on' }

export const gearGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65195,
    label: 'ETC6',
    name: 'Transmission controller 6',
    spns: [
      { spn: 1113, label: 'Recommended gear', at: 1, slot: gearByte },
      { spn: 1115, label: 'Highest possible gear', at: 2, slot: gearByte },
      { spn: 1114, label: 'Lowest possible gear', at: 3, slot: gearByte },
      { spn: 2983, label: 'Clutch life left', at: 4, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['827D85A4FFFFFFFF', { 1113: 5, 1115: 0, 1114: 8, 2983: 65.6 }],
    ],
  },
  {
    pgn: 65219,
    label: 'ETC5',
    name: 'Transmission controller 5',
    spns: [
      { spn: 778, label: 'High range switch', at: [1, 1], slot: state2, states: offOn },
      { spn: 779, label: 'Low range switch', at: [1, 3], slot: state2, states: offOn },
      { spn: 32, label: 'Splitter position', at: [1, 5], slot: state2 },
      { spn: 767, label: 'Reverse switch', at: [2, 1], slot: state2, states: offOn },
      { spn: 604, label: 'Neutral switch', at: [2, 3], slot: state2, states: offOn },
      { spn: 903, label: 'Forward switch', at: [2, 5], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['D0C4FFFFFFFFFFFF', { 778: 0, 779: 0, 32: 1, 767: 0, 604: 1, 903: 0 }],
    ],
  },
  {
    pgn: 65221,
    label: 'ETC4',
    name: 'Transmission controller 4',
    spns: [
      { spn: 53, label: 'Synchroniser clutch', at: 1, slot: percentByte },
      { spn: 54, label: 'Synchroniser brake', at: 2, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['A1A1FFFFFFFFFFFF', { 53: 64.4, 54: 64.4 }],
    ],
  },
  {
    pgn: 65223,
    label: 'ETC3',
    name: 'Transmission controller 3',
    spns: [
      { spn: 59, label: 'Shift finger, gear position', at: 1, slot: percentByte },
      { spn: 60, label: 'Shift finger, rail position', at: 2, slot: percentByte },
      { spn: 780, label: 'Shift finger in neutral', at: [3, 1], slot: state2, states: noYes },
      { spn: 781, label: 'Shift finger engaged', at: [3, 3], slot: state2, states: noYes },
      {
        spn: 782,
        label: 'Shift finger on the centre rail',
        at: [3, 5],
        slot: state2,
        states: noYes,
      },
      { spn: 772, label: 'Rail actuator 1', at: [4, 1], slot: state2, states: activities },
      { spn: 773, label: 'Gear actuator 1', at: [4, 3], slot: state2, states: activities },
      { spn: 783, label: 'Rail actuator 2', at: [4, 5], slot: state2, states: activities },
      { spn: 784, label: 'Gear actuator 2', at: [4, 7], slot: state2, states: activities },
      { spn: 768, label: 'High range actuator', at: [5, 1], slot: state2, states: activities },
      { spn: 769, label: 'Low range actuator', at: [5, 3], slot: state2, states: activities },
      { spn: 770, label: 'Splitter direct actuator', at: [5, 5], slot: state2, states: activities },
      {
        spn: 771,
        label: 'Splitter indirect actuator',
        at: [5, 7],
        slot: state2,
        states: activities,
      },
      { spn: 788, label: 'Clutch actuator', at: [6, 1], slot: state2, states: activities },
      { spn: 740, label: 'Lock-up clutch actuator', at: [6, 3], slot: state2, states: activities },
      { spn: 786, label: 'Defuel actuator', at: [6, 5], slot: state2, states: activities },
      { spn: 787, label: 'Inertia brake actuator', at: [6, 7], slot: state2, states: activities },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '7B40C5145055FFFF',
        {
          59: 49.2,
          60: 25.6,
          780: 1,
          781: 1,
          782: 0,
          772: 0,
          773: 1,
          783: 1,
          784: 0,
          768: 0,
          769: 0,
          770: 1,
          771: 1,
          788: 1,
          740: 1,
          786: 1,
          787: 1,
        },
      ],
    ],
  },
  {
    pgn: 65218,
    label: 'ERC2',
    name: 'Retarder controller 2',
    spns: [
      { spn: 748, label: 'Output retarder', at: [1, 1], slot: state2, states: offOn },
      {
        spn: 12990,
        label: 'Road speed limit by retarder enabled',
        at: [1, 3],
        slot: state2,
        states: noYes,
      },
      {
        spn: 12991,
        label: 'Road speed limit by retarder active',
        at: [1, 5],
        slot: state2,
        states: noYes,
      },
      { spn: 4055, label: 'Retarder switch', at: [1, 7], slot: state2, states: offOn },
      { spn: 12992, label: 'Road speed limit by retarder', at: 4, slot: speedWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['01FFFFC337FFFFFF', { 748: 1, 12990: 0, 12991: 0, 4055: 0, 12992: 55.76171875 }],
    ],
  },
  {
    pgn: 61446,
    label: 'EAC1',
    name: 'Axle controller 1',
    spns: [
      { spn: 927, label: 'Axle of the locks', at: 1, slot: state8 },
      {
        spn: 567,
        label: 'Differential lock, front axle 1',
        at: [2, 1],
        slot: state2,
        states: lockStates,
      },
      {
        spn: 568,
        label: 'Differential lock, front axle 2',
        at: [2, 3],
        slot: state2,
        states: lockStates,
      },
      {
        spn: 569,
        label: 'Differential lock, rear axle 1',
        at: [2, 5],
        slot: state2,
        states: lockStates,
      },
      {
        spn: 570,
        label: 'Differential lock, rear axle 2',
        at: [2, 7],
        slot: state2,
        states: lockStates,
      },
      {
        spn: 564,
        label: 'Differential lock, centre',
        at: [3, 1],
        slot: state2,
        states: lockStates,
      },
      {
        spn: 565,
        label: 'Differential lock, centre front',
        at: [3, 3],
        slot: state2,
        states: lockStates,
      },
      {
        spn: 566,
        label: 'Differential lock, centre rear',
        at: [3, 5],
        slot: state2,
        states: lockStates,
      },
      {
        spn: 7716,
        label: 'Differential lock, rear axle 3',
        at: [3, 7],
        slot: state2,
        states: lockStates,
      },
      { spn: 3819, label: 'Front axles driven', at: [4, 1], slot: state2, states: lockStates },
      { spn: 3820, label: 'Rear axles driven', at: [4, 3], slot: state2, states: lockStates },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '100450F1FFFFFFFF',
        {
          927: 16,
          567: 0,
          568: 1,
          569: 0,
          570: 0,
          564: 0,
          565: 0,
          566: 1,
          7716: 1,
          3819: 1,
          3820: 0,
        },
      ],
    ],
  },
  {
    pgn: 64899,
    label: 'TCI',
    name: 'Transfer case',
    spns: [{ spn: 3645, label: 'Transfer case state', at: [1, 1], slot: state3 }],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['F8FFFFFFFFFFFFFF', { 3645: 0 }],
    ],
  },
])
