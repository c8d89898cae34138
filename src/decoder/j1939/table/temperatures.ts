/**
 * The temperatures of engine, oil, fuel and coolant: rows of the SPN table (J1939-71 as public
 * knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const { percentByte, signedPressureWord, temperatureByte, temperatureWord } = slots

export const temperatureGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65262,
    label: 'ET1',
    name: 'Engine temperature 1',
    spns: [
      {
        spn: 110,
        label: 'Engine coolant temperature',
        at: 1,
        slot: temperatureByte,
        signal: 'coolantTemp',
      },
      { spn: 174, label: 'Fuel temperature', at: 2, slot: temperatureByte, signal: 'fuelTemp' },
      {
        spn: 175,
        label: 'Engine oil temperature',
        at: 3,
        slot: temperatureWord,
        signal: 'oilTemp',
      },
      { spn: 176, label: 'Turbocharger oil temperature', at: 5, slot: temperatureWord },
      { spn: 52, label: 'Intercooler temperature', at: 7, slot: temperatureByte },
      { spn: 1134, label: 'Charge cooler thermostat opening', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['7D51002EFFFFFFFF', { 110: 85, 174: 41, 175: 95 }],
      ['FEFEFFFEFFFFFFFF', { 110: 'error', 174: 'error', 175: 'error' }],
      ['FFFFFFFF40257D7D', { 176: 25, 52: 85, 1134: 50 }],
      ['7EFFFFFFFFFFFFFF', { 110: 86 }],
      ['FEFFFFFFFFFFFFFF', { 110: 'error' }],
    ],
  },
  {
    pgn: 65188,
    label: 'ET2',
    name: 'Engine temperature 2',
    spns: [
      { spn: 1135, label: 'Engine oil temperature 2', at: 1, slot: temperatureWord },
      { spn: 1136, label: 'Engine controller temperature', at: 3, slot: temperatureWord },
      { spn: 411, label: 'EGR differential pressure', at: 5, slot: signedPressureWord },
      { spn: 412, label: 'EGR temperature', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFFFFFFFFFFF204A', { 412: 320 }],
      ['40250028C409FFFF', { 1135: 25, 1136: 47, 411: -230.46875 }],
    ],
  },
  {
    pgn: 65129,
    label: 'ET3',
    name: 'Engine temperature 3, high resolution',
    spns: [
      { spn: 1636, label: 'Intake manifold temperature, fine', at: 1, slot: temperatureWord },
      { spn: 1637, label: 'Coolant temperature, fine', at: 3, slot: temperatureWord },
      { spn: 2986, label: 'Valve actuation oil temperature', at: 5, slot: temperatureWord },
      { spn: 2630, label: 'Charge cooler outlet temperature', at: 7, slot: temperatureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFFFFFFFFFFF201D', { 2630: -40 }],
      ['40250028002DFFFF', { 1636: 25, 1637: 47, 2986: 87 }],
    ],
  },
])
