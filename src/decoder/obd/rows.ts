/**
 * What a row of the PID table says. Places are written as the public descriptions of SAE J1979
 * write them: the data bytes after the PID are A, B, C, …; `B:C` is a big-endian number in bytes B
 * and C, `A7` the most significant bit of A, `A0-6` its seven lower bits. From these, positions and
 * masks are computed, never written.
 */
import type { SignalName } from '../../model/signals.ts'
import type { Scale } from '../quantity.ts'

/** What a sample says of each item: a number, its text, or null where the item is absent. */
export type SampleValues = Readonly<Record<string, number | string | null>>

/** Data bytes, and what they mean; a single value is that of the first item. */
export type Sample = readonly [hex: string, expected: number | string | null | SampleValues]

export interface ReadValue {
  readonly value: string | undefined
  readonly text?: string
}

export interface PidItem extends Scale {
  /** Unique within its PID. */
  readonly name: string
  readonly label: string
  readonly at: string
  /** Two's complement. */
  readonly signed?: true
  /** What a raw value means, in words. A raw value without words means nothing known. */
  readonly states?: Readonly<Record<number, string>>
  /** Bits that must be 1 (with `!` before them: 0) for the item to be there. */
  readonly when?: readonly string[]
  /** Raw values that mean "not available". */
  readonly absent?: readonly number[]
  /** Shares its bits with another item of the PID; `when` says which of them is meant. */
  readonly overlaps?: true
  /** For what is no number: what the item's bytes say. */
  readonly read?: (bytes: Uint8Array, pid: number) => ReadValue
  readonly signal?: SignalName
  /** Among the PIDs of a signal; 0 unless said otherwise. */
  readonly rank?: number
}

export interface PidRow {
  readonly pid: number
  readonly label: string
  /** Length of the data. */
  readonly bytes: number
  /** Length without what only some vehicles add (a third and fourth bank). */
  readonly shortest?: number
  /** The first is the one that stands for the PID. None: only the length is publicly known. */
  readonly items: readonly PidItem[]
  readonly samples: readonly Sample[]
}

/** What differs from item to item beside name, label and place. */
export type ItemOptions = Partial<Omit<PidItem, 'name' | 'label' | 'at'>>

const scales = {
  /** A plain number: a count, a state, a bit. */
  plain: { num: 1, den: 1, offset: 0, unit: '' },
  /** 0 … 255 for 0 … 100 %. */
  percent: { num: 100, den: 255, offset: 0, unit: '%' },
  /** −100 … 99.2 %, 128 in the middle. */
  trim: { num: 100, den: 128, offset: -100, unit: '%' },
  torque: { num: 1, den: 1, offset: -125, unit: '%' },
  temperature: { num: 1, den: 1, offset: -40, unit: '°C' },
  exhaustTemperature: { num: 1, den: 10, offset: -40, unit: '°C' },
  ratio: { num: 2, den: 65_536, offset: 0, unit: 'ratio' },
  kilopascal: { num: 1, den: 1, offset: 0, unit: 'kPa' },
  railPressure: { num: 10, den: 1, offset: 0, unit: 'kPa' },
  finePressure: { num: 1, den: 32, offset: 0, unit: 'kPa' },
  exhaustPressure: { num: 1, den: 100, offset: 0, unit: 'kPa' },
  massFlow: { num: 1, den: 32, offset: 0, unit: 'g/s' },
  kilometre: { num: 1, den: 1, offset: 0, unit: 'km' },
  second: { num: 1, den: 1, offset: 0, unit: 's' },
  minute: { num: 1, den: 1, offset: 0, unit: 'min' },
} satisfies Record<string, Scale>

export type ScaleName = keyof typeof scales

/** An item of a scale that several PIDs share. */
export function item(
  scale: ScaleName,
  name: string,
  label: string,
  at: string,
  options: ItemOptions = {},
): PidItem {
  return { ...scales[scale], name, label, at, ...options }
}

export const yesNo: Readonly<Record<number, string>> = { 0: 'no', 1: 'yes' }
export const offOn: Readonly<Record<number, string>> = { 0: 'off', 1: 'on' }

/** The usual samples of a byte in a scale of its own. */
export const byteSamples = {
  percent: [
    ['00', 0],
    ['88', 53.333333333],
    ['FF', 100],
  ],
  trim: [
    ['00', -100],
    ['80', 0],
    ['FF', 99.21875],
  ],
  torque: [
    ['00', -125],
    ['A8', 43],
    ['FF', 130],
  ],
  temperature: [
    ['00', -40],
    ['85', 93],
    ['FF', 215],
  ],
  kilopascal: [
    ['00', 0],
    ['6D', 109],
    ['FF', 255],
  ],
} satisfies Partial<Record<ScaleName, readonly Sample[]>>

/** A PID that is one byte of a common scale. */
export function byteRow(
  pid: number,
  scale: keyof typeof byteSamples,
  name: string,
  label: string,
  options: ItemOptions = {},
): PidRow {
  return {
    pid,
    label,
    bytes: 1,
    items: [item(scale, name, label, 'A', options)],
    samples: byteSamples[scale],
  }
}

/** A PID with one quantity, whatever its length. */
export function singleRow(
  pid: number,
  bytes: number,
  quantity: PidItem,
  samples: readonly Sample[],
): PidRow {
  return { pid, label: quantity.label, bytes, items: [quantity], samples }
}

/** A PID of which only the length is known for sure: it does not hide the PIDs behind it. */
export function lengthRow(pid: number, bytes: number, label: string): PidRow {
  return { pid, label, bytes, items: [], samples: [] }
}
