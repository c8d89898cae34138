/**
 * The torque curve and limits of an engine (28 to 40 bytes, in packets): rows of the SPN table
 * (J1939-71 as public knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const {
  governorGainWord,
  inertiaWord,
  rotationByte,
  rotationWord,
  signedPercentByte,
  state8,
  tenthSecondByte,
  torqueWord,
} = slots

export const engineConfigurationGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65251,
    label: 'EC1',
    name: 'Engine configuration 1',
    spns: [
      { spn: 188, label: 'Speed at point 1, idle', at: 1, slot: rotationWord },
      { spn: 539, label: 'Torque at point 1, idle', at: 3, slot: signedPercentByte },
      { spn: 528, label: 'Speed at point 2', at: 4, slot: rotationWord },
      { spn: 540, label: 'Torque at point 2', at: 6, slot: signedPercentByte },
      { spn: 529, label: 'Speed at point 3', at: 7, slot: rotationWord },
      { spn: 541, label: 'Torque at point 3', at: 9, slot: signedPercentByte },
      { spn: 530, label: 'Speed at point 4', at: 10, slot: rotationWord },
      { spn: 542, label: 'Torque at point 4', at: 12, slot: signedPercentByte },
      { spn: 531, label: 'Speed at point 5', at: 13, slot: rotationWord },
      { spn: 543, label: 'Torque at point 5', at: 15, slot: signedPercentByte },
      { spn: 532, label: 'Speed at point 6, high idle', at: 16, slot: rotationWord },
      { spn: 545, label: 'Endspeed governor gain', at: 18, slot: governorGainWord },
      { spn: 544, label: 'Reference torque', at: 20, slot: torqueWord },
      { spn: 533, label: 'Speed at point 7, momentary override', at: 22, slot: rotationWord },
      { spn: 534, label: 'Momentary override time limit', at: 24, slot: tenthSecondByte },
      { spn: 535, label: 'Speed control, lower limit', at: 25, slot: rotationByte },
      { spn: 536, label: 'Speed control, upper limit', at: 26, slot: rotationByte },
      { spn: 537, label: 'Torque control, lower limit', at: 27, slot: signedPercentByte },
      { spn: 538, label: 'Torque control, upper limit', at: 28, slot: signedPercentByte },
      { spn: 1712, label: 'Speed control, upper limit, extended', at: 29, slot: rotationWord },
      { spn: 1794, label: 'Moment of inertia', at: 31, slot: inertiaWord },
      { spn: 1846, label: 'Default torque limit', at: 33, slot: torqueWord },
      { spn: 3344, label: 'TSC1 rates supported', at: 35, slot: state8 },
      { spn: 3345, label: 'TSC1 purposes supported, group 1', at: 36, slot: state8 },
      { spn: 3346, label: 'TSC1 purposes supported, group 2', at: 37, slot: state8 },
      { spn: 3347, label: 'TSC1 purposes supported, group 3', at: 38, slot: state8 },
      { spn: 3348, label: 'TSC1 purposes supported, group 4', at: 39, slot: state8 },
      { spn: 7828, label: 'Default idle torque limit', at: 40, slot: signedPercentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      [
        '5014A0603BA3401FB0502DB0B036ABC0440005140AC0440341967DE1E02EA203FFFF80E0FFFFFF',
        {
          188: 650,
          539: 35,
          528: 1900,
          540: 38,
          529: 1000,
          541: 51,
          530: 1450,
          542: 51,
          531: 1750,
          543: 46,
          532: 2200,
          545: 1,
          544: 2580,
          533: 2200,
          534: 0.3,
          535: 650,
          536: 1500,
          537: 0,
          538: 100,
          1712: 1500,
          1794: 3.72,
          3344: 128,
          3345: 224,
        },
      ],
      [
        'FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD007FFFF0A050A64',
        { 1846: 2000, 3346: 10, 3347: 5, 3348: 10, 7828: -25 },
      ],
    ],
  },
])
