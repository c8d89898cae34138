/**
 * Diagnostic messages (J1939-73 as public knowledge), whole, as they leave the transport protocol.
 * A message of a length that it cannot have is not decoded, and `dmProblem` says why. What is not
 * available is undefined.
 *
 *   DM1 active · DM2 previously active · DM6 pending · DM12 active, emission related · DM23 the same,
 *   previously active · DM27 all pending · DM28 permanent: lamps and trouble codes, as dm1.ts has it
 *   DM3, DM11: clear the previously active, the active codes; they carry no data
 *   DM4, DM25: freeze-frames.ts · DM5, DM26: readiness.ts · DM19, 20, 21, 24: emission-reports.ts
 */
import { type ActiveCodes, isCodesLength, lampsAndCodes, PGN_DM1 } from './dm1.ts'
import {
  CALIBRATION_BYTES,
  type Dm19,
  type Dm20,
  type Dm21,
  type Dm24,
  decodeDm19,
  decodeDm20,
  decodeDm21,
  decodeDm24,
  RATIO_BYTES,
  SUPPORT_BYTES,
} from './emission-reports.ts'
import { type Dm4, type Dm25, decodeDm4, decodeDm25 } from './freeze-frames.ts'
import { type Dm5, type Dm26, decodeDm5, decodeDm26 } from './readiness.ts'
import { type SpnVersion, type VersionedCode, versionedCodeAt } from './trouble-codes.ts'

export interface DmOptions {
  /** The SPN conversion version of the sender, where it is known; trouble-codes.ts. */
  version?: SpnVersion
}

export interface DmCodes extends ActiveCodes<VersionedCode> {
  kind: 'DM1' | 'DM2' | 'DM6' | 'DM12' | 'DM23' | 'DM27' | 'DM28'
}

export interface DmClear {
  kind: 'DM3' | 'DM11'
}

export type DmMessage = DmCodes | DmClear | Dm4 | Dm5 | Dm19 | Dm20 | Dm21 | Dm24 | Dm25 | Dm26

interface DmRow {
  kind: DmMessage['kind']
  /** The lengths that it can have, in words. */
  lengths: string
  isLength(length: number): boolean
  /** Undefined for contents that contradict themselves. */
  decode(data: Uint8Array, length: number, version?: SpnVersion): DmMessage | undefined
}

const fixed = { lengths: '8 bytes', isLength: (length: number) => length === 8 }
const some = { lengths: '1 byte or more', isLength: (length: number) => length > 0 }

function records(bytes: number, before = 0): Pick<DmRow, 'lengths' | 'isLength'> {
  return {
    lengths: `${before} bytes and ${bytes} per record`,
    isLength: (length) => length > before && (length - before) % bytes === 0,
  }
}

function codes(kind: DmCodes['kind']): DmRow {
  return {
    kind,
    lengths: '8 bytes, or 2 and 4 per code',
    isLength: isCodesLength,
    decode: (data, length, version) => ({
      kind,
      ...lampsAndCodes(data, length, (bytes, at) => versionedCodeAt(bytes, at, version)),
    }),
  }
}

function clear(kind: DmClear['kind']): DmRow {
  return { kind, lengths: 'any', isLength: () => true, decode: () => ({ kind }) }
}

const rows: ReadonlyMap<number, DmRow> = new Map<number, DmRow>([
  [PGN_DM1, codes('DM1')],
  [65227, codes('DM2')],
  [65228, clear('DM3')],
  [65229, { kind: 'DM4', ...some, decode: decodeDm4 }],
  [65230, { kind: 'DM5', ...fixed, decode: decodeDm5 }],
  [65231, codes('DM6')],
  [65235, clear('DM11')],
  [65236, codes('DM12')],
  [54016, { kind: 'DM19', ...records(CALIBRATION_BYTES), decode: decodeDm19 }],
  [49664, { kind: 'DM20', ...records(RATIO_BYTES, 4), decode: decodeDm20 }],
  [49408, { kind: 'DM21', ...fixed, decode: decodeDm21 }],
  [64949, codes('DM23')],
  [64950, { kind: 'DM24', ...records(SUPPORT_BYTES), decode: decodeDm24 }],
  [64951, { kind: 'DM25', ...some, decode: decodeDm25 }],
  [64952, { kind: 'DM26', ...fixed, decode: decodeDm26 }],
  [64898, codes('DM27')],
  [64896, codes('DM28')],
])

/** PGNs of the diagnostic messages that are decoded here. */
export const dmPgns: readonly number[] = [...rows.keys()]

/** Undefined for a PGN that is none of them, and where `dmProblem` has something to say. */
export function decodeDm(
  pgn: number,
  data: Uint8Array,
  length: number,
  options: DmOptions = {},
): DmMessage | undefined {
  const row = rows.get(pgn)
  return row?.isLength(length) ? row.decode(data, length, options.version) : undefined
}

/** Why `decodeDm` decodes no diagnostic message of this PGN, in words. */
export function dmProblem(pgn: number, data: Uint8Array, length: number): string | undefined {
  const row = rows.get(pgn)
  if (row === undefined) return undefined
  if (!row.isLength(length)) return `${row.kind} of ${length} bytes, not ${row.lengths}`
  if (row.decode(data, length) !== undefined) return undefined
  return `${row.kind} whose lengths do not add up to its ${length} bytes`
}
