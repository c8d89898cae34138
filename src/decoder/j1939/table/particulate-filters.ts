/**
 * Particulate filters: load, regenerations, and the fuel that they take: rows of the SPN table
 * (J1939-71 as public knowledge, checked against the public j1939-84 tables and the J1939 matrix of
 * canmatrix).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  countDouble,
  distanceDouble,
  fuelRateWord,
  litresDouble,
  loadByte,
  percentByte,
  percentWord,
  pressureWord01,
  secondsDouble,
  state2,
} = slots

const activities = { 0: 'not active', 1: 'active' }

export const particulateFilterGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 64891,
    label: 'AT1S1',
    name: 'Particulate filter 1, load',
    spns: [
      { spn: 3719, label: 'Filter 1, soot load', at: 1, slot: loadByte },
      { spn: 3720, label: 'Filter 1, ash load', at: 2, slot: loadByte },
      { spn: 3721, label: 'Filter 1, time since regeneration', at: 3, slot: secondsDouble },
      {
        spn: 5466,
        label: 'Filter 1, soot load that starts a regeneration',
        at: 7,
        slot: percentWord,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['261DFB210300710C', { 3719: 38, 3720: 29, 3721: 205307, 5466: 7.9625 }],
    ],
  },
  {
    pgn: 64890,
    label: 'AT2S1',
    name: 'Particulate filter 2, load',
    spns: [
      { spn: 3722, label: 'Filter 2, soot load', at: 1, slot: loadByte },
      { spn: 3723, label: 'Filter 2, ash load', at: 2, slot: loadByte },
      { spn: 3724, label: 'Filter 2, time since regeneration', at: 3, slot: secondsDouble },
      {
        spn: 5467,
        label: 'Filter 2, soot load that starts a regeneration',
        at: 7,
        slot: percentWord,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFE', 'error'],
      ['3650D05F0400ED77', { 3722: 54, 3723: 80, 3724: 286672, 5467: 76.7525 }],
    ],
  },
  {
    pgn: 64920,
    label: 'AT1HI1',
    name: 'Aftertreatment 1, life',
    spns: [
      { spn: 3522, label: 'Aftertreatment 1, fuel used, total', at: 1, slot: litresDouble },
      {
        spn: 3523,
        label: 'Aftertreatment 1, regenerating, total time',
        at: 5,
        slot: secondsDouble,
      },
      { spn: 3524, label: 'Aftertreatment 1, disabled, total time', at: 9, slot: secondsDouble },
      {
        spn: 3525,
        label: 'Aftertreatment 1, active regenerations, total',
        at: 13,
        slot: countDouble,
      },
      {
        spn: 3725,
        label: 'Aftertreatment 1, passive regeneration, total time',
        at: 17,
        slot: secondsDouble,
      },
      {
        spn: 3726,
        label: 'Aftertreatment 1, passive regenerations, total',
        at: 21,
        slot: countDouble,
      },
      {
        spn: 3727,
        label: 'Aftertreatment 1, regenerations inhibited, total',
        at: 25,
        slot: countDouble,
      },
      {
        spn: 3728,
        label: 'Aftertreatment 1, regenerations by hand, total',
        at: 29,
        slot: countDouble,
      },
      {
        spn: 5454,
        label: 'Aftertreatment 1, time between regenerations',
        at: 33,
        slot: secondsDouble,
      },
      {
        spn: 5827,
        label: 'Aftertreatment 1, distance between regenerations',
        at: 37,
        slot: distanceDouble,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      [
        'EC680700A3880900505009003C1300009E230A001C0B000097070000E60B000068CB09006A552C00',
        {
          3522: 242806,
          3523: 624803,
          3524: 610384,
          3525: 4924,
          3725: 664478,
          3726: 2844,
          3727: 1943,
          3728: 3046,
          5454: 641896,
          5827: 363181.25,
        },
      ],
    ],
  },
  {
    pgn: 64921,
    label: 'AT2HI1',
    name: 'Aftertreatment 2, life',
    spns: [
      { spn: 3526, label: 'Aftertreatment 2, fuel used, total', at: 1, slot: litresDouble },
      {
        spn: 3527,
        label: 'Aftertreatment 2, regenerating, total time',
        at: 5,
        slot: secondsDouble,
      },
      { spn: 3528, label: 'Aftertreatment 2, disabled, total time', at: 9, slot: secondsDouble },
      {
        spn: 3529,
        label: 'Aftertreatment 2, active regenerations, total',
        at: 13,
        slot: countDouble,
      },
      {
        spn: 3729,
        label: 'Aftertreatment 2, passive regeneration, total time',
        at: 17,
        slot: secondsDouble,
      },
      {
        spn: 3730,
        label: 'Aftertreatment 2, passive regenerations, total',
        at: 21,
        slot: countDouble,
      },
      {
        spn: 3731,
        label: 'Aftertreatment 2, regenerations inhibited, total',
        at: 25,
        slot: countDouble,
      },
      {
        spn: 3732,
        label: 'Aftertreatment 2, regenerations by hand, total',
        at: 29,
        slot: countDouble,
      },
      {
        spn: 5455,
        label: 'Aftertreatment 2, time between regenerations',
        at: 33,
        slot: secondsDouble,
      },
      {
        spn: 5828,
        label: 'Aftertreatment 2, distance between regenerations',
        at: 37,
        slot: distanceDouble,
      },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      [
        'CDF500007CDD0200B2CA010010050000AFD70900CC0E0000A4000000A7060000128A010054BF0200',
        {
          3526: 31462.5,
          3527: 187772,
          3528: 117426,
          3529: 1296,
          3729: 645039,
          3730: 3788,
          3731: 164,
          3732: 1703,
          5455: 100882,
          5828: 22506.5,
        },
      ],
    ],
  },
  {
    pgn: 64889,
    label: 'AT1TI',
    name: 'Aftertreatment 1, trip',
    spns: [
      { spn: 3733, label: 'Filter 1, fuel used, trip', at: 1, slot: litresDouble },
      { spn: 3734, label: 'Filter 1, regenerating, trip time', at: 5, slot: secondsDouble },
      { spn: 3735, label: 'Filter 1, disabled, trip time', at: 9, slot: secondsDouble },
      { spn: 3736, label: 'Filter 1, active regenerations, trip', at: 13, slot: countDouble },
      {
        spn: 3737,
        label: 'Filter 1, passive regeneration, trip time',
        at: 17,
        slot: secondsDouble,
      },
      { spn: 3738, label: 'Filter 1, passive regenerations, trip', at: 21, slot: countDouble },
      { spn: 3739, label: 'Filter 1, regenerations inhibited, trip', at: 25, slot: countDouble },
      { spn: 3740, label: 'Filter 1, regenerations by hand, trip', at: 29, slot: countDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      [
        'FAD1020017BC0A00810F0000AD050000B17C0A0040120000300500007C0A0000',
        {
          3733: 92413,
          3734: 703511,
          3735: 3969,
          3736: 1453,
          3737: 687281,
          3738: 4672,
          3739: 1328,
          3740: 2684,
        },
      ],
    ],
  },
  {
    pgn: 64888,
    label: 'AT2TI',
    name: 'Aftertreatment 2, trip',
    spns: [
      { spn: 3741, label: 'Filter 2, fuel used, trip', at: 1, slot: litresDouble },
      { spn: 3742, label: 'Filter 2, regenerating, trip time', at: 5, slot: secondsDouble },
      { spn: 3743, label: 'Filter 2, disabled, trip time', at: 9, slot: secondsDouble },
      { spn: 3744, label: 'Filter 2, active regenerations, trip', at: 13, slot: countDouble },
      {
        spn: 3745,
        label: 'Filter 2, passive regeneration, trip time',
        at: 17,
        slot: secondsDouble,
      },
      { spn: 3746, label: 'Filter 2, passive regenerations, trip', at: 21, slot: countDouble },
      { spn: 3747, label: 'Filter 2, regenerations inhibited, trip', at: 25, slot: countDouble },
      { spn: 3748, label: 'Filter 2, regenerations by hand, trip', at: 29, slot: countDouble },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      ['FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE', 'error'],
      [
        'FB460C0003B000006E140800D210000059D00400FB0E00000A0F000048110000',
        {
          3741: 402301.5,
          3742: 45059,
          3743: 529518,
          3744: 4306,
          3745: 315481,
          3746: 3835,
          3747: 3850,
          3748: 4424,
        },
      ],
    ],
  },
  {
    pgn: 64929,
    label: 'AT1FC1',
    name: 'Aftertreatment 1, fuel',
    spns: [
      { spn: 3480, label: 'Aftertreatment 1 fuel pressure', at: 1, slot: pressureWord01 },
      { spn: 3481, label: 'Aftertreatment 1 fuel rate', at: 3, slot: fuelRateWord },
      { spn: 3479, label: 'Aftertreatment 1 fuel pressure control', at: 5, slot: percentWord },
      {
        spn: 4097,
        label: 'Aftertreatment 1 fuel drain',
        at: [7, 1],
        slot: state2,
        states: activities,
      },
      {
        spn: 3484,
        label: 'Aftertreatment 1 ignition',
        at: [7, 3],
        slot: state2,
        states: activities,
      },
      {
        spn: 3483,
        label: 'Aftertreatment 1 regeneration',
        at: [7, 5],
        slot: state2,
        states: activities,
      },
      {
        spn: 3482,
        label: 'Aftertreatment 1 fuel valve',
        at: [7, 7],
        slot: state2,
        states: activities,
      },
      { spn: 4301, label: 'Aftertreatment 1 injector heater', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        'D83F394A95291447',
        {
          3480: 1634.4,
          3481: 950.05,
          3479: 26.6125,
          4097: 0,
          3484: 1,
          3483: 1,
          3482: 0,
          4301: 28.4,
        },
      ],
    ],
  },
  {
    pgn: 64928,
    label: 'AT2FC1',
    name: 'Aftertreatment 2, fuel',
    spns: [
      { spn: 3494, label: 'Aftertreatment 2 fuel pressure', at: 1, slot: pressureWord01 },
      { spn: 3495, label: 'Aftertreatment 2 fuel rate', at: 3, slot: fuelRateWord },
      { spn: 3493, label: 'Aftertreatment 2 fuel pressure control', at: 5, slot: percentWord },
      {
        spn: 4098,
        label: 'Aftertreatment 2 fuel drain',
        at: [7, 1],
        slot: state2,
        states: activities,
      },
      {
        spn: 3498,
        label: 'Aftertreatment 2 ignition',
        at: [7, 3],
        slot: state2,
        states: activities,
      },
      {
        spn: 3497,
        label: 'Aftertreatment 2 regeneration',
        at: [7, 5],
        slot: state2,
        states: activities,
      },
      {
        spn: 3496,
        label: 'Aftertreatment 2 fuel valve',
        at: [7, 7],
        slot: state2,
        states: activities,
      },
      { spn: 4302, label: 'Aftertreatment 2 injector heater', at: 8, slot: percentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFF', 'na'],
      [
        '9242E7576768056E',
        {
          3494: 1704.2,
          3495: 1125.15,
          3493: 66.8175,
          4098: 1,
          3498: 1,
          3497: 0,
          3496: 0,
          4302: 44,
        },
      ],
    ],
  },
])
