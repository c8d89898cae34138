/**
 * Losses, exhaust, fan and shutdown of the engine: rows of the SPN table (J1939-71 as public
 * knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  exhaustFlowWord,
  massFlowWord,
  percentByte,
  powerWord,
  pressureByte4,
  pressureWord05,
  rotationWord,
  signedPercentByte,
  signedPressureWord,
  state2,
  state4,
  state8,
} = slots
const { noYes, offOn } = states

const fanStates = {
  0: 'off',
  1: 'engine system',
  2: 'air too warm',
  3: 'oil too warm',
  4: 'coolant too warm',
  5: 'transmission oil too warm',
  6: 'hydraulic oil too warm',
  7: 'default',
  8: 'reverse',
  9: 'manual',
  10: 'transmission retarder',
  11: 'air conditioning',
  12: 'timer',
  13: 'engine brake',
}
const dewPoint = { 0: 'not reached', 1: 'exceeded' }
const activity = { 0: 'inactive', 1: 'active' }
const enabling = { 0: 'disabled', 1: 'enabled' }

export const engineStateGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65247,
    label: 'EEC3',
    name: 'Engine controller 3',
    spns: [
      { spn: 514, label: 'Friction torque', at: 1, slot: signedPercentByte },
      { spn: 515, label: 'Desired engine speed', at: 2, slot: rotationWord },
      { spn: 519, label: 'Desired engine speed, asymmetry', at: 4, slot: state8 },
      { spn: 2978, label: 'Parasitic losses torque', at: 5, slot: signedPercentByte },
      { spn: 3236, label: 'Exhaust gas mass flow 1', at: 6, slot: exhaustFlowWord },
      { spn: 3237, label: 'Intake dew point 1', at: [8, 1], slot: state2, states: dewPoint },
      { spn: 3238, label: 'Exhaust dew point 1', at: [8, 3], slot: state2, states: dewPoint },
      { spn: 3239, label: 'Intake dew point 2', at: [8, 5], slot: state2, states: dewPoint },
      { spn: 3240, label: 'Exhaust dew point 2', at: [8, 7], slot: state2, states: dewPoint },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['88E318FF7DFFFFFF', { 514: 11, 515: 796.375, 2978: 0 }],
      ['81FFFFFF7DFFFE00', { 3236: 'error' }],
      ['FFFFFF0AFFC40911', { 519: 10, 3236: 500, 3237: 1, 3238: 0, 3239: 1, 3240: 0 }],
    ],
  },
  {
    pgn: 65170,
    label: 'EI1',
    name: 'Engine information 1',
    spns: [
      { spn: 1208, label: 'Oil pressure before the filter', at: 1, slot: pressureByte4 },
      { spn: 1209, label: 'Exhaust pressure', at: 2, slot: signedPressureWord },
      { spn: 1210, label: 'Fuel rack position', at: 4, slot: percentByte },
      { spn: 1241, label: 'Gas mass flow 1', at: 5, slot: massFlowWord },
      { spn: 1242, label: 'Estimated brake power', at: 7, slot: powerWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FF8097FFFFFFFFFF', { 1209: 53 }],
      ['64FFFF7DC409C409', { 1208: 400, 1210: 50, 1241: 125, 1242: 1250 }],
    ],
  },
  {
    pgn: 65213,
    label: 'FD',
    name: 'Fan drive',
    spns: [
      { spn: 975, label: 'Fan speed, estimated share', at: 1, slot: percentByte },
      { spn: 977, label: 'Fan drive state', at: [2, 1], slot: state4, states: fanStates },
      { spn: 1639, label: 'Fan speed', at: 3, slot: rotationWord },
      { spn: 4211, label: 'Hydraulic fan motor pressure', at: 5, slot: pressureWord05 },
      { spn: 4212, label: 'Fan drive bypass command', at: 7, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['7DF10019C409C8FF', { 975: 50, 977: 1, 1639: 800, 4211: 1250, 4212: 80 }],
    ],
  },
  {
    pgn: 65252,
    label: 'SHUTDN',
    name: 'Shutdown of the engine',
    spns: [
      { spn: 593, label: 'Stopped by idle shutdown', at: [1, 1], slot: state2, states: noYes },
      { spn: 594, label: 'Idle shutdown alert mode', at: [1, 3], slot: state2, states: activity },
      {
        spn: 592,
        label: 'Idle shutdown timer override',
        at: [1, 5],
        slot: state2,
        states: activity,
      },
      { spn: 590, label: 'Idle shutdown timer state', at: [1, 7], slot: state2, states: activity },
      {
        spn: 591,
        label: 'Idle shutdown timer function',
        at: [2, 7],
        slot: state2,
        states: enabling,
      },
      { spn: 985, label: 'A/C high pressure fan switch', at: [3, 1], slot: state2 },
      { spn: 875, label: 'Refrigerant low pressure switch', at: [3, 3], slot: state2 },
      { spn: 605, label: 'Refrigerant high pressure switch', at: [3, 5], slot: state2 },
      { spn: 1081, label: 'Wait to start lamp', at: [4, 1], slot: state2, states: offOn },
      { spn: 1110, label: 'Stopped by engine protection', at: [5, 1], slot: state2, states: noYes },
      {
        spn: 1109,
        label: 'Protection shutdown approaching',
        at: [5, 3],
        slot: state2,
        states: noYes,
      },
      { spn: 1108, label: 'Protection timer override', at: [5, 5], slot: state2, states: activity },
      { spn: 1107, label: 'Protection timer state', at: [5, 7], slot: state2, states: activity },
      {
        spn: 1111,
        label: 'Protection shutdown configured',
        at: [6, 7],
        slot: state2,
        states: enabling,
      },
      { spn: 2815, label: 'Alarm acknowledged', at: [7, 1], slot: state2, states: noYes },
      { spn: 2814, label: 'Alarm output command', at: [7, 3], slot: state2, states: offOn },
      { spn: 2813, label: 'Air shutoff command', at: [7, 5], slot: state2, states: activity },
      { spn: 2812, label: 'Overspeed test', at: [7, 7], slot: state2, states: activity },
      { spn: 3667, label: 'Air shutoff state', at: [8, 1], slot: state2, states: activity },
      { spn: 5404, label: 'Stopped by PTO shutdown', at: [8, 3], slot: state2, states: noYes },
      { spn: 5566, label: 'Coolant level shutdown', at: [8, 5], slot: state2 },
      { spn: 8159, label: 'Oil pressure switch', at: [8, 7], slot: state2 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['007FFDFCF0FFFFFF', { 593: 0, 594: 0, 592: 0, 590: 0, 591: 1, 985: 1, 1081: 0, 1110: 0 }],
      ['007FFDFCF0FFFFFF', { 1109: 0 }],
      ['A07FFDFCF0FFFFFF', { 592: 'error', 590: 'error' }],
      ['11FFC7FD443F1111', { 593: 1, 594: 0, 592: 1, 590: 0, 875: 1, 605: 0, 1081: 1, 1110: 0 }],
      ['11FFC7FD443F1111', { 1109: 1, 1108: 0, 1107: 1, 1111: 0, 2815: 1, 2814: 0, 2813: 1 }],
      ['11FFC7FD443F1111', { 2812: 0, 3667: 1, 5404: 0, 5566: 1, 8159: 0 }],
    ],
  },
])
