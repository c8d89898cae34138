/**
 * Levels and pressures of the fluids of the engine: rows of the SPN table (J1939-71 as public
 * knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  highPressureWord,
  percentByte,
  pressureByte005,
  pressureByte2,
  pressureByte4,
  signedPressureWord,
} = slots

export const pressureGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65263,
    label: 'EFL/P1',
    name: 'Engine fluid levels and pressures 1',
    spns: [
      {
        spn: 94,
        label: 'Fuel delivery pressure',
        at: 1,
        slot: pressureByte4,
        signal: 'fuelPressure',
      },
      { spn: 22, label: 'Crankcase blow-by pressure', at: 2, slot: pressureByte005 },
      { spn: 98, label: 'Engine oil level', at: 3, slot: percentByte, signal: 'oil' },
      { spn: 100, label: 'Engine oil pressure', at: 4, slot: pressureByte4, signal: 'oilPressure' },
      { spn: 101, label: 'Crankcase pressure', at: 5, slot: signedPressureWord },
      { spn: 109, label: 'Coolant pressure', at: 7, slot: pressureByte2 },
      { spn: 111, label: 'Coolant level', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['4BFFFF4BFFFFFF00', { 94: 300, 100: 300, 111: 0 }],
      ['FEFFFFFEFFFFFF00', { 94: 'error', 100: 'error' }],
      ['FF647DFFC40964C8', { 22: 5, 98: 50, 101: -230.46875, 109: 200, 111: 80 }],
    ],
  },
  {
    pgn: 65243,
    label: 'EFL/P2',
    name: 'Engine fluid levels and pressures 2',
    spns: [
      { spn: 164, label: 'Injection control pressure', at: 1, slot: highPressureWord },
      { spn: 157, label: 'Injector metering rail 1 pressure', at: 3, slot: highPressureWord },
      { spn: 156, label: 'Injector timing rail 1 pressure', at: 5, slot: highPressureWord },
      { spn: 1349, label: 'Injector metering rail 2 pressure', at: 7, slot: highPressureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['C4098813B004C409', { 164: 9.765625, 157: 19.53125, 156: 4.6875, 1349: 9.765625 }],
    ],
  },
])
