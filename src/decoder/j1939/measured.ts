/** Measurements and counts in diagnostic messages: undefined where an indicator stands instead. */
import { scaler } from '../quantity.ts'
import { word16 } from './bytes.ts'
import { type Slot, statusOf } from './slots.ts'

/** A measurement of a slot of 8 or 16 bits, or undefined where it is not available or not there. */
export function measured(data: Uint8Array, at: number, slot: Slot): number | undefined {
  if (at + slot.bits / 8 > data.length) return undefined
  const raw = slot.bits === 16 ? word16(data, at) : (data[at] as number)
  return statusOf(raw, slot.bits) === 'ok' ? scaler(slot)(raw) : undefined
}

export function count8(data: Uint8Array, at: number): number | undefined {
  const count = data[at] as number
  return statusOf(count, 8) === 'ok' ? count : undefined
}

export function count16(data: Uint8Array, at: number): number | undefined {
  const count = word16(data, at)
  return statusOf(count, 16) === 'ok' ? count : undefined
}
