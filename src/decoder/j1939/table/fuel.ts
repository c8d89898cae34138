/**
 * Fuel rate, fuel economy, amounts of fuel used: rows of the SPN table (J1939-71 as public
 * knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const { fuelEconomyWord, fuelRateWord, hoursDouble, litresDouble, percentByte } = slots

export const fuelGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65266,
    label: 'LFE1',
    name: 'Fuel economy, liquid fuel',
    spns: [
      { spn: 183, label: 'Fuel rate', at: 1, slot: fuelRateWord, signal: 'fuelRate' },
      { spn: 184, label: 'Fuel economy, now', at: 3, slot: fuelEconomyWord, signal: 'fuelEconomy' },
      { spn: 185, label: 'Fuel economy, average', at: 5, slot: fuelEconomyWord },
      {
        spn: 51,
        label: 'Throttle valve 1 position',
        at: 7,
        slot: percentByte,
        signal: 'throttlePosition',
      },
      { spn: 3673, label: 'Throttle valve 2 position', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00000000AE004AFF', { 183: 0, 184: 0, 185: 0.33984375, 51: 29.6 }],
      ['0000FFFEBF05FEFF', { 184: 'error', 51: 'error' }],
      ['C409C409FFFFFF7D', { 183: 125, 184: 4.8828125, 3673: 50 }],
    ],
  },
  {
    pgn: 65257,
    label: 'LFC1',
    name: 'Fuel consumption, liquid fuel',
    spns: [
      { spn: 182, label: 'Fuel used in this trip', at: 1, slot: litresDouble },
      { spn: 250, label: 'Fuel used, total', at: 5, slot: litresDouble, signal: 'fuelUsed' },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['89000000D29B0000', { 182: 68.5, 250: 19_945 }],
    ],
  },
  {
    pgn: 65244,
    label: 'IO',
    name: 'Idle operation',
    spns: [
      {
        spn: 236,
        label: 'Fuel used at idle, total',
        at: 1,
        slot: litresDouble,
        signal: 'idleFuelUsed',
      },
      { spn: 235, label: 'Hours at idle, total', at: 5, slot: hoursDouble, signal: 'idleHours' },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['71000000E9000000', { 236: 56.5, 235: 11.65 }],
    ],
  },
])
