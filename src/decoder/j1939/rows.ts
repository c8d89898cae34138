/**
 * The shape of the rows of the J1939 tables. A row holds decisions only; bit offsets, ranges and
 * indicator patterns follow from `at` and the SLOT.
 *
 * `at` is the position as the standard writes it: the first byte from 1, and for parts of a byte
 * the bit from 1. `signal` names the signal that it feeds; `rank` orders several SPNs of one signal
 * by trust, 0 first. Samples are whole messages with what the row must make of them.
 */
import type { SignalName } from '../../model/signals.ts'
import type { Slot, SpnStatus } from './slots.ts'
import type { States } from './states.ts'

export type Indicator = Exclude<SpnStatus, 'ok'>

export interface SpnRow {
  readonly spn: number
  readonly label: string
  readonly at: number | readonly [byte: number, bit: number]
  readonly slot: Slot
  /** What the values of an enumeration mean, by raw value. */
  readonly states?: States
  readonly signal?: SignalName
  /** In groups with an instance: the signal of each instance. */
  readonly signalAt?: Readonly<Record<number, SignalName>>
  readonly rank?: number
  readonly samples: readonly (readonly [hex: string, expected: number | Indicator])[]
}

/**
 * A text: `vin` and `delimited` end with `*` (the n-th such field of the message, from 0), `fixed`
 * has its length in bytes.
 */
export interface TextRow {
  readonly spn: number
  readonly label: string
  readonly text:
    | 'vin'
    | { readonly kind: 'delimited'; readonly field: number; readonly from: number }
    | { readonly kind: 'fixed'; readonly from: number; readonly length: number }
  readonly samples: readonly (readonly [hex: string, expected: string | 'na'])[]
}

export interface PgnRow {
  readonly pgn: number
  /** The acronym. */
  readonly label: string
  /** The name, in our words. */
  readonly name: string
  /** The parameter that tells which of several (tyre, axle, door) the message is about. */
  readonly instance?: number
  readonly spns: readonly (SpnRow | TextRow)[]
}
