/**
 * Service brakes, ABS, traction control and retarder: rows of the SPN table (J1939-71 as public
 * knowledge, checked against recordings of trucks, the public j1939-84 tables and the J1939 matrix
 * of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { addressByte, percentByte, signedPercentByte, state2, state4 } = slots
const { noYes, offOn, releasedPressed, torqueModes } = states

export const brakeControlGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 61440,
    label: 'ERC1',
    name: 'Retarder controller 1',
    spns: [
      { spn: 900, label: 'Retarder torque mode', at: [1, 1], slot: state4, states: torqueModes },
      { spn: 571, label: 'Brake assist switch', at: [1, 5], slot: state2, states: offOn },
      { spn: 572, label: 'Shift assist switch', at: [1, 7], slot: state2, states: offOn },
      { spn: 520, label: 'Retarder torque', at: 2, slot: signedPercentByte },
      { spn: 1085, label: 'Retarder torque intended', at: 3, slot: signedPercentByte },
      {
        spn: 1082,
        label: 'Coolant load increase possible',
        at: [4, 1],
        slot: state2,
        states: noYes,
      },
      { spn: 1667, label: 'Brake light requested', at: [4, 3], slot: state2, states: noYes },
      { spn: 4233, label: 'Road speed limit switch', at: [4, 5], slot: state2, states: offOn },
      { spn: 4234, label: 'Road speed limit exceeded', at: [4, 7], slot: state2, states: noYes },
      { spn: 1480, label: 'Address that controls the retarder', at: 5, slot: addressByte },
      {
        spn: 1715,
        label: 'Retarder torque that the driver demands',
        at: 6,
        slot: signedPercentByte,
      },
      { spn: 1716, label: 'Retarder selection', at: 7, slot: percentByte },
      { spn: 1717, label: 'Greatest retarder torque available', at: 8, slot: signedPercentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['AEFEFEAAFEFEFEFE', 'error'],
      ['007D7DF3007D0064', { 900: 0, 571: 0, 572: 0, 520: 0, 1085: 0, 1667: 0, 1480: 0, 1715: 0 }],
      ['007D7DF3007D0064', { 1716: 0, 1717: -25 }],
      ['307D7DF3007DFF7D', { 1717: 0 }],
      ['5164284432AFA0AF', { 900: 1, 571: 1, 572: 1, 520: -25, 1085: -85, 1082: 0, 1667: 1 }],
      ['5164284432AFA0AF', { 4233: 0, 4234: 1, 1480: 50, 1715: 50, 1716: 64, 1717: 50 }],
    ],
  },
  {
    pgn: 61441,
    label: 'EBC1',
    name: 'Brake controller 1',
    spns: [
      {
        spn: 561,
        label: 'Traction control of the engine active',
        at: [1, 1],
        slot: state2,
        states: noYes,
      },
      {
        spn: 562,
        label: 'Traction control of the brakes active',
        at: [1, 3],
        slot: state2,
        states: noYes,
      },
      { spn: 563, label: 'ABS active', at: [1, 5], slot: state2, states: noYes },
      { spn: 1121, label: 'Brake switch', at: [1, 7], slot: state2, states: releasedPressed },
      {
        spn: 521,
        label: 'Brake pedal position',
        at: 2,
        slot: percentByte,
        signal: 'brakePedalPosition',
      },
      { spn: 575, label: 'ABS off-road switch', at: [3, 1], slot: state2, states: offOn },
      {
        spn: 576,
        label: 'Traction control off-road switch',
        at: [3, 3],
        slot: state2,
        states: offOn,
      },
      { spn: 577, label: 'Hill holder switch', at: [3, 5], slot: state2, states: offOn },
      {
        spn: 1238,
        label: 'Traction control override switch',
        at: [3, 7],
        slot: state2,
        states: offOn,
      },
      { spn: 972, label: 'Accelerator interlock switch', at: [4, 1], slot: state2, states: offOn },
      { spn: 971, label: 'Engine derate switch', at: [4, 3], slot: state2, states: offOn },
      { spn: 970, label: 'Auxiliary shutdown switch', at: [4, 5], slot: state2, states: offOn },
      { spn: 969, label: 'Remote accelerator switch', at: [4, 7], slot: state2, states: offOn },
      { spn: 973, label: 'Engine retarder selection', at: 5, slot: percentByte },
      { spn: 1243, label: 'ABS fully operational', at: [6, 1], slot: state2, states: noYes },
      { spn: 1439, label: 'Red warning', at: [6, 3], slot: state2, states: offOn },
      { spn: 1438, label: 'Amber warning', at: [6, 5], slot: state2, states: offOn },
      { spn: 1793, label: 'Traction control lamp', at: [6, 7], slot: state2, states: offOn },
      { spn: 1481, label: 'Address that controls the brakes', at: 7, slot: addressByte },
      { spn: 7941, label: 'Railroad mode switch', at: [8, 1], slot: state2, states: offOn },
      { spn: 2911, label: 'Halt brake switch', at: [8, 3], slot: state2, states: offOn },
      { spn: 1836, label: 'Trailer ABS active', at: [8, 5], slot: state2, states: noYes },
      { spn: 1792, label: 'Trailer ABS warning', at: [8, 7], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['AAFEAAAAFEAAFEAA', 'error'],
      ['FFFFF3FFFFF7FFFF', { 576: 0, 1439: 1 }],
      ['00FFF3FFFF0DFFFF', { 561: 0, 562: 0, 563: 0, 1121: 0, 1243: 1, 1438: 0, 1793: 0 }],
      ['C0FF33FFFF500B3F', { 1238: 0, 1243: 0, 1439: 0, 1438: 1, 1793: 1, 1481: 11, 1792: 0 }],
      ['006401043241A004', { 561: 0, 562: 0, 563: 0, 1121: 0, 521: 40, 575: 1, 576: 0, 577: 0 }],
      ['006401043241A004', { 1238: 0, 972: 0, 971: 1, 970: 0, 969: 0, 973: 20, 1243: 1, 1439: 0 }],
      ['006401043241A004', { 1438: 0, 1793: 1, 1481: 160, 7941: 0, 2911: 1, 1836: 0, 1792: 0 }],
    ],
  },
])
