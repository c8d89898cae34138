/**
 * Dosing of diesel exhaust fluid (DEF) and regeneration of the particulate filter: rows of the SPN
 * table (J1939-71 as public knowledge, checked against recordings of trucks, the public j1939-84
 * tables and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  dosingWord,
  fastDosingWord,
  gramWord,
  pressureByte8,
  pressureWord01,
  state2,
  state3,
  state4,
} = slots
const { noYes } = states

const dosingStates = {
  0: 'dormant',
  1: 'preparing',
  2: 'dosing',
  3: 'fault pending',
  5: 'protected against heat',
  6: 'protected against cold',
  7: 'shutting off',
  8: 'diagnosis',
  9: 'test, dosing allowed',
  10: 'test, dosing not allowed',
}
const lampStates = { 0: 'off', 1: 'on', 4: 'fast flash' }
const needs = { 0: 'not needed', 1: 'lowest level', 2: 'moderate level', 3: 'highest level' }
const forcedStates = { 0: 'not forced', 1: 'by switch', 2: 'by service tool' }

export const dosingAndRegenerationGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 61475,
    label: 'A1SCRDSI1',
    name: 'Aftertreatment 1, DEF dosing',
    spns: [
      { spn: 4331, label: 'DEF dosing', at: 1, slot: dosingWord },
      { spn: 4332, label: 'SCR system state', at: [3, 1], slot: state4, states: dosingStates },
      { spn: 7524, label: 'SCR system 2 state', at: [3, 5], slot: state4, states: dosingStates },
      { spn: 4333, label: 'DEF quantity of the integrator', at: 4, slot: gramWord },
      { spn: 4334, label: 'DEF doser pressure', at: 6, slot: pressureByte8 },
      { spn: 6595, label: 'DEF dosing, high range', at: 7, slot: fastDosingWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FEEE00FEFE00FE', 'error'],
      ['0000F0FFFF00FFFF', { 4331: 0, 4332: 0, 4334: 0 }],
      ['0000F1FFFF00FFFF', { 4332: 1 }],
      ['881325E02EAF409C', { 4331: 1500, 4332: 5, 7524: 2, 4333: 1200, 4334: 1400, 6595: 2000 }],
    ],
  },
  {
    pgn: 64908,
    label: 'AT1GP',
    name: 'Aftertreatment 1, gas pressures',
    spns: [
      { spn: 3609, label: 'Filter 1, intake pressure', at: 1, slot: pressureWord01 },
      { spn: 3610, label: 'Filter 1, outlet pressure', at: 3, slot: pressureWord01 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FE00FEFFFFFFFF', 'error'],
      ['4C04FFFFFFFFFFFF', { 3609: 110 }],
      ['C05DA00FFFFFFFFF', { 3609: 2400, 3610: 400 }],
    ],
  },
  {
    pgn: 64892,
    label: 'DPFC1',
    name: 'Particulate filter control 1',
    spns: [
      { spn: 3697, label: 'Particulate filter lamp', at: [1, 1], slot: state3, states: lampStates },
      { spn: 8857, label: 'Regeneration available', at: [1, 4], slot: state2 },
      { spn: 3699, label: 'Passive regeneration active', at: [2, 1], slot: state2, states: noYes },
      { spn: 3700, label: 'Regeneration active', at: [2, 3], slot: state2, states: noYes },
      { spn: 3701, label: 'Regeneration needed', at: [2, 5], slot: state3, states: needs },
      { spn: 3702, label: 'Regeneration inhibited', at: [3, 1], slot: state2, states: noYes },
      { spn: 3703, label: 'Inhibited by switch', at: [3, 3], slot: state2, states: noYes },
      { spn: 3704, label: 'Inhibited by clutch', at: [3, 5], slot: state2, states: noYes },
      { spn: 3705, label: 'Inhibited by service brake', at: [3, 7], slot: state2, states: noYes },
      { spn: 3706, label: 'Inhibited by PTO', at: [4, 1], slot: state2, states: noYes },
      { spn: 3707, label: 'Inhibited by accelerator', at: [4, 3], slot: state2, states: noYes },
      { spn: 3708, label: 'Inhibited by gear', at: [4, 5], slot: state2, states: noYes },
      { spn: 3709, label: 'Inhibited by high speed', at: [4, 7], slot: state2, states: noYes },
      {
        spn: 3710,
        label: 'Inhibited by released parking brake',
        at: [5, 1],
        slot: state2,
        states: noYes,
      },
      { spn: 3711, label: 'Inhibited by cool exhaust', at: [5, 3], slot: state2, states: noYes },
      { spn: 3712, label: 'Inhibited by fault', at: [5, 5], slot: state2, states: noYes },
      { spn: 3713, label: 'Inhibited by time-out', at: [5, 7], slot: state2, states: noYes },
      { spn: 3714, label: 'Inhibited by temporary lock', at: [6, 1], slot: state2, states: noYes },
      { spn: 3715, label: 'Inhibited by permanent lock', at: [6, 3], slot: state2, states: noYes },
      { spn: 3716, label: 'Inhibited by cold engine', at: [6, 5], slot: state2, states: noYes },
      { spn: 3717, label: 'Inhibited by low speed', at: [6, 7], slot: state2, states: noYes },
      { spn: 3718, label: 'Automatic start enabled', at: [7, 1], slot: state2, states: noYes },
      {
        spn: 3698,
        label: 'Exhaust temperature lamp',
        at: [7, 3],
        slot: state3,
        states: lampStates,
      },
      { spn: 4175, label: 'Regeneration forced', at: [7, 6], slot: state3, states: forcedStates },
      { spn: 5504, label: 'Hydrocarbon doser purging', at: [8, 1], slot: state2 },
      {
        spn: 5629,
        label: 'Inhibited by low exhaust pressure',
        at: [8, 3],
        slot: state2,
        states: noYes,
      },
      { spn: 3750, label: 'Conditions not met', at: [8, 5], slot: state2, states: noYes },
      { spn: 10153, label: 'Inhibited by thresher', at: [8, 7], slot: state2, states: noYes },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['F6EAAAAAAAAADAAA', 'error'],
      ['FFFFFFFFFFFFE3FF', { 3698: 0 }],
      ['E2D5054140105550', { 3697: 2, 8857: 0, 3699: 1, 3700: 1, 3701: 5, 3702: 1, 3703: 1 }],
      ['E2D5054140105550', { 3704: 0, 3705: 0, 3706: 1, 3707: 0, 3708: 0, 3709: 1, 3710: 0 }],
      ['E2D5054140105550', { 3711: 0, 3712: 0, 3713: 1, 3714: 0, 3715: 0, 3716: 1, 3717: 0 }],
      ['E2D5054140105550', { 3718: 1, 3698: 5, 4175: 2, 5504: 0, 5629: 0, 3750: 1, 10153: 1 }],
    ],
  },
])
