/**
 * The electrical supply of the vehicle: rows of the SPN table (J1939-71 as public knowledge,
 * checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const { currentByte, signedCurrentByte, voltageWord } = slots

export const electricalGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65271,
    label: 'VEP1',
    name: 'Electrical power 1',
    spns: [
      { spn: 114, label: 'Battery net current', at: 1, slot: signedCurrentByte },
      { spn: 115, label: 'Alternator current', at: 2, slot: currentByte },
      { spn: 167, label: 'Charging system potential', at: 3, slot: voltageWord },
      {
        spn: 168,
        label: 'Battery potential',
        at: 5,
        slot: voltageWord,
        signal: 'batteryVoltage',
        rank: 0,
      },
      {
        spn: 158,
        label: 'Key switch battery potential',
        at: 7,
        slot: voltageWord,
        signal: 'batteryVoltage',
        rank: 1,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFFFFFFFDB00DB00', { 168: 10.95, 158: 10.95 }],
      ['6464C409FFFFFFFF', { 114: -25, 115: 100, 167: 125 }],
      ['FFFFFFFFE700FFFF', { 168: 11.55 }],
    ],
  },
])
