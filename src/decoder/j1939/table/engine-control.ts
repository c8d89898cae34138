/**
 * Torque, speed, pedals and operation of the engine: rows of the SPN table (J1939-71 as public
 * knowledge, checked against recordings of trucks, the public j1939-84 tables and the J1939 matrix
 * of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  addressByte,
  loadByte,
  percentByte,
  percentEighthNibble,
  rotationWord,
  secondsWord,
  signedPercentByte,
  state2,
  state4,
} = slots
const { noYes, offOn, torqueModes } = states

const limitStates = { 0: 'active', 1: 'not active' }
const starterModes = {
  0: 'not requested',
  1: 'cranking, gear not engaged',
  2: 'cranking, gear engaged',
  3: 'finished',
  4: 'inhibited, engine runs',
  5: 'inhibited, engine not ready',
  6: 'inhibited, driveline engaged',
  7: 'inhibited, immobiliser',
  8: 'inhibited, starter too hot',
  12: 'inhibited, reason unknown',
}
const operatingStates = {
  0: 'stopped',
  1: 'before the start',
  2: 'starting',
  3: 'warming up',
  4: 'running',
  5: 'cooling down',
  6: 'stopping',
  7: 'after the run',
}

export const engineControlGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 61443,
    label: 'EEC2',
    name: 'Engine controller 2',
    spns: [
      { spn: 558, label: 'Accelerator 1 at idle', at: [1, 1], slot: state2, states: noYes },
      { spn: 559, label: 'Accelerator kickdown', at: [1, 3], slot: state2, states: noYes },
      { spn: 1437, label: 'Road speed limit', at: [1, 5], slot: state2, states: limitStates },
      { spn: 2970, label: 'Accelerator 2 at idle', at: [1, 7], slot: state2, states: noYes },
      {
        spn: 91,
        label: 'Accelerator position',
        at: 2,
        slot: percentByte,
        signal: 'acceleratorPosition',
      },
      {
        spn: 92,
        label: 'Engine load at current speed',
        at: 3,
        slot: loadByte,
        signal: 'engineLoad',
      },
      { spn: 974, label: 'Remote accelerator position', at: 4, slot: percentByte },
      { spn: 29, label: 'Accelerator position 2', at: 5, slot: percentByte },
      { spn: 2979, label: 'Acceleration limit active', at: [6, 1], slot: state2, states: noYes },
      { spn: 5021, label: 'Momentary full power enabled', at: [6, 3], slot: state2, states: noYes },
      { spn: 5399, label: 'Filter heating active', at: [6, 5], slot: state2, states: noYes },
      { spn: 5400, label: 'SCR heating active', at: [6, 7], slot: state2, states: noYes },
      { spn: 3357, label: 'Greatest torque available', at: 7, slot: percentByte },
      { spn: 5398, label: 'Pumping torque, estimated', at: 8, slot: signedPercentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['AAFEFEFEFEAAFEFE', 'error'],
      ['FFFE00FFFFFF00FF', { 92: 0, 3357: 0 }],
      ['DF0000FFFFFFFFFF', { 1437: 1, 91: 0 }],
      ['F10000FFFF0C00FF', { 558: 1, 559: 0, 2979: 0, 5399: 0, 5400: 0 }],
      ['D1004EFFFFFFFFFF', { 92: 78 }],
      ['10C8828C321082A0', { 558: 0, 559: 0, 1437: 1, 2970: 0, 91: 80, 92: 130, 974: 56, 29: 20 }],
      ['10C8828C321082A0', { 2979: 0, 5021: 0, 5399: 1, 5400: 0, 3357: 52, 5398: 35 }],
    ],
  },
  {
    pgn: 61444,
    label: 'EEC1',
    name: 'Engine controller 1',
    spns: [
      { spn: 899, label: 'Engine torque mode', at: [1, 1], slot: state4, states: torqueModes },
      { spn: 4154, label: 'Engine torque, eighths', at: [1, 5], slot: percentEighthNibble },
      { spn: 512, label: 'Torque that the driver demands', at: 2, slot: signedPercentByte },
      { spn: 513, label: 'Engine torque', at: 3, slot: signedPercentByte, signal: 'engineTorque' },
      { spn: 190, label: 'Engine speed', at: 4, slot: rotationWord, signal: 'engineSpeed' },
      { spn: 1483, label: 'Address that controls the engine', at: 6, slot: addressByte },
      { spn: 1675, label: 'Engine starter mode', at: [7, 1], slot: state4, states: starterModes },
      { spn: 2432, label: 'Torque demanded of the engine', at: 8, slot: signedPercentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['EEFEFE00FEFEFEFE', 'error'],
      ['F0FF7D0000FFFFFF', { 899: 0, 513: 0, 190: 0 }],
      ['F19F7D000000F67D', { 899: 1, 512: 34, 1483: 0, 1675: 6, 2432: 0 }],
      ['FFFFFFFFFFFFF0FF', { 1675: 0 }],
      ['007D7D000000F07D', { 4154: 0, 512: 0 }],
      ['F07D87801400F47D', { 190: 656 }],
      ['F07D8700FBFFFFFF', { 190: 'specific' }],
      ['12AF96204E32F14B', { 899: 2, 4154: 0.125, 512: 50, 513: 25, 190: 2500, 1483: 50, 1675: 1 }],
      ['12AF96204E32F14B', { 2432: -50 }],
    ],
  },
  {
    pgn: 64914,
    label: 'EOI',
    name: 'Engine operation',
    spns: [
      {
        spn: 3543,
        label: 'Engine operating state',
        at: [1, 1],
        slot: state4,
        states: operatingStates,
      },
      { spn: 4082, label: 'Fuel pump primer', at: [1, 5], slot: state2, states: offOn },
      { spn: 6385, label: 'Starter relay', at: [1, 7], slot: state2, states: offOn },
      { spn: 3544, label: 'Time left in operating state', at: 2, slot: secondsWord },
      { spn: 3608, label: 'Fuel shut-off vent', at: [4, 1], slot: state2 },
      { spn: 632, label: 'Fuel shut-off 1', at: [4, 3], slot: state2 },
      { spn: 2807, label: 'Fuel shut-off 2', at: [4, 5], slot: state2 },
      { spn: 3601, label: 'Fuel shut-off leak test', at: [4, 7], slot: state2 },
      { spn: 3589, label: 'Oil priming pump', at: [5, 1], slot: state2, states: offOn },
      { spn: 3602, label: 'Oil preheater', at: [5, 3], slot: state2, states: offOn },
      { spn: 3603, label: 'Electrical power saving', at: [5, 5], slot: state2 },
      { spn: 3604, label: 'Engine preheater', at: [5, 7], slot: state2, states: offOn },
      { spn: 3605, label: 'Coolant circulation pump', at: [6, 1], slot: state2, states: offOn },
      {
        spn: 3606,
        label: 'Controlled shutdown requested',
        at: [6, 3],
        slot: state2,
        states: noYes,
      },
      { spn: 3607, label: 'Emergency shutdown', at: [6, 5], slot: state2, states: noYes },
      { spn: 6884, label: 'Raised idle in the cold', at: [6, 7], slot: state2 },
      { spn: 6807, label: 'Torque desired', at: 7, slot: signedPercentByte },
      { spn: 3644, label: 'Engine derate request', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['AE00FEAAAAAAFEFE', 'error'],
      ['F0FFFFFFFFFFFFFF', { 3543: 0 }],
      ['F0FFFFFFFFC3FFFF', { 3606: 0, 3607: 0 }],
      ['01204E545545AFA0', { 3543: 1, 4082: 0, 6385: 0, 3544: 20_000, 3608: 0, 632: 1, 2807: 1 }],
      ['01204E545545AFA0', { 3601: 1, 3589: 1, 3602: 1, 3603: 1, 3604: 1, 3605: 1, 3606: 1 }],
      ['01204E545545AFA0', { 3607: 0, 6884: 1, 6807: 50, 3644: 64 }],
    ],
  },
])
