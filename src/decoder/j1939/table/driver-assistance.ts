/**
 * Distance keeping, lane keeping, emergency braking and speed limits: rows of the SPN table
 * (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939 matrix of
 * canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  coarseRotationByte,
  collisionTimeByte,
  curvatureWord,
  distanceByte,
  laneDistanceByte,
  percentByte,
  signedPercentByte,
  speedByte,
  speedWord,
  state2,
  state3,
  state4,
} = slots
const { noYes } = states

const cruiseModes = {
  0: 'standby',
  1: 'speed',
  2: 'distance',
  3: 'overtaking',
  4: 'hold',
  5: 'finish',
}
const tracking = { 0: 'not tracking', 1: 'tracking' }
const enablings = { 0: 'off', 1: 'on' }

export const driverAssistanceGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65135,
    label: 'ACC1',
    name: 'Adaptive cruise control 1',
    spns: [
      { spn: 1586, label: 'Speed of the vehicle ahead', at: 1, slot: speedByte },
      { spn: 1587, label: 'Distance to the vehicle ahead', at: 2, slot: distanceByte },
      { spn: 1588, label: 'Adaptive cruise set speed', at: 3, slot: speedByte },
      { spn: 1590, label: 'Adaptive cruise mode', at: [4, 1], slot: state3, states: cruiseModes },
      { spn: 1589, label: 'Adaptive cruise distance mode', at: [4, 4], slot: state3 },
      { spn: 1591, label: 'Curvature of the road', at: 5, slot: curvatureWord },
      { spn: 1798, label: 'Vehicle ahead detected', at: [7, 1], slot: state2, states: noYes },
      { spn: 1797, label: 'Adaptive cruise shutting off', at: [7, 3], slot: state2, states: noYes },
      { spn: 1796, label: 'Distance alert', at: [7, 5], slot: state2, states: noYes },
      { spn: 5022, label: 'Forward collision warning', at: [7, 7], slot: state2, states: noYes },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '590A30ED4B2A55FF',
        {
          1586: 89,
          1587: 10,
          1588: 48,
          1590: 5,
          1589: 5,
          1591: -165.4140625,
          1798: 1,
          1797: 1,
          1796: 1,
          5022: 1,
        },
      ],
    ],
  },
  {
    pgn: 65105,
    label: 'ACC2',
    name: 'Adaptive cruise control 2',
    spns: [
      { spn: 5023, label: 'Adaptive cruise wanted', at: [1, 1], slot: state2 },
      { spn: 1799, label: 'Adaptive cruise distance mode wanted', at: [1, 6], slot: state3 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['1DFFFFFFFFFFFFFF', { 5023: 1, 1799: 0 }],
    ],
  },
  {
    pgn: 65115,
    label: 'FLI2',
    name: 'Lane keeping 2',
    spns: [
      { spn: 1711, label: 'Lane tracking, right', at: [1, 3], slot: state2, states: tracking },
      { spn: 1710, label: 'Lane tracking, left', at: [1, 5], slot: state2, states: tracking },
      { spn: 1702, label: 'Lane departure warning', at: [1, 7], slot: state2, states: enablings },
      { spn: 7474, label: 'Driver alertness', at: 2, slot: percentByte },
      { spn: 7475, label: 'Driver alertness warning', at: [3, 1], slot: state3 },
      { spn: 8139, label: 'Left wheel to the lane', at: 4, slot: laneDistanceByte },
      { spn: 8140, label: 'Right wheel to the lane', at: 5, slot: laneDistanceByte },
      { spn: 8141, label: 'Lane departure system', at: [7, 1], slot: state4 },
      { spn: 8142, label: 'Lane camera', at: [7, 5], slot: state4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '0315FA6C35FFA5FF',
        { 1711: 0, 1710: 0, 1702: 0, 7474: 8.4, 7475: 2, 8139: -17, 8140: -72, 8141: 5, 8142: 10 },
      ],
    ],
  },
  {
    pgn: 61447,
    label: 'FLI1',
    name: 'Lane keeping 1',
    spns: [
      { spn: 3565, label: 'Lane departed, left', at: [1, 1], slot: state2, states: noYes },
      { spn: 3566, label: 'Lane departed, right', at: [1, 3], slot: state2, states: noYes },
      {
        spn: 1701,
        label: 'Lane departure imminent, right',
        at: [1, 5],
        slot: state2,
        states: noYes,
      },
      {
        spn: 1700,
        label: 'Lane departure imminent, left',
        at: [1, 7],
        slot: state2,
        states: noYes,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['14FFFFFFFFFFFFFF', { 3565: 0, 3566: 1, 1701: 1, 1700: 0 }],
    ],
  },
  {
    pgn: 61487,
    label: 'AEBS1',
    name: 'Emergency braking 1',
    spns: [
      { spn: 5676, label: 'Emergency braking state', at: [1, 1], slot: state4 },
      { spn: 5677, label: 'Collision warning level', at: [1, 5], slot: state4 },
      { spn: 5678, label: 'Object ahead', at: [2, 1], slot: state3 },
      { spn: 5679, label: 'Object may turn off', at: [2, 4], slot: state3 },
      { spn: 5680, label: 'Time to collision', at: 3, slot: collisionTimeByte },
      { spn: 9748, label: 'Road departure braking state', at: [4, 1], slot: state4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['CDD549F6FFFFFFFF', { 5676: 13, 5677: 12, 5678: 5, 5679: 2, 5680: 3.65, 9748: 6 }],
    ],
  },
  {
    pgn: 65261,
    label: 'CCSS',
    name: 'Speed limits of the cruise control',
    spns: [
      { spn: 74, label: 'Speed limit of the vehicle', at: 1, slot: speedByte },
      { spn: 87, label: 'Cruise control, highest set speed', at: 2, slot: speedByte },
      { spn: 88, label: 'Cruise control, lowest set speed', at: 3, slot: speedByte },
      { spn: 6808, label: 'Speed limit of the vehicle, fine', at: 4, slot: speedWord },
      {
        spn: 10289,
        label: 'Cruise control, lowest set speed of the system',
        at: 6,
        slot: speedByte,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['31614EDD276BFFFF', { 74: 49, 87: 97, 88: 78, 6808: 39.86328125, 10289: 107 }],
    ],
  },
  {
    pgn: 64997,
    label: 'MVS',
    name: 'Speed limits of the vehicle',
    spns: [
      { spn: 2588, label: 'Speed limit 1', at: 1, slot: speedByte },
      { spn: 2589, label: 'Speed limit 2', at: 2, slot: speedByte },
      { spn: 2590, label: 'Speed limit 3', at: 3, slot: speedByte },
      { spn: 2591, label: 'Speed limit 4', at: 4, slot: speedByte },
      { spn: 2592, label: 'Speed limit 5', at: 5, slot: speedByte },
      { spn: 2593, label: 'Speed limit 6', at: 6, slot: speedByte },
      { spn: 2594, label: 'Speed limit 7', at: 7, slot: speedByte },
      { spn: 2595, label: 'Speed limit that applies', at: 8, slot: speedByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '6E312D2B452C3A43',
        { 2588: 110, 2589: 49, 2590: 45, 2591: 43, 2592: 69, 2593: 44, 2594: 58, 2595: 67 },
      ],
    ],
  },
  {
    pgn: 65107,
    label: 'RTC1',
    name: 'Retarder limits',
    spns: [
      { spn: 1776, label: 'Retarder, highest speed, low limit', at: 1, slot: coarseRotationByte },
      { spn: 1777, label: 'Retarder, lowest speed, high limit', at: 2, slot: coarseRotationByte },
      { spn: 1778, label: 'Retarder, highest torque, low limit', at: 3, slot: signedPercentByte },
      { spn: 1779, label: 'Retarder, lowest torque, high limit', at: 4, slot: signedPercentByte },
      { spn: 1780, label: 'Retarder, highest speed', at: 5, slot: coarseRotationByte },
      { spn: 1781, label: 'Retarder, lowest speed', at: 6, slot: coarseRotationByte },
      { spn: 1782, label: 'Retarder, highest torque', at: 7, slot: signedPercentByte },
      { spn: 1783, label: 'Retarder, lowest torque', at: 8, slot: signedPercentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '7D6428615E601364',
        {
          1776: 4000,
          1777: 3200,
          1778: -85,
          1779: -28,
          1780: 3008,
          1781: 3072,
          1782: -106,
          1783: -25,
        },
      ],
    ],
  },
  {
    pgn: 65108,
    label: 'ECT1',
    name: 'Engine limits',
    spns: [
      { spn: 1768, label: 'Engine, highest speed, low limit', at: 1, slot: coarseRotationByte },
      { spn: 1769, label: 'Engine, lowest speed, high limit', at: 2, slot: coarseRotationByte },
      { spn: 1770, label: 'Engine, highest torque, low limit', at: 3, slot: signedPercentByte },
      { spn: 1771, label: 'Engine, lowest torque, high limit', at: 4, slot: signedPercentByte },
      { spn: 1772, label: 'Engine, highest speed', at: 5, slot: coarseRotationByte },
      { spn: 1773, label: 'Engine, lowest speed', at: 6, slot: coarseRotationByte },
      { spn: 1774, label: 'Engine, highest torque', at: 7, slot: signedPercentByte },
      { spn: 1775, label: 'Engine, lowest torque', at: 8, slot: signedPercentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      [
        '2D512B1825562D30',
        {
          1768: 1440,
          1769: 2592,
          1770: -82,
          1771: -101,
          1772: 1184,
          1773: 2752,
          1774: -80,
          1775: -77,
        },
      ],
    ],
  },
])
