/**
 * The high-voltage battery: power, charge, cells, temperatures and limits: rows of the SPN table
 * (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939 matrix of
 * canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  ampHourWord,
  centiVoltWord,
  chargeWord,
  countByte,
  countWord,
  energyTriple,
  finePowerWord,
  milliVoltWord,
  signedCurrentWord,
  state2,
  state4,
  temperatureByte,
  temperatureWord,
  voltageWord,
} = slots
const { noYes } = states

export const tractionBatteryGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 61584,
    label: 'HVESSD1',
    name: 'Traction battery 1',
    spns: [
      { spn: 5917, label: 'Traction battery, power to give', at: 1, slot: finePowerWord },
      { spn: 5918, label: 'Traction battery, power to take', at: 3, slot: finePowerWord },
      {
        spn: 5919,
        label: 'Traction battery voltage',
        at: 5,
        slot: voltageWord,
        signal: 'tractionVoltage',
        rank: 0,
      },
      { spn: 5920, label: 'Traction battery current', at: 7, slot: signedCurrentWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['581E0D17C2331D7E', { 5917: 388.4, 5918: 295.05, 5919: 662.5, 5920: 14.25 }],
    ],
  },
  {
    pgn: 61585,
    label: 'HVESSD2',
    name: 'Traction battery 2',
    spns: [
      {
        spn: 5921,
        label: 'Traction battery charge',
        at: 1,
        slot: chargeWord,
        signal: 'soc',
        rank: 0,
      },
      { spn: 5922, label: 'Highest cell voltage', at: 3, slot: milliVoltWord },
      { spn: 5923, label: 'Lowest cell voltage', at: 5, slot: milliVoltWord },
      { spn: 5924, label: 'Cell voltage spread', at: [7, 1], slot: state4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['80BBA70F2110F1FF', { 5921: 75, 5922: 4.007, 5923: 4.129, 5924: 1 }],
    ],
  },
  {
    pgn: 61586,
    label: 'HVESSD3',
    name: 'Traction battery 3',
    spns: [
      { spn: 8075, label: 'Highest cell temperature', at: 1, slot: temperatureWord },
      { spn: 8076, label: 'Lowest cell temperature', at: 3, slot: temperatureWord },
      {
        spn: 8077,
        label: 'Average cell temperature',
        at: 5,
        slot: temperatureWord,
        signal: 'tractionTemp',
        rank: 0,
      },
      { spn: 8078, label: 'Cell temperature spread', at: [7, 1], slot: state2 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['5A481F30FE41FDFF', { 8075: 305.8125, 8076: 111.96875, 8077: 254.9375, 8078: 1 }],
    ],
  },
  {
    pgn: 61587,
    label: 'HVESSD4',
    name: 'Traction battery 4',
    spns: [
      { spn: 8079, label: 'Capacity for discharge', at: 1, slot: ampHourWord },
      { spn: 8080, label: 'Capacity for charge', at: 3, slot: ampHourWord },
      { spn: 8081, label: 'Cells in balancing', at: 5, slot: countWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['3F0FF7204D01FFFF', { 8079: 39.03, 8080: 84.39, 8081: 333 }],
    ],
  },
  {
    pgn: 61588,
    label: 'HVESSD5',
    name: 'Traction battery 5',
    spns: [
      { spn: 8082, label: 'Discharge current limit', at: 1, slot: signedCurrentWord },
      { spn: 8083, label: 'Charge current limit', at: 3, slot: signedCurrentWord },
      { spn: 8084, label: 'Lowest charge of a cell', at: 5, slot: chargeWord },
      { spn: 8085, label: 'Highest charge of a cell', at: 7, slot: chargeWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['3689418AF4402F42', { 8082: 156.3, 8083: 169.65, 8084: 25.98125, 8085: 26.4734375 }],
    ],
  },
  {
    pgn: 61589,
    label: 'HVESSD6',
    name: 'Traction battery 6',
    spns: [
      { spn: 8086, label: 'High-voltage bus voltage', at: 1, slot: voltageWord },
      { spn: 8087, label: 'Traction battery ignition voltage', at: 3, slot: centiVoltWord },
      { spn: 8088, label: 'Traction battery coolant, in', at: 5, slot: temperatureByte },
      { spn: 8089, label: 'Traction battery coolant, out', at: 6, slot: temperatureByte },
      {
        spn: 8204,
        label: 'Traction battery electronics temperature',
        at: 7,
        slot: temperatureByte,
      },
      {
        spn: 9119,
        label: 'Traction battery temperature',
        at: 8,
        slot: temperatureByte,
        signal: 'tractionTemp',
        rank: 1,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['D4016F3B43547169', { 8086: 23.4, 8087: 152.15, 8088: 27, 8089: 44, 8204: 73, 9119: 65 }],
    ],
  },
  {
    pgn: 61590,
    label: 'HVESSS1',
    name: 'Traction battery status 1',
    spns: [
      { spn: 8091, label: 'Contactor, positive', at: [1, 1], slot: state2 },
      { spn: 8092, label: 'Contactor, negative', at: [1, 3], slot: state2 },
      { spn: 8093, label: 'Disconnect forewarning', at: [1, 5], slot: state4 },
      { spn: 8094, label: 'Pre-charge relay', at: [2, 1], slot: state2 },
      { spn: 8095, label: 'Contactor, centre of the pack', at: [2, 3], slot: state2 },
      { spn: 8096, label: 'Isolation test, active', at: [2, 5], slot: state4 },
      { spn: 8097, label: 'Isolation test, passive', at: [3, 1], slot: state4 },
      { spn: 8098, label: 'Interlock loop', at: [3, 5], slot: state2 },
      { spn: 8099, label: 'Inertia switch', at: [3, 7], slot: state2 },
      { spn: 8100, label: 'Charge status', at: [4, 1], slot: state4 },
      { spn: 8101, label: 'Cell balance', at: [4, 5], slot: state2 },
      { spn: 8102, label: 'Cells balancing', at: [4, 7], slot: state2, states: noYes },
      { spn: 8207, label: 'Internal charger', at: [5, 1], slot: state2 },
      { spn: 8413, label: 'High-voltage bus connection', at: [6, 1], slot: state4 },
      { spn: 8414, label: 'Traction battery operation', at: [6, 5], slot: state4 },
      { spn: 12905, label: 'Packs ready', at: 7, slot: countByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        'D5701256FC9D3DFF',
        {
          8091: 1,
          8092: 1,
          8093: 13,
          8094: 0,
          8095: 0,
          8096: 7,
          8097: 2,
          8098: 1,
          8099: 0,
          8100: 6,
          8101: 1,
          8102: 1,
          8207: 0,
          8413: 13,
          8414: 9,
          12905: 61,
        },
      ],
    ],
  },
  {
    pgn: 61600,
    label: 'HVESSD7',
    name: 'Traction battery 7',
    spns: [
      { spn: 8205, label: 'Energy for discharge', at: 1, slot: energyTriple },
      { spn: 8206, label: 'Energy for charge', at: 4, slot: energyTriple },
      { spn: 8090, label: 'Highest charging voltage', at: 7, slot: voltageWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['ED17026090024102', { 8205: 137.197, 8206: 168.032, 8090: 28.85 }],
    ],
  },
])
