/**
 * Where the vehicle is, and its clock: rows of the SPN table (J1939-71 as public knowledge,
 * checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  hourByte,
  minuteByte,
  monthByte,
  positionDouble,
  quarterDayByte,
  quarterSecondByte,
  signedHourByte,
  signedMinuteByte,
  yearByte,
} = slots

export const positionAndTimeGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65267,
    label: 'VP1',
    name: 'Vehicle position 1',
    spns: [
      { spn: 584, label: 'Latitude', at: 1, slot: positionDouble, signal: 'latitude' },
      { spn: 585, label: 'Longitude', at: 5, slot: positionDouble, signal: 'longitude' },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['00A6FB9C00A6FB9C', { 584: 53.3737728 }],
      ['FFFFFFFF00752B7D', { 585: 0 }],
    ],
  },
  {
    pgn: 65254,
    label: 'TD',
    name: 'Time and date',
    spns: [
      { spn: 959, label: 'Second', at: 1, slot: quarterSecondByte },
      { spn: 960, label: 'Minute', at: 2, slot: minuteByte },
      { spn: 961, label: 'Hour', at: 3, slot: hourByte },
      { spn: 963, label: 'Month', at: 4, slot: monthByte },
      { spn: 962, label: 'Day', at: 5, slot: quarterDayByte },
      { spn: 964, label: 'Year', at: 6, slot: yearByte },
      { spn: 1601, label: 'Local offset, minutes', at: 7, slot: signedMinuteByte },
      { spn: 1602, label: 'Local offset, hours', at: 8, slot: signedHourByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['782D0D0731247D77', { 959: 30, 960: 45, 961: 13, 963: 7, 962: 12.25, 964: 2021, 1601: 0 }],
      ['782D0D0731247D77', { 1602: -6 }],
    ],
  },
])
