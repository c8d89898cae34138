/**
 * Lights, wipers and climate of the cab, and the air outside: rows of the SPN table (J1939-71 as
 * public knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  barometerByte,
  percentByte,
  pressureByte16,
  secondsWord,
  state2,
  state3,
  state4,
  temperatureByte,
  temperatureWord,
} = slots
const { offOn } = states

const mainLights = { 0: 'off', 1: 'parking lights', 2: 'headlamps' }
const turnSignals = { 0: 'none', 1: 'left', 2: 'right' }
const beams = { 0: 'low', 1: 'high' }
const wiperSpeeds = {
  0: 'off',
  1: 'low',
  2: 'medium',
  3: 'high',
  4: 'delay 1',
  5: 'delay 2',
  6: 'mist',
}
const washerSpeeds = { 0: 'off', 1: 'low', 2: 'medium', 3: 'high' }

export const cabGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 64972,
    label: 'OEL',
    name: 'Exterior light controls',
    spns: [
      { spn: 2873, label: 'Work light switch', at: [1, 1], slot: state4 },
      { spn: 2872, label: 'Main light switch', at: [1, 5], slot: state4, states: mainLights },
      { spn: 2876, label: 'Turn signal switch', at: [2, 1], slot: state4, states: turnSignals },
      { spn: 2875, label: 'Hazard light switch', at: [2, 5], slot: state2, states: offOn },
      { spn: 2874, label: 'High beam switch', at: [2, 7], slot: state2, states: beams },
      { spn: 2878, label: 'Back-light, desired', at: 3, slot: percentByte },
      { spn: 2877, label: 'Lamp off delay, desired', at: 4, slot: secondsWord },
      { spn: 4004, label: 'Exterior lamp check switch', at: [6, 1], slot: state2, states: offOn },
      { spn: 12308, label: 'Headlamp flash switch', at: [6, 3], slot: state2, states: offOn },
      { spn: 12964, label: 'Auxiliary lamp switch', at: [6, 5], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['21137DC409D1FFFF', { 2873: 1, 2872: 2, 2876: 3, 2875: 1, 2874: 0, 2878: 50, 2877: 2500 }],
      ['21137DC409D1FFFF', { 4004: 1, 12308: 0, 12964: 1 }],
    ],
  },
  {
    pgn: 64973,
    label: 'OWW',
    name: 'Wiper and washer controls',
    spns: [
      {
        spn: 2864,
        label: 'Front wiper, passenger side',
        at: [1, 1],
        slot: state4,
        states: wiperSpeeds,
      },
      {
        spn: 2863,
        label: 'Front wiper, driver side',
        at: [1, 5],
        slot: state4,
        states: wiperSpeeds,
      },
      { spn: 2865, label: 'Rear wiper', at: [2, 5], slot: state4, states: wiperSpeeds },
      { spn: 2869, label: 'Front wiper delay, driver side', at: 3, slot: percentByte },
      { spn: 2870, label: 'Front wiper delay, passenger side', at: 4, slot: percentByte },
      { spn: 2871, label: 'Rear wiper delay', at: 5, slot: percentByte },
      {
        spn: 2867,
        label: 'Front washer, passenger side',
        at: [6, 3],
        slot: state3,
        states: washerSpeeds,
      },
      {
        spn: 2866,
        label: 'Front washer, driver side',
        at: [6, 6],
        slot: state3,
        states: washerSpeeds,
      },
      { spn: 2868, label: 'Rear washer', at: [7, 6], slot: state3, states: washerSpeeds },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['213F7DC84B477FFF', { 2864: 1, 2863: 2, 2865: 3, 2869: 50, 2870: 80, 2871: 30, 2867: 1 }],
      ['213F7DC84B477FFF', { 2866: 2, 2868: 3 }],
    ],
  },
  {
    pgn: 64993,
    label: 'CACI',
    name: 'Cab climate',
    spns: [
      { spn: 2609, label: 'Refrigerant compressor outlet pressure', at: 1, slot: pressureByte16 },
      { spn: 7853, label: 'Air conditioner compressor', at: [2, 1], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['16FCFFFFFFFFFFFF', { 2609: 352, 7853: 0 }],
      ['FFFDFFFFFFFFFFFF', { 7853: 1 }],
    ],
  },
  {
    pgn: 65269,
    label: 'AMB',
    name: 'Ambient conditions',
    spns: [
      {
        spn: 108,
        label: 'Barometric pressure',
        at: 1,
        slot: barometerByte,
        signal: 'barometricPressure',
      },
      { spn: 170, label: 'Cab interior temperature', at: 2, slot: temperatureWord },
      {
        spn: 171,
        label: 'Ambient air temperature',
        at: 4,
        slot: temperatureWord,
        signal: 'ambientTemp',
      },
      { spn: 172, label: 'Engine intake air temperature', at: 6, slot: temperatureByte },
      { spn: 79, label: 'Road surface temperature', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['C5FFFF2002FFFFFF', { 108: 98.5, 171: -256 }],
      ['A7FFFFFFFEFFFFFF', { 171: 'error' }],
      ['FF4025FFFF7D0028', { 170: 25, 172: 85, 79: 47 }],
      ['FFFFFFA024FFFFFF', { 171: 20 }],
    ],
  },
])
