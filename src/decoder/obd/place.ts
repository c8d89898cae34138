/** Places within the data of a PID, as the table writes them (`B:C`, `A7`, `A0-6`), as positions. */

export interface Place {
  /** First byte, counted from 0. */
  readonly byte: number
  readonly bytes: number
  /** Within a single byte: the lowest bit, and how many there are. */
  readonly shift: number
  readonly bits: number
}

const PLACE = /^([A-Z]{1,2})(?::([A-Z]{1,2})|([0-7])(?:-([0-7]))?)?$/

/** Reads a place. Throws for what is none: tables are compiled once, at start. */
export function placeOf(text: string): Place {
  const [, first, last, low, high] = PLACE.exec(text) ?? []
  if (first === undefined) throw new RangeError(`no place of a data byte or bit: ${text}`)
  const byte = columnOf(first)
  const bytes = last === undefined ? 1 : columnOf(last) - byte + 1
  if (low === undefined) return { byte, bytes, shift: 0, bits: 8 * bytes }
  const shift = Number(low)
  return { byte, bytes, shift, bits: Number(high ?? low) - shift + 1 }
}

/** A … Z, AA, AB, …, counted from 0. */
function columnOf(letters: string): number {
  let column = 0
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

/** The raw value at a place, `start` being the place of byte A. */
export function rawAt(place: Place, data: Uint8Array, start: number): number {
  const first = start + place.byte
  if (place.bits < 8) return ((data[first] as number) >> place.shift) & ((1 << place.bits) - 1)
  let raw = 0
  for (let i = 0; i < place.bytes; i += 1) raw = raw * 256 + (data[first + i] as number)
  return raw
}
