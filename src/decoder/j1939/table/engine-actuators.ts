/**
 * Throttles, fuel valves and EGR valves: rows of the SPN table (J1939-71 as public knowledge,
 * checked against recordings of trucks, the public j1939-84 tables and the J1939 matrix of
 * canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  highPressureWord,
  percentByte,
  percentWord,
  pressureWord0125,
  state3,
  state4,
  state5,
  wholeRotationWord,
} = slots

export const engineActuatorGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 61466,
    label: 'TFAC',
    name: 'Throttle and fuel actuator commands',
    spns: [
      { spn: 3464, label: 'Throttle actuator 1 command', at: 1, slot: percentWord },
      { spn: 3465, label: 'Throttle actuator 2 command', at: 3, slot: percentWord },
      { spn: 633, label: 'Fuel actuator 1 command', at: 5, slot: percentWord },
      { spn: 1244, label: 'Fuel actuator 2 command', at: 7, slot: percentWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FE00FE00FE00FE', 'error'],
      ['2839FFFFFFFFFFFF', { 3464: 36.58 }],
      ['2439FFFFFFFFFFFF', { 3464: 36.57 }],
      ['1F39FFFFFFFFFFFF', { 3464: 36.5575 }],
      ['2139FFFFFFFFFFFF', { 3464: 36.5625 }],
      ['E02E204E204EE02E', { 3464: 30, 3465: 50, 633: 50, 1244: 30 }],
    ],
  },
  {
    pgn: 64754,
    label: 'EFTVI1',
    name: 'Throttle and fuel valves 1',
    spns: [
      { spn: 5374, label: 'Throttle 1, desired position', at: 1, slot: percentByte },
      { spn: 5375, label: 'Throttle 1, failure mode', at: [2, 1], slot: state5 },
      { spn: 5376, label: 'Throttle 1, temperature state', at: [2, 6], slot: state3 },
      { spn: 5377, label: 'Throttle 2, desired position', at: 3, slot: percentByte },
      { spn: 5378, label: 'Throttle 2, failure mode', at: [4, 1], slot: state5 },
      { spn: 5379, label: 'Throttle 2, temperature state', at: [4, 6], slot: state3 },
      { spn: 5380, label: 'Fuel valve 1, failure mode', at: [5, 1], slot: state5 },
      { spn: 5381, label: 'Fuel valve 1, temperature state', at: [5, 6], slot: state3 },
      { spn: 5382, label: 'Fuel valve 2, failure mode', at: [6, 1], slot: state5 },
      { spn: 5383, label: 'Fuel valve 2, temperature state', at: [6, 6], slot: state3 },
      { spn: 5445, label: 'Throttle 1, operation', at: [7, 1], slot: state4 },
      { spn: 5446, label: 'Throttle 2, operation', at: [7, 5], slot: state4 },
      { spn: 5447, label: 'Fuel valve 1, operation', at: [8, 1], slot: state4 },
      { spn: 5448, label: 'Fuel valve 2, operation', at: [8, 5], slot: state4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEDEFEDEDEDEEEEE', 'error'],
      ['5BFFFFFFFFFFFFFF', { 5374: 36.4 }],
      ['C823962463A32300', { 5374: 80, 5375: 3, 5376: 1, 5377: 60, 5378: 4, 5379: 1, 5380: 3 }],
      ['C823962463A32300', { 5381: 3, 5382: 3, 5383: 5, 5445: 3, 5446: 2, 5447: 0, 5448: 0 }],
    ],
  },
  {
    pgn: 64765,
    label: 'EEC9',
    name: 'Engine controller 9',
    spns: [
      { spn: 5262, label: 'EGR 2 valve position', at: 1, slot: percentWord },
      { spn: 5263, label: 'EGR 2 valve 2 position', at: 3, slot: percentWord },
      { spn: 5313, label: 'Fuel rail pressure, commanded', at: 5, slot: highPressureWord },
      { spn: 5314, label: 'Injection control pressure, commanded', at: 7, slot: highPressureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FE00FE00FE00FE', 'error'],
      ['FFFFFFFF0000FFFF', { 5313: 0 }],
      ['FFFFFFFF0019FFFF', { 5313: 25 }],
      ['A00F401F204E8813', { 5262: 10, 5263: 20, 5313: 78.125, 5314: 19.53125 }],
    ],
  },
  {
    pgn: 64916,
    label: 'EEC7',
    name: 'Engine controller 7',
    spns: [
      { spn: 27, label: 'EGR 1 valve position', at: 1, slot: percentWord },
      { spn: 3822, label: 'EGR 1 valve 2 position', at: 3, slot: percentWord },
      { spn: 5444, label: 'Crankcase oil separator speed', at: 5, slot: wholeRotationWord },
      { spn: 5312, label: 'Intake manifold pressure, commanded', at: 7, slot: pressureWord0125 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FE00FE00FE00FE', 'error'],
      ['0000FFFFFFFFFFFF', { 27: 0 }],
      ['A00F1027E02EA00F', { 27: 10, 3822: 25, 5444: 12_000, 5312: 500 }],
    ],
  },
])
