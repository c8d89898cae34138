/**
 * Intake air on its way to the cylinders: rows of the SPN table (J1939-71 as public knowledge,
 * checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  barometerByte,
  pressureByte005,
  pressureByte2,
  pressureWord01,
  pressureWord0125,
  temperatureByte,
  temperatureWord,
} = slots

export const intakeAirGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65270,
    label: 'IC1',
    name: 'Intake and exhaust conditions 1',
    spns: [
      { spn: 81, label: 'Particulate filter intake pressure', at: 1, slot: barometerByte },
      { spn: 102, label: 'Boost pressure', at: 2, slot: pressureByte2, signal: 'boostPressure' },
      {
        spn: 105,
        label: 'Intake manifold temperature',
        at: 3,
        slot: temperatureByte,
        signal: 'intakeTemp',
      },
      { spn: 106, label: 'Intake air pressure', at: 4, slot: pressureByte2 },
      { spn: 107, label: 'Air filter 1 differential pressure', at: 5, slot: pressureByte005 },
      {
        spn: 173,
        label: 'Exhaust temperature',
        at: 6,
        slot: temperatureWord,
        signal: 'exhaustTemp',
      },
      { spn: 112, label: 'Coolant filter differential pressure', at: 8, slot: barometerByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['DC3A0A64FF0032FF', { 81: 110, 102: 116, 105: -30, 106: 200, 173: 127 }],
      ['FEFEFEFEFFFFFEFF', { 81: 'error', 102: 'error', 105: 'error', 106: 'error' }],
      ['FFFFFFFF64FFFF64', { 107: 5, 112: 50 }],
    ],
  },
  {
    pgn: 64976,
    label: 'IC2',
    name: 'Intake and exhaust conditions 2',
    spns: [
      { spn: 2809, label: 'Air filter 2 differential pressure', at: 1, slot: pressureByte005 },
      { spn: 2810, label: 'Air filter 3 differential pressure', at: 2, slot: pressureByte005 },
      { spn: 2811, label: 'Air filter 4 differential pressure', at: 3, slot: pressureByte005 },
      { spn: 3562, label: 'Intake manifold 2 pressure', at: 4, slot: pressureByte2 },
      { spn: 3563, label: 'Intake manifold 1 absolute pressure', at: 5, slot: pressureByte2 },
      {
        spn: 4817,
        label: 'Intake manifold 1 absolute pressure, fine',
        at: 6,
        slot: pressureWord01,
      },
      { spn: 5422, label: 'Intake manifold 2 absolute pressure', at: 8, slot: pressureByte2 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFFFFFFF19FFFFFF', { 3563: 50 }],
      ['643C9664FFC4093C', { 2809: 5, 2810: 3, 2811: 7.5, 3562: 200, 4817: 250, 5422: 120 }],
    ],
  },
  {
    pgn: 65190,
    label: 'IMT1',
    name: 'Intake manifold 1',
    spns: [
      { spn: 1127, label: 'Turbocharger 1 boost pressure', at: 1, slot: pressureWord0125 },
      { spn: 1128, label: 'Turbocharger 2 boost pressure', at: 3, slot: pressureWord0125 },
      { spn: 1129, label: 'Turbocharger 3 boost pressure', at: 5, slot: pressureWord0125 },
      { spn: 1130, label: 'Turbocharger 4 boost pressure', at: 7, slot: pressureWord0125 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['C4098813B004C409', { 1127: 312.5, 1128: 625, 1129: 150, 1130: 312.5 }],
    ],
  },
])
