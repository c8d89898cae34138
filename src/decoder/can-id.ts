/**
 * The 29-bit identifier of J1939-21: priority (3 bits), extended data page, data page, PDU format,
 * PDU specific, source address. PDU1 (format below 240) carries a destination in PDU specific,
 * PDU2 a group extension.
 */
export const GLOBAL_ADDRESS = 255

export function priorityOf(id: number): number {
  return (id >>> 26) & 7
}

/** EDP and DP: 0 and 1 are J1939 pages, 2 is reserved (ISO 11783), 3 is ISO 15765-3. */
export function pageOf(id: number): number {
  return (id >>> 24) & 3
}

export function pduFormatOf(id: number): number {
  return (id >>> 16) & 0xff
}

export function sourceOf(id: number): number {
  return id & 0xff
}

/** The destination of a PDU1 message; the global address for PDU2. */
export function destinationOf(id: number): number {
  return pduFormatOf(id) < 240 ? (id >>> 8) & 0xff : GLOBAL_ADDRESS
}

/** The parameter group number: with PDU1 its low byte is zero. */
export function pgnOf(id: number): number {
  const group = (id >>> 8) & 0x3ffff
  return pduFormatOf(id) < 240 ? group & 0x3ff00 : group
}
