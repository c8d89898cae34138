/**
 * Service intervals, and what engine and transmission were built for: rows of the SPN table
 * (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939 matrix of
 * canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  countByte,
  countWord,
  gearCountByte,
  identifierByte,
  milliAmpHourWord,
  percentByte,
  powerWord,
  rotationWord,
  secondsDouble,
  serviceDistanceWord,
  serviceHoursWord,
  state2,
  torqueWord,
  weekByte,
} = slots

export const serviceGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65216,
    label: 'SERV',
    name: 'Service',
    spns: [
      { spn: 911, label: 'Service component, by distance', at: 1, slot: identifierByte },
      { spn: 914, label: 'Distance to the service', at: 2, slot: serviceDistanceWord },
      { spn: 912, label: 'Service component, by calendar', at: 4, slot: identifierByte },
      { spn: 915, label: 'Weeks to the service', at: 5, slot: weekByte },
      { spn: 913, label: 'Service component, by hours', at: 6, slot: identifierByte },
      { spn: 916, label: 'Hours to the service', at: 7, slot: serviceHoursWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['2D1F901C8D1DCC7F', { 911: 45, 914: 23840, 912: 28, 915: 16, 913: 29, 916: 589 }],
    ],
  },
  {
    pgn: 65166,
    label: 'S2',
    name: 'Last service',
    spns: [
      { spn: 1379, label: 'Service component, last service', at: 1, slot: identifierByte },
      { spn: 1350, label: 'Hours since the last service', at: 2, slot: serviceHoursWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['43D880FFFFFFFFFF', { 1379: 67, 1350: 857 }],
    ],
  },
  {
    pgn: 65173,
    label: 'RBI',
    name: 'Rebuild',
    spns: [{ spn: 1193, label: 'Engine running time since rebuild', at: 1, slot: secondsDouble }],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['04440400FFFFFFFF', { 1193: 279556 }],
    ],
  },
  {
    pgn: 65250,
    label: 'TCFG',
    name: 'Transmission configuration',
    spns: [
      { spn: 958, label: 'Reverse gears', at: 1, slot: gearCountByte },
      { spn: 957, label: 'Forward gears', at: 2, slot: gearCountByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['0103FFFFFFFFFFFF', { 958: 1, 957: 3 }],
    ],
  },
  {
    pgn: 65099,
    label: 'TCFG2',
    name: 'Transmission configuration 2',
    spns: [
      { spn: 1845, label: 'Transmission torque limit', at: 1, slot: torqueWord },
      { spn: 7778, label: 'Transmission reference torque', at: 3, slot: torqueWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['07632E13FFFFFFFF', { 1845: 25351, 7778: 4910 }],
    ],
  },
  {
    pgn: 65214,
    label: 'EEC4',
    name: 'Engine ratings',
    spns: [
      { spn: 166, label: 'Rated power', at: 1, slot: powerWord },
      { spn: 189, label: 'Rated engine speed', at: 3, slot: rotationWord },
      { spn: 3669, label: 'Engine rotation', at: [5, 1], slot: state2 },
      { spn: 3671, label: 'Crank attempts', at: 6, slot: countByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['DE408A3CFC1FFFFF', { 166: 8303, 189: 1937.25, 3669: 0, 3671: 31 }],
    ],
  },
  {
    pgn: 64978,
    label: 'EP',
    name: 'Controller performance',
    spns: [
      { spn: 2803, label: 'Battery drain while parked', at: 1, slot: milliAmpHourWord },
      { spn: 2802, label: 'Data memory used', at: 3, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['F06492FFFFFFFFFF', { 2803: 25840, 2802: 58.4 }],
    ],
  },
  {
    pgn: 64969,
    label: 'CMI',
    name: 'Configuration changes',
    spns: [{ spn: 2887, label: 'Changes of the configuration', at: 1, slot: countWord }],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['2C01FFFFFFFFFFFF', { 2887: 300 }],
    ],
  },
])
