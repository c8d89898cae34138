/**
 * Power take-off drives: their switches, the consent to engage and what is engaged: rows of the SPN
 * table (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939
 * matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { state2 } = slots
const { noYes } = states

const enablings = { 0: 'off', 1: 'on' }
const consents = { 0: 'refused', 1: 'given' }
const engagements = { 0: 'released', 1: 'engaged' }

export const ptoDriveGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 64932,
    label: 'PTODE',
    name: 'Power take-off drives',
    spns: [
      { spn: 3455, label: 'Transfer case PTO switch', at: [1, 1], slot: state2, states: enablings },
      {
        spn: 3454,
        label: 'Transmission output PTO switch',
        at: [1, 3],
        slot: state2,
        states: enablings,
      },
      {
        spn: 3453,
        label: 'Transmission input PTO 2 switch',
        at: [1, 5],
        slot: state2,
        states: enablings,
      },
      {
        spn: 3452,
        label: 'Transmission input PTO 1 switch',
        at: [1, 7],
        slot: state2,
        states: enablings,
      },
      { spn: 3939, label: 'Flywheel PTO switch', at: [2, 1], slot: state2, states: enablings },
      {
        spn: 3942,
        label: 'Engine accessory PTO 1 switch',
        at: [2, 3],
        slot: state2,
        states: enablings,
      },
      {
        spn: 3945,
        label: 'Engine accessory PTO 2 switch',
        at: [2, 5],
        slot: state2,
        states: enablings,
      },
      {
        spn: 3459,
        label: 'Transfer case PTO, consent',
        at: [3, 1],
        slot: state2,
        states: consents,
      },
      {
        spn: 3458,
        label: 'Transmission output PTO, consent',
        at: [3, 3],
        slot: state2,
        states: consents,
      },
      {
        spn: 3457,
        label: 'Transmission input PTO 2, consent',
        at: [3, 5],
        slot: state2,
        states: consents,
      },
      {
        spn: 3456,
        label: 'Transmission input PTO 1, consent',
        at: [3, 7],
        slot: state2,
        states: consents,
      },
      { spn: 3940, label: 'Flywheel PTO, consent', at: [4, 1], slot: state2, states: consents },
      {
        spn: 3943,
        label: 'Engine accessory PTO 1, consent',
        at: [4, 3],
        slot: state2,
        states: consents,
      },
      {
        spn: 3946,
        label: 'Engine accessory PTO 2, consent',
        at: [4, 5],
        slot: state2,
        states: consents,
      },
      { spn: 3463, label: 'Transfer case PTO', at: [5, 1], slot: state2, states: engagements },
      {
        spn: 3462,
        label: 'Transmission output PTO',
        at: [5, 3],
        slot: state2,
        states: engagements,
      },
      {
        spn: 3461,
        label: 'Transmission input PTO 2',
        at: [5, 5],
        slot: state2,
        states: engagements,
      },
      {
        spn: 3460,
        label: 'Transmission input PTO 1',
        at: [5, 7],
        slot: state2,
        states: engagements,
      },
      { spn: 3941, label: 'Flywheel PTO', at: [6, 1], slot: state2, states: engagements },
      { spn: 3944, label: 'Engine accessory PTO 1', at: [6, 3], slot: state2, states: engagements },
      { spn: 3947, label: 'Engine accessory PTO 2', at: [6, 5], slot: state2, states: engagements },
      {
        spn: 3948,
        label: 'Any PTO engaged',
        at: [7, 1],
        slot: state2,
        states: noYes,
        signal: 'pto',
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '01C544C100C5FDFF',
        {
          3455: 1,
          3454: 0,
          3453: 0,
          3452: 0,
          3939: 1,
          3942: 1,
          3945: 0,
          3459: 0,
          3458: 1,
          3457: 0,
          3456: 1,
          3940: 1,
          3943: 0,
          3946: 0,
          3463: 0,
          3462: 0,
          3461: 0,
          3460: 0,
          3941: 1,
          3944: 1,
          3947: 0,
          3948: 1,
        },
      ],
    ],
  },
])
