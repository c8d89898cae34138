/**
 * Air suspension: levels, pressures, dampers and what the driver may do with them: rows of the SPN
 * table (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939
 * matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { percentByte, pressureWord01, relativeLevelWord, state2, state4 } = slots
const { noYes } = states

const activities = { 0: 'not active', 1: 'active' }
const kneeling = { 0: 'not active', 1: 'lowering', 2: 'knelt', 3: 'lifting', 4: 'aborted' }
const liftAxles = { 0: 'down', 1: 'up' }
const dampers = { 0: 'passive', 1: 'active' }
const refusals = {
  0: 'none',
  1: 'axle load limit',
  2: 'tag axle load limit',
  3: 'differential not locked',
  4: 'too fast',
  5: 'too slow',
  6: 'other',
}

export const airSuspensionGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65114,
    label: 'ASC1',
    name: 'Air suspension 1',
    spns: [
      { spn: 1734, label: 'Nominal level, front', at: [1, 1], slot: state4 },
      { spn: 1733, label: 'Nominal level, rear', at: [1, 5], slot: state4 },
      { spn: 1738, label: 'Below nominal level, front', at: [2, 1], slot: state2, states: noYes },
      { spn: 1754, label: 'Below nominal level, rear', at: [2, 3], slot: state2, states: noYes },
      { spn: 1737, label: 'Above nominal level, front', at: [2, 5], slot: state2, states: noYes },
      { spn: 1736, label: 'Above nominal level, rear', at: [2, 7], slot: state2, states: noYes },
      { spn: 1740, label: 'Lowering, front', at: [3, 1], slot: state2, states: noYes },
      { spn: 1755, label: 'Lowering, rear', at: [3, 3], slot: state2, states: noYes },
      { spn: 1739, label: 'Lifting, front', at: [3, 5], slot: state2, states: noYes },
      { spn: 1756, label: 'Lifting, rear', at: [3, 7], slot: state2, states: noYes },
      { spn: 1742, label: 'Kneeling', at: [4, 1], slot: state4, states: kneeling },
      { spn: 1741, label: 'Level control mode', at: [4, 5], slot: state4 },
      { spn: 1746, label: 'Security device', at: [5, 1], slot: state2, states: activities },
      { spn: 1745, label: 'Motion inhibited', at: [5, 3], slot: state2, states: noYes },
      { spn: 1744, label: 'Doors released', at: [5, 5], slot: state2, states: noYes },
      { spn: 1743, label: 'Lift axle 1', at: [5, 7], slot: state2, states: liftAxles },
      { spn: 1824, label: 'Bumper range, front', at: [6, 1], slot: state2, states: noYes },
      { spn: 1823, label: 'Bumper range, rear', at: [6, 3], slot: state2, states: noYes },
      { spn: 1822, label: 'Lift axle 2', at: [6, 7], slot: state2, states: liftAxles },
      {
        spn: 1826,
        label: 'Suspension remote control 1',
        at: [7, 1],
        slot: state2,
        states: activities,
      },
      {
        spn: 1825,
        label: 'Suspension remote control 2',
        at: [7, 3],
        slot: state2,
        states: activities,
      },
      { spn: 5294, label: 'Level control while braking', at: [7, 5], slot: state2 },
      { spn: 5296, label: 'Level control by speed', at: [7, 7], slot: state2 },
      { spn: 1827, label: 'Refusal of the suspension', at: [8, 1], slot: state4, states: refusals },
      { spn: 5432, label: 'Level in memory', at: [8, 5], slot: state4 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '101141D105315534',
        {
          1734: 0,
          1733: 1,
          1738: 1,
          1754: 0,
          1737: 1,
          1736: 0,
          1740: 1,
          1755: 0,
          1739: 0,
          1756: 1,
          1742: 1,
          1741: 13,
          1746: 1,
          1745: 1,
          1744: 0,
          1743: 0,
          1824: 1,
          1823: 0,
          1822: 0,
          1826: 1,
          1825: 1,
          5294: 1,
          5296: 1,
          1827: 4,
          5432: 3,
        },
      ],
    ],
  },
  {
    pgn: 65113,
    label: 'ASC3',
    name: 'Air suspension 3',
    spns: [
      { spn: 1721, label: 'Level, front left', at: 1, slot: relativeLevelWord },
      { spn: 1722, label: 'Level, front right', at: 3, slot: relativeLevelWord },
      { spn: 1724, label: 'Level, rear left', at: 5, slot: relativeLevelWord },
      { spn: 1723, label: 'Level, rear right', at: 7, slot: relativeLevelWord },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['6E7B82226D0B8D5B', { 1721: -40.2, 1722: -2316.6, 1724: -2907.5, 1723: -856.3 }],
    ],
  },
  {
    pgn: 65112,
    label: 'ASC4',
    name: 'Air suspension 4',
    spns: [
      { spn: 1725, label: 'Bellow, front left', at: 1, slot: pressureWord01 },
      { spn: 1726, label: 'Bellow, front right', at: 3, slot: pressureWord01 },
      { spn: 1727, label: 'Bellow, rear left', at: 5, slot: pressureWord01 },
      { spn: 1728, label: 'Bellow, rear right', at: 7, slot: pressureWord01 },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['2B7559192C285464', { 1725: 2999.5, 1726: 648.9, 1727: 1028.4, 1728: 2568.4 }],
    ],
  },
  {
    pgn: 65111,
    label: 'ASC5',
    name: 'Air suspension 5',
    spns: [
      { spn: 1729, label: 'Damper, front', at: 1, slot: percentByte },
      { spn: 1730, label: 'Damper, rear', at: 2, slot: percentByte },
      { spn: 1731, label: 'Damper, lift or tag axle', at: 3, slot: percentByte },
      { spn: 1833, label: 'Damper mode, front', at: [4, 1], slot: state2, states: dampers },
      { spn: 1832, label: 'Damper mode, rear', at: [4, 3], slot: state2, states: dampers },
      {
        spn: 1831,
        label: 'Damper mode, lift or tag axle',
        at: [4, 5],
        slot: state2,
        states: dampers,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['1DB945D4FFFFFFFF', { 1729: 11.6, 1730: 74, 1731: 27.6, 1833: 0, 1832: 1, 1831: 1 }],
    ],
  },
])
