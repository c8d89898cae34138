/**
 * Hydraulic brakes, hill holder and braking on the request of others: rows of the SPN table
 * (J1939-71 as public knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { accelerationByte, pressureByte100, state2, state3, state4 } = slots
const { noYes, offOn } = states

const holdStates = { 0: 'inactive', 1: 'active', 2: 'active, with a fault' }
const requestStates = { 0: 'every request', 1: 'highest priority only' }
const requestModes = {
  0: 'no braking',
  1: 'driver',
  2: 'driver plus request',
  3: 'greater of both',
}

export const brakeStateGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 64964,
    label: 'EBC5',
    name: 'Brake controller 5',
    spns: [
      { spn: 3839, label: 'Brake temperature warning', at: [1, 1], slot: state2, states: offOn },
      { spn: 2913, label: 'Halt brake mode', at: [1, 3], slot: state3, states: holdStates },
      { spn: 2912, label: 'Hill holder mode', at: [1, 6], slot: state3, states: holdStates },
      { spn: 2919, label: 'Foundation brake in use', at: [2, 1], slot: state2, states: noYes },
      {
        spn: 2917,
        label: 'Brake requests accepted',
        at: [2, 3],
        slot: state2,
        states: requestStates,
      },
      { spn: 2918, label: 'Brake request mode', at: [2, 5], slot: state4, states: requestModes },
      { spn: 2921, label: 'Brake request acceleration limit', at: 3, slot: accelerationByte },
      { spn: 5275, label: 'Parking brake fully applied', at: [4, 1], slot: state2, states: noYes },
      { spn: 5847, label: 'Emergency braking', at: [4, 3], slot: state2, states: noYes },
      { spn: 7942, label: 'Railroad mode', at: [4, 5], slot: state2, states: offOn },
      { spn: 15264, label: 'Brake hold mode', at: [5, 1], slot: state4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['451464C4F2FFFFFF', { 3839: 1, 2913: 1, 2912: 2, 2919: 0, 2917: 1, 2918: 1, 2921: -2.5 }],
      ['451464C4F2FFFFFF', { 5275: 0, 5847: 1, 7942: 0, 15264: 2 }],
    ],
  },
  {
    pgn: 64998,
    label: 'HBS',
    name: 'Hydraulic brake system',
    spns: [
      { spn: 2580, label: 'Brake pressure, circuit 1', at: 1, slot: pressureByte100 },
      { spn: 2581, label: 'Brake pressure, circuit 2', at: 2, slot: pressureByte100 },
      { spn: 2584, label: 'Pressure warning, circuit 1', at: [3, 1], slot: state2 },
      { spn: 2585, label: 'Pressure warning, circuit 2', at: [3, 3], slot: state2 },
      { spn: 2582, label: 'Pressure supply, circuit 1', at: [3, 5], slot: state2 },
      { spn: 2583, label: 'Pressure supply, circuit 2', at: [3, 7], slot: state2 },
      { spn: 2930, label: 'Audible warning command', at: [4, 1], slot: state2, states: offOn },
      { spn: 2931, label: 'Brake fluid level switch', at: [4, 3], slot: state2 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFFFF5F7FFFFFFFF', { 2584: 1, 2585: 1, 2931: 1 }],
      ['643C1FFDFFFFFFFF', { 2580: 10_000, 2581: 6000, 2582: 1, 2583: 0, 2930: 1 }],
    ],
  },
])
