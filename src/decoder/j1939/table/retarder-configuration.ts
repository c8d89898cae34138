/**
 * The torque curve of a retarder (a message of 19 bytes, in packets): rows of the SPN table
 * (J1939-71 as public knowledge, checked against pretty_j1939 and the public j1939-84 tables).
 */
import type { PgnRow } from '../rows.ts'
import { slots } from '../slots.ts'
import { withSamples } from './group-samples.ts'

const { rotationWord, signedPercentByte, state4, stepByte, torqueWord } = slots

export const retarderConfigurationGroups: readonly PgnRow[] = withSamples([
  {
    pgn: 65249,
    label: 'RC',
    name: 'Retarder configuration',
    spns: [
      { spn: 901, label: 'Retarder type', at: [1, 1], slot: state4 },
      { spn: 902, label: 'Retarder location', at: [1, 5], slot: state4 },
      { spn: 557, label: 'Retarder control steps', at: 2, slot: stepByte },
      { spn: 546, label: 'Speed at point 1, idle', at: 3, slot: rotationWord },
      { spn: 551, label: 'Torque at point 1, idle', at: 5, slot: signedPercentByte },
      { spn: 548, label: 'Speed at point 2, the highest', at: 6, slot: rotationWord },
      { spn: 552, label: 'Torque at point 2, the highest speed', at: 8, slot: signedPercentByte },
      { spn: 549, label: 'Speed at point 3', at: 9, slot: rotationWord },
      { spn: 553, label: 'Torque at point 3', at: 11, slot: signedPercentByte },
      { spn: 550, label: 'Speed at point 4', at: 12, slot: rotationWord },
      { spn: 554, label: 'Torque at point 4', at: 14, slot: signedPercentByte },
      { spn: 547, label: 'Speed at point 5, peak torque', at: 15, slot: rotationWord },
      { spn: 556, label: 'Reference torque', at: 17, slot: torqueWord },
      { spn: 555, label: 'Torque at point 5, peak torque', at: 19, slot: signedPercentByte },
    ],
    samples: [
      ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'na'],
      [
        'FF0FC01264E04725602256E02E2CA041340620',
        {
          557: 15,
          546: 600,
          551: -25,
          548: 2300,
          552: -88,
          549: 1100,
          553: -39,
          550: 1500,
          554: -81,
          547: 2100,
          556: 1588,
          555: -93,
        },
      ],
      ['21FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', { 901: 1, 902: 2 }],
    ],
  },
])
