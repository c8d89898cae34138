/**
 * Gas sensors of the exhaust and three-way catalysts, one group a place: rows of the SPN table
 * (J1939-71 as public knowledge, checked against recordings of trucks, the public j1939-84 tables
 * and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { type SampledGroup, withSamples } from './group-samples.ts'

const { noxWord, oxygenWord, pressureWord01, state2, state3, state5, temperatureWord } = slots
const { noYes } = states

const heaterStates = { 0: 'automatic', 1: 'preheating 2' }

type Place = Pick<PgnRow, 'pgn' | 'label' | 'name'>

/** Ten parameters in a row from `first`, and the self-diagnosis that came later. */
function gasSensors(place: Place, first: number, diagnosis: number): SampledGroup {
  return {
    ...place,
    spns: [
      { spn: first, label: 'NOx', at: 1, slot: noxWord },
      { spn: first + 1, label: 'Oxygen', at: 3, slot: oxygenWord },
      { spn: first + 2, label: 'Sensor power in range', at: [5, 1], slot: state2, states: noYes },
      { spn: first + 3, label: 'Sensor at temperature', at: [5, 3], slot: state2, states: noYes },
      { spn: first + 4, label: 'NOx stable', at: [5, 5], slot: state2, states: noYes },
      { spn: first + 5, label: 'Oxygen stable', at: [5, 7], slot: state2, states: noYes },
      { spn: first + 6, label: 'Sensor heater, failure mode', at: [6, 1], slot: state5 },
      { spn: first + 7, label: 'Sensor heater', at: [6, 6], slot: state2, states: heaterStates },
      { spn: first + 8, label: 'NOx sensor, failure mode', at: [7, 1], slot: state5 },
      { spn: diagnosis, label: 'NOx sensor self-diagnosis', at: [7, 6], slot: state3 },
      { spn: first + 9, label: 'Oxygen sensor, failure mode', at: [8, 1], slot: state5 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FE00FEAADEDEDE', 'error'],
      ['FFFF0000FFFFFFFF', { [first + 1]: -12 }],
      ['A00FFE71FFFFFFFF', { [first]: 0, [first + 1]: 2.999548 }],
      ['401F803E11A364E5', { [first]: 200, [first + 1]: -3.776, [first + 2]: 1, [first + 3]: 0 }],
      ['401F803E11A364E5', { [first + 4]: 1, [first + 5]: 0, [first + 6]: 3, [first + 7]: 1 }],
      ['401F803E11A364E5', { [first + 8]: 4, [diagnosis]: 3, [first + 9]: 5 }],
    ],
  }
}

/** The second exhaust has the supply of another sensor in the last bits. */
function withSecondSensor(group: SampledGroup, spn: number): SampledGroup {
  const supply = { spn, label: 'Sensor 2 power supply', at: [8, 6], slot: state2 } as const
  return {
    ...group,
    spns: [...group.spns, supply],
    samples: [...group.samples, ['FFFFFFFFFFFFFF3F', { [spn]: 1 }]],
  }
}

function threeWayCatalyst(place: Place, first: number): SampledGroup {
  return {
    ...place,
    spns: [
      { spn: first, label: 'Catalyst intake temperature', at: 1, slot: temperatureWord },
      { spn: first + 1, label: 'Catalyst outlet temperature', at: 3, slot: temperatureWord },
      { spn: first + 2, label: 'Catalyst differential pressure', at: 5, slot: pressureWord01 },
      { spn: first + 3, label: 'Intake temperature, failure mode', at: [7, 1], slot: state5 },
      { spn: first + 4, label: 'Outlet temperature, failure mode', at: [7, 6], slot: state5 },
      { spn: first + 5, label: 'Differential pressure, failure mode', at: [8, 3], slot: state5 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00FE00FE00FEDEFB', 'error'],
      ['FFFFE034FFFFFFFF', { [first + 1]: 150 }],
      ['402580348813A30C', { [first]: 25, [first + 1]: 147, [first + 2]: 500 }],
      ['402580348813A30C', { [first + 3]: 3, [first + 4]: 5, [first + 5]: 3 }],
    ],
  }
}

const intake1 = { pgn: 61454, label: 'AT1IG1', name: 'Aftertreatment 1, intake gas 1' }
const outlet1 = { pgn: 61455, label: 'AT1OG1', name: 'Aftertreatment 1, outlet gas 1' }
const intake2 = { pgn: 61456, label: 'AT2IG1', name: 'Aftertreatment 2, intake gas 1' }
const outlet2 = { pgn: 61457, label: 'AT2OG1', name: 'Aftertreatment 2, outlet gas 1' }
const catalyst1 = { pgn: 64838, label: 'AT1TWC', name: 'Aftertreatment 1, three-way catalyst' }
const catalyst2 = { pgn: 64837, label: 'AT2TWC', name: 'Aftertreatment 2, three-way catalyst' }

export const exhaustGasGroups: readonly PgnRow[] = withSamples([
  gasSensors(intake1, 3216, 5714),
  gasSensors(outlet1, 3226, 5713),
  withSecondSensor(gasSensors(intake2, 3255, 5716), 8485),
  withSecondSensor(gasSensors(outlet2, 3265, 5715), 8486),
  threeWayCatalyst(catalyst1, 4289),
  threeWayCatalyst(catalyst2, 4295),
])
