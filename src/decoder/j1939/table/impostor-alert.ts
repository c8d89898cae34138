/**
 * Messages that somebody else sends in the name of a controller: rows of the SPN table (J1939-71 as
 * public knowledge, checked against recordings of trucks, the public j1939-84 tables and the J1939
 * matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const { addressByte, countByte, groupNumberTriple, minuteByte } = slots

export const impostorAlertGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 61839,
    label: 'IPGA',
    name: 'Impostor alert',
    spns: [
      { spn: 10840, label: 'Impostor messages detected', at: 1, slot: countByte },
      { spn: 10841, label: 'Impostor source address', at: 2, slot: addressByte },
      { spn: 10842, label: 'Impostor destination address', at: 3, slot: addressByte },
      { spn: 10843, label: 'Impostor PGN', at: 4, slot: groupNumberTriple },
      { spn: 10844, label: 'Time since the last impostor', at: 7, slot: minuteByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFE0000FEFEFF', 'error'],
      ['00FEFEFFFFFFFBFF', { 10840: 0, 10844: 'specific' }],
      ['0300FFF1FE0000FF', { 10840: 3, 10841: 0, 10843: 65_265, 10844: 0 }],
      ['8C2882EEFE007DFF', { 10840: 140, 10841: 40, 10842: 130, 10843: 65_262, 10844: 125 }],
    ],
  },
])
