/** Trouble codes of a vehicle, whoever told them: OBD-II, UDS or J1939. */
import type { SignalName } from './signals.ts'
import type { Micros } from './time.ts'

/**
 * stored: confirmed, OBD service 03 · pending: seen once or twice, 07, DM6 · permanent: only the
 * control unit itself removes it, 0A, DM28 · active: failing now, DM1 · previous: no longer, DM2
 */
export type TroubleCodeKind = 'stored' | 'pending' | 'permanent' | 'active' | 'previous'

export type TroubleCodeSystem = 'powertrain' | 'chassis' | 'body' | 'network' | 'j1939'

/** What lights up for a code: the gravest lamp that its control unit had on with it. */
export type TroubleCodeLamp = 'malfunction' | 'stop' | 'warning' | 'protect'

/** One quantity that a control unit froze when the code was set. */
export interface FrozenValue {
  label: string
  value: number | string
  unit: string
  signal?: SignalName
}

export interface TroubleCodeState {
  /** `P0301`, `P0301-11`, `SPN 110 FMI 3`. */
  code: string
  system: TroubleCodeSystem
  kind: TroubleCodeKind
  /** What it means in words, where that is standardised. */
  description?: string
  /** Who told it: `7E8`, `18DAF110`, or a J1939 source address as `SA 0`. */
  controlUnit: string
  firstSeen: Micros
  lastSeen: Micros
  /** When its control unit no longer had it. */
  cleared?: Micros
  /** As the control unit counts; else how often it was set anew here. */
  occurrences: number
  lamp?: TroubleCodeLamp
  freezeFrame?: readonly FrozenValue[]
}

/** All codes of a vehicle, those that were cleared included. */
export interface TroubleCodeReport {
  codes: readonly TroubleCodeState[]
  /** When a control unit last said which codes it has. */
  updated: Micros
}
