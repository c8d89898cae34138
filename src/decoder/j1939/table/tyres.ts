/**
 * Tyres: pressures, temperatures, leaks and the tyre pressure control unit: rows of the SPN table
 * (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939 matrix of
 * canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  leakageWord,
  minuteByte,
  pressureByte4,
  pressureWord05,
  state2,
  state3,
  state4,
  state8,
  temperatureWord,
} = slots
const { noYes, offOn } = states

const channelModes = {
  0: 'hold',
  1: 'inflate',
  2: 'deflate',
  3: 'confirm',
  4: 'waiting to inflate',
  5: 'waiting to deflate',
  6: 'checking',
}
const sensorStates = { 0: 'off', 1: 'on' }
const tyreStates = { 0: 'tight', 1: 'leaking' }
const faultStates = { 0: 'none' }
const thresholds = { 0: 'far too high', 1: 'too high', 2: 'normal', 3: 'too low', 4: 'far too low' }

export const tyreGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65268,
    label: 'TIRE1',
    name: 'Tyre condition 1',
    instance: 929,
    spns: [
      { spn: 929, label: 'Tyre location', at: 1, slot: state8 },
      {
        spn: 241,
        label: 'Tyre pressure',
        at: 2,
        slot: pressureByte4,
        // Second from the left is the right one only on an axle of two: behind, nobody can say.
        signalAt: {
          0: 'tirePressureFrontLeft',
          1: 'tirePressureFrontRight',
          16: 'tirePressureBackLeft',
        },
      },
      { spn: 242, label: 'Tyre temperature', at: 3, slot: temperatureWord },
      { spn: 1699, label: 'Tyre sensor', at: [5, 1], slot: state2, states: sensorStates },
      { spn: 1698, label: 'Tyre state', at: [5, 3], slot: state2, states: tyreStates },
      {
        spn: 1697,
        label: 'Tyre sensor, electrical fault',
        at: [5, 5],
        slot: state2,
        states: faultStates,
      },
      { spn: 6990, label: 'Extended pressure supported', at: [5, 7], slot: state2, states: noYes },
      { spn: 2586, label: 'Tyre leakage rate', at: 6, slot: leakageWord },
      {
        spn: 2587,
        label: 'Tyre pressure against its threshold',
        at: [8, 6],
        slot: state3,
        states: thresholds,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '11CD703300A42F5F',
        {
          929: 17,
          241: 820,
          242: 138.5,
          1699: 0,
          1698: 0,
          1697: 0,
          6990: 0,
          2586: 1219.6,
          2587: 2,
        },
      ],
    ],
  },
  {
    pgn: 65144,
    label: 'TP1',
    name: 'Tyre pressure control, modes',
    spns: [
      { spn: 39, label: 'Tyre pressure check interval', at: 1, slot: minuteByte },
      { spn: 1466, label: 'Steer channel mode', at: [2, 1], slot: state4, states: channelModes },
      {
        spn: 1467,
        label: 'Trailer or tag channel mode',
        at: [3, 1],
        slot: state4,
        states: channelModes,
      },
      { spn: 1468, label: 'Drive channel mode', at: [3, 5], slot: state4, states: channelModes },
      { spn: 1469, label: 'Drive valve', at: [4, 1], slot: state2, states: offOn },
      { spn: 1470, label: 'Steer valve', at: [4, 3], slot: state2, states: offOn },
      { spn: 1471, label: 'Tyre supply switch', at: [4, 5], slot: state2, states: offOn },
      { spn: 1472, label: 'Deflate valve', at: [5, 1], slot: state2, states: offOn },
      { spn: 1473, label: 'Control valve', at: [5, 3], slot: state2, states: offOn },
      { spn: 1474, label: 'Supply valve', at: [5, 5], slot: state2, states: offOn },
      { spn: 1475, label: 'Trailer, tag or push valve', at: [5, 7], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '7DF456C411FFFFFF',
        {
          39: 125,
          1466: 4,
          1467: 6,
          1468: 5,
          1469: 0,
          1470: 1,
          1471: 0,
          1472: 1,
          1473: 0,
          1474: 1,
          1475: 0,
        },
      ],
    ],
  },
  {
    pgn: 65145,
    label: 'TP2',
    name: 'Tyre pressure control, targets',
    spns: [
      { spn: 141, label: 'Trailer, tag or push target', at: 1, slot: pressureWord05 },
      { spn: 142, label: 'Drive axle target', at: 3, slot: pressureWord05 },
      { spn: 143, label: 'Steer axle target', at: 5, slot: pressureWord05 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['BC2FD277A236FFFF', { 141: 6110, 142: 15337, 143: 6993 }],
    ],
  },
  {
    pgn: 65146,
    label: 'TP3',
    name: 'Tyre pressure control, pressures',
    spns: [
      { spn: 144, label: 'Trailer, tag or push tyre pressure', at: 1, slot: pressureWord05 },
      { spn: 145, label: 'Drive axle tyre pressure', at: 3, slot: pressureWord05 },
      { spn: 146, label: 'Steer axle tyre pressure', at: 5, slot: pressureWord05 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['7813845B111CFFFF', { 144: 2492, 145: 11714, 146: 3592.5 }],
    ],
  },
])
