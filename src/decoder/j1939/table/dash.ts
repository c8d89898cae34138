/**
 * Levels and indicators for the driver: rows of the SPN table (J1939-71 as public knowledge,
 * checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  barometerByte,
  countNibble,
  distanceWord,
  percentByte,
  pressureByte2,
  pressureByte5,
  state2,
  state3,
  temperatureWord,
} = slots
const { inducementLevels, noYes } = states

export const dashGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65276,
    label: 'DD1',
    name: 'Dash display 1',
    spns: [
      { spn: 80, label: 'Washer fluid level', at: 1, slot: percentByte },
      {
        spn: 96,
        label: 'Fuel level',
        at: 2,
        slot: percentByte,
        signal: 'fuelPercentRemaining',
        rank: 0,
      },
      { spn: 95, label: 'Fuel filter differential pressure', at: 3, slot: pressureByte2 },
      { spn: 99, label: 'Oil filter differential pressure', at: 4, slot: barometerByte },
      { spn: 169, label: 'Cargo ambient temperature', at: 5, slot: temperatureWord },
      { spn: 38, label: 'Fuel level, second tank', at: 7, slot: percentByte },
      { spn: 7471, label: 'Oil filter differential pressure, wide', at: 8, slot: pressureByte5 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFCCFFFFFFFF00FF', { 96: 81.6, 38: 0 }],
      ['7DFF64644025C864', { 80: 50, 95: 200, 99: 50, 169: 25, 38: 80, 7471: 500 }],
    ],
  },
  {
    pgn: 65279,
    label: 'OI',
    name: 'Operator indicators',
    spns: [
      { spn: 97, label: 'Water in fuel', at: [1, 1], slot: state2, states: noYes },
      { spn: 5675, label: 'Shift prompt', at: [1, 3], slot: state2 },
      { spn: 6301, label: 'Water in fuel 2', at: [1, 5], slot: state2, states: noYes },
      { spn: 8612, label: 'Engine overloaded', at: [1, 7], slot: state2, states: noYes },
      { spn: 5825, label: 'Emission warning indicator', at: [2, 1], slot: state3 },
      {
        spn: 5826,
        label: 'Emission inducement severity',
        at: [2, 4],
        slot: state3,
        states: inducementLevels,
      },
      { spn: 8611, label: 'Water in charge air duct', at: [2, 7], slot: state2, states: noYes },
      { spn: 8428, label: 'Remaining distance on fuel', at: 3, slot: distanceWord },
      { spn: 9373, label: 'Automatic start inhibited', at: [5, 1], slot: state2, states: noYes },
      { spn: 12959, label: 'Gears to shift, recommended', at: [5, 3], slot: countNibble },
      { spn: 355, label: 'Engine oil life remaining', at: 6, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['1151C409C87DFFFF', { 97: 1, 5675: 0, 6301: 1, 8612: 0, 5825: 1, 5826: 2, 8611: 1 }],
      ['1151C409C87DFFFF', { 8428: 2500, 9373: 0, 12959: 2, 355: 50 }],
    ],
  },
])
