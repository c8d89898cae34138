/**
 * Texts that identify components and controllers: rows of the SPN table (J1939-71 as public
 * knowledge, checked against the public j1939-84 tables).
 */
import type { PgnRow, TextRow } from '../rows.ts'

const component = '50414343522A4D5831332A313233343536372A554E4954392A'
const controller =
  '4543552D31322A5330303132332A4361622A456E67696E652A41636D652A48322A32303233303430352A'

function field(
  spn: number,
  label: string,
  n: number,
  [hex, text]: readonly [string, string],
): TextRow {
  const kind = { kind: 'delimited', field: n, from: 1 } as const
  const samples = [
    [hex, text],
    ['FFFFFFFFFFFFFFFF', 'na'],
  ] as const
  return { spn, label, text: kind, samples }
}

export const componentTextGroups: readonly PgnRow[] = [
  {
    pgn: 65259,
    label: 'CI',
    name: 'Component identification',
    spns: [
      field(586, 'Make', 0, [component, 'PACCR']),
      field(587, 'Model', 1, [component, 'MX13']),
      field(588, 'Serial number', 2, [component, '1234567']),
      field(233, 'Unit number', 3, [component, 'UNIT9']),
    ],
  },
  {
    pgn: 64965,
    label: 'ECUID',
    name: 'Controller identification',
    spns: [
      field(2901, 'Part number', 0, [controller, 'ECU-12']),
      field(2902, 'Controller serial number', 1, [controller, 'S00123']),
      field(2903, 'Controller location', 2, [controller, 'Cab']),
      field(2904, 'Controller type', 3, [controller, 'Engine']),
      field(4304, 'Controller maker', 4, [controller, 'Acme']),
      field(6714, 'Controller hardware', 5, [controller, 'H2']),
      field(11746, 'Controller built on', 6, [controller, '20230405']),
    ],
  },
]
