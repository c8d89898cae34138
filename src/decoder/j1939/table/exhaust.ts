/**
 * Exhaust gas and diesel exhaust fluid (DEF): rows of the SPN table (J1939-71 as public knowledge,
 * checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const {
  concentrationByte,
  conductivityByte,
  levelWord,
  percentByte,
  soundSpeedWord,
  state3,
  state4,
  state5,
  temperatureByte,
  temperatureWord,
} = slots
const { inducementLevels } = states

const fluidProperties = { 0: 'too concentrated', 1: 'too weak', 2: 'diesel', 3: 'proper' }
const lowLevels = { 0: 'off', 1: 'on', 4: 'fast flash' }

export const exhaustGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 64947,
    label: 'AT1OG2',
    name: 'Aftertreatment 1, outlet gas 2',
    spns: [
      { spn: 3245, label: 'Exhaust temperature 3', at: 1, slot: temperatureWord },
      { spn: 3246, label: 'Particulate filter outlet temperature', at: 3, slot: temperatureWord },
      { spn: 3247, label: 'Exhaust temperature 3, failure mode', at: [5, 1], slot: state5 },
      { spn: 3248, label: 'Filter outlet temperature, failure mode', at: [6, 1], slot: state5 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FFFF223BFFFFFFFF', { 3246: 200.0625 }],
      ['4025FFFFE3E4FFFF', { 3245: 25, 3247: 3, 3248: 4 }],
    ],
  },
  {
    pgn: 64923,
    label: 'A1DEFI1',
    name: 'Aftertreatment 1, DEF quality',
    spns: [
      { spn: 3515, label: 'DEF temperature 2', at: 1, slot: temperatureByte },
      { spn: 3516, label: 'DEF concentration', at: 2, slot: concentrationByte },
      { spn: 3518, label: 'DEF conductivity', at: 3, slot: conductivityByte },
      { spn: 3519, label: 'DEF temperature 2, failure mode', at: [4, 1], slot: state5 },
      { spn: 3520, label: 'DEF properties, failure mode', at: [5, 1], slot: state5 },
      { spn: 3521, label: 'DEF property', at: [6, 1], slot: state4, states: fluidProperties },
      { spn: 7346, label: 'DEF speed of sound', at: 7, slot: soundSpeedWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['4D82FFFFFFF3FFFF', { 3515: 37, 3516: 32.5, 3521: 3 }],
      ['FFFF64E3E4FFC409', { 3518: 500, 3519: 3, 3520: 4, 7346: 250 }],
    ],
  },
  {
    pgn: 65110,
    label: 'AT1T1I1',
    name: 'Aftertreatment 1, DEF tank 1',
    spns: [
      { spn: 1761, label: 'DEF level', at: 1, slot: percentByte, signal: 'defLevel' },
      { spn: 3031, label: 'DEF tank temperature', at: 2, slot: temperatureByte },
      { spn: 3517, label: 'DEF tank level, height', at: 3, slot: levelWord },
      { spn: 3532, label: 'DEF level, failure mode', at: [5, 1], slot: state5 },
      { spn: 5245, label: 'DEF low level indicator', at: [5, 6], slot: state3, states: lowLevels },
      { spn: 4365, label: 'DEF tank temperature, failure mode', at: [6, 1], slot: state5 },
      {
        spn: 5246,
        label: 'DEF inducement severity',
        at: [6, 6],
        slot: state3,
        states: inducementLevels,
      },
      { spn: 3363, label: 'DEF tank heater', at: 7, slot: percentByte },
      { spn: 4366, label: 'DEF tank heater, failure mode', at: [8, 1], slot: state5 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['003CFFFF9FBF00FF', { 1761: 0, 3031: 20, 5245: 4, 5246: 5, 3363: 0 }],
      ['FE3CFFFF9FBF00FF', { 1761: 'error' }],
      ['7DFFC409E3E4C8E8', { 1761: 50, 3517: 250, 3532: 3, 4365: 4, 3363: 80, 4366: 8 }],
    ],
  },
])
