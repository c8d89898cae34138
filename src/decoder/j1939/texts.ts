/**
 * The texts of a J1939 message (component, controller, vehicle and software identification): fields
 * that each end with `*`, or a run of bytes of fixed length (J1939-71 as public knowledge). Byte
 * positions count from 1, as in rows.ts.
 *
 * A field that is empty, all 0xFF or not sent at all is not available. The end of the message ends
 * its last field; spaces and NULs behind a text are padding. A byte that is no printable ASCII
 * makes the whole field invalid.
 */
import type { TextRow } from './rows.ts'

const delimiter = 0x2a
const space = 0x20
const tilde = 0x7e

type Span = readonly [start: number, end: number]

/** Where the n-th delimited field stands; undefined when the message ends before it. */
function fieldAt(data: Uint8Array, length: number, from: number, n: number): Span | undefined {
  let start = from - 1
  for (let left = n; left >= 0; left -= 1) {
    if (start > length) return undefined
    const found = data.indexOf(delimiter, start)
    const end = found === -1 || found > length ? length : found
    if (left === 0) return [start, end]
    start = end + 1
  }
  return undefined
}

function spanOf({ text }: TextRow, data: Uint8Array, length: number): Span | undefined {
  if (text === 'vin') return fieldAt(data, length, 1, 0)
  if (text.kind === 'delimited') return fieldAt(data, length, text.from, text.field)
  const end = text.from - 1 + text.length
  return end > length ? undefined : [text.from - 1, end]
}

/** The text of a row in a message of `length` bytes; undefined when it is not printable. */
export function textOf(row: TextRow, data: Uint8Array, length: number): string | 'na' | undefined {
  const span = spanOf(row, data, length)
  if (span === undefined) return 'na'
  const [start, end] = span
  let last = end
  while (last > start && (data[last - 1] === 0 || data[last - 1] === space)) last -= 1
  const bytes = data.subarray(start, last)
  if (bytes.every((byte) => byte === 0xff)) return 'na'
  if (bytes.some((byte) => byte < space || byte > tilde)) return undefined
  return String.fromCharCode(...bytes)
}
