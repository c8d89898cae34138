/**
 * The PID table compiled, and one PID of an answer decoded by it: every item for those who look,
 * and the readings of the signals. Shared by services 01 and 02 and by the data identifiers F4xx
 * of ISO 14229 services, which carry the same data.
 */
import type { Quality, SignalValue } from '../../model/reading.ts'
import { type SignalName, signals } from '../../model/signals.ts'
import { inUnit, scaler } from '../quantity.ts'
import { pidRows } from './pid-table.ts'
import { type Place, placeOf, rawAt } from './place.ts'
import type { PidItem, PidRow } from './rows.ts'

/** One item of a PID. `value` is the raw number where it stands for a state. */
export interface PidItemValue {
  name: string
  label: string
  /** Undefined where the vehicle has no such item, or says that it is not available. */
  value: number | string | undefined
  unit: string
  /** In words, where the item is a state or a list. */
  text?: string
}

/** One PID of an answer; `value` and `unit` are those of its first item, in words for a state. */
export interface PidValue {
  service: number
  /** The number of the PID, of the kind of information, or of the data identifier. */
  pid: number
  /** Undefined where the table has no such PID. */
  label: string | undefined
  value: number | string | undefined
  unit: string
  items: PidItemValue[]
  /** Service 02: which stored frame. */
  frame?: number
}

export type ReadingOf = (
  signal: SignalName,
  value: SignalValue | undefined,
  rank: number,
  quality?: Quality,
) => void

/** Where the data bytes of a PID stand. */
export interface Span {
  readonly data: Uint8Array
  readonly start: number
  readonly size: number
}

interface Condition {
  readonly place: Place
  readonly is: number
}

interface ItemPlan extends PidItem {
  readonly place: Place
  readonly conditions: readonly Condition[]
  readonly scaled: (raw: number) => number
  readonly signalValue: (raw: number) => SignalValue
}

export interface PidPlan extends Omit<PidRow, 'items'> {
  readonly items: readonly ItemPlan[]
}

const plans: ReadonlyMap<number, PidPlan> = new Map(
  pidRows.map((row) => [row.pid, { ...row, items: row.items.map(planOf) }]),
)

export function pidPlan(pid: number): PidPlan | undefined {
  return plans.get(pid)
}

function planOf(item: PidItem): ItemPlan {
  return {
    ...item,
    place: placeOf(item.at),
    conditions: (item.when ?? []).map((bit) => ({
      place: placeOf(bit.replace('!', '')),
      is: bit.startsWith('!') ? 0 : 1,
    })),
    scaled: scaler(item),
    signalValue: signalValueOf(item),
  }
}

function signalValueOf(item: PidItem): (raw: number) => SignalValue {
  if (item.signal === undefined) return scaler(item)
  const { type, unit } = signals[item.signal]
  return type === 'boolean' ? (raw) => raw === 1 : scaler(inUnit(item, unit))
}

/** A PID with all its items, for those who look. */
export function pidValue(service: number, pid: number, plan: PidPlan, span: Span): PidValue {
  const items = plan.items.map((item) => itemValue(plan, item, span))
  return { service, pid, label: plan.label, ...headOf(plan, items), items }
}

function itemValue({ pid }: PidPlan, item: ItemPlan, span: Span): PidItemValue {
  const { name, label, unit, place } = item
  const none: PidItemValue = { name, label, value: undefined, unit }
  const raw = rawOf(item, span)
  if (raw === undefined) return none
  if (item.read) {
    const from = span.start + place.byte
    return { ...none, ...item.read(span.data.subarray(from, from + place.bytes), pid) }
  }
  const value = item.scaled(raw)
  const text = item.states?.[raw]
  return text === undefined ? { ...none, value } : { ...none, value, text }
}

/** The raw value, or undefined where the item is not there or not available. */
function rawOf(item: ItemPlan, { data, start, size }: Span): number | undefined {
  const { place, conditions, signed, absent } = item
  if (place.byte + place.bytes > size) return undefined
  for (const condition of conditions) {
    if (rawAt(condition.place, data, start) !== condition.is) return undefined
  }
  const raw = rawAt(place, data, start)
  if (absent?.includes(raw)) return undefined
  return signed && raw >= 2 ** (place.bits - 1) ? raw - 2 ** place.bits : raw
}

/** What stands for the PID as a whole. A state without words is no value. */
function headOf(plan: PidPlan, items: readonly PidItemValue[]): Pick<PidValue, 'value' | 'unit'> {
  const [first] = items
  if (first === undefined) return { value: undefined, unit: '' }
  const value = plan.items[0]?.states ? first.text : first.value
  return { value, unit: first.unit }
}

/** The readings of a PID. An item that is not there says nothing. */
export function pidReadings(plan: PidPlan, span: Span, reading: ReadingOf): void {
  for (const item of plan.items) {
    if (item.signal === undefined) continue
    const raw = rawOf(item, span)
    if (raw === undefined) continue
    if (isMissingSensor(item, raw)) reading(item.signal, undefined, item.rank ?? 0, 'absent')
    else reading(item.signal, item.signalValue(raw), item.rank ?? 0)
  }
}

/**
 * A temperature of exactly raw 0 (−40 °C) is what control units answer for a sensor that is not
 * fitted or has an open circuit. J1979 has no pattern for it: the PID shows −40, the status does not.
 */
function isMissingSensor(item: ItemPlan, raw: number): boolean {
  return raw === 0 && item.unit === '°C'
}
