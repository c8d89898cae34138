/**
 * Weights of axles, loads and the whole combination: rows of the SPN table (J1939-71 as public
 * knowledge, checked against the public j1939-84 tables and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  axleWeightWord,
  heavyWeightWord,
  state4,
  state8,
  weightChangeTriple,
  weightTriple,
  weightWord,
} = slots

export const weightGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65258,
    label: 'VW',
    name: 'Vehicle weight',
    instance: 928,
    spns: [
      { spn: 928, label: 'Axle location', at: 1, slot: state8 },
      { spn: 582, label: 'Axle weight', at: 2, slot: axleWeightWord },
      { spn: 180, label: 'Trailer weight', at: 4, slot: weightWord },
      { spn: 181, label: 'Cargo weight', at: 6, slot: weightWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['101D42830BB50FFF', { 928: 16, 582: 8462.5, 180: 5894, 181: 8042 }],
    ],
  },
  {
    pgn: 65136,
    label: 'CVW',
    name: 'Combination weight',
    spns: [
      { spn: 1585, label: 'Weight of the towing vehicle', at: 1, slot: heavyWeightWord },
      {
        spn: 1760,
        label: 'Weight of the combination',
        at: 3,
        slot: heavyWeightWord,
        signal: 'grossWeight',
        rank: 1,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['14041008FFFFFFFF', { 1585: 10440, 1760: 20640 }],
    ],
  },
  {
    pgn: 64872,
    label: 'GCVW',
    name: 'Combination weight, on-board scale',
    spns: [
      {
        spn: 417,
        label: 'Weight of the combination, scale',
        at: 1,
        slot: weightTriple,
        signal: 'grossWeight',
        rank: 0,
      },
      { spn: 413, label: 'Change of the net weight', at: 4, slot: weightChangeTriple },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['6634000E8D7DFFFF', { 417: 26828, 413: 6685 }],
    ],
  },
  {
    pgn: 64874,
    label: 'AGW',
    name: 'Axle group weight',
    instance: 4073,
    spns: [
      { spn: 4073, label: 'Axle group', at: [1, 1], slot: state4 },
      { spn: 409, label: 'Axle group weight', at: 2, slot: weightWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['F36409FFFFFFFFFF', { 4073: 3, 409: 4808 }],
    ],
  },
])
