/**
 * Requests and their acknowledgements (J1939-21 as public knowledge), little-endian:
 *
 *   PGN 59904   3 bytes: the PGN that is asked for
 *   PGN 59392   8 bytes: 1 control byte · 2 group function, FF where there is none · 3–4 reserved ·
 *               5 address that is answered, FF where it is not said · 6–8 the PGN asked for
 */
import { word24 } from './bytes.ts'

export const PGN_REQUEST = 59904
export const PGN_ACKNOWLEDGEMENT = 59392

const LARGEST_PGN = 0x3ffff
const NOT_SAID = 0xff

export type AcknowledgementKind = 'positive' | 'negative' | 'access_denied' | 'cannot_respond'

export interface Acknowledgement {
  kind: AcknowledgementKind
  groupFunction: number | undefined
  address: number | undefined
  pgn: number
}

const kinds: readonly AcknowledgementKind[] = [
  'positive',
  'negative',
  'access_denied',
  'cannot_respond',
]

/** Undefined for what is no PGN. Some senders fill the frame up to eight bytes. */
export function requestedPgn(data: Uint8Array, length: number): number | undefined {
  return length < 3 ? undefined : pgnFrom(data, 0)
}

/** Undefined for a message too short, a control byte that is not known, and what is no PGN. */
export function acknowledgementOf(data: Uint8Array, length: number): Acknowledgement | undefined {
  if (length < 8) return undefined
  const kind = kinds[data[0] as number]
  const pgn = pgnFrom(data, 5)
  if (kind === undefined || pgn === undefined) return undefined
  return { kind, groupFunction: said(data[1] as number), address: said(data[4] as number), pgn }
}

function pgnFrom(data: Uint8Array, at: number): number | undefined {
  const pgn = word24(data, at)
  return pgn <= LARGEST_PGN ? pgn : undefined
}

function said(value: number): number | undefined {
  return value === NOT_SAID ? undefined : value
}
