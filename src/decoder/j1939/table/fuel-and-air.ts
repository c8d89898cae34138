/**
 * Air and fuel of the engine: flows, fuel tank vapour, fuel used: rows of the SPN table (J1939-71
 * as public knowledge, checked against recordings of trucks, the public j1939-84 tables and the
 * J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  airFlowWord,
  massFlowWord,
  millilitresDouble,
  percentByte,
  ratioWord,
  state2,
  tankPressureWord,
} = slots

export const fuelAndAirGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 61450,
    label: 'EGF1',
    name: 'Engine gas flow',
    spns: [
      { spn: 2659, label: 'EGR 1 mass flow', at: 1, slot: massFlowWord },
      { spn: 132, label: 'Intake air mass flow', at: 3, slot: massFlowWord },
      { spn: 5257, label: 'EGR 2 mass flow', at: 5, slot: massFlowWord },
      { spn: 12758, label: 'Fresh air mass flow, target', at: 7, slot: massFlowWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FE00FE00FE00FE', 'error'],
      ['FFFF0000FFFFFFFF', { 132: 0 }],
      ['00000000FFFFFFFF', { 2659: 0 }],
      ['401F007D007D401F', { 2659: 400, 132: 1600, 5257: 1600, 12758: 400 }],
    ],
  },
  {
    pgn: 61497,
    label: 'EASI',
    name: 'Engine air system',
    spns: [
      { spn: 6392, label: 'Desired air-fuel ratio', at: 1, slot: ratioWord },
      { spn: 6393, label: 'Fuel system 1, intake air flow', at: 3, slot: airFlowWord },
      { spn: 8310, label: 'Fuel system 2, intake air flow', at: 5, slot: airFlowWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FE00FE00FEFFFF', 'error'],
      ['4706FFFFFFFFFFFF', { 6392: 1.607 }],
      ['007D803E204EFFFF', { 6392: 32, 6393: 15.625, 8310: 19.53125 }],
    ],
  },
  {
    pgn: 64524,
    label: 'EVAP',
    name: 'Evaporative system',
    spns: [
      { spn: 7833, label: 'Canister vent valve', at: [1, 1], slot: state2 },
      { spn: 7834, label: 'Canister purge valve command', at: 2, slot: percentByte },
      { spn: 7835, label: 'Petrol tank pressure', at: 3, slot: tankPressureWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFE00FEFFFFFFFF', 'error'],
      ['FD007F7DFFFFFFFF', { 7833: 1, 7834: 0, 7835: 0 }],
      ['FCC8401FFFFFFFFF', { 7833: 0, 7834: 80, 7835: -2412.7 }],
    ],
  },
  {
    pgn: 64777,
    label: 'HRLFC',
    name: 'Fuel used, high resolution',
    spns: [
      { spn: 5053, label: 'Trip fuel, high resolution', at: 1, slot: millilitresDouble },
      {
        spn: 5054,
        label: 'Total fuel used, high resolution',
        at: 5,
        slot: millilitresDouble,
        signal: 'fuelUsed',
        rank: 1,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['000000FE000000FE', 'error'],
      ['FFFFFFFF0C78B601', { 5054: 28_735.5 }],
      ['40420F0000093D00', { 5053: 1000, 5054: 4000 }],
    ],
  },
])
