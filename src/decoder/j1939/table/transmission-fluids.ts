/**
 * Pressures, temperatures and levels of the transmission oil: rows of the SPN table (J1939-71 as
 * public knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  percentByte,
  pressureByte16,
  pressureByte2,
  signedLitresByte,
  state2,
  state4,
  temperatureWord,
} = slots
const { offOn } = states

const levelMeasurements = {
  0: 'valid',
  1: 'settling',
  2: 'in gear',
  3: 'oil too cold',
  4: 'oil too warm',
  5: 'vehicle moving',
  6: 'vehicle not level',
  7: 'engine too slow',
  8: 'engine too fast',
  9: 'not requested',
  13: 'other',
}

export const transmissionFluidGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65272,
    label: 'TRF1',
    name: 'Transmission fluids 1',
    spns: [
      { spn: 123, label: 'Clutch pressure', at: 1, slot: pressureByte16 },
      { spn: 124, label: 'Transmission oil level', at: 2, slot: percentByte },
      { spn: 126, label: 'Transmission filter differential pressure', at: 3, slot: pressureByte2 },
      { spn: 127, label: 'Transmission oil pressure', at: 4, slot: pressureByte16 },
      {
        spn: 177,
        label: 'Transmission oil temperature',
        at: 5,
        slot: temperatureWord,
        signal: 'transmissionTemp',
      },
      { spn: 3027, label: 'Oil level against full', at: 7, slot: signedLitresByte },
      { spn: 3028, label: 'Oil level countdown', at: [8, 1], slot: state4 },
      {
        spn: 3026,
        label: 'Oil level measurement',
        at: [8, 5],
        slot: state4,
        states: levelMeasurements,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFFFFFFFD023FFFF', { 177: 13.5 }],
      ['647D643CFFFF6421', { 123: 1600, 124: 50, 126: 200, 127: 960, 3027: -12.5, 3028: 1 }],
      ['647D643CFFFF6421', { 3026: 2 }],
    ],
  },
  {
    pgn: 64917,
    label: 'TRF2',
    name: 'Transmission fluids 2',
    spns: [
      { spn: 3359, label: 'Oil filter restriction switch', at: [1, 1], slot: state2 },
      { spn: 3533, label: 'Oil level switch', at: [1, 3], slot: state2 },
      { spn: 5345, label: 'Transmission overheat', at: [1, 5], slot: state2, states: offOn },
      { spn: 3823, label: 'Torque converter outlet temperature', at: 2, slot: temperatureWord },
      { spn: 4177, label: 'Transmission oil life remaining', at: 4, slot: percentByte },
      { spn: 5913, label: 'Transmission oil temperature 2', at: 5, slot: temperatureWord },
      { spn: 5914, label: 'Oil level 2 against full', at: 7, slot: signedLitresByte },
      { spn: 5915, label: 'Oil level 2 countdown', at: [8, 1], slot: state4 },
      {
        spn: 5916,
        label: 'Oil level 2 measurement',
        at: [8, 5],
        slot: state4,
        states: levelMeasurements,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['CCFFFFB7FFFFFFFF', { 3359: 0, 5345: 0, 4177: 73.2 }],
      ['D14025FF00286421', { 3359: 1, 3533: 0, 5345: 1, 3823: 25, 5913: 47, 5914: -12.5, 5915: 1 }],
      ['D14025FF00286421', { 5916: 2 }],
    ],
  },
])
