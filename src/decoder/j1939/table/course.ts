/**
 * Course, height and speed from satellite navigation, and the motion of the body: rows of the SPN
 * table (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939
 * matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  accelerationByte,
  altitudeWord,
  angleWord,
  fineAccelerationWord,
  signedAngleWord,
  speedWord,
  state2,
  steeringAngleWord,
  turns6,
  wideAccelerationWord,
  yawRateWord,
} = slots
const { noYes, offOn } = states

const activities = { 0: 'passive', 1: 'active' }

export const courseGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65256,
    label: 'VDS',
    name: 'Course and height',
    spns: [
      { spn: 165, label: 'Compass bearing', at: 1, slot: angleWord, signal: 'heading', rank: 0 },
      {
        spn: 517,
        label: 'Speed of the navigation',
        at: 3,
        slot: speedWord,
        signal: 'speed',
        rank: 3,
      },
      { spn: 583, label: 'Pitch', at: 5, slot: signedAngleWord },
      { spn: 580, label: 'Altitude', at: 7, slot: altitudeWord, signal: 'altitude', rank: 0 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['008723138366605E', { 165: 270, 517: 19.13671875, 583: 5.0234375, 580: 520 }],
    ],
  },
  {
    pgn: 61449,
    label: 'VDC2',
    name: 'Dynamics of the vehicle',
    spns: [
      { spn: 1807, label: 'Steering wheel angle', at: 1, slot: steeringAngleWord },
      { spn: 1811, label: 'Steering wheel turns', at: [3, 1], slot: turns6 },
      { spn: 1812, label: 'Steering wheel sensor type', at: [3, 7], slot: state2 },
      { spn: 1808, label: 'Yaw rate', at: 4, slot: yawRateWord },
      { spn: 1809, label: 'Lateral acceleration', at: 6, slot: fineAccelerationWord },
      { spn: 1810, label: 'Longitudinal acceleration', at: 8, slot: accelerationByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        'AA2522C172F07A62',
        {
          1807: -21.957984375,
          1811: 2,
          1812: 0,
          1808: -0.3339404296875,
          1809: -0.3198125,
          1810: -2.7,
        },
      ],
    ],
  },
  {
    pgn: 65103,
    label: 'VDC1',
    name: 'Stability control',
    spns: [
      { spn: 1813, label: 'Stability control lamp', at: [1, 1], slot: state2, states: offOn },
      {
        spn: 1814,
        label: 'Stability control operational',
        at: [1, 3],
        slot: state2,
        states: noYes,
      },
      {
        spn: 1815,
        label: 'Stability control asks for brake lights',
        at: [1, 5],
        slot: state2,
        states: noYes,
      },
      {
        spn: 1816,
        label: 'Roll-over prevention, engine',
        at: [2, 1],
        slot: state2,
        states: activities,
      },
      {
        spn: 1818,
        label: 'Roll-over prevention, brakes',
        at: [2, 3],
        slot: state2,
        states: activities,
      },
      { spn: 1817, label: 'Yaw control, engine', at: [2, 5], slot: state2, states: activities },
      { spn: 1819, label: 'Yaw control, brakes', at: [2, 7], slot: state2, states: activities },
      {
        spn: 5624,
        label: 'Trailer stability control',
        at: [3, 1],
        slot: state2,
        states: activities,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        'D154FDFFFFFFFFFF',
        { 1813: 1, 1814: 0, 1815: 1, 1816: 0, 1818: 1, 1817: 1, 1819: 1, 5624: 1 },
      ],
    ],
  },
  {
    pgn: 61485,
    label: 'ACCS',
    name: 'Accelerations',
    spns: [
      { spn: 5347, label: 'Lateral acceleration, wide', at: 1, slot: wideAccelerationWord },
      { spn: 5348, label: 'Longitudinal acceleration, wide', at: 3, slot: wideAccelerationWord },
      { spn: 5349, label: 'Vertical acceleration, wide', at: 5, slot: wideAccelerationWord },
      { spn: 5350, label: 'Lateral acceleration, merit', at: [7, 1], slot: state2 },
      { spn: 5351, label: 'Longitudinal acceleration, merit', at: [7, 3], slot: state2 },
      { spn: 5352, label: 'Vertical acceleration, merit', at: [7, 5], slot: state2 },
      { spn: 5353, label: 'Variable rate supported', at: [7, 7], slot: state2, states: noYes },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '995A962F6C0611FF',
        { 5347: -88.07, 5348: -198.18, 5349: -303.56, 5350: 1, 5351: 0, 5352: 1, 5353: 0 },
      ],
    ],
  },
])
