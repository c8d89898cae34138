/**
 * Vehicle speed, pedals and the switches of cruise control and power take-off: rows of the SPN
 * table (J1939-71 as public knowledge, checked against pretty_j1939 and the public j1939-84
 * tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { rotationWord, speedByte, speedWord, state2, state3, state5, temperatureByte } = slots
const { noYes, offOn, releasedPressed } = states

const cruiseStates = {
  0: 'off',
  1: 'hold',
  2: 'accelerate',
  3: 'decelerate',
  4: 'resume',
  5: 'set',
  6: 'accelerator override',
}

const governorStates = {
  0: 'off',
  1: 'hold',
  2: 'remote hold',
  3: 'standby',
  4: 'remote standby',
  5: 'set',
  6: 'decelerate',
  7: 'resume',
  8: 'accelerate',
  9: 'accelerator override',
  10: 'preset speed 1',
  11: 'preset speed 2',
  12: 'preset speed 3',
  13: 'preset speed 4',
  14: 'preset speed 5',
  15: 'preset speed 6',
  16: 'preset speed 7',
  17: 'preset speed 8',
}

const axleRanges = { 0: 'low', 1: 'high' }
const parkingBrakeStates = { 0: 'not set', 1: 'set' }

export const cruiseAndSpeedGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65265,
    label: 'CCVS1',
    name: 'Cruise control and vehicle speed 1',
    spns: [
      { spn: 69, label: 'Two-speed axle switch', at: [1, 1], slot: state2, states: axleRanges },
      {
        spn: 70,
        label: 'Parking brake switch',
        at: [1, 3],
        slot: state2,
        states: parkingBrakeStates,
        signal: 'parkingBrake',
      },
      { spn: 1633, label: 'Cruise control pause switch', at: [1, 5], slot: state2, states: offOn },
      {
        spn: 3807,
        label: 'Park brake release inhibit request',
        at: [1, 7],
        slot: state2,
        states: noYes,
      },
      { spn: 84, label: 'Wheel-based vehicle speed', at: 2, slot: speedWord, signal: 'speed' },
      {
        spn: 595,
        label: 'Cruise control active',
        at: [4, 1],
        slot: state2,
        states: offOn,
        signal: 'cruiseControl',
      },
      { spn: 596, label: 'Cruise control enable switch', at: [4, 3], slot: state2, states: offOn },
      {
        spn: 597,
        label: 'Brake pedal switch',
        at: [4, 5],
        slot: state2,
        states: releasedPressed,
        signal: 'brakePedal',
      },
      {
        spn: 598,
        label: 'Clutch pedal switch',
        at: [4, 7],
        slot: state2,
        states: releasedPressed,
        signal: 'clutchPedal',
      },
      { spn: 599, label: 'Cruise control set switch', at: [5, 1], slot: state2, states: offOn },
      { spn: 600, label: 'Cruise control coast switch', at: [5, 3], slot: state2, states: offOn },
      { spn: 601, label: 'Cruise control resume switch', at: [5, 5], slot: state2, states: offOn },
      {
        spn: 602,
        label: 'Cruise control accelerate switch',
        at: [5, 7],
        slot: state2,
        states: offOn,
      },
      { spn: 86, label: 'Cruise control set speed', at: 6, slot: speedByte },
      { spn: 976, label: 'PTO governor state', at: [7, 1], slot: state5, states: governorStates },
      { spn: 527, label: 'Cruise control state', at: [7, 6], slot: state3, states: cruiseStates },
      { spn: 968, label: 'Idle increment switch', at: [8, 1], slot: state2, states: offOn },
      { spn: 967, label: 'Idle decrement switch', at: [8, 3], slot: state2, states: offOn },
      { spn: 966, label: 'Diagnostic test mode switch', at: [8, 5], slot: state2, states: offOn },
      { spn: 1237, label: 'Shutdown override switch', at: [8, 7], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['F7FFFFC300FFFFFF', { 70: 1, 596: 0, 597: 0, 599: 0, 600: 0, 601: 0, 602: 0 }],
      ['FBFFFEAAAA001FFF', { 70: 'error', 84: 'error', 595: 'error', 596: 'error' }],
      ['4D00504444642344', { 69: 1, 1633: 0, 3807: 1, 84: 80, 595: 0, 596: 1, 597: 0, 598: 1 }],
      ['4D00504444642344', { 599: 0, 600: 1, 601: 0, 602: 1, 86: 100, 976: 3, 527: 1, 968: 0 }],
      ['4D00504444642344', { 967: 1, 966: 0, 1237: 1 }],
      ['FF0050FFFFFFFFFF', { 84: 80 }],
      ['FF00FEFFFFFFFFFF', { 84: 'error' }],
    ],
  },
  {
    pgn: 65264,
    label: 'PTO1',
    name: 'Power take-off 1',
    spns: [
      { spn: 90, label: 'PTO oil temperature', at: 1, slot: temperatureByte },
      { spn: 186, label: 'PTO speed', at: 2, slot: rotationWord },
      { spn: 187, label: 'PTO set speed', at: 4, slot: rotationWord },
      { spn: 980, label: 'PTO enable switch', at: [6, 1], slot: state2, states: offOn },
      {
        spn: 979,
        label: 'Remote PTO preset speed switch 1',
        at: [6, 3],
        slot: state2,
        states: offOn,
      },
      {
        spn: 978,
        label: 'Remote PTO variable speed switch',
        at: [6, 5],
        slot: state2,
        states: offOn,
      },
      { spn: 984, label: 'PTO set switch', at: [7, 1], slot: state2, states: offOn },
      { spn: 983, label: 'PTO coast switch', at: [7, 3], slot: state2, states: offOn },
      { spn: 982, label: 'PTO resume switch', at: [7, 5], slot: state2, states: offOn },
      { spn: 981, label: 'PTO accelerate switch', at: [7, 7], slot: state2, states: offOn },
      { spn: 2897, label: 'PTO memory select switch', at: [8, 1], slot: state2, states: offOn },
      {
        spn: 3447,
        label: 'Remote PTO preset speed switch 2',
        at: [8, 3],
        slot: state2,
        states: offOn,
      },
      {
        spn: 3448,
        label: 'Auxiliary input ignore switch',
        at: [8, 5],
        slot: state2,
        states: offOn,
      },
      { spn: 8639, label: 'PTO disable switch', at: [8, 7], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['7D0019401FD14444', { 90: 85, 186: 800, 187: 1000, 980: 1, 979: 0, 978: 1, 984: 0, 983: 1 }],
      ['7D0019401FD14444', { 982: 0, 981: 1, 2897: 0, 3447: 1, 3448: 0, 8639: 1 }],
    ],
  },
])
