/**
 * What the control units of a simulated truck answer when a parameter group is requested: those they
 * send anyway, identification (VI, CI, SOFT), trouble codes, and their names (J1939-71, -73, -81 as
 * public knowledge).
 */
import type { TruckCodes } from './truck-codes.ts'
import { type TruckUnit, truckGroups, truckUnits } from './truck-groups.ts'
import type { TruckState } from './truck-state.ts'

export interface MessageContext {
  unit: TruckUnit
  vin: string
  state: TruckState
  codes: TruckCodes
}

export const PGN = {
  addressClaim: 60928,
  dm1: 65226,
  dm2: 65227,
  dm3: 65228,
  dm4: 65229,
  dm5: 65230,
  dm11: 65235,
  software: 65242,
  component: 65259,
  vehicle: 65260,
} as const

/** Make and model of each, the number of its function (J1939-81), and its version. */
const identities: Readonly<Record<TruckUnit, readonly [string, string, number, string]>> = {
  engine: ['ODOSIM', 'D9K', 0, '09.14'],
  transmission: ['ODOSIM', 'AMT12', 3, '03.02'],
  brakes: ['ODOSIM', 'EBS5', 9, '05.51'],
  cluster: ['ODOSIM', 'ICL2', 19, '02.07'],
  body: ['ODOSIM', 'BCM', 26, '01.20'],
  navigation: ['ODOSIM', 'NAV', 25, '07.00'],
}

/** Control units that have trouble codes. */
export const codeUnits: readonly TruckUnit[] = ['engine', 'transmission', 'brakes']

/** Undefined for what the control unit does not have. */
export function messageOf(pgn: number, context: MessageContext): Uint8Array | undefined {
  const { unit, vin, state, codes } = context
  const [make, model, , version] = identities[unit]
  if (pgn === PGN.addressClaim) return nameOf(unit)
  if (pgn === PGN.component) return text(`${make}*${model}*${serialOf(unit)}**`)
  if (pgn === PGN.software) return Uint8Array.from([2, ...text(`${model}-${version}*BOOT-1.0*`)])
  if (pgn === PGN.vehicle && unit === 'engine') return text(`${vin}*`)
  if (codeUnits.includes(unit)) {
    if (pgn === PGN.dm1) return codes.dm1(unit)
    if (pgn === PGN.dm2) return codes.dm2(unit)
    if (pgn === PGN.dm4) return codes.dm4(unit)
    if (pgn === PGN.dm5) return codes.dm5(unit)
  }
  return groupOf(pgn, unit, state)
}

function groupOf(pgn: number, unit: TruckUnit, state: TruckState): Uint8Array | undefined {
  const group = truckGroups.find((one) => one.pgn === pgn && one.sender === truckUnits[unit])
  if (group === undefined) return undefined
  const data = new Uint8Array(8).fill(0xff)
  group.encode(data, state)
  return data
}

/** On-highway (group 1), made by nobody, 64 bits with the lowest byte first. */
function nameOf(unit: TruckUnit): Uint8Array {
  const [, , function_] = identities[unit]
  const identity = 1000 + truckUnits[unit]
  const maker = 0x7ff
  return Uint8Array.of(
    identity & 0xff,
    (identity >> 8) & 0xff,
    ((maker & 0x07) << 5) | (identity >> 16),
    maker >> 3,
    0,
    function_,
    0,
    0x10,
  )
}

function serialOf(unit: TruckUnit): string {
  return `S${String(7100 + truckUnits[unit])}`
}

function text(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value, 'latin1'))
}
