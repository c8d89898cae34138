/**
 * Texts that identify the vehicle and its software: rows of the SPN table (J1939-71 as public
 * knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const { stepByte } = slots

export const identificationGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65260,
    label: 'VI',
    name: 'Vehicle identification',
    spns: [
      {
        spn: 237,
        label: 'VIN',
        text: 'vin',
        samples: [
          ['31584B594450395837464A3436393035382A', '1XKYDP9X7FJ469058'],
          ['2A', 'na'],
        ],
      },
    ],
    samples: [],
  },
  {
    pgn: 65242,
    label: 'SOFT',
    name: 'Software identification',
    spns: [
      { spn: 965, label: 'Number of software identifications', at: 1, slot: stepByte },
      {
        spn: 234,
        label: 'Software identification',
        text: { kind: 'delimited', field: 0, from: 2 },
        samples: [
          ['02414141493030303033322A4141414D3030303033382A', 'AAAI000032'],
          ['012A', 'na'],
        ],
      },
    ],
    samples: [
      ['FF2AFFFFFFFFFFFF', 'na'],
      ['07414141493030303033322A', { 965: 7 }],
      ['02414141493030303033322A4141414D3030303033382A', { 965: 2 }],
    ],
  },
])
