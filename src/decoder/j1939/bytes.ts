/** Little-endian numbers of J1939 messages. Whoever reads has made sure that the bytes are there. */

export function word16(data: Uint8Array, at: number): number {
  return (data[at] as number) | ((data[at + 1] as number) << 8)
}

export function word24(data: Uint8Array, at: number): number {
  return word16(data, at) | ((data[at + 2] as number) << 16)
}

export function word32(data: Uint8Array, at: number): number {
  return word24(data, at) + (data[at + 3] as number) * 0x1000000
}

/** A PGN as control frames, requests and acknowledgements carry it: three bytes, 18 bits used. */
export function pgnAt(data: Uint8Array, at: number): number {
  return word24(data, at) & 0x3ffff
}

export function isFilled(data: Uint8Array, from: number, to: number, value: number): boolean {
  for (let i = from; i < to; i += 1) if (data[i] !== value) return false
  return true
}
