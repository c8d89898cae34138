/** One value of one signal, and how far it can be believed. */
import type { SignalName } from './signals.ts'
import type { Micros } from './time.ts'

/**
 * `ok` and `estimated` carry a value; `absent` (the sender says: not available) and `error` (the
 * sender says: faulty) never do. `stale` is what a value becomes by age; no decoder produces it.
 */
export type Quality = 'ok' | 'estimated' | 'stale' | 'absent' | 'error'

export type SignalValue = number | string | boolean

export interface Reading {
  signal: SignalName
  /** In the signal's unit; undefined exactly when the quality is `absent` or `error`. */
  value: SignalValue | undefined
  quality: Quality
  time: Micros
  /** The bus or channel it came from (`can0`), unique within the vehicle. */
  source: string
  /** Address of the control unit on its bus (J1939 source address, low byte of an OBD-II id). */
  sender: number
  /**
   * Trust among the definitions of the same signal: 0 is the best (for the odometer SPN 917 before
   * SPN 245 before PID A6). A worse one never replaces a better one that is still fresh.
   */
  rank: number
}

/** Hot. The reading is only lent: who keeps it, copies it. */
export type ReadingSink = (reading: Reading) => void
