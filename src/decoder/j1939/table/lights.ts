/**
 * Lights that are on, of tractor and implement or trailer: rows of the SPN table (J1939-71 as
 * public knowledge, checked against the public j1939-84 tables and the J1939 matrix of canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { states } from '../states.ts'
import { withSamples } from './group-samples.ts'

const { state2 } = slots
const { offOn } = states

export const lightGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65088,
    label: 'LD',
    name: 'Lights',
    spns: [
      { spn: 2404, label: 'Running lights', at: [1, 1], slot: state2, states: offOn },
      { spn: 2352, label: 'Alternate headlamps', at: [1, 3], slot: state2, states: offOn },
      { spn: 2350, label: 'Low beam', at: [1, 5], slot: state2, states: offOn },
      { spn: 2348, label: 'High beam', at: [1, 7], slot: state2, states: offOn },
      { spn: 2388, label: 'Front fog lights', at: [2, 1], slot: state2, states: offOn },
      { spn: 2386, label: 'Beacon', at: [2, 3], slot: state2, states: offOn },
      { spn: 2370, label: 'Turn signal, right', at: [2, 5], slot: state2, states: offOn },
      { spn: 2368, label: 'Turn signal, left', at: [2, 7], slot: state2, states: offOn },
      { spn: 2392, label: 'Reversing light and horn', at: [3, 1], slot: state2, states: offOn },
      { spn: 2376, label: 'Stop light, centre', at: [3, 3], slot: state2, states: offOn },
      { spn: 2374, label: 'Stop light, right', at: [3, 5], slot: state2, states: offOn },
      { spn: 2372, label: 'Stop light, left', at: [3, 7], slot: state2, states: offOn },
      { spn: 2384, label: 'Implement clearance lights', at: [4, 1], slot: state2, states: offOn },
      { spn: 2382, label: 'Clearance lights', at: [4, 3], slot: state2, states: offOn },
      { spn: 2380, label: 'Implement marker lights', at: [4, 5], slot: state2, states: offOn },
      { spn: 2378, label: 'Marker lights', at: [4, 7], slot: state2, states: offOn },
      { spn: 2390, label: 'Rear fog lights', at: [5, 1], slot: state2, states: offOn },
      { spn: 2358, label: 'Work lights below', at: [5, 3], slot: state2, states: offOn },
      { spn: 2360, label: 'Work lights, rear low', at: [5, 5], slot: state2, states: offOn },
      { spn: 2362, label: 'Work lights, rear high', at: [5, 7], slot: state2, states: offOn },
      { spn: 2364, label: 'Work lights, side low', at: [6, 1], slot: state2, states: offOn },
      { spn: 2366, label: 'Work lights, side high', at: [6, 3], slot: state2, states: offOn },
      { spn: 2354, label: 'Work lights, front low', at: [6, 5], slot: state2, states: offOn },
      { spn: 2356, label: 'Work lights, front high', at: [6, 7], slot: state2, states: offOn },
      { spn: 2398, label: 'Implement option light 2', at: [7, 1], slot: state2, states: offOn },
      { spn: 2396, label: 'Implement option light 1', at: [7, 3], slot: state2, states: offOn },
      { spn: 2394, label: 'Implement work light, rear', at: [8, 7], slot: state2, states: offOn },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '515441441054F07F',
        {
          2404: 1,
          2352: 0,
          2350: 1,
          2348: 1,
          2388: 0,
          2386: 1,
          2370: 1,
          2368: 1,
          2392: 1,
          2376: 0,
          2374: 0,
          2372: 1,
          2384: 0,
          2382: 1,
          2380: 0,
          2378: 1,
          2390: 0,
          2358: 0,
          2360: 1,
          2362: 0,
          2364: 0,
          2366: 1,
          2354: 1,
          2356: 1,
          2398: 0,
          2396: 0,
          2394: 1,
        },
      ],
    ],
  },
])
