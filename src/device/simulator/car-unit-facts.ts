/** What a simulated control unit is and how it behaves, as its services have to know it. */
import type { VehicleState } from './physics.ts'

/** Data of an identifier that the maker gave. */
export type DidEncode = (state: VehicleState) => number[]

export interface UnitIdentity {
  /** At most 20 characters. */
  name: string
  /** At most 16. */
  calibration: string
  checkSum: readonly [number, number, number, number]
  part: string
  version: string
  serial: string
}

/** How real control units differ from the book. */
export interface UnitHabits {
  /** Several PIDs in one request; `all` unless said. */
  multiPid?: 'all' | 'first' | 'none'
  /** PIDs that the bitmaps announce and nobody answers. */
  deadPids?: readonly number[]
  /** Time to an answer, shortest and longest, ms. */
  delayMs?: readonly [number, number]
  /** Every so many-th request is refused as busy. */
  busyEvery?: number
  /** It first says that the answer takes longer, and gives it so much later. */
  pendingMs?: number
  /** Says nothing instead of refusing. */
  neverRefuses?: boolean
  /** Neither answers nor refuses. */
  silent?: boolean
}

export interface UnitFacts {
  name: string
  /** Identifiers with 11 bits: of requests to it, of its answers. */
  request: number
  answer: number
  /** Address with 29 bits. */
  address: number
  /** Without OBD-II services it has UDS only. */
  isObd: boolean
  pids: readonly number[]
  vin: string
  hasVin: boolean
  hasMonitorTests: boolean
  identity: UnitIdentity
  dids: Readonly<Record<number, DidEncode>>
  habits: UnitHabits
}
