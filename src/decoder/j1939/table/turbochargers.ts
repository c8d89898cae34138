/**
 * Turbochargers and their bypass: rows of the SPN table (J1939-71 as public knowledge, checked
 * against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  fastRotationWord,
  percentByte,
  percentWord,
  pressureByte4,
  signedPressureWord,
  state2,
  state3,
  state5,
  temperatureWord,
} = slots

export const turbochargerGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65245,
    label: 'TC',
    name: 'Turbocharger',
    spns: [
      { spn: 104, label: 'Turbocharger lube oil pressure', at: 1, slot: pressureByte4 },
      { spn: 103, label: 'Turbocharger speed', at: 2, slot: fastRotationWord },
      { spn: 1665, label: 'Turbocharger oil level switch', at: [4, 7], slot: state2 },
      { spn: 5980, label: 'Turbocharger differential speed', at: 5, slot: fastRotationWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFC309FFFFFFFFFF', { 103: 9996 }],
      ['64FFFF7F204EFFFF', { 104: 400, 1665: 1, 5980: 80_000 }],
    ],
  },
  {
    pgn: 65178,
    label: 'TCI2',
    name: 'Turbochargers, compressor intake temperature',
    spns: [
      { spn: 1172, label: 'Compressor 1 intake temperature', at: 1, slot: temperatureWord },
      { spn: 1173, label: 'Compressor 2 intake temperature', at: 3, slot: temperatureWord },
      { spn: 1174, label: 'Compressor 3 intake temperature', at: 5, slot: temperatureWord },
      { spn: 1175, label: 'Compressor 4 intake temperature', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['2027FFFFFFFFFFFF', { 1172: 40 }],
      ['FFFF40250028002D', { 1173: 25, 1174: 47, 1175: 87 }],
    ],
  },
  {
    pgn: 65177,
    label: 'TCI3',
    name: 'Turbochargers, compressor intake pressure',
    spns: [
      { spn: 1176, label: 'Compressor 1 intake pressure', at: 1, slot: signedPressureWord },
      { spn: 1177, label: 'Compressor 2 intake pressure', at: 3, slot: signedPressureWord },
      { spn: 1178, label: 'Compressor 3 intake pressure', at: 5, slot: signedPressureWord },
      { spn: 1179, label: 'Compressor 4 intake pressure', at: 7, slot: signedPressureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['B3A6FFFFFFFFFFFF', { 1176: 83.3984375 }],
      ['FFFFC4098813B004', { 1177: -230.46875, 1178: -210.9375, 1179: -240.625 }],
    ],
  },
  {
    pgn: 65176,
    label: 'TCI4',
    name: 'Turbochargers, turbine intake temperature',
    spns: [
      { spn: 1180, label: 'Turbine 1 intake temperature', at: 1, slot: temperatureWord },
      { spn: 1181, label: 'Turbine 2 intake temperature', at: 3, slot: temperatureWord },
      { spn: 1182, label: 'Turbine 3 intake temperature', at: 5, slot: temperatureWord },
      { spn: 1183, label: 'Turbine 4 intake temperature', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['0032FFFFFFFFFFFF', { 1180: 127 }],
      ['FFFF40250028002D', { 1181: 25, 1182: 47, 1183: 87 }],
    ],
  },
  {
    pgn: 65175,
    label: 'TCI5',
    name: 'Turbochargers, turbine outlet temperature',
    spns: [
      { spn: 1184, label: 'Turbine 1 outlet temperature', at: 1, slot: temperatureWord },
      { spn: 1185, label: 'Turbine 2 outlet temperature', at: 3, slot: temperatureWord },
      { spn: 1186, label: 'Turbine 3 outlet temperature', at: 5, slot: temperatureWord },
      { spn: 1187, label: 'Turbine 4 outlet temperature', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['0032FFFFFFFFFFFF', { 1184: 127 }],
      ['FFFF40250028002D', { 1185: 25, 1186: 47, 1187: 87 }],
    ],
  },
  {
    pgn: 64979,
    label: 'TCI6',
    name: 'Turbochargers, compressor outlet temperature',
    spns: [
      { spn: 2629, label: 'Compressor 1 outlet temperature', at: 1, slot: temperatureWord },
      { spn: 2799, label: 'Compressor 2 outlet temperature', at: 3, slot: temperatureWord },
      { spn: 2800, label: 'Compressor 3 outlet temperature', at: 5, slot: temperatureWord },
      { spn: 2801, label: 'Compressor 4 outlet temperature', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['5300FFFFFFFFFFFF', { 2629: -270.40625 }],
      ['FFFEFFFFFFFFFFFF', { 2629: 'error' }],
      ['FFFF40250028002D', { 2799: 25, 2800: 47, 2801: 87 }],
    ],
  },
  {
    pgn: 64931,
    label: 'EEC6',
    name: 'Engine controller 6, turbocharger actuators',
    spns: [
      { spn: 3470, label: 'Compressor bypass 1, command', at: 1, slot: percentWord },
      { spn: 641, label: 'Variable geometry actuator 1', at: 3, slot: percentByte },
      { spn: 3675, label: 'Compressor bypass 1, position', at: 4, slot: percentByte },
      { spn: 5369, label: 'Compressor bypass 2, command', at: 5, slot: percentWord },
      { spn: 5366, label: 'Compressor bypass 1, desired position', at: 7, slot: percentByte },
      { spn: 5367, label: 'Compressor bypass 1, failure mode', at: [8, 1], slot: state5 },
      { spn: 5368, label: 'Compressor bypass 1, temperature state', at: [8, 6], slot: state3 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFFF3EFFFFFFFFFF', { 641: 24.8 }],
      ['204EFF7D1027C823', { 3470: 50, 3675: 50, 5369: 25, 5366: 80, 5367: 3, 5368: 1 }],
    ],
  },
])
