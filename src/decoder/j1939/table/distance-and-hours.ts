/**
 * Distances, hours and revolutions: rows of the SPN table (J1939-71 as public knowledge, checked
 * against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const { distanceDouble, fineDistanceDouble, hoursDouble, revolutionsDouble } = slots

export const distanceAndHoursGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65217,
    label: 'VDHR',
    name: 'Vehicle distance, high resolution',
    spns: [
      {
        spn: 917,
        label: 'Total vehicle distance, high resolution',
        at: 1,
        slot: fineDistanceDouble,
        signal: 'odometer',
        rank: 0,
      },
      {
        spn: 918,
        label: 'Trip distance, high resolution',
        at: 5,
        slot: fineDistanceDouble,
        signal: 'tripDistance',
        rank: 0,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['323AAE0063220300', { 917: 57_090_810, 918: 1_027_055 }],
      ['40420F0000000000', { 917: 5_000_000 }],
      ['FFFFFFFF00000000', { 917: 'na', 918: 0 }],
      ['00000000E8030000', { 918: 5000 }],
    ],
  },
  {
    pgn: 65248,
    label: 'VD',
    name: 'Vehicle distance',
    spns: [
      {
        spn: 244,
        label: 'Trip distance',
        at: 1,
        slot: distanceDouble,
        signal: 'tripDistance',
        rank: 1,
      },
      {
        spn: 245,
        label: 'Total vehicle distance',
        at: 5,
        slot: distanceDouble,
        signal: 'odometer',
        rank: 1,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['BB00000007F80600', { 244: 23.375, 245: 57_088.875 }],
      ['FFFFFFFF40420F00', { 244: 'na', 245: 125_000 }],
    ],
  },
  {
    pgn: 65253,
    label: 'HOURS',
    name: 'Engine hours and revolutions',
    spns: [
      { spn: 247, label: 'Engine hours', at: 1, slot: hoursDouble, signal: 'engineHours' },
      { spn: 249, label: 'Engine revolutions, total', at: 5, slot: revolutionsDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['BB5D000035390100', { 247: 1199.75, 249: 80_181_000 }],
      ['20110000FFFFFFFF', { 247: 219.2 }],
    ],
  },
  {
    pgn: 65255,
    label: 'VH',
    name: 'Vehicle hours',
    spns: [
      { spn: 246, label: 'Vehicle hours, total', at: 1, slot: hoursDouble },
      { spn: 248, label: 'Power take-off hours, total', at: 5, slot: hoursDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['CFF2000000000000', { 246: 3107.95, 248: 0 }],
      ['FFFFFFFF204E0000', { 248: 1000 }],
    ],
  },
])
