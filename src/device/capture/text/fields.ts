/** Fields of lines → numbers and data. Every function refuses what is not exactly its field. */
import { type CanFrame, MAX_FRAME_DATA } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { hexValues, NOT_HEX } from '../../serial/slcan-parser.ts'

const MAX_STANDARD = 0x7ff
const MAX_EXTENDED = 0x1fffffff
/** No identifier and no length: what a field that is no number is read as. */
export const NO_NUMBER = -1

/** 1 to 8 hexadecimal digits; `NO_NUMBER` for anything else. */
export function hexNumber(text: string): number {
  if (text.length === 0 || text.length > 8) return NO_NUMBER
  let value = 0
  for (let at = 0; at < text.length; at++) {
    const digit = hexValues[text.charCodeAt(at)] ?? NOT_HEX
    if (digit === NOT_HEX) return NO_NUMBER
    value = value * 16 + digit
  }
  return value
}

/** 1 to 10 decimal digits; `NO_NUMBER` for anything else. */
export function decimalNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : NO_NUMBER
}

/** Two hexadecimal digits, or one to three decimal ones; `NO_NUMBER` for anything else. */
export function byteOf(text: string | undefined, decimal = false): number {
  if (!decimal) return text?.length === 2 ? hexNumber(text) : NO_NUMBER
  const value = text !== undefined && text.length <= 3 ? decimalNumber(text) : NO_NUMBER
  return value <= 255 ? value : NO_NUMBER
}

/** Sets the identifier if it has no more than its 11 or 29 bits. */
export function setId(frame: CanFrame, id: number, extended: boolean): boolean {
  frame.id = id
  frame.extended = extended
  return id >= 0 && id <= (extended ? MAX_EXTENDED : MAX_STANDARD)
}

/** Sets an identifier of a format that does not say which of the two it is: 11 bit if it fits. */
export function setAnyId(frame: CanFrame, id: number): boolean {
  return setId(frame, id, id > MAX_STANDARD)
}

/** A byte in each of the fields from `from` to before `to`. */
export function fillBytes(
  frame: CanFrame,
  fields: readonly string[],
  from: number,
  to: number,
  decimal = false,
): boolean {
  const length = to - from
  if (length < 0 || length > MAX_FRAME_DATA || to > fields.length) return false
  frame.length = length
  for (let index = 0; index < length; index++) {
    const value = byteOf(fields[from + index], decimal)
    if (value < 0) return false
    frame.data[index] = value
  }
  return true
}

/** Two digits a byte with nothing between them. */
export function fillDigits(frame: CanFrame, digits: string): boolean {
  if (digits.length % 2 !== 0 || digits.length > 2 * MAX_FRAME_DATA) return false
  frame.length = digits.length / 2
  for (let index = 0; index < frame.length; index++) {
    const value = hexNumber(digits.slice(2 * index, 2 * index + 2))
    if (value < 0) return false
    frame.data[index] = value
  }
  return true
}

/**
 * A decimal number of units, with a point or a comma, as microseconds; further digits are rounded.
 * Undefined if it is none or is out of the range of times.
 */
export function microsOf(text: string | undefined, microsPerUnit: number): Micros | undefined {
  if (text === undefined || !/^\d{1,17}(?:[.,]\d{1,20})?$/.test(text)) return undefined
  const micros = Math.round(Number(text.replace(',', '.')) * microsPerUnit)
  return Number.isSafeInteger(micros) ? micros : undefined
}

/** An error frame whose kind the format tells in its own way, or not at all. */
export function setError(frame: CanFrame): 'frame' {
  frame.error = true
  // As error frames are marked everywhere else in the gateway: without a class, in 29 bits.
  frame.extended = true
  frame.id = 0
  frame.length = 0
  return 'frame'
}

/** The fields of a line, separated by blanks or tabs. */
export function fieldsOf(text: string): string[] {
  return text.trim().split(/\s+/)
}
